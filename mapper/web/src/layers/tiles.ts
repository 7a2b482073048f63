/**
 * Any number of circles and points on canvas tiles.
 *
 * Each tile is painted once for a zoom and moves with the map, so that dragging paints only what comes into view. Tiles are
 * painted in slices of some milliseconds between frames, so that no number of marks stops the page. Until all that is in view is
 * painted for a new zoom, the picture of the old one stays, scaled: the map is never without its marks. Nothing is merged or
 * left out.
 *
 * Up to `FEW` marks in view are painted as shapes; more are stamped, smaller and without fills (`marks.ts`). The choice is made
 * for all of a view, since two halves of a mark on two tiles must look alike.
 */
import * as L from "leaflet";

import { Field, type Part } from "./field.ts";
import { Crowd, CROWDED_POINT_PX, CROWD_OPACITY, LARGEST_STAMP_PX, paint, crowded, darkLook, POINT_PX, SHARPNESS, sharpness, Stamps, STROKE_PX, type MarkLook } from "./marks.ts";
import { isDark } from "../tones.ts";

export const FEW = 1000;
const TILE_PX = 512;
/** How long tiles are painted before the browser may draw a frame. */
const SLICE_MS = 10;
/** Cells painted between two looks at the clock. */
const CELLS_AT_ONCE = 16;
/** Tiles kept beyond the view, so that a map dragged to and fro is not painted twice. */
const KEPT_AROUND = 1;

interface Tile {
  readonly column: number;
  readonly row: number;
  readonly canvas: HTMLCanvasElement;
  painter: Painter | null;
}

/** One zoom's tiles. */
interface Level {
  readonly zoom: number;
  readonly origin: L.Point;
  readonly isCrowded: boolean;
  readonly isDark: boolean;
  readonly looks: readonly MarkLook[];
  readonly element: HTMLElement;
  readonly tiles: Map<string, Tile>;
}

/** Paints one tile, a cell of the grid at a time. */
class Painter {
  private readonly part: Part;
  private readonly cells: readonly number[];
  private readonly scale: number;
  private readonly crowd: Crowd | null;
  private readonly large: number[] = [];
  private next = 0;

  private readonly looks: readonly MarkLook[];

  constructor(private readonly field: Field, private readonly stamps: Stamps, tile: Pick<Tile, "column" | "row">, { zoom, isCrowded, looks }: Level) {
    this.looks = looks;
    this.scale = 2 ** zoom;
    const edge = TILE_PX / this.scale;
    this.part = { left: tile.column * edge, top: tile.row * edge, right: (tile.column + 1) * edge, bottom: (tile.row + 1) * edge };
    this.cells = field.cellsIn(this.part, this.margin);
    this.crowd = isCrowded ? new Crowd(TILE_PX * SHARPNESS) : null;
  }

  /** Whether any mark may reach into the tile. */
  get isNeeded(): boolean {
    return this.cells.length > 0;
  }

  /** How far a mark reaches beyond its radius, in pixels of zoom 0. */
  private get margin(): number {
    return (POINT_PX + STROKE_PX) / this.scale;
  }

  /** Go on until the time is over; true when the tile is done and put on its canvas. */
  run(until: number, canvas: HTMLCanvasElement): boolean {
    const { field, part, margin } = this;
    const { ofCell } = field.groups;
    while (this.next < this.cells.length) {
      const cell = this.cells[this.next++] as number;
      const isWithin = field.isWithin(cell, part);
      for (let group = ofCell[cell] as number; group < (ofCell[cell + 1] as number); group++) {
        if ((isWithin || field.isIn(group, part, margin)) && (field.mask === null || field.isShown(group))) this.put(group);
      }
      if (this.next % CELLS_AT_ONCE === 0 && performance.now() > until) return false;
    }
    this.finish(canvas);
    return true;
  }

