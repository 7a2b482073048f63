/** The keys of the page: `/` for the search, `?` for their list. */
import { button, el } from "./elements.ts";
import type { Words } from "./words.ts";

const KEYS = [
  ["/", "keys.find"],
  ["← ↑ → ↓", "keys.move"],
  ["+  −", "keys.zoom"],
  ["Enter", "keys.ask"],
  ["Esc", "keys.close"],
  ["?", "keys.help"],
] as const;

/** A button that opens the list of keys beside it. */
export function keysHelp(words: Words): { readonly element: HTMLElement; toggle(): void; close(): boolean } {
  const list = el("dl", { class: "mapper-keys", id: "mapper-keys", hidden: true }, ...KEYS.flatMap(([key, code]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words.say(code))]));
  const open = (opened: boolean) => {
    list.hidden = !opened;
    opener.setAttribute("aria-expanded", String(opened));
  };
  const toggle = () => open(list.hidden);
  const name = words.say("keys.title");
  const opener = button({ "aria-label": name, title: name, "aria-expanded": "false", "aria-controls": "mapper-keys" }, toggle, "?");
  /** False where there was nothing to close. */
  const close = () => {
    const wasOpen = !list.hidden;
    open(false);
    return wasOpen;
  };
  return { element: el("div", { class: "mapper-keys-help" }, opener, list), toggle, close };
}

/** Whether a key is text for somebody else: a field, a list, or part of a command of the browser. */
function isTyped({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey || (target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null);
}

/** Call what a key stands for, wherever in the document the keyboard is. */
export function onKeys(document: Document, acts: Readonly<Record<string, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (act === undefined || isTyped(event)) return;
    event.preventDefault();
    act();
  });
}
