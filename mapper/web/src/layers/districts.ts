/** District outlines with their names; a district that is a zone carries the zone's label instead. */
import * as L from "leaflet";

import { el } from "../elements.ts";
import type { Label } from "../labels.ts";
import { tone } from "../tones.ts";
import { shape, shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const DISTRICT_COLOUR = tone("#7d776b");
/** So that it is not taken for a river in grey print. */
export const DISTRICT_DASH = "7 2";

function nameLabel(name: string, lon: number, lat: number): Label {
  return { at: [lon, lat], rank: 90, sides: ["above"], forms: [() => el("span", { class: "mapper-district-label" }, name)] };
}

export function districtsLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { districts } = stage.data;
  const shapes: L.Path[] = [];
  const labels: Label[] = [];
  let due = 0;
  for (const row of districts.indices()) {
    const geometry = districts.get("geometry", row);
    const drawn = shape(geometry, { renderer, pane: "districts", color: DISTRICT_COLOUR, dashArray: DISTRICT_DASH, weight: 0.8, fill: false });
    const [lon, lat] = [districts.get("lon", row), districts.get("lat", row)];
    if (geometry !== null) due += 1;
    if (drawn !== null) shapes.push(drawn);
    if (lon !== null && lat !== null && districts.text("zone_id", row) === "") labels.push(nameLabel(districts.text("name", row), lon, lat));
  }
  return shapesLayer(stage, {
    name: "districts",
    group: "context",
    shapes,
    due,
    labels: () => labels,
    counts: () => ({ districts: shapes.length }),
  });
}
