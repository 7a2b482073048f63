/** Clearance statements by the districts they name: that they are there, and nothing of how their hectares lie in them. */
import type { Telling } from "./cards.ts";
import { el, foldout } from "./elements.ts";
import { statementCard } from "./ledger.ts";

/** Rows of the statements that name a district. */
export function statementsOf({ data: { meta } }: Pick<Telling, "data">, district: number): readonly number[] {
  return meta.ledger.named?.find((named) => named.district === district)?.statements ?? [];
}

/** How many statements name no district of the map. */
export function unnamedStatements({ data: { meta, activities } }: Pick<Telling, "data">): number {
  return activities.rows - new Set((meta.ledger.named ?? []).flatMap(({ statements }) => statements)).size;
}

/** The statements that name a district, to be opened; null where none does. */
export function clearanceOf(tell: Telling, district: number): HTMLElement | null {
  const { words } = tell;
  const rows = statementsOf(tell, district);
  if (rows.length === 0) return null;
  return foldout(
    [words.say("clearance.here", { n: rows.length })],
    () => [
      el("p", { class: "mapper-warning" }, words.say("clearance.not_leave")),
      el("p", { class: "mapper-hint" }, words.say("activity.never_added")),
      ...rows.map((row) => statementCard(tell, row)),
    ],
    { class: "mapper-card mapper-clearance" },
  );
}
