/** Draws the loaded data and answers for its completeness. */
import * as L from "leaflet";

import { telling } from "./cards.ts";
import type { Meta } from "./data.ts";
import { isoDate } from "./dates.ts";
import { el, foldout } from "./elements.ts";
import { Failure } from "./failure.ts";
import { ASSUMED_ID, isLow, isNarrow, makeFrame } from "./frame.ts";
import { groupIncidents, type RowMask } from "./grouping.ts";
import type { LonLat } from "./geometry.ts";
import { Hatches } from "./hatch.ts";
import { whatIsHere } from "./here.ts";
import { dayOfData, Inquiry } from "./inquiry.ts";
import { Labels } from "./labels.ts";
import { legendParts } from "./legend.ts";
import type { Loaded } from "./load.ts";
import { makeMap, onAsk, Pointer, scaleBar, zoomButtons } from "./map.ts";
import { Panel } from "./panel.ts";
import { assumptionList, drawerSections } from "./sections.ts";
import { layerSwitches } from "./switches.ts";
import { Words } from "./words.ts";
import { corridorsLayer } from "./layers/corridors.ts";
import { coverageLayer } from "./layers/coverage.ts";
import { contextLayer } from "./layers/context.ts";
import { densityLayer } from "./layers/density.ts";
import { districtsLayer } from "./layers/districts.ts";
import { hazardsLayer } from "./layers/hazards.ts";
import { districtCountsLayer, incidentsLayer, type MaskedLayer } from "./layers/incidents.ts";
import { type MapLayer, type Shown, type Stage } from "./layers/layer.ts";
import { zonesLayer } from "./layers/zones.ts";

const NOTHING: Shown = { zones: 0, corridors: 0, coverage: 0, hazards: 0, districts: 0, discs: 0, points: 0, district_counts: 0, contours: 0, context: 0 };
/** What `window.mapper.ready` resolves to. */
export interface Ready {
  /** False when the edition itself lacks a zone or hazard area; the page then says so in a bar that stays. */
  readonly complete: boolean;
  /** Rows of all tables, as the seal says. */
  readonly records: number;
  /** Rows that are a mark on the map or counted in one. */
  readonly drawn: number;
  readonly sha256: string;
}

/** How far a press on a label may be from its place: not at all. */
const NO_REACH_M = 1;

export interface View {
  readonly map: L.Map;
  readonly ready: Ready;
  readonly inquiry: Inquiry;
  shown(): Shown;
  /** Show and count only the accidents whose rows are 1; null shows all. What the map answers for entering stays the same. */
  setMask(mask: RowMask): void;
}

/** Layers in the order of the legend; which lies on which is a matter of their panes. */
function makeLayers(stage: Stage, accidents: readonly MaskedLayer[]): MapLayer[] {
  const drawing = (pane: string) => L.svg({ pane, padding: 0.5 });
  return [
    zonesLayer(stage, drawing("zones")),
    corridorsLayer(stage, drawing("corridors")),
    coverageLayer(stage, L.canvas({ pane: "coverage", padding: 0.3 }), drawing("survey")),
    hazardsLayer(stage, drawing("hazards")),
    ...accidents,
    densityLayer(stage, drawing("density")),
    districtsLayer(stage, drawing("districts")),
    contextLayer(stage, drawing("context")),
  ];
}

/** What was assumed stands open above all else in the drawer: a user's own files state little. */
function assumed(words: Words, { assumptions }: Meta): HTMLElement[] {
  if (assumptions.length === 0) return [];
  return [foldout([words.say("about.assumptions")], () => [assumptionList(assumptions)], { class: "mapper-section", id: ASSUMED_ID, open: true })];
}

/** Throw unless every layer has drawn all it had to. */
export function checkDrawn(layers: readonly Pick<MapLayer, "name" | "drawn">[]): void {
  for (const layer of layers) {
    const { drawn, due } = layer.drawn();
    if (drawn !== due) throw new Failure("failure.not_drawn", `Of the layer ${layer.name}, ${drawn} of ${due} shapes were drawn.`);
  }
}

function sum(shown: Shown): number {
  return Object.values(shown).reduce((total, n) => total + n, 0);
}

/**
 * Draw everything into `root`. Raises Failure when anything could not be drawn.
 *
 * `embedded`: a frame in a notebook, mostly low, with a user's own layers. The drawer starts closed where there is little
 * room, and the makers of a user's tiles are named.
 */
export function draw(root: HTMLElement, { data, records, sha256 }: Loaded, now: Date, { embedded = false } = {}): View {
  const { meta } = data;
  const words = new Words(data.words, meta.language);
  const frame = makeFrame(words, meta, now, () => map?.invalidateSize({ pan: false }));
  let map: L.Map | null = null;
  const closed = isNarrow() || (embedded && isLow());
  frame.drawer.hidden = closed;
  root.append(frame.element);
  map = makeMap(frame.map, meta.bounds);
  if (embedded) L.control.attribution({ prefix: false }).addTo(map);

  const grouped = groupIncidents(data.incidents, data.districts);
  const hatches = new Hatches();
  const tell = telling(data, words);
  const pointer = new Pointer(map);
  const inquiry = new Inquiry(data, words);
  const panel = new Panel(tell, inquiry, dayOfData(meta) ?? isoDate(now), () => {
    pointer.hide();
    frame.map.focus();
  });
  const ask = (at: LonLat, reach_m: number) => {
    frame.open(true);
    panel.show(whatIsHere(data, grouped, at, reach_m), reach_m);
    pointer.show(at, isNarrow());
  };
  const stage: Stage = { map, labels: new Labels(map), hatches, words, data, grouped, select: (at) => ask(at, NO_REACH_M) };

  const accidents = [incidentsLayer(stage), districtCountsLayer(stage)];
  const layers = makeLayers(stage, accidents);
  for (const layer of layers) layer.show(true);
  checkDrawn(layers);
  onAsk(map, ask);

  const legend = el("div", {});
  const shown = () => Object.assign({}, NOTHING, ...layers.map((layer) => layer.count())) as Shown;
  const renewLegend = () => {
    const visible = layers.filter((layer) => layer.visible && !layer.empty).map((layer) => layer.name);
    legend.textContent = "";
    legend.append(...legendParts({ data, words, hatches, grouped }, visible));
  };
  renewLegend();
  frame.stage.append(zoomButtons(map, words, meta.bounds), scaleBar(map, words), hatches.element);
  frame.drawer.append(
    panel.element,
    ...assumed(words, meta),
    foldout([words.say("section.layers")], () => layerSwitches(words, layers, renewLegend), { class: "mapper-section", open: true }),
    foldout([words.say("section.legend")], () => [legend], { class: "mapper-section", id: "mapper-legend", open: true }),
    ...drawerSections({ ...tell, grouped, sha256 }),
  );
  frame.open(!closed);
  stage.labels.place();
  const setMask = (mask: RowMask) => {
    for (const layer of accidents) layer.setMask(mask);
  };
  return { map, inquiry, ready: { complete: meta.complete, records, drawn: sum(shown()), sha256 }, shown, setMask };
}
