/** Draws the loaded data and answers for its completeness. */
import * as L from "leaflet";

import { BASEMAP, Basemap, readTold } from "./basemap/basemap.ts";
import { telling } from "./cards.ts";
import { mapCursor } from "./cursor.ts";
import type { Data } from "./data.ts";
import { isoDate } from "./dates.ts";
import { el } from "./elements.ts";
import { Drawer } from "./drawer.ts";
import type { Choice } from "./filter/choice.ts";
import { hasSpan, spanOf } from "./filter/days.ts";
import { frameOf, type FrameName, type Span } from "./filter/frames.ts";
import { hazardMask, incidentMask } from "./filter/mask.ts";
import { ChosenLine, chosenInWords, type SaidNeeds } from "./filter/said.ts";
import { setFilters } from "./filter/section.ts";
import type { Place } from "./find/places.ts";
import { isLow, isNarrow, makeFrame, type Frame } from "./frame.ts";
import type { LonLat } from "./geometry.ts";
import { groupIncidents, type RowMask } from "./grouping.ts";
import { Hatches } from "./hatch.ts";
import { whatIsHere } from "./here.ts";
import { dayOfData, Inquiry } from "./inquiry.ts";
import { onKeys } from "./keys.ts";
import { Labels } from "./labels.ts";
import { isLanguageChoice, languageChoice, languageChoiceIn, preferred } from "./languages.ts";
import { checkDrawn, Layers } from "./layers/all.ts";
import { CLEARANCE } from "./layers/clearance.ts";
import { GRATICULE } from "./layers/graticule.ts";
import { HOTSPOTS } from "./layers/hotspots.ts";
import { LAYER_NAMES, type Shown, type Stage } from "./layers/layer.ts";
import type { Loaded } from "./load.ts";
import { fit, goTo, makeMap, onAsk, Pointer, scaleBar, showPlace, viewOf } from "./map.ts";
import { followAddress, readPermalink, type Known } from "./permalink.ts";
import { markParts } from "./print/marks.ts";
import { paperFor } from "./print/paper.ts";
import { Printing } from "./print/print.ts";
import type { SheetParts } from "./print/sheet.ts";
import { RouteCheck } from "./route/check.ts";
import { firstState, Store, type Asked, type ViewState } from "./state.ts";
import { KINDS, type Lead } from "./table/kind.ts";
import { isKind, TableView } from "./table/view.ts";
import { beginTheme, followTheme, setThemeButton, themeButton } from "./theme.ts";
import { Tools } from "./tools.ts";
import { Words } from "./words.ts";

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

/** Escape leaves what lies on top, unless something of its own was left by it. */
function onEscape(element: HTMLElement, leave: () => void): void {
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) leave();
  });
}

function sum(shown: Shown): number {
  return Object.values(shown).reduce((total, n) => total + n, 0);
}

/** A page's parts and what passes between them. The map and its layers are made once; `dress` writes every word anew. */
class MapPage implements View {
  readonly map: L.Map;
  readonly ready: Ready;
  readonly inquiry: Inquiry;
  readonly store: Store;
  private readonly page: Document;
  private readonly data: Data;
  private readonly words: Words;
  private readonly first: ViewState;
  private readonly known: Known;
  private readonly frame: Frame;
  private readonly table: TableView;
  private readonly stage: Stage;
  private readonly basemap: Basemap | null;
  private readonly layers: Layers;
  private readonly pointer: Pointer;
  private readonly route: RouteCheck;
  private readonly tools: Tools;
  private readonly drawer: Drawer;
  private readonly chosenLine: ChosenLine;
  private readonly scale: ReturnType<typeof scaleBar>;
  private readonly printing: Printing;
  /** The label that was pressed; where it is gone, the keyboard goes back to the map. */
  private askedFrom: string | undefined;
  private knownSpan: Span | undefined;
  private lastMask: { readonly choice: Choice; readonly rows: RowMask } | null = null;

