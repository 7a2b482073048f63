/**
 * The first thing that the panel tells of a place: whether orders, hazards or accidents are recorded against entering it, in
 * the words of the vocabulary, with everything that led to it. Its control asks again for another day or person.
 */
import type { AccidentEntry, HazardEntry, OpeningEntry, OrderEntry } from "./access/ground.ts";
import { NotUnderstood } from "./access/question.ts";
import { KINDS } from "./access/who.ts";
import { sourceList, type Telling } from "./cards.ts";
import type { Meta } from "./data.ts";
import { dateInWords } from "./dates.ts";
import { data as dataText, el, facts, foldout, paged, type Content } from "./elements.ts";
import type { LonLat } from "./geometry.ts";
import { colourOr } from "./hatch.ts";
import type { Answer, Inquiry } from "./inquiry.ts";
import type { Store, ViewState } from "./state.ts";
import { tone } from "./tones.ts";
import type { Words } from "./words.ts";

/** Where the vocabulary has no colour for a verdict. */
const STRICTEST_COLOUR = "#7b2d8b";
const ACCIDENTS_AT_ONCE = 10;
/** From this uncertainty of the position on, the reader is told to come nearer. */
const COARSE_M = 100;

/** From 10 km on in kilometres, before in metres. */
function far(words: Words, metres: number): string {
  return metres >= 10_000 ? words.say("unit.km", { n: words.number(metres / 1000, 1) }) : words.metres(Math.round(metres));
}

function away(words: Words, metres: number | null): string {
  if (metres === null) return words.say("access.by_name");
  return metres === 0 ? words.say("access.here") : words.say("access.away", { distance: far(words, metres) });
}

function orderItem(tell: Telling, entry: OrderEntry): HTMLElement {
  const { data: { orders }, words, orderRow } = tell;
  const row = orderRow.get(entry.id);
  return el(
    "li",
    {},
    el("b", {}, entry.type === null ? words.say("access.type_unknown") : words.label("order_type", entry.type)),
    " ",
    el("code", {}, entry.id),
    entry.quote === null ? null : el("blockquote", {}, dataText(`“${entry.quote}”`)),
    facts([
      [words.say("order.authorities"), dataText(entry.authorities ?? words.say("not_stated"))],
      [words.say("order.from"), entry.valid_from === null ? words.say("access.start_unknown") : dateInWords(words, entry.valid_from)],
      [words.say("order.to"), entry.valid_to === null ? words.say("order.no_end") : dateInWords(words, entry.valid_to)],
      [words.say("access.relation"), words.label("basis", entry.relation)],
    ]),
    entry.unconfirmed ? el("p", { class: "mapper-warning" }, words.say("access.unconfirmed")) : null,
    row === undefined ? el("p", { class: "mapper-warning" }, words.say("order.unknown")) : sourceList(tell, orders.list("source_ids", row)),
  );
}

function openingItem({ words }: Telling, { id, type, who, applies, why_not }: OpeningEntry): HTMLElement {
  return el(
    "li",
    {},
    el("b", {}, words.label("order_type", type)),
    " ",
    el("code", {}, id),
    who === null ? null : el("span", {}, " – ", dataText(who)),
    el("p", { class: "mapper-hint" }, words.say(applies ? "access.opening_applies" : `access.why.${why_not}`)),
  );
}

function hazardItem({ data: { hazards }, words }: Telling, entry: HazardEntry): HTMLElement {
  const row = hazards.indices().find((one) => hazards.text("hazard_id", one) === entry.id);
  const name = row === undefined ? "" : hazards.text("name", row);
  const kind = row === undefined ? "" : `${words.label("hazard_class", hazards.get("class", row))}, ${words.label("hazard_status", hazards.get("status", row))}: `;
  return el(
    "li",
    {},
    dataText(name || entry.id),
    ` – ${kind}${away(words, entry.distance_m)}`,
    entry.counts ? null : el("p", { class: "mapper-hint" }, words.say("access.released")),
  );
}

