/** Route files read whole or not at all, the check in the drawer, and its file. */
import { afterEach, beforeAll, expect, test } from "vitest";

import { cutAtAntimeridian } from "../src/route/geojson.ts";
import { readLines, RouteRefused } from "../src/route/lines.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, TABLES } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

const LINE = [[46.1, 40.5], [46.9, 40.1]] as const;
const gpx = (body: string) => `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">${body}</gpx>`;
const kml = (body: string) => `<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><Placemark>${body}</Placemark></Document></kml>`;
const geojson = (geometry: unknown, more = {}) => JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry }], ...more });

test.each([
  ["a GPX track in two parts, with a way point beside it", gpx('<wpt lat="1" lon="2"/><trk><trkseg><trkpt lat="40.5" lon="46.1"><ele>3</ele></trkpt><trkpt lat="40.1" lon="46.9"/></trkseg><trkseg><trkpt lat="40" lon="47"/><trkpt lat="41" lon="47"/></trkseg><trkseg/></trk>'), [LINE, [[47, 40], [47, 41]]]],
  ["a GPX route", gpx('<rte><rtept lat="40.5" lon="46.1"/><rtept lat="+40.10" lon="4.69e1"/></rte>'), [LINE]],
  ["a KML line, with heights and line breaks", kml("<LineString><coordinates>46.1,40.5,7\n 46.9,40.1,8 </coordinates></LineString>"), [LINE]],
  ["a KML track", kml("<gx:Track><when>2021</when><gx:coord>46.1 40.5 0</gx:coord><gx:coord>46.9 40.1 0</gx:coord></gx:Track>"), [LINE]],
  ["a GeoJSON line, with a height", geojson({ type: "LineString", coordinates: [[46.1, 40.5, 3], [46.9, 40.1]] }), [LINE]],
  ["a GeoJSON line of several parts, by itself, behind a byte order mark", `\uFEFF {"type":"MultiLineString","coordinates":[[[46.1,40.5],[46.9,40.1]],[[47,40],[47,41]]]}`, [LINE, [[47, 40], [47, 41]]]],
  ["GeoJSON that says WGS 84 in the old way", geojson({ type: "LineString", coordinates: LINE }, { crs: { type: "name", properties: { name: "urn:ogc:def:crs:OGC:1.3:CRS84" } } }), [LINE]],
])("%s is read", (_, text, lines) => {
  expect(readLines(text)).toEqual(lines);
});

test.each([
  ["kind", "", "nothing"],
  ["kind", "lon,lat\n46,40", "a table"],
  ["kind", "<svg/>", "another kind of XML"],
  ["kind", "[1, 2]", "a list"],
  ["unreadable", '{"type": "LineString"', "JSON that was cut"],
  ["unreadable", gpx("<trk>"), "XML that was cut"],
  ["no_line", gpx('<wpt lat="1" lon="2"/>'), "way points alone"],
  ["no_line", JSON.stringify({ type: "FeatureCollection", features: [] }), "no features"],
  ["other_shape", geojson({ type: "Polygon", coordinates: [] }), "an area"],
  ["other_shape", geojson(null), "a feature without a place"],
  ["other_shape", kml("<Point><coordinates>1,2</coordinates></Point>"), "a place mark"],
  ["other_shape", JSON.stringify({ type: "GeometryCollection", geometries: [] }), "a collection"],
  ["crs", geojson({ type: "LineString", coordinates: LINE }, { crs: { type: "name", properties: { name: "EPSG:28408" } } }), "another system"],
  ["crs", geojson({ type: "LineString", coordinates: LINE }, { crs: null }), "a system that is nothing"],
  ["single", geojson({ type: "LineString", coordinates: [LINE[0], LINE[0]] }), "one place twice"],
  ["single", gpx('<rte><rtept lat="40.5" lon="46.1"/></rte>'), "one place"],
  ["position", geojson({ type: "LineString", coordinates: [LINE[0], [46, 91]] }), "off the earth"],
  ["position", geojson({ type: "LineString", coordinates: [LINE[0], ["46", 40]] }), "text for a number"],
  ["position", gpx('<trk><trkseg><trkpt lat="40,5" lon="46.1"/><trkpt lat="40.1" lon="46.9"/></trkseg></trk>'), "a decimal comma"],
  ["position", gpx('<trk><trkseg><trkpt lat="40.5"/><trkpt lat="40.1" lon="46.9"/></trkseg></trk>'), "no longitude"],
  ["position", kml("<LineString><coordinates>46.1, 40.5 46.9,40.1</coordinates></LineString>"), "a blank after the comma"],
])("refused as %s: %s", (code, text) => {
  const refusal = (() => {
    try {
      return readLines(text);
    } catch (cause) {
      return cause;
    }
  })();
  expect(refusal).toBeInstanceOf(RouteRefused);
  expect((refusal as RouteRefused).code).toBe(code);
});

