/**
 * The map itself: no tiles, no outside requests, panes from the ground up, our own controls.
 *
 * Leaflet's zoom and attribution controls and its pop-ups write markup, so none of them is used. Shapes do not catch the
 * pointer: one handler asks `here.ts` what is recorded at the place, whatever lies on top.
 */
import * as L from "leaflet";

import { button, el } from "./elements.ts";
import type { LonLat } from "./geometry.ts";
import { home, onward, planeCutAt, seamOf } from "./seam.ts";
import type { MapView } from "./state.ts";
import { tone } from "./tones.ts";
import type { Words } from "./words.ts";

/** Pane names from the ground up: over a user's tiles (200), under a user's shapes (400), markers (600) and pop-ups (700). */
export const PANES = {
  survey: 303,
  coverage: 305,
  density: 310,
  context: 320,
  districts: 330,
  zones: 340,
  corridors: 345,
  hazards: 350,
  incidents: 360,
  pointer: 370,
  graticule: 375,
  "mapper-labels": 380,
} as const;

/** Used when the data states no bounds. */
const WHOLE_AREA: L.LatLngBoundsLiteral = [
  [38.3, 44.7],
  [41.9, 50.6],
];
export const POINTER_COLOUR = "#0b57d0";
/** How far a finger may miss a mark. */
const REACH_PX = 14;
const SCALE_PX = 120;
/** How near the map goes to a place that was looked up. */
const NEAREST_ZOOM = 13;
/** The part of the map's height that an open bottom sheet leaves free. */
const SHEET_LEAVES = 0.34;

export type Bounds = readonly [west: number, south: number, east: number, north: number];

