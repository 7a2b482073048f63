/**
 * Labels on the map: real buttons (or plain text) that never lie on one another.
 *
 * Leaflet's own markers would pile up and are kept in the page even when out of view. Here every layer offers candidates;
 * after each move the ones in view are placed in order of importance, first in their shortest form, so that as many as
 * possible find room; then each takes the fullest form that still fits. One that fits in none is left out (its shape stays
 * drawn). Nothing is built for what is out of view.
 */
import * as L from "leaflet";

import type { LonLat } from "./geometry.ts";
import { TURN_DEGREES } from "./seam.ts";

export type Side = "middle" | "above" | "below" | "left" | "right";

export interface Label {
  readonly at: LonLat;
  /** Lower numbers are placed first. */
  readonly rank: number;
  /** Where it may stand to its place, the best first. Two labels of one place begin with different sides. */
  readonly sides?: readonly Side[];
  /** Forms of the label, the fullest first. */
  readonly forms: readonly (() => HTMLElement)[];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A label's form as an element that lies in the pane, with its size. */
interface Made {
  readonly element: HTMLElement;
  readonly width: number;
  readonly height: number;
}

interface Placed {
  readonly label: Label;
  made: Made;
  box: Box;
}

/** West, south, east, north of what is in view. */
export type View = readonly [west: number, south: number, east: number, north: number];
/** The labels that a layer would like to show in a view. */
export type LabelSource = (view: View) => readonly Label[];

/** A layer with more candidates than this in view shows none: the map would be all labels. */
export const MOST_LABELS = 400;
const GAP = 2;

/** Whether a place is in view, whose longitudes may run on past 180. */
export function inView([west, south, east, north]: View, [lon, lat]: LonLat): boolean {
  const there = (at: number) => at >= west && at <= east;
  return (there(lon) || there(lon + TURN_DEGREES)) && lat >= south && lat <= north;
}

/** Whether two boxes share ground. */
export function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** How far a label moves from its place, in parts of its own width and height: its left upper corner. */
const CORNERS: Readonly<Record<Side, readonly [x: number, y: number]>> = {
  middle: [-0.5, -0.5],
  above: [-0.5, -1],
  below: [-0.5, 0],
  left: [-1, -0.5],
  right: [0, -0.5],
};

type Way = readonly [right: number, down: number];

const ARROWS: Readonly<Record<string, Way>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

type Corner = Pick<DOMRect, "left" | "top" | "width" | "height">;

/** How far a box is ahead of another in a direction, what is off to the side counting double; null when it is not ahead. */
export function aheadBy(from: Corner, to: Corner, [right, down]: Way): number | null {
  const [x, y] = [to.left + to.width / 2 - from.left - from.width / 2, to.top + to.height / 2 - from.top - from.height / 2];
  const [ahead, aside] = [x * right + y * down, Math.abs(x * down + y * right)];
  return ahead > 0 && ahead >= aside / 2 ? ahead + 2 * aside : null;
}

/** The box of a label of this size at the place, with a gap around it. */
export function boxAt(x: number, y: number, width: number, height: number, side: Side): Box {
  const [right, down] = CORNERS[side];
  const [wide, high] = [width + 2 * GAP, height + 2 * GAP];
  const [left, top] = [Math.round(x + wide * right), Math.round(y + high * down)];
  return { left, top, right: left + wide, bottom: top + high };
}

export class Labels {
  private readonly pane: HTMLElement;
  private readonly sets = new Map<string, LabelSource>();
  private scheduled = 0;
  private held = false;

  constructor(private readonly map: L.Map) {
    this.pane = map.getPane("mapper-labels") ?? map.createPane("mapper-labels");
    this.pane.classList.add("leaflet-zoom-hide");
    // A zoom ends in a "moveend" too.
    map.on("moveend resize", () => this.place());
    this.pane.addEventListener("keydown", (event) => this.step(event));
    // A label asks about its own place; the map must not ask about the pointer's after it.
    this.pane.addEventListener("click", (event) => {
      if ((event.target as Element).closest("button") !== null) event.stopPropagation();
    });
  }

  /** Give the labels of one layer; null takes them away. */
  set(layer: string, source: LabelSource | null): void {
    if (source === null) this.sets.delete(layer);
    else this.sets.set(layer, source);
    cancelAnimationFrame(this.scheduled);
    this.scheduled = requestAnimationFrame(() => this.place());
  }

  /** How many labels of this map are on the screen. */
  get shown(): number {
    return this.pane.childElementCount;
  }