  constructor(root: HTMLElement, { data, records, sha256 }: Loaded, private readonly now: Date, private readonly embedded: boolean) {
    const { meta } = data;
    this.page = root.ownerDocument;
    this.data = data;
    const told = embedded ? null : readTold(this.page);
    const asking = told?.kind === "online" ? [BASEMAP] : [];
    const day = dayOfData(meta) ?? isoDate(now);
    this.first = firstState(preferred(navigator.languages, meta.languages, meta.language), day, [...asking, CLEARANCE, HOTSPOTS, GRATICULE]);
    this.known = { languages: meta.languages, layers: LAYER_NAMES.filter((name) => name !== BASEMAP || told !== null), tables: KINDS, asking };
    this.store = new Store(embedded ? this.first : readPermalink(window.location.hash, this.first, this.known));
    const { store, store: { state } } = this;
    this.words = new Words(data.words, state.language);

    const closed = isNarrow() || (embedded && isLow());
    this.frame = makeFrame(this.words, meta, now, closed, () => this.map.invalidateSize({ pan: false }));
    if (!embedded) beginTheme(this.frame.element, state);
    this.table = new TableView({ tell: telling(data, this.words), store, onLead: (lead) => this.leadTo(lead) });
    // Its words give the head its height, and with that the map its room: set before the map is drawn into it.
    this.frame.dress(this.headTools());
    root.append(this.frame.element);
    this.map = makeMap(this.frame.map, meta.bounds);
    if (embedded) L.control.attribution({ prefix: false }).addTo(this.map);
    if (state.map !== null) goTo(this.map, state.map, meta.bounds);

    this.stage = {
      map: this.map,
      labels: new Labels(this.map),
      hatches: new Hatches(),
      words: this.words,
      data,
      grouped: groupIncidents(data.incidents, data.districts),
      select: (at) => this.ask(at, NO_REACH_M),
    };
    this.basemap = told === null ? null : new Basemap(this.page, this.map, told, this.words);
    this.layers = new Layers(this.stage, this.basemap === null ? [] : [this.basemap]);
    this.pointer = new Pointer(this.map);
    this.inquiry = new Inquiry(data, this.words);
    this.route = new RouteCheck(this.map, this.inquiry, store, this.words);
    this.tools = new Tools({ map: this.map, data, words: this.words, store, hasSpan: hasSpan(data, day), span: () => this.span, go: (place) => this.go(place) });
    this.drawer = new Drawer({
      element: this.frame.drawer,
      stage: this.stage,
      store,
      layers: this.layers,
      inquiry: this.inquiry,
      route: this.route,
      sha256,
      frame: () => this.densityFrame(),
      onClosePanel: () => this.close(),
      onDraw: () => this.giveMapTheKeyboard(),
    });
    this.chosenLine = new ChosenLine(this.said);
    this.scale = scaleBar(this.map, this.words);
    this.printing = new Printing(paperFor(this.map.getSize()), () => this.sheetParts(), () => this.drawer.open(), this.page);
    const drawn = this.drawFirst();
    this.ready = { complete: meta.complete, records, drawn, sha256 };
    this.follow();
  }

  shown(): Shown {
    return this.layers.shown();
  }

  /** Draw all layers of the data, make sure that they are whole, and then show what the state says. Gives the number of records drawn. */
  private drawFirst(): number {
    const { frame, tools, layers, stage: { labels, hatches }, store: { state } } = this;
    let drawn = 0;
    labels.hold(() => {
      layers.putOut(this.first.off);
      checkDrawn(layers.all);
      drawn = sum(layers.shown());
      layers.putOut(state.off);
      frame.room.append(this.table.element);
      frame.stage.prepend(tools.search);
      frame.stage.append(
        tools.buttons,
        this.scale.element,
        el("div", { class: "mapper-bottom" }, tools.timeRoom, this.chosenLine.element),
        mapCursor(this.map, this.words),
        ...(this.basemap === null ? [] : [this.basemap.element]),
        hatches.element,
      );
      this.dress();
      if (state.choice.from !== "" || state.choice.to !== "") tools.openTime(true);
      this.choose();
      if (state.asked !== null) this.tellOf(state.asked);
    });
    layers.finish();
    return drawn;
  }

  private headTools(): HTMLElement[] {
    return [this.table.button(), ...languageChoice(this.words, this.data.meta.languages, this.store), ...(this.embedded ? [] : [themeButton(this.words, this.store)])];
  }

  /** Write every word but the frame's own, which `makeFrame` begins with. */
  private dress(): void {
    const { words, data: { meta } } = this;
    if (!this.embedded) {
      this.page.documentElement.lang = words.language;
      this.page.title = words.of(meta.titles, meta.title);
    }
    this.stage.labels.name(words.say("map.labels"));
    this.showTable(this.store.state.table);
    this.tools.dress();
    this.scale.draw();
    this.basemap?.dress();
    this.drawer.dress(this.embedded ? null : this.printing);
  }

  /** The days that can be chosen. */
  private get span(): Span {
    if (this.knownSpan === undefined) this.knownSpan = spanOf(this.data, this.first.on);
    return this.knownSpan;
  }

  private densityFrame({ choice }: Pick<ViewState, "choice"> = this.store.state): FrameName {
    return frameOf(this.data, choice, () => this.span);
  }

  /** The accidents that are shown; found once for each choice. */
  private get mask(): RowMask {
    const { data, store: { state: { choice } } } = this;
    if (this.lastMask?.choice !== choice) this.lastMask = { choice, rows: incidentMask(data.incidents, choice) };
    return this.lastMask.rows;
  }

  private get said(): SaidNeeds {
    return { data: this.data, words: this.words, store: this.store, span: () => this.span, first: this.first };
  }

  private sheetParts(): SheetParts {
    const { map, words, data, now, stage: { labels, hatches }, store: { state } } = this;
    return {
      map,
      labels,
      data,
      words,
      state,
      now,
      chosen: chosenInWords(this.said, this.mask),
      finish: () => this.layers.finish(),
      legend: [...this.drawer.legendOf((layer) => layer.visible || layer.name === GRATICULE), ...markParts(words, state.asked !== null, this.route.answer)],
      hatches: hatches.element,
    };
  }

