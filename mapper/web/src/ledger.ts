/**
 * Official counts side by side, each beside what is mapped of its days, and clearance statements by agency and period.
 *
 * Nothing is added up here: every figure comes with the data (`mapper/analysis/ledger.py`), and the page sets it in words.
 */
import { casualtyLine } from "./casualties.ts";
import { sourceList, type Telling } from "./cards.ts";
import type { AgencyMeta, CountMeta, MappedMeta } from "./data.ts";
import { dateInWords, periodInWords } from "./dates.ts";
import { data as dataText, el, facts, paged, type Content } from "./elements.ts";

/** The number of a count's cell; a dash is explained under the table's heading. */
function figure({ words }: Telling, value: number | null): HTMLElement {
  return value === null
    ? el("td", { class: "mapper-blank", "aria-label": words.say("not_stated"), title: words.say("not_stated") }, "–")
    : el("td", { class: "mapper-number" }, words.number(value));
}

const COUNT_COLUMNS = [
  "killed_total",
  "killed_civilian",
  "killed_military",
  "killed_deminer",
  "injured_total",
  "injured_civilian",
  "injured_military",
  "injured_deminer",
  "victims_total",
] as const;

function countsHead({ words }: Telling): HTMLElement {
  const group = (code: string, columns: number) => el("th", { scope: "colgroup", colspan: columns }, words.say(code));
  const short = ["total", "civilian", "military", "deminer"].map((part) => `counts.short.${part}`);
  const full = ["total", "civilian", "military", "deminer"].map((part) => `casualties.${part}`);
  const heads = short.map((code, index) => () => el("th", { scope: "col", title: words.say(full[index] as string), "aria-label": words.say(full[index] as string) }, words.say(code)));
  return el(
    "thead",
    {},
    el("tr", {}, group("casualties.killed", 4), group("casualties.injured", 4), group("counts.all", 1)),
    el("tr", {}, ...heads.map((make) => make()), ...heads.map((make) => make()), el("th", { scope: "col" }, words.say("counts.short.total"))),
  );
}

/** "killed 8, injured 9; 51.5 %", or why there is nothing to compare. */
function mappedLine({ words }: Telling, { mapped, percent }: CountMeta): string {
  if (mapped === null) return words.say("ledger.not_compared");
  const line = casualtyLine(words, mapped.killed, mapped.injured);
  return percent === null ? line : `${line}; ${words.say("unit.percent", { n: words.number(percent, 1) })}`;
}

function countBody(tell: Telling, count: CountMeta): HTMLElement {
  const row = count.at;
  const { data, words } = tell;
  const counts = data.casualty_counts;
  const [publisher, authority] = [counts.text("publisher", row), counts.text("issuing_authority", row)];
  const period = periodInWords(words, counts.text("period_start", row), counts.text("period_end", row));
  const wide = COUNT_COLUMNS.length;
  return el(
    "tbody",
    {},
    el("tr", {}, el("th", { scope: "rowgroup", colspan: wide, class: "mapper-count-head" },
      words.say("counts.as_of", { date: dateInWords(words, counts.text("as_of", row)) }), " – ", dataText(authority || words.say("not_stated")))),
    el("tr", {}, ...COUNT_COLUMNS.map((column) => figure(tell, counts.get(column, row)))),
    el("tr", {}, el("td", { colspan: wide, class: "mapper-count-text" },
      facts([
        [words.say("counts.publisher"), dataText(publisher || words.say("not_stated"))],
        [words.say("counts.period"), period],
        [words.say("counts.scope"), dataText(counts.text("scope", row) || words.say("not_stated"))],
        [words.say("ledger.mapped"), mappedLine(tell, count)],
        [words.say("note"), counts.text("note", row) === "" ? null : dataText(counts.text("note", row))],
      ]),
      sourceList(tell, counts.list("source_ids", row)))),
  );
}

/** The days a count is of; where the end of its period is not stated, until the day it was given. */
function periodOf({ words, data: { casualty_counts: counts } }: Telling, { at, date }: CountMeta): string {
  return periodInWords(words, counts.text("period_start", at), counts.text("period_end", at) || (date ?? ""));
}

