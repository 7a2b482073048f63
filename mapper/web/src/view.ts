/** Draws the loaded data and answers for its completeness. */
import * as L from "leaflet";

import { Basemap, readTold } from "./basemap/basemap.ts";
import { telling } from "./cards.ts";
import type { Meta } from "./data.ts";
import { isoDate } from "./dates.ts";
import { el, foldout } from "./elements.ts";
import { Failure } from "./failure.ts";
import { ASSUMED_ID, isLow, isNarrow, makeFrame } from "./frame.ts";
import { groupIncidents } from "./grouping.ts";
import type { LonLat } from "./geometry.ts";
import { Hatches } from "./hatch.ts";
import { whatIsHere } from "./here.ts";
import { dayOfData, Inquiry } from "./inquiry.ts";
import { Labels } from "./labels.ts";
import { isLanguageChoice, languageChoice, languageChoiceIn, preferred } from "./languages.ts";
import { legendParts } from "./legend.ts";
import type { Loaded } from "./load.ts";
import { goTo, makeMap, onAsk, Pointer, scaleBar, viewOf, zoomButtons } from "./map.ts";
import { Panel } from "./panel.ts";
import { followAddress, readPermalink } from "./permalink.ts";
import { RouteCheck } from "./route/check.ts";
import { routeSection } from "./route/section.ts";
import { assumptionList, drawerSections } from "./sections.ts";
import { firstState, Store, type Asked } from "./state.ts";
import { layerSwitches, setSwitches } from "./switches.ts";
import { followTheme, setThemeButton, themeButton } from "./theme.ts";
import { Words } from "./words.ts";
import { corridorsLayer } from "./layers/corridors.ts";
import { coverageLayer } from "./layers/coverage.ts";
import { contextLayer } from "./layers/context.ts";
import { densityLayer } from "./layers/density.ts";
import { districtsLayer } from "./layers/districts.ts";
import { hazardsLayer } from "./layers/hazards.ts";
import { districtCountsLayer, incidentsLayer } from "./layers/incidents.ts";
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
  readonly store: Store;
  shown(): Shown;
}

/** Layers in the order of the legend; which lies on which is a matter of their panes. */
function makeLayers(stage: Stage): MapLayer[] {
  const drawing = (pane: string) => L.svg({ pane, padding: 0.5 });
  return [
    zonesLayer(stage, drawing("zones")),
    corridorsLayer(stage, drawing("corridors")),
    coverageLayer(stage, L.canvas({ pane: "coverage", padding: 0.3 }), drawing("survey")),
    hazardsLayer(stage, drawing("hazards")),
    incidentsLayer(stage, L.canvas({ pane: "incidents", padding: 0.3 })),
    districtCountsLayer(stage),
    densityLayer(stage, drawing("density")),
    districtsLayer(stage, drawing("districts")),
    contextLayer(stage, drawing("context")),
  ];
}

/** The background map that the page's maker asked for; none in a notebook, where a user adds tiles of their own. */
function makeBasemap(page: Document, map: L.Map, words: Words, embedded: boolean): Basemap[] {
  const told = embedded ? null : readTold(page);
  return told === null ? [] : [new Basemap(page, map, told, words)];
}

/** What was assumed stands open above all else in the drawer: a user's own files state little. */
function assumed(words: Words, { assumptions }: Meta): HTMLElement[] {
  if (assumptions.length === 0) return [];
  return [foldout([words.say("about.assumptions")], () => [assumptionList(words, assumptions)], { class: "mapper-section", id: ASSUMED_ID, open: true })];
}

/** Throw unless every layer has drawn all it had to. */
export function checkDrawn(layers: readonly Pick<MapLayer, "name" | "drawn">[]): void {
  for (const layer of layers) {
    const { drawn, due } = layer.drawn();
    if (drawn !== due) throw new Failure("failure.not_drawn", `Of the layer ${layer.name}, ${drawn} of ${due} shapes were drawn.`);
  }
}

/** Escape leaves what lies on top, unless something of its own was left by it. */
function onEscape(element: HTMLElement, leave: () => void): void {
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) leave();
  });
}

function sum(shown: Shown): number {
  return Object.values(shown).reduce((total, n) => total + n, 0);
}

/**
 * Draw everything into `root`. Raises Failure when anything could not be drawn.
 *
 * The map and its layers are made once. Everything in words is made by `furnish`, and again when the reader chooses another
 * language, so a user's own layers on the map outlast that. The state in `store` decides the rest.
 *
 * `embedded`: a frame in a notebook, mostly low, with a user's own layers. The drawer starts closed where there is little
 * room, the makers of a user's tiles are named, and the address is the notebook's.
 */
