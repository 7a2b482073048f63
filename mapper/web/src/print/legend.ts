/** The legend of the page as pieces for a sheet: headings, signs with their text, and notes. */
import { svg } from "../elements.ts";
import type { Copier } from "./capture.ts";
import type { Piece } from "./paper.ts";
import { heightOf, line, paragraph, wrap, type Font, type Measure } from "./text.ts";

export interface LegendPiece extends Piece {
  /** Drawn with its upper left corner there. */
  draw(x: number, y: number, copier: Copier): SVGElement[];
}

/** Signs on the page, in pixels. */
const SIGN = { width: 34, height: 20 } as const;
/** A sign's width, and the space beside it, in sizes of letters. */
const SIGN_WIDTH = 2.2;
const TEXT_AFTER = 2.8;
const SPACE = 0.22;
const SMALL = 0.88;

function sign(copier: Copier, mark: Element, x: number, y: number, size: number): SVGElement[] {
  const width = SIGN_WIDTH * size;
  const height = (width * SIGN.height) / SIGN.width;
  if (mark instanceof SVGElement) return [copier.copy(mark, { x, y, width, height }, { x: 0, y: 0, ...SIGN })];
  const badge = svg("rect", { x: x + width / 4, y, width: width / 2, height, fill: "#fff3c4", stroke: "#1f2933", "stroke-width": size / 10 });
  return [badge, line(mark.textContent ?? "", x + width / 2, y + height * 0.78, { size: size * SMALL, bold: true }, "middle")];
}

function text(said: string, width: number, font: Font, before: number, keep: boolean, measure: Measure): LegendPiece {
  const lines = wrap(said, width, font, measure);
  const height = before + heightOf(lines, font) + font.size * SPACE;
  return { height, keep, draw: (x, y) => paragraph(lines, x, y + before, font) };
}

function row(item: Element, width: number, size: number, measure: Measure): LegendPiece {
  const [mark, words] = [item.children[0], item.children[1]];
  const font = { size };
  const lines = wrap((words ?? item).textContent ?? "", width - TEXT_AFTER * size, font, measure);
  const signHeight = (SIGN_WIDTH * size * SIGN.height) / SIGN.width;
  const high = Math.max(heightOf(lines, font), signHeight);
  return {
    height: high + size * SPACE * 1.6,
    keep: false,
    draw: (x, y, copier) => [
      ...(mark === undefined || words === undefined ? [] : sign(copier, mark, x, y + (high - signHeight) / 2, size)),
      ...paragraph(lines, x + TEXT_AFTER * size, y + (high - heightOf(lines, font)) / 2, font),
    ],
  };
}

/** The pieces of the legend's parts, as `legendParts` makes them, for a width and a size of letters. */
export function legendPieces(parts: readonly HTMLElement[], size: number, width: number, measure: Measure): LegendPiece[] {
  const pieces = (element: Element): LegendPiece[] => {
    const said = element.textContent ?? "";
    if (element.matches("ul")) return Array.from(element.children, (item) => row(item, width, size, measure));
    if (element.matches("h2, h3, h4")) return [text(said, width, { size: size * 1.06, bold: true }, size * 0.4, true, measure)];
    if (element.childElementCount > 0 && !element.matches("p")) return Array.from(element.children).flatMap(pieces);
    return [text(said, width, { size: size * SMALL, bold: element.matches(".mapper-warning") }, 0, false, measure)];
  };
  return parts.flatMap(pieces);
}