  private view(): View {
    const bounds = this.map.getBounds().pad(0.05);
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  /** Place the labels once for all the moves of the map. */
  hold(moves: () => void): void {
    this.held = true;
    try {
      moves();
    } finally {
      this.held = false;
    }
    this.place();
  }

  /** Place all labels anew. */
  place(): void {
    if (this.held) return;
    cancelAnimationFrame(this.scheduled);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["label"] : undefined;
    this.pane.textContent = "";
    const view = this.view();
    const wanted = [...this.sets.values()].flatMap((source) => [...source(view)]).sort((a, b) => a.rank - b.rank);
    const shortest = this.make(wanted.map(({ forms }) => forms[forms.length - 1] as () => HTMLElement));
    const placed: Placed[] = [];
    wanted.forEach((label, index) => {
      const made = shortest[index] as Made;
      const box = this.fit(label, made, placed);
      if (box === undefined) made.element.remove();
      else placed.push({ label, made, box });
    });
    this.lengthen(placed);
    for (const { made, box } of placed) L.DomUtil.setPosition(made.element, L.point(box.left + GAP, box.top + GAP));
    this.letOneBeReached();
    if (focused !== undefined) this.focus(focused);
  }

  /** One stop of the Tab key for all labels; from there the arrow keys lead to the others. */
  private letOneBeReached(): void {
    this.buttons().forEach((label, index) => (label.tabIndex = index === 0 ? 0 : -1));
  }

  private buttons(): HTMLElement[] {
    return Array.from(this.pane.querySelectorAll<HTMLElement>("button[data-label]"));
  }

  /** From a label to the nearest one in the direction of the arrow. */
  private step(event: KeyboardEvent): void {
    const way = ARROWS[event.key];
    const from = event.target as HTMLElement;
    if (way === undefined || !from.matches("button[data-label]")) return;
    event.preventDefault();
    const boxes = this.buttons().filter((label) => label !== from).map((label) => ({ label, away: aheadBy(from.getBoundingClientRect(), label.getBoundingClientRect(), way) }));
    const next = boxes.filter(({ away }) => away !== null).sort((a, b) => (a.away as number) - (b.away as number))[0]?.label;
    if (next === undefined) return;
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus({ preventScroll: true });
  }

  /** What the group of labels is called, and how to go through it. */
  name(text: string): void {
    this.pane.setAttribute("role", "group");
    this.pane.setAttribute("aria-label", text);
  }

  /** Put elements into the pane, all of them before the first is measured: each look at a size after a change costs a layout. */
  private make(forms: readonly (() => HTMLElement)[]): Made[] {
    const elements = forms.map((form) => form());
    for (const element of elements) element.classList.add("mapper-label");
    this.pane.append(...elements);
    return elements.map((element) => ({ element, width: element.offsetWidth, height: element.offsetHeight }));
  }

  /** Where a form of a label has room beside the others; undefined when it would lie on one of them. */
  private fit(label: Label, { width, height }: Made, others: readonly Placed[]): Box | undefined {
    const { x, y } = this.map.latLngToLayerPoint([label.at[1], label.at[0]]);
    const boxes = (label.sides ?? ["middle"]).map((side) => boxAt(x, y, width, height, side));
    return boxes.find((one) => !others.some((other) => other.label !== label && overlaps(one, other.box)));
  }

  /** Exchange each shortest form for the fullest that fits now that all labels have their place. */
  private lengthen(placed: readonly Placed[]): void {
    const fuller = placed.map(({ label }) => label.forms.slice(0, -1));
    const made = this.make(fuller.flat());
    let first = 0;
    placed.forEach((one, index) => {
      const forms = made.slice(first, (first += (fuller[index] as readonly unknown[]).length));
      const fitting = forms.map((form) => ({ form, box: this.fit(one.label, form, placed) })).find(({ box }) => box !== undefined);
      for (const form of forms) if (form !== fitting?.form) form.element.remove();
      if (fitting?.box === undefined) return;
      one.made.element.replaceWith(fitting.form.element);
      one.made = fitting.form;
      one.box = fitting.box;
    });
  }

  /** Give the keyboard to a label that it was taken from, by building the labels anew or by the panel; false when it is not there. */
  focus(key: string): boolean {
    const found = this.buttons().find((label) => label.dataset["label"] === key);
    if (found === undefined) return false;
    this.buttons().forEach((label) => (label.tabIndex = label === found ? 0 : -1));
    found.focus({ preventScroll: true });
    return true;
  }
}
