/**
 * Accidents by what is known of their place.
 *
 * A settlement-level record is a dashed circle of its true radius without a centre dot: anywhere in it. A measured record
 * is a point. All are drawn on tiles (`tiles.ts`), so that a million of them do not stop the page; their counts and device
 * symbols are labels, made only for what is in view. Accidents at demining work have their own colour and dash.
 */
import { button } from "../elements.ts";
import { allDemining, isMeasured, masked, sharedDevice, type DistrictCount, type Group, type Groups } from "../grouping.ts";
import { inView, MOST_LABELS, type Label, type View } from "../labels.ts";
import { UNITS_PER_DEGREE } from "../places.ts";
import { seamOf } from "../seam.ts";
import { SIGNS, WORST, worstOf, worstRanks, type Worst } from "../worst.ts";
import { Clusters, type Cluster } from "./clusters.ts";
import { Field, mercatorX, mercatorY, type Part } from "./field.ts";
import { shapesLayer, type Chosen, type MapLayer, type Stage } from "./layer.ts";
import type { MarkLook } from "./marks.ts";
import { MarkTiles } from "./tiles.ts";

export const PUBLIC_COLOUR = "#1f2933";
export const DEMINING_COLOUR = "#0b6fb8";
export const PUBLIC_DASH = "6 4";
export const DEMINING_DASH = "2 3";
/** A circle darkens the ground a little; a light fill would make the hatch under it look weaker. */
const DISC_FILL = "#000000";
/** From here on there is room for words beside the numbers of districts. */
const ROOMY_ZOOM = 10.5;
const CLOSER = 2;

function discLook(colour: string, dash: string): MarkLook {
  return { colour, dash: dash.split(" ").map(Number), fill: DISC_FILL, fillOpacity: 0.07 };
}

function pointLook(colour: string): MarkLook {
  return { colour, dash: [], fill: "#ffffff", fillOpacity: 0.9 };
}

/** By place and kind of accident: point, disc, then the two at demining work. */
const LOOKS = [pointLook(PUBLIC_COLOUR), discLook(PUBLIC_COLOUR, PUBLIC_DASH), pointLook(DEMINING_COLOUR), discLook(DEMINING_COLOUR, DEMINING_DASH)] as const;
const DEMINING = 2;

/** Which look each group has: that of demining work when all its accidents happened there. */
function looksOf({ data: { incidents } }: Pick<Stage, "data">, groups: Groups): Uint8Array {
  const coded = incidents.coded("accident_type");
  const isDemining = (row: number) => (coded === undefined ? incidents.get("accident_type", row) : coded.cell(coded.of(row))) === "demining_accident";
  const looks = new Uint8Array(groups.length);
  for (let group = 0; group < groups.length; group++) {
    let all = true;
    for (let row = groups.starts[group] as number; all && row < (groups.starts[group + 1] as number); row++) all = isDemining(row);
    looks[group] = (groups.isDisc[group] as number) + (all ? DEMINING : 0);
  }
  return looks;
}

/** "3 AP", or "AP" for one; the device is left out when the records differ. */
export function groupText(stage: Pick<Stage, "data" | "words">, rows: readonly number[]): string {
  const device = sharedDevice(stage.data.incidents, rows);
  const symbol = device === null ? "" : (stage.words.term("device_category", device)?.symbol ?? "");
  if (rows.length === 1) return symbol === "" ? "1" : symbol;
  return symbol === "" ? String(rows.length) : `${rows.length} ${symbol}`;
}

/** The text with the sign of the worst after it. */
function signed(text: string, worst: Worst): string {
  return SIGNS[worst] === "" ? text : `${text}\u00a0${SIGNS[worst]}`;
}

function groupLabel(stage: Stage, group: Group, rankOf: (row: number) => number): Label {
  const { words, data } = stage;
  const first = group.rows[0] as number;
  const place = data.incidents.text("settlement", first) || data.incidents.text("district", first) || words.say("not_stated");
  const point = isMeasured(data.incidents, group.rows) ? "incident.label.point" : "incident.label.point_not_stated";
  const device = sharedDevice(data.incidents, group.rows);
  const worst = worstOf(rankOf, group.rows);
  const told = words.say(group.place === "disc" ? "incident.label.disc" : point, {
    n: group.rows.length,
    place,
    device: device === null ? words.say("incident.devices_differ") : words.label("device_category", device),
    radius: words.metres(group.uncertainty_m),
  });
  const name = `${told}; ${words.say(`worst.${worst}`)}`;
  const demining = allDemining(data.incidents, group.rows);
  const make = (text: string) => () =>
    button(
      {
        class: `mapper-incident-label mapper-${group.place}${demining ? " mapper-demining" : ""}`,
        "data-label": `group ${group.at.join(" ")}`,
        "data-worst": worst,
        "aria-label": `${signed(text, worst)} – ${name}`,
        title: name,
      },
      () => stage.select(group.at),
      signed(text, worst),
    );
  return { at: group.at, rank: 40 - Math.min(15, group.rows.length), forms: [make(groupText(stage, group.rows)), make(String(group.rows.length))] };
}

