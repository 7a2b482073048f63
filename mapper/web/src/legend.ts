/** The legend: what is visible on the map, and nothing else. */
import type { Data } from "./data.ts";
import { el, svg, type Content } from "./elements.ts";
import { ALL_DATES, metaOf, type FrameName } from "./filter/frames.ts";
import { extentLook, hazardLook, hotspotLook, surveyLook, type Hatches, type Look } from "./hatch.ts";
import { unnamedStatements } from "./clearance_card.ts";
import { BADGE_COLOUR, productLook } from "./layers/clearance.ts";
import { CELL_TINT, isDrawn, isMarked, UNMARKED } from "./layers/hotspots.ts";
import { densityClasses, DENSITY_OPACITY, rowsOf } from "./layers/density.ts";
import { CORRIDOR_COLOUR, CORRIDOR_DASH } from "./layers/corridors.ts";
import { assessedRows, NOT_ASSESSED_COLOUR, SURVEYED, surveyState } from "./layers/coverage.ts";
import { RIVER } from "./layers/context.ts";
import { DISTRICT_COLOUR, DISTRICT_DASH } from "./layers/districts.ts";
import { GRATICULE_COLOUR } from "./layers/graticule.ts";
import { DEMINING_COLOUR, DEMINING_DASH, PUBLIC_COLOUR, PUBLIC_DASH } from "./layers/incidents.ts";
import { areMeasured, type Grouped } from "./grouping.ts";
import { tone } from "./tones.ts";
import type { Words } from "./words.ts";
import { SIGNS } from "./worst.ts";

export interface LegendNeeds {
  readonly data: Data;
  readonly words: Words;
  readonly hatches: Hatches;
  readonly grouped: Grouped;
  /** The density that is drawn. */
  readonly frame: FrameName;
}

export function swatch(...marks: readonly SVGElement[]): SVGElement {
  return svg("svg", { class: "mapper-swatch", viewBox: "0 0 34 20", width: 34, height: 20, "aria-hidden": "true", focusable: "false" }, ...marks);
}

function box(fill: string, stroke: string, dash: string, opacity = 1): SVGElement {
  const frame = { x: 1.5, y: 1.5, width: 31, height: 17, fill, "fill-opacity": opacity, stroke, "stroke-width": 2 };
  return swatch(svg("rect", { ...frame, "stroke-dasharray": dash || "none" }));
}

export function row(mark: SVGElement, text: string): HTMLElement {
  return el("li", {}, mark, el("span", {}, text));
}

export function list(title: string, rows: readonly Content[], ...notes: readonly Content[]): HTMLElement {
  return el("div", { class: "mapper-legend-part" }, el("h3", {}, title), el("ul", { class: "mapper-legend" }, ...rows), ...notes);
}

function present(codes: Iterable<string>, order: readonly string[]): string[] {
  const used = new Set(codes);
  return [...order.filter((code) => used.has(code)), ...[...used].filter((code) => code !== "" && !order.includes(code))];
}

function zonesPart({ data: { zones }, words, hatches }: LegendNeeds): HTMLElement {
  const extents = zones.indices().map((zone) => zones.text("extent", zone));
  const codes = [...present(extents, words.codes("extent")), ...(extents.includes("") ? [""] : [])];
  const withoutOrder = zones.indices().some((zone) => zones.list("order_ids", zone).length === 0);
  const patch = (look: Look) => box(hatches.fill(look), look.colour, look.dash);
  return list(
    words.say(withoutOrder ? "layer.zones" : "legend.zones"),
    codes.map((code) => row(patch(extentLook(words, code)), code === "" ? words.say("legend.extent_not_stated") : words.label("extent", code))),
    withoutOrder && el("p", { class: "mapper-hint" }, words.say("legend.zones_no_order")),
    el("p", { class: "mapper-hint" }, words.say("legend.zones_note")),
  );
}