export function draw(root: HTMLElement, { data, records, sha256 }: Loaded, now: Date, { embedded = false } = {}): View {
  const { meta } = data;
  const store = new Store(firstState(preferred(navigator.languages, meta.languages, meta.language), dayOfData(meta) ?? isoDate(now)));
  const words = new Words(data.words, store.state.language);
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
  const route = new RouteCheck(map, inquiry, store, words);
  let askedFrom: string | undefined; // the label that was pressed; where it is gone, the keyboard goes back to the map
  const ask = (at: LonLat, reach_m: number) => {
    if (route.drawing.isActive) {
      route.drawing.add(at, reach_m);
      return;
    }
    const active = root.ownerDocument.activeElement;
    if (!frame.drawer.contains(active)) askedFrom = active instanceof HTMLElement ? active.dataset["label"] : undefined;
    store.set({ asked: { at, reach_m } });
    panel.focus();
  };
  const close = () => {
    store.set({ asked: null });
    if (askedFrom === undefined || !stage.labels.focus(askedFrom)) frame.map.focus();
  };
  const stage: Stage = { map, labels: new Labels(map), hatches, words, data, grouped, select: (at) => ask(at, NO_REACH_M) };

  const basemap = makeBasemap(root.ownerDocument, map, words, embedded);
  const layers = [...makeLayers(stage), ...basemap];
  const asking = basemap.filter((one) => one.startsOff).map((one) => one.name);
  store.set({ off: asking });
  const first = store.state;
  for (const layer of layers) if (!first.off.includes(layer.name)) layer.show(true);
  checkDrawn(layers);
  const shown = () => Object.assign({}, NOTHING, ...layers.map((layer) => layer.count())) as Shown;
  const drawn = sum(shown());

  const tools = el("div", {});
  const scale = scaleBar(map, words);
  const legend = el("div", {});
  frame.stage.append(tools, scale.element, ...basemap.map((one) => one.element), hatches.element);
  const renewLegend = () => {
    const visible = layers.filter((layer) => layer.visible && !layer.empty).map((layer) => layer.name);
    legend.replaceChildren();
    legend.append(...legendParts({ data, words, hatches, grouped }, visible));
  };
  const makePanel = () => new Panel(tell, inquiry, store, close);
  let panel = makePanel();
  const furnish = (of: L.Map) => {
    if (!embedded) {
      root.ownerDocument.documentElement.lang = words.language;
      root.ownerDocument.title = words.of(meta.titles, meta.title);
    }
    frame.dress([...languageChoice(words, meta.languages, store), ...(embedded ? [] : [themeButton(words, store)])]);
    tools.replaceChildren(zoomButtons(of, words, meta.bounds));
    stage.labels.name(words.say("map.labels"));
    scale.draw();
    basemap.forEach((one) => one.dress());
    panel = makePanel();
    renewLegend();
    frame.drawer.replaceChildren(
      panel.element,
      ...assumed(words, meta),
      foldout([words.say("section.route")], () => [routeSection(tell, route, drawOnMap)], { class: "mapper-section", id: "mapper-route", open: route.current !== null }),
      foldout([words.say("section.layers")], () => layerSwitches({ words, store }, layers), { class: "mapper-section", open: true }),
      foldout([words.say("section.legend")], () => [legend], { class: "mapper-section", id: "mapper-legend", open: true }),
      ...drawerSections({ ...tell, grouped, sha256 }),
    );
  };
  const drawOnMap = () => {
    if (isNarrow()) frame.open(false);
    frame.map.focus();
  };
  const tellOf = (asked: Asked | null) => {
    if (asked === null) {
      panel.close();
      pointer.hide();
      return;
    }
    frame.open(true);
    panel.show(whatIsHere(data, grouped, asked.at, asked.reach_m), asked.reach_m);
    pointer.show(asked.at, isNarrow());
  };
  const show = (off: readonly string[]) => {
    for (const layer of layers) if (layer.visible === off.includes(layer.name)) layer.show(!layer.visible);
    setSwitches(frame.drawer, off);
    renewLegend();
  };
  const follow = (of: L.Map) => {
    of.on("moveend", () => store.set({ map: viewOf(of) }));
    store.onChange((state, before) => {
      const spokeOtherwise = state.language !== before.language;
      if (spokeOtherwise) {
        const chosenHere = isLanguageChoice(root.ownerDocument.activeElement);
        words.speak(state.language);
        furnish(of);
        stage.labels.place();
        if (chosenHere) languageChoiceIn(frame.element)?.focus();
      }
      if (state.theme !== before.theme) setThemeButton(frame.element, words, state.theme);
      if (state.off !== before.off) show(state.off);
      if (state.map !== before.map) goTo(of, state.map, meta.bounds);
      if (state.asked !== before.asked || (spokeOtherwise && state.asked !== null)) tellOf(state.asked);
    });
  };

  if (!embedded) followTheme(frame.element, map, store);
  onEscape(frame.element, () => {
    if (store.state.asked !== null) close();
    else if (isNarrow()) frame.open(false);
  });
  furnish(map);
  frame.open(!closed);
  stage.labels.place();
  onAsk(map, ask);
  follow(map);
  if (!embedded) {
    const known = { languages: meta.languages, layers: layers.map((layer) => layer.name), asking };
    store.set(readPermalink(window.location.hash, first, known));
    followAddress(window, store, first, known);
  }
  return { map, inquiry, store, ready: { complete: meta.complete, records, drawn, sha256 }, shown };
}
