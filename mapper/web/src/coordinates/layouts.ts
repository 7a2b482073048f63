/**
 * What a row of signs can mean: the letters of its signs make a word, and a regular expression over it tells the notation. Every
 * layout that fits is kept, because a text that can be read in two ways must come back with two readings.
 *
 * The grammar is that of `mapper/intake/notations.py`, less what is seldom typed: packed degrees and minutes, geopoints of a
 * form, a central meridian. What is left out is refused here, never read in another way.
 */
import type { Figure, Sign } from "./signs.ts";
import { GRID, isGeodetic, marksOf, saysOrder, type Axis } from "./words.ts";

export interface Angle {
  /** Degrees, and minutes, and seconds. */
  readonly figures: readonly Figure[];
  readonly sign: 1 | -1;
}

export interface AnglePair {
  readonly kind: "angles";
  readonly notation: "dd" | "ddm" | "dms";
  readonly lat: Angle;
  readonly lon: Angle;
  readonly ordered: boolean;
  readonly geodetic: boolean;
}

export interface GridPair {
  readonly kind: "grid";
  readonly first: Figure;
  readonly second: Figure;
  /** E, N, X, Y or "". */
  readonly labels: readonly [string, string];
  readonly zone: number | null;
  readonly band: string;
  readonly family: "" | "utm" | "gauss_kruger";
}

export interface Refusal {
  readonly kind: "refusal";
  /** A code of `find.why.*`. */
  readonly why: string;
}

export type Plan = AnglePair | GridPair | Refusal;
type Parts = Readonly<Record<string, readonly Sign[]>>;

const FORMS = [`[+-]?n°?n'?[nf]"?`, `[+-]?n°?[nf]'?`, `[+-]?[nf]°?`];
const HALF = FORMS.join("|");

/** A layout as named parts, each a regular expression; a name with "_" is passed over. */
type Layout = readonly (readonly [name: string, pattern: string])[];

const PAIRS: readonly Layout[] = [
  ...FORMS.map((form): Layout => [["a", form], ["b", form]]),
  [["a", HALF], ["_", ","], ["b", HALF]],
  [["pa", "w{1,3}"], ["a", HALF], ["_", ",?"], ["pb", "w{1,3}"], ["b", HALF]],
  [["a", HALF], ["sa", "w{1,3}"], ["_", ",?"], ["b", HALF], ["sb", "w{1,3}"]],
  [["pa", "w"], ["a", HALF], ["sa", "w"], ["_", ",?"], ["pb", "w"], ["b", HALF], ["sb", "w"]],
];
const ONE_SIDED = new RegExp(`^(?:w(?:${HALF}),?(?:${HALF})|(?:${HALF})w,?(?:${HALF})|(?:${HALF}),?(?:${HALF})w|(?:${HALF}),?w(?:${HALF}))$`);
const SINGLE = new RegExp(`^w{0,3}(?:${HALF}|n')w{0,3}$`);
const PLANES: readonly Layout[] = [
  [["la", "w"], ["a", "[nf]"], ["_", ",?"], ["lb", "w"], ["b", "[nf]"]],
  [["a", "[nf]"], ["la", "w"], ["_", ",?"], ["b", "[nf]"], ["lb", "w"]],
  [["a", "[nf]"], ["_", ",?"], ["b", "[nf]"]],
];
const GRIDS: readonly Layout[] = PLANES.flatMap((plane): Layout[] => [
  [["u", "u?"], ["k", "k*"], ...plane],
  [["u", "u?"], ["k", "k*"], ["_", "z?"], ["zone", "n"], ["band", "w?"], ...plane],
  [["u", "u"], ["_", "z?"], ["zone", "n"], ["band", "w?"], ["_", ","], ...plane],
  [["k", "k*"], ["_", "z"], ["zone", "n"], ["band", "w?"], ["_", ","], ...plane],
  [["zone", "n"], ["band", "w"], ["_", ","], ...plane],
  [["u", "u?"], ["k", "k*"], ...plane, ["_", ",?"], ["u2", "u?"], ["_", "z"], ["zone", "n"], ["band", "w?"]],
  [["u", "u?"], ["k", "k*"], ...plane, ["_", ",?"], ["u2", "u?"], ["zone", "n"], ["band", "w"]],
]);

function compiled(layout: Layout): readonly [RegExp, Layout] {
  return [new RegExp(`^${layout.map(([, pattern]) => `(${pattern})`).join("")}$`), layout];
}

