/**
 * Fills that do not rest on colour alone: SVG patterns for zones, hazard areas and hot spots.
 *
 * Codes of hatches and colours come from the vocabularies; a colour that is not `#rrggbb` and a hatch that is not known fall
 * back to the strictest look, never to an empty fill.
 */
import { svg } from "./elements.ts";
import { tone } from "./tones.ts";
import type { Words } from "./words.ts";

export interface Look {
  readonly colour: string;
  readonly hatch: string;
  /** SVG dash pattern of the outline; "" is a solid line. */
  readonly dash: string;
}

/** Strokes of one tile of 10 × 10 units. */
const STROKES: Readonly<Record<string, string>> = {
  diagonal: "M-2,2 l4,-4 M0,10 l10,-10 M8,12 l4,-4",
  back_diagonal: "M-2,8 l4,4 M0,0 l10,10 M8,-2 l4,4",
  cross: "M-2,2 l4,-4 M0,10 l10,-10 M8,12 l4,-4 M-2,8 l4,4 M0,0 l10,10 M8,-2 l4,4",
  grid: "M0,5 h10 M5,0 v10",
  horizontal: "M0,5 h10",
  vertical: "M5,0 v10",
  dots: "M4,5 h2",
  dashes: "M1,2.5 h3 M6,7.5 h3",
  sparse_dashes: "M3,5 h4",
  crosses: "M3.5,6.5 l3,-3 M3.5,3.5 l3,3",
  up: "M2.5,6.5 l2.5,-3 l2.5,3",
  up_two: "M2.5,5 l2.5,-3 l2.5,3 M2.5,8.5 l2.5,-3 l2.5,3",
  up_three: "M2.5,3.7 l2.5,-3 l2.5,3 M2.5,6.8 l2.5,-3 l2.5,3 M2.5,9.9 l2.5,-3 l2.5,3",
  down: "M2.5,3.5 l2.5,3 l2.5,-3",
  down_two: "M2.5,2 l2.5,3 l2.5,-3 M2.5,5.5 l2.5,3 l2.5,-3",
  down_three: "M2.5,0.1 l2.5,3 l2.5,-3 M2.5,3.2 l2.5,3 l2.5,-3 M2.5,6.3 l2.5,3 l2.5,-3",
};

/** Hatches of blank ground: thin and wide apart, so that they do not mix with those drawn over them. */
const QUIET = ["dashes", "sparse_dashes", "crosses"];
const QUIET_SCALE = 1.8;
/** Marks of hot spots are larger than the strokes they lie over. */
const MARK_SCALE = 1.6;

const EXTENT_LOOKS: Readonly<Record<string, Look>> = {
  whole: { colour: "#7b2d8b", hatch: "diagonal", dash: "" },
  part: { colour: "#b0529f", hatch: "back_diagonal", dash: "8 5" },
  interpreted: { colour: "#4a3f9f", hatch: "cross", dash: "1 5" },
};

const HAZARD_LOOKS: Readonly<Record<string, Look>> = {
  cha: { colour: "#ff0000", hatch: "grid", dash: "" },
  sha: { colour: "#f4a718", hatch: "horizontal", dash: "" },
};

/** Quiet, and apart from the dots of what is not assessed and from the lines of zones and hazards. */
const SURVEY_COLOUR = "#9a9fa5";
const SURVEY_HATCHES: Readonly<Record<string, string>> = { not_surveyed: "dashes", partly: "sparse_dashes" };

const STATUS_DASHES: Readonly<Record<string, string>> = { open: "", worked_on: "8 4", suspended: "8 4 2 4", closed: "2 4" };

/** The colour, when it is written as `#rrggbb`; else the fallback. */
export function colourOr(colour: string | null | undefined, fallback: string): string {
  return colour !== null && colour !== undefined && /^#[0-9a-f]{6}$/i.test(colour) ? colour : fallback;
}

function look(words: Words, vocabulary: string, code: string, fallback: Look): Look {
  const term = words.term(vocabulary, code);
  const hatch = term?.hatch ?? fallback.hatch;
  return { ...fallback, colour: tone(colourOr(term?.colour, fallback.colour)), hatch: hatch in STROKES ? hatch : fallback.hatch };
}

/** How a zone of this extent looks; an unknown extent looks like a whole one. */
export function extentLook(words: Words, extent: string): Look {
  return look(words, "extent", extent, EXTENT_LOOKS[extent] ?? (EXTENT_LOOKS["whole"] as Look));
}

/** How a hazard of this class looks; the outline tells its status. An unknown class looks like a confirmed one. */
export function hazardLook(words: Words, hazardClass: string, status: string): Look & { readonly outline: string } {
  const fill = look(words, "hazard_class", hazardClass, HAZARD_LOOKS[hazardClass] ?? (HAZARD_LOOKS["cha"] as Look));
  const outline = tone(colourOr(words.term("hazard_status", status)?.colour, "#ff0000"));
  return { ...fill, outline, dash: STATUS_DASHES[status] ?? "" };
}

/** How ground of this state of survey looks where nothing lies on it; what is not known looks apart. */
export function surveyLook(state: string): Look {
  return { colour: tone(SURVEY_COLOUR), hatch: SURVEY_HATCHES[state] ?? "crosses", dash: "" };
}

/** How cells of a class of the hot spots look: marks up where more was reported, down where less, and as many as it is sure. */
export function hotspotLook(words: Words, code: string): Look {
  const { colour, hatch } = words.term("hotspot_class", code) ?? {};
  return { colour: tone(colourOr(colour, "#5b6168")), hatch: hatch ?? "", dash: "" };
}

/** The patterns in use, held by one hidden drawing that all others refer to. */
export class Hatches {
  private readonly defs = svg("defs");
  private readonly known = new Map<string, string>();
  readonly element = svg("svg", { class: "mapper-hatches", width: 0, height: 0, "aria-hidden": "true", focusable: "false" }, this.defs);

  /** A fill value for this look; the pattern is made when first asked for. */
  fill({ colour, hatch }: Look, tint = 0.12): string {
    const key = `${colour} ${hatch} ${tint}`;
    const id = this.known.get(key) ?? `mapper-hatch-${this.known.size}`;
    if (!this.known.has(key)) {
      this.known.set(key, id);
      const quiet = QUIET.includes(hatch);
      const isMark = /^(up|down)/.test(hatch);
      this.defs.append(
        svg(
          "pattern",
          { id, width: 10, height: 10, patternUnits: "userSpaceOnUse", patternTransform: `scale(${quiet ? QUIET_SCALE : isMark ? MARK_SCALE : 1})` },
          svg("rect", { width: 10, height: 10, fill: colour, "fill-opacity": tint }),
          svg("path", { d: STROKES[hatch] ?? "", stroke: colour, fill: "none", "stroke-width": quiet ? 0.55 : hatch === "dots" ? 2.4 : 1.3 }),
        ),
      );
    }
    return `url(#${id})`;
  }
}
