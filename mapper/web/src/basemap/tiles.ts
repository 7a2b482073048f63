/**
 * A program of its own, in the page only when a PMTiles archive is: draws its pictures or vector tiles as a Leaflet layer.
 *
 * It is handed the page's Leaflet, so that there is one; the vector renderer looks for it under its usual global name.
 */
import type * as Leaflet from "leaflet";
import { PMTiles, type Header, type RangeResponse, type Source } from "pmtiles";
import { leafletLayer } from "protomaps-leaflet";

/** The whole archive, in memory. */
class InPage implements Source {
  constructor(private readonly content: Uint8Array<ArrayBuffer>) {}

  getKey(): string {
    return "page";
  }

  getBytes(offset: number, length: number): Promise<RangeResponse> {
    return Promise.resolve({ data: this.content.slice(offset, offset + length).buffer });
  }
}

function boundsOf({ minLon, minLat, maxLon, maxLat }: Header): [[number, number], [number, number]] {
  return [[minLat, minLon], [maxLat, maxLon]];
}

function pictures(leaflet: typeof Leaflet, archive: PMTiles, mediaType: string, options: Leaflet.GridLayerOptions): Leaflet.GridLayer {
  const Pictures = leaflet.GridLayer.extend({
    createTile({ x, y, z }: Leaflet.Coords, done: Leaflet.DoneCallback): HTMLElement {
      const tile = document.createElement("img");
      tile.alt = "";
      archive.getZxy(z, x, y).then(
        (found) => {
          if (found === undefined) return done(undefined, tile);
          const address = URL.createObjectURL(new Blob([found.data], { type: mediaType }));
          const finish = (problem?: Error) => {
            URL.revokeObjectURL(address);
            done(problem, tile);
          };
          tile.addEventListener("load", () => finish());
          tile.addEventListener("error", () => finish(new Error("A picture of the background map is damaged.")));
          tile.src = address;
        },
        (cause: unknown) => done(cause instanceof Error ? cause : new Error(String(cause)), tile),
      );
      return tile;
    },
  }) as unknown as new (options: Leaflet.GridLayerOptions) => Leaflet.GridLayer;
  return new Pictures(options);
}

export type TilesProgram = (leaflet: typeof Leaflet, content: Uint8Array<ArrayBuffer>, mediaType: string, language: string) => Promise<Leaflet.GridLayer>;

const program: TilesProgram = async (leaflet, content, mediaType, language) => {
  const archive = new PMTiles(new InPage(content));
  const header = await archive.getHeader();
  const options = { bounds: boundsOf(header), maxNativeZoom: header.maxZoom, minNativeZoom: header.minZoom, attribution: "" };
  if (mediaType !== "") return pictures(leaflet, archive, mediaType, options);
  window.L ??= { ...leaflet };
  return leafletLayer({ url: archive as never, flavor: "grayscale", lang: language, maxDataZoom: header.maxZoom, bounds: options.bounds, attribution: "" }) as unknown as Leaflet.GridLayer;
};

window.mapperTiles = program;
