/**
 * The words and letters beside the figures of a coordinate, in English, Russian, Azerbaijani and Turkish, with their traps: the
 * table of `mapper/intake/words.py`, where the reasons stand. A Ş alone is north as well as east; a Latin B is west only beside a
 * Turkish letter and latitude only beside L; С and C, В and B count only beside a letter of their own language.
 */
import { nameKey } from "../fold.ts";

export type Axis = "lat" | "lon";

export interface Mark {
  readonly axis: Axis;
  /** 0 where the word does not say the hemisphere. */
  readonly sign: -1 | 0 | 1;
  readonly languages: ReadonlySet<string>;
  /** The language that the other mark of the pair must be of. */
  readonly needs: string;
}

/** Azerbaijani lower case, letters only, both i's as one. */
export function foldWord(word: string): string {
  return nameKey(word).replace(/[^\p{L}]/gu, "").split("ı").join("i");
}

const HEMISPHERES: readonly (readonly [Axis, -1 | 1, Readonly<Record<string, string>>])[] = [
  ["lat", 1, { en: "n north northern", ru: "с сш сев север северная северной северный", az: "şm şme şe şimal shimal simal", tr: "k kuzey" }],
  ["lat", -1, { en: "s south southern", ru: "ю юш юж юг южная южной южный", az: "c cm cme ce cənub cenub janub", tr: "g güney guney" }],
  ["lon", 1, { en: "e east eastern", ru: "в вд вост восток восточная восточной восточный", az: "şu şrq şərq serq sherq", tr: "d doğu dogu" }],
  ["lon", -1, { en: "w west western", ru: "з зд зап запад западная западной западный", az: "q qu qərb qerb", tr: "b bati" }],
];
const AXES: Readonly<Record<Axis, string>> = {
  lat: "lat latitude широта широты шир ш enlik enliyi enlem enlemi",
  lon: "lon long lng longitude долгота долготы долг д uzunluq uzunluğu uzunlugu boylam boylami",
};
const NEEDS_COMPANION: Readonly<Record<string, string>> = { b: "tr", c: "az", "с": "ru", "в": "ru" };
const EVERY = new Set(["en", "ru", "az", "tr"]);

function marks(): Map<string, Mark> {
  const found = new Map<string, Mark>();
  for (const [axis, sign, wordsOf] of HEMISPHERES) {
    for (const [language, words] of Object.entries(wordsOf)) {
      for (const word of words.split(" ")) found.set(word, { axis, sign, languages: new Set([language]), needs: NEEDS_COMPANION[word] ?? "" });
    }
  }
  for (const axis of ["lat", "lon"] as const) {
    for (const word of AXES[axis].split(" ")) found.set(word, { axis, sign: 0, languages: EVERY, needs: "" });
  }
  // A Cyrillic Е between figures stands for no Russian word: it is the Latin letter, typed on the other keyboard.
  return found.set("е", found.get("e") as Mark);
}

function each(kinds: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(kinds).flatMap(([kind, words]) => words.split(" ").map((word) => [word, kind] as const)));
}

export const MARKS: ReadonlyMap<string, Mark> = marks();
export const NORTH_OR_EAST = "ş";
/** Soviet B and L; they count only when both are there. */
export const GEODETIC: ReadonlyMap<string, Axis> = new Map([["b", "lat"], ["в", "lat"], ["l", "lon"], ["л", "lon"]]);
/** Labels of plane coordinates. X and Y have two conventions, E and N have one. */
export const GRID = each({ X: "x х", Y: "y у", E: "e me easting east е", N: "n mn northing north" });
/** Words that are a mark of a unit, a separator, the name of a grid, or (".") nothing. */
export const KINDS = each({
  "°": "deg degree degrees град градус градуса градусов derece dərəcə der",
  "'": "min minute minutes мин минута минуты минут dakika dəqiqə dəq dk",
  '"': "sec second seconds сек секунда секунды секунд saniyə saniye san sn",
  z: "zone zona зона зоны",
  u: "utm",
  k: "gk гк gauss krüger kruger krueger гаусса крюгера",
  ",": "and və ve и",
  ".": "m м mgrs coordinate coordinates coords координаты koordinat koordinatlar gps",
});

/** What the words beside the first and the second figure say; the code of the reason when they are refused. */
export function marksOf(words: readonly (readonly string[])[]): readonly [Mark, Mark] | string {
  const flat = words.flat();
  if (flat.includes(NORTH_OR_EAST)) return "letters";
  const axes = byConvention(flat);
  if (axes !== null) return axes.map((axis) => ({ axis, sign: 0, languages: EVERY, needs: "" })) as unknown as readonly [Mark, Mark];
  if (!flat.every((word) => MARKS.has(word))) return "unknown";
  const [first, second] = words.map((side) => merged(side.map((word) => MARKS.get(word) as Mark)));
  if (!first || !second || first.axis === second.axis) return "letters";
  const alone = [[first, second], [second, first]].some(([mark, other]) => mark?.needs && !other?.languages.has(mark.needs));
  return alone ? "letters" : [first, second];
}

/** Whether the words say which is the latitude; X and Y do by one convention of two. */
export function saysOrder(words: readonly (readonly string[])[]): boolean {
  const flat = words.flat();
  return flat.length > 0 && !flat.some((word) => ["X", "Y"].includes(GRID.get(word) ?? ""));
}

/** Whether the words are B and L. */
export function isGeodetic(words: readonly (readonly string[])[]): boolean {
  return words.flat().map((word) => GEODETIC.get(word) ?? "").sort().join(" ") === "lat lon";
}

function byConvention(flat: readonly string[]): readonly [Axis, Axis] | null {
  if (flat.length === 0) return ["lat", "lon"];
  if (isGeodetic([flat])) return flat.map((word) => GEODETIC.get(word)) as unknown as readonly [Axis, Axis];
  const labels = flat.map((word) => GRID.get(word) ?? "?");
  if ([...labels].sort().join("") !== "XY") return null;
  return labels[0] === "X" ? ["lon", "lat"] : ["lat", "lon"];
}

/** What several words say together; null when they disagree. */
function merged(given: readonly Mark[]): Mark | null {
  const first = given[0] as Mark;
  const signs = new Set(given.map(({ sign }) => sign).filter((sign) => sign !== 0));
  if (given.some(({ axis }) => axis !== first.axis) || signs.size > 1) return null;
  const languages = new Set([...first.languages].filter((language) => given.every((mark) => mark.languages.has(language))));
  return { axis: first.axis, sign: [...signs][0] ?? 0, languages, needs: given.length > 1 ? "" : first.needs };
}
