/** Legend of what a reader has put on the map: the place asked about, and the checked route. On the screen the panel tells of both. */
import type { Verdict } from "../access/ground.ts";
import { svg } from "../elements.ts";
import { list, row, swatch } from "../legend.ts";
import { POINTER_COLOUR } from "../map.ts";
import { sample } from "../route/section.ts";
import type { Words } from "../words.ts";

/** The parts of the legend; none for what is not on the map. */
export function markParts(words: Words, isAsked: boolean, route: Verdict | null): HTMLElement[] {
  const ring = () => swatch(svg("circle", { cx: 17, cy: 10, r: 7.5, fill: "none", stroke: POINTER_COLOUR, "stroke-width": 3 }));
  const verdicts = [...new Set((route?.segments ?? []).map(({ verdict }) => verdict))];
  const rows = [
    ...(isAsked ? [row(ring(), words.say("print.asked"))] : []),
    ...verdicts.map((verdict) => row(sample(words, verdict), words.say("print.route", { verdict: words.label("verdict", verdict) }))),
  ];
  return rows.length === 0 ? [] : [list(words.say("print.marks"), rows)];
}
