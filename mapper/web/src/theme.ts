/** Light or dark: as the device has it, or as the reader chose. Paper is always light. */
import type { Map as LeafletMap } from "leaflet";

import { button, el } from "./elements.ts";
import type { Store, ViewState } from "./state.ts";
import type { Words } from "./words.ts";

export const THEMES = ["device", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const SIGNS: Readonly<Record<ThemeChoice, string>> = { device: "\u25d0", light: "\u2600", dark: "\u263e" };
const CLASS = "mapper-theme";

function isDarkDevice(): boolean {
  return window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
}

function isDark({ theme }: Pick<ViewState, "theme">): boolean {
  return theme === "dark" || (theme === "device" && isDarkDevice());
}

/** Put the frame into a theme; true when it was in another. */
function put(frame: HTMLElement, dark: boolean): boolean {
  const theme = dark ? "dark" : "light";
  const isOther = frame.dataset["theme"] !== theme;
  frame.dataset["theme"] = theme;
  return isOther;
}

/** Put the frame into its first theme, before anything is painted in it. */
export function beginTheme(frame: HTMLElement, state: ViewState): void {
  put(frame, isDark(state));
}

/** Keep the frame in the chosen theme, also when the device changes its own, and light while the page is printed. */
export function followTheme(frame: HTMLElement, map: LeafletMap, store: Store): void {
  const repaint = (dark: boolean) => {
    if (put(frame, dark)) map.fire("viewreset"); // what is painted on canvases has its colours in pixels
  };
  const renew = () => repaint(isDark(store.state));
  store.onChange((state, before) => {
    if (state.theme !== before.theme) renew();
  });
  window.matchMedia?.("(prefers-color-scheme: dark)").addEventListener?.("change", renew);
  window.addEventListener("beforeprint", () => repaint(false));
  window.addEventListener("afterprint", renew);
  renew();
}

/** A button that goes through the themes. */
export function themeButton(words: Words, store: Store): HTMLElement {
  const next = () => THEMES[(THEMES.indexOf(store.state.theme) + 1) % THEMES.length] as ThemeChoice;
  const made = button({ class: CLASS }, () => store.set({ theme: next() }));
  nameTheme(made, words, store.state.theme);
  return made;
}

function nameTheme(made: Element, words: Words, theme: ThemeChoice): void {
  const text = words.say(`theme.${theme}`);
  made.replaceChildren(el("span", { "aria-hidden": "true" }, SIGNS[theme]));
  made.setAttribute("aria-label", text);
  made.setAttribute("title", text);
}

/** Let the button inside `room` say which theme is on. */
export function setThemeButton(room: ParentNode, words: Words, theme: ThemeChoice): void {
  const made = room.querySelector(`.${CLASS}`);
  if (made !== null) nameTheme(made, words, theme);
}
