/** Draws the loaded data and answers for its completeness. */
import * as L from "leaflet";

import { Basemap, readTold } from "./basemap/basemap.ts";
import { telling } from "./cards.ts";
import { mapCursor } from "./cursor.ts";
import type { Meta } from "./data.ts";
import { isoDate } from "./dates.ts";
import { TimeBar } from "./filter/bar.ts";
import { marksOf, spanOf } from "./filter/days.ts";
import { frameOf } from "./filter/frames.ts";
import { hazardMask, incidentMask } from "./filter/mask.ts";
import { ChosenLine, chosenInWords } from "./filter/said.ts";
import { filterSection, setFilters } from "./filter/section.ts";
import { button, el, foldout } from "./elements.ts";
import { Failure } from "./failure.ts";
import { findBox } from "./find/box.ts";
import { Finder } from "./find/finder.ts";
import type { Place } from "./find/places.ts";
import { ASSUMED_ID, isLow, isNarrow, makeFrame } from "./frame.ts";
import { groupIncidents } from "./grouping.ts";
import type { LonLat } from "./geometry.ts";
import { Hatches } from "./hatch.ts";
import { whatIsHere } from "./here.ts";
import { dayOfData, Inquiry } from "./inquiry.ts";
import { keysHelp, onKeys } from "./keys.ts";
import { Labels } from "./labels.ts";
import { isLanguageChoice, languageChoice, languageChoiceIn, preferred } from "./languages.ts";
import { legendParts } from "./legend.ts";
import type { Loaded } from "./load.ts";
import { locateButton } from "./locate.ts";
import { fit, goTo, makeMap, onAsk, Pointer, scaleBar, showPlace, viewOf, zoomButtons } from "./map.ts";
import { Panel } from "./panel.ts";
import { followAddress, readPermalink } from "./permalink.ts";
import { markParts } from "./print/marks.ts";
import { paperFor } from "./print/paper.ts";
import { Printing } from "./print/print.ts";
import { printSection } from "./print/section.ts";
import { RouteCheck } from "./route/check.ts";
import { routeSection } from "./route/section.ts";
import { assumptionList, drawerSections } from "./sections.ts";
import { firstState, Store, type Asked } from "./state.ts";
import { layerSwitches, setSwitches } from "./switches.ts";
import { KINDS, type Lead } from "./table/kind.ts";
import { isKind, TableView } from "./table/view.ts";
import { followTheme, setThemeButton, themeButton } from "./theme.ts";
import { Words } from "./words.ts";
import { CLEARANCE, clearanceLayer } from "./layers/clearance.ts";
import { corridorsLayer } from "./layers/corridors.ts";
import { coverageLayer } from "./layers/coverage.ts";
import { contextLayer } from "./layers/context.ts";
import { densityLayer } from "./layers/density.ts";
import { districtsLayer } from "./layers/districts.ts";
import { GRATICULE, graticuleLayer } from "./layers/graticule.ts";
import { hazardsLayer } from "./layers/hazards.ts";
import { HOTSPOTS, hotspotsLayer } from "./layers/hotspots.ts";
import { districtCountsLayer, incidentsLayer } from "./layers/incidents.ts";
import { type MapLayer, type Shown, type Stage } from "./layers/layer.ts";
import { zonesLayer } from "./layers/zones.ts";

const NOTHING: Shown = { zones: 0, corridors: 0, coverage: 0, hazards: 0, clearance: 0, districts: 0, discs: 0, points: 0, district_counts: 0, contours: 0, hotspots: 0, context: 0 };
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
function makeLayers(stage: Stage, accidents: readonly MapLayer[]): MapLayer[] {
  const drawing = (pane: string) => L.svg({ pane, padding: 0.5 });
  return [
    zonesLayer(stage, drawing("zones")),
    corridorsLayer(stage, drawing("corridors")),
    coverageLayer(stage, L.canvas({ pane: "coverage", padding: 0.3 }), drawing("survey")),
    hazardsLayer(stage, drawing("hazards")),
    clearanceLayer(stage),
    ...accidents,
    densityLayer(stage, drawing("density")),
    hotspotsLayer(stage),
    districtsLayer(stage, drawing("districts")),
    contextLayer(stage, drawing("context")),
    graticuleLayer(stage),
  ];
}

/** The background map that the page's maker asked for; none in a notebook, where a user adds tiles of their own. */
function makeBasemap(page: Document, map: L.Map, words: Words, embedded: boolean): Basemap[] {
  const told = embedded ? null : readTold(page);
  return told === null ? [] : [new Basemap(page, map, told, words)];
}

