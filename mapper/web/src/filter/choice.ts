/** What a reader chose to see: codes that are put out, column by column, and the days between which accidents may have happened. */

/** Columns of accidents by whose codes they are chosen, and the vocabulary of each; null: names. */
export const INCIDENT_COLUMNS = { device_category: "device_category", accident_type: "accident_type", district: null } as const;
export type IncidentColumn = keyof typeof INCIDENT_COLUMNS;
/** Hazard areas are chosen by their status. */
export const HAZARD_STATUS = "hazard_status";
export type Column = IncidentColumn | typeof HAZARD_STATUS;
export const COLUMNS: readonly Column[] = [...(Object.keys(INCIDENT_COLUMNS) as IncidentColumn[]), HAZARD_STATUS];

export interface Choice {
  /** Codes put out; "" is "not stated". */
  readonly out: Readonly<Partial<Record<Column, readonly string[]>>>;
  /** First and last day; "" is open. */
  readonly from: string;
  readonly to: string;
}

export const EVERYTHING: Choice = { out: {}, from: "", to: "" };

export function outOf({ out }: Choice, column: Column): readonly string[] {
  return out[column] ?? [];
}

/** The choice with other codes of one column put out. */
export function withOut(choice: Choice, column: Column, codes: readonly string[]): Choice {
  const { [column]: _, ...others } = choice.out;
  return { ...choice, out: codes.length === 0 ? others : { ...others, [column]: [...codes] } };
}

export function isEverything({ out, from, to }: Choice): boolean {
  return from === "" && to === "" && Object.keys(out).length === 0;
}
