/** A sheet as a PNG picture, painted in the page itself. */
import { SheetRefused } from "./refused.ts";
import type { Sheet } from "./sheet.ts";

/** A4 at 300 dots to the inch; an A3 sheet gets as many, since larger canvases stay blank on some phones. */
export const LONG_SIDE_PX = 3508;

/** Width and height in pixels of a sheet whose own size is given in any unit. */
export function pixelsOf({ width, height }: { readonly width: number; readonly height: number }): { readonly width: number; readonly height: number } {
  const scale = LONG_SIDE_PX / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function loaded(image: HTMLImageElement, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    image.addEventListener("load", () => resolve());
    image.addEventListener("error", () => reject(new SheetRefused("undrawn")));
    image.src = address;
  });
}

function encoded(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new SheetRefused("undrawn")) : resolve(blob)), "image/png");
  });
}

/** How many pictures lie under each part of a drawing that is painted. */
function layersOf(sheet: SVGElement): Map<Element, number> {
  let under = 0;
  const layers = new Map<Element, number>();
  for (const element of Array.from(sheet.querySelectorAll("*"))) {
    if (element instanceof SVGImageElement) under += 1;
    else if (element.childElementCount === 0 && element.closest("clipPath") === null) layers.set(element, under);
  }
  return layers;
}

/** A copy of the sheet with what lies on so many pictures, and under the next; null where nothing does. */
function layer(sheet: SVGSVGElement, wanted: number, { width, height }: { readonly width: number; readonly height: number }): SVGSVGElement | null {
  const copy = sheet.cloneNode(true) as SVGSVGElement;
  const layers = layersOf(copy);
  if (![...layers.values()].includes(wanted)) return null;
  for (const [element, under] of layers) if (under !== wanted) element.remove();
  for (const image of Array.from(copy.querySelectorAll("image"))) image.remove();
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  return copy;
}

async function paintLayer(ctx: CanvasRenderingContext2D, drawing: SVGSVGElement): Promise<void> {
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    await loaded(image, address);
    ctx.drawImage(image, 0, 0, ctx.canvas.width, ctx.canvas.height);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Paint a picture of the map, in pixels of the map, at its place on the sheet. */
async function paintPicture(ctx: CanvasRenderingContext2D, picture: SVGImageElement, { map, perPixel }: Sheet, scale: number): Promise<void> {
  const image = new Image();
  await loaded(image, picture.getAttribute("href") ?? "");
  const [x, y, width, height, opacity] = ["x", "y", "width", "height", "opacity"].map((name) => Number(picture.getAttribute(name))) as [number, number, number, number, number];
  ctx.save();
  ctx.scale(scale, scale);
  ctx.beginPath();
  ctx.rect(map.x, map.y, map.width, map.height);
  ctx.clip();
  ctx.globalAlpha = opacity;
  ctx.drawImage(image, map.x + x * perPixel, map.y + y * perPixel, width * perPixel, height * perPixel);
  ctx.restore();
}

/**
 * Paint a sheet. Throws SheetRefused when the browser lacks the means or the memory.
 *
 * Drawings and the pictures between them are painted one after the other: some browsers call a drawing loaded before they have
 * unpacked the pictures inside it, and would leave out the accidents without a word.
 */
export async function pictureOf(sheet: Sheet): Promise<Blob> {
  const box = sheet.element.viewBox.baseVal;
  const size = pixelsOf(box);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [size.width, size.height];
  const ctx = canvas.getContext("2d");
  if (ctx === null) throw new SheetRefused("undrawn");
  const pictures = Array.from(sheet.element.querySelectorAll("image"));
  for (let under = 0; under <= pictures.length; under++) {
    const picture = pictures[under - 1];
    if (picture !== undefined) await paintPicture(ctx, picture, sheet, size.width / box.width);
    const drawing = layer(sheet.element, under, size);
    if (drawing !== null) await paintLayer(ctx, drawing);
  }
  return encoded(canvas);
}
