/** The tables of the twin in words: accidents, zones, hazard areas, orders, districts, hot spots. */
import type { Spec, Table } from "../block.ts";
import { districtCard, hazardCard, incidentCard, orderCard, placeLevel, whenOf, zoneCard, type Telling } from "../cards.ts";
import { clearanceOf } from "../clearance_card.ts";
import { INCIDENTS, DISTRICTS, HAZARDS, HOTSPOTS, ORDERS, ZONES, zoneName } from "../data.ts";
import { dateInWords } from "../dates.ts";
import { hotspotCard, inWords, whyNone } from "../hotspot_card.ts";
import { cellName, Cells } from "../hotspots.ts";
import { el } from "../elements.ts";
import { labelPoint, type Geometry, type LonLat } from "../geometry.ts";
import type { Bounds } from "../map.ts";
import { Box, type Bbox } from "./files.ts";
import type { Column, Field, Kind, KindName, Lead } from "./kind.ts";

/** How much of the map's surroundings is shown with a place, at least. */
const AROUND_DEGREES = 0.04;
const METRES_PER_DEGREE = 111_195;
/** More accidents than this are shown in the order of the data until a reader sorts them: sorting would delay the first sight. */
const MOST_SORTED_FIRST = 200_000;

/** Columns whose codes are words of a vocabulary; all other codes are names. */
const VOCABULARIES: Readonly<Record<string, string>> = {
  place: "place", location_level: "location_level", date_precision: "date_precision", accident_type: "accident_type",
  device_category: "device_category", activation: "activation", activity: "activity", relation: "relation", extent: "extent",
  geometry_basis: "geometry_basis", class: "hazard_class", status: "hazard_status", product: "land_product", order_type: "order_type",
  kind: "district_kind", hotspot_class: "hotspot_class",
};

function boundsOf(geometry: Geometry): Bounds {
  const box = new Box();
  box.add(geometry);
  const { west, south, east, north } = box.bbox as Bbox;
  return [west, south, east, north];
}

function widened([west, south, east, north]: Bounds, by: number): Bounds {
  return [west - by, south - by, east + by, north + by];
}

/** A wide place inside an area, the middle of a line, a point itself. */
function leadTo(geometry: Geometry | null): Lead | null {
  if (geometry === null) return null;
  const line = geometry.kind === "lines" ? geometry.lines[0] : undefined;
  const at = geometry.kind === "point" ? geometry.at : (line?.[Math.floor(line.length / 2)] ?? labelPoint(geometry));
  return at === null ? null : { at, box: widened(boundsOf(geometry), AROUND_DEGREES) };
}

/** What makes columns and fields of one table. */
class Maker<S extends Spec> {
  constructor(private readonly tell: Telling, private readonly table: Table<S>, private readonly spec: S) {}

  /** The words for a code of a column; a name stands for itself. */
  label(column: string, code: string): string {
    const vocabulary = VOCABULARIES[column];
    return vocabulary === undefined || code === "" ? code : this.tell.words.label(vocabulary, code);
  }

  text(name: keyof S & string, head: string): Column {
    const text = (row: number) => this.label(name, this.table.text(name, row));
    return { name, head, isNumber: false, key: (row) => text(row) || null, text };
  }

  date(name: keyof S & string, head: string): Column {
    const given = (row: number) => this.table.text(name, row);
    return { name, head, isNumber: false, key: (row) => given(row) || null, text: (row) => (given(row) === "" ? "" : dateInWords(this.tell.words, given(row))) };
  }

  number(name: keyof S & string, head: string, unit = ""): Column {
    const { words } = this.tell;
    const value = (row: number) => this.table.get(name, row) as number | null;
    const text = (row: number) => {
      const n = value(row);
      return n === null ? "" : unit === "" ? words.number(n) : words.say(unit, { n: words.number(n) });
    };
    return { name, head, isNumber: true, key: value, text };
  }

  /** Every column of the data but shapes, the record's id first; a place is two columns, and a code has its words beside it. */
  fields(id: string): Field[] {
    const names = Object.keys(this.spec).filter((name) => name !== id && this.spec[name] !== "geometry");
    return [id, ...names].flatMap((name) => {
      const field: Field = { name, value: (row) => this.table.get(name, row) as string | number | null };
      const words: Field = { name: `${name}_text`, value: (row) => this.label(name, this.table.text(name, row)) || null };
      if (this.spec[name] === "position") return ["lon", "lat"].map((axis, at) => ({ name: axis, value: (row) => this.place(name, row)?.[at] ?? null }));
      return VOCABULARIES[name] === undefined ? [field] : [field, words];
    });
  }

  private place(name: string, row: number): LonLat | null {
    return this.table.get(name, row) as LonLat | null;
  }