/** "Mapped here: 40 killed, 118 injured of the 415 officially counted as of …", and how sure that is. */
function headline(tell: Telling, source: string | null, count: CountMeta, mapped: MappedMeta): Content[] {
  const { words } = tell;
  const number = (value: number | null) => (value === null ? words.say("ledger.unstated") : words.number(value));
  const { uncertain } = count;
  return [
    el("p", { class: "mapper-headline" }, words.say("ledger.headline", {
      killed: number(mapped.killed),
      injured: number(mapped.injured),
      official: number(count.official),
      date: dateInWords(words, count.date ?? ""),
      share: count.percent === null ? words.say("ledger.no_share") : words.say("unit.percent", { n: words.number(count.percent, 1) }),
      source: source ?? words.say("not_stated"),
    })),
    uncertain !== null && uncertain.accidents > 0 && el("p", {}, words.say("ledger.uncertain", {
      n: uncertain.accidents,
      killed: words.count(uncertain.killed),
      injured: words.count(uncertain.injured),
    })),
    el("p", { class: "mapper-hint" }, words.say("ledger.period", { period: periodOf(tell, count) })),
    el("p", { class: "mapper-hint" }, words.say("ledger.blanks", {
      n: words.number(mapped.accidents),
      killed: words.number(mapped.killed_not_stated),
      injured: words.number(mapped.injured_not_stated),
    })),
  ];
}

function overTimeHead({ words }: Telling): HTMLElement {
  const column = (code: string) => el("th", { scope: "col" }, words.say(code));
  const group = (code: string) => el("th", { scope: "colgroup", colspan: 3 }, words.say(code));
  const columns = ["casualties.killed", "casualties.injured"] as const;
  return el(
    "thead",
    {},
    el("tr", {}, group("ledger.counted"), group("ledger.mapped")),
    el("tr", {}, ...columns.map(column), column("counts.all"), ...columns.map(column), column("ledger.share")),
  );
}

/** One count as two lines: its days, since a year stands among counts of the whole time, and who says it; what it says, and what is mapped of its days. */
function overTimeBody(tell: Telling, source: string | null, count: CountMeta): HTMLElement {
  const { at, official, mapped, percent } = count;
  const { words, data: { casualty_counts: counts } } = tell;
  const figures = [counts.get("killed_total", at), counts.get("injured_total", at), official, mapped?.killed ?? null, mapped?.injured ?? null];
  const share = percent === null ? figure(tell, null) : el("td", { class: "mapper-number" }, words.say("unit.percent", { n: words.number(percent, 1) }));
  return el(
    "tbody",
    {},
    el("tr", {}, el("th", { scope: "rowgroup", colspan: figures.length + 1, class: "mapper-count-head" },
      periodOf(tell, count), " – ", dataText(source ?? words.say("not_stated")))),
    el("tr", {}, ...figures.map((value) => figure(tell, value)), share),
  );
}

