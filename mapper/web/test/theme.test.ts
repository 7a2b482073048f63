/** Light and dark: the choice, its place in the address, and colours that can be read on both grounds. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { contrast, DARK_GROUND, onDark, tone } from "../src/tones.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, realWords, TABLES } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
  vi.unstubAllGlobals();
});

/** A device that is dark or not, and may change. */
function device(dark: boolean) {
  const listeners: (() => void)[] = [];
  const scheme = { matches: dark, addEventListener: (_: string, listener: () => void) => void listeners.push(listener) };
  vi.stubGlobal("matchMedia", (query: string) => (query.includes("color-scheme") ? scheme : { matches: false }));
  return (now: boolean) => {
    scheme.matches = now;
    for (const listener of listeners) listener();
  };
}

function drawn(embedded = false) {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(TABLES, META), records: 0, sha256: "" }, new Date(2026, 11, 1), { embedded });
  const theme = () => root.querySelector<HTMLElement>(".mapper-frame")?.dataset["theme"];
  const button = () => root.querySelector<HTMLButtonElement>(".mapper-theme");
  return { root, view, theme, button };
}

test("the page is as light as its device, also when that changes", () => {
  const change = device(true);
  const { theme } = drawn();
  expect(theme()).toBe("dark");
  change(false);
  expect(theme()).toBe("light");
});

test("the button goes from the device's theme to light, dark and back, says so, and the address keeps it", () => {
  device(true);
  const { theme, button } = drawn();
  const press = () => {
    button()?.click();
    return [theme(), location.hash, button()?.getAttribute("aria-label")];
  };
  expect(button()?.getAttribute("aria-label")).toBe("Colours as on the device. Press for light.");
  expect(press()).toEqual(["light", "#theme=light", "Light colours. Press for dark."]);
  expect(press()).toEqual(["dark", "#theme=dark", "Dark colours. Press for those of the device."]);
  expect(press()).toEqual(["dark", "", "Colours as on the device. Press for light."]);
});

test("an address opens the page in its theme, and the button says which", () => {
  device(false);
  history.replaceState(null, "", "#theme=dark");
  const { theme, button } = drawn();
  expect([theme(), button()?.textContent]).toEqual(["dark", "\u263e"]);
});

test("paper is light", () => {
  device(true);
  const { theme } = drawn();
  window.dispatchEvent(new Event("beforeprint"));
  expect(theme()).toBe("light");
  window.dispatchEvent(new Event("afterprint"));
  expect(theme()).toBe("dark");
});

test("a frame in a notebook has the notebook's light ground and no button", () => {
  device(true);
  const { theme, button } = drawn(true);
  expect([theme(), button()]).toEqual([undefined, null]);
});

test("the contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2); // the grey that is known to fail by a hair
});

const COLOURS = Object.entries(realWords()).flatMap(([name, terms]) =>
  Object.entries(terms).flatMap(([code, { colour }]) => (colour ? [[`${name}.${code}`, colour] as const] : [])));

test.each(COLOURS)("%s can be read in the dark", (_, colour) => {
  expect(COLOURS.length).toBeGreaterThan(15);
  const kept = onDark(colour).toLowerCase() === colour.toLowerCase(); // the field's own red is a fill, never a text
  expect(contrast(onDark(colour), DARK_GROUND)).toBeGreaterThanOrEqual(kept ? 3 : 4.5);
});

test("a colour carries both of its values", () => {
  expect(tone("#ff0000")).toBe("var(--on-light,#ff0000)var(--on-dark,#ff0000)");
  expect(onDark("#000001")).toMatch(/^#[0-9a-f]{6}$/);
});
