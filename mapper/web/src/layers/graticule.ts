/**
 * Meridians and parallels over the map, with their degrees at its lower and left edge.
 *
 * In Web Mercator both are straight, so each is one stroke across the view; they are drawn anew when the map has moved.
 */
import * as L from "leaflet";

import { svg } from "../elements.ts";
import { degreesOf, graticuleLabel, graticuleLines, graticuleStep, type Axis } from "../graticule.ts";
import type { Words } from "../words.ts";
import { shapesLayer, type MapLayer, type Stage } from "./layer.ts";

export const GRATICULE = "graticule";
export const GRATICULE_COLOUR = "#55606a";
/** Lines are at least so far apart. */
const LEAST_PX = 110;
/** Web Mercator ends here. */
const MOST_LAT = 85;

/** One line: where it runs, in pixels of the map's container, and what is written at it. */
export interface Line {
  readonly axis: Axis;
  /** x of a meridian, y of a parallel. */
  readonly at_px: number;
  readonly label: string;
}

/** The lines in view. */
export function linesInView(map: L.Map, words: Words): Line[] {
  const bounds = map.getBounds();
  const across_px = map.getSize().x;
  if (!(across_px > 0)) return [];
  const step = graticuleStep(((bounds.getEast() - bounds.getWest()) / across_px) * LEAST_PX);
  const line = (axis: Axis, arcsec: number): Line => {
    const place = axis === "lon" ? L.latLng(bounds.getCenter().lat, degreesOf(arcsec)) : L.latLng(degreesOf(arcsec), bounds.getCenter().lng);
    const { x, y } = map.latLngToContainerPoint(place);
    return { axis, at_px: axis === "lon" ? x : y, label: graticuleLabel(words, axis, arcsec, step) };
  };
  return [
    ...graticuleLines(bounds.getWest(), bounds.getEast(), step).map((at) => line("lon", at)),
    ...graticuleLines(Math.max(-MOST_LAT, bounds.getSouth()), Math.min(MOST_LAT, bounds.getNorth()), step).map((at) => line("lat", at)),
  ];
}

class Graticule extends L.Layer {
  private readonly element = svg("svg", { class: "mapper-graticule", "aria-hidden": "true", focusable: "false" });

  constructor(private readonly words: Words) {
    super();
    L.setOptions(this, { pane: GRATICULE });
  }

  onAdd(map: L.Map): this {
    this.getPane()?.append(this.element);
    this.draw(map);
    return this;
  }

  onRemove(): this {
    this.element.remove();
    return this;
  }

  getEvents(): Record<string, () => void> {
    const renew = () => this.draw(this._map);
    return { moveend: renew, zoomend: renew, viewreset: renew, resize: renew };
  }

  private draw(map: L.Map): void {
    const { x: width, y: height } = map.getSize();
    L.DomUtil.setPosition(this.element as unknown as HTMLElement, map.containerPointToLayerPoint([0, 0]));
    this.element.setAttribute("width", String(width));
    this.element.setAttribute("height", String(height));
    this.element.replaceChildren(...linesInView(map, this.words).flatMap((line) => this.strokes(line, width, height)));
  }

  private strokes({ axis, at_px, label }: Line, width: number, height: number): SVGElement[] {
    const upright = axis === "lon";
    const stroke = svg("path", { d: upright ? `M${at_px},0 v${height}` : `M0,${at_px} h${width}`, fill: "none", stroke: GRATICULE_COLOUR, "stroke-width": 0.7 });
    const text = svg("text", { x: upright ? at_px + 4 : 4, y: upright ? height - 5 : at_px - 4 });
    text.textContent = label;
    return [stroke, text];
  }
}

/** It holds no record, so none is counted. */
export function graticuleLayer(stage: Stage): MapLayer {
  return shapesLayer(stage, { name: GRATICULE, group: "context", shapes: [new Graticule(stage.words)], due: 0, drawn: () => 0, empty: false, counts: () => ({}) });
}
