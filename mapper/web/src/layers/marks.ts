/**
 * How one mark is painted: as a shape on a canvas where there are few, as a stamp of pixels where there are many.
 *
 * 100,000 arcs take a second, 100,000 stamps of pixels 30 ms. A stamp is made once for each look and size by painting the shape,
 * so that both look alike.
 */
import * as L from "leaflet";

import { onDark } from "../tones.ts";

export interface MarkLook {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly fill: string;
  readonly fillOpacity: number;
}

export const STROKE_PX = 1.8;
export const POINT_PX = 5;
/** Among many, points are drawn smaller, so that more of them can be told apart. */
export const CROWDED_POINT_PX = 3;
/** Larger circles are painted even among many: few of their lines pass through a tile. */
export const LARGEST_STAMP_PX = 64;
/** A crowd of marks must not hide the no-entry zones under it. */
export const CROWD_OPACITY = 0.6;
/** Pixels of a canvas to one of the page; the same choice as Leaflet's, which a sheet of paper raises for a moment. */
export function sharpness(): number {
  return L.Browser.retina ? 2 : 1;
}

/** That of stamps, which are made once for a screen. */
export const SHARPNESS = sharpness();

/** Paint one mark around a place of the canvas. */
export function paint(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, { colour, dash, fill, fillOpacity }: MarkLook): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  if (fillOpacity > 0) {
    ctx.globalAlpha = fillOpacity;
    ctx.fillStyle = fill;
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  ctx.setLineDash(dash as number[]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = STROKE_PX;
  ctx.stroke();
}

/** The look on dark ground. */
export function darkLook(look: MarkLook): MarkLook {
  return { ...look, colour: onDark(look.colour), fill: onDark(look.fill) };
}

/** How a look is drawn among many: circles have no fill (hundreds of light fills would be one dark one), points an opaque one. */
export function crowded(look: MarkLook): MarkLook {
  return { ...look, fillOpacity: look.dash.length > 0 ? 0 : 1 };
}

/** The pixels of one mark, as steps from its middle. */
export interface Stamp {
  /** Tells this stamp from all others of the page. */
  readonly id: number;
  readonly dx: Int16Array;
  readonly dy: Int16Array;
  /** Red, green, blue, opacity from the lowest byte up. */
  readonly colours: Uint32Array;
}

const OPACITY_BITS = 24;

function makeStamp(id: number, look: MarkLook, radius: number): Stamp {
  const half = Math.ceil((radius + 2) * SHARPNESS);
  const picture = document.createElement("canvas");
  picture.width = picture.height = 2 * half;
  const ctx = picture.getContext("2d") as CanvasRenderingContext2D;
  ctx.scale(SHARPNESS, SHARPNESS);
  paint(ctx, half / SHARPNESS, half / SHARPNESS, radius, crowded(look));
  const pixels = new Uint32Array(ctx.getImageData(0, 0, 2 * half, 2 * half).data.buffer);
  const painted = Array.from(pixels.keys()).filter((index) => (pixels[index] as number) >>> OPACITY_BITS > 0);
  return {
    id,
    dx: Int16Array.from(painted, (index) => (index % (2 * half)) - half),
    dy: Int16Array.from(painted, (index) => Math.floor(index / (2 * half)) - half),
    colours: Uint32Array.from(painted, (index) => pixels[index] as number),
  };
}

/** Stamps by look and whole radius. */
export class Stamps {
  private readonly known = new Map<MarkLook, Stamp[]>();
  private made = 0;

  of(look: MarkLook, radius: number): Stamp {
    const size = Math.max(1, Math.round(radius));
    let ofLook = this.known.get(look);
    if (ofLook === undefined) this.known.set(look, (ofLook = []));
    return (ofLook[size] ??= makeStamp(++this.made, look, size));
  }
}

/** A square picture that marks are stamped into, pixel by pixel. */
export class Crowd {
  readonly image: ImageData;
  private readonly pixels: Uint32Array;
  /** The stamp last put at each pixel: where many places share a pixel, one stamp does for all. */
  private readonly last: Uint16Array;

  constructor(private readonly edge: number) {
    this.image = new ImageData(edge, edge);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.last = new Uint16Array(edge * edge);
  }

  /** Stamp around a pixel. The more opaque pixel stays, and the later of two equal ones. */
  put(left: number, top: number, { id, dx, dy, colours }: Stamp): void {
    const { edge, pixels, last } = this;
    if (left >= 0 && left < edge && top >= 0 && top < edge) {
      const at = top * edge + left;
      if (last[at] === id) return;
      last[at] = id;
    }
    for (let i = 0; i < colours.length; i++) {
      const column = left + (dx[i] as number);
      const row = top + (dy[i] as number);
      if (column < 0 || column >= edge || row < 0 || row >= edge) continue;
      const at = row * edge + column;
      const colour = colours[i] as number;
      if (colour >>> OPACITY_BITS >= (pixels[at] as number) >>> OPACITY_BITS) pixels[at] = colour;
    }
  }
}
