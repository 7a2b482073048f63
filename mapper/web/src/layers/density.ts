/**
 * Density of reported accidents, as bands between contour lines, under everything else.
 *
 * The palette runs from pale to dark slate: ordered in lightness (so it survives mono print and colour-blind eyes), far from
 * the violet of orders and the red and amber of hazard areas, and without green, which is read as leave to enter.
 */
import * as L from "leaflet";

import { shape, shapesLayer, type MapLayer, type Stage } from "./layer.ts";
import type { Contours } from "../data.ts";
import { tone } from "../tones.ts";

export const STOPS = ["#d3dee6", "#b5c8d5", "#94b1c4", "#7398b1", "#4c7b9a", "#23516f"] as const;
export const DENSITY_OPACITY = 0.62;

export interface DensityClass {
  readonly lower: number;
  readonly upper: number;
  readonly colour: string;
}

/** Colours for `n` classes, spread evenly over the palette, the highest always the darkest. */
export function classColours(n: number): string[] {
  return Array.from({ length: n }, (_, index) => STOPS[n === 1 ? STOPS.length - 1 : Math.round((index * (STOPS.length - 1)) / (n - 1))] as string);
}

/** The classes in rising order, each once, with their bounds in reported accidents per km². */
export function densityClasses(contours: Contours): DensityClass[] {
  const bounds = new Map<number, number>();
  for (const row of contours.indices()) {
    const [lower, upper] = [contours.get("lower_per_km2", row), contours.get("upper_per_km2", row)];
    if (lower !== null) bounds.set(lower, upper ?? Infinity);
  }
  const rising = [...bounds].sort(([a], [b]) => a - b);
  const colours = classColours(rising.length);
  return rising.map(([lower, upper], index) => ({ lower, upper, colour: colours[index] as string }));
}

export function densityLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { contours } = stage.data;
  const colours = new Map(densityClasses(contours).map(({ lower, colour }) => [lower, colour]));
  const shapes: L.Path[] = [];
  let due = 0;
  for (const row of contours.indices()) {
    const geometry = contours.get("geometry", row);
    const fillColor = tone(colours.get(contours.get("lower_per_km2", row) ?? NaN) ?? STOPS[0]);
    const drawn = shape(geometry, { renderer, pane: "density", stroke: false, fillColor, fillOpacity: DENSITY_OPACITY });
    if (geometry !== null) due += 1;
    if (drawn !== null) shapes.push(drawn);
  }
  return shapesLayer(stage, { name: "density", group: "accidents", shapes, due, counts: () => ({ contours: shapes.length }) });
}
