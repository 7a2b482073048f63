/**
 * Accidents by what is known of their place.
 *
 * A settlement-level record is a dashed circle of its true radius without a centre dot: anywhere in it. A measured record
 * is a point. All are drawn on one canvas (`marks.ts`), so that 100,000 of them do not stop the page; their counts and device
 * symbols are labels, made only for what is in view. Accidents at demining work have their own colour and dash.
 */
import type * as L from "leaflet";

import { button } from "../elements.ts";
import { allDemining, isMeasured, sharedDevice, type DistrictCount, type Group } from "../grouping.ts";
import { fewInView, type Label } from "../labels.ts";
import { shapesLayer, type MapLayer, type Stage } from "./layer.ts";
import { Marks, type Mark, type MarkLook } from "./marks.ts";

export const PUBLIC_COLOUR = "#1f2933";
export const DEMINING_COLOUR = "#0b6fb8";
export const PUBLIC_DASH = "6 4";
export const DEMINING_DASH = "2 3";
/** A circle darkens the ground a little; a light fill would make the hatch under it look weaker. */
const DISC_FILL = "#000000";
/** From here on there is room for words beside the numbers of districts. */
const ROOMY_ZOOM = 10.5;

function discLook(colour: string, dash: string): MarkLook {
  return { colour, dash: dash.split(" ").map(Number), fill: DISC_FILL, fillOpacity: 0.07 };
}

function pointLook(colour: string): MarkLook {
  return { colour, dash: [], fill: "#ffffff", fillOpacity: 0.9 };
}

const LOOKS = {
  disc: [discLook(PUBLIC_COLOUR, PUBLIC_DASH), discLook(DEMINING_COLOUR, DEMINING_DASH)],
  point: [pointLook(PUBLIC_COLOUR), pointLook(DEMINING_COLOUR)],
} as const;

function mark(stage: Stage, { at, place, rows, uncertainty_m }: Group): Mark {
  const [open, demining] = LOOKS[place];
  return { at, radius_m: place === "disc" ? uncertainty_m : 0, look: allDemining(stage.data.incidents, rows) ? demining : open };
}

/** "3 AP", or "AP" for one; the device is left out when the records differ. */
export function groupText(stage: Pick<Stage, "data" | "words">, rows: readonly number[]): string {
  const device = sharedDevice(stage.data.incidents, rows);
  const symbol = device === null ? "" : (stage.words.term("device_category", device)?.symbol ?? "");
  if (rows.length === 1) return symbol === "" ? "1" : symbol;
  return symbol === "" ? String(rows.length) : `${rows.length} ${symbol}`;
}

function groupLabel(stage: Stage, group: Group): Label {
  const { words, data } = stage;
  const first = group.rows[0] as number;
  const place = data.incidents.text("settlement", first) || data.incidents.text("district", first) || words.say("not_stated");
  const point = isMeasured(data.incidents, group.rows) ? "incident.label.point" : "incident.label.point_not_stated";
  const device = sharedDevice(data.incidents, group.rows);
  const name = words.say(group.place === "disc" ? "incident.label.disc" : point, {
    n: group.rows.length,
    place,
    device: device === null ? words.say("incident.devices_differ") : words.label("device_category", device),
    radius: words.metres(group.uncertainty_m),
  });
  const demining = allDemining(data.incidents, group.rows);
  const make = (text: string) => () =>
    button(
      {
        class: `mapper-incident-label mapper-${group.place}${demining ? " mapper-demining" : ""}`,
        "data-label": `group ${group.at.join(" ")}`,
        "aria-label": `${text} – ${name}`,
        title: name,
      },
      () => stage.select(group.at),
      text,
    );
  return { at: group.at, rank: 40 - Math.min(15, group.rows.length), forms: [make(groupText(stage, group.rows)), make(String(group.rows.length))] };
}

/** Circles and points. */
export function incidentsLayer(stage: Stage, renderer: L.Canvas): MapLayer {
  const { groups } = stage.grouped;
  const marks = new Marks(groups.map((group) => mark(stage, group)), renderer, "incidents");
  const records = (place: Group["place"]) =>
    groups.filter((group) => group.place === place).reduce((sum, group) => sum + group.rows.length, 0);
  return shapesLayer(stage, {
    name: "incidents",
    group: "accidents",
    shapes: [marks],
    due: groups.length,
    drawn: () => (stage.map.hasLayer(marks) ? marks.drawable : 0),
    labels: (view) => fewInView(view, groups).map((group) => groupLabel(stage, group)),
    counts: () => ({ discs: records("disc"), points: records("point") }),
  });
}

function countLabel(stage: Stage, count: DistrictCount, roomy: boolean): Label {
  const { words, data } = stage;
  const n = count.rows.length;
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
  const records = districtCounts.reduce((sum, count) => sum + count.rows.length, 0);
  const roomy = () => stage.map.getZoom() >= ROOMY_ZOOM;
  return shapesLayer(stage, {
    name: "district_counts",
    group: "accidents",
    shapes: [],
    due: 0,
    empty: districtCounts.length === 0,
    labels: () => districtCounts.map((count) => countLabel(stage, count, roomy())),
    counts: () => ({ district_counts: records }),
  });
}
