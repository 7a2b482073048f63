/** The map in a folium document: drawn at once or not at all, with the names that folium's scripts call. */
import * as L from "leaflet";
import { beforeAll, beforeEach, expect, test } from "vitest";

import { dollar } from "../src/dollar.ts";
import { Failure } from "../src/failure.ts";
import { drawInto, provideGlobals } from "../src/notebook.ts";
import { META, realWords, TABLES } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";
import { makeBlock } from "./make_block.ts";

const packed = makeBlock(META, realWords(), TABLES);
const seal = JSON.stringify(packed.seal);

beforeAll(() => {
  fakeCanvas();
  document.documentElement.style.setProperty("--mapper-style", "loaded");
});

beforeEach(() => {
  document.body.textContent = "";
});

function element(): HTMLElement {
  const [map, banner] = [document.createElement("div"), document.createElement("div")];
  banner.id = "mapper-banner";
  map.append(banner);
  document.body.append(map);
  return map;
}

test("a whole block is drawn at once, and the banner is gone", () => {
  const room = element();
  const { map, view, ready } = drawInto(room, packed.base64, seal);
  expect(ready).toEqual({ complete: true, records: 17, drawn: 9, sha256: packed.seal.sha256 });
  expect(view?.shown().zones).toBe(2);
  expect(room.querySelector("#mapper-banner")).toBeNull();
  expect(room.contains(map.getContainer())).toBe(true);
});

test.each([
  ["a cut block", packed.base64.slice(0, 400), seal, "failure.altered"],
  ["another seal", packed.base64, seal.replace(/"records":\d+/, '"records":3'), "failure.count"],
  ["no seal", packed.base64, "", "failure.no_data"],
])("%s keeps the banner, draws nothing, and still gives a map for a user's layers", (_, block, sealJson, code) => {
  const room = element();
  const { map, view, ready } = drawInto(room, block, sealJson);
  expect(view).toBeNull();
  expect(ready).toBeInstanceOf(Failure);
  expect(ready).toMatchObject({ code });
  expect(room.querySelector("#mapper-banner #mapper-banner-cause")).not.toBeNull();
  expect(room.querySelectorAll("path, .mapper-label").length).toBe(0);
  L.marker([40, 46.9]).addTo(map);
  map.fitBounds([[39, 46], [41, 48]]);
  expect(map.getContainer().querySelectorAll(".leaflet-marker-icon").length).toBe(1);
});

test("without its style sheet the map is not shown", () => {
  document.documentElement.style.removeProperty("--mapper-style");
  expect(drawInto(element(), packed.base64, seal).ready).toMatchObject({ code: "failure.altered" });
  document.documentElement.style.setProperty("--mapper-style", "loaded");
});

test("a user's marker, shape and tiles lie on the same map, theirs over ours and tiles under", () => {
  const { map } = drawInto(element(), packed.base64, seal);
  L.marker([40, 46.9]).addTo(map);
  L.geoJSON({ type: "Point", coordinates: [47, 40] } as never).addTo(map);
  L.tileLayer("data:,{z}", { attribution: "a" }).addTo(map);
  expect(map.getPanes().markerPane.childElementCount).toBe(2);
  expect(map.getPanes().tilePane.childElementCount).toBe(1);
  expect(map.attributionControl.getContainer()?.textContent).toBe("a");
  for (const name of ["zones", "incidents", "mapper-labels"]) {
    const z = Number(map.getPane(name)?.style.zIndex);
    expect(z > 200 && z < 400).toBe(true);
  }
});

test("globals are given where they are missing, and L can be added to", () => {
  const bare = {} as Window;
  provideGlobals(bare);
  expect(Object.isExtensible(bare.L)).toBe(true);
  expect((bare.L as typeof L).Marker).toBe(L.Marker);
  expect(bare.$).toBe(dollar);
  const [own, jquery] = [{}, () => [] as never];
  const taken = { L: own, $: jquery } as unknown as Window;
  provideGlobals(taken);
  expect([taken.L, taken.$]).toEqual([own, jquery]);
});

test("$ gives the nodes of markup, whose scripts do not run", () => {
  const nodes = dollar("  <div><b>x</b><script>globalThis.ran = 1</script></div>");
  document.body.append(nodes[0] as Node);
  expect(document.body.querySelector("b")?.textContent).toBe("x");
  expect((globalThis as { ran?: number }).ran).toBeUndefined();
});

test("$(document).ready runs once the document is there", () => {
  let runs = 0;
  dollar(document).ready(() => (runs += 1));
  expect(runs).toBe(1);
});
