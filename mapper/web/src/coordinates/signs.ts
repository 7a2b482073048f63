/**
 * A coordinate text cut into signs: figures, marks of degrees and minutes, words, separators (`mapper/intake/signs.py`).
 *
 * A comma separates, or marks the decimals; a blank separates, or groups thousands. `ways` gives the signs for each of these
 * uses that the text allows, because no use can be told from the signs alone.
 */
import { foldWord, GEODETIC, GRID, KINDS, MARKS, NORTH_OR_EAST } from "./words.ts";

export interface Figure {
  readonly value: number;
  readonly decimals: number;
  readonly wholeDigits: number;
  readonly leadingZero: boolean;
}

/**
 * n whole figure, f figure with decimals, ° ' " marks, w word, + and - signs, "," separator, z zone, u UTM, k Gauss-Krüger,
 * "!" a dash that may be a minus, "?" what is not known.
 */
export interface Sign {
  readonly kind: string;
  readonly word: string;
  readonly figure: Figure | null;
}

// Patterns with foreign letters are made from text: the bundler writes text in ASCII, and a pattern as it stands.
const WRITTEN_AS: readonly (readonly [string, RegExp])[] = [
  ["", /\p{Cf}/gu],
  ["'", new RegExp("[′’‘´`ʹʼʻ‵＇]", "gu")],
  ['"', new RegExp("[″”“ʺ„〃]", "gu")],
  ["°", new RegExp("[º˚]", "gu")],
  ["-", new RegExp("[−‐‑‒–—]", "gu")],
  [" ", /[\s\p{Zs}]/gu],
];

/** Each written sign in one form, as `mapper/intake/figures.py` writes it. */
export function inOneForm(text: string): string {
  return WRITTEN_AS.reduce((written, [form, variants]) => written.replace(variants, form), text.normalize("NFC"));
}

const NUMBERS = {
  point: String.raw`\d+(?:\.\d+)?`,
  comma: String.raw`\d+(?:,\d+)?`,
  thousands: String.raw`\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?`,
} as const;
type Way = keyof typeof NUMBERS;
const REST = String.raw`(?<deg>\u00b0)|(?<sec>''|")|(?<min>')|(?<sign>[+-])|(?<sep>[,;/|])|(?<word>\p{L}+(?:\. ?\p{L}+)*\.?)|(?<nothing>[ :()\[\]])|(?<equals>=)|(?<bad>.)`;
const LETTERS: Readonly<Record<string, string>> = { deg: "°", min: "'", sec: '"', sep: "," };
/** ISO 6709, +39.99096+046.92736/: the one notation in which a sign directly follows a figure. */
const GLUED = /^[+-]\d+(?:\.\d+)?[+-]\d+(?:\.\d+)?\/?$/;
const LIST = /^(?:[^,]*\d(?:,(?! )[^,]+){3,}|[^,]*\d(?:, [^,]+){3,})$/;
const THOUSANDS = /^\d{1,3}(?:,\d{3})+$/;

export function* ways(text: string): Generator<readonly Sign[]> {
  yield cut(text, "point");
  if (/\d,\d/.test(text) && !/\d\.\d/.test(text)) yield cut(text, "comma");
  if (LIST.test(text.trim())) yield cut(text.replace(/,/g, " "), "point");
  if (/\d[ ,]\d{3}(?!\d)/.test(text)) yield cut(text, "thousands");
}

export function figureOf(written: string, thousands = false): Figure {
  const decimals = thousands && THOUSANDS.test(written) ? "" : (/[.,](\d+)$/.exec(written)?.[1] ?? "");
  const digits = written.replace(/\D/g, "");
  const wholeDigits = digits.length - decimals.length;
  return { value: Number(`${digits.slice(0, wholeDigits)}.${decimals}`), decimals: decimals.length, wholeDigits, leadingZero: digits.startsWith("0") };
}

function sign(kind: string, word = "", figure: Figure | null = null): Sign {
  return { kind, word, figure };
}

function cut(text: string, way: Way): readonly Sign[] {
  const glued = GLUED.test(text.trim());
  const signs: Sign[] = [];
  const scanner = new RegExp(`(?<num>${NUMBERS[way]})|${REST}`, "gsu");
  for (let found = scanner.exec(text); found !== null; found = scanner.exec(text)) {
    const [group, written] = Object.entries(found.groups ?? {}).find(([, part]) => part !== undefined) as [string, string];
    const at = found.index;
    if (group === "num") {
      const figure = figureOf(written, way === "thousands");
      signs.push(sign(figure.decimals > 0 ? "f" : "n", "", figure));
    } else if (group === "sign") {
      const [before, after] = [text.charAt(at - 1), text.charAt(at + 1)];
      const alone = glued || before === "" || " ,;/|=:([".includes(before) || /\p{L}/u.test(before);
      signs.push(sign(/\d/.test(after) && alone ? written : "!"));
    } else if (group === "word") {
      signs.push(wordSign(written));
    } else if (group === "bad" || (group === "equals" && signs[signs.length - 1]?.kind !== "w")) {
      signs.push(sign("?"));
    } else if (LETTERS[group] !== undefined) {
      signs.push(sign(LETTERS[group] as string));
    }
  }
  return signs.filter(({ kind }) => kind !== ".");
}

/** Look a word up; a single letter that is no word may still be the band of a zone. */
function wordSign(written: string): Sign {
  const folded = foldWord(written);
  const kind = KINDS.get(folded);
  if (kind !== undefined) return sign(kind, folded);
  const known = MARKS.has(folded) || GRID.has(folded) || GEODETIC.has(folded) || folded === NORTH_OR_EAST;
  return known || /^[a-z]$/.test(folded) ? sign("w", folded) : sign("?");
}
