/** "May I enter?", case by case: answers worked out by hand from the rules. */
import { expect, test } from "vitest";

import { firstDay, isUnusable, lastDay } from "../src/access/dates.ts";
import { metres } from "../src/access/geodesy.ts";
import { certainlyCovers, concerns, kinds } from "../src/access/who.ts";
import { ask, box, type Ask, type World } from "./access_world.ts";

const BAN = { order_id: "ban", order_type: "ban", issued_on: "2021-01-01", recorded_on: "2021-01-05" };
/** One restricted degree at 46–47 E, 40–41 N, listed coverage three degrees wide around it. */
const WORLD: World = {
  data_date: "2026-01-01",
  stale_after: "2026-07-01",
  zones: [{ zone_id: "z", name: "Ağdam", order_ids: "ban", accuracy_m: 500, geometry: box(46, 40, 1) }],
  orders: [BAN],
  coverage: [{ coverage_id: "c", orders_state: "listed", geometry: box(45, 39, 3) }],
};
const world = (changes: Partial<World>): World => ({ ...WORLD, ...changes });
const brief = (question: Ask, asked: World = WORLD) => {
  const { verdict, basis } = ask(asked, question);
  return `${verdict} ${basis}`;
};

/** Degrees of latitude south of 40 N: 111,034.5 m to the degree there (series of the meridian arc). */
const south = (m: number) => 40 - m / 111_034.5;

test("the geodesic is Karney's", () => {
  // Issue of the GeographicLib manual: JFK to LHR is 5551.759 km
  expect(metres([-73.8, 40.6], [-0.5, 51.6]) / 1000).toBeCloseTo(5551.759, 3);
});

test.each([
  ["2021-02", "2021-02-01", "2021-02-28"],
  ["2024-02", "2024-02-01", "2024-02-29"],
  ["2021", "2021-01-01", "2021-12-31"],
  ["2021-12-31", "2021-12-31", "2021-12-31"],
  ["--07-23", null, null],
  ["2021-02-30", null, null],
  ["", null, null],
])("%s begins on %s and ends on %s", (text, first, last) => {
  expect([firstDay(text), lastDay(text)]).toEqual([first, last]);
});

test.each([
  ["?", true], ["--12-31", true], ["31.12.2021", true], ["2021-02-30", true],
  ["2021", false], ["2021-02", false], ["", false], [" ", false], [null, false],
])("%j is stated and gives no day: %s", (text, unusable) => {
  expect(isUnusable(text)).toBe(unusable);
});

test.each([
  ["foreigners", "all_civilians", true, false],
  ["citizens", "foreigners", false, false],
  ["all_civilians", "foreigners", true, true],
  ["all_civilians", "mine_action_operator", true, false],
  ["citizens+private_vehicles", "citizens", true, false],
  ["citizens+private_vehicles", "citizens+private_vehicles+residents", true, true],
  ["media", "aid_workers", false, false],
  ["media", "foreigners", true, false],
  ["+", "citizens", true, false],
])("an order for %s and a person who is %s", (token, person, concerned, covered) => {
  expect([concerns(token, kinds(person)), certainlyCovers(token, kinds(person))]).toEqual([concerned, covered]);
});

test.each([
  ["inside", { at: [46.5, 40.5] }, "no_entry inside"],
  ["on the line", { at: [46.123456, 40] }, "no_entry inside"],
  ["on a corner", { at: [47, 41] }, "no_entry inside"],
  ["400 m outside, the line being good to 500", { at: [46.5, south(400)] }, "no_entry within_doubt"],
  ["700 m outside", { at: [46.5, south(700)] }, "near_restricted near"],
  ["700 m outside with a position good to 300", { at: [46.5, south(700)], uncertainty_m: 300 }, "no_entry within_doubt"],
  ["1,400 m outside", { at: [46.5, south(1400)] }, "near_restricted near"],
  ["1,600 m outside", { at: [46.5, south(1600)] }, "no_restriction_recorded outside"],
  ["outside the coverage", { at: [44.9, 40.5] }, "not_assessed not_covered"],
  ["in the coverage, but not with all of the doubt", { at: [45.01, 39.5], uncertainty_m: 2000 }, "not_assessed not_covered"],
  ["before the order", { at: [46.5, 40.5], on: "2020-12-31" }, "no_restriction_recorded outside"],
  ["on its first day", { at: [46.5, 40.5], on: "2021-01-01" }, "no_entry inside"],
  ["before the map knew of it", { at: [46.5, 40.5], known_by: "2021-01-04" }, "no_restriction_recorded outside"],
  ["as soon as the map knew of it", { at: [46.5, 40.5], known_by: "2021-01-05" }, "no_entry inside"],
  ["after the edition has grown old, at a blank place", { at: [45.5, 39.5], on: "2026-07-02" }, "not_assessed not_covered"],
  ["a zone by its name", { place: "Ağdam" }, "no_entry inside"],
  ["a place that is on no globe", { at: [46, 91] }, "not_assessed unresolved"],
  ["a name that is not there", { place: "Nowhere" }, "not_assessed unresolved"],
  ["an area that touches a corner", { area: box(47, 41, 0.5) }, "no_entry inside"],
  ["an area around the whole zone", { area: box(45.5, 39.5, 2) }, "no_entry inside"],
] as [string, Ask, string][])("%s", (_, question, expected) => {
  expect(brief(question)).toBe(expected);
});

