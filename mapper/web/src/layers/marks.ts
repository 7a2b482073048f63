/**
 * Any number of circles and points on one canvas.
 *
 * Leaflet's own circles are an object each, projected and dashed one by one: 100,000 of them took 3.4 s for every step of the
 * zoom. Here all places are projected once, into typed arrays, and each drawing runs through them and paints what is in view.
 * Up to `FEW` are painted one by one; more are stamped into a picture from pixels made once for each look and size. Nothing is
 * merged or left out: clusters would hide where the marks are.
 *
 * To Leaflet it is one path of a canvas renderer, which clears, moves and scales the canvas. `_project`, `_update` and
 * `_updatePath` are what every path of Leaflet 1.9 has; the version is pinned.
 */
import * as L from "leaflet";

import type { LonLat } from "../geometry.ts";
import { isDark, onDark } from "../tones.ts";

export interface MarkLook {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly fill: string;
  readonly fillOpacity: number;
}

export interface Mark {
  readonly at: LonLat;
  /** Radius on the ground; 0 is a point, drawn at the same size at every zoom. */
  readonly radius_m: number;
  readonly look: MarkLook;
}

interface CanvasInside {
  readonly _ctx: CanvasRenderingContext2D | null;
  readonly _bounds: L.Bounds;
  readonly _drawing: boolean;
}

export const FEW = 1000;
const EARTH_RADIUS_M = 6_371_000;
const WORLD_PX = 256;
const STROKE_PX = 1.8;
const POINT_PX = 5;
/** Among many, points are drawn smaller, so that more of them can be told apart. */
const CROWDED_POINT_PX = 3;
/** Larger circles are painted even among many: few of them fit into a view. */
const LARGEST_STAMP_PX = 64;
/** A crowd of marks must not hide the no-entry zones under it. */
const CROWD_OPACITY = 0.6;
/** Pixels of the canvas to one of the page; the same choice as Leaflet's. */
const SHARPNESS = L.Browser.retina ? 2 : 1;

/** Paint one mark around a place of the canvas. */
function paint(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, { colour, dash, fill, fillOpacity }: MarkLook): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.globalAlpha = fillOpacity;
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.setLineDash(dash as number[]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = STROKE_PX;
  ctx.stroke();
}

/** The pixels of one mark, as steps from its middle. */
interface Stamp {
  readonly dx: Int16Array;
  readonly dy: Int16Array;
  /** Red, green, blue, opacity from the lowest byte up. */
  readonly colours: Uint32Array;
}

const OPACITY_BITS = 24;

/** Among many, circles have no fill (hundreds of light fills would be one dark one) and points an opaque one. */
function makeStamp(look: MarkLook, radius: number, sharpness: number): Stamp {
  const half = Math.ceil((radius + 2) * sharpness);
  const picture = document.createElement("canvas");
  picture.width = picture.height = 2 * half;
  const ctx = picture.getContext("2d") as CanvasRenderingContext2D;
  ctx.scale(sharpness, sharpness);
  paint(ctx, half / sharpness, half / sharpness, radius, { ...look, fillOpacity: look.dash.length > 0 ? 0 : 1 });
  const pixels = new Uint32Array(ctx.getImageData(0, 0, 2 * half, 2 * half).data.buffer);
  const painted = Array.from(pixels.keys()).filter((index) => (pixels[index] as number) >>> OPACITY_BITS > 0);
  return {
    dx: Int16Array.from(painted, (index) => (index % (2 * half)) - half),
    dy: Int16Array.from(painted, (index) => Math.floor(index / (2 * half)) - half),
    colours: Uint32Array.from(painted, (index) => pixels[index] as number),
  };
}

/** Stamps by look and whole radius. */
class Stamps {
  private readonly known = new Map<MarkLook, Map<number, Stamp>>();

  of(look: MarkLook, radius: number): Stamp {
    const size = Math.max(1, Math.round(radius));
    const ofLook = this.known.get(look) ?? new Map<number, Stamp>();
    const stamp = ofLook.get(size) ?? makeStamp(look, size, SHARPNESS);
    ofLook.set(size, stamp);
    this.known.set(look, ofLook);
    return stamp;
  }
}

/** A picture that marks are stamped into, pixel by pixel: 100,000 in 30 ms, where `drawImage` takes 700. */
class Crowd {
  private readonly width: number;
  private readonly height: number;
  private readonly image: ImageData;
  private readonly pixels: Uint32Array;