test("a line over the antimeridian is cut there, at the latitude where it crosses", () => {
  expect(cutAtAntimeridian([[179, 10], [181, 12], [182, 12]])).toEqual([[[179, 10], [180, 11]], [[-180, 11], [-179, 12], [-178, 12]]]);
  expect(cutAtAntimeridian([[-179, 10], [-181, 12]])).toEqual([[[-179, 10], [-180, 11]], [[180, 11], [179, 12]]]);
  expect(cutAtAntimeridian([[180, 10], [179, 10]])).toEqual([[[180, 10], [179, 10]]]);
  expect(cutAtAntimeridian([[180, 10], [181, 10]])).toEqual([[[-180, 10], [-179, 10]]]);
  expect(cutAtAntimeridian([[46.1234567, 40], [46.2, 40.1]])).toEqual([[[46.123457, 40], [46.2, 40.1]]]);
});

function drawn() {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(TABLES, META), records: 0, sha256: "" }, new Date(2026, 11, 1));
  const section = root.querySelector("#mapper-route") as HTMLDetailsElement;
  section.open = true;
  section.dispatchEvent(new Event("toggle"));
  const press = (code: string) => section.querySelector<HTMLButtonElement>(`[data-route="${code}"]`)?.click();
  const map = root.querySelector("#mapper-map") as HTMLElement;
  const enterAt = (lon: number, lat: number) => {
    view.map.setView([lat, lon], 9, { animate: false });
    map.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  };
  return { root, view, section, press, enterAt };
}

test("a line drawn by the keyboard alone is judged, told in stretches, and follows the day asked about", () => {
  const { root, view, section, press, enterAt } = drawn();
  press("draw");
  enterAt(45.5, 40.1);
  expect(section.querySelector('[data-route="finish"]')).toBeNull();
  enterAt(10, 10);
  press("undo");
  enterAt(46.9, 40.1);
  expect(root.querySelector<HTMLElement>("#mapper-details")?.hidden).toBe(true);
  press("finish");
  const verdicts = () => [...section.querySelectorAll("tbody tr")].map((row) => row.getAttribute("data-verdict"));
  expect(verdicts()).toContain("no_entry");
  expect(section.querySelector(".mapper-verdict")?.getAttribute("data-verdict")).toBe("no_entry");
  const ends = [...section.querySelectorAll("tbody td:nth-child(2)")].map((cell) => parseFloat((cell.textContent ?? "").replace(",", "")));
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
  expect(Math.abs((ends[ends.length - 1] ?? 0) - 119.3)).toBeLessThan(0.3); // 1.4 degrees of longitude at 40.1° N: 111.32 km x cos 40.1° x 1.4
  view.store.set({ on: "2019-01-01" });
  expect(verdicts()).not.toContain("no_entry");
  press("clear");
  expect(section.querySelector("table")).toBeNull();
});

test("a refused file is told in a sentence, and its name and text never become markup", () => {
  const { section, view } = drawn();
  const input = section.querySelector<HTMLInputElement>('input[type="file"]') as HTMLInputElement;
  expect(input.accept).toContain(".gpx");
  const file = new File(['{"type":"<img src=x onerror=alert(1)>"}'], "<b>.gpx");
  Object.defineProperty(input, "files", { value: [file] });
  input.dispatchEvent(new Event("change"));
  return new Promise<void>((resolve) => {
    const look = () => {
      const warning = section.querySelector(".mapper-warning");
      if (warning === null) {
        setTimeout(look, 5);
        return;
      }
      expect(warning.textContent).toContain("<img src=x onerror=alert(1)>");
      expect(section.querySelector("img")).toBeNull();
      view.store.set({ language: "ru" });
      resolve();
    };
    look();
  });
});
