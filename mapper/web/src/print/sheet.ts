/**
 * One sheet with the map on it: title, dates, warnings, legend, scale, north, degrees at the frame, caveats and edition.
 *
 * It is one SVG, so that print and picture are the same sheet, sharp on any paper. No address stands on it.
 */
import type * as L from "leaflet";

import type { Data } from "../data.ts";
import { dateInWords } from "../dates.ts";
import { svg } from "../elements.ts";
import { datesText, warnings } from "../frame.ts";
import { dayOfData } from "../inquiry.ts";
import type { Labels } from "../labels.ts";
import { GRATICULE, GRATICULE_COLOUR, linesInView, type Line } from "../layers/graticule.ts";
import { lengthText, metresAcross, roundLength } from "../map.ts";
import type { ViewState } from "../state.ts";
import type { Words } from "../words.ts";
import { captureMap, Copier } from "./capture.ts";
import { legendPieces, type LegendPiece } from "./legend.ts";
import { planSheet, GUTTER, type Paper, type Rect, type SheetPlan } from "./paper.ts";
import { whileRefitted } from "./refit.ts";
import { atMost, FAMILY, heightOf, line, paragraph, wrap, type Font, type Measure } from "./text.ts";

export interface SheetParts {
  readonly map: L.Map;
  readonly labels: Labels;
  readonly data: Data;
  readonly words: Words;
  readonly state: ViewState;
  readonly now: Date;
  /** What is hidden, or shown as of another day, by the reader's own choice. */
  readonly chosen: readonly string[];
  /** Paint at once what is painted piece by piece. */
  finish(): void;
  /** The legend of what is visible. */
  readonly legend: readonly HTMLElement[];
  /** The drawing that holds the hatches. */
  readonly hatches: SVGElement;
}

/** A pixel of the map on paper: letters of 12.5 px become 7.5 pt. */
const PER_PIXEL = 2.1;
const TITLE: Font = { size: 50, bold: true };
const FACTS: Font = { size: 28 };
const CAVEAT: Font = { size: 27, bold: true };
const SMALL: Font = { size: 22 };
const SMALLEST: Font = { size: 19 };
const TITLE_LINES = 2;
const SOURCE_LINES = 7;
const SCALE_PX = 220;
/** The strip of scale bar and north arrow. */
const STRIP = 62;
const PADDING = 10;

/** The sheet has degrees of its own; tiles of a background map come one by one, from a network perhaps, and would be missing in part. */
const NOT_ON_THE_SHEET = [GRATICULE, "tilePane"];

interface Paragraph {
  readonly lines: readonly string[];
  readonly font: Font;
  readonly boxed?: boolean;
}

function stacked(paragraphs: readonly Paragraph[]): number {
  return paragraphs.reduce((sum, { lines, font, boxed = false }) => sum + heightOf(lines, font) + (boxed ? 3 * PADDING : 0), 0);
}

function drawStacked(paragraphs: readonly Paragraph[], x: number, top: number, width: number): SVGElement[] {
  let y = top;
  return paragraphs.flatMap(({ lines, font, boxed = false }) => {
    const height = heightOf(lines, font);
    const frame = boxed ? [svg("rect", { x: x + 2, y: y + 2, width: width - 4, height: height + 2 * PADDING, fill: "none", stroke: "#000000", "stroke-width": 4 })] : [];
    const text = paragraph(lines, x + (boxed ? 2 * PADDING : 0), y + (boxed ? PADDING : 0), font);
    y += height + (boxed ? 3 * PADDING : 0);
    return [...frame, ...text];
  });
}

/** The days asked about, where they are not those of the data. */
function askedText({ words, data, state }: SheetParts): string {
  const on = state.on === "" || state.on === dayOfData(data.meta) ? "" : `${words.say("access.on")}: ${dateInWords(words, state.on)}`;
  const known = state.known_by === "" ? "" : `${words.say("access.known_by")}: ${dateInWords(words, state.known_by)}`;
  return [on, known].filter((part) => part !== "").join(" · ");
}

