/**
 * The lines of a route file from the reader's own device: GPX, GeoJSON or KML. Nothing of it leaves the page.
 *
 * A file of which a part cannot be used is refused whole, as `mapper access --route` does: an answer about the rest would look
 * like an answer about the way. Way points of a GPX file are no part of the way.
 */
import type { LonLat } from "../geometry.ts";

/** The parts of a route, one after the other; gaps between them have no length and are not judged. */
export type Lines = readonly (readonly LonLat[])[];

export type Refusal = "kind" | "unreadable" | "no_line" | "other_shape" | "crs" | "single" | "position" | "size";

/** Why a file was refused; the page has a sentence for each code. `detail` names the place in the file. */
export class RouteRefused extends Error {
  constructor(readonly code: Refusal, readonly detail = "") {
    super(`${code} ${detail}`.trim());
    this.name = "RouteRefused";
  }
}

/** Longer texts are no route. */
const MOST_LETTERS = 20_000_000;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WGS_84 = /(?:CRS84|EPSG:+(?:[\d.]*:)?4326)$/i;

function place(lon: unknown, lat: unknown, at: number): LonLat {
  const onEarth = typeof lon === "number" && typeof lat === "number" && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  if (!onEarth) throw new RouteRefused("position", String(at));
  return [lon, lat];
}

function decimal(text: string | null | undefined): number {
  const trimmed = (text ?? "").trim();
  return DECIMAL.test(trimmed) ? Number(trimmed) : NaN;
}

function checked(lines: Lines): Lines {
  const used = lines.filter((line) => line.length > 0);
  if (used.length === 0) throw new RouteRefused("no_line");
  for (const line of used) {
    const [first] = line as readonly [LonLat];
    if (line.every(([lon, lat]) => lon === first[0] && lat === first[1])) throw new RouteRefused("single");
  }
  return used;
}

// ---------------------------------------------------------------- GeoJSON
interface Json {
  readonly [key: string]: unknown;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lineOf(coordinates: unknown): LonLat[] {
  if (!Array.isArray(coordinates)) throw new RouteRefused("unreadable");
  return coordinates.map((position: unknown, at) => (Array.isArray(position) ? place(position[0], position[1], at + 1) : place(null, null, at + 1)));
}

function geometryLines(geometry: unknown): Lines {
  if (!isObject(geometry)) throw new RouteRefused("other_shape", "null");
  if (geometry["type"] === "LineString") return [lineOf(geometry["coordinates"])];
  if (geometry["type"] === "MultiLineString" && Array.isArray(geometry["coordinates"])) return geometry["coordinates"].map(lineOf);
  throw new RouteRefused("other_shape", String(geometry["type"]));
}

function geojsonLines(text: string): Lines {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw new RouteRefused("unreadable");
  }
  if (!isObject(root)) throw new RouteRefused("kind");
  const crs = isObject(root["crs"]) && isObject(root["crs"]["properties"]) ? String(root["crs"]["properties"]["name"]) : null;
  if (root["crs"] !== undefined && (crs === null || !WGS_84.test(crs))) throw new RouteRefused("crs", crs ?? "");
  if (root["type"] === "FeatureCollection" && Array.isArray(root["features"])) {
    return root["features"].flatMap((feature: unknown) => geometryLines(isObject(feature) ? feature["geometry"] : null));
  }
  return geometryLines(root["type"] === "Feature" ? root["geometry"] : root);
}

// ---------------------------------------------------------------- XML
function all(root: Document | Element, name: string): Element[] {
  return Array.from(root.getElementsByTagNameNS("*", name));
}

function gpxLines(root: Document): Lines {
  const pointsOf = (part: Element, name: string) =>
    all(part, name).map((point, at) => place(decimal(point.getAttribute("lon")), decimal(point.getAttribute("lat")), at + 1));
  return [...all(root, "trkseg").map((part) => pointsOf(part, "trkpt")), ...all(root, "rte").map((part) => pointsOf(part, "rtept"))];
}

function tuple(parts: readonly string[], at: number): LonLat {
  return place(decimal(parts[0]), decimal(parts[1]), at + 1);
}

function kmlLines(root: Document): Lines {
  const other = ["Point", "Polygon", "LinearRing", "Model"].find((name) => all(root, name).length > 0);
  if (other !== undefined) throw new RouteRefused("other_shape", other);
  const texts = all(root, "LineString").map((line) => all(line, "coordinates")[0]?.textContent?.trim() ?? "");
  const drawn = texts.map((text) => (text === "" ? [] : text.split(/\s+/).map((position, at) => tuple(position.split(","), at))));
  const tracks = all(root, "Track").map((track) => all(track, "coord").map((coord, at) => tuple((coord.textContent ?? "").trim().split(/\s+/), at)));
  return [...drawn, ...tracks];
}

function xmlLines(text: string): Lines {
  const root = new DOMParser().parseFromString(text, "application/xml");
  if (all(root, "parsererror").length > 0) throw new RouteRefused("unreadable");
  const kind = root.documentElement.localName;
  if (kind === "gpx") return gpxLines(root);
  if (kind === "kml") return kmlLines(root);
  throw new RouteRefused("kind", kind);
}

/** The lines in the text of a file, its kind told by its content. Throws RouteRefused. */
export function readLines(text: string): Lines {
  if (text.length > MOST_LETTERS) throw new RouteRefused("size");
  const start = text.replace(/^\uFEFF/, "").trimStart();
  if (start.startsWith("{")) return checked(geojsonLines(start));
  if (start.startsWith("<")) return checked(xmlLines(start));
  throw new RouteRefused("kind");
}
