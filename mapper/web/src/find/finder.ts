/**
 * What a text can mean on this map: coordinates, settlements, districts, zones, and the ids of records and orders.
 *
 * A name is looked up by its sound in any alphabet (`fold.ts`), whole or from the start of a word. Homonyms are all returned, and
 * what is only alike comes when there is nothing else, marked as such. Nothing is chosen here.
 */
import { interpret, type Reading } from "../coordinates/read.ts";
import type { Box } from "../coordinates/systems.ts";
import type { Data } from "../data.ts";
import { soundKey } from "../fold.ts";
import { isAlike } from "./likeness.ts";
import { placeOfDistrict, placeOfHazard, placeOfIncident, placeOfSettlement, placeOfZone, type Place } from "./places.ts";

export type Kind = "settlement" | "district" | "zone" | "hazard" | "incident" | "order";

/** A record that a text may mean. `place` is worked out when it is asked for; null where the map has none. */
export interface Named {
  readonly kind: Kind;
  readonly name: string;
  /** What tells it from others of its name: its district, or the zone of an order. */
  readonly where: string;
  /** Only alike: a suggestion. */
  readonly alike: boolean;
  readonly place: () => Place | null;
}

export interface Found {
  /** Those in the area of the map where there are some, else all. */
  readonly readings: readonly Reading[];
  /** The one reading that lies in the area of the map. */
  readonly resolved: Reading | null;
  readonly named: readonly Named[];
  /** Whether there are more than are named here. */
  readonly more: boolean;
  /** Why the text is no coordinate that can be read, where it looks like one and nothing is named so. */
  readonly why: string | null;
}

interface Entry extends Omit<Named, "alike"> {
  readonly sounds: readonly string[];
}

const MOST = 12;
/** Beyond the data, a coordinate is of another region; the margin is for places just outside. */
const MARGIN_DEGREES = 1;
const HOME: Box = [42, 36, 54, 44];
const FIRST_DIGIT = /\d/;
/** Words for village, town and district, as `place_names.json` has them: they name no place. */
const GENERIC = new Set(
  "kənd kəndi qəsəbə qəsəbəsi şəhər şəhəri rayon rayonu district region city town village settlement село деревня поселок город район".split(" ").map(soundKey),
);
const NOTHING: Found = { readings: [], resolved: null, named: [], more: false, why: null };

/** Where coordinates are expected: around the data, or the region where the data state no bounds. */
export function areaOf(bounds: Box | null): Box {
  if (bounds === null) return HOME;
  const [west, south, east, north] = bounds;
  return [west - MARGIN_DEGREES, south - MARGIN_DEGREES, east + MARGIN_DEGREES, north + MARGIN_DEGREES];
}

/** An id in any case; I is also the capital of i, as most keyboards have it. */
function idKey(id: string): string {
  return id.toLowerCase().replace(/i\u0307|\u0131/g, "i");
}

function withoutGeneric(sound: string): string {
  return sound.split(" ").filter((word) => !GENERIC.has(word)).join(" ") || sound;
}

/** 0 the whole name, 1 its start, 2 the start of one of its words, 3 none of them. */
function rankOf(asked: string, sounds: readonly string[]): number {
  if (sounds.includes(asked)) return 0;
  if (sounds.some((sound) => sound.startsWith(asked))) return 1;
  return sounds.some((sound) => sound.includes(` ${asked}`)) ? 2 : 3;
}

export class Finder {
  private entries: readonly Entry[] | null = null;
  private readonly area: Box;

  constructor(private readonly data: Data) {
    this.area = areaOf(data.meta.bounds);
  }

  find(text: string): Found {
    const asked = text.trim();
    if (asked === "") return NOTHING;
    const { readings, resolved, why } = interpret(asked, this.area);
    const named = [...this.byName(asked), ...this.byId(asked)];
    const there = readings.filter(({ inArea }) => inArea);
    const nothing = readings.length === 0 && named.length === 0;
    return { readings: there.length > 0 ? there : readings, resolved, named: named.slice(0, MOST), more: named.length > MOST, why: nothing ? why : null };
  }