function clusterLabel({ words, map }: Stage, { at, n, worst: rank }: Cluster): Label {
  const worst = WORST[rank] as Worst;
  const name = words.say("cluster.label", { n: words.number(n), worst: words.say(`worst.${worst}`) });
  const make = () =>
    button(
      { class: "mapper-incident-label mapper-cluster", "data-label": `cluster ${at.join(" ")}`, "data-worst": worst, "aria-label": name, title: name },
      () => map.setView([at[1], at[0]], map.getZoom() + CLOSER, { animate: false }),
      signed(words.number(n), worst),
    );
  return { at, rank: 30 - rank - Math.min(20, Math.log2(n)), forms: [make] };
}

function partOf([west, south, east, north]: View): Part {
  const units = (degrees: number) => degrees * UNITS_PER_DEGREE;
  return { left: mercatorX(units(west)), top: mercatorY(units(north)), right: mercatorX(units(east)), bottom: mercatorY(units(south)) };
}

/** Circles and points; `finish` paints at once all that is in view. */
export type IncidentsLayer = MapLayer & { finish(): void };

export function incidentsLayer(stage: Stage): IncidentsLayer {
  const { groups } = stage.grouped;
  const field = new Field(groups, LOOKS, looksOf(stage, groups), seamOf(stage.data.meta.bounds));
  const tiles = new MarkTiles(field, "incidents");
  const rankOf = worstRanks(stage.data.incidents);
  const clusters = new Clusters(field, rankOf);
  const labels = (view: View): Label[] => {
    const part = partOf(view);
    if (field.hasMoreIn(part, 0, MOST_LABELS)) return clusters.in(part, 2 ** stage.map.getZoom()).map((cluster) => clusterLabel(stage, cluster));
    const found = field.groupsIn(part, 0, MOST_LABELS).map((group) => groups.at(group)).filter(({ at }) => inView(view, at));
    return found.map((group) => groupLabel(stage, { ...group, rows: masked(group.rows, field.mask) }, rankOf));
  };
  const layer = shapesLayer(stage, {
    name: "incidents",
    group: "accidents",
    shapes: [tiles],
    due: groups.length,
    drawn: () => (stage.map.hasLayer(tiles) && tiles.isComplete && MarkTiles.canPaint() ? field.drawable : 0),
    labels,
    counts: () => ({ discs: groups.countRows("disc", field.mask), points: groups.countRows("point", field.mask) }),
  });
  return Object.assign(layer, {
    finish: () => tiles.finish(),
    choose({ incidents: mask }: Chosen) {
      if (mask === field.mask) return;
      field.mask = mask;
      tiles.renew();
      if (layer.visible) stage.labels.set(layer.name, labels);
    },
  });
}

function countLabel(stage: Stage, count: DistrictCount, n: number, roomy: boolean): Label {
  const { words, data } = stage;
  const name = words.say("district.count.label", { n, district: data.districts.text("name", count.district) });
  const make = (text: string) => () =>
    button(
      { class: "mapper-district-count", "data-label": `district ${count.district}`, "aria-label": text === name ? name : `${text} – ${name}`, title: name },
      () => stage.select(count.at),
      text,
    );
  return { at: count.at, rank: 5, sides: ["below", "right", "left"], forms: roomy ? [make(name), make(String(n))] : [make(String(n))] };
}

/** Numbers of accidents of which only the district is known. */
export function districtCountsLayer(stage: Stage): MapLayer {
  const { districtCounts } = stage.grouped;
  let counts = districtCounts.map(({ rows }) => rows.length);
  const roomy = () => stage.map.getZoom() >= ROOMY_ZOOM;
  const labels = () => districtCounts.flatMap((count, i) => (counts[i] === 0 ? [] : [countLabel(stage, count, counts[i] as number, roomy())]));
  const layer = shapesLayer(stage, {
    name: "district_counts",
    group: "accidents",
    shapes: [],
    due: 0,
    empty: districtCounts.length === 0,
    labels,
    counts: () => ({ district_counts: counts.reduce((sum, n) => sum + n, 0) }),
  });
  return Object.assign(layer, {
    choose({ incidents: mask }: Chosen) {
      counts = districtCounts.map(({ rows }) => masked(rows, mask).length);
      if (layer.visible) stage.labels.set(layer.name, labels);
    },
  });
}
