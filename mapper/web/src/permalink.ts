/**
 * The state in the page's address, after `#`, so that a view can be sent to somebody or found again.
 *
 * Only what differs from the page's first state is written. An address is somebody's text: what is no language, layer, day or
 * place of this page is passed over, and the rest holds.
 */
import { isDay } from "./access/dates.ts";
import { KINDS } from "./access/who.ts";
import { COLUMNS, outOf, type Choice } from "./filter/choice.ts";
import type { Asked, MapView, Store, ViewState } from "./state.ts";
import { THEMES } from "./theme.ts";

/** What an address may name. */
export interface Known {
  readonly languages: readonly string[];
  readonly layers: readonly string[];
  readonly tables: readonly string[];
  /** Layers that only the reader puts on, never an address: they ask a network. */
  readonly asking: readonly string[];
}

const DEGREE_DIGITS = 6;

function numbers(text: string | null, count: number): number[] | null {
  const parts = (text ?? "").split(",").map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  return parts.length === count && parts.every(Number.isFinite) ? parts : null;
}

function readPlace(text: string | null): readonly [lon: number, lat: number, third: number] | null {
  const [lon = NaN, lat = NaN, third = NaN] = numbers(text, 3) ?? [];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && third >= 0 ? [lon, lat, third] : null;
}

function place([lon, lat]: readonly [number, number], third: number): string {
  return [lon, lat].map((degrees) => String(Number(degrees.toFixed(DEGREE_DIGITS)))).concat(String(Number(third.toFixed(2)))).join(",");
}

const readMap = (text: string | null): MapView | null => {
  const read = readPlace(text);
  return read === null ? null : { at: [read[0], read[1]], zoom: read[2] };
};

const readAsked = (text: string | null): Asked | null => {
  const read = readPlace(text);
  return read === null ? null : { at: [read[0], read[1]], reach_m: read[2] };
};

/** Codes are of the data and may be any text; a list of them is joined with ";", as lists of the data are. */
function readChoice(said: URLSearchParams, day: (key: string, otherwise: string) => string): Choice {
  const codes = (column: string) => (said.get(`no_${column}`) ?? "").split(";");
  const out = COLUMNS.filter((column) => said.has(`no_${column}`)).map((column) => [column, codes(column)] as const);
  return { out: Object.fromEntries(out), from: day("from", ""), to: day("to", "") };
}

/** The state that an address names, over a first one. */
export function readPermalink(hash: string, first: ViewState, { languages, layers, tables, asking }: Known): ViewState {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const oneOf = <T extends string>(key: string, known: readonly T[], otherwise: T): T => known.find((one) => one === said.get(key)) ?? otherwise;
  const day = (key: string, otherwise: string) => (isDay(said.get(key) ?? "") ? (said.get(key) as string) : otherwise);
  const off = [...(said.get("off") ?? "").split(","), ...asking];
  return {
    language: oneOf("lang", languages, first.language),
    theme: oneOf("theme", THEMES, first.theme),
    map: readMap(said.get("map")) ?? first.map,
    off: said.has("off") ? layers.filter((layer) => off.includes(layer)) : first.off,
    on: day("on", day("to", first.on)),
    known_by: day("known_by", first.known_by),
    who: oneOf("who", KINDS, first.who),
    asked: readAsked(said.get("ask")) ?? first.asked,
    table: tables.find((one) => one === said.get("table")) ?? first.table,
    choice: readChoice(said, day),
  };
}

/** The address of a state: "" for the first one. */
export function writePermalink(state: ViewState, first: ViewState): string {
  const said: [key: string, value: string][] = [];
  const write = (key: string, value: string, usual: string) => void (value === usual || said.push([key, value]));
  write("lang", state.language, first.language);
  write("theme", state.theme, first.theme);
  if (state.map !== null) said.push(["map", place(state.map.at, state.map.zoom)]);
  write("off", state.off.join(","), first.off.join(","));
  write("on", state.on, first.on);
  write("known_by", state.known_by, first.known_by);
  write("who", state.who, first.who);
  if (state.asked !== null) said.push(["ask", place(state.asked.at, state.asked.reach_m)]);
  if (state.table !== null) said.push(["table", state.table]);
  write("from", state.choice.from, "");
  write("to", state.choice.to, "");
  for (const column of COLUMNS) if (outOf(state.choice, column).length > 0) said.push([`no_${column}`, outOf(state.choice, column).join(";")]);
  return said.length === 0 ? "" : `#${said.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ",")}`).join("&")}`;
}

/** Keep the address and the state alike, both ways. An address bar that cannot be written is left as it is. */
export function followAddress(window: Window, store: Store, first: ViewState, known: Known): void {
  let written = writePermalink(store.state, first);
  store.onChange((state) => {
    const hash = writePermalink(state, first);
    if (hash === written) return;
    written = hash;
    try {
      window.history.replaceState(null, "", hash === "" ? "#" : hash);
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause; // some browsers refuse it for files, and after many changes
    }
  });
  window.addEventListener("hashchange", () => {
    if (window.location.hash.replace(/^#$/, "") === written) return;
    written = window.location.hash;
    store.set(readPermalink(window.location.hash, first, known));
  });
}