  /** What is the same for every kind. */
  common(id: keyof S & string, filters: readonly (keyof S & string)[], searched: readonly (keyof S & string)[]) {
    const { table } = this;
    return {
      rows: table.rows,
      firstSort: null,
      filters,
      fields: this.fields(id),
      valueOf: (filter: string, row: number) => table.text(filter, row),
      label: (filter: string, value: string) => this.label(filter, value),
      texts: (row: number) => searched.map((name) => this.label(name, table.text(name, row))),
    };
  }
}

function incidentsKind(tell: Telling): Kind {
  const { incidents } = tell.data;
  const make = new Maker(tell, incidents, INCIDENTS);
  const known = (row: number) => incidents.text("date_start", row) || incidents.text("date_end", row) || incidents.text("reported_on", row);
  const geometry = (row: number): Geometry | null => {
    const at = incidents.get("at", row);
    return at === null ? null : { kind: "point", at };
  };
  return {
    name: "incidents",
    title: "layer.incidents",
    ...make.common(
      "incident_id",
      ["device_category", "accident_type", "district"],
      ["incident_id", "date_start", "reported_on", "district", "settlement", "settlement_as_reported", "accident_type", "device_category", "device_as_reported", "note"],
    ),
    firstSort: incidents.rows > MOST_SORTED_FIRST ? null : { column: "date", descending: true },
    columns: [
      make.text("incident_id", "incident.id"),
      { name: "date", head: "incident.date", isNumber: false, key: (row) => known(row) || null, text: (row) => (known(row) === "" ? "" : whenOf(tell, row)) },
      make.text("settlement", "table.settlement"),
      make.text("district", "table.district"),
      { ...make.text("place", "incident.place_known"), text: (row) => placeLevel(tell, row) },
      make.number("uncertainty_m", "table.uncertainty", "unit.m"),
      make.text("accident_type", "incident.type"),
      make.text("device_category", "incident.device"),
      make.number("killed", "casualties.killed"),
      make.number("injured", "casualties.injured"),
      make.text("relation", "incident.zones"),
    ],
    hasPlaces: true,
    id: (row) => incidents.text("incident_id", row),
    geometry,
    lead: (row) => {
      const found = leadTo(geometry(row));
      if (found === null) return incidents.text("place", row) === "district" ? "table.district_only" : "table.no_place";
      return { ...found, box: widened(found.box, (incidents.get("uncertainty_m", row) ?? 0) / METRES_PER_DEGREE) };
    },
    card: (row) => incidentCard(tell, row, true),
  };
}

function zonesKind(tell: Telling): Kind {
  const { zones } = tell.data;
  const make = new Maker(tell, zones, ZONES);
  return {
    name: "zones",
    title: "layer.zones",
    ...make.common("zone_id", ["extent"], ["zone_id", "name", "admin_units", "extent", "extent_note", "order_ids"]),
    columns: [
      { ...make.text("name", "table.name"), key: (row) => zoneName(zones, row), text: (row) => zoneName(zones, row) },
      make.text("extent", "table.extent"),
      { ...make.text("order_ids", "section.orders"), text: (row) => zones.list("order_ids", row).join(", ") },
      make.number("area_km2", "zone.area", "unit.km2"),
      make.number("accuracy_m", "zone.accuracy", "unit.m"),
      make.number("incidents_reported", "zone.incidents_reported"),
      make.number("incidents_inside", "zone.incidents_inside"),
      make.number("killed_reported", "casualties.killed"),
      make.number("injured_reported", "casualties.injured"),
    ],
    hasPlaces: true,
    id: (row) => zoneName(zones, row),
    geometry: (row) => zones.get("geometry", row),
    lead: (row) => leadTo(zones.get("geometry", row)) ?? "table.no_outline",
    card: (row) => zoneCard(tell, row),
  };
}

function hazardsKind(tell: Telling): Kind {
  const { hazards } = tell.data;
  const make = new Maker(tell, hazards, HAZARDS);
  return {
    name: "hazards",
    title: "layer.hazards",
    ...make.common(
      "hazard_id",
      ["status", "class"],
      ["hazard_id", "name", "class", "status", "organisation", "contamination", "marking", "evidence_direct", "evidence_indirect", "note"],
    ),
    columns: [
      make.text("hazard_id", "hazard.id"),
      make.text("name", "table.name"),
      make.text("class", "table.class"),
      make.text("status", "table.status"),
      make.text("product", "hazard.product"),
      make.number("area_m2", "hazard.area", "unit.m2"),
      make.number("accuracy_m", "zone.accuracy", "unit.m"),
      make.date("reported_on", "hazard.reported"),
      make.date("closed_on", "hazard.closed"),
      make.text("organisation", "hazard.organisation"),
    ],
    hasPlaces: true,
    id: (row) => hazards.text("hazard_id", row),
    geometry: (row) => hazards.get("geometry", row),
    lead: (row) => leadTo(hazards.get("geometry", row)) ?? "table.no_outline",
    card: (row) => hazardCard(tell, row),
  };
}

