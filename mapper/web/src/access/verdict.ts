/**
 * "May I enter?": the strictest of what orders forbid and what hazards and accidents are recorded, with everything that led to
 * it. The same answers as `mapper access`; both are held to one table of questions.
 */
import { polygonsOf, type Geometry, type LonLat } from "../geometry.ts";
import { items, type Basis, type Ground, type Question, type Segment, type Verdict, type ZoneRow } from "./ground.ts";
import { deciding, Judge, together, verdictOf, type Judged } from "./judge.ts";
import { complete, isOnGlobe } from "./question.ts";
import { alongRoute } from "./route.ts";
import { Shape, shapeOf } from "./shape.ts";

function basisWithout(judged: Judged): Basis {
  return judged.covered ? "outside" : "not_covered";
}

/** Put the answer into words of data. `place` is where distances are measured from; null where only a name is known. */
function tell(judge: Judge, judged: Judged, place: Shape | null, segments: readonly Segment[] = []): Verdict {
  const { asked, orders } = judge;
  const item = deciding(judged.items);
  const zone = place === null ? undefined : judge.nearestZone(place);
  const hazard = place === null ? undefined : judge.nearestHazard(place);
  const line_m = (item ?? zone)?.accuracy_m ?? 0;
  return {
    verdict: verdictOf(judged),
    legal: judged.legal,
    physical: judged.physical,
    basis: item?.basis ?? basisWithout(judged),
    on: asked.on,
    known_by: asked.known_by,
    who: asked.who,
    openings: judged.openings,
    orders: orders.sorted(judged.orders.keys()).map((id) => {
      const order = orders.get(id);
      const relation = judged.orders.get(id) ?? "near";
      return {
        ...orders.told(id, asked),
        relation,
        unconfirmed: order === undefined || orders.isUnconfirmed(order, asked),
      };
    }),
    hazards: judged.hazards,
    accidents: judged.accidents,
    zones: judged.zones,
    coverage: judged.coverage,
    doubt_m: line_m + asked.u,
    doubt: { line_m, position_m: asked.u },
    distance_m: zone?.distance_m ?? null,
    distance_hazard_m: hazard?.distance_m ?? null,
    segments,
  };
}

function unresolved(judge: Judge): Verdict {
  const nothing: Judged = {
    legal: "not_assessed", physical: "not_assessed", covered: false,
    items: [], orders: new Map(), openings: [], zones: [], hazards: [], accidents: [], coverage: [],
  };
  return { ...tell(judge, nothing, null), basis: "unresolved" };
}

function atPoint(judge: Judge, at: LonLat): Verdict {
  if (!isOnGlobe(at)) return unresolved(judge);
  const place = Shape.point(at);
  return tell(judge, judge.at(place), place);
}

function onRoute(judge: Judge, route: readonly (readonly LonLat[])[]): Verdict {
  if (route.flat().length === 0 || !route.flat().every(isOnGlobe)) return unresolved(judge);
  const { parts, segments } = alongRoute(judge, route);
  return tell(judge, together(parts), Shape.of({ kind: "lines", lines: route }), segments);
}

function inArea(judge: Judge, geometry: Geometry): Verdict {
  const onGlobe = polygonsOf(geometry).flat(2).every(isOnGlobe);
  const place = onGlobe ? Shape.of(geometry) : null;
  return place === null ? unresolved(judge) : tell(judge, judge.at(place), place);
}

function namesOf(zone: ZoneRow): string[] {
  return [zone.name ?? "", ...items(zone.admin_units)].map((name) => name.normalize("NFC").trim()).filter((name) => name !== "");
}

/** Zones of other names that share a line with the area and nothing of its inside: they were not asked about. */
function neighbours({ zones }: Ground, named: readonly ZoneRow[], area: Shape): Set<ZoneRow> {
  return new Set(zones.filter((zone) => {
    const shape = named.includes(zone) ? null : shapeOf(zone.geometry);
    return shape !== null && shape.meets(area) && !shape.sharesInsideWith(area);
  }));
}

/** A place by its name: the outlines of the zones of that name as one area, and the zones that have none. */
function byName(judge: Judge, ground: Ground, place: string): Verdict {
  const name = place.normalize("NFC").trim();
  const zones = ground.zones.filter((zone) => namesOf(zone).includes(name));
  if (zones.length === 0) return unresolved(judge);
  const withoutOutline = zones.filter(({ geometry }) => Shape.of(geometry) === null);
  const area = Shape.of({ kind: "polygons", polygons: zones.flatMap(({ geometry }) => polygonsOf(geometry)) });
  const parts = [
    ...(withoutOutline.length > 0 ? [judge.atNames(withoutOutline, new Set([name, ...withoutOutline.flatMap(namesOf)]))] : []),
    ...(area === null ? [] : [judge.at(area, neighbours(ground, zones, area))]),
  ];
  return tell(judge, together(parts), area);
}

/** Answer one question. Throws RangeError with a sentence about a question that cannot be understood. */
export function verdict(ground: Ground, question: Question): Verdict {
  const judge = new Judge(ground, complete(ground, question));
  if ("at" in question) return atPoint(judge, question.at);
  if ("route" in question) return onRoute(judge, question.route);
  if ("area" in question) return inArea(judge, { kind: "polygons", polygons: question.area });
  return byName(judge, ground, question.place);
}