test("the answer tells distances and doubt", () => {
  const far = ask(WORLD, { at: [46.5, south(1600)], uncertainty_m: 30 });
  expect([far.verdict, far.doubt_m, far.doubt]).toEqual(["no_restriction_recorded", 530, { line_m: 500, position_m: 30 }]);
  expect(far.distance_m).toBeCloseTo(1600, 0);
  expect(far.distance_hazard_m).toBeNull();
  expect(ask(WORLD, { at: [46.5, 40.5] }).distance_m).toBe(0);
});

test("a hole is outside and its line inside", () => {
  const ring = box(46, 40, 1);
  const hole = box(46.4, 40.4, 0.2);
  const zones = [{ zone_id: "z", order_ids: "ban", geometry: { type: "Polygon" as const, coordinates: [ring.coordinates[0], hole.coordinates[0]] } }];
  const holed = world({ zones });
  expect(brief({ at: [46.5, 40.5] }, holed)).toBe("no_restriction_recorded outside");
  expect(brief({ at: [46.4, 40.5] }, holed)).toBe("no_entry inside");
});

test("zones and places may lie on both sides of the antimeridian", () => {
  const zones = [{ zone_id: "z", order_ids: "ban", accuracy_m: 0, geometry: box(179, 10, 1) }];
  const far = world({ zones, coverage: [] });
  // 0.005 degree of longitude at 10.5 N: 109,467 m to the degree (N cos of the latitude), so 547 m
  const near = ask(far, { at: [-179.995, 10.5] });
  expect([near.verdict, near.basis]).toEqual(["near_restricted", "near"]);
  expect(near.distance_m).toBeCloseTo(547.3, 0);
  expect(brief({ route: [[-179.9, 10.5], [179.9, 10.5]] }, far)).toBe("no_entry inside");
  expect(brief({ at: [180, 10.5] }, far)).toBe("no_entry inside");
  expect(brief({ at: [-180, 10.5] }, far)).toBe("no_entry inside");
});

const OPENING = { order_id: "open", order_type: "opening_with_limit", applies_to: "citizens", issued_on: "2023-01-01", recorded_on: "2023-01-01" };
const opened = world({
  orders: [BAN, OPENING],
  corridors: [{ corridor_id: "k", order_ids: "open", accuracy_m: 100, geometry: box(46.4, 40.4, 0.2) }],
});

test.each([
  ["well inside the opening", { at: [46.5, 40.5], who: "citizens" }, "permit_only inside"],
  ["somebody it does not name", { at: [46.5, 40.5], who: "foreigners" }, "no_entry inside"],
  ["everybody", { at: [46.5, 40.5] }, "no_entry inside"],
  ["before it", { at: [46.5, 40.5], who: "citizens", on: "2022-12-31" }, "no_entry inside"],
  ["nearer to its line than the doubt", { at: [46.4005, 40.5], who: "citizens" }, "no_entry inside"],
  ["a larger doubt than it is deep", { at: [46.5, 40.5], who: "citizens", uncertainty_m: 9000 }, "no_entry inside"],
  ["a route that stays in it", { route: [[46.45, 40.45], [46.55, 40.55]], who: "citizens" }, "permit_only inside"],
  ["a route that leaves it", { route: [[46.5, 40.5], [46.7, 40.5]], who: "citizens" }, "no_entry inside"],
] as [string, Ask, string][])("an opening: %s", (_, question, expected) => {
  expect(brief(question, opened)).toBe(expected);
});