function scrolled(label: string, table: HTMLElement): HTMLElement {
  return el("div", { class: "mapper-scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

export function countsSection(tell: Telling): Content[] {
  const { words, data: { meta: { ledger } } } = tell;
  const ofRow = new Map(ledger.over_time.map((count) => [count.at, count] as const));
  const sourceOf = new Map(ledger.sources.flatMap(({ source, counts }) => counts.map((row) => [row, source] as const)));
  const first = ledger.headline === null ? undefined : ofRow.get(ledger.headline);
  const bodies = ledger.sources.flatMap(({ source, counts }) => [
    el("tbody", {}, el("tr", {}, el("th", { scope: "rowgroup", colspan: COUNT_COLUMNS.length, class: "mapper-count-source" }, dataText(source ?? words.say("not_stated"))))),
    ...counts.flatMap((row) => ofRow.get(row) ?? []).map((count) => countBody(tell, count)),
  ]);
  return [
    ...(first === undefined || first.mapped === null ? [el("p", {}, words.say("ledger.none"))] : headline(tell, sourceOf.get(first.at) ?? null, first, first.mapped)),
    el("p", { class: "mapper-warning" }, words.say("counts.contradict")),
    el("p", { class: "mapper-hint" }, words.say("counts.dash")),
    el("h3", {}, words.say("ledger.over_time")),
    scrolled(words.say("ledger.over_time"), el("table", { class: "mapper-over-time" }, overTimeHead(tell),
      ...ledger.over_time.map((count) => overTimeBody(tell, sourceOf.get(count.at) ?? null, count)))),
    el("h3", {}, words.say("ledger.by_source")),
    scrolled(words.say("section.counts"), el("table", { class: "mapper-counts" }, countsHead(tell), ...bodies)),
  ];
}

const FOUND_COLUMNS = ["ap_mines", "av_mines", "mines_unspecified", "uxo", "personnel"] as const;

function activityCard(tell: Telling, agency: AgencyMeta, row: number): HTMLElement {
  const { data, words } = tell;
  const { activities } = data;
  const hectares = activities.get("area_hectares", row);
  const found = FOUND_COLUMNS.map((column) => [words.say(`activity.${column}`), activities.get(column, row)] as const);
  return el(
    "article",
    { class: "mapper-card" },
    el("h4", {}, words.say("activity.reported", { date: dateInWords(words, activities.text("reported_on", row)) }), " – ", dataText(activities.text("agency", row) || words.say("not_stated")), " ", el("code", {}, dataText(activities.text("activity_id", row)))),
    overlapLine(tell, agency, activities.text("activity_id", row)),
    facts([
      [words.say("activity.team"), activities.text("team", row) === "" ? null : dataText(activities.text("team", row))],
      [words.say("activity.period"), periodInWords(words, activities.text("period_start", row), activities.text("period_end", row))],
      [words.say("activity.district"), dataText(activities.text("district", row) || words.say("not_stated"))],
      [words.say("activity.area"), hectares === null ? words.say("not_stated") : words.say("unit.ha", { n: words.number(hectares, 1) })],
      ...found.map(([name, value]) => [name, words.count(value)] as const),
      [words.say("activity.other_items"), dataText(activities.text("other_items", row) || words.say("not_stated"))],
    ]),
    activities.text("note", row) === "" ? null : el("p", { class: "mapper-note" }, dataText(activities.text("note", row))),
    sourceList(tell, activities.list("source_ids", row)),
  );
}

/** The card of a statement wherever it stands. */
export function statementCard(tell: Telling, row: number): HTMLElement {
  const agency = tell.data.meta.ledger.clearance.find(({ statements }) => statements.includes(row));
  return activityCard(tell, agency ?? { agency: null, statements: [row], groups: [], undated: [], sums: [] }, row);
}

/** That a statement's period overlaps others of its agency, or may; nothing where it stands alone. */
function overlapLine({ words }: Telling, { groups, undated, statements }: AgencyMeta, id: string): Content {
  const others = (groups.find((group) => group.includes(id)) ?? []).filter((other) => other !== id);
  if (others.length > 0) return el("p", { class: "mapper-hint" }, words.say("activity.overlaps", { ids: others.join(", ") }));
  return undated.includes(id) && statements.length > 1 && el("p", { class: "mapper-hint" }, words.say("activity.undated"));
}

/** Figures of statements that certainly do not overlap, each with the statements it holds. */
function sumFacts({ words }: Telling, { sums }: AgencyMeta): Content[] {
  if (sums.length === 0) return [];
  const told = (column: string, total: number) =>
    column === "area_hectares" ? words.say("unit.ha", { n: words.number(total, 1) }) : words.number(total);
  const name = (column: string) => words.say(column === "area_hectares" ? "activity.area" : `activity.${column}`);
  return [
    el("p", { class: "mapper-small-head" }, words.say("activity.sums")),
    facts(sums.map(({ column, total, statements }) => [name(column), [told(column, total), ` (${statements.join(", ")})`].join("")] as const)),
  ];
}

export function activitiesSection(tell: Telling): Content[] {
  const { words, data: { meta: { ledger } } } = tell;
  const more = (left: number) => words.say("list.more", { n: left });
  return [
    el("p", { class: "mapper-warning" }, words.say("activity.warning")),
    el("p", { class: "mapper-warning" }, words.say("activity.never_added")),
    ...ledger.clearance.flatMap((agency) => [
      el("h3", {}, dataText(agency.agency ?? words.say("not_stated"))),
      ...sumFacts(tell, agency),
      paged(agency.statements, (row) => activityCard(tell, agency, row), more),
    ]),
  ];
}
