/** No-entry zones: hatched in the hue of legal restrictions, each named on the map. */
import * as L from "leaflet";

import { zoneName } from "../data.ts";
import { button, el } from "../elements.ts";
import { inGeometry, labelPoint, type LonLat } from "../geometry.ts";
import { extentLook } from "../hatch.ts";
import { inView, type Label, type View } from "../labels.ts";
import { home } from "../seam.ts";
import { shape, shapesLayer, type Chosen, type MapLayer, type Stage } from "./layer.ts";

/** Where the zone's name stands: its district's own label point, else a wide place inside. */
function namePlace({ data: { zones, districts } }: Stage, zone: number): LonLat | null {
  const id = zones.text("zone_id", zone);
  const own = districts.indices().filter((row) => districts.text("zone_id", row) === id);
  const places = own.map((row) => [districts.get("lon", row), districts.get("lat", row)] as const);
  const only = places.length === 1 ? places[0] : undefined;
  const [lon, lat] = only ?? [null, null];
  return lon !== null && lat !== null ? [lon, lat] : labelPoint(zones.get("geometry", zone));
}

/** Outline of a zone that no order in force on the day keeps anybody out of: it stays in sight, without its hatch. */
const NOT_IN_FORCE: L.PathOptions = { weight: 1.5, dashArray: "1 6", fillOpacity: 0 };

function zoneLabel(stage: Stage, zone: number, at: LonLat, isClosed: boolean): Label {
  const { words, data } = stage;
  const name = zoneName(data.zones, zone);
  const text = isClosed ? words.ban(data.zones.get("extent", zone)) : words.say("zone.not_in_force");
  const make = (...parts: (string | HTMLElement)[]) => () =>
    button(
      { class: "mapper-zone-label", "data-label": `zone ${zone}`, "aria-label": `${name} – ${text}` },
      () => stage.select(at),
      ...parts,
    );
  return {
    at,
    rank: 1,
    sides: ["above", "middle"],
    forms: [make(el("b", {}, name), " – ", text), make(el("b", {}, name), el("br"), text), make(el("b", {}, name))],
  };
}

/** The zone's own name place, or the middle of a view that lies in the zone and does not hold that place. */
function placeInView({ data: { zones } }: Stage, zone: number, at: LonLat, view: View): LonLat {
  const [west, south, east, north] = view;
  const middle: LonLat = [home((west + east) / 2), (south + north) / 2];
  return !inView(view, at) && inGeometry(middle, zones.get("geometry", zone)) ? middle : at;
}

export function zonesLayer(stage: Stage, renderer: L.Renderer): MapLayer {
  const { zones } = stage.data;
  const shapes: L.Path[] = [];
  const looks = new Map<L.Path, { readonly zone: number; readonly closed: L.PathOptions }>();
  let closed: readonly boolean[] = zones.indices().map(() => true);
  const names: { readonly zone: number; readonly at: LonLat }[] = [];
  for (const zone of zones.indices()) {
    const look = extentLook(stage.words, zones.text("extent", zone));
    const style = { weight: look.dash === "" ? 2 : 2.5, dashArray: look.dash, fillOpacity: 1 };
    const drawn = shape(zones.get("geometry", zone), {
      renderer,
      pane: "zones",
      color: look.colour,
      fillColor: stage.hatches.fill(look),
      className: "mapper-zone",
      ...style,
    });
    const at = namePlace(stage, zone);
    if (drawn !== null) {
      shapes.push(drawn);
      looks.set(drawn, { zone, closed: style });
    }
    if (at !== null) names.push({ zone, at });
  }
  const due = zones.indices().filter((zone) => zones.get("geometry", zone) !== null).length;
  const layer = shapesLayer(stage, {
    name: "zones",
    group: "legal",
    shapes,
    due,
    labels: (view) => names.map(({ zone, at }) => zoneLabel(stage, zone, placeInView(stage, zone, at, view), closed[zone] === true)),
    counts: () => ({ zones: shapes.length }),
  });
  return Object.assign(layer, {
    choose(chosen: Chosen) {
      closed = chosen.zones;
      for (const [drawn, look] of looks) drawn.setStyle(closed[look.zone] === true ? look.closed : NOT_IN_FORCE);
    },
  });
}