test("openings are listed with why they do not apply", () => {
  const listed = (who: string, asked: World) => ask(asked, { at: [46.5, 40.5], who }).openings.map(({ id, applies, why_not }) => [id, applies, why_not]);
  expect(listed("citizens", opened)).toEqual([["open", true, null]]);
  expect(listed("all_civilians", opened)).toEqual([["open", false, "not_for_this_person"]]);
  expect(listed("foreigners", opened)).toEqual([]);
  expect(listed("citizens", world({ orders: [BAN, OPENING] }))).toEqual([["open", false, "no_geometry"]]);
  expect(ask(opened, { at: [46.4005, 40.5], who: "citizens" }).openings[0]?.why_not).toBe("not_on_its_ground");
});

test("a road of a stated width opens its middle", () => {
  const road = (width_m: number | null) => world({
    orders: [BAN, { ...OPENING, order_type: "permit_rule" }],
    corridors: [{ corridor_id: "k", order_ids: "open", width_m, accuracy_m: 10, geometry: { type: "LineString", coordinates: [[46.2, 40.5], [46.5, 40.5], [46.5, 40.8]] } }],
  });
  const drive: Ask = { route: [[46.3, 40.5], [46.5, 40.5], [46.5, 40.7]], who: "citizens" };
  expect(brief(drive, road(100))).toBe("corridor_only inside");
  expect(brief({ ...drive, uncertainty_m: 45 }, road(100))).toBe("no_entry inside");
  expect(brief(drive, road(null))).toBe("no_entry inside");
  expect(brief({ route: [[46.3, 40.5], [46.5, 40.7]], who: "citizens" }, road(100))).toBe("no_entry inside");
});

test("orders end when they say so, or when a later one that names them begins", () => {
  const until = world({ orders: [{ ...BAN, effective_to: "2022-06" }] });
  expect(brief({ at: [46.5, 40.5], on: "2022-06-30" }, until)).toBe("no_entry inside");
  expect(brief({ at: [46.5, 40.5], on: "2022-07-01" }, until)).toBe("no_restriction_recorded outside");
  const lifted = world({ orders: [BAN, { order_id: "l", order_type: "lifted", refers_to: "ban", issued_on: "2024-03", recorded_on: "2024-05-02" }] });
  expect(brief({ at: [46.5, 40.5], on: "2024-03-30" }, lifted)).toBe("no_entry inside");
  expect(brief({ at: [46.5, 40.5], on: "2024-03-31" }, lifted)).toBe("no_restriction_recorded outside");
  expect(brief({ at: [46.5, 40.5], on: "2024-06-01", known_by: "2024-05-01" }, lifted)).toBe("no_entry inside");
});

const UNUSABLE = ["?", "--12-31", "soon"];

test.each(UNUSABLE)("a restriction whose date is %j has always begun and never ends", (date) => {
  const asked = (ban: object, on: string, ...others: object[]) => brief({ at: [46.5, 40.5], on }, world({ orders: [{ ...BAN, ...ban }, ...others] as never }));
  // the day of its issue does not stand in for a day that cannot be used
  expect(asked({ effective_from: date }, "1999-01-01")).toBe("no_entry inside");
  expect(asked({ issued_on: date }, "1999-01-01")).toBe("no_entry inside");
  expect(asked({ issued_on: date, effective_from: "2021-01-01" }, "2020-12-31")).toBe("no_restriction_recorded outside");
  expect(asked({ effective_to: date }, "2025-12-31")).toBe("no_entry inside");
  const lift = { order_id: "l", order_type: "lifted", refers_to: "ban", issued_on: "2024-01-01" };
  expect(asked({ effective_to: date }, "2025-12-31", lift)).toBe("no_entry inside");
  expect(asked({}, "2025-12-31", lift)).toBe("no_restriction_recorded outside");
  expect(asked({}, "2025-12-31", { ...lift, effective_from: date })).toBe("no_entry inside");
  expect(asked({}, "2025-12-31", { ...lift, issued_on: date })).toBe("no_entry inside");
});

