/** The panel that answers "what is recorded here?": first what it means for entering, then each thing in full. */
import { corridorCard, districtCard, hazardCard, incidentList, zoneCard, type Telling } from "./cards.ts";
import { clearanceOf } from "./clearance_card.ts";
import { coordinatesSection } from "./coordinates/section.ts";
import { densityAt } from "./density_grid.ts";
import { button, data as dataText, el, paged, type Content } from "./elements.ts";
import { enterSection } from "./enter.ts";
import { ALL_DATES, type FrameName } from "./filter/frames.ts";
import type { LonLat } from "./geometry.ts";
import { isMeasured, type Group } from "./grouping.ts";
import type { Here } from "./here.ts";
import { hotspotSection } from "./hotspot_card.ts";
import type { Inquiry } from "./inquiry.ts";
import { HOTSPOTS } from "./layers/hotspots.ts";
import type { Store } from "./state.ts";

/** Where marks lie close, a press meets hundreds of them; the nearest come first. */
const GROUPS_AT_ONCE = 5;

/** Significant digits of the density: its bytes are rounded by 1.5 %. */
const DIGITS = 2;

function degrees({ words }: Telling, [lon, lat]: LonLat): string {
  return words.say("here.position", { lat: lat.toFixed(4), lon: lon.toFixed(4) });
}

function groupSection(tell: Telling, group: Group): HTMLElement {
  const { words, data } = tell;
  const place = data.incidents.text("settlement", group.rows[0] as number) || data.incidents.text("district", group.rows[0] as number);
  const what = group.place === "disc"
    ? words.say("here.disc", { radius: words.metres(group.uncertainty_m) })
    : words.say(isMeasured(data.incidents, group.rows) ? "here.point" : "here.point_not_stated");
  return el(
    "section",
    { class: "mapper-group" },
    el("h3", {}, dataText(place || words.say("not_stated")), ` – ${words.say("here.accidents", { n: group.rows.length })}`),
    el("p", { class: "mapper-hint" }, what),
    incidentList(tell, group.rows, group.rows.length === 1),
  );
}

function densityLine({ words, data }: Telling, here: Here, frame: FrameName): HTMLElement | null {
  const contour = here.contours.filter((row) => data.contours.text("frame", row) === frame).pop();
  if (contour === undefined) return null;
  const [lower, upper] = [data.contours.get("lower_per_km2", contour), data.contours.get("upper_per_km2", contour)];
  if (lower === null) return null;
  const range = upper === null || !Number.isFinite(upper)
    ? words.say("density.above", { lower: words.significant(lower) })
    : words.say("density.range", { lower: words.significant(lower), upper: words.significant(upper) });
  const { grid = null } = data.meta.density ?? {};
  const value = grid === null || frame === null ? null : densityAt(grid, frame, here.at);
  const cell = grid !== null && value !== null && ` ${words.say("frames.value", { value: words.significant(value, DIGITS), cell: words.metres(grid.cell_m) })}`;
  return el("p", { class: "mapper-hint" }, frame === ALL_DATES || frame === null ? words.say("here.density", { range }) : words.say("frames.here", { year: frame, range }), cell);
}

function content(tell: Telling, here: Here): Content[] {
  const { words } = tell;
  return [
    ...here.zones.map((row) => zoneCard(tell, row)),
    ...here.nearZones.map(({ zone, distance_m }) => zoneCard(tell, zone, distance_m)),
    ...here.corridors.map((row) => corridorCard(tell, row)),
    ...here.hazards.map((row) => hazardCard(tell, row)),
    paged(here.groups, (group) => groupSection(tell, group), (left) => words.say("list.more", { n: left }), GROUPS_AT_ONCE),
    here.district === null ? null : districtCard(tell, here.district, here.districtCount?.rows ?? []),
    here.district === null ? null : clearanceOf(tell, here.district),
  ];
}

export class Panel {
  readonly element: HTMLElement;
  private readonly body = el("div", {});
  private readonly heading: HTMLElement;
  private readonly density = el("div", {});
  private here: Here | null = null;

  constructor(
    private readonly tell: Telling,
    private readonly inquiry: Inquiry,
    private readonly store: Store,
    private readonly frame: () => FrameName,
    onClose: () => void,
  ) {
    const { words } = tell;
    this.heading = el("h2", { tabindex: -1 }, words.say("here.title"));
    const close = button({ class: "mapper-close" }, onClose, words.say("panel.close"));
    this.element = el(
      "section",
      { id: "mapper-details", hidden: true, "aria-label": words.say("here.title") },
      el("div", { class: "mapper-panel-head" }, this.heading, close),
      this.body,
    );
  }

  /** Tell of a place; `reach_m` is how far the finger may have missed it, and so its uncertainty. */
  show(here: Here, reach_m: number): void {
    this.body.textContent = "";
    this.body.append(
      el("p", { class: "mapper-position" }, degrees(this.tell, here.at)),
      coordinatesSection(this.tell.words, here.at, reach_m),
      enterSection(this.tell, this.inquiry, this.store, here.at, Math.ceil(reach_m)),
    );
    for (const part of content(this.tell, here)) if (part) this.body.append(part);
    this.here = here;
    this.body.append(this.density);
    this.renewDensity();
    this.element.hidden = false;
    this.element.scrollIntoView?.({ block: "start" });
  }

  /** Tell the density of the chosen days, and the hot spot while they are on the map. */
  renewDensity(): void {
    const { here, tell, store } = this;
    const parts = here === null ? [] : [densityLine(tell, here, this.frame()), store.state.off.includes(HOTSPOTS) ? null : hotspotSection(tell, here.at)];
    this.density.replaceChildren(...parts.filter((part) => part !== null));
  }

  focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  close(): void {
    this.element.hidden = true;
    this.here = null;
    this.body.textContent = "";
  }
}
