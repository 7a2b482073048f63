/** Which language the page speaks, and the choice of another. */
import { el } from "./elements.ts";
import type { Store } from "./state.ts";
import type { Words } from "./words.ts";

/** The first of the reader's languages that the page has; else the page's own. */
export function preferred(wanted: readonly string[], languages: readonly string[], otherwise: string): string {
  const short = wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  return short.find((tag) => languages.includes(tag)) ?? otherwise;
}

const CLASS = "mapper-language";

export function isLanguageChoice(element: Element | null): boolean {
  return element?.classList.contains(CLASS) ?? false;
}

export function languageChoiceIn(room: HTMLElement): HTMLElement | null {
  return room.querySelector<HTMLElement>(`.${CLASS}`);
}

/** A choice of the languages, each by its own name; nothing where there is only one. */
export function languageChoice(words: Words, languages: readonly string[], store: Store): HTMLElement[] {
  if (languages.length < 2) return [];
  const options = languages.map((language) => {
    const option = el("option", { lang: language }, words.in(language).say(`language.${language}`));
    option.value = language;
    return option;
  });
  const select = el("select", { class: CLASS, "aria-label": words.say("language.choose") }, ...options);
  select.value = words.language;
  select.addEventListener("change", () => store.set({ language: select.value }));
  return [select];
}
