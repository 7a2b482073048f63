/** All layers of the map, in the order of the legend; which lies on which is a matter of their panes. */
import * as L from "leaflet";

import { Failure } from "../failure.ts";
import { clearanceLayer } from "./clearance.ts";
import { contextLayer } from "./context.ts";
import { corridorsLayer } from "./corridors.ts";
import { coverageLayer } from "./coverage.ts";
import { densityLayer } from "./density.ts";
import { districtsLayer } from "./districts.ts";
import { graticuleLayer } from "./graticule.ts";
import { hazardsLayer } from "./hazards.ts";
import { hotspotsLayer } from "./hotspots.ts";
import { districtCountsLayer, incidentsLayer, type IncidentsLayer } from "./incidents.ts";
import type { Chosen, MapLayer, Shown, Stage } from "./layer.ts";
import { zonesLayer } from "./zones.ts";

const NOTHING: Shown = { zones: 0, corridors: 0, coverage: 0, hazards: 0, clearance: 0, districts: 0, discs: 0, points: 0, district_counts: 0, contours: 0, hotspots: 0, context: 0 };

/** Throw unless every layer has drawn all it had to. */
export function checkDrawn(layers: readonly (Pick<MapLayer, "drawn"> & { readonly name: string })[]): void {
  for (const layer of layers) {
    const { drawn, due } = layer.drawn();
    if (drawn !== due) throw new Failure("failure.not_drawn", `Of the layer ${layer.name}, ${drawn} of ${due} shapes were drawn.`);
  }
}

export class Layers {
  readonly all: readonly MapLayer[];
  private readonly marks: IncidentsLayer;

  /** `more`: layers that are not of the data, last in the list. */
  constructor(stage: Stage, more: readonly MapLayer[]) {
    const drawing = (pane: string) => L.svg({ pane, padding: 0.5 });
    this.marks = incidentsLayer(stage);
    this.all = [
      zonesLayer(stage, drawing("zones")),
      corridorsLayer(stage, drawing("corridors")),
      coverageLayer(stage, L.canvas({ pane: "coverage", padding: 0.3 }), drawing("survey")),
      hazardsLayer(stage, drawing("hazards")),
      clearanceLayer(stage),
      this.marks,
      districtCountsLayer(stage),
      densityLayer(stage, drawing("density")),
      hotspotsLayer(stage),
      districtsLayer(stage, drawing("districts")),
      contextLayer(stage, drawing("context")),
      graticuleLayer(stage),
      ...more,
    ];
  }

  get names(): string[] {
    return this.all.map(({ name }) => name);
  }

  /** Names of the layers that hold something, as far as `isShown` says so of them. */
  filled(isShown: (layer: MapLayer) => boolean): string[] {
    return this.all.filter((layer) => isShown(layer) && !layer.empty).map(({ name }) => name);
  }

  /** Put all layers on or out. */
  putOut(off: readonly string[]): void {
    for (const layer of this.all) if (layer.visible === off.includes(layer.name)) layer.show(!layer.visible);
  }

  choose(chosen: Chosen): void {
    for (const layer of this.all) layer.choose?.(chosen);
  }

  /** Marks on the map now, by name. */
  shown(): Shown {
    return Object.assign({}, NOTHING, ...this.all.map((layer) => layer.count())) as Shown;
  }

  /** Paint all that is in view, without waiting for the next frames. */
  finish(): void {
    this.marks.finish();
  }
}
