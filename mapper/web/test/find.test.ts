/** The search: names in any alphabet, ids, places with their radius, and the box that offers them. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, expect, test, vi } from "vitest";

import { metres } from "../src/access/geodesy.ts";
import { findBox } from "../src/find/box.ts";
import { areaOf, Finder, type Found } from "../src/find/finder.ts";
import { distanceBetween, isAlike } from "../src/find/likeness.ts";
import { placeOfDistrict, placeOfIncident, placeOfShape } from "../src/find/places.ts";
import { nameKey, soundKey } from "../src/fold.ts";
import { exampleData, square, tablesWith, wordsIn } from "./example.ts";

const FILE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "tests", "place_spellings.json");
const SPELLINGS = JSON.parse(readFileSync(FILE, "utf8")) as { readonly same: readonly string[][]; readonly different: readonly string[][] };

const SETTLEMENTS = [
  { name: "Ağdam", district: "Ağdam", sounds: "akn", lon: 46.92736, lat: 39.99096, uncertainty_m: 2000 },
  { name: "Ağdam", district: "Tovuz", lon: 45.55639, lat: 40.90528, uncertainty_m: 2000 },
  { name: "Ayaq Qərvənd", district: "Ağdam", lon: 47.06868, lat: 40.16891, uncertainty_m: 2000 },
  { name: "Baş Qərvənd", district: "Ağdam", lon: 47.01572, lat: 40.14313, uncertainty_m: 2000 },
  { name: "Qərvənd", district: "Ağdam", uncertainty_m: 2000 },
  { name: "Sarıcalı", district: "Ağdam", lon: 47.04489, lat: 40.09042, uncertainty_m: 2000 },
  { name: "Sarıcalı", district: "Ağdam", uncertainty_m: 2000 },
  { name: "Tağıbəyli", district: "Ağdam", lon: 47.00204, lat: 40.17103, uncertainty_m: 2000 },
];
const data = exampleData(tablesWith({ settlements: SETTLEMENTS }));
const finder = new Finder(data);
const told = ({ named }: Found) => named.map(({ kind, name, where }) => [kind, name, where].join(" ").trim());

afterEach(() => {
  document.body.textContent = "";
});

test.each(SPELLINGS.same.map((names) => [names[0] as string, names] as const))("%s sounds the same in all alphabets", (_, names) => {
  expect(new Set(names.map(soundKey)).size).toBe(1);
});

test.each(SPELLINGS.different)("%s and %s stay apart", (one, other) => {
  expect(soundKey(one)).not.toBe(soundKey(other));
});

test("keys are those of Python's own examples", () => {
  // the doctests of mapper/names.py and mapper/intake/fold.py
  expect([nameKey("  AĞDƏRƏ "), nameKey("QIZILOBA"), soundKey("Tağıbəyli")]).toEqual(["ağdərə", "qızıloba", "takibaili"]);
});

test.each(["Ağdam", "agdam", "Агдам", "AĞDAM", "Aghdam", "Ağdam rayonu"])("%s finds both settlements, the district and the zone", (text) => {
  expect(told(finder.find(text))).toEqual(["settlement Ağdam Ağdam", "settlement Ağdam Tovuz", "district Ağdam", "zone Ağdam"]);
});

test("a district after the name tells homonyms apart", () => {
  expect(told(finder.find("Агдам, Товуз"))).toEqual(["settlement Ağdam Tovuz"]);
});

test("the start of a name or of a word is enough, and whole names come first", () => {
  expect(told(finder.find("Qərvənd"))).toEqual(["settlement Qərvənd Ağdam", "settlement Ayaq Qərvənd Ağdam", "settlement Baş Qərvənd Ağdam"]);
  expect(told(finder.find("tağ"))).toEqual(["settlement Tağıbəyli Ağdam"]);
  expect(told(finder.find("Akn"))).toEqual(["settlement Ağdam Ağdam"]);
});

test("a name with a point does not stand beside the same one without", () => {
  expect(told(finder.find("Сарыджалы"))).toEqual(["settlement Sarıcalı Ağdam"]);
});

test("what is only alike is a suggestion", () => {
  const { named } = finder.find("Tagibejly"); // sounds "takibacli": one letter from "takibaili"
  expect(named.map(({ name, alike }) => [name, alike])).toEqual([["Tağıbəyli", true]]);
  expect(finder.find("Xyzwvu").named).toEqual([]);
});

test("ids of orders, zones, accidents and hazards are found from their start", () => {
  const full = exampleData(tablesWith({
    incidents: [{ incident_id: "inc-1", place: "point", lon: 46.9, lat: 40.1, uncertainty_m: 30, district: "Ağdam" }, { incident_id: "inc-10", place: "none" }, { incident_id: "inc-11", place: "none" }],
    hazards: [{ hazard_id: "h-7", name: "Field", geometry: square(46.9, 40.1, 0.1), accuracy_m: 50 }],
  }));
  const found = (text: string) => told(new Finder(full).find(text));
  expect(found("INC-")).toEqual([]); // accidents are looked through for a text with a figure
  expect(found("INC-1")).toEqual(["incident inc-1 Ağdam"]);
  expect(found("inc-10")).toEqual(["incident inc-10"]);
  expect(found("nc-1")).toEqual([]);
  expect(found("h-7")).toEqual(["hazard h-7 Field"]);
  expect(found("z-2")).toEqual(["zone z-2 Füzuli"]);
  expect(found("or-1")).toEqual(["order or-1 Ağdam", "order or-1 Füzuli", "order or-1 Ağdərə"]);
});

test("coordinates are read around the data, and a name is none", () => {
  const { resolved, named, why } = finder.find("38SPK6454628532");
  expect(metres(resolved?.at ?? [0, 0], [46.92736, 39.99096])).toBeLessThan(1);
  expect([named, why, finder.find("Ağdam").readings, finder.find("  ")]).toEqual([[], null, [], { readings: [], resolved: null, named: [], more: false, why: null }]);
  expect(finder.find("39°61′N 46°55′E").why).toBe("sixty");
  expect([areaOf(null), areaOf([46, 39, 48, 41])]).toEqual([[42, 36, 54, 44], [45, 38, 49, 42]]);
});

test("an area is a point with the radius that holds all of it, and its line's accuracy", () => {
  const place = placeOfShape(square(46, 40, 0.2), 500);
  // From the middle of 0.2° by 0.2° at 40.1 N to a corner: 8.53 km east (85.3 km/° at 40.0), 11.1 km north: 14.0 km
  expect(place?.uncertainty_m).toBeGreaterThan(14_000 + 500);
  for (const corner of [[46, 40], [46.2, 40], [46.2, 40.2], [46, 40.2]] as const) expect(metres(place?.at ?? [0, 0], corner) + 500).toBeLessThanOrEqual(place?.uncertainty_m ?? 0);
  expect([placeOfShape(null, 5), placeOfDistrict(data, 1)]).toEqual([null, null]);
});

test("an accident has its own radius; one known by its district, that of the district", () => {
  const { incidents } = data;
  const row = incidents.indices().find((one) => incidents.get("place", one) === "disc") as number;
  expect(placeOfIncident(data, row)?.uncertainty_m).toBe(incidents.get("uncertainty_m", row));
  const coarse = incidents.indices().find((one) => incidents.get("place", one) === "district") as number;
  expect(placeOfIncident(data, coarse)).toEqual(placeOfDistrict(data, 0));
});

test.each([
  ["kitten", "sitting", 3],
  ["abcd", "abdc", 1],
  ["abc", "abc", 0],
  ["abc", "abcxyz", 3],
  ["", "ab", 2],
])("from %s to %s it is %i letters", (one, other, letters) => {
  expect(distanceBetween(one, other, 5)).toBe(letters);
  expect(distanceBetween(other, one, 5)).toBe(letters);
});

test("short names are not alike, and far ones are cut off", () => {
  expect([isAlike("lac", "lak"), isAlike("susa", "suca"), isAlike("fuzuli", "fizul"), isAlike("xocavand", "xocavad")]).toEqual([false, true, false, true]);
  expect(distanceBetween("abcdef", "uvwxyz", 2)).toBe(3);
});

// ---------------------------------------------------------------- the box
function box(of = finder, language = "en") {
  const choose = vi.fn();
  const made = findBox(wordsIn(language), of, choose);
  document.body.append(made.element);
  const input = made.element.querySelector("input") as HTMLInputElement;
  const type = (text: string) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const press = (key: string) => input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const options = () => Array.from(made.element.querySelectorAll("[role=option]"));
  const status = () => made.element.querySelector("[role=status]")?.textContent ?? "";
  return { ...made, input, type, press, options, status, choose };
}

test("homonyms are listed with their district, and Enter alone goes nowhere", () => {
  const { type, press, options, status, choose, input } = box();
  type("Агдам");
  expect(options().map((option) => option.textContent)).toEqual(["AğdamSettlement · Ağdam", "AğdamSettlement · Tovuz", "AğdamDistrict", "AğdamNo-entry zone"]);
  expect([status(), input.getAttribute("aria-expanded")]).toEqual(["Found: 4", "true"]);
  press("Enter");
  expect(choose).not.toHaveBeenCalled();
  expect(status()).toContain("choose from the list");
});

test("the arrows go through the options and round, and Enter picks", () => {
  const { type, press, options, choose, input } = box();
  type("Ağdam");
  press("ArrowUp");
  expect(options().map((option) => option.getAttribute("aria-selected"))).toEqual(["false", "false", "false", "true"]);
  press("ArrowDown");
  press("ArrowDown");
  expect(input.getAttribute("aria-activedescendant")).toBe(options()[1]?.id);
  press("Enter");
  expect(choose).toHaveBeenCalledWith({ at: [45.55639, 40.90528], uncertainty_m: 2000 });
  expect([input.value, input.getAttribute("aria-expanded"), input.hasAttribute("aria-activedescendant")]).toEqual(["Ağdam", "false", false]);
});

test("the one certain answer is taken by Enter; a likeness is not", () => {
  const { type, press, choose, status } = box();
  type("Тагибейли");
  press("Enter");
  expect(choose).toHaveBeenCalledTimes(1);
  type("Tagibejly");
  expect(status()).toBe("Not found – this does not mean that nothing is there. Similar names:");
  press("Enter");
  expect(choose).toHaveBeenCalledTimes(1);
});

test("what is not found does not mean that nothing is there", () => {
  const { type, status, options, input, press, choose } = box();
  type("Xyzwvu");
  expect([status(), options(), input.getAttribute("aria-expanded")]).toEqual(["Not found – this does not mean that nothing is there.", [], "false"]);
  type("39°61′N 46°55′E");
  expect(status()).toBe("Minutes and seconds must be below 60. Not found – this does not mean that nothing is there.");
  press("Enter");
  press("ArrowDown");
  expect(choose).not.toHaveBeenCalled();
});

test("a coordinate of one reading is taken; of several, the readings are listed", () => {
  const { type, press, choose, options, status } = box();
  type("X=4430395 Y=664717");
  press("Enter");
  expect(choose).not.toHaveBeenCalled();
  const texts = options().map((option) => option.textContent ?? "");
  expect([texts.some((text) => text.includes("UTM zone 38")), texts.some((text) => text.includes("SK-42, zone 8"))]).toEqual([true, true]);
  type("X=4430395 Y=8664717");
  press("Enter");
  expect(metres(choose.mock.calls[0]?.[0].at, [46.92736, 39.99096])).toBeLessThan(1);
  expect(choose.mock.calls[0]?.[0].uncertainty_m).toBeCloseTo(5.2, 1);
  type("46.92736, 39.99096");
  expect(status()).toContain("lies outside this map");
  press("Enter");
  expect(choose).toHaveBeenCalledTimes(1);
  expect(options()[0]?.textContent).toContain("exchanged");
  expect(status()).toContain("choose");
});

test("a name without a point says so and goes nowhere", () => {
  const { type, options, choose, status } = box();
  type("Qərvənd");
  (options()[0] as HTMLElement).click();
  expect(choose).not.toHaveBeenCalled();
  expect(status()).toContain("knows no place for it");
});

test("Escape closes the list, then empties the field; leaving the box closes it", () => {
  const { type, press, input, element, focus, status } = box();
  type("Ağdam");
  press("Escape");
  expect([input.value, element.querySelector("ul")?.hidden, status()]).toEqual(["Ağdam", true, ""]);
  press("Escape");
  expect(input.value).toBe("");
  focus();
  type("Ağdam");
  input.dispatchEvent(new FocusEvent("focusout", { bubbles: true, relatedTarget: document.body }));
  expect(input.getAttribute("aria-expanded")).toBe("false");
});

test("a hostile name is text", () => {
  const hostile = exampleData(tablesWith({ settlements: [{ name: "<img src=x onerror=alert(1)>Ağ", district: "</script>", lon: 46, lat: 40, uncertainty_m: 1 }] }));
  const { type, options, element } = box(new Finder(hostile));
  type("<img");
  expect(options()[0]?.textContent).toContain("<img src=x onerror=alert(1)>Ağ");
  expect(element.querySelector("img")).toBeNull();
});

test.each(["az", "ru"])("the box speaks %s", (language) => {
  const { type, status, input } = box(finder, language);
  type("Xyzwvu");
  expect(status()).toBe(language === "az" ? "Tapılmadı – bu, orada heç nə olmadığı demək deyil." : "Не найдено – это не значит, что там ничего нет.");
  expect(input.placeholder).not.toContain("find.");
});
