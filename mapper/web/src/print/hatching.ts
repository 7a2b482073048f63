/**
 * Hatches as strokes. A printer's file would hold a pattern as a small blurred picture of one tile; on paper without colour the
 * hatch is what tells a zone, so it is drawn stroke by stroke, as sharp as the outline.
 */
import { svg } from "../elements.ts";
import { onLight } from "../tones.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One tile of a hatch, repeated from the origin. */
export interface Tile {
  readonly size: number;
  readonly scale: number;
  readonly strokes: string;
  readonly colour: string;
  readonly strokeWidth: number;
  readonly tint: string;
}

const TILE_UNITS = 10;

/** Without the strokes that only continue a neighbour's, which a pattern cuts off at its own edge. */
function ownStrokes(strokes: string): string {
  const own = (start: number) => start >= 0 && start <= TILE_UNITS;
  const each = strokes.split("M").filter((stroke) => stroke !== "");
  return each.filter((stroke) => stroke.split(/[ lhv]/, 1)[0]?.split(",").map(Number).every(own)).map((stroke) => `M${stroke.trim()}`).join("");
}

/** A stroke pattern of `hatch.ts` as a tile. */
export function tileOf(pattern: Element): Tile {
  const scale = Number(/scale\(([\d.]+)\)/.exec(pattern.getAttribute("patternTransform") ?? "")?.[1] ?? 1);
  const [ground, strokes] = [pattern.querySelector("rect"), pattern.querySelector("path")];
  return {
    size: TILE_UNITS * scale,
    scale,
    strokes: ownStrokes(strokes?.getAttribute("d") ?? ""),
    colour: onLight(strokes?.getAttribute("stroke") ?? "#000000"),
    strokeWidth: Number(strokes?.getAttribute("stroke-width") ?? 1) * scale,
    tint: ground?.getAttribute("fill-opacity") ?? "0",
  };
}

function rounded(n: number): number {
  return Math.round(n * 100) / 100;
}

/** Strokes, whose moves are absolute and whose lines are relative, scaled and then moved. */
export function movedStrokes(strokes: string, scale: number, dx: number, dy: number): string {
  return strokes
    .replace(/([lhv])(-?[\d.]+)(?:,(-?[\d.]+))?/g, (_, command: string, a: string, b?: string) =>
      command + [a, ...(b === undefined ? [] : [b])].map((n) => rounded(Number(n) * scale)).join(","))
    .replace(/M(-?[\d.]+),(-?[\d.]+)/g, (_, x: string, y: string) => `M${rounded(Number(x) * scale + dx)},${rounded(Number(y) * scale + dy)}`);
}

/** The strokes of all tiles that meet a box. */
export function strokesOver({ x, y, width, height }: Box, { size, scale, strokes }: Tile): string {
  const parts: string[] = [];
  for (let row = Math.floor(y / size); row * size < y + height; row++) {
    for (let column = Math.floor(x / size); column * size < x + width; column++) parts.push(movedStrokes(strokes, scale, column * size, row * size));
  }
  return parts.join("");
}

/** A shape filled with strokes: its ground, the strokes inside it, and its outline on top. `name` is one of its own in the page. */
export function hatched(shape: SVGElement, box: Box, tile: Tile, name: string): SVGElement {
  const outline = shape.cloneNode(true) as SVGElement;
  outline.setAttribute("fill", "none");
  const inside = shape.cloneNode(true) as SVGElement;
  for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray"]) inside.removeAttribute(name);
  inside.setAttribute("clip-rule", shape.getAttribute("fill-rule") ?? "nonzero");
  const ground = svg("rect", { ...box, fill: tile.colour, "fill-opacity": tile.tint });
  const strokes = svg("path", { d: strokesOver(box, tile), fill: "none", stroke: tile.colour, "stroke-width": tile.strokeWidth });
  return svg("g", {}, svg("clipPath", { id: name }, inside), svg("g", { "clip-path": `url(#${name})` }, ground, strokes), outline);
}
