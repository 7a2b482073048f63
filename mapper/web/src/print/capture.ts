/**
 * The map as it is drawn, as one SVG: its drawings stay drawings, its canvases become pictures, its labels text.
 *
 * Whatever stands in a pane is taken, so a new layer needs nothing here. Labels get the light theme's colours, whatever the
 * screen's, since paper is white.
 */
import type * as L from "leaflet";

import { svg } from "../elements.ts";
import { hatched, tileOf, type Box } from "./hatching.ts";
import { SheetRefused } from "./refused.ts";
import { forXml } from "./text.ts";
import { onLight } from "../tones.ts";

/** From the top of a browser's line box to the foot of its letters, in parts of its height. */
const BASELINE = 0.8;

interface LabelLook {
  readonly fill: string;
  readonly stroke: string;
  readonly width: number;
  readonly radius: number;
  readonly ink: string;
}

const LOOKS: Readonly<Record<string, LabelLook>> = {
  "mapper-zone-label": { fill: "#ffffff", stroke: "#6a2078", width: 1, radius: 3, ink: "#4d1259" },
  "mapper-hazard-label": { fill: "#ffffff", stroke: "#b00020", width: 2, radius: 0, ink: "#7a0010" },
  "mapper-clearance-label": { fill: "#ffffff", stroke: "#8b8577", width: 2, radius: 0, ink: "#1c2024" },
  "mapper-cold": { fill: "#ffffff", stroke: "#2f5597", width: 1, radius: 3, ink: "#1d3a6b" },
  "mapper-hotspot-label": { fill: "#ffffff", stroke: "#8c0d3b", width: 1, radius: 3, ink: "#6b0a2d" },
  "mapper-demining": { fill: "#ffffff", stroke: "#0b6fb8", width: 1, radius: 11, ink: "#084f85" },
  "mapper-incident-label": { fill: "#ffffff", stroke: "#1f2933", width: 1, radius: 11, ink: "#000000" },
  "mapper-district-count": { fill: "#fff3c4", stroke: "#1f2933", width: 2, radius: 0, ink: "#000000" },
};
const HALO = "#ffffff";
const PLAIN_INK = "#3d3a33";

/** Copies drawings for one sheet, their hatches as strokes. */
export class Copier {
  private clips = 0;

  /** `hatches` is the drawing that holds the patterns. */
  constructor(private readonly hatches: SVGElement) {}

  /** A copy of a drawing at its place, without the page's classes and styles; strokes are drawn only where `seen` says. */
  copy(drawing: SVGElement, { x, y, width, height }: Box, seen: Box): SVGElement {
    const copy = this.bare(drawing, seen);
    for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, String(value));
    return copy;
  }

  private bare(shape: SVGElement, seen: Box): SVGElement {
    const copy = shape.cloneNode(false) as SVGElement;
    for (const name of ["class", "style", "pointer-events", "id"]) copy.removeAttribute(name);
    for (const name of ["fill", "stroke"]) if (copy.hasAttribute(name)) copy.setAttribute(name, onLight(copy.getAttribute(name) ?? ""));
    for (const child of Array.from(shape.childNodes)) copy.append(child instanceof SVGElement ? this.bare(child, seen) : child.cloneNode(true));
    const pattern = /^url\(#(.+)\)$/.exec(shape.getAttribute("fill") ?? "")?.[1];
    const tile = pattern === undefined ? null : this.hatches.querySelector(`#${pattern}`);
    if (tile === null) return copy;
    return hatched(copy, common(boxOf(shape), seen), tileOf(tile), `sheet-clip-${++this.clips}`);
  }
}

/** The box of a shape in its own drawing; a sign that is in no page yet states its box. */
function boxOf(shape: SVGElement): Box {
  if (shape instanceof SVGRectElement || !(shape instanceof SVGGraphicsElement)) {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(shape.getAttribute(name))) as [number, number, number, number];
    return { x, y, width, height };
  }
  return shape.getBBox();
}

function common(a: Box, b: Box): Box {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const [right, bottom] = [Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height)];
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** How far a colour may be from what was painted, of 255: a browser may add a little noise. */
const NOISE = 24;

/**
 * Some browsers give a white sheet instead of what was painted, so that a page cannot know them again. It would hide the zones
 * under the accidents, so such a browser makes no sheet.
 */
function checkReadable(page: Document): void {
  const canvas = page.createElement("canvas");
  [canvas.width, canvas.height] = [8, 8];
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  if (ctx === null) throw new SheetRefused("unreadable");
  ctx.fillStyle = "#ff0000";
  ctx.fillRect(4, 0, 4, 8);
  const { data } = ctx.getImageData(0, 0, 8, 8);
  const right = [data[28], 255 - (data[29] as number), 255 - (data[30] as number), data[31]] as number[];
  if ((data[3] as number) > NOISE || right.some((value) => value < 255 - NOISE)) throw new SheetRefused("unreadable");
}