/** Opens and closes the time bar. */
function timeButton(words: Words, room: HTMLElement): HTMLElement {
  const opener = button({ class: "mapper-time-button", "aria-expanded": !room.hidden ? "true" : "false" }, () => {
    room.hidden = !room.hidden;
    opener.setAttribute("aria-expanded", String(!room.hidden));
  }, words.say("time.open"));
  return opener;
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
  const tell = telling(data, words);
  const table = new TableView({ tell, store, onLead: (lead) => leadTo(lead) });
  const headTools = () => [table.button(), ...languageChoice(words, meta.languages, store), ...(embedded ? [] : [themeButton(words, store)])];
  // Its words give the head its height, and with that the map its room: set before the map is drawn into it.
  frame.dress(headTools());
  map = makeMap(frame.map, meta.bounds);
  if (embedded) L.control.attribution({ prefix: false }).addTo(map);

  const grouped = groupIncidents(data.incidents, data.districts);
  const hatches = new Hatches();
  const pointer = new Pointer(map);
  const inquiry = new Inquiry(data, words);
  const route = new RouteCheck(map, inquiry, store, words);
  let askedFrom: string | undefined; // the label that was pressed; where it is gone, the keyboard goes back to the map
  const askAbout = (at: LonLat, reach_m: number) => {
    const active = root.ownerDocument.activeElement;
    if (!frame.drawer.contains(active)) askedFrom = active instanceof HTMLElement ? active.dataset["label"] : undefined;
    store.set({ asked: { at, reach_m } });
    panel.focus();
  };
  const ask = (at: LonLat, reach_m: number) => {
    if (route.drawing.isActive) route.drawing.add(at, reach_m);
    else askAbout(at, reach_m);
  };
  const leadTo = ({ at, box }: Lead) => {
    store.set({ table: null });
    if (map !== null) fit(map, box);
    askAbout(at, NO_REACH_M);
  };
  const close = () => {
    store.set({ asked: null });
    if (askedFrom === undefined || !stage.labels.focus(askedFrom)) frame.map.focus();
  };
  const stage: Stage = { map, labels: new Labels(map), hatches, words, data, grouped, select: (at) => ask(at, NO_REACH_M) };

  const marks = incidentsLayer(stage);
  const accidents = [marks, districtCountsLayer(stage)];
  const basemap = makeBasemap(root.ownerDocument, map, words, embedded);
  const layers: MapLayer[] = [...makeLayers(stage, accidents), ...basemap];
  const asking = basemap.filter((one) => one.startsOff).map((one) => one.name);
  store.set({ off: [...asking, CLEARANCE, HOTSPOTS, GRATICULE] });
  const first = store.state;
  for (const layer of layers) if (!first.off.includes(layer.name)) layer.show(true);
  checkDrawn(layers);
  const shown = () => Object.assign({}, NOTHING, ...layers.map((layer) => layer.count())) as Shown;
  const drawn = sum(shown());

  const finder = new Finder(data);
  const span = spanOf(data, first.on);
  const timeMarks = marksOf(data);
  const densityFrame = (choice = store.state.choice) => frameOf(data, choice, span);
  const chosenLine = new ChosenLine({ data, words, store, span, first });
  const timeRoom = el("div", { class: "mapper-time-room", hidden: true });
  let timeBar: TimeBar | null = null;
  const choose = () => {
    const { choice, on, known_by } = store.state;
    const chosen = { incidents: incidentMask(data.incidents, choice), hazards: hazardMask(data, choice), zones: inquiry.closedZones(on, known_by), density: densityFrame(choice) };
    for (const layer of layers) layer.choose?.(chosen);
    chosenLine.renew(chosen.incidents);
    timeBar?.renew();
    panel.renewDensity();
    setFilters(frame.drawer, store);
  };
  const search = el("div", {});
  const tools = el("div", {});
  const scale = scaleBar(map, words);
  const legend = el("div", {});
  frame.room.append(table.element);
  frame.stage.prepend(search);
  frame.stage.append(tools, scale.element, el("div", { class: "mapper-bottom" }, timeRoom, chosenLine.element), mapCursor(map, words), ...basemap.map((one) => one.element), hatches.element);
  const legendOf = (isShown: (layer: MapLayer) => boolean) =>
    legendParts({ data, words, hatches, grouped, frame: densityFrame() }, layers.filter((layer) => isShown(layer) && !layer.empty).map((layer) => layer.name));
  const renewLegend = () => {
    legend.replaceChildren();
    legend.append(...legendOf((layer) => layer.visible));
  };
  const makePanel = () => new Panel(tell, inquiry, store, () => densityFrame(), close);
  let panel = makePanel();
  const printing = new Printing(
    paperFor(map.getSize()),
    () => ({
      map: stage.map,
      labels: stage.labels,
      data,
      words,
      state: store.state,
      now,
      chosen: chosenInWords({ data, words, store, span, first }, incidentMask(data.incidents, store.state.choice)),
      finish: () => marks.finish(),
      legend: [...legendOf((layer) => layer.visible || layer.name === GRATICULE), ...markParts(words, store.state.asked !== null, route.answer)],
      hatches: hatches.element,
    }),
    () => [...(panel.element.hidden ? [] : [panel.element]), ...(route.answer === null ? [] : Array.from(frame.drawer.querySelectorAll<HTMLElement>(".mapper-route")))],
    root.ownerDocument,
  );
  const go = (place: Place) => {
    if (map !== null) showPlace(map, place);
    askAbout(place.at, place.uncertainty_m);
  };
  let told: HTMLElement | null = null;
  let closeKeys = () => false;
  const acts: Record<string, () => void> = {};
  const furnish = (of: L.Map) => {
    if (!embedded) {
      root.ownerDocument.documentElement.lang = words.language;
      root.ownerDocument.title = words.of(meta.titles, meta.title);
    }
    frame.dress(headTools());
    stage.labels.name(words.say("map.labels"));
    showTable(store.state.table);
    const find = findBox(words, finder, go);
    const keys = keysHelp(words);
    const locate = locateButton(words, navigator.geolocation, go);
    told = locate.told;
    closeKeys = keys.close;
    Object.assign(acts, { "/": find.focus, "?": keys.toggle });
    search.replaceChildren(find.element, told);
    tools.replaceChildren(zoomButtons(of, words, meta.bounds, locate.button), keys.element);
    scale.draw();
    basemap.forEach((one) => one.dress());
    panel = makePanel();
    timeBar?.stop();
    timeBar = span === null ? null : new TimeBar({ data, words, store, span, marks: timeMarks });
    timeRoom.replaceChildren(...(timeBar === null ? [] : [timeBar.element]));
    if (timeBar !== null) tools.append(timeButton(words, timeRoom));
    renewLegend();
    frame.drawer.replaceChildren(
      panel.element,
      ...assumed(words, meta),
      foldout([words.say("section.route")], () => [routeSection(tell, route, drawOnMap)], { class: "mapper-section", id: "mapper-route", open: route.current !== null }),
      foldout([words.say("section.layers")], () => layerSwitches({ words, store }, layers), { class: "mapper-section", open: true }),
      foldout([words.say("section.filters")], () => filterSection({ data, words, store }).filter((part): part is HTMLElement => part instanceof HTMLElement), { class: "mapper-section", id: "mapper-filters" }),
      foldout([words.say("section.legend")], () => [legend], { class: "mapper-section", id: "mapper-legend", open: true }),
      ...(embedded ? [] : [foldout([words.say("section.print")], () => printSection(words, printing, meta.edition), { class: "mapper-section", id: "mapper-print" })]),
      ...drawerSections({ ...tell, grouped, sha256 }),
    );
  };
  const openTime = () => {
    if (timeBar === null) return;
    timeRoom.hidden = false;
    tools.querySelector(".mapper-time-button")?.setAttribute("aria-expanded", "true");
  };
  const drawOnMap = () => {
    if (isNarrow()) frame.open(false);
    frame.map.focus();
  };
  const tellOf = (asked: Asked | null) => {
    told?.replaceChildren();
    if (asked === null) {
      panel.close();
      pointer.hide();
      return;
    }
    frame.open(true);
    panel.show(whatIsHere(data, grouped, asked.at, asked.reach_m), asked.reach_m);
    pointer.show(asked.at, asked.reach_m, isNarrow());
  };
  const show = (off: readonly string[]) => {
    for (const layer of layers) if (layer.visible === off.includes(layer.name)) layer.show(!layer.visible);
    setSwitches(frame.drawer, off);
    renewLegend();
    panel.renewDensity();
  };
  const showTable = (kind: string | null) => {
    frame.room.classList.toggle("mapper-tabled", kind !== null);
    table.show(isKind(kind) ? kind : null);
  };
  const follow = (of: L.Map) => {
    of.on("moveend", () => {
      if (!printing.busy) store.set({ map: viewOf(of) });
    });
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
      if (spokeOtherwise || state.choice !== before.choice || state.on !== before.on || state.known_by !== before.known_by) choose();
      if (densityFrame(state.choice) !== densityFrame(before.choice)) renewLegend();
      if (state.choice !== before.choice && (state.choice.from !== "" || state.choice.to !== "")) openTime();
      if (state.map !== before.map) goTo(of, state.map, meta.bounds);
      if (state.table !== before.table && !spokeOtherwise) showTable(state.table);
      if (state.asked !== before.asked || (spokeOtherwise && state.asked !== null)) tellOf(state.asked);
    });
  };

  if (!embedded) followTheme(frame.element, map, store);
  onEscape(frame.element, () => {
    if (closeKeys()) return;
    if (store.state.asked !== null) close();
    else if (isNarrow()) frame.open(false);
  });
  furnish(map);
  choose();
  frame.open(!closed);
  stage.labels.place();
  onAsk(map, ask);
  onKeys(root.ownerDocument, acts);
  follow(map);
  if (!embedded) {
    const known = { languages: meta.languages, layers: layers.map((layer) => layer.name), tables: KINDS, asking };
    store.set(readPermalink(window.location.hash, first, known));
    followAddress(window, store, first, known);
    printing.follow(window);
  }
  marks.finish();
  return { map, inquiry, store, ready: { complete: meta.complete, records, drawn, sha256 }, shown };
}
