/** Recorded hazard areas: fill by class, outline by status, with the class written on the map. */
import * as L from "leaflet";

import { button } from "../elements.ts";
import { labelPoint, type Geometry, type LonLat } from "../geometry.ts";
import { hazardLook } from "../hatch.ts";
import type { Label } from "../labels.ts";
import { shape, shapesLayer, type Chosen, type MapLayer, type Stage } from "./layer.ts";

function namePlace(geometry: Geometry | null): LonLat | null {
  return geometry?.kind === "point" ? geometry.at : labelPoint(geometry);
}

function hazardLabel(stage: Stage, row: number, at: LonLat): Label {
  const { words, data } = stage;
  const [kind, status] = [data.hazards.text("class", row), data.hazards.text("status", row)];
  const product = data.hazards.text("product", row);
  const parts = [words.label("hazard_class", kind), words.label("hazard_status", status), product === "" ? "" : words.label("land_product", product)];
  const text = parts.filter((part) => part !== "").join(" – ");
  const make = (shown: string) => () =>
    button(
      { class: "mapper-hazard-label", "data-label": `hazard ${row}`, "aria-label": shown === text ? text : `${shown} – ${text}` },
      () => stage.select(at),
      shown,
    );
  return { at, rank: 20, forms: [make(text), make(words.term("hazard_class", kind)?.symbol ?? kind)] };
}

export function hazardsLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { hazards } = stage.data;
  const shapes = new Map<L.Layer, number>();
  const labels: { readonly row: number; readonly label: Label }[] = [];
  let shown: readonly boolean[] = hazards.indices().map(() => true);
  let due = 0;
  for (const row of hazards.indices()) {
    const geometry = hazards.get("geometry", row);
    const look = hazardLook(stage.words, hazards.text("class", row), hazards.text("status", row));
    const drawn = shape(geometry, {
      renderer,
      pane: "hazards",
      color: look.outline,
      weight: 2.5,
      dashArray: look.dash,
      fillColor: stage.hatches.fill(look, 0.4),
      fillOpacity: 1,
    });
    const at = namePlace(geometry);
    if (geometry !== null) due += 1;
    if (drawn !== null) shapes.set(drawn, row);
    if (at !== null) labels.push({ row, label: hazardLabel(stage, row, at) });
  }
  const isShown = (row: number) => shown[row] === true;
  const layer = shapesLayer(stage, {
    name: "hazards",
    group: "physical",
    shapes: [...shapes.keys()],
    due,
    wanted: (one) => isShown(shapes.get(one) as number),
    labels: () => labels.filter(({ row }) => isShown(row)).map(({ label }) => label),
    counts: () => ({ hazards: [...shapes.values()].filter(isShown).length }),
  });
  return Object.assign(layer, {
    choose({ hazards: chosen }: Chosen) {
      shown = chosen;
      layer.show(layer.visible);
    },
  });
}