function accidentItem({ data: { incidents }, words }: Telling, rows: ReadonlyMap<string, number>, { id, distance_m }: AccidentEntry): HTMLElement {
  const row = rows.get(id);
  const text = (column: "settlement" | "district" | "date_start") => (row === undefined ? "" : incidents.text(column, row));
  return el(
    "li",
    {},
    row === undefined ? null : words.label("accident_type", incidents.get("accident_type", row)),
    ", ",
    dataText(text("settlement") || text("district") || words.say("not_stated")),
    ", ",
    text("date_start") === "" ? words.say("date.day_not_stated") : dateInWords(words, text("date_start")),
    ` – ${distance_m === 0 ? words.say("access.in_its_place") : away(words, distance_m)}`,
  );
}

function part(words: Words, code: string, items: readonly HTMLElement[]): Content {
  return items.length === 0 ? null : el("div", {}, el("h4", { class: "mapper-small-head" }, words.say(code)), el("ul", { class: "mapper-plain" }, ...items));
}

function accidentsPart(tell: Telling, accidents: readonly AccidentEntry[]): Content {
  if (accidents.length === 0) return null;
  const { words, data: { incidents } } = tell;
  return foldout([words.say("access.accidents", { n: accidents.length })], () => {
    const wanted = new Set(accidents.map(({ id }) => id));
    const rows = new Map(incidents.indices().map((row) => [incidents.text("incident_id", row), row] as const).filter(([id]) => wanted.has(id)));
    const nearest = [...accidents].sort((a, b) => (a.distance_m ?? 0) - (b.distance_m ?? 0));
    const item = (entry: AccidentEntry) => el("ul", { class: "mapper-plain" }, accidentItem(tell, rows, entry));
    return [paged(nearest, item, (left) => words.say("list.more", { n: left }), ACCIDENTS_AT_ONCE)];
  });
}

/** Why a blank says nothing here: records are lost, or no list of orders holds; null when neither is so. */
function notAssessed(words: Words, { lost }: Meta, { coverage, basis, legal, physical }: Answer): string | null {
  const n = lost.legal + lost.physical;
  if (n > 0) return words.say("access.coverage.lost", { n });
  if (!coverage.some(({ orders_state }) => orders_state === "listed")) return words.say("access.coverage.none");
  return basis === "not_covered" || legal === "not_assessed" || physical === "not_assessed" ? words.say("access.coverage.not_now") : null;
}

function coveragePart({ words, data: { meta } }: Telling, answer: Answer): HTMLElement {
  const why = notAssessed(words, meta, answer);
  return el(
    "div",
    {},
    el("h4", { class: "mapper-small-head" }, words.say("access.coverage")),
    why === null ? null : el("p", { class: "mapper-warning" }, why),
    ...answer.coverage.map((row) =>
      facts([
        [words.say("access.coverage.orders"), words.label("orders_state", row.orders_state ?? "unknown")],
        [words.say("access.coverage.survey"), words.label("survey_state", row.survey_state ?? "unknown")],
        [words.say("access.coverage.reporting"), words.label("reporting_state", row.reporting_state ?? "unknown")],
      ]),
    ),
    el("p", { class: "mapper-hint" }, words.say("access.coverage.blank")),
  );
}

function figures(words: Words, answer: Answer): HTMLElement {
  const { doubt_m, doubt: { line_m, position_m }, distance_m, distance_hazard_m } = answer;
  return facts([
    [words.say("access.legal"), words.label("verdict", answer.legal)],
    [words.say("access.physical"), words.label("verdict", answer.physical)],
    [words.say("access.why"), words.label("basis", answer.basis)],
    [words.say("access.doubt"), words.say("access.doubt_text", { doubt: words.metres(doubt_m), line: words.metres(line_m), position: words.metres(position_m) })],
    [words.say("access.distance"), distance_m === null ? words.say("access.distance_none") : away(words, distance_m)],
    [words.say("access.distance_hazard"), distance_hazard_m === null ? words.say("access.hazard_none") : away(words, distance_hazard_m)],
  ]);
}

