/**
 * The accidents of the loaded data as questions about entering read them: row by row when looked at, and first cut by the grid of
 * their places. An accident known by its district has the outlines of the districts that the name may mean; one whose districts
 * have none is near nothing, and is told where such a district is asked by name.
 */
import { radiusOf } from "./access/accidents.ts";
import { districtsOf, type IncidentRow, type IncidentRows } from "./access/ground.ts";
import type { Box } from "./access/rings.ts";
import { mayReach, northOf, shapeOf } from "./access/shape.ts";
import type { Data, Incidents } from "./data.ts";
import { polygonsOf, type Geometry, type Polygon } from "./geometry.ts";
import type { Places } from "./places.ts";

/** The outlines of districts by their names, put together once for each list of names. */
class Outlines {
  private readonly byName = new Map<string, readonly Polygon[]>();
  private readonly made = new Map<string, Geometry | null>();

  constructor({ districts }: Data) {
    for (const row of districts.indices()) {
      const name = districts.text("name", row);
      this.byName.set(name, [...(this.byName.get(name) ?? []), ...polygonsOf(districts.get("geometry", row))]);
    }
  }

  of(names: readonly string[]): Geometry | null {
    const key = JSON.stringify(names);
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const polygons = names.flatMap((name) => this.byName.get(name) ?? []);
    const geometry: Geometry | null = polygons.length > 0 ? { kind: "polygons", polygons } : null;
    this.made.set(key, geometry);
    return geometry;
  }
}

/** A row that is read when it is looked at: there may be a million. */
class Incident implements IncidentRow {
  constructor(private readonly incidents: Incidents, private readonly row: number, private readonly outlines: Outlines) {}

  get incident_id(): string {
    return this.incidents.text("incident_id", this.row);
  }

  get place(): string {
    return this.incidents.text("place", this.row);
  }

  get uncertainty_m(): number | null {
    return this.incidents.get("uncertainty_m", this.row);
  }

  get district(): string {
    return this.incidents.text("district", this.row);
  }

  get near_districts(): string {
    return this.incidents.text("near_districts", this.row);
  }

  get recorded_on(): string {
    return this.incidents.text("recorded_on", this.row);
  }

  get geometry(): Geometry | null {
    if (this.place === "district") return this.outlines.of(districtsOf(this));
    const at = this.incidents.get("at", this.row);
    return at === null ? null : { kind: "point", at };
  }
}

export class RecordedIncidents implements IncidentRows {
  readonly length: number;
  readonly rounded_m: number;
  private readonly incidents: Incidents;
  private readonly places: Places;
  private readonly outlines: Outlines;
  /** Largest radius in each cell. */
  private readonly cellRadii_m: Float64Array;
  /** Rows that are known by their district, by its outline. */
  private readonly ofOutline = new Map<Geometry, number[]>();

  constructor(data: Data) {
    this.incidents = data.incidents;
    this.outlines = new Outlines(data);
    this.length = data.incidents.rows;
    this.places = data.incidents.places("at");
    this.rounded_m = this.places.rounded_m;
    const { starts, count } = this.places;
    this.cellRadii_m = new Float64Array(starts.length - 1);
    for (let cell = 0; cell < this.cellRadii_m.length; cell++) {
      for (let row = starts[cell] as number; row < (starts[cell + 1] as number); row++) this.cellRadii_m[cell] = Math.max(this.cellRadii_m[cell] as number, this.radius(row));
    }
    for (let row = count; row < this.length; row++) {
      const outline = this.at(row).geometry;
      if (outline === null) continue;
      const rows = this.ofOutline.get(outline) ?? [];
      rows.push(row);
      this.ofOutline.set(outline, rows);
    }
  }

  at(index: number): IncidentRow {
    return new Incident(this.incidents, index, this.outlines);
  }

  private radius(row: number): number {
    return radiusOf({ place: "point", uncertainty_m: this.incidents.get("uncertainty_m", row) });
  }

  near(box: Box, most: number): number[] {
    const { wests, souths, edge } = this.places;
    const found: number[] = [];
    for (let cell = 0; cell < wests.length; cell++) {
      const [west, south, reach] = [wests[cell] as number, souths[cell] as number, most + this.rounded_m + (this.cellRadii_m[cell] as number)];
      const north = northOf(reach);
      if (box[1] - south - edge > north || south - box[3] > north) continue;
      if (mayReach(box, [west, south, west + edge, south + edge], reach)) this.nearInCell(cell, box, most, found);
    }
    for (const [outline, rows] of this.ofOutline) {
      const shape = shapeOf(outline);
      if (shape !== null && mayReach(box, shape.box, most)) for (const row of rows) found.push(row);
    }
    return found;
  }

  private nearInCell(cell: number, box: Box, most: number, found: number[]): void {
    const { xs, ys, starts } = this.places;
    for (let row = starts[cell] as number; row < (starts[cell + 1] as number); row++) {
      const [x, y] = [xs[row] as number, ys[row] as number];
      if (mayReach(box, [x, y, x, y], most + this.rounded_m + this.radius(row))) found.push(row);
    }
  }
}
