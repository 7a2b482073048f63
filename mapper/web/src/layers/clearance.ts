/**
 * Clearance as far as it is recorded: the product of a hazard area as a second outline on it, and how many statements name a
 * district. Off until the reader puts it on, and worked out no earlier.
 *
 * The fill of the hazard area stays what it is: a product takes nothing off the map. No ground is filled for a statement, since
 * none draws any, and a badge is not in the colour of anything that may be entered.
 */
import * as L from "leaflet";

import { statementsOf } from "../clearance_card.ts";
import { button } from "../elements.ts";
import type { LonLat } from "../geometry.ts";
import { colourOr } from "../hatch.ts";
import type { Label } from "../labels.ts";
import { tone } from "../tones.ts";
import type { Words } from "../words.ts";
import { shape, type Chosen, type MapLayer, type Stage } from "./layer.ts";

export const CLEARANCE = "clearance";
/** Over hazard areas (350), under accidents. */
const PANE_Z = 352;
export const BADGE_COLOUR = "#8b8577";
const LABEL_RANK = 50;
const DASHES: Readonly<Record<string, string>> = { cancelled: "2 7", reduced: "12 7", cleared: "12 5 2 5" };
const HALO = tone("#ffffff");

/** Colour and dashes of a product's outline; one that is not known has an unbroken line. */
export function productLook(words: Words, product: string): { readonly colour: string; readonly dash: string } {
  return { colour: tone(colourOr(words.term("land_product", product)?.colour, "#3d4f7c")), dash: DASHES[product] ?? "" };
}

interface Drawing {
  readonly shapes: readonly { readonly row: number; readonly one: L.Path }[];
  readonly labels: readonly Label[];
}

/** Rows of the hazard areas that are drawn and have a product. */
function productRows({ data: { hazards } }: Stage): number[] {
  return hazards.indices().filter((row) => hazards.text("product", row) !== "" && hazards.get("geometry", row) !== null);
}

function placeOf({ data: { districts } }: Stage, district: number): LonLat | null {
  const [lon, lat] = [districts.get("lon", district), districts.get("lat", district)];
  return lon === null || lat === null ? null : [lon, lat];
}

function namedDistricts(stage: Stage): { readonly district: number; readonly at: LonLat; readonly n: number }[] {
  return (stage.data.meta.ledger.named ?? []).flatMap(({ district }) => {
    const at = placeOf(stage, district);
    return at === null ? [] : [{ district, at, n: statementsOf(stage, district).length }];
  });
}

function labelsOf(stage: Stage): Label[] {
  const { words, data: { districts }, select } = stage;
  return namedDistricts(stage).map(({ district, at, n }) => {
    const make = () => {
      const said = words.say("clearance.label", { district: districts.text("name", district), n });
      return button({ class: "mapper-clearance-label", "data-label": `clearance ${district}`, "aria-label": said, title: said }, () => select(at), words.number(n));
    };
    return { at, rank: LABEL_RANK, sides: ["left", "right", "below", "above", "middle"], forms: [make] };
  });
}

function drawingOf(stage: Stage): Drawing {
  const { map, words, data: { hazards } } = stage;
  if (map.getPane(CLEARANCE) === undefined) Object.assign(map.createPane(CLEARANCE).style, { zIndex: String(PANE_Z), pointerEvents: "none" });
  const renderer = L.svg({ pane: CLEARANCE, padding: 0.5 });
  const shapes = productRows(stage).flatMap((row) => {
    const { colour, dash } = productLook(words, hazards.text("product", row));
    const drawn = (options: L.PolylineOptions) => shape(hazards.get("geometry", row), { renderer, pane: CLEARANCE, className: "mapper-product", fill: false, ...options });
    return [drawn({ color: HALO, weight: 7, opacity: 0.8 }), drawn({ color: colour, weight: 3.5, dashArray: dash })].flatMap((one) => (one === null ? [] : [{ row, one }]));
  });
  return { shapes, labels: labelsOf(stage) };
}

export function clearanceLayer(stage: Stage): MapLayer {
  let drawing: Drawing | null = null;
  let chosen: readonly boolean[] | null = null;
  const isChosen = (row: number) => chosen?.[row] !== false;
  const layer: MapLayer = {
    name: CLEARANCE,
    group: "physical",
    empty: namedDistricts(stage).length === 0 && ![...stage.data.hazards.distinct("product")].some((product) => product !== ""),
    visible: false,
    show(visible) {
      layer.visible = visible;
      if (drawing === null && !visible) return;
      const { shapes, labels } = (drawing ??= drawingOf(stage));
      for (const { row, one } of shapes) visible && isChosen(row) ? one.addTo(stage.map) : one.remove();
      stage.labels.set(CLEARANCE, visible ? () => labels : null);
    },
    choose({ hazards }: Chosen) {
      chosen = hazards;
      if (layer.visible) layer.show(true);
    },
    count: () => (layer.visible ? { clearance: productRows(stage).filter(isChosen).length + namedDistricts(stage).length } : {}),
    drawn: () => {
      const due = layer.visible ? (drawing?.shapes ?? []).filter(({ row }) => isChosen(row)) : [];
      return { drawn: due.filter(({ one }) => stage.map.hasLayer(one)).length, due: due.length };
    },
  };
  return layer;
}
