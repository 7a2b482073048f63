/** A line drawn on the map: a press, or Enter at the middle of the map, adds a corner. */
import * as L from "leaflet";

import type { LonLat } from "../geometry.ts";
import { tone } from "../tones.ts";

const COLOUR = tone("#0b57d0");

export class Drawing {
  private corners: LonLat[] = [];
  private uncertain_m = 0;
  private active = false;
  private readonly line: L.Polyline;

  /** `onChange` runs after every change of the line, and when drawing begins or ends. */
  constructor(
    private readonly map: L.Map,
    private readonly onChange: () => void,
  ) {
    this.line = L.polyline([], { renderer: L.svg({ pane: "pointer" }), pane: "pointer", interactive: false, color: COLOUR, weight: 4, dashArray: "2 6", lineCap: "round" });
  }

  get isActive(): boolean {
    return this.active;
  }

  get places(): readonly LonLat[] {
    return this.corners;
  }

  /** How far a corner may have been missed, in metres: the worst of them. */
  get uncertainty_m(): number {
    return this.uncertain_m;
  }

  begin(): void {
    this.corners = [];
    this.uncertain_m = 0;
    this.active = true;
    this.renew();
  }

  add(at: LonLat, reach_m: number): void {
    this.corners.push(at);
    this.uncertain_m = Math.max(this.uncertain_m, reach_m);
    this.renew();
  }

  undo(): void {
    this.corners.pop();
    this.renew();
  }

  end(): void {
    this.active = false;
    this.renew();
  }

  private renew(): void {
    this.line.setLatLngs(this.corners.map(([lon, lat]) => [lat, lon]));
    if (this.active) this.line.addTo(this.map);
    else this.line.remove();
    this.onChange();
  }
}
