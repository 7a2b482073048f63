/** The address of a state, and the state of an address, of a friend's or of an attacker's. */
import { expect, test } from "vitest";

import { readPermalink, writePermalink } from "../src/permalink.ts";
import { firstState, type ViewState } from "../src/state.ts";

const FIRST = firstState("en", "2026-11-23");
const KNOWN = { languages: ["az", "ru", "en"], layers: ["zones", "hazards", "density"], tables: ["incidents", "orders"], asking: [] };
const read = (hash: string) => readPermalink(hash, FIRST, KNOWN);

test("the first state needs no address", () => {
  expect(writePermalink(FIRST, FIRST)).toBe("");
  expect(read("")).toEqual(FIRST);
  expect(read("#")).toEqual(FIRST);
});

test("every part of a state comes back from its address", () => {
  const state: ViewState = {
    language: "az",
    theme: "dark",
    map: { at: [46.93125, 40.0125], zoom: 9.25 },
    off: ["zones", "density"],
    on: "2021-01-29",
    known_by: "2021-02-01",
    who: "foreigners",
    asked: { at: [-46.5, -0.000001], reach_m: 12.5 },
    table: "orders",
    choice: { out: { device_category: ["av_mine", ""], district: ["Ağdam, şəhər"] }, from: "2021-01-01", to: "2021-12-31" },
  };
  const hash = writePermalink(state, FIRST);
  expect(hash).toBe("#lang=az&theme=dark&map=46.93125,40.0125,9.25&off=zones,density&on=2021-01-29&known_by=2021-02-01&who=foreigners&ask=-46.5,-0.000001,12.5&table=orders&from=2021-01-01&to=2021-12-31&no_device_category=av_mine%3B&no_district=A%C4%9Fdam,%20%C5%9F%C9%99h%C9%99r");
  expect(read(hash)).toEqual(state);
});

test("what the page does not know is passed over, and the rest holds", () => {
  const bad = "#lang=xx&theme=pink&map=200,10,5&off=zones,<img>&on=2021-02-30&known_by=soon&who=king&ask=1,2&table=sheep&more=x";
  expect(read(bad)).toEqual({ ...FIRST, off: ["zones"] });
  for (const map of ["1e9,2,3", "1,95,3", "1,2,-3", "NaN,2,3", "1,2,3,4", " 1,2,3", "0x1,2,3"]) expect(read(`#map=${map}`).map).toBeNull();
  for (const hash of ["#%", "#%E0%A4%A", "#&&==&", `#${"a=1&".repeat(10_000)}`, "#lang=__proto__&who=constructor"]) expect(read(hash)).toEqual(FIRST);
});

test("the last day of a period is the day asked about, unless another is named", () => {
  expect(read("#to=2021-03-01")).toMatchObject({ on: "2021-03-01", choice: { to: "2021-03-01" } });
  expect(read("#to=2021-03-01&on=2021-02-01")).toMatchObject({ on: "2021-02-01", choice: { to: "2021-03-01" } });
});

test("an address never puts a layer on that asks a network", () => {
  const first = { ...FIRST, off: ["basemap"] };
  const known = { ...KNOWN, layers: [...KNOWN.layers, "basemap"], asking: ["basemap"] };
  expect(readPermalink("#off=zones", first, known).off).toEqual(["zones", "basemap"]);
  expect(readPermalink("#off=", first, known).off).toEqual(["basemap"]);
  expect(readPermalink("#lang=ru", first, known).off).toEqual(["basemap"]);
});
