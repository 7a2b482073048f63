/** The route check in words: draw or open a line, its answer, its stretches as a table, and a file of them. */
import { VERDICTS, type Segment, type Verdict } from "../access/ground.ts";
import type { Telling } from "../cards.ts";
import { button, data as dataText, el, facts, svg, type Content } from "../elements.ts";
import { answerCard, whyNot } from "../enter.ts";
import { save } from "../save.ts";
import { tone } from "../tones.ts";
import type { Words } from "../words.ts";
import { dashOf, type RouteCheck } from "./check.ts";
import { routeGeoJson } from "./geojson.ts";
import { RouteRefused } from "./lines.ts";

const PERMIT_RANK = VERDICTS.indexOf("permit_only");

function km(words: Words, value: number): string {
  return words.say("unit.km", { n: words.number(value, 3) });
}

function isRestricted({ verdict }: Segment): boolean {
  return VERDICTS.indexOf(verdict) >= PERMIT_RANK;
}

/** Kilometres under permit, in hazards or forbidden. */
export function restrictedKm({ segments }: Verdict): number {
  return segments.filter(isRestricted).reduce((sum, { from_km, to_km }) => sum + to_km - from_km, 0);
}

/** How a stretch of this verdict is drawn. */
export function sample(words: Words, verdict: string): SVGElement {
  const line = svg("path", { d: "M1,6 h46", fill: "none", stroke: tone(words.term("verdict", verdict)?.colour ?? "#1c2024"), "stroke-width": 5, "stroke-dasharray": dashOf(verdict) || "none" });
  return svg("svg", { class: "mapper-swatch", viewBox: "0 0 48 12", width: 48, height: 12, "aria-hidden": "true", focusable: "false" }, line);
}

function segmentTable(words: Words, segments: readonly Segment[]): HTMLElement {
  const head = ["route.from", "route.to", "route.length", "route.verdict", "route.orders"].map((code) => el("th", { scope: "col" }, words.say(code)));
  const rows = segments.map(({ from_km, to_km, verdict, orders }) =>
    el(
      "tr",
      { "data-verdict": verdict },
      el("td", { class: "mapper-number" }, km(words, from_km)),
      el("td", { class: "mapper-number" }, km(words, to_km)),
      el("td", { class: "mapper-number" }, km(words, to_km - from_km)),
      el("td", {}, sample(words, verdict), " ", words.label("verdict", verdict)),
      el("td", {}, dataText(orders.join(", ") || "–")),
    ),
  );
  return el(
    "div",
    { class: "mapper-scroll", tabindex: 0, role: "region", "aria-label": words.say("route.table") },
    el("table", { class: "mapper-route-table" }, el("caption", {}, words.say("route.table")), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)),
  );
}

function entryOf({ segments }: Verdict): string | null {
  const [lon, lat] = segments.find(isRestricted)?.lines[0]?.[0] ?? [];
  return lon === undefined || lat === undefined ? null : `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

function uncertaintyField(words: Words, check: RouteCheck, value: number): HTMLElement {
  const input = el("input", { type: "number" });
  input.min = "0";
  input.value = String(value);
  input.addEventListener("change", () => {
    const metres = Number(input.value);
    if (input.value !== "" && Number.isFinite(metres) && metres >= 0) check.setUncertainty(metres);
    else input.value = String(check.current?.uncertainty_m ?? value);
  });
  return el("label", { class: "mapper-field" }, el("span", {}, words.say("route.uncertainty")), input);
}

function answer(tell: Telling, check: RouteCheck): Content[] {
  const { words } = tell;
  const [route, judged] = [check.current, check.answer];
  if (route === null || judged === null) return [];
  const whole_km = judged.segments[judged.segments.length - 1]?.to_km ?? 0;
  const name = (code: string) => words.label("verdict", code);
  const download = () => save(document, "route.geojson", "application/geo+json", routeGeoJson(judged, name));
  return [
    answerCard(tell, judged),
    facts([
      [words.say("route.of"), route.name === "" ? words.say("route.drawn") : dataText(route.name)],
      [words.say("route.length"), km(words, whole_km)],
      [words.say("route.restricted"), km(words, restrictedKm(judged))],
      [words.say("route.entry"), entryOf(judged)],
    ]),
    segmentTable(words, judged.segments),
    uncertaintyField(words, check, route.uncertainty_m),
    el("p", {}, button({ class: "mapper-more" }, download, words.say("route.save"))),
  ];
}

function refusal(words: Words, { refusal: why }: RouteCheck): HTMLElement | null {
  if (why === null) return null;
  const text = why instanceof RouteRefused ? words.say(`route.refused.${why.code}`, { detail: why.detail }) : whyNot(words, why);
  return el("p", { class: "mapper-warning", role: "alert" }, dataText(text));
}

function fileInput(words: Words, check: RouteCheck): HTMLElement {
  const input = el("input", { type: "file" });
  input.accept = ".gpx,.geojson,.json,.kml";
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file === undefined) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => check.open(file.name, String(reader.result)));
    reader.addEventListener("error", () => check.open(file.name, ""));
    reader.readAsText(file);
    input.value = "";
  });
  return el("label", { class: "mapper-field" }, el("span", {}, words.say("route.open")), input);
}

function controls(words: Words, check: RouteCheck, onMap: () => void): Content[] {
  const { drawing } = check;
  const press = (code: string, action: () => void) => button({ class: "mapper-more", "data-route": code }, action, words.say(`route.${code}`));
  if (drawing.isActive) {
    const n = drawing.places.length;
    return [
      el("p", { "aria-live": "polite" }, words.say("route.drawing", { n })),
      n > 1 ? press("finish", () => check.finish()) : null,
      n > 0 ? press("undo", () => drawing.undo()) : null,
      press("cancel", () => check.clear()),
    ];
  }
  const begin = () => {
    check.clear();
    drawing.begin();
    onMap();
  };
  return [
    press("draw", begin),
    check.current !== null || check.refusal !== null ? press("clear", () => check.clear()) : null,
    fileInput(words, check),
    el("p", { class: "mapper-hint" }, words.say("route.private")),
  ];
}

/** The body of the section, made anew whenever the check changes; `onMap` brings the reader to the map to draw. */
export function routeSection(tell: Telling, check: RouteCheck, onMap: () => void): HTMLElement {
  const body = el("div", { class: "mapper-route" });
  const renew = () => {
    const focused = body.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["route"] : undefined;
    body.replaceChildren();
    for (const part of [...controls(tell.words, check, onMap), refusal(tell.words, check), ...answer(tell, check)]) if (part) body.append(part);
    if (focused !== undefined) (body.querySelector<HTMLElement>(`[data-route="${focused}"]`) ?? body.querySelector<HTMLElement>("[data-route]"))?.focus();
  };
  check.onChange = renew;
  renew();
  return body;
}