  constructor(private readonly corner: L.Point, private readonly size: L.Point) {
    [this.width, this.height] = [Math.max(1, size.x * SHARPNESS), Math.max(1, size.y * SHARPNESS)];
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** The more opaque pixel stays, and the later of two equal ones. */
  put(x: number, y: number, { dx, dy, colours }: Stamp): void {
    const { width, height, pixels } = this;
    const [left, top] = [Math.round((x - this.corner.x) * SHARPNESS), Math.round((y - this.corner.y) * SHARPNESS)];
    for (let i = 0; i < colours.length; i++) {
      const [column, row] = [left + (dx[i] as number), top + (dy[i] as number)];
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      const at = row * width + column;
      const colour = colours[i] as number;
      if (colour >>> OPACITY_BITS >= (pixels[at] as number) >>> OPACITY_BITS) pixels[at] = colour;
    }
  }

  show(ctx: CanvasRenderingContext2D): void {
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [this.width, this.height];
    picture.getContext("2d")?.putImageData(this.image, 0, 0);
    ctx.globalAlpha = CROWD_OPACITY;
    ctx.drawImage(picture, this.corner.x, this.corner.y, this.size.x, this.size.y);
    ctx.globalAlpha = 1;
  }
}

export class Marks extends L.Path {
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;
  /** Radii in units of zoom 0, as the places. */
  private readonly radii: Float64Array;
  private readonly stamps = new Stamps();
  private readonly darkLooks = new Map<MarkLook, MarkLook>();

  constructor(
    private readonly marks: readonly Mark[],
    private readonly renderer: L.Canvas,
    pane: string,
  ) {
    super();
    L.setOptions(this, { renderer, pane, interactive: false });
    const places = marks.map(({ at: [lon, lat] }) => L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lon), 0));
    this.xs = Float64Array.from(places, ({ x }) => x);
    this.ys = Float64Array.from(places, ({ y }) => y);
    this.radii = Float64Array.from(marks, ({ at: [, lat], radius_m }) => (radius_m * WORLD_PX) / (2 * Math.PI * EARTH_RADIUS_M * Math.cos((lat * Math.PI) / 180)));
  }

  /** How many of the marks can be drawn: all, unless the browser has no canvas or a place is no number. */
  get drawable(): number {
    const { _ctx } = this.renderer as unknown as CanvasInside;
    return _ctx === null ? 0 : this.xs.filter((x, index) => Number.isFinite(x + (this.ys[index] as number) + (this.radii[index] as number))).length;
  }

  /** The marks that show in a part of the map, given in pixels of a zoom whose scale to zoom 0 and origin are known. */
  inView({ min, max }: { readonly min: L.Point; readonly max: L.Point }, scale: number, origin: L.Point): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.xs.length; index++) {
      const x = (this.xs[index] as number) * scale - origin.x;
      const y = (this.ys[index] as number) * scale - origin.y;
      const reach = Math.max(POINT_PX, (this.radii[index] as number) * scale) + STROKE_PX;
      if (x + reach >= min.x && x - reach <= max.x && y + reach >= min.y && y - reach <= max.y) found.push(index);
    }
    return found;
  }

  private darkLook(look: MarkLook): MarkLook {
    const known = this.darkLooks.get(look) ?? { ...look, colour: onDark(look.colour), fill: onDark(look.fill) };
    this.darkLooks.set(look, known);
    return known;
  }

  protected _project(): void {
    // Places stay in units of zoom 0.
  }

  protected _update(): void {
    this._updatePath();
  }

  protected _updatePath(): void {
    const { _ctx: ctx, _bounds: bounds, _drawing } = this.renderer as unknown as CanvasInside;
    if (!_drawing || ctx === null || bounds.min === undefined || bounds.max === undefined) return;
    const scale = this._map.getZoomScale(this._map.getZoom(), 0);
    const origin = this._map.getPixelOrigin();
    const shown = this.inView({ min: bounds.min, max: bounds.max }, scale, origin);
    const crowd = shown.length > FEW ? new Crowd(bounds.min, bounds.getSize()) : null;
    const dark = isDark(this._map.getContainer());
    const pointSize = crowd === null ? POINT_PX : CROWDED_POINT_PX;
    for (const index of shown) {
      const { radius_m, look: light } = this.marks[index] as Mark;
      const look = dark ? this.darkLook(light) : light;
      const x = (this.xs[index] as number) * scale - origin.x;
      const y = (this.ys[index] as number) * scale - origin.y;
      const radius = radius_m === 0 ? pointSize : (this.radii[index] as number) * scale;
      if (crowd !== null && radius <= LARGEST_STAMP_PX) crowd.put(x, y, this.stamps.of(look, radius));
      else paint(ctx, x, y, radius, look);
    }
    crowd?.show(ctx);
  }
}
