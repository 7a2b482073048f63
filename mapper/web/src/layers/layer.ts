/** What every layer of the map can do, and what it is given to do it. */
import * as L from "leaflet";

import type { Data } from "../data.ts";
import type { FrameName } from "../filter/frames.ts";
import type { Content } from "../elements.ts";
import type { Geometry, LonLat, Polygon, Ring } from "../geometry.ts";
import type { Grouped, RowMask } from "../grouping.ts";
import type { Hatches } from "../hatch.ts";
import type { Labels, LabelSource } from "../labels.ts";
import type { Words } from "../words.ts";

/** What can be counted as visible: zones, routes of openings, covered ground, hazard areas, outlines, and accident records by the kind of their mark. */
export type ShownName = "zones" | "corridors" | "coverage" | "hazards" | "clearance" | "districts" | "discs" | "points" | "district_counts" | "contours" | "hotspots" | "context";
export type Shown = Record<ShownName, number>;

/** What a layer draws with. */
export interface Stage {
  readonly map: L.Map;
  readonly labels: Labels;
  readonly hatches: Hatches;
  readonly words: Words;
  readonly data: Data;
  readonly grouped: Grouped;
  /** Open the panel for a place, with a given thing first. */
  readonly select: (at: LonLat) => void;
}

/**
 * What is shown of the records: 1 for accidents by row, true for hazard areas, and for zones that somebody is kept out of on the
 * day; and which density.
 */
export interface Chosen {
  readonly incidents: RowMask;
  readonly hazards: readonly boolean[];
  readonly zones: readonly boolean[];
  readonly density: FrameName;
}

/** Every layer there can be, in the order of the legend and of the address. */
export const LAYER_NAMES = [
  "zones", "corridors", "coverage", "hazards", "clearance", "incidents", "district_counts", "density", "hotspots", "districts", "context", "graticule", "basemap",
] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

/** One switch of the layer list. */
export interface MapLayer {
  readonly name: LayerName;
  /** Code of its heading in the layer list. */
  readonly group: "legal" | "physical" | "accidents" | "context";
  /** Nothing to show: no switch, no legend. */
  readonly empty: boolean;
  visible: boolean;
  show(visible: boolean): void;
  /** Show what was chosen of its records; a layer without it shows all of them, always. */
  choose?(chosen: Chosen): void;
  /** What the reader should know before putting it on. */
  hint?(): Content;
  /** Marks on the map now, by name. */
  count(): Partial<Shown>;
  /** How many of its records are drawn, against how many had to be; unequal numbers stop the page. */
  drawn(): { readonly drawn: number; readonly due: number };
}

type LatLngs = [number, number][];

/** Leaflet counts latitude first; this is the only place where the order turns. */
function latLngs(ring: Ring): LatLngs {
  return ring.map(([lon, lat]) => [lat, lon]);
}

const STILL: L.PolylineOptions = { interactive: false, smoothFactor: 0.5 };

/**
 * Polygons as one shape. Rings are filled by the non-zero rule: where parts overlap the ground stays filled, which the
 * even-odd rule would turn into a hole. Holes must run against their outer ring, as RFC 7946 asks.
 */
export function polygonShape(polygons: readonly Polygon[], options: L.PolylineOptions): L.Polygon {
  return L.polygon(
    polygons.map((polygon) => polygon.map(latLngs)),
    { ...STILL, fillRule: "nonzero", ...options },
  );
}

/** A polygon or line as a shape; null when there is no geometry to draw. */
export function shape(geometry: Geometry | null, options: L.PolylineOptions): L.Path | null {
  if (geometry?.kind === "polygons") return polygonShape(geometry.polygons, options);
  if (geometry?.kind === "lines") return L.polyline(geometry.lines.map(latLngs), { ...STILL, ...options });
  if (geometry?.kind === "point") return L.circleMarker([geometry.at[1], geometry.at[0]], { ...STILL, radius: 6, ...options });
  return null;
}

/** A layer made of one Leaflet group and, perhaps, labels. */
export function shapesLayer(
  stage: Stage,
  layer: Pick<MapLayer, "name" | "group"> & {
    readonly shapes: readonly L.Layer[];
    readonly due: number;
    readonly labels?: LabelSource;
    readonly counts: () => Partial<Shown>;
    /** Whether a shape is to be on the map while the layer is; all are where it is left out. */
    readonly wanted?: (one: L.Layer) => boolean;
    /** How many are drawn, when one shape draws many. */
    readonly drawn?: () => number;
    readonly empty?: boolean;
  },
): MapLayer {
  const { shapes, due, labels, counts } = layer;
  const onMap = () => shapes.filter((one) => stage.map.hasLayer(one)).length;
  const made: MapLayer = {
    name: layer.name,
    group: layer.group,
    empty: layer.empty ?? due === 0,
    visible: false,
    show(visible) {
      made.visible = visible;
      for (const one of shapes) visible && (layer.wanted?.(one) ?? true) ? one.addTo(stage.map) : one.remove();
      stage.labels.set(layer.name, visible && labels !== undefined ? labels : null);
    },
    count: () => (made.visible ? counts() : {}),
    drawn: () => ({ drawn: (layer.drawn ?? onMap)(), due }),
  };
  return made;
}