function hazardsPart({ data: { hazards }, words, hatches }: LegendNeeds): HTMLElement {
  const rows = hazards.indices();
  const classes = present(rows.map((one) => hazards.text("class", one)), words.codes("hazard_class"));
  const statuses = present(rows.map((one) => hazards.text("status", one)), words.codes("hazard_status"));
  const products = present(rows.map((one) => hazards.text("product", one)), words.codes("land_product"));
  const notes = products.map((code) => el("p", { class: "mapper-hint" }, words.say("legend.product", { product: words.label("land_product", code) })));
  return list(words.say("legend.hazards"), [
    ...classes.map((code) => {
      const look = hazardLook(words, code, "open");
      return row(box(hatches.fill(look, 0.4), "none", ""), words.label("hazard_class", code));
    }),
    ...statuses.map((code) => {
      const look = hazardLook(words, "", code);
      return row(box("none", look.outline, look.dash), words.say("legend.outline", { status: words.label("hazard_status", code) }));
    }),
  ], ...notes);
}

function clearancePart({ data, words }: LegendNeeds): HTMLElement {
  const { hazards, meta } = data;
  const products = present(hazards.indices().map((one) => hazards.text("product", one)), words.codes("land_product"));
  const outline = (product: string) => {
    const { colour, dash } = productLook(words, product);
    return box("none", colour, dash);
  };
  const number = svg("text", { x: 17, y: 14.5, "text-anchor": "middle", "font-size": 13, fill: tone("#1c2024") });
  number.textContent = "2";
  const badge = swatch(svg("rect", { x: 5, y: 1, width: 24, height: 18, fill: "none", stroke: tone(BADGE_COLOUR), "stroke-width": 2, "stroke-dasharray": "4 3" }), number);
  const unnamed = unnamedStatements({ data });
  return list(
    words.say("layer.clearance"),
    [
      ...products.map((product) => row(outline(product), words.say("clearance.product", { product: words.label("land_product", product), definition: words.definition("land_product", product) ?? "" }))),
      (meta.ledger.named ?? []).length > 0 && row(badge, words.say("clearance.count")),
    ],
    el("p", { class: "mapper-warning" }, words.say("clearance.not_leave")),
    unnamed > 0 && el("p", { class: "mapper-hint" }, words.say("clearance.unnamed", { n: unnamed })),
  );
}

function corridorsPart({ words }: LegendNeeds): HTMLElement {
  const line = svg("path", { d: "M1,10 h32", fill: "none", stroke: CORRIDOR_COLOUR, "stroke-width": 3.5, "stroke-dasharray": CORRIDOR_DASH });
  return list(words.say("layer.corridors"), [row(swatch(line), words.say("legend.corridor"))]);
}

/** Blank ground has a meaning of its own, so it stands in the legend as a sign does. Ground is plain only where it is surveyed. */
function coveragePart({ data, words, hatches }: LegendNeeds): HTMLElement {
  const { lost } = data.meta;
  const states = present(assessedRows(data).map((one) => surveyState(data.coverage, one)), words.codes("survey_state"));
  const places = [[4, 5], [13, 5], [22, 5], [31, 5], [8.5, 14], [17.5, 14], [26.5, 14]] as const;
  const dots = places.map(([cx, cy]) => svg("circle", { cx, cy, r: 1, fill: tone(NOT_ASSESSED_COLOUR) }));
  const patch = (state: string) => box(state === SURVEYED ? "none" : hatches.fill(surveyLook(state), 0), tone("#b9b4a8"), "");
  const isPlain = states.includes(SURVEYED);
  return list(
    words.say("legend.coverage"),
    [
      row(swatch(...dots), lost.legal > 0 ? words.say("access.coverage.lost", { n: lost.legal }) : words.say("legend.not_assessed")),
      ...states.map((state) => row(patch(state), words.label("survey_state", state))),
    ],
    el("p", { class: "mapper-hint" }, isPlain ? words.definition("survey_state", SURVEYED) ?? "" : words.say("legend.blank")),
  );
}

function circle(colour: string, dash: string): SVGElement {
  return swatch(svg("circle", { cx: 17, cy: 10, r: 8.5, fill: "none", stroke: tone(colour), "stroke-width": 1.8, "stroke-dasharray": dash }));
}

function dot(colour: string): SVGElement {
  return swatch(svg("circle", { cx: 17, cy: 10, r: 5, fill: tone("#ffffff"), stroke: tone(colour), "stroke-width": 2 }));
}