function head(parts: SheetParts, width: number, measure: Measure): Paragraph[] {
  const { words, data: { meta }, now } = parts;
  const text = (said: string, font: Font, boxed = false): Paragraph => ({ lines: wrap(said, width - (boxed ? 4 * PADDING : 0), font, measure), font, boxed });
  const assumed = meta.assumptions.length;
  return [
    { lines: atMost(wrap(words.of(meta.titles, meta.title), width * 0.97, TITLE, measure), TITLE_LINES), font: TITLE },
    text([datesText(words, meta), askedText(parts)].filter((said) => said !== "").join(" · "), FACTS),
    text([words.say("head.caveat"), assumed > 0 ? words.say("head.assumed", { n: assumed }) : ""].filter((said) => said !== "").join(" · "), CAVEAT),
    ...[...warnings(words, meta, now), parts.chosen.join(" ")].filter((said) => said !== "").map((said) => text(said, CAVEAT, true)),
  ].filter(({ lines }) => lines.length > 0);
}

/** Sources and licences, each once; an address has no use on paper. */
function sourcesText({ words, data: { meta } }: SheetParts): string {
  const stated = meta.layers.map((layer) => {
    const [source, licence] = [words.told(layer.source), words.told(layer.licence)];
    return [source, licence].filter((part) => part !== "").join(" (") + (source !== "" && licence !== "" ? ")" : "");
  });
  const once = [...new Set(stated.filter((said) => said !== ""))].join("; ");
  return once === "" ? "" : words.say("print.sources", { list: once.replace(/\b[a-z]+:\/\/\S+/gi, "…") });
}

function foot(parts: SheetParts, width: number, measure: Measure): Paragraph[] {
  const { words, data: { meta } } = parts;
  const data_date = meta.data_date === null ? words.say("date.unknown") : dateInWords(words, meta.data_date);
  const caveats = meta.caveats.map((code) => words.caveat(code, { data_date })).join(" ");
  const text = (said: string, font: Font): Paragraph => ({ lines: wrap(said, width, font, measure), font });
  const sources = text(sourcesText(parts), SMALLEST);
  return [
    text(caveats, { ...SMALL, bold: true }),
    text(`${words.say("about.edition")}: ${meta.edition} · ${words.say("print.crs")}`, SMALL),
    { ...sources, lines: atMost(sources.lines, SOURCE_LINES) },
  ].filter(({ lines }) => lines.length > 0);
}

/** Bar and arrow under the map, side by side. */
function strip({ map, words }: SheetParts, { x, y, width }: Rect): SVGElement[] {
  const across = metresAcross(map, SCALE_PX);
  const length = roundLength(across);
  const long = (SCALE_PX * PER_PIXEL * length) / across;
  const middle = y + 34;
  const half = svg("rect", { x, y: middle - 6, width: long / 2, height: 12, fill: "#000000" });
  const whole = svg("rect", { x, y: middle - 6, width: long, height: 12, fill: "#ffffff", stroke: "#000000", "stroke-width": 2.5 });
  const [north, tip] = [x + width - 40, y + 2];
  const arrow = svg("path", { d: `M${north},${tip} l16,46 l-16,-10 l-16,10 z`, fill: "#000000" });
  return [
    whole,
    half,
    line("0", x, middle - 12, SMALL, "middle"),
    line(lengthText(words, length), x + long, middle - 12, SMALL, "middle"),
    line(words.say("print.scale_note"), x + long + 70, middle + 8, SMALL),
    arrow,
    line(words.say("print.north"), north - 26, tip + 44, { ...FACTS, bold: true }, "end"),
  ];
}

/** Half of the room that the longest label takes along the frame. */
const LABEL_HALF = 75;

/** Where a label stands along a side of the frame: at its line, but not over the corner, where it would meet another. */
function along(at: number, from: number, length: number): number {
  return Math.min(Math.max(at, from + LABEL_HALF), from + length - LABEL_HALF);
}

/** The lines across the map, a little over its frame. */
function degreeLines(lines: readonly Line[], { x, y, width, height }: Rect): SVGElement[] {
  const over = 8;
  return lines.map(({ axis, at_px }) => {
    const d = axis === "lon" ? `M${x + at_px * PER_PIXEL},${y - over} v${height + 2 * over}` : `M${x - over},${y + at_px * PER_PIXEL} h${width + 2 * over}`;
    return svg("path", { d, fill: "none", stroke: GRATICULE_COLOUR, "stroke-width": 1.3 });
  });
}

