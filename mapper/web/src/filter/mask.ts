/**
 * Which records a choice lets through.
 *
 * Every doubt lets through: a record without a stated code has a choice of its own, one whose day is not known, or known to a
 * month, is shown for every day on which it may have happened, and a date that cannot be read hides nothing.
 */
import { firstDay, lastDay } from "../access/dates.ts";
import type { Data, Incidents } from "../data.ts";
import type { RowMask } from "../grouping.ts";
import { HAZARD_STATUS, INCIDENT_COLUMNS, isEverything, outOf, type Choice, type IncidentColumn } from "./choice.ts";

type TextColumn = IncidentColumn | "date_start" | "date_end" | "reported_on";

/** A reader of one bit for each row, worked out once for each different cell. */
function bits(incidents: Incidents, column: TextColumn, isSet: (cell: string) => boolean): (row: number) => boolean {
  const coded = incidents.coded(column);
  if (coded === undefined) return (row) => isSet(incidents.text(column, row));
  const ofCode = Uint8Array.from({ length: coded.size }, (_, code) => (isSet(String(coded.cell(code) ?? "")) ? 1 : 0));
  return (row) => ofCode[coded.of(row)] === 1;
}

/** Whether the accident certainly happened after `to`, or before `from`. */
function outsidePeriod(incidents: Incidents, { from, to }: Choice): (row: number) => boolean {
  const after = (cell: string) => to !== "" && (firstDay(cell) ?? "") > to;
  const before = (cell: string) => from !== "" && (lastDay(cell) ?? from) < from;
  const startsAfter = bits(incidents, "date_start", after);
  const [startBefore, hasStart] = [bits(incidents, "date_start", before), bits(incidents, "date_start", (cell) => cell !== "")];
  const [endBefore, hasEnd] = [bits(incidents, "date_end", before), bits(incidents, "date_end", (cell) => cell !== "")];
  const reportedBefore = bits(incidents, "reported_on", before);
  return (row) => startsAfter(row) || (hasEnd(row) ? endBefore(row) : hasStart(row) ? startBefore(row) : reportedBefore(row));
}

/** The accidents that are shown; null where all are. */
export function incidentMask(incidents: Incidents, choice: Choice): RowMask {
  const hidden = (Object.keys(INCIDENT_COLUMNS) as IncidentColumn[])
    .filter((column) => outOf(choice, column).length > 0)
    .map((column) => {
      const out = new Set(outOf(choice, column));
      return bits(incidents, column, (cell) => out.has(cell));
    });
  if (choice.from !== "" || choice.to !== "") hidden.push(outsidePeriod(incidents, choice));
  if (hidden.length === 0) return null;
  const mask = new Uint8Array(incidents.rows);
  for (let row = 0; row < mask.length; row++) mask[row] = hidden.some((isHidden) => isHidden(row)) ? 0 : 1;
  return mask;
}

/** The hazard areas that are shown: by status, and unless they were reported only after the period. */
export function hazardMask({ hazards }: Data, choice: Choice): readonly boolean[] {
  const out = new Set(outOf(choice, HAZARD_STATUS));
  const later = (row: number) => choice.to !== "" && (firstDay(hazards.text("reported_on", row)) ?? "") > choice.to;
  return hazards.indices().map((row) => !out.has(hazards.text("status", row)) && !later(row));
}

export interface Hidden {
  readonly incidents: number;
  readonly hazards: number;
}

/** How many records a choice hides. */
export function hiddenBy(data: Data, choice: Choice, mask: RowMask): Hidden {
  if (isEverything(choice)) return { incidents: 0, hazards: 0 };
  const shown = mask === null ? data.incidents.rows : mask.reduce((sum, one) => sum + one, 0);
  return { incidents: data.incidents.rows - shown, hazards: hazardMask(data, choice).filter((isShown) => !isShown).length };
}