  /** A mark as a shape in the tile. */
  private spot(group: number): readonly [x: number, y: number, radius: number, look: MarkLook] {
    const { xs, ys, radii, lookOf } = this.field;
    const radius = (radii[group] as number) * this.scale;
    return [
      ((xs[group] as number) - this.part.left) * this.scale,
      ((ys[group] as number) - this.part.top) * this.scale,
      radius === 0 ? POINT_PX : radius,
      this.looks[lookOf[group] as number] as MarkLook,
    ];
  }

  private put(group: number): void {
    const { xs, ys, radii, looks, lookOf } = this.field;
    const radius = (radii[group] as number) * this.scale;
    if (this.crowd === null || radius > LARGEST_STAMP_PX) {
      this.large.push(group);
      return;
    }
    const sharp = this.scale * SHARPNESS;
    const x = Math.round(((xs[group] as number) - this.part.left) * sharp);
    const y = Math.round(((ys[group] as number) - this.part.top) * sharp);
    this.crowd.put(x, y, this.stamps.of(looks[lookOf[group] as number] as MarkLook, radius === 0 ? CROWDED_POINT_PX : radius));
  }

  /** A circle that holds all of the tile draws no line in it. */
  private isAround(x: number, y: number, radius: number): boolean {
    const [dx, dy] = [Math.max(Math.abs(x), Math.abs(TILE_PX - x)), Math.max(Math.abs(y), Math.abs(TILE_PX - y))];
    return Math.hypot(dx, dy) < radius - STROKE_PX;
  }

  private finish(canvas: HTMLCanvasElement): void {
    const ctx = canvas.getContext("2d");
    if (ctx === null) return;
    if (this.crowd !== null) ctx.putImageData(this.crowd.image, 0, 0);
    ctx.scale(canvas.width / TILE_PX, canvas.height / TILE_PX);
    for (const group of this.large) {
      const [x, y, radius, look] = this.spot(group);
      if (this.crowd === null) paint(ctx, x, y, radius, look);
      else if (!this.isAround(x, y, radius)) paint(ctx, x, y, radius, crowded(look));
    }
  }
}

export class MarkTiles extends L.Layer {
  private readonly stamps = new Stamps();
  private level: Level | null = null;
  /** The picture that stays until that of `level` is complete. */
  private older: Level | null = null;
  private frame = 0;
  /** Whether it was painted before; what is switched on again comes in slices. */
  private isKnown = false;

  private readonly darkLooks: readonly MarkLook[];

  constructor(readonly field: Field, private readonly paneName: string) {
    super();
    this.darkLooks = field.looks.map(darkLook);
  }

  /** Whether this browser can paint at all. */
  static readonly canPaint = (): boolean => document.createElement("canvas").getContext("2d") !== null;

  override onAdd(): this {
    this.update();
    if (!this.isKnown) this.finish();
    return this;
  }

  /** Paint all that is in view at once: before a page says that it is whole. */
  finish(): void {
    this.isKnown = true;
    this.paint(Infinity);
  }

  override onRemove(): this {
    cancelAnimationFrame(this.frame);
    for (const level of [this.older, this.level]) level?.element.remove();
    this.older = this.level = null;
    return this;
  }

  override getEvents(): { [name: string]: L.LeafletEventHandlerFn } {
    return { move: () => this.follow(), zoom: () => this.place(), moveend: () => this.update(), viewreset: () => this.update(), resize: () => this.update() };
  }

  /** Whether everything in view is painted for this zoom. */
  get isComplete(): boolean {
    return this.level !== null && this.older === null && [...this.level.tiles.values()].every(({ painter }) => painter === null);
  }

  /** Paint anew, after the mask has changed. */
  renew(): void {
    if (this.level === null) return;
    this.begin(this.level.zoom, this.crowdedAt(this.level.zoom));
    this.update();
  }

  /** The view in pixels of its zoom. */
  private viewPx(): L.Bounds {
    return this._map.getPixelBounds();
  }

  private get isDark(): boolean {
    return isDark(this._map.getContainer());
  }

