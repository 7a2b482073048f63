/** The place in every notation, each with its accuracy and a button that copies it. */
import { button, el, foldout } from "../elements.ts";
import type { LonLat } from "../geometry.ts";
import type { Words } from "../words.ts";
import { write, type Written } from "./write.ts";

function select(element: HTMLElement): void {
  const selection = window.getSelection();
  selection?.removeAllRanges();
  const range = document.createRange();
  range.selectNodeContents(element);
  selection?.addRange(range);
}

/** Copy, or where the browser does not allow it, mark the text for the reader to copy; the answer is what was done. */
async function copy(text: string, shown: HTMLElement): Promise<"copied" | "selected"> {
  try {
    // On plain http there is no clipboard, and a reader may have forbidden it.
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    select(shown);
    return "selected";
  }
}

function row(words: Words, { code, text, accuracy_m }: Written, told: HTMLElement): HTMLElement {
  const shown = el("code", {}, text);
  const name = words.say(`coordinates.${code}`);
  const onPress = () => {
    void copy(text, shown).then((done) => (told.textContent = words.say(`coordinates.${done}`, { text })));
  };
  return el(
    "div",
    {},
    el("dt", {}, name),
    el("dd", {}, shown, " ", el("span", { class: "mapper-hint" }, words.say("coordinates.accuracy", { radius: words.metres(Math.ceil(accuracy_m)) }))),
    el("dd", {}, button({ class: "mapper-copy", "aria-label": words.say("coordinates.copy_of", { name }) }, onPress, words.say("coordinates.copy"))),
  );
}

/** `uncertainty_m`: how exactly the place is known; no digit is written that it does not allow. */
export function coordinatesSection(words: Words, at: LonLat, uncertainty_m: number): HTMLElement {
  const told = el("p", { class: "mapper-hint", role: "status" });
  const rows = () => [el("dl", { class: "mapper-coordinates" }, ...write(at, uncertainty_m).map((written) => row(words, written, told))), told];
  return foldout([words.say("coordinates.title")], rows, { class: "mapper-coordinates-fold" });
}
