/**
 * The ground of openings. An opening softens something only where its ground is drawn, and only in the part of it that is
 * left when the doubt is taken off.
 */
import { items, type CorridorRow, type Ground, type OrderRow, type WhyNot, type ZoneRow } from "./ground.ts";
import { shapeOf, type Shape } from "./shape.ts";
import { covers, type Person } from "./who.ts";
import { liesWithin } from "./within.ts";

interface Piece {
  readonly shape: Shape;
  readonly accuracy_m: number;
  readonly width_m: number | null;
}

type Row = Pick<CorridorRow & ZoneRow, "order_ids" | "accuracy_m" | "geometry"> & Pick<CorridorRow, "width_m">;

/** Every drawn piece of ground, by the order that names it. A line of unknown width can be near, and nothing lies on it. */
export class OpeningGrounds {
  private readonly byOrder = new Map<string, Piece[]>();

  constructor({ corridors, zones }: Pick<Ground, "corridors" | "zones">) {
    const rows: readonly Row[] = [...corridors, ...zones];
    for (const row of rows) {
      const shape = shapeOf(row.geometry);
      if (shape === null) continue;
      const piece = { shape, accuracy_m: row.accuracy_m ?? 0, width_m: row.width_m ?? null };
      for (const id of new Set(items(row.order_ids))) this.byOrder.set(id, [...(this.byOrder.get(id) ?? []), piece]);
    }
  }

  private of(order: OrderRow): readonly Piece[] {
    return this.byOrder.get(order.order_id) ?? [];
  }

  /** Whether all of the asked place lies on the order's ground, made smaller by the doubt. */
  holds(order: OrderRow, asked: Shape, u: number): boolean {
    return this.of(order).some(({ shape, accuracy_m, width_m }) => {
      const margin = accuracy_m + u;
      if (shape.polygons.length > 0) return shape.holds(asked, margin);
      return width_m !== null && liesWithin(asked, shape, width_m / 2 - margin);
    });
  }

  hasGeometry(order: OrderRow): boolean {
    return this.of(order).length > 0;
  }

  isNear(order: OrderRow, asked: Shape, u: number, near_m: number): boolean {
    return this.of(order).some(({ shape, accuracy_m }) => {
      const most = accuracy_m + u + near_m;
      return asked.metresTo(shape, most) <= most;
    });
  }

  /** Why the opening does not apply at the asked place (null: it does). Without a place nothing is on any ground. */
  whyNot(order: OrderRow, asked: Shape | null, u: number, person: Person): WhyNot | null {
    if (!this.hasGeometry(order)) return "no_geometry";
    if (!covers(order, person)) return "not_for_this_person";
    return asked !== null && this.holds(order, asked, u) ? null : "not_on_its_ground";
  }
}