test.each(UNUSABLE)("an opening whose date is %j never holds, and what ends it on %j ends it always", (date) => {
  const asked = (opening: object, ...others: object[]) =>
    ask(world({ ...opened, orders: [BAN, { ...OPENING, ...opening }, ...others] as never }), { at: [46.5, 40.5], who: "citizens" });
  expect(asked({}).verdict).toBe("permit_only");
  for (const changes of [{ effective_from: date }, { effective_to: date }, { issued_on: date }]) {
    expect([asked(changes).verdict, asked(changes).openings]).toEqual(["no_entry", []]);
  }
  expect(asked({ issued_on: date, effective_from: "2023-01-01" }).verdict).toBe("permit_only");
  expect(asked({ superseded_by: "late" }, { ...BAN, order_id: "late", effective_from: date, issued_on: "2030-01-01" }).verdict).toBe("no_entry");
  expect(asked({ superseded_by: "late" }, { ...BAN, order_id: "late", issued_on: "2030-01-01" }).verdict).toBe("permit_only");
});

test.each(UNUSABLE)("a period of coverage with the date %j covers nothing", (date) => {
  const asked = (period: object) => brief({ at: [45.5, 39.5] }, world({ coverage: [{ coverage_id: "c", orders_state: "listed", ...period, geometry: box(45, 39, 3) }] }));
  expect(asked({ period_start: date })).toBe("not_assessed not_covered");
  expect(asked({ period_end: date })).toBe("not_assessed not_covered");
  expect(asked({ period_start: "2020-11", period_end: "" })).toBe("no_restriction_recorded outside");
});

test.each([
  ["media", "media", "no_restriction_recorded"],
  ["foreigners+media", "media", "no_entry"],
  ["foreigners+media", "media+foreigners", "no_restriction_recorded"],
  ["foreigners+media; aid_workers", "aid_workers", "no_restriction_recorded"],
  ["+", "media", "no_entry"],
])("a ban that excepts %s and a person who is %s", (exempt, who, expected) => {
  expect(ask(world({ orders: [{ ...BAN, exempt }] }), { at: [46.5, 40.5], who }).legal).toBe(expected);
});

test("an opening does not cover whom it excepts, all kinds at once", () => {
  const asked = (who: string) => ask({ ...opened, orders: [BAN, { ...OPENING, exempt: "citizens+media" }] }, { at: [46.5, 40.5], who }).verdict;
  expect([asked("citizens"), asked("citizens+media")]).toEqual(["permit_only", "no_entry"]);
});

test("nothing was covered before it was known to be listed", () => {
  const asked = (period_start: string | null, known_by: string) =>
    brief({ at: [45.5, 39.5], known_by }, world({ coverage: [{ coverage_id: "c", orders_state: "listed", period_start, geometry: box(45, 39, 3) }] }));
  expect(asked("2020-11", "2020-11-29")).toBe("not_assessed not_covered");
  expect(asked("2020-11", "2020-11-30")).toBe("no_restriction_recorded outside");
  expect(asked(null, "1999-01-01")).toBe("no_restriction_recorded outside");
});

test("lost records leave both axes unassessed, and lost orders leave no opening in force", () => {
  const at = (lost: World["lost"], asked: World = WORLD, place: readonly [number, number] = [45.5, 39.5]) => {
    const { verdict, legal, physical, basis, coverage } = ask({ ...asked, lost: lost ?? {} }, { at: place, who: "citizens" });
    return [verdict, legal, physical, basis, coverage.map(({ id }) => id)];
  };
  const [none, unknown] = ["no_restriction_recorded", "not_assessed"];
  expect(at({})).toEqual([none, none, none, "outside", ["c"]]);
  expect(at({ legal: 1 })).toEqual([unknown, unknown, unknown, "not_covered", ["c"]]);
  expect(at({ physical: 1 })).toEqual([unknown, unknown, unknown, "not_covered", ["c"]]);
  expect(at({ legal: 1 }, WORLD, [46.5, 40.5])).toEqual(["no_entry", "no_entry", unknown, "inside", ["c"]]);
  expect(at({}, opened, [46.5, 40.5])[0]).toBe("permit_only");
  expect(at({ legal: 1 }, opened, [46.5, 40.5])[0]).toBe("permit_only");
  expect(at({ legal: 1, orders: 1 }, opened, [46.5, 40.5])[0]).toBe("no_entry");
  expect(ask({ ...opened, lost: { legal: 1, orders: 1 } }, { at: [46.5, 40.5], who: "citizens" }).openings).toEqual([]);
  // an opening that the zone itself names acts as a restriction, and softens nothing
  const named = world({ orders: [OPENING], zones: [{ zone_id: "z", order_ids: "open", geometry: box(46, 40, 1) }] });
  expect([at({}, named, [46.5, 40.5])[0], at({ legal: 1, orders: 1 }, named, [46.5, 40.5])[0]]).toEqual(["permit_only", "no_entry"]);
});

