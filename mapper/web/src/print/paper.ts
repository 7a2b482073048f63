/**
 * Sheets of paper, and what lies where on one. All lengths are tenths of a millimetre: a browser that enforces a least size of
 * letters would spoil text measured in millimetres.
 *
 * Nothing lies over the map: a scale bar or a north arrow on it could hide a hazard. Beside the map, or under it, stands the
 * legend; it is made smaller, and given more room, until all of it fits.
 */
import { SheetRefused } from "./refused.ts";

export const FORMATS = { A4: [2100, 2970], A3: [2970, 4200] } as const;
export type Format = keyof typeof FORMATS;

export interface Paper {
  readonly format: Format;
  readonly landscape: boolean;
}

export const PAPERS: readonly Paper[] = (["A4", "A3"] as const).flatMap((format) => [true, false].map((landscape) => ({ format, landscape })));

/** The paper to begin with: A4, turned as the map on the screen is. */
export function paperFor({ x, y }: { readonly x: number; readonly y: number }): Paper {
  return PAPERS.find(({ format, landscape }) => format === "A4" && landscape === x >= y) as Paper;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** What printers cannot reach, and a little more. */
const MARGIN = 80;
const GAP = 24;
/** Room around the map for the degrees of the graticule. */
export const GUTTER = 36;

export function sizeOf({ format, landscape }: Paper): Size {
  const [short, long] = FORMATS[format];
  return landscape ? { width: long, height: short } : { width: short, height: long };
}

/** The rule that tells a printer of the paper. No margin: a browser writes the page's address into one. */
export function pageRule({ format, landscape }: Paper): string {
  return `@page { size: ${format} ${landscape ? "landscape" : "portrait"}; margin: 0; }`;
}

/** Something that stands in a column; `keep`: never the last of its column. */
export interface Piece {
  readonly height: number;
  readonly keep: boolean;
}

export interface Place {
  readonly column: number;
  readonly y: number;
}

/** Where pieces stand when they run down one column after the other; null where they find no room. */
export function flow(pieces: readonly Piece[], columns: number, room: number): Place[] | null {
  const places: Place[] = [];
  let [column, y] = [0, 0];
  for (let index = 0; index < pieces.length; index++) {
    let needed = 0;
    for (let next = index; next < pieces.length; next++) {
      needed += (pieces[next] as Piece).height;
      if (!(pieces[next] as Piece).keep) break;
    }
    if (y > 0 && y + needed > room) [column, y] = [column + 1, 0];
    if (column >= columns || y + needed > room) return null;
    places.push({ column, y });
    y += (pieces[index] as Piece).height;
  }
  return places;
}

export interface LegendPlan {
  /** Size of letters. */
  readonly size: number;
  readonly columns: number;
  readonly columnWidth: number;
  readonly room: Rect;
  readonly places: readonly Place[];
}

export interface SheetPlan {
  readonly page: Size;
  readonly head: Rect;
  readonly foot: Rect;
  /** The map itself, without its gutter. */
  readonly map: Rect;
  readonly legend: LegendPlan;
}

/** What the texts need: heights for a width, and the legend's pieces for a size of letters and a width. */
export interface SheetNeeds {
  /** Height of the strip under the map, for scale and north. */
  readonly strip: number;
  head(width: number): number;
  foot(width: number): number;
  pieces(size: number, width: number): readonly Piece[];
}

const LARGEST = { A4: 26, A3: 30 } as const;
const SHRINK = 0.93;
/** Shares of the sheet that the legend may take beside the map, and under it, in the order in which they are tried. */
const BESIDE = [0.2, 0.24, 0.29] as const;
const UNDER = [0.08, 0.1, 0.12, 0.14, 0.17, 0.2, 0.24, 0.29] as const;
const AT_MOST = 0.35;
/** Letters smaller than this are hard to read: the legend gets all the room it may have before they are. */
const READABLE = 20;
const COLUMN = 620;

function* tries({ format, landscape }: Paper): Generator<readonly [size: number, share: number]> {
  for (let size: number = LARGEST[format]; size >= READABLE; size *= SHRINK) for (const share of landscape ? BESIDE : UNDER) yield [size, share];
  for (let size = READABLE; size > 1; size *= SHRINK) yield [size, AT_MOST];
}

/** Lay out a sheet. Throws SheetRefused when no letters are small enough for the legend. */
export function planSheet(paper: Paper, needs: SheetNeeds): SheetPlan {
  const page = sizeOf(paper);
  const width = page.width - 2 * MARGIN;
  const head = { x: MARGIN, y: MARGIN, width, height: needs.head(width) };
  const footHeight = needs.foot(width);
  const foot = { x: MARGIN, y: page.height - MARGIN - footHeight, width, height: footHeight };
  const top = head.y + head.height + GAP;
  const high = foot.y - GAP - top;
  for (const [size, share] of tries(paper)) {
    const room = paper.landscape
      ? { x: page.width - MARGIN - width * share, y: top, width: width * share, height: high }
      : { x: MARGIN, y: foot.y - GAP - high * share, width, height: high * share };
    const columns = paper.landscape ? 1 : Math.round(width / COLUMN);
    const columnWidth = (room.width - GAP * (columns - 1)) / columns;
    const places = flow(needs.pieces(size, columnWidth), columns, room.height);
    if (places === null) continue;
    const used = paper.landscape ? room.height : Math.max(0, ...needs.pieces(size, columnWidth).map((piece, at) => piece.height + (places[at] as Place).y));
    const below = { ...room, y: room.y + room.height - used, height: used };
    const map = {
      x: MARGIN + GUTTER,
      y: top + GUTTER,
      width: width - 2 * GUTTER - (paper.landscape ? room.width + GAP : 0),
      height: high - 2 * GUTTER - needs.strip - (paper.landscape ? 0 : used + GAP),
    };
    return { page, head, foot, map, legend: { size, columns, columnWidth, room: below, places } };
  }
  throw new SheetRefused("undrawn");
}
