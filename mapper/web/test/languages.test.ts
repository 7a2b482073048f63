/** The choice of a language. */
import { afterEach, beforeAll, expect, test } from "vitest";

import { preferred } from "../src/languages.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, TABLES } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

function drawn(embedded = false, meta: object = META) {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(TABLES, meta), records: 0, sha256: "" }, new Date(2026, 11, 1), { embedded });
  return { root, view };
}

function choose(root: HTMLElement, language: string): void {
  const select = root.querySelector<HTMLSelectElement>(".mapper-language") as HTMLSelectElement;
  select.focus();
  select.value = language;
  select.dispatchEvent(new Event("change"));
}

test("the reader's first language that the page has", () => {
  expect(preferred(["de-DE", "ru-RU", "en"], ["az", "ru", "en"], "az")).toBe("ru");
  expect(preferred(["az-Latn-AZ"], ["az", "en"], "en")).toBe("az");
  expect(preferred(["fr"], ["az", "ru"], "az")).toBe("az");
  expect(preferred([], [], "en")).toBe("en");
});

test("another language rewords the whole page and keeps the map, the layers put out, and the place asked about", () => {
  const { root, view } = drawn();
  const before = view.shown();
  view.store.set({ asked: { at: [46.9, 40.1], reach_m: 5 }, off: ["density"] });
  const map = root.querySelector("#mapper-map");
  choose(root, "ru");
  expect(root.querySelector(".mapper-frame")?.getAttribute("lang")).toBe("ru");
  expect(document.documentElement.lang).toBe("ru");
  expect(root.querySelector(".mapper-head")?.textContent).toContain("Данные");
  expect(root.querySelector(".mapper-verdict h3")?.textContent).toBe("Вход запрещён");
  expect(root.querySelector("#mapper-map")).toBe(map);
  expect(root.querySelector<HTMLInputElement>('[data-layer="density"]')?.checked).toBe(false);
  expect(view.shown()).toEqual({ ...before, contours: 0 });
  expect(root.querySelectorAll(".mapper-zoom").length).toBe(1);
  expect(document.activeElement?.className).toBe("mapper-language");
  choose(root, "az");
  expect(root.querySelector("#mapper-details h2")?.textContent).not.toBe("");
  expect(location.hash).toContain("lang=az");
});

test("what a layer is, is told in the reader's language where there is a text in it", () => {
  const layer = { ...META.layers[0], title: { en: "Zones", az: "Zonalar" }, note: { ru: "Заметка", en: "A note" } };
  const { root } = drawn(false, { ...META, layers: [layer] });
  const told = () => {
    const about = root.querySelector<HTMLDetailsElement>("#mapper-section-about") as HTMLDetailsElement;
    about.open = true;
    about.dispatchEvent(new Event("toggle"));
    return [about.querySelector("h4")?.textContent, about.querySelector(".mapper-note")?.textContent];
  };
  expect(told()).toEqual(["Zones", "A note"]);
  choose(root, "az");
  expect(told()).toEqual(["Zonalar", "A note"]);
  choose(root, "ru");
  expect(told()).toEqual(["Zones", "Заметка"]);
});

test("title and organisation follow the language, and the plain ones stand in", () => {
  const { root } = drawn();
  const told = () => {
    const about = root.querySelector<HTMLDetailsElement>("#mapper-section-about") as HTMLDetailsElement;
    about.open = true;
    about.dispatchEvent(new Event("toggle"));
    return [root.querySelector("h1")?.textContent, document.title, about.querySelector("dd")?.textContent];
  };
  expect(told()).toEqual(["Example", "Example", "Example office"]);
  choose(root, "az");
  expect(told()).toEqual(["Nümunə", "Nümunə", "Example office"]);
  choose(root, "ru");
  expect(told()).toEqual(["Example", "Example", "Пример"]);
});

/** Names of things that have no other name. */
const NAMES = /^(WGS|SHA|PNG|Enter|Leaflet|BSD|Clause|fflate|MIT|noble|hashes|geographiclib|geodesic|GPX|GeoJSON|KML|csv|findings|UXO|CHA|toml|layers|Esc|UTM|MGRS|proj)$/;

/** Words of three letters and more in Latin script that stand in our own texts: not in data, codes, or what is marked as English. */
function latinWords(root: HTMLElement): string[] {
  const texts: string[] = [];
  const ours = (element: Element | null) => element?.closest(".mapper-data, code, [lang=en], .mapper-language, .leaflet-mapper-labels-pane, h1") === null;
  for (const element of Array.from(root.querySelectorAll("*")).filter(ours)) {
    for (const node of Array.from(element.childNodes)) if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent ?? "");
    for (const name of ["aria-label", "title", "placeholder"]) texts.push(element.getAttribute(name) ?? "");
  }
  const data = ["Ağdam", "Ağdərə", "Tağıbəyli", "Füzuli", "MFA", "duplicate", "outline"]; // a source, and rules of the example
  return texts.flatMap((text) => text.match(/\p{Script=Latin}{3,}/gu) ?? []).filter((word) => !NAMES.test(word) && !data.includes(word));
}

test("on the Russian page nothing of ours is left in another language", () => {
  const { root, view } = drawn();
  choose(root, "ru");
  view.store.set({ asked: { at: [46.9, 40.1], reach_m: 5 } });
  for (let round = 0; round < 3; round++) {
    for (const details of Array.from(root.querySelectorAll("details"))) {
      details.open = true;
      details.dispatchEvent(new Event("toggle"));
    }
  }
  expect([...new Set(latinWords(root))]).toEqual([]);
});

test("all and none of a group", () => {
  const { root, view } = drawn();
  const group = root.querySelector<HTMLInputElement>('[data-layer="density"]')?.closest("fieldset") as HTMLElement;
  const [all, none] = [...group.querySelectorAll("button")] as [HTMLButtonElement, HTMLButtonElement];
  none.click();
  expect([...group.querySelectorAll("input")].every((box) => !box.checked)).toBe(true);
  expect([view.shown().discs, view.shown().contours, view.shown().zones]).toEqual([0, 0, 2]);
  all.click();
  expect([...group.querySelectorAll("input")].every((box) => box.checked)).toBe(true);
  expect([view.shown().discs, view.shown().contours]).toEqual([2, 2]);
});

test("an address that is opened shows its view, and a changed one follows", () => {
  history.replaceState(null, "", "#lang=ru&off=zones&ask=46.9,40.1,5");
  const { root, view } = drawn();
  expect(view.store.state).toMatchObject({ language: "ru", off: ["zones"] });
  expect(root.querySelector<HTMLElement>("#mapper-details")?.hidden).toBe(false);
  history.replaceState(null, "", "#lang=en");
  window.dispatchEvent(new Event("hashchange"));
  expect(view.store.state).toMatchObject({ language: "en", off: ["clearance", "hotspots", "graticule"], asked: null });
  expect(root.querySelector<HTMLElement>("#mapper-details")?.hidden).toBe(true);
});

test("in a notebook the address is not ours", () => {
  history.replaceState(null, "", "#lang=ru");
  const { root, view } = drawn(true);
  expect(view.store.state.language).toBe("en");
  choose(root, "az");
  expect([view.store.state.language, location.hash]).toEqual(["az", "#lang=ru"]);
});