/** How much of an element is seen, through all that holds it up to its pane. */
function opacityOf(element: Element, pane: Element): number {
  const own = Number(getComputedStyle(element).opacity);
  return element === pane || element.parentElement === null ? own : own * opacityOf(element.parentElement, pane);
}

function picture(canvas: HTMLCanvasElement, box: Box, pane: Element): SVGElement {
  const image = svg("image", { ...box, opacity: opacityOf(canvas, pane) });
  image.setAttribute("href", canvas.toDataURL());
  image.setAttribute("preserveAspectRatio", "none");
  return image;
}

/** The pieces of text in a label, each with the box it takes on the screen. */
function* textBoxes(label: HTMLElement): Generator<readonly [text: string, box: DOMRect, bold: boolean]> {
  const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const bold = Number(getComputedStyle(node.parentElement as Element).fontWeight) >= 600;
    yield [node.textContent ?? "", range.getBoundingClientRect(), bold];
  }
}

function lookOf(label: HTMLElement): LabelLook | null {
  return Object.entries(LOOKS).find(([name]) => label.classList.contains(name))?.[1] ?? null;
}

function labelParts(label: HTMLElement, place: (box: DOMRect) => Box): SVGElement[] {
  const look = lookOf(label);
  const parts: SVGElement[] = [];
  const size = parseFloat(getComputedStyle(label).fontSize);
  if (look !== null) {
    const { x, y, width, height } = place(label.getBoundingClientRect());
    const inset = look.width / 2;
    const frame = { x: x + inset, y: y + inset, width: width - look.width, height: height - look.width };
    parts.push(svg("rect", { ...frame, rx: Math.min(look.radius, height / 2), fill: look.fill, "fill-opacity": 0.94, stroke: look.stroke, "stroke-width": look.width }));
  }
  for (const [said, box, bold] of textBoxes(label)) {
    if (box.width === 0) continue;
    const { x, y, width, height } = place(box);
    const halo = look === null ? ({ stroke: HALO, "stroke-width": 3, "paint-order": "stroke" } as const) : {};
    const text = svg("text", {
      x, y: y + height * BASELINE, "font-size": size, "font-weight": bold ? 700 : 400, fill: look?.ink ?? PLAIN_INK, textLength: width, lengthAdjust: "spacingAndGlyphs", ...halo,
    });
    text.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:space", "preserve");
    text.textContent = forXml(said);
    parts.push(text);
  }
  return parts;
}

/** How far a span must move to lie within a length; null when its middle lies outside, so that it belongs to what is not shown. */
export function shiftInside(from: number, span: number, length: number): number | null {
  const middle = from + span / 2;
  if (middle < 0 || middle > length) return null;
  return Math.max(0, -from) - Math.max(0, from + span - length);
}

/** A label as it stands on the sheet. The edge of the map cuts none: a bare name is left out instead, and a mark moved. */
function labelOnSheet(label: HTMLElement, place: (box: DOMRect) => Box, frame: Box): SVGElement[] {
  const { x, y, width, height } = place(label.getBoundingClientRect());
  const [right, down] = [shiftInside(x, width, frame.width), shiftInside(y, height, frame.height)];
  if (right === null || down === null || (lookOf(label) === null && (right !== 0 || down !== 0))) return [];
  return [svg("g", { transform: `translate(${right} ${down})` }, ...labelParts(label, place))];
}

/** All that the wanted panes of the map show, from the ground up, in pixels of its container. */
export function captureMap(map: L.Map, copier: Copier, isWanted: (pane: Element) => boolean): SVGElement {
  const corner = map.getContainer().getBoundingClientRect();
  if (corner.width === 0) throw new SheetRefused("hidden");
  checkReadable(document);
  const place = ({ x, y, width, height }: DOMRect): Box => ({ x: x - corner.x, y: y - corner.y, width, height });
  const whole = { x: 0, y: 0, width: corner.width, height: corner.height };
  const origin = map.containerPointToLayerPoint([0, 0]);
  const height = (pane: Element) => Number(getComputedStyle(pane).zIndex) || 0;
  const panes = Array.from(map.getPanes().mapPane.children).filter(isWanted).sort((a, b) => height(a) - height(b));
  const group = svg("g");
  for (const pane of panes) {
    for (const part of Array.from(pane.querySelectorAll<Element>("svg, canvas, .mapper-label"))) {
      const box = place(part.getBoundingClientRect());
      // A tile without marks has no pixels.
      if (box.width === 0 || box.height === 0 || (part instanceof HTMLCanvasElement && part.width === 0)) continue;
      if (part instanceof HTMLCanvasElement) group.append(picture(part, box, pane));
      else if (part instanceof SVGElement) group.append(copier.copy(part, box, { ...whole, x: origin.x, y: origin.y }));
      else if (part instanceof HTMLElement) group.append(...labelOnSheet(part, place, whole));
    }
  }
  return group;
}
