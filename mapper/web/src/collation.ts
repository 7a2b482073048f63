/**
 * The alphabetical order of names in the language of the page, without the browser's `Intl`, which lacks Azerbaijani.
 *
 * A letter of the alphabet has its own place (ə after e, x after h, ı before i, q after k); any other letter with a mark
 * stands with the letter it is made from. Case and such marks decide only between names that are otherwise equal. Signs stand
 * before digits, digits before letters, and the letters of the page's own script before those of the other.
 */

/** The Azerbaijani alphabet; w, which it lacks, stands after v. */
const AZERBAIJANI = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz";
/** With the two letters of Azerbaijani names that are made from no other. */
const LATIN = "abcdeəfghiıjklmnopqrstuvwxyz";
const CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя";

const LETTERS: Readonly<Record<string, string>> = {
  az: AZERBAIJANI + CYRILLIC,
  en: LATIN + CYRILLIC,
  ru: CYRILLIC + LATIN,
};

const FIRST_LETTER = 0x10_000;
const MARKS = /[\u0300-\u036f]/g;

/** İ and I are letters of their own in Azerbaijani; U+01DD is a look-alike of ə that some lists write. */
function lower(text: string, language: string): string {
  const composed = text.normalize("NFC").replace(/[\u01dd\u018e]/g, "ə");
  const own = language === "az" ? composed.replace(/I/g, "ı").replace(/\u0130/g, "i") : composed;
  return own.toLowerCase().normalize("NFC");
}

function weights(text: string, language: string): number[] {
  const letters = LETTERS[language] ?? (LETTERS["en"] as string);
  const weigh = (letter: string): number[] => {
    const place = letters.indexOf(letter);
    if (place >= 0) return [FIRST_LETTER + place];
    const bare = letter.normalize("NFD").replace(MARKS, "");
    if (bare !== letter) return [...bare].flatMap(weigh);
    return [(letter.codePointAt(0) as number) + (/\p{L}/u.test(letter) ? 2 * FIRST_LETTER : 0)];
  };
  return [...lower(text, language)].flatMap(weigh);
}

function compareWeights(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Items in the alphabetical order of their names; equal names keep their order. */
export function sortedByName<T>(language: string, items: readonly T[], name: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, text: name(item), key: weights(name(item), language) }));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  keyed.sort((a, b) => compareWeights(a.key, b.key) || byText(a.text, b.text));
  return keyed.map(({ item }) => item);
}
