/**
 * Every word on the page, by vocabulary, code and language.
 *
 * Labels come with the data (from `mapper/terms`), so the page holds no wording of its own. A language that lacks a label
 * falls back to English, and a code that is in no vocabulary is shown as it is: never as nothing. Numbers and dates are
 * written by own rules taken from the same words, because browsers do not know Azerbaijani.
 */
import type { Told } from "./data.ts";
import { pluralForm } from "./plural.ts";

export interface Term {
  readonly label: Readonly<Record<string, string>>;
  readonly definition?: Readonly<Record<string, string>> | null;
  readonly colour?: string | null;
  readonly hatch?: string | null;
  readonly symbol?: string | null;
}

export type WordList = Readonly<Record<string, Readonly<Record<string, Term>>>>;
export type Values = Readonly<Record<string, string | number>>;

const FALLBACK_LANGUAGE = "en";

function own<T>(record: Readonly<Record<string, T>> | null | undefined, key: string): T | undefined {
  return record && Object.prototype.hasOwnProperty.call(record, key) ? record[key] : undefined;
}

/** How a language writes numbers, and which of the forms of a word stands after one. */
export interface Grammar {
  number(value: number, decimals: number): string;
  form(forms: readonly string[], value: string | number): string;
}

const MOST_DECIMALS = 3;

/**
 * Put values into a sentence's {names}; `{n|zone|zones}` is the word that fits the number. A name without a value stays as it
 * is, and a value is never read again.
 */
export function fill(sentence: string, values: Values, grammar: Grammar): string {
  return sentence.replace(/\{(\w+)(?:\|([^{}]*))?\}/g, (place, key: string, forms: string | undefined) => {
    const value = own(values, key);
    if (value === undefined) return place;
    if (forms !== undefined) return grammar.form(forms.split("|"), value);
    return typeof value === "number" ? grammar.number(value, MOST_DECIMALS) : value;
  });
}

export class Words implements Grammar {
  /** `language` may be exchanged: whoever holds these words then speaks the new one. */
  constructor(
    private readonly list: WordList,
    private spoken: string,
  ) {}

  get language(): string {
    return this.spoken;
  }

  speak(language: string): void {
    this.spoken = language;
  }

  /** The same words in a language, whatever this page speaks. */
  in(language: string): Words {
    return new Words(this.list, language);
  }

  term(vocabulary: string, code: string): Term | undefined {
    return own(own(this.list, vocabulary), code);
  }

  /** All codes of a vocabulary, in its order. */
  codes(vocabulary: string): string[] {
    return Object.keys(own(this.list, vocabulary) ?? {});
  }

  /** A text that the edition gives by language; its plain one where it does not have this language. */
  of(texts: Readonly<Record<string, string>>, plain: string): string {
    return own(texts, this.language) ?? plain;
  }

  /** A sentence that came with the data. */
  told(text: Told): string {
    return typeof text === "string" ? text : (this.inLanguage(text) ?? "");
  }

  private inLanguage(texts: Readonly<Record<string, string>> | null | undefined): string | undefined {
    return own(texts, this.language) ?? own(texts, FALLBACK_LANGUAGE);
  }

  /** The label of a code; the code itself when it is not known; "not stated" when there is none. */
  label(vocabulary: string, code: string | null): string {
    if (code === null || code === "") return this.say("not_stated");
    return this.inLanguage(this.term(vocabulary, code)?.label) ?? code;
  }

  definition(vocabulary: string, code: string): string | undefined {
    return this.inLanguage(this.term(vocabulary, code)?.definition);
  }

  /** A sentence of the page. */
  say(code: string, values: Values = {}): string {
    return fill(this.inLanguage(this.term("page", code)?.label) ?? code, values, this);
  }

  /** A sentence that ends in a code of the data; `otherwise` where there is none for that code. */
  sayOf(prefix: string, code: string, otherwise: string): string {
    const known = this.term("page", `${prefix}.${code}`) !== undefined;
    return known ? this.say(`${prefix}.${code}`) : otherwise;
  }

  /** What is forbidden in a zone of this extent; an unknown extent is told as a whole one, and one that is not stated so. */
  ban(extent: string | null): string {
    if (extent === null || extent === "") return this.say("zone.label.not_stated");
    return this.sayOf("zone.label", extent, this.say("zone.label.whole"));
  }

  /** A fixed sentence: of the vocabulary of caveats, else of the page. */
  caveat(code: string, values: Values): string {
    const fixed = this.inLanguage(this.term("caveat", code)?.label);
    return fixed === undefined ? this.say(code, values) : fill(fixed, values, this);
  }

  /** Of the forms of a word, the one that stands after a value. */
  form(forms: readonly string[], value: string | number): string {
    return pluralForm(this.language, forms, value);
  }

  /** 12345.678 -> "12,345.7" with at most so many decimals. */
  number(value: number, decimals = 0): string {
    const [, group = "", point = "."] = /^1(.*)234(.)5$/.exec(this.say("number.sample")) ?? [];
    const [whole = "", part = ""] = Math.abs(value).toFixed(decimals).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
    const rest = part.replace(/0+$/, "");
    const sign = value < 0 && Number(`${whole}.${part}`) !== 0 ? "-" : "";
    return sign + grouped + (rest === "" ? "" : point + rest);
  }

  /** At least `digits` significant digits: 0.01234 -> "0.0123". */
  significant(value: number, digits = 3): string {
    if (value === 0) return "0";
    const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
    return this.number(value, Math.max(0, Math.min(12, decimals)));
  }

  /** A count, where null is "not stated" and 0 is 0. */
  count(value: number | null): string {
    return value === null ? this.say("not_stated") : this.number(value);
  }

  metres(value: number): string {
    return this.say("unit.m", { n: this.number(value) });
  }
}