test("an accident known by a name that several districts may mean is told in each of them", () => {
  const zones = ["Xocavənd", "Xocalı", "Ağdərə"].map((name) => ({ zone_id: name, name, order_ids: "ban" }));
  const named = (incident: object, place: string) => ask(world({ zones, incidents: [{ incident_id: "i", district: "Xocavənd", ...incident }] }), { place }).physical;
  const near_districts = "Xocalı; Ağdərə";
  expect(named({ place: "district", near_districts }, "Xocalı")).toBe("near_restricted");
  expect(named({ place: "district", near_districts }, "Ağdərə")).toBe("near_restricted");
  expect(named({ place: "district", near_districts }, "Xocavənd")).toBe("not_assessed");
  expect(named({ place: "district" }, "Xocavənd")).toBe("near_restricted");
  expect(named({ place: "district" }, "Xocalı")).toBe("not_assessed");
});

test("orders and openings are told with their dates, authorities, permit and words", () => {
  const more = { authorities: "ANAMA", who: "residents", permit_rule: "with a permit", key_phrase: "is permitted", source_ids: "s-1;s-2" };
  const asked = world({ ...opened, orders: [{ ...BAN, ...more }, { ...OPENING, ...more, effective_from: "2023-02", effective_to: "2030" }] });
  const { orders, openings } = ask(asked, { at: [46.5, 40.5], who: "citizens" });
  const told = { authorities: "ANAMA", who: "residents", permit: "with a permit", quote: "is permitted", source: "s-1;s-2" };
  expect(orders[0]).toEqual({ id: "ban", kind: "total_ban", type: "ban", valid_from: "2021-01-01", valid_to: null, ...told, relation: "inside", unconfirmed: true });
  expect(openings).toEqual([{ id: "open", kind: "permit_only", type: "opening_with_limit", valid_from: "2023-02", valid_to: "2030", ...told, applies: true, why_not: null }]);
  const bare = ask(opened, { at: [46.5, 40.5] }).openings[0];
  expect(bare).toMatchObject({ valid_from: "2023-01-01", valid_to: null, authorities: null, who: null, permit: null, quote: null, source: null });
});

test("what is not understood forbids", () => {
  for (const orders of [[], [{ ...BAN, order_type: "" }], [{ ...BAN, order_type: "decree", effective_to: "2021-02-01" }]]) {
    expect(brief({ at: [46.5, 40.5] }, world({ orders }))).toBe("no_entry inside");
  }
  const nameless = world({ zones: [{ zone_id: "z", geometry: box(46, 40, 1) }] });
  expect(brief({ at: [46.5, 40.5], on: "1999-01-01" }, nameless)).toBe("no_entry inside");
  const warned = world({ orders: [{ ...BAN, order_type: "warning" }] });
  expect(brief({ at: [46.5, 40.5] }, warned)).toBe("no_restriction_recorded outside");
});

test("a district that an order meant in part, and one without an outline", () => {
  const zones = [
    { zone_id: "p", name: "Ağdam", extent: "part", order_ids: "ban", accuracy_m: 500, geometry: box(46, 40, 1) },
    { zone_id: "n", name: "Ağdərə", extent: "interpreted", order_ids: "ban", accuracy_m: 500 },
  ];
  const incidents = [{ incident_id: "i", place: "district", district: "Ağdərə" }];
  const asked = world({ zones, incidents });
  expect(brief({ at: [46.5, 40.5] }, asked)).toBe("no_entry part_of_district");
  const named = ask(asked, { place: "Ağdərə" });
  expect([named.verdict, named.basis, named.physical, named.doubt_m, named.distance_m]).toEqual(["no_entry", "no_geometry", "near_restricted", 500, null]);
});

test("a district asked by its name is not its neighbour, unless they have ground in common", () => {
  const zone = (zone_id: string, west: number, order_ids: string) => ({ zone_id, name: zone_id, extent: zone_id === "a" ? "part" : "whole", order_ids, geometry: box(west, 40, 1) });
  const asked = (west: number) => ask(world({ zones: [zone("a", 46, "ban"), zone("b", west, "ban")] }), { place: "a" });
  expect([asked(47).basis, asked(47).zones.map(({ id }) => id)]).toEqual(["part_of_district", ["a"]]);
  expect([asked(46.9).basis, asked(46.9).zones.map(({ id }) => id)]).toEqual(["inside", ["a", "b"]]);
  expect(asked(46).basis).toBe("inside");
  // 0.005 degree of longitude at 40 N: 85,394 m to the degree, so 427 m beside it, where it still is near
  expect(asked(47.005).zones.map(({ id, relation }) => [id, relation])).toEqual([["a", "inside"], ["b", "near"]]);
});

