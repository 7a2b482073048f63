/** Routes and ground that openings name: dashed lines of their own colour, never a fill that would hide the zone under it. */
import * as L from "leaflet";

import { tone } from "../tones.ts";
import { shape, shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const CORRIDOR_COLOUR = tone("#2b1a6b");
export const CORRIDOR_DASH = "12 5 3 5";

export function corridorsLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { corridors } = stage.data;
  const geometries = corridors.indices().map((row) => corridors.get("geometry", row));
  const shapes = geometries
    .map((geometry) => shape(geometry, { renderer, pane: "corridors", color: CORRIDOR_COLOUR, weight: 3.5, dashArray: CORRIDOR_DASH, fill: false }))
    .filter((one): one is L.Path => one !== null);
  return shapesLayer(stage, {
    name: "corridors",
    group: "legal",
    shapes,
    due: geometries.filter((geometry) => geometry !== null).length,
    counts: () => ({ corridors: shapes.length }),
  });
}
