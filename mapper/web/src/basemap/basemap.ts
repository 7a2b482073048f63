/**
 * A background map, where the page's maker asked for one: embedded tiles, or pictures of an online provider.
 *
 * It is context and nothing else; when it fails, one sentence says so and the map stays as it is. What comes from a provider
 * is asked for only after the reader puts the layer on, because the provider then learns which part of the map is looked at.
 */
import * as L from "leaflet";

import { decodeBase64 } from "../base64.ts";
import { data as dataText, el, type Content } from "../elements.ts";
import type { MapLayer } from "../layers/layer.ts";
import type { Words } from "../words.ts";
import type { TilesProgram } from "./tiles.ts";

declare global {
  interface Window {
    mapperTiles?: TilesProgram;
  }
}

export const BASEMAP = "basemap";

export interface Told {
  readonly kind: "embedded" | "online";
  readonly name: string;
  readonly attribution: string;
  readonly media_type?: string;
  readonly url?: string;
  readonly subdomains?: readonly string[];
  readonly max_zoom?: number;
}

/** What the page says of its background map; null where it has none. */
export function readTold(page: Document): Told | null {
  const text = page.getElementById("mapper-basemap")?.textContent ?? "";
  return text === "" ? null : (JSON.parse(text) as Told);
}

function onlineLayer({ url = "", subdomains = [], max_zoom = 17 }: Told): L.GridLayer {
  return L.tileLayer(url, { subdomains: subdomains.length > 0 ? [...subdomains] : "abc", maxNativeZoom: max_zoom, attribution: "", referrerPolicy: "no-referrer" });
}

async function embeddedLayer(page: Document, { media_type = "" }: Told, language: string): Promise<L.GridLayer> {
  if (window.mapperTiles === undefined) throw new Error("The program for the background map did not run.");
  const content = decodeBase64(page.getElementById("mapper-basemap-tiles")?.textContent ?? "");
  return window.mapperTiles(L, content, media_type, language);
}

export class Basemap implements MapLayer {
  readonly name = BASEMAP;
  readonly group = "context";
  readonly empty = false;
  visible = false;
  private layer: Promise<L.GridLayer> | null = null;
  private failed = false;
  private readonly room = el("p", { class: "mapper-basemap", role: "status", hidden: true });

  constructor(
    private readonly page: Document,
    private readonly map: L.Map,
    private readonly told: Told,
    private readonly words: Words,
  ) {}

  /** Whose map it is, and whether it failed; stands at the edge of the map. */
  get element(): HTMLElement {
    return this.room;
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.dress();
    if (!visible && this.layer === null) return;
    this.layer ??= this.make();
    this.layer.then((layer) => (this.visible ? layer.addTo(this.map) : layer.remove()), () => this.fail());
  }

  count(): object {
    return {};
  }

  drawn(): { drawn: number; due: number } {
    return { drawn: 0, due: 0 };
  }

  /** Write its words anew. */
  dress(): void {
    const { name, attribution } = this.told;
    this.room.hidden = !this.visible;
    this.room.classList.toggle("mapper-failed", this.failed);
    this.room.replaceChildren(this.failed ? this.words.say("basemap.failed", { name }) : dataText(attribution || name));
  }

  /** What the reader should know before putting it on; beside its switch. */
  hint(): Content {
    return el("p", { class: "mapper-hint" }, this.words.say(`basemap.hint_${this.told.kind}`, { name: this.told.name }));
  }

  private async make(): Promise<L.GridLayer> {
    const layer = this.told.kind === "online" ? onlineLayer(this.told) : await embeddedLayer(this.page, this.told, this.words.language);
    layer.on("tileerror", () => this.fail());
    return layer;
  }

  private fail(): void {
    if (this.failed) return;
    this.failed = true;
    this.dress();
  }
}
