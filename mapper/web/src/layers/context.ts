/** Rivers and other lines that help a reader to find the place. */
import * as L from "leaflet";

import { tone } from "../tones.ts";
import { shape, shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const RIVER = "#3b7ea1";

export function contextLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { context } = stage.data;
  const geometries = context.indices().map((row) => context.get("geometry", row));
  const shapes = context.indices().map((row) => {
    const color = tone(stage.words.term("context_kind", context.text("kind", row))?.colour ?? RIVER);
    return shape(geometries[row] ?? null, { renderer, pane: "context", color, weight: 1.4, fill: false, opacity: 0.75 });
  });
  const drawn = shapes.filter((one): one is L.Path => one !== null);
  return shapesLayer(stage, {
    name: "context",
    group: "context",
    shapes: drawn,
    due: geometries.filter((geometry) => geometry !== null).length,
    counts: () => ({ context: drawn.length }),
  });
}