test("orders that contradict themselves count as in force", () => {
  const backwards = world({ orders: [{ ...BAN, effective_from: "2022-01-01", effective_to: "2021-01-01" }] });
  expect(brief({ at: [46.5, 40.5] }, backwards)).toBe("no_entry inside");
  const circle = world({ orders: [{ ...BAN, superseded_by: "late" }, { ...BAN, order_id: "late", issued_on: "2022-01-01", superseded_by: "ban" }] });
  expect(brief({ at: [46.5, 40.5] }, circle)).toBe("no_entry inside");
});

test("hazards, released hazards and accidents", () => {
  const hazard = { hazard_id: "h", accuracy_m: 50, geometry: box(45.5, 39.5, 0.01) };
  const answer = (row: object, at: readonly [number, number], more: Ask = {}) => {
    const { physical, basis } = ask(world({ hazards: [{ ...hazard, ...row }] }), { at, ...more });
    return `${physical} ${basis}`;
  };
  expect(answer({ status: "open" }, [45.505, 39.505])).toBe("hazard_recorded inside");
  expect(answer({}, [45.505, 39.505])).toBe("hazard_recorded inside");
  expect(answer({ status: "open", product: "cleared" }, [45.505, 39.505])).toBe("hazard_recorded inside");
  expect(answer({ product: "cleared" }, [45.505, 39.505])).toBe("no_restriction_recorded outside");
  expect(answer({ status: "closed", closed_on: "2025-05" }, [45.505, 39.505], { on: "2025-05-30" })).toBe("hazard_recorded inside");
  expect(answer({ status: "closed", closed_on: "2025-05" }, [45.505, 39.505], { on: "2025-05-31" })).toBe("no_restriction_recorded outside");
  const incidents = [{ incident_id: "i", place: "disc", uncertainty_m: 2000, geometry: { type: "Point", coordinates: [45.5, 39.5] } as const }];
  // 111,025 m to the degree at 39.5 N: 2,900 and 3,100 m south
  expect(brief({ at: [45.5, 39.5 - 2900 / 111_025] }, world({ incidents }))).toBe("near_restricted near");
  expect(brief({ at: [45.5, 39.5 - 3100 / 111_025] }, world({ incidents }))).toBe("no_restriction_recorded outside");
});

test("a route meets a corner between two of its places, and its stretches end where the verdict does", () => {
  // The line from (46.9, 41.1) to (47.1, 40.9) runs through the corner (47, 41).
  expect(brief({ route: [[46.9, 41.1], [47.1, 40.9]] }, world({ zones: [{ zone_id: "z", order_ids: "ban", geometry: box(46, 40, 1) }] }))).toBe("no_entry inside");
  // Northwards along 46.5 E from 5 km south of the line: coverage only, then near from 1,500 m, forbidden from 500 m.
  const { segments, verdict } = ask(WORLD, { route: [[46.5, south(5000)], [46.5, 40.01]] });
  expect(verdict).toBe("no_entry");
  expect(segments.map((one) => one.verdict)).toEqual(["no_restriction_recorded", "near_restricted", "no_entry"]);
  const ends = segments.map(({ to_km }) => to_km);
  [3.5, 4.5, 5 + 1.11035].forEach((km, i) => expect(Math.abs((ends[i] as number) - km)).toBeLessThan(0.003));
  expect(segments[2]?.orders).toEqual(["ban"]);
});

test.each([
  [{ at: ["46", 40] as unknown as [number, number] }, /"lon"/],
  [{ at: [46, NaN] }, /"lat"/],
  [{ at: [46, 40], uncertainty_m: -1 }, /"uncertainty_m"/],
  [{ at: [46, 40], on: "2021-02-30" }, /"on"/],
  [{ at: [46, 40], known_by: "yesterday" }, /"known_by"/],
  [{ at: [46, 40], who: "tourists" }, /"who"/],
  [{ at: [46, 40], who: "citizens+foreigners" }, /nobody is at once: citizens\+foreigners/],
  [{ at: [46, 40], who: "media+mine_action_operator" }, /nobody is at once/],
] as [Ask, RegExp][])("nonsense is refused with a sentence: %j", (question, message) => {
  expect(() => ask(WORLD, question)).toThrow(message);
});