  private crowdedAt(zoom: number): boolean {
    const { min, max } = this.viewPx();
    if (min === undefined || max === undefined) return false;
    const scale = 2 ** zoom;
    const part = { left: min.x / scale, top: min.y / scale, right: max.x / scale, bottom: max.y / scale };
    return this.field.hasMoreIn(part, POINT_PX / scale, FEW);
  }

  private begin(zoom: number, isCrowded: boolean): void {
    if (this.older === null) this.older = this.level;
    else this.level?.element.remove();
    const element = L.DomUtil.create("div", "mapper-tiles", this._map.getPane(this.paneName));
    element.style.opacity = isCrowded ? String(CROWD_OPACITY) : "1";
    element.style.visibility = this.older === null ? "visible" : "hidden";
    const dark = this.isDark;
    this.level = { zoom, origin: this._map.getPixelOrigin(), isCrowded, isDark: dark, looks: dark ? this.darkLooks : this.field.looks, element, tiles: new Map() };
  }

  /** While the map moves: new tiles at the edge; while fingers change its zoom, the old picture scaled. */
  private follow(): void {
    if (this.level?.zoom === this._map.getZoom()) this.update();
    else this.place();
  }

  /** Move and scale the pictures to where the map is now. */
  private place(): void {
    for (const level of [this.older, this.level]) {
      if (level === null) continue;
      const scale = this._map.getZoomScale(this._map.getZoom(), level.zoom);
      const at = level.origin.multiplyBy(scale).subtract(this._map.getPixelOrigin());
      L.DomUtil.setTransform(level.element, at, scale);
    }
  }

  /** See which tiles are wanted now, and paint those that are missing. */
  private update(): void {
    const zoom = this._map.getZoom();
    const isCrowded = this.crowdedAt(zoom);
    if (this.level === null || this.level.zoom !== zoom || this.level.isCrowded !== isCrowded || this.level.isDark !== this.isDark) this.begin(zoom, isCrowded);
    const level = this.level as Level;
    const { min, max } = this.viewPx();
    if (min === undefined || max === undefined) return;
    const range = (low: number, high: number) => [Math.floor(low / TILE_PX), Math.floor(high / TILE_PX)] as const;
    const [[west, east], [north, south]] = [range(min.x, max.x), range(min.y, max.y)];
    for (const [key, { column, row, canvas }] of level.tiles) {
      if (column >= west - KEPT_AROUND && column <= east + KEPT_AROUND && row >= north - KEPT_AROUND && row <= south + KEPT_AROUND) continue;
      canvas.remove();
      level.tiles.delete(key);
    }
    for (let row = north; row <= south; row++) {
      for (let column = west; column <= east; column++) {
        const key = `${column} ${row}`;
        if (!level.tiles.has(key)) level.tiles.set(key, this.makeTile(level, column, row));
      }
    }
    this.place();
    this.schedule();
  }

  private makeTile(level: Level, column: number, row: number): Tile {
    const painter = new Painter(this.field, this.stamps, { column, row }, level);
    const canvas = L.DomUtil.create("canvas", "mapper-tile", level.element);
    // A tile without marks gets no pixels: they would cost as much as painted ones.
    canvas.width = canvas.height = painter.isNeeded ? TILE_PX * (level.isCrowded ? SHARPNESS : sharpness()) : 0;
    canvas.style.width = canvas.style.height = `${TILE_PX}px`;
    L.DomUtil.setPosition(canvas, L.point(column * TILE_PX - level.origin.x, row * TILE_PX - level.origin.y));
    return { column, row, canvas, painter: painter.isNeeded ? painter : null };
  }

  private schedule(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!this.paint(performance.now() + SLICE_MS)) this.schedule();
    });
  }

  /** Paint tiles until the time is over; true when all are done. The old picture goes when the new one is whole. */
  private paint(until: number): boolean {
    if (this.level === null) return true;
    for (const tile of this.level.tiles.values()) {
      if (tile.painter !== null && !tile.painter.run(until, tile.canvas)) return false;
      tile.painter = null;
    }
    this.level.element.style.visibility = "visible";
    this.older?.element.remove();
    this.older = null;
    return true;
  }
}
