/**
 * "May I go along this line?": the route that was drawn or opened, its answer, and both on the map.
 *
 * It outlasts a change of language; `section.ts` puts it in words.
 */
import * as L from "leaflet";

import { VERDICTS, type Verdict } from "../access/ground.ts";
import type { Answer, Inquiry } from "../inquiry.ts";
import type { Store } from "../state.ts";
import { tone } from "../tones.ts";
import type { Words } from "../words.ts";
import { Drawing } from "./drawing.ts";
import { RouteRefused, readLines, type Lines } from "./lines.ts";

/** A position of a walker's or driver's own device is seldom better known. */
export const FILE_UNCERTAINTY_M = 10;

export interface Route {
  /** The file's name; "" for one that was drawn. */
  readonly name: string;
  readonly lines: Lines;
  readonly uncertainty_m: number;
}

/** Dashes by verdict, from mild to strict: a stricter one is the fuller line. */
const DASHES = ["1 10", "1 7", "6 8", "10 6", "16 5", "24 4", ""] as const;

export function dashOf(verdict: string): string {
  return DASHES[(VERDICTS as readonly string[]).indexOf(verdict)] ?? "";
}

export class RouteCheck {
  readonly drawing: Drawing;
  private route: Route | null = null;
  private judged: Answer | null = null;
  private said: RouteRefused | RangeError | null = null;
  private readonly drawn: L.LayerGroup;
  private readonly renderer = L.svg({ pane: "pointer" });
  /** Runs after every change. */
  onChange: () => void = () => undefined;

  constructor(
    private readonly map: L.Map,
    private readonly inquiry: Inquiry,
    private readonly store: Store,
    private readonly words: Words,
  ) {
    this.drawing = new Drawing(map, () => this.onChange());
    this.drawn = L.layerGroup().addTo(map);
    store.onChange((state, before) => {
      if (state.on !== before.on || state.known_by !== before.known_by || state.who !== before.who) this.ask();
    });
  }

  get current(): Route | null {
    return this.route;
  }

  get answer(): Answer | null {
    return this.judged;
  }

  /** Why there is no answer. */
  get refusal(): RouteRefused | RangeError | null {
    return this.said;
  }

  /** Judge a route, and show all of it. */
  take(route: Route): void {
    this.route = route;
    this.ask();
    const bounds = L.latLngBounds(route.lines.flat().map(([lon, lat]) => [lat, lon]));
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [30, 30], maxZoom: 14, animate: false });
  }

  /** Judge the line that was drawn. */
  finish(): void {
    const { places, uncertainty_m } = this.drawing;
    this.drawing.end();
    this.take({ name: "", lines: [[...places]], uncertainty_m: Math.ceil(uncertainty_m) });
  }

  /** Judge the line of a file. */
  open(name: string, text: string): void {
    this.clear();
    try {
      this.take({ name, lines: readLines(text), uncertainty_m: FILE_UNCERTAINTY_M });
    } catch (cause) {
      if (!(cause instanceof RouteRefused)) throw cause;
      this.said = cause;
      this.onChange();
    }
  }

  /** The same route with another doubt about where it runs. */
  setUncertainty(uncertainty_m: number): void {
    if (this.route === null) return;
    this.route = { ...this.route, uncertainty_m };
    this.ask();
  }

  clear(): void {
    this.drawing.end();
    [this.route, this.judged, this.said] = [null, null, null];
    this.drawn.clearLayers();
    this.onChange();
  }

  private ask(): void {
    this.drawn.clearLayers();
    [this.judged, this.said] = [null, null];
    if (this.route === null) return;
    const { on, known_by, who } = this.store.state;
    const { lines, uncertainty_m } = this.route;
    try {
      this.judged = this.inquiry.along(lines, { uncertainty_m, on: on || null, known_by: known_by || null, who });
      this.show(this.judged);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      this.said = cause;
    }
    this.onChange();
  }

  /** Paper under the colour, so that it stands out on every ground. */
  private show({ segments }: Verdict): void {
    const line = (part: readonly (readonly [number, number])[], options: L.PolylineOptions) =>
      L.polyline(part.map(([lon, lat]) => [lat, lon] as [number, number]), { renderer: this.renderer, pane: "pointer", interactive: false, lineCap: "butt", ...options });
    for (const { lines, verdict } of segments) {
      const colour = tone(this.words.term("verdict", verdict)?.colour ?? "#1c2024");
      for (const part of lines) {
        this.drawn.addLayer(line(part, { color: tone("#ffffff"), weight: 9, opacity: 0.9 }));
        this.drawn.addLayer(line(part, { color: colour, weight: 5, dashArray: dashOf(verdict) }));
      }
    }
  }
}
