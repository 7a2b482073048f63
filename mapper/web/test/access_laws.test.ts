/** Laws of "may I enter?" over many small worlds made from a seed. */
import { expect, test } from "vitest";

import { VERDICTS, type Verdict } from "../src/access/ground.ts";
import { verdict } from "../src/access/verdict.ts";
import type { LonLat } from "../src/geometry.ts";
import { box, groundOf, type World } from "./access_world.ts";

const WORLDS = 60;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const rank = ({ verdict: code }: Verdict) => VERDICTS.indexOf(code);

interface Made {
  readonly world: World;
  readonly next: () => number;
  readonly place: () => LonLat;
}

/** A few zones, hazards and accidents within half a degree, an opening on some ground of its own. */
function makeWorld(seed: number): Made {
  const next = numbers(seed);
  const micro = (value: number) => Math.round(value * 1e6) / 1e6;
  const place = (): LonLat => [micro(46 + 0.5 * next()), micro(40 + 0.5 * next())];
  const few = <T>(make: (index: number) => T) => Array.from({ length: 1 + Math.floor(3 * next()) }, (_, index) => make(index));
  const somewhere = () => box(...place(), micro(0.002 + 0.15 * next()));
  const pick = <T>(...list: readonly T[]) => list[Math.floor(list.length * next())] as T;
  const world: World = {
    data_date: "2026-01-01",
    orders: [
      { order_id: "a", order_type: "ban", issued_on: "2021-01-01" },
      { order_id: "b", order_type: "ban", issued_on: "2021-01-01", applies_to: "foreigners" },
      { order_id: "c", order_type: "opening_with_limit", issued_on: "2022-01-01", applies_to: "all_civilians" },
      { order_id: "d", order_type: "permit_rule", issued_on: "2022-01-01", applies_to: "all_civilians" },
    ],
    zones: few((index) => ({ zone_id: `z${index}`, order_ids: pick("a", "b", "a;b"), accuracy_m: pick(0, 100, 2000), geometry: somewhere() })),
    corridors: few((index) => ({ corridor_id: `k${index}`, order_ids: pick("c", "d"), accuracy_m: pick(0, 100), geometry: somewhere() })),
    hazards: few((index) => ({ hazard_id: `h${index}`, status: pick("open", "closed"), accuracy_m: pick(0, 200), geometry: somewhere() })),
    incidents: few((index) => ({ incident_id: `i${index}`, place: "disc", uncertainty_m: 2000, geometry: { type: "Point", coordinates: place() } as const })),
    coverage: [{ coverage_id: "c", orders_state: "listed", geometry: box(46, 40, pick(0.3, 0.6)) }],
  };
  return { world, next, place };
}

const worlds = Array.from({ length: WORLDS }, (_, seed) => makeWorld(seed + 1));

test("a larger uncertainty is never milder", () => {
  for (const { world, place } of worlds) {
    const ground = groundOf(world);
    for (let n = 0; n < 5; n++) {
      const at = place();
      const ranks = [0, 10, 300, 3000, 30_000].map((uncertainty_m) => rank(verdict(ground, { at, uncertainty_m })));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }
  }
});

test("a larger zone, and one whose line is less accurate, are never milder", () => {
  for (const { world, place } of worlds) {
    const grown = groundOf({
      ...world,
      zones: world.zones?.map((zone) => {
        const [west, south] = (zone.geometry as ReturnType<typeof box>).coordinates[0][0] as LonLat;
        return { ...zone, accuracy_m: (zone.accuracy_m ?? 0) + 50, geometry: box(west - 0.05, south - 0.05, 0.3) };
      }) ?? [],
    });
    for (let n = 0; n < 5; n++) {
      const at = place();
      expect(rank(verdict(grown, { at }))).toBeGreaterThanOrEqual(rank(verdict(groundOf(world), { at })));
    }
  }
});

test("the order of the rows changes nothing but the order of the lists", () => {
  const core = ({ verdict: code, legal, physical, basis, doubt_m, distance_m }: Verdict) => ({ code, legal, physical, basis, doubt_m, distance_m });
  for (const { world, place } of worlds) {
    const turned = groundOf({ ...world, zones: [...(world.zones ?? [])].reverse(), hazards: [...(world.hazards ?? [])].reverse(), corridors: [...(world.corridors ?? [])].reverse() });
    for (let n = 0; n < 5; n++) {
      const at = place();
      expect(core(verdict(turned, { at }))).toEqual(core(verdict(groundOf(world), { at })));
    }
  }
});

test("a route is at least as strict as each of its points, and an area as each point in it", () => {
  for (const { world, next, place } of worlds) {
    const ground = groundOf(world);
    const [a, b] = [place(), place()];
    const short: LonLat = [a[0] + (b[0] - a[0]) / 20, a[1] + (b[1] - a[1]) / 20];
    const route = verdict(ground, { route: [[a, short]] });
    const area = verdict(ground, { area: [[[a, [short[0], a[1]], short, [a[0], short[1]], a]]] });
    for (let n = 0; n < 10; n++) {
      const [s, t] = [next(), next()];
      const onRoute = verdict(ground, { at: [a[0] + s * (short[0] - a[0]), a[1] + s * (short[1] - a[1])] });
      expect(rank(route)).toBeGreaterThanOrEqual(rank(onRoute));
      const inArea = verdict(ground, { at: [a[0] + s * (short[0] - a[0]), a[1] + t * (short[1] - a[1])] });
      expect(rank(area)).toBeGreaterThanOrEqual(rank(inArea));
    }
    expect(route.segments.map((one) => VERDICTS.indexOf(one.verdict)).reduce((x, y) => Math.max(x, y))).toBe(rank(route));
  }
});
