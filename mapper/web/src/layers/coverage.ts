/**
 * What the map does not assess: a quiet grey dotted ground wherever no list of orders reaches, and everywhere while records that
 * may forbid are lost. Assessed ground that is not surveyed has small strokes, so that a blank is never plain.
 *
 * The dots are painted over the whole view on a canvas of their own, from which the covered ground is then taken out, so that
 * rows that overlap leave no hatch between them. To Leaflet it is one path of a canvas renderer, as `marks.ts` is.
 */
import * as L from "leaflet";

import { isListed } from "../access/coverage.ts";
import type { Coverage, Data } from "../data.ts";
import { Failure } from "../failure.ts";
import { polygonsOf, type Polygon } from "../geometry.ts";
import { surveyLook } from "../hatch.ts";
import { dayOfData } from "../inquiry.ts";
import { TURN_DEGREES } from "../seam.ts";
import { isDark, onDark } from "../tones.ts";
import { shape, shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const NOT_ASSESSED_COLOUR = "#8a8f94";
const STEP_PX = 9;
const DOT_PX = 1.6;
/** The dots are made so many times as large and shown smaller, for screens with several dots to a pixel. */
const PATTERN_SHARPNESS = 2;

interface CanvasInside {
  readonly _ctx: CanvasRenderingContext2D | null;
  readonly _bounds: L.Bounds;
  readonly _drawing: boolean;
}

export const SURVEYED = "surveyed";

/** Rows whose list of orders holds on the day of the data; without such a day every period counts as past or to come. */
function listedRows(coverage: Coverage, day: string | null): number[] {
  const cell = (name: "orders_state" | "period_start" | "period_end", row: number) => coverage.get(name, row);
  return coverage.indices().filter((row) =>
    isListed({ orders_state: cell("orders_state", row), period_start: cell("period_start", row), period_end: cell("period_end", row) }, day, null));
}

/** Rows of the ground that is shown as assessed: none while records that may forbid are lost. */
export function assessedRows({ coverage, meta }: Pick<Data, "coverage" | "meta">): number[] {
  if (meta.lost.legal > 0) return [];
  return listedRows(coverage, dayOfData(meta)).filter((row) => coverage.get("geometry", row) !== null);
}

/** The state of survey of a row; where it is not stated, it is not known. */
export function surveyState(coverage: Coverage, row: number): string {
  return coverage.text("survey_state", row) || "unknown";
}

/** One piece of the dotted ground, which the browser repeats: rows of dots, each second one moved by half a step. */
function dotPattern(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern {
  const piece = document.createElement("canvas");
  [piece.width, piece.height] = [STEP_PX * PATTERN_SHARPNESS, 2 * STEP_PX * PATTERN_SHARPNESS];
  const pen = piece.getContext("2d");
  const dot = DOT_PX * PATTERN_SHARPNESS;
  if (pen !== null) {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, dot, dot);
    pen.fillRect(piece.width / 2, piece.height / 2, dot, dot);
  }
  const pattern = pen === null ? null : ctx.createPattern(piece, "repeat");
  if (pattern === null) throw new Failure("failure.not_drawn", "The ground that is not assessed could not be dotted.");
  return pattern;
}

class NotAssessed extends L.Path {
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
    const pattern = dotPattern(ctx, isDark(this._map.getContainer()) ? onDark(NOT_ASSESSED_COLOUR) : NOT_ASSESSED_COLOUR);
    const { x, y } = this._map.getPixelOrigin();
    const at = (shift: number, low: number) => (low + shift) * PATTERN_SHARPNESS;
    ctx.save();
    ctx.translate(-x, -y);
    ctx.scale(1 / PATTERN_SHARPNESS, 1 / PATTERN_SHARPNESS);
    ctx.fillStyle = pattern;
    ctx.fillRect(at(x, min.x), at(y, min.y), (max.x - min.x) * PATTERN_SHARPNESS, (max.y - min.y) * PATTERN_SHARPNESS);
    ctx.restore();
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

/** Strokes on the ground of a row that is not wholly surveyed. */
function strokes({ data: { coverage }, hatches }: Stage, row: number, renderer: L.Renderer): L.Path | null {
  const fillColor = hatches.fill(surveyLook(surveyState(coverage, row)), 0);
  return shape(coverage.get("geometry", row), { renderer, pane: "survey", stroke: false, fillColor, fillOpacity: 1, className: "mapper-survey" });
}

export function coverageLayer(stage: Stage, renderer: L.Canvas, surveyRenderer: L.Renderer): MapLayer {
  const { coverage } = stage.data;
  const rows = assessedRows(stage.data);
  const ground = new NotAssessed(rows.flatMap((row) => polygonsOf(coverage.get("geometry", row))), renderer, "coverage");
  const unsurveyed = rows.filter((row) => surveyState(coverage, row) !== SURVEYED);
  const hatched = unsurveyed.map((row) => strokes(stage, row, surveyRenderer)).filter((one): one is L.Path => one !== null);
  return shapesLayer(stage, {
    name: "coverage",
    group: "legal",
    shapes: [...hatched, ground],
    due: 1 + unsurveyed.length,
    drawn: () => (ground.drawable ? 1 : 0) + hatched.filter((one) => stage.map.hasLayer(one)).length,
    counts: () => ({ coverage: rows.length }),
  });
}