const COMPILED_PAIRS = PAIRS.map(compiled);
const COMPILED_GRIDS = GRIDS.map(compiled);

/** The signs of each part; the parts follow each other without a gap, so their lengths tell where each stands. */
function partsOf([pattern, layout]: readonly [RegExp, Layout], word: string, signs: readonly Sign[]): Parts | null {
  const found = pattern.exec(word);
  if (found === null) return null;
  const parts: Record<string, readonly Sign[]> = {};
  let at = 0;
  layout.forEach(([name], i) => {
    const length = (found[i + 1] as string).length;
    parts[name] = signs.slice(at, at + length);
    at += length;
  });
  return parts;
}

/** Every plan of a row of signs; only refusals, or nothing, when there is no way to read it. */
export function plansOf(signs: readonly Sign[]): Plan[] {
  const word = signs.map(({ kind }) => kind).join("");
  const found: (Plan | null)[] = [];
  for (const layout of COMPILED_PAIRS) {
    const parts = partsOf(layout, word, signs);
    if (parts !== null) found.push(anglePair(parts));
  }
  for (const layout of COMPILED_GRIDS) {
    const parts = partsOf(layout, word, signs);
    if (parts !== null) found.push(gridPair(parts));
  }
  if (SINGLE.test(word) || ONE_SIDED.test(word)) found.push({ kind: "refusal", why: "one_half" });
  return found.filter((plan): plan is Plan => plan !== null);
}

const words = (parts: Parts, ...names: readonly string[]): string[] => names.flatMap((name) => (parts[name] ?? []).map(({ word }) => word));

function anglePair(parts: Parts): AnglePair | Refusal | null {
  const halves = [parts["a"] ?? [], parts["b"] ?? []] as const;
  const said = [words(parts, "pa", "sa"), words(parts, "pb", "sb")];
  const marks = marksOf(said);
  if (typeof marks === "string") return marks === "unknown" ? null : { kind: "refusal", why: marks };
  if (marks.some((mark, i) => mark.sign !== 0 && halves[i as 0 | 1].some(({ kind }) => "+-".includes(kind)))) return { kind: "refusal", why: "letters" };
  const angles = halves.map((half, i) => angle(half, (marks[i as 0 | 1]).sign));
  const [lat, lon] = marks[0].axis === ("lat" satisfies Axis) ? angles : [angles[1], angles[0]];
  if (!lat || !lon) return null;
  const notation = (["dd", "ddm", "dms"] as const)[Math.max(lat.figures.length, lon.figures.length) - 1];
  return notation === undefined ? null : { kind: "angles", notation, lat, lon, ordered: saysOrder(said), geodetic: isGeodetic(said) };
}

function angle(half: readonly Sign[], sign: -1 | 0 | 1): Angle | null {
  const figures = half.flatMap(({ figure }) => (figure === null ? [] : [figure]));
  const fits = figures.every(({ wholeDigits }, i) => wholeDigits <= (i === 0 ? 3 : 2));
  const negative = half[0]?.kind === "-";
  return fits ? { figures, sign: sign !== 0 ? sign : negative ? -1 : 1 } : null;
}

function gridPair(parts: Parts): GridPair | null {
  const [first, second] = [parts["a"]?.[0]?.figure, parts["b"]?.[0]?.figure];
  const [one, other] = ["la", "lb"].map((name) => { const word = words(parts, name)[0]; return word === undefined ? "" : (GRID.get(word) ?? "?"); }) as [string, string];
  if (!first || !second || !["", "EN", "XY"].includes([one, other].sort().join(""))) return null;
  if ([first, second].some(({ wholeDigits }) => wholeDigits < 5 || wholeDigits > 8)) return null;
  const band = (words(parts, "band")[0] ?? "").charAt(0).toUpperCase();
  const zone = parts["zone"]?.[0]?.figure ?? null;
  const isGaussKruger = (parts["k"] ?? []).length > 0;
  if (band !== "" && !"CDEFGHJKLMNPQRSTUVWX".includes(band)) return null;
  if (zone !== null && (zone.wholeDigits > 2 || (band !== "" && isGaussKruger))) return null;
  const isUtm = words(parts, "u", "u2").length > 0 || band !== "";
  return { kind: "grid", first, second, labels: [one, other], zone: zone === null ? null : zone.value, band, family: isUtm ? "utm" : isGaussKruger ? "gauss_kruger" : "" };
}

