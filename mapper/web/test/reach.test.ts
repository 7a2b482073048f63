/** The coordinates of a place, the device's own position, the cursor of the keyboard, and the keys. */
import * as L from "leaflet";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { coordinatesSection } from "../src/coordinates/section.ts";
import { mapCursor } from "../src/cursor.ts";
import { keysHelp, onKeys } from "../src/keys.ts";
import { locateButton } from "../src/locate.ts";
import { wordsIn } from "./example.ts";

const words = wordsIn("en");

beforeEach(() => {
  document.body.textContent = "";
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function opened() {
  const section = coordinatesSection(words, [46.92736, 39.99096], 12) as HTMLDetailsElement;
  document.body.append(section);
  section.open = true;
  section.dispatchEvent(new Event("toggle"));
  return { section, buttons: Array.from(section.querySelectorAll("button")), status: section.querySelector("[role=status]") as HTMLElement };
}

test("each notation stands with its accuracy and a button of its own name", () => {
  const { section, buttons } = opened();
  expect(Array.from(section.querySelectorAll("dl > div"), (row) => row.querySelector("dd")?.textContent)).toEqual([
    // 12 m and half the diagonal of the written cell: 7.0 m for 1e-4°, 2.0 m for 0.1″, 7.1 m for 10 m; SK-42 adds 4.5 m
    "39.9910, 46.9274 ± 20 m",
    "39°59′27.5″N 46°55′38.5″E ± 14 m",
    "38N 664550 4428530 ± 20 m",
    "38SPK64542853 ± 20 m",
    "X=4430400 Y=8664720 ± 24 m",
    "B=39°59′27.8″ L=46°55′42.8″ ± 19 m",
  ]);
  expect(buttons.map((button) => button.getAttribute("aria-label"))[3]).toBe("Copy: MGRS");
});

test("a press copies the text and says so", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  const { buttons, status } = opened();
  buttons[3]?.click();
  await vi.waitFor(() => expect(status.textContent).toBe("Copied: 38SPK64542853"));
  expect(writeText).toHaveBeenCalledWith("38SPK64542853");
});

test.each([
  ["there is no clipboard", {}],
  ["it is forbidden", { clipboard: { writeText: () => Promise.reject(new Error("NotAllowedError")) } }],
])("the text is marked for copying where %s", async (_, navigator) => {
  vi.stubGlobal("navigator", navigator);
  const { buttons, status } = opened();
  buttons[0]?.click();
  await vi.waitFor(() => expect(status.textContent).toBe("Marked; copy it with Ctrl+C: 39.9910, 46.9274"));
  expect(String(window.getSelection())).toBe("39.9910, 46.9274");
});

function located(answer: (found: PositionCallback, failed: PositionErrorCallback) => void) {
  const found = vi.fn();
  const geolocation = { getCurrentPosition: answer } as unknown as Geolocation;
  const { button, told } = locateButton(words, geolocation, found);
  expect(told.textContent).toBe("");
  button.click();
  return { found, text: told.textContent };
}

test("the device's position comes with its accuracy as the uncertainty", () => {
  const { found, text } = located((ok) => ok({ coords: { longitude: 46.93, latitude: 39.99, accuracy: 349.2 } } as GeolocationPosition));
  expect(found).toHaveBeenCalledWith({ at: [46.93, 39.99], uncertainty_m: 350 });
  expect(text).toBe("You are here: ± 350 m");
});

test.each([
  [1, "may not tell"],
  [2, "does not know"],
  [3, "in time"],
])("the failure %i is told in a sentence", (code, part) => {
  const { found, text } = located((_, failed) => failed({ code } as GeolocationPositionError));
  expect(found).not.toHaveBeenCalled();
  expect(text).toContain(part);
});

test("a browser without positions says so", () => {
  const { button, told } = locateButton(words, undefined, vi.fn());
  button.click();
  expect(told.textContent).toContain("cannot tell");
});

function mapWithCursor() {
  const container = document.createElement("div");
  container.tabIndex = 0;
  document.body.append(container);
  const map = L.map(container, { center: [40, 47], zoom: 10, zoomControl: false, attributionControl: false });
  const element = mapCursor(map, words);
  return { container, map, element, at: element.querySelector("p") as HTMLElement };
}

test("the cross shows for the keyboard, tells the middle, and goes with the focus or a press", () => {
  const { container, map, element, at } = mapWithCursor();
  expect(element.hidden).toBe(true);
  container.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  expect([element.hidden, at.getAttribute("aria-live")]).toEqual([false, "polite"]);
  expect(at.textContent).toMatch(/^Middle of the map: 40\.0000*, 47\.0000*$/);
  map.setView([40.5, 46.5], 10, { animate: false });
  expect(at.textContent).toContain("40.5");
  container.dispatchEvent(new Event("pointerdown"));
  expect([element.hidden, at.textContent]).toEqual([true, ""]);
  container.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  container.dispatchEvent(new FocusEvent("blur"));
  expect(element.hidden).toBe(true);
});

test("a key of a child is none of the map's", () => {
  const { container, element } = mapWithCursor();
  const label = document.createElement("button");
  container.append(label);
  label.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  expect(element.hidden).toBe(true);
});

test("the list of keys opens and closes", () => {
  const { element, toggle, close } = keysHelp(words);
  const [opener, list] = [element.querySelector("button") as HTMLElement, element.querySelector("dl") as HTMLElement];
  opener.click();
  expect([list.hidden, opener.getAttribute("aria-expanded")]).toEqual([false, "true"]);
  close();
  expect(list.hidden).toBe(true);
  toggle();
  expect(list.hidden).toBe(false);
  expect(list.querySelectorAll("dt").length).toBe(list.querySelectorAll("dd").length);
});

test("keys act wherever the keyboard is, except where somebody writes or commands the browser", () => {
  const act = vi.fn();
  onKeys(document, { "/": act });
  const input = document.createElement("input");
  document.body.append(input);
  const press = (target: EventTarget, more: KeyboardEventInit = {}) => target.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true, ...more }));
  press(input);
  press(document.body, { ctrlKey: true });
  expect(act).not.toHaveBeenCalled();
  expect(press(document.body)).toBe(false);
  expect(act).toHaveBeenCalledTimes(1);
});
