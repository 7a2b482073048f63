/**
 * Density of reported accidents, as bands between contour lines, under everything else.
 *
 * The palette runs from pale to dark slate: ordered in lightness (so it survives mono print and colour-blind eyes), far from
 * the violet of orders and the red and amber of hazard areas, and without green, which is read as leave to enter. One colour is
 * one class, in that of all dates and in those of years; which of them is drawn is `filter/frames.ts`.
 */
import * as L from "leaflet";

import { shape, type Chosen, type MapLayer, type Stage } from "./layer.ts";
import type { Contours } from "../data.ts";
import { ALL_DATES, type FrameName } from "../filter/frames.ts";
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

/** The rows of one frame; none where no density is drawn. */
export function rowsOf(contours: Contours, frame: FrameName): number[] {
  return frame === null ? [] : contours.indices().filter((row) => contours.text("frame", row) === frame);
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

interface Drawing {
  readonly shapes: readonly L.Path[];
  readonly due: number;
}

export function densityLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { contours } = stage.data;
  const colours = new Map(densityClasses(contours).map(({ lower, colour }) => [lower, colour]));
  const drawings = new Map<FrameName, Drawing>();
  const colourOf = (row: number) => tone(colours.get(contours.get("lower_per_km2", row) ?? NaN) ?? STOPS[0]);
  const make = (frame: FrameName): Drawing => {
    const rows = rowsOf(contours, frame).filter((row) => contours.get("geometry", row) !== null);
    const shapes = rows.map((row) => shape(contours.get("geometry", row), { renderer, pane: "density", stroke: false, fillColor: colourOf(row), fillOpacity: DENSITY_OPACITY }));
    return { shapes: shapes.filter((drawn) => drawn !== null), due: rows.length };
  };
  const drawing = (frame: FrameName): Drawing => {
    const made = drawings.get(frame) ?? make(frame);
    drawings.set(frame, made);
    return made;
  };
  let frame: FrameName = ALL_DATES;
  const onMap = () => drawing(frame).shapes.filter((one) => stage.map.hasLayer(one)).length;
  const layer: MapLayer = {
    name: "density",
    group: "accidents",
    empty: drawing(ALL_DATES).due === 0,
    visible: false,
    show(visible) {
      layer.visible = visible;
      for (const one of drawing(frame).shapes) visible ? one.addTo(stage.map) : one.remove();
    },
    choose({ density }: Chosen) {
      if (density === frame) return;
      for (const one of drawing(frame).shapes) one.remove();
      frame = density;
      layer.show(layer.visible);
    },
    count: () => (layer.visible ? { contours: onMap() } : {}),
    drawn: () => ({ drawn: onMap(), due: drawing(frame).due }),
  };
  return layer;
}