/** Degrees outside the frame, on all four sides. */
function degreeLabels(lines: readonly Line[], { x, y, width, height }: Rect): SVGElement[] {
  const space = 10;
  const beyond = SMALL.size + space / 2;
  return lines.flatMap(({ axis, at_px, label }) => {
    if (axis === "lon") {
      const at = along(x + at_px * PER_PIXEL, x, width);
      return [y - space, y + height + beyond].map((foot) => line(label, at, foot, SMALL, "middle"));
    }
    const at = along(y + at_px * PER_PIXEL, y, height);
    return [x - space, x + width + beyond].map((foot) => {
      const text = line(label, 0, 0, SMALL, "middle");
      text.setAttribute("transform", `translate(${foot} ${at}) rotate(-90)`);
      return text;
    });
  });
}

/** What only the map in the sheet's size can give: it, its degrees, its scale. */
function mapParts(parts: SheetParts, plan: SheetPlan, copier: Copier): SVGElement[] {
  const { map } = plan;
  const clip = svg("clipPath", { id: "sheet-frame" }, svg("rect", { ...map }));
  parts.finish();
  const [labels, ...apart] = ["mapper-labels", ...NOT_ON_THE_SHEET].map((name) => parts.map.getPane(name));
  const captured = (isWanted: (pane: Element) => boolean) => {
    const drawn = captureMap(parts.map, copier, isWanted);
    drawn.setAttribute("transform", `translate(${map.x} ${map.y}) scale(${PER_PIXEL})`);
    return svg("g", { "clip-path": "url(#sheet-frame)" }, drawn);
  };
  const ground = captured((pane) => pane !== labels && !apart.includes(pane as HTMLElement));
  const bounds = parts.map.getBounds();
  ground.dataset["bounds"] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].join(",");
  const lines = linesInView(parts.map, parts.words).filter(({ axis, at_px }) => at_px > 0 && at_px * PER_PIXEL < (axis === "lon" ? map.width : map.height));
  return [
    clip,
    ground,
    ...degreeLines(lines, map),
    captured((pane) => pane === labels),
    ...degreeLabels(lines, map),
    svg("rect", { ...map, fill: "none", stroke: "#000000", "stroke-width": 3 }),
    ...strip(parts, { x: map.x, y: map.y + map.height + GUTTER, width: map.width, height: STRIP }),
  ];
}

function legendParts(copier: Copier, pieces: readonly LegendPiece[], { room, columnWidth, columns, places }: SheetPlan["legend"]): SVGElement[] {
  const gap = columns > 1 ? (room.width - columns * columnWidth) / (columns - 1) : 0;
  return pieces.flatMap((piece, index) => {
    const { column, y } = places[index] as { column: number; y: number };
    return piece.draw(room.x + column * (columnWidth + gap), room.y + y, copier);
  });
}

export interface Sheet {
  readonly element: SVGSVGElement;
  /** Where the map is on it. */
  readonly map: Rect;
  /** A pixel of the map on it. */
  readonly perPixel: number;
}

/** Make the sheet. The map is refitted to it for a moment, and is as before afterwards. */
export function makeSheet(parts: SheetParts, paper: Paper, measure: Measure): Sheet {
  const plan = planSheet(paper, {
    head: (width) => stacked(head(parts, width, measure)),
    foot: (width) => stacked(foot(parts, width, measure)),
    strip: STRIP,
    pieces: (size, width) => legendPieces(parts.legend, size, width, measure),
  });
  const copier = new Copier(parts.hatches);
  const { page, legend } = plan;
  const pieces = legendPieces(parts.legend, legend.size, legend.columnWidth, measure);
  const size = { width: Math.floor(plan.map.width / PER_PIXEL), height: Math.floor(plan.map.height / PER_PIXEL) };
  const drawn = whileRefitted(parts.map, parts.labels, size, () => mapParts(parts, plan, copier));
  const element = svg(
    "svg",
    { viewBox: `0 0 ${page.width} ${page.height}`, width: `${page.width / 10}mm`, height: `${page.height / 10}mm`, "font-family": FAMILY },
    svg("rect", { x: 0, y: 0, width: page.width, height: page.height, fill: "#ffffff" }),
    ...drawn,
    ...drawStacked(head(parts, plan.head.width, measure), plan.head.x, plan.head.y, plan.head.width),
    ...legendParts(copier, pieces, legend),
    ...drawStacked(foot(parts, plan.foot.width, measure), plan.foot.x, plan.foot.y, plan.foot.width),
  );
  return { element, map: plan.map, perPixel: PER_PIXEL };
}