  private byName(asked: string): Named[] {
    this.entries ??= [...settlementEntries(this.data), ...districtEntries(this.data), ...zoneEntries(this.data)];
    const [name = "", district = ""] = asked.split(",").map((part) => withoutGeneric(soundKey(part)));
    if (name === "" || FIRST_DIGIT.test(name)) return [];
    const there = this.entries.filter(({ where }) => district === "" || soundKey(where).startsWith(district));
    const ranked = there.map((entry) => ({ entry, rank: rankOf(name, entry.sounds) })).filter(({ rank }) => rank < 3);
    if (ranked.length > 0) return ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => ({ ...entry, alike: false }));
    return there.filter(({ sounds }) => sounds.some((sound) => isAlike(name, sound))).map((entry) => ({ ...entry, alike: true }));
  }

  /** The id asked for, else those that start so. Accidents are looked through only for a text with a figure: there may be many. */
  private byId(asked: string): Named[] {
    const key = idKey(asked);
    const { data } = this;
    const { zones, hazards, orders, incidents } = data;
    const starts = (id: string) => idKey(id.slice(0, asked.length)).startsWith(key);
    const found: Named[] = [
      ...orders.indices().filter((row) => starts(orders.text("order_id", row))).flatMap((row) => orderHits(data, orders.text("order_id", row))),
      ...zones.indices().filter((row) => starts(zones.text("zone_id", row)))
        .map((row): Named => ({ kind: "zone", name: zones.text("zone_id", row), where: zones.text("name", row), alike: false, place: () => placeOfZone(data, row) })),
      ...hazards.indices().filter((row) => starts(hazards.text("hazard_id", row)) || (key.length > 2 && starts(hazards.text("name", row))))
        .map((row): Named => ({ kind: "hazard", name: hazards.text("hazard_id", row), where: hazards.text("name", row), alike: false, place: () => placeOfHazard(data, row) })),
    ];
    for (let row = 0; FIRST_DIGIT.test(key) && row < incidents.rows && found.length <= MOST; row++) {
      const id = incidents.text("incident_id", row);
      if (starts(id)) found.push({ kind: "incident", name: id, where: incidents.text("settlement", row) || incidents.text("district", row), alike: false, place: () => placeOfIncident(data, row) });
    }
    const whole = found.filter(({ name }) => idKey(name) === key);
    return whole.length > 0 ? whole : found;
  }
}

function settlementEntries(data: Data): Entry[] {
  const { settlements } = data;
  const rows = settlements.indices();
  const identity = (row: number) => `${settlements.text("name", row)} ${settlements.text("district", row)}`;
  const placed = new Set(rows.filter((row) => settlements.get("lon", row) !== null).map(identity));
  return rows
    .filter((row) => settlements.get("lon", row) !== null || !placed.has(identity(row)))
    .map((row) => ({
      kind: "settlement",
      name: settlements.text("name", row),
      where: settlements.text("district", row),
      sounds: [soundKey(settlements.text("name", row)), ...settlements.list("sounds", row)],
      place: () => placeOfSettlement(data, row),
    }));
}

function districtEntries(data: Data): Entry[] {
  const { districts } = data;
  return districts.indices().map((row) => ({
    kind: "district", name: districts.text("name", row), where: "", sounds: [soundKey(districts.text("name", row))], place: () => placeOfDistrict(data, row),
  }));
}

function zoneEntries(data: Data): Entry[] {
  const { zones } = data;
  return zones.indices().map((row) => ({
    kind: "zone",
    name: zones.text("name", row) || zones.text("zone_id", row),
    where: "",
    sounds: [zones.text("name", row), ...zones.list("admin_units", row)].map(soundKey).filter((sound) => sound !== ""),
    place: () => placeOfZone(data, row),
  }));
}

/** An order is found at each of its zones; one that no zone names has no place. */
function orderHits(data: Data, id: string): Named[] {
  const { zones } = data;
  const own = zones.indices().filter((row) => zones.list("order_ids", row).includes(id));
  if (own.length === 0) return [{ kind: "order", name: id, where: "", alike: false, place: () => null }];
  return own.map((row) => ({ kind: "order", name: id, where: zones.text("name", row) || zones.text("zone_id", row), alike: false, place: () => placeOfZone(data, row) }));
}