/** Whether the reader asked the device for no motion. */
function isStill(): boolean {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/** Make the map inside `element`; it has a view at once, so that layers can be drawn. */
export function makeMap(element: HTMLElement, bounds: Bounds | null): L.Map {
  const map = L.map(element, {
    crs: planeCutAt(seamOf(bounds)),
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.25,
    zoomDelta: 0.5,
    minZoom: 1,
    maxZoom: 17,
    wheelPxPerZoomLevel: 120,
    fadeAnimation: false,
    zoomAnimation: false,
    markerZoomAnimation: false,
    inertia: !isStill(),
  });
  if (isStill()) map.panBy = (offset, options) => L.Map.prototype.panBy.call(map, offset, { ...options, animate: false });
  for (const [name, z] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(z);
    if (name !== "mapper-labels") pane.style.pointerEvents = "none";
  }
  fit(map, bounds);
  fitOnceSeen(map, bounds);
  return map;
}

/** A frame that is still hidden has no size to fit into: fit when it gets one, unless someone moved the map before. */
function fitOnceSeen(map: L.Map, bounds: Bounds | null): void {
  if (map.getSize().x > 0) return;
  let moved = false;
  map.once("movestart", () => (moved = true));
  map.once("resize", () => {
    if (!moved) fit(map, bounds);
  });
}

/** Show all that the data covers. */
export function fit(map: L.Map, bounds: Bounds | null): void {
  const area = bounds === null ? WHOLE_AREA : ([[bounds[1], bounds[0]], [bounds[3], onward(bounds[2], bounds[0])]] as L.LatLngBoundsLiteral);
  map.fitBounds(area, { padding: [8, 8], animate: false });
}

/** The part of the map in sight. */
export function viewOf(map: L.Map): MapView {
  const { lng, lat } = map.getCenter();
  return { at: [home(lng), lat], zoom: map.getZoom() };
}

/** Go to a part of the map; null: to all that the data cover. */
export function goTo(map: L.Map, view: MapView | null, bounds: Bounds | null): void {
  const now = viewOf(map);
  if (view === null) fit(map, bounds);
  else if (view.at[0] !== now.at[0] || view.at[1] !== now.at[1] || view.zoom !== now.zoom) map.setView([view.at[1], view.at[0]], view.zoom, { animate: false });
}

/** A length that divides well, not longer than `most` metres: 1, 2 or 5 times a power of ten. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  const factor = [5, 2, 1].find((candidate) => candidate * power <= most) ?? 1;
  return factor * power;
}

/** Metres on the ground under so many pixels at the middle of the map. */
export function metresAcross(map: L.Map, pixels: number): number {
  const { x, y } = map.getSize().divideBy(2);
  return map.distance(map.containerPointToLatLng([x, y]), map.containerPointToLatLng([x + pixels, y]));
}

/** A length of a scale bar in words. */
export function lengthText(words: Words, length_m: number): string {
  return length_m >= 1000 ? words.say("unit.km", { n: words.number(length_m / 1000) }) : words.metres(length_m);
}

/** A bar whose length is true at the middle of the map; `draw` writes it anew. */
export function scaleBar(map: L.Map, words: Words): { readonly element: HTMLElement; draw(): void } {
  const text = el("span", {});
  const bar = el("div", { class: "mapper-scale", role: "img" }, text);
  const draw = () => {
    const across = metresAcross(map, SCALE_PX);
    if (!(across > 0)) return;
    const length = roundLength(across);
    bar.style.width = `${Math.round((SCALE_PX * length) / across)}px`;
    text.textContent = lengthText(words, length);
    bar.setAttribute("aria-label", words.say("map.scale", { length: text.textContent }));
  };
  map.on("zoomend moveend resize", draw);
  draw();
  return { element: bar, draw };
}

/** Buttons for nearer, farther, and the whole. */
export function zoomButtons(map: L.Map, words: Words, bounds: Bounds | null, ...more: readonly HTMLElement[]): HTMLElement {
  const name = (code: string) => ({ "aria-label": words.say(code), title: words.say(code) });
  return el(
    "div",
    { class: "mapper-zoom", role: "group", "aria-label": words.say("map.zoom") },
    button(name("map.zoom_in"), () => map.zoomIn(), "+"),
    button(name("map.zoom_out"), () => map.zoomOut(), "\u2212"),
    button(name("map.zoom_all"), () => fit(map, bounds), "\u2922"),
    ...more,
  );
}

/** Bring a place and the circle that holds it into sight, with its surroundings. */
export function showPlace(map: L.Map, { at: [lon, lat], uncertainty_m }: { readonly at: LonLat; readonly uncertainty_m: number }): void {
  map.fitBounds(L.latLng(lat, lon).toBounds(4 * uncertainty_m), { maxZoom: NEAREST_ZOOM, animate: false });
}

/** A ring around the place that the panel tells of, and the circle of its uncertainty. */
export class Pointer {
  private readonly ring: L.CircleMarker;
  private readonly circle: L.Circle;

  constructor(private readonly map: L.Map) {
    const style = { renderer: L.svg({ pane: "pointer" }), pane: "pointer", interactive: false, color: tone(POINTER_COLOUR) };
    this.ring = L.circleMarker([0, 0], { ...style, radius: 11, weight: 3, fill: false });
    this.circle = L.circle([0, 0], { ...style, radius: 1, weight: 2, dashArray: "2 6", fillOpacity: 0.06 });
  }

  /** Mark the place; `sheet`: a sheet covers the lower part of the map, so bring the place into the upper one. */
  show([lon, lat]: LonLat, uncertainty_m: number, sheet: boolean): void {
    this.circle.setLatLng([lat, lon]).setRadius(uncertainty_m).addTo(this.map);
    this.ring.setLatLng([lat, lon]).addTo(this.map);
    const { y } = this.map.latLngToContainerPoint([lat, lon]);
    const room = this.map.getSize().y * SHEET_LEAVES;
    if (sheet && y > room) this.map.panBy([0, y - room / 2], { animate: false });
  }

  hide(): void {
    this.circle.remove();
    this.ring.remove();
  }
}

/** Whether a menu was asked for by a key, which points at no place. */
function isByKey({ originalEvent }: L.LeafletMouseEvent): boolean {
  return "pointerType" in originalEvent && originalEvent.pointerType === "";
}

/** Call `ask` with the place of a click, tap or long press, or with the middle of the map on Enter. */
export function onAsk(map: L.Map, ask: (at: LonLat, reach_m: number) => void): void {
  const at = ({ lng, lat }: L.LatLng) => ask([home(lng), lat], metresAcross(map, REACH_PX));
  map.on("click", (event) => at(event.latlng));
  map.on("contextmenu", (event) => {
    if (!isByKey(event)) at(event.latlng);
  });
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer()) at(map.getCenter());
  });
}