/** The answer in full. */
export function answerCard(tell: Telling, answer: Answer): HTMLElement {
  const { words } = tell;
  const code = answer.verdict;
  const colour = tone(colourOr(words.term("verdict", code)?.colour, STRICTEST_COLOUR));
  const heading = el("h3", {}, words.label("verdict", code));
  heading.style.color = colour;
  const card = el(
    "article",
    { class: "mapper-card mapper-verdict", "data-verdict": code },
    heading,
    el("p", {}, words.definition("verdict", code) ?? ""),
    el("p", { class: "mapper-hint" }, words.say(answer.known_by === null ? "access.asked" : "access.asked_known", {
      on: dateInWords(words, answer.on),
      known_by: dateInWords(words, answer.known_by ?? ""),
      who: answer.who.split("+").map((kind) => words.label("applies_to", kind)).join(" + "),
    })),
    figures(words, answer),
    answer.doubt.position_m > COARSE_M ? el("p", { class: "mapper-hint" }, words.say("access.come_nearer")) : null,
    part(words, "access.orders", answer.orders.map((entry) => orderItem(tell, entry))),
    part(words, "access.openings", answer.openings.map((entry) => openingItem(tell, entry))),
    part(words, "access.hazards", answer.hazards.map((entry) => hazardItem(tell, entry))),
    accidentsPart(tell, answer.accidents),
    coveragePart(tell, answer),
  );
  card.style.borderColor = colour;
  return card;
}

/** Why a question has no answer, in the reader's language. */
export function whyNot(words: Words, cause: unknown): string {
  return cause instanceof NotUnderstood ? words.say(cause.code, cause.values) : words.say("question.failed");
}

function field(label: string, input: HTMLElement): HTMLElement {
  return el("label", { class: "mapper-field" }, el("span", {}, label), input);
}

function dayInput(value: string, onChange: (day: string) => void): HTMLInputElement {
  const input = el("input", { type: "date" });
  input.value = value;
  input.addEventListener("change", () => onChange(input.value));
  return input;
}

function whoInput(words: Words, value: string, onChange: (who: string) => void): HTMLSelectElement {
  const options = KINDS.map((kind) => {
    const option = el("option", {}, words.label("applies_to", kind));
    option.value = kind;
    return option;
  });
  const select = el("select", {}, ...options);
  select.value = value;
  select.addEventListener("change", () => onChange(select.value));
  return select;
}

/**
 * The answer for a place, under a control for the day, what was known, and the person; each change asks again. The old answer
 * goes first: where the question cannot be understood, the sentence that says so stands there, and no answer to another question.
 */
export function enterSection(tell: Telling, inquiry: Inquiry, store: Store, [lon, lat]: LonLat, uncertainty_m: number): HTMLElement {
  const { words } = tell;
  const shown = el("div", { "aria-live": "polite" });
  const ask = () => {
    const { on, known_by, who } = store.state;
    shown.textContent = "";
    try {
      shown.append(answerCard(tell, inquiry.ask({ lon, lat, uncertainty_m, on: on || null, known_by: known_by || null, who })));
    } catch (cause) {
      shown.append(el("p", { class: "mapper-warning", role: "alert" }, whyNot(words, cause)));
      if (!(cause instanceof NotUnderstood)) throw cause;
    }
  };
  const chosen = (change: Partial<ViewState>) => {
    store.set(change);
    ask();
  };
  const control = el(
    "fieldset",
    { class: "mapper-ask" },
    el("legend", {}, words.say("access.control")),
    field(words.say("access.on"), dayInput(store.state.on, (on) => chosen({ on }))),
    field(words.say("access.known_by"), dayInput(store.state.known_by, (known_by) => chosen({ known_by }))),
    field(words.say("access.who"), whoInput(words, store.state.who, (who) => chosen({ who }))),
  );
  ask();
  return el("section", { class: "mapper-enter", "aria-label": words.say("access.title") }, el("h3", { class: "mapper-small-head" }, words.say("access.title")), shown, control);
}
