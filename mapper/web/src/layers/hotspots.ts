/**
 * Hot spots of reported accidents: cells over the zones and under routes, hazard areas and accidents, off until the reader puts them on.
 *
 * Marked cells have a colour, marks and their class as a label. A cell that is neither hot nor cold keeps its outline, so that
 * what was looked at is told from what was not, and neither looks like ground of which something good is known. Nothing is worked
 * out before the layer is first shown.
 */
import * as L from "leaflet";

import { button, el } from "../elements.ts";
import type { Polygon } from "../geometry.ts";
import { hotspotLook } from "../hatch.ts";
import { whyNone } from "../hotspot_card.ts";
import { cellName, cellOf, Cells } from "../hotspots.ts";
import type { Label } from "../labels.ts";
import { tone } from "../tones.ts";
import { polygonShape, type MapLayer, type Stage } from "./layer.ts";

export const HOTSPOTS = "hotspots";
/** Over the zones (340), whose hatches would drown the marks, under routes, hazard areas and accidents. */
const PANE_Z = 342;
/** How strongly the cells of a class are tinted under their marks; cold ones are not, so that they do not pass for density. */
export const CELL_TINT: Readonly<Record<string, number>> = { hot_99: 0.45, hot_95: 0.35, hot_90: 0.25 };
/** Outline of a cell that was looked at and has no mark. */
export const UNMARKED = tone("#5b6168");
const LABEL_RANK = 15;
/** So many cells to the east of the centre, where the names of zones more often leave room. */
const LABEL_ASIDE = 0.2;
/** Between a marked cell and whatever it lies on. */
const HALO = tone("#ffffff");

/** Whether cells of this class are drawn: those outside the window were no part of the analysis. */
export function isDrawn(code: string): boolean {
  return code !== "" && code !== "outside_window";
}

/** Whether cells of this class have a mark: more, or fewer, reports than chance explains. */
export function isMarked(code: string): boolean {
  return /^(hot|cold)_/.test(code);
}

function isCold(code: string): boolean {
  return code.startsWith("cold_");
}

interface Drawing {
  readonly shapes: readonly L.Path[];
  readonly labels: readonly Label[];
  readonly cells: number;
}

function paneOf(map: L.Map): string {
  if (map.getPane(HOTSPOTS) === undefined) {
    const pane = map.createPane(HOTSPOTS);
    pane.style.zIndex = String(PANE_Z);
    pane.style.pointerEvents = "none";
  }
  return HOTSPOTS;
}

/** Its words are taken when it is made: the page may speak another language by then. */
function labelOf({ words, data: { hotspots }, select }: Stage, cells: Cells, row: number): Label {
  const [column, line] = cellOf(hotspots, row);
  const at = cells.centre([column, line]);
  const make = (shorten: boolean) => () => {
    const code = hotspots.text("hotspot_class", row);
    const text = words.label("hotspot_class", code);
    const share = /\d+\s?%/.exec(text)?.[0];
    const shown = shorten && share !== undefined ? `${isCold(code) ? "\u25BC" : "\u25B2"} ${share}` : text;
    return button({ class: `mapper-hotspot-label${isCold(code) ? " mapper-cold" : ""}`, "data-label": `hotspot ${row}`, "aria-label": [shown, ...(shown === text ? [] : [text]), cellName(hotspots, row)].join(" – ") }, () => select(at), shown);
  };
  const aside = cells.centre([column + LABEL_ASIDE, line]);
  return { at: aside, rank: LABEL_RANK, sides: ["middle", "right", "below", "above", "left"], forms: [make(false), make(true)] };
}

/** One shape for all cells of a class, and one under those that are marked. */
function drawingOf(stage: Stage): Drawing {
  const { map, words, hatches, data: { hotspots, meta } } = stage;
  const cells = Cells.of(meta.hotspots);
  if (cells === null) return { shapes: [], labels: [], cells: 0 };
  const pane = paneOf(map);
  const renderer = L.svg({ pane, padding: 0.5 });
  const ofClass = new Map<string, number[]>();
  for (const row of hotspots.indices()) {
    const code = hotspots.text("hotspot_class", row);
    if (!isDrawn(code)) continue;
    const rows = ofClass.get(code) ?? [];
    rows.push(row);
    ofClass.set(code, rows);
  }
  const shapesOf = (code: string, rows: readonly number[]) => {
    const look = hotspotLook(words, code);
    const polygons: Polygon[] = rows.map((row) => [cells.ring(cellOf(hotspots, row))]);
    const drawn = (options: L.PolylineOptions) => polygonShape(polygons, { renderer, pane, className: "mapper-hotspots", smoothFactor: 0, ...options });
    const fill = look.hatch === "" ? { fill: false } : { fillColor: hatches.fill(look, CELL_TINT[code] ?? 0), fillOpacity: 1 };
    if (!isMarked(code)) return [drawn({ color: UNMARKED, weight: 0.9, ...fill })];
    return [drawn({ color: HALO, weight: 6, fill: false }), drawn({ color: look.colour, weight: 3, ...fill })];
  };
  const quietFirst = [...ofClass].sort(([one], [other]) => Number(isMarked(one)) - Number(isMarked(other)));
  return {
    shapes: quietFirst.flatMap(([code, rows]) => shapesOf(code, rows)),
    labels: quietFirst.filter(([code]) => isMarked(code)).flatMap(([, rows]) => rows.map((row) => labelOf(stage, cells, row))),
    cells: quietFirst.reduce((sum, [, rows]) => sum + rows.length, 0),
  };
}

export function hotspotsLayer(stage: Stage): MapLayer {
  const { data: { hotspots } } = stage;
  let drawing: Drawing | null = null;
  const layer: MapLayer = {
    name: HOTSPOTS,
    group: "accidents",
    empty: hotspots.rows === 0,
    visible: false,
    show(visible) {
      layer.visible = visible;
      if (drawing === null && !visible) return;
      const { shapes, labels } = (drawing ??= drawingOf(stage));
      for (const one of shapes) visible ? one.addTo(stage.map) : one.remove();
      stage.labels.set(HOTSPOTS, visible ? () => labels : null);
    },
    hint: () => {
      const why = whyNone(stage);
      return why !== null && el("p", { class: "mapper-hint" }, why);
    },
    count: () => (layer.visible && drawing !== null ? { hotspots: drawing.cells } : {}),
    drawn: () => {
      const due = layer.visible ? (drawing?.shapes ?? []) : [];
      return { drawn: due.filter((one) => stage.map.hasLayer(one)).length, due: due.length };
    },
  };
  return layer;
}