/** An order has no shape of its own; it leads to its zone where it has a single one with an outline. */
function ordersKind(tell: Telling): Kind {
  const { orders, zones } = tell.data;
  const make = new Maker(tell, orders, ORDERS);
  const zonesOf = (row: number) => zones.indices().filter((zone) => zones.list("order_ids", zone).includes(orders.text("order_id", row)));
  const end = make.date("effective_to", "order.to");
  const names = (row: number) => zonesOf(row).map((zone) => zoneName(zones, zone)).join(", ");
  return {
    name: "orders",
    title: "section.orders",
    ...make.common("order_id", ["order_type"], ["order_id", "title", "order_type", "authorities", "who", "where", "permit_rule", "key_phrase", "legal_ref", "note"]),
    columns: [
      make.text("order_id", "incident.id"),
      make.text("order_type", "incident.type"),
      make.text("authorities", "order.authorities"),
      make.date("issued_on", "order.issued"),
      make.date("effective_from", "order.from"),
      { ...end, text: (row) => end.text(row) || tell.words.say("order.no_end") },
      make.text("who", "order.who"),
      make.text("where", "order.where"),
      make.text("permit_rule", "order.permit"),
      { name: "zones", head: "layer.zones", isNumber: false, key: (row) => names(row) || null, text: names },
    ],
    hasPlaces: false,
    id: (row) => orders.text("order_id", row),
    geometry: () => null,
    lead: (row) => {
      const [zone, ...others] = zonesOf(row);
      const single = zone === undefined || others.length > 0 ? null : leadTo(zones.get("geometry", zone));
      return single ?? (zone === undefined ? "table.order_no_zone" : "table.order_zones");
    },
    card: (row) => orderCard(tell, orders.text("order_id", row)),
  };
}

function districtsKind(tell: Telling): Kind {
  const { districts } = tell.data;
  const make = new Maker(tell, districts, DISTRICTS);
  return {
    name: "districts",
    title: "table.districts",
    ...make.common("district_id", ["kind"], ["district_id", "name"]),
    columns: [
      make.text("name", "table.name"),
      make.text("kind", "incident.type"),
      make.number("incidents_reported", "district.incidents_reported"),
      make.number("incidents_district_level", "district.district_level"),
      make.number("killed_reported", "casualties.killed"),
      make.number("injured_reported", "casualties.injured"),
    ],
    hasPlaces: true,
    id: (row) => districts.text("name", row),
    geometry: (row) => districts.get("geometry", row),
    lead: (row) => leadTo(districts.get("geometry", row)) ?? "table.no_outline",
    card: (row) => el("div", {}, districtCard(tell, row, []), clearanceOf(tell, row)),
  };
}

/** All cells, those too that were not analysed; a cell has no id of its own, and its class is not that of a hazard area. */
function hotspotsKind(tell: Telling): Kind {
  const { hotspots, meta } = tell.data;
  const make = new Maker(tell, hotspots, HOTSPOTS);
  const common = make.common("cell_column", ["hotspot_class"], ["hotspot_class"]);
  const cells = Cells.of(meta.hotspots);
  const id = (row: number) => cellName(hotspots, row);
  const geometry = (row: number) => cells?.shape(hotspots, row) ?? null;
  const figure = (name: "z" | "p" | "q"): Column => ({ ...make.number(name, `hotspots.${name}`), text: (row) => inWords(tell.words, name, hotspots.get(name, row)) });
  return {
    name: "hotspots",
    title: "layer.hotspots",
    ...common,
    fields: [{ name: "unit_id", value: id }, ...common.fields],
    firstSort: { column: "q", descending: false },
    missing: whyNone(tell),
    columns: [
      { name: "unit_id", head: "hotspots.id", isNumber: false, key: id, text: id },
      make.text("hotspot_class", "table.class"),
      make.number("records", "hotspots.records"),
      make.number("neighbours", "hotspots.neighbours"),
      figure("z"),
      figure("p"),
      figure("q"),
    ],
    hasPlaces: true,
    id,
    geometry,
    lead: (row) => leadTo(geometry(row)) ?? "table.no_outline",
    card: (row) => hotspotCard(tell, row),
  };
}

const MAKERS: Readonly<Record<KindName, (tell: Telling) => Kind>> = {
  incidents: incidentsKind,
  zones: zonesKind,
  hazards: hazardsKind,
  orders: ordersKind,
  districts: districtsKind,
  hotspots: hotspotsKind,
};

export function makeKind(name: KindName, tell: Telling): Kind {
  return MAKERS[name](tell);
}