  // ---------------------------------------------------------------- asking about a place
  private askAbout(at: LonLat, reach_m: number): void {
    const active = this.page.activeElement;
    if (!this.frame.drawer.contains(active)) this.askedFrom = active instanceof HTMLElement ? active.dataset["label"] : undefined;
    this.store.set({ asked: { at, reach_m } });
    this.drawer.panel.focus();
  }

  private ask(at: LonLat, reach_m: number): void {
    if (this.route.drawing.isActive) this.route.drawing.add(at, reach_m);
    else this.askAbout(at, reach_m);
  }

  private leadTo({ at, box }: Lead): void {
    this.store.set({ table: null });
    fit(this.map, box);
    this.askAbout(at, NO_REACH_M);
  }

  private go(place: Place): void {
    showPlace(this.map, place);
    this.askAbout(place.at, place.uncertainty_m);
  }

  private close(): void {
    this.store.set({ asked: null });
    if (this.askedFrom === undefined || !this.stage.labels.focus(this.askedFrom)) this.frame.map.focus();
  }

  private giveMapTheKeyboard(): void {
    if (isNarrow()) this.frame.open(false);
    this.frame.map.focus();
  }

  // ---------------------------------------------------------------- following the state
  private tellOf(asked: Asked | null): void {
    this.tools.forget();
    if (asked === null) {
      this.drawer.panel.close();
      this.pointer.hide();
      return;
    }
    this.frame.open(true);
    this.drawer.panel.show(whatIsHere(this.data, this.stage.grouped, asked.at, asked.reach_m), asked.reach_m);
    this.pointer.show(asked.at, asked.reach_m, isNarrow());
  }

  private showTable(kind: string | null): void {
    this.frame.room.classList.toggle("mapper-tabled", kind !== null);
    this.table.show(isKind(kind) ? kind : null);
  }

  /** Show what the reader chose of the records, and as of which day. */
  private choose(): void {
    const { choice, on, known_by } = this.store.state;
    const incidents = this.mask;
    this.layers.choose({ incidents, hazards: hazardMask(this.data, choice), zones: this.inquiry.closedZones(on, known_by), density: this.densityFrame() });
    this.chosenLine.renew(incidents);
    this.tools.renewTime();
    this.drawer.panel.renewDensity();
    setFilters(this.frame.drawer, this.store);
  }

  private speak(language: string): void {
    const wasChosenHere = isLanguageChoice(this.page.activeElement);
    this.words.speak(language);
    this.frame.dress(this.headTools());
    this.dress();
    this.stage.labels.place();
    if (wasChosenHere) languageChoiceIn(this.frame.element)?.focus();
  }

  private change(state: ViewState, before: ViewState): void {
    const { frame, words, layers, drawer, data: { meta } } = this;
    const spokeOtherwise = state.language !== before.language;
    if (spokeOtherwise) this.speak(state.language);
    if (state.theme !== before.theme) setThemeButton(frame.element, words, state.theme);
    if (state.off !== before.off) {
      layers.putOut(state.off);
      drawer.setLayers(state.off);
      drawer.panel.renewDensity();
    }
    if (spokeOtherwise || state.choice !== before.choice || state.on !== before.on || state.known_by !== before.known_by) this.choose();
    if (this.densityFrame(state) !== this.densityFrame(before)) drawer.renewLegend();
    if (state.choice !== before.choice && (state.choice.from !== "" || state.choice.to !== "")) this.tools.openTime(true);
    if (state.map !== before.map) goTo(this.map, state.map, meta.bounds);
    if (state.table !== before.table && !spokeOtherwise) this.showTable(state.table);
    if (state.asked !== before.asked || (spokeOtherwise && state.asked !== null)) this.tellOf(state.asked);
  }

  private follow(): void {
    const { map, frame, store, embedded } = this;
    if (!embedded) followTheme(frame.element, map, store);
    onEscape(frame.element, () => {
      if (this.tools.closeKeys()) return;
      if (store.state.asked !== null) this.close();
      else if (isNarrow()) frame.open(false);
    });
    onAsk(map, (at, reach_m) => this.ask(at, reach_m));
    onKeys(this.page, this.tools.acts);
    map.on("moveend", () => {
      if (!this.printing.busy) store.set({ map: viewOf(map) });
    });
    store.onChange((state, before) => this.change(state, before));
    if (embedded) return;
    followAddress(window, store, this.first, this.known);
    this.printing.follow(window);
  }
}

/**
 * Draw everything into `root`. Raises Failure when anything could not be drawn.
 *
 * A reader's choice of another language writes the words anew and leaves the map, so a user's own layers on it outlast that.
 * The state in `store` decides the rest; a page's address gives the first one.
 *
 * `embedded`: a frame in a notebook, mostly low, with a user's own layers. The drawer starts closed where there is little
 * room, the makers of a user's tiles are named, and the address is the notebook's.
 */
export function draw(root: HTMLElement, loaded: Loaded, now: Date, { embedded = false } = {}): View {
  return new MapPage(root, loaded, now, embedded);
}
