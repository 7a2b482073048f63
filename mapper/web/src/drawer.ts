/** What stands in the drawer: the panel about a place, the route check, layers, filters, legend, printing, and all the lists. */
import { telling, type Telling } from "./cards.ts";
import type { Meta } from "./data.ts";
import { el, foldout, type Content } from "./elements.ts";
import type { FrameName } from "./filter/frames.ts";
import { filterSection } from "./filter/section.ts";
import { ASSUMED_ID } from "./frame.ts";
import type { Inquiry } from "./inquiry.ts";
import { legendParts } from "./legend.ts";
import type { Layers } from "./layers/all.ts";
import type { MapLayer, Stage } from "./layers/layer.ts";
import { Panel } from "./panel.ts";
import type { Printing } from "./print/print.ts";
import { printSection } from "./print/section.ts";
import type { RouteCheck } from "./route/check.ts";
import { routeSection } from "./route/section.ts";
import { assumptionList, drawerSections } from "./sections.ts";
import type { Store } from "./state.ts";
import { layerSwitches, setSwitches } from "./switches.ts";
import type { Words } from "./words.ts";

export interface DrawerNeeds {
  readonly element: HTMLElement;
  readonly stage: Stage;
  readonly store: Store;
  readonly layers: Layers;
  readonly inquiry: Inquiry;
  readonly route: RouteCheck;
  readonly sha256: string;
  /** The density that is drawn now. */
  readonly frame: () => FrameName;
  readonly onClosePanel: () => void;
  /** A line is to be drawn on the map. */
  readonly onDraw: () => void;
}

/** What was assumed stands open above all else: a user's own files state little. */
function assumed(words: Words, { assumptions }: Meta): HTMLElement[] {
  if (assumptions.length === 0) return [];
  return [foldout([words.say("about.assumptions")], () => [assumptionList(words, assumptions)], { class: "mapper-section", id: ASSUMED_ID, open: true })];
}

export class Drawer {
  panel: Panel;
  private readonly tell: Telling;
  private readonly legend = el("div", {});

  constructor(private readonly needs: DrawerNeeds) {
    this.tell = telling(needs.stage.data, needs.stage.words);
    this.panel = this.makePanel();
  }

  private makePanel(): Panel {
    const { inquiry, store, frame, onClosePanel } = this.needs;
    return new Panel(this.tell, inquiry, store, frame, onClosePanel);
  }

  /** Write every word anew. `printing`: what the section for it sets; null where the page is not printed as a sheet. */
  dress(printing: Printing | null): void {
    const { element, stage: { words, data, grouped }, store, layers, route, sha256, onDraw } = this.needs;
    const section = (code: string, id: string, build: () => readonly Content[], open: boolean) => foldout([words.say(code)], build, { class: "mapper-section", id, open });
    this.panel = this.makePanel();
    this.renewLegend();
    element.replaceChildren(
      this.panel.element,
      ...assumed(words, data.meta),
      section("section.route", "mapper-route", () => [routeSection(this.tell, route, onDraw)], route.current !== null),
      section("section.layers", "mapper-layers", () => layerSwitches({ words, store }, layers.all), true),
      section("section.filters", "mapper-filters", () => filterSection({ data, words, store }), false),
      section("section.legend", "mapper-legend", () => [this.legend], true),
      ...(printing === null ? [] : [section("section.print", "mapper-print", () => printSection(words, printing, data.meta.edition), false)]),
      ...drawerSections({ ...this.tell, grouped, sha256 }),
    );
  }

  /** The parts of the legend for the layers of which `isShown` says so. */
  legendOf(isShown: (layer: MapLayer) => boolean): HTMLElement[] {
    const { stage: { data, words, hatches, grouped }, frame, layers } = this.needs;
    return legendParts({ data, words, hatches, grouped, frame: frame() }, layers.filled(isShown));
  }

  renewLegend(): void {
    this.legend.replaceChildren(...this.legendOf((layer) => layer.visible));
  }

  /** Let switches and legend stand as the layers do. */
  setLayers(off: readonly string[]): void {
    setSwitches(this.needs.element, off);
    this.renewLegend();
  }

  /** What stands open in words: the panel and the checked route. */
  open(): HTMLElement[] {
    const { element, route } = this.needs;
    const routes = route.answer === null ? [] : Array.from(element.querySelectorAll<HTMLElement>(".mapper-route"));
    return [...(this.panel.element.hidden ? [] : [this.panel.element]), ...routes];
  }
}
