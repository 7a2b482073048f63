/**
 * What the map does not assess: a quiet grey dotted ground wherever no list of orders reaches.
 *
 * Painted over the whole view on a canvas of its own, from which the covered ground is then taken out, so that rows that
 * overlap leave no hatch between them. To Leaflet it is one path of a canvas renderer, as `marks.ts` is.
 */
import * as L from "leaflet";

import { firstDay, lastDay } from "../access/dates.ts";
import type { Coverage } from "../data.ts";
import { polygonsOf, type Polygon } from "../geometry.ts";
import { dayOfData } from "../inquiry.ts";
import { shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const NOT_ASSESSED_COLOUR = "#8a8f94";
const STEP_PX = 9;
const DOT_PX = 1.6;
const TURN_DEGREES = 360;

interface CanvasInside {
  readonly _ctx: CanvasRenderingContext2D | null;
  readonly _bounds: L.Bounds;
  readonly _drawing: boolean;
}

/** Rows whose list of orders holds on the day of the data; without such a day every period counts as past or to come. */
export function listedRows(coverage: Coverage, day: string | null): number[] {
  return coverage.indices().filter((row) => {
    const [start, end] = [lastDay(coverage.get("period_start", row)), firstDay(coverage.get("period_end", row))];
    const holds = day === null ? start === null && end === null : (start === null || start <= day) && (end === null || day <= end);
    return coverage.get("orders_state", row) === "listed" && holds;
  });
}

export class NotAssessed extends L.Path {
  constructor(
    private readonly covered: readonly Polygon[],
    private readonly renderer: L.Canvas,
    pane: string,
  ) {
    super();
    L.setOptions(this, { renderer, pane, interactive: false });
  }

  get drawable(): boolean {
    return (this.renderer as unknown as CanvasInside)._ctx !== null;
  }

  protected _project(): void {
    // Places are projected when they are painted.
  }

  protected _update(): void {
    this._updatePath();
  }

  /** Dots on a grid that stays with the ground while the map is moved. */
  private dots(ctx: CanvasRenderingContext2D, { min, max }: { readonly min: L.Point; readonly max: L.Point }): void {
    const origin = this._map.getPixelOrigin();
    const first = (from: number, shift: number) => Math.floor((from + shift) / STEP_PX) * STEP_PX - shift;
    ctx.fillStyle = NOT_ASSESSED_COLOUR;
    for (let y = first(min.y, origin.y); y <= max.y; y += STEP_PX) {
      const odd = Math.round((y + origin.y) / STEP_PX) % 2 === 0 ? 0 : STEP_PX / 2;
      for (let x = first(min.x, origin.x) + odd; x <= max.x; x += STEP_PX) ctx.fillRect(x, y, DOT_PX, DOT_PX);
    }
  }

  private takeOut(ctx: CanvasRenderingContext2D, polygon: Polygon, turn: number): void {
    ctx.beginPath();
    for (const ring of polygon) {
      ring.forEach(([lon, lat], index) => {
        const { x, y } = this._map.latLngToLayerPoint([lat, lon + turn]);
        if (index === 0) ctx.moveTo(x, y);
        else ctx.lineTo(x, y);
      });
      ctx.closePath();
    }
    ctx.fill("evenodd");
  }

  protected _updatePath(): void {
    const { _ctx: ctx, _bounds: bounds, _drawing } = this.renderer as unknown as CanvasInside;
    if (!_drawing || ctx === null || bounds.min === undefined || bounds.max === undefined) return;
    this.dots(ctx, { min: bounds.min, max: bounds.max });
    ctx.globalCompositeOperation = "destination-out";
    ctx.fillStyle = "#000000";
    for (const turn of [-TURN_DEGREES, 0, TURN_DEGREES]) for (const polygon of this.covered) this.takeOut(ctx, polygon, turn);
    ctx.globalCompositeOperation = "source-over";
  }
}

export function coverageLayer(stage: Stage, renderer: L.Canvas): MapLayer {
  const { coverage, meta } = stage.data;
  const rows = listedRows(coverage, dayOfData(meta)).filter((row) => coverage.get("geometry", row) !== null);
  const ground = new NotAssessed(rows.flatMap((row) => polygonsOf(coverage.get("geometry", row))), renderer, "coverage");
  return shapesLayer(stage, {
    name: "coverage",
    group: "legal",
    shapes: [ground],
    due: 1,
    drawn: () => (ground.drawable ? 1 : 0),
    counts: () => ({ coverage: rows.length }),
  });
}