function incidentsPart({ data: { incidents }, words, grouped }: LegendNeeds): HTMLElement {
  const { groups } = grouped;
  const [discs, points] = [groups.isDisc.includes(1), groups.isDisc.includes(0)];
  const point = areMeasured(incidents, groups) ? "legend.point" : "legend.point_not_stated";
  const symbols = present(incidents.distinct("device_category"), words.codes("device_category")).map(
    (code) => `${words.term("device_category", code)?.symbol ?? code} – ${words.label("device_category", code)}`,
  );
  return list(
    words.say("legend.incidents"),
    [
      discs && row(circle(PUBLIC_COLOUR, PUBLIC_DASH), words.say("legend.disc")),
      discs && row(circle(DEMINING_COLOUR, DEMINING_DASH), words.say("legend.disc_demining")),
      points && row(dot(PUBLIC_COLOUR), words.say(point)),
      points && row(dot(DEMINING_COLOUR), words.say(`${point}_demining`)),
    ],
    el("p", { class: "mapper-hint" }, words.say("legend.counts_note")),
    el("p", { class: "mapper-hint" }, (["killed", "injured"] as const).map((worst) => `${SIGNS[worst]} – ${words.say(`worst.${worst}`)}`).join("; ")),
    el("p", { class: "mapper-hint" }, symbols.join("; ")),
  );
}

function districtCountsPart({ words }: LegendNeeds): HTMLElement {
  const badge = el("span", { class: "mapper-district-count mapper-swatch" }, "2");
  return list(words.say("layer.district_counts"), [el("li", {}, badge, el("span", {}, words.say("district.count.text", { n: 2 })))]);
}

/** Of a year, which accidents are in it. */
function frameNote({ data, words, frame }: LegendNeeds): Content {
  const year = metaOf(data, frame);
  return year !== null && el("p", { class: "mapper-hint" }, words.say("frames.of_year", { year: String(frame), n: year.n, unclear: year.unclear }));
}

function densityNotes(needs: LegendNeeds): Content[] {
  const { data: { meta }, words, frame } = needs;
  const density = meta.density;
  if (density === null) return [];
  if (frame !== ALL_DATES) return [frameNote(needs), el("p", { class: "mapper-hint" }, words.caveat("caveat.density", {}))];
  const left = Object.entries(density.left_out).filter(([, n]) => n > 0);
  return [
    el("p", { class: "mapper-hint" }, words.say("density.method", {
      n: density.n,
      bandwidth: density.bandwidth_m === null ? words.say("not_stated") : words.metres(density.bandwidth_m),
      edge: words.label("edge", density.edge),
    })),
    left.length > 0 && el("p", { class: "mapper-hint" }, words.say("density.left_out", {
      list: left.map(([reason, n]) => `${words.sayOf("left_out", reason, reason)}: ${words.number(n)}`).join("; "),
    })),
    density.share_area_level !== null && el("p", { class: "mapper-hint" }, words.say("density.share", { share: words.number(density.share_area_level * 100) })),
    el("p", { class: "mapper-hint" }, words.caveat("caveat.density", {})),
  ];
}

function densityPart(needs: LegendNeeds): HTMLElement {
  const { data, words, frame } = needs;
  const refused = data.meta.density?.refused ?? metaOf(data, frame)?.refused ?? null;
  const title = frame === null || frame === ALL_DATES ? words.say("legend.density") : words.say("frames.legend", { year: frame });
  if (refused !== null) {
    return list(title, [], el("p", { class: "mapper-warning" }, words.say("density.refused", { reason: words.told(refused) })));
  }
  const seen = new Set(rowsOf(data.contours, frame).map((one) => data.contours.get("lower_per_km2", one)));
  const rows = densityClasses(data.contours).filter(({ lower }) => seen.has(lower)).map(({ lower, upper, colour }) => {
    const values = { lower: words.significant(lower), upper: words.significant(upper) };
    return row(box(tone(colour), tone("#4d4d4d"), "", DENSITY_OPACITY), words.say(Number.isFinite(upper) ? "density.range" : "density.above", values));
  });
  return list(title, rows, ...densityNotes(needs));
}

