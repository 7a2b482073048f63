/**
 * Names and words folded for comparing, by the tables of `mapper/names.py` and `mapper/intake/fold.py`; a test on both sides
 * holds them to the same spellings. What is shown is always the name as given.
 */

const SAME_LETTER: Readonly<Record<string, string>> = { "ǝ": "ə", "Ǝ": "Ə", "ә": "ə", "Ә": "Ə", I: "ı", "İ": "i" };

/** NFC, one schwa of the four in use, Azerbaijani lower case, no invisible signs, single spaces. */
export function nameKey(name: string): string {
  const letters = Array.from(name.normalize("NFC"), (letter) => SAME_LETTER[letter] ?? letter.toLowerCase()).join("");
  return letters.replace(/\p{Cf}/gu, "").trim().split(/\s+/u).join(" ");
}

function pairs(from: string, to: string): Record<string, string> {
  const sounds = Array.from(to);
  return Object.fromEntries(Array.from(from, (letter, i) => [letter, sounds[i] as string]));
}

function all(letters: string, sound: string): Record<string, string> {
  return Object.fromEntries(Array.from(letters, (letter) => [letter, sound]));
}

const CYRILLIC: Readonly<Record<string, string>> = {
  ...pairs("абвгғдеёжзийјкҝлмноөпрстуүфхһцчҹшщыэ", "abvggdeojziyykklmnooprstuufxhcccşşie"),
  "ъ": "", "ь": "", "ю": "yu", "я": "ya", "қ": "g", "ў": "u", "ҳ": "h",
};
/** Letters that stand for one sound in a romanisation, longest first. */
const TOGETHER = [["dzh", "c"], ["dj", "c"], ["dž", "c"], ["zh", "c"], ["tch", "c"], ["ch", "c"], ["sh", "s"], ["kh", "h"], ["gh", "k"]] as const;
const ALONE: Readonly<Record<string, string>> = {
  ...all("əeäéèêëāâà", "a"), ...all("ıyíîï", "i"), ...all("öôóò", "o"), ...all("üûúù", "u"),
  ...all("ğqgǧ", "k"), ...all("şšś", "s"), ...all("çčcjž", "c"), x: "h", w: "v",
};

const UNHEARD = new RegExp("[ʼʻ’‘'`´′\\-.]", "gu");

function replaced(text: string, table: Readonly<Record<string, string>>): string {
  return Array.from(text, (letter) => table[letter] ?? letter).join("");
}

/** The key that all romanisations of an Azerbaijani name share; words are kept apart by single spaces. */
export function soundKey(name: string): string {
  let text = replaced(nameKey(name), CYRILLIC).replace(UNHEARD, "");
  for (const [several, one] of TOGETHER) text = text.split(several).join(one);
  return replaced(text, ALONE).replace(/(.)\1+/gu, "$1");
}
