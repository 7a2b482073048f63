/**
 * Accidents near a place, out of any number of them: their boxes lie in one typed array, made once for a table, and a question
 * runs through numbers.
 */
import type { IncidentRow } from "./ground.ts";
import { boxOfGeometry, mayReach, northOf, shapeOf, type Shape } from "./shape.ts";

export interface Accident {
  readonly row: IncidentRow;
  readonly distance_m: number;
  /** Radius of its circle; 0 for a district. */
  readonly radius_m: number;
}

/** West, south, east, north, radius. */
const FIELDS = 5;

export class Accidents {
  private readonly fields: Float64Array;

  private constructor(private readonly rows: readonly IncidentRow[]) {
    this.fields = new Float64Array(FIELDS * rows.length).fill(NaN);
    rows.forEach(({ place, geometry, uncertainty_m }, i) => {
      const box = place === "none" ? null : boxOfGeometry(geometry);
      if (box !== null) this.fields.set([...box, place === "district" ? 0 : uncertainty_m ?? 0], FIELDS * i);
    });
  }

  private static readonly made = new WeakMap<readonly IncidentRow[], Accidents>();

  /** The accidents of a table that is not changed afterwards. */
  static of(rows: readonly IncidentRow[]): Accidents {
    const found = Accidents.made.get(rows) ?? new Accidents(rows);
    Accidents.made.set(rows, found);
    return found;
  }

  /** Those whose circle or district is within `most` metres of the place. */
  near(place: Shape, most: number): Accident[] {
    const found: Accident[] = [];
    for (let at = 0, i = 0; i < this.rows.length; at += FIELDS, i++) {
      const radius_m = this.fields[at + 4] as number;
      const [south, north] = [this.fields[at + 1] as number, this.fields[at + 3] as number];
      const reach = northOf(most + radius_m);
      if (!(place.box[1] - north <= reach && south - place.box[3] <= reach)) continue;
      if (!mayReach(place.box, [this.fields[at] as number, south, this.fields[at + 2] as number, north], most + radius_m)) continue;
      const row = this.rows[i] as IncidentRow;
      const distance_m = Math.max(0, place.metresTo(shapeOf(row.geometry) as Shape, most + radius_m) - radius_m);
      if (distance_m <= most) found.push({ row, distance_m, radius_m });
    }
    return found;
  }
}