/** What lies between the marks is told with them: a cell without one is no leave to enter. */
function hotspotsPart({ data: { hotspots, meta }, words, hatches }: LegendNeeds): HTMLElement {
  const told = meta.hotspots;
  const codes = present([...hotspots.distinct("hotspot_class")].filter(isDrawn), words.codes("hotspot_class"));
  const patch = (code: string) => {
    const look = hotspotLook(words, code);
    return box(look.hatch === "" ? "none" : hatches.fill(look, CELL_TINT[code] ?? 0), isMarked(code) ? look.colour : UNMARKED, "");
  };
  const text = (code: string) => (isMarked(code) ? words.label("hotspot_class", code) : `${words.label("hotspot_class", code)}. ${words.definition("hotspot_class", code) ?? ""}`);
  const note = (said: string) => el("p", { class: "mapper-hint" }, said);
  const left = Object.entries(told?.left_out ?? {}).filter(([, n]) => n > 0);
  return list(
    words.say("layer.hotspots"),
    codes.map((code) => row(patch(code), text(code))),
    el("p", { class: "mapper-warning" }, words.say("hotspots.not_absence")),
    note(words.say("hotspots.tells")),
    note(words.say("hotspots.people")),
    told && note(words.say("hotspots.method", {
      n: told.n,
      units: told.units,
      cell: words.metres(told.cell_m ?? 0),
      reach: words.metres(told.neighbours_m),
      law: words.sayOf("hotspots.law", told.p_from ?? "", words.say("not_stated")),
    })),
    left.length > 0 && note(words.say("density.left_out", { list: left.map(([reason, n]) => `${words.sayOf("left_out", reason === "outside_window" ? "outside_cells" : reason, reason)}: ${words.number(n)}`).join("; ") })),
    told && told.coarse > 0 && note(words.say("hotspots.coarse", { n: told.coarse })),
    note(words.say("hotspots.days")),
  );
}

function contextPart({ data: { context }, words }: LegendNeeds): HTMLElement {
  const codes = present(context.indices().map((one) => context.text("kind", one)), words.codes("context_kind"));
  const line = (code: string) => {
    const stroke = tone(words.term("context_kind", code)?.colour ?? RIVER);
    return swatch(svg("path", { d: "M1,14 C10,2 22,18 33,6", fill: "none", stroke, "stroke-width": 1.6 }));
  };
  return list(words.say("layer.context"), codes.map((code) => row(line(code), words.label("context_kind", code))));
}

function districtsPart({ words }: LegendNeeds): HTMLElement {
  const line = swatch(svg("path", { d: "M1,10 h32", fill: "none", stroke: DISTRICT_COLOUR, "stroke-dasharray": DISTRICT_DASH, "stroke-width": 1 }));
  return list(words.say("layer.districts"), [row(line, words.say("legend.district_line"))]);
}

function graticulePart({ words }: LegendNeeds): HTMLElement {
  const lines = swatch(svg("path", { d: "M1,10 h32 M17,1 v18", fill: "none", stroke: GRATICULE_COLOUR, "stroke-width": 0.9 }));
  return list(words.say("layer.graticule"), [row(lines, words.say("legend.graticule"))]);
}

const PARTS: Readonly<Record<string, (needs: LegendNeeds) => HTMLElement>> = {
  zones: zonesPart,
  corridors: corridorsPart,
  coverage: coveragePart,
  hazards: hazardsPart,
  clearance: clearancePart,
  incidents: incidentsPart,
  district_counts: districtCountsPart,
  density: densityPart,
  hotspots: hotspotsPart,
  districts: districtsPart,
  context: contextPart,
  graticule: graticulePart,
};

/** The legend of the visible layers, in their order; a refused density keeps its reason, and one of no frame has no part. */
export function legendParts(needs: LegendNeeds, visible: readonly string[]): HTMLElement[] {
  const names = needs.data.meta.density?.refused ? [...visible.filter((name) => name !== "density"), "density"] : visible;
  const parts = names.filter((name) => name !== "density" || needs.frame !== null || needs.data.meta.density?.refused).map((name) => PARTS[name]?.(needs)).filter((part): part is HTMLElement => part !== undefined);
  return parts.length > 0 ? parts : [el("p", {}, needs.words.say("legend.empty"))];
}
