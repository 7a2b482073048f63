/**
 * The map inside a folium document: drawn at once, because the scripts of a user's own layers follow at once and add
 * themselves to it.
 *
 * folium expects Leaflet as a global `L` that plug-ins may add to, with pictures for plain markers, and a `$`.
 */
import * as L from "leaflet";
import marker from "leaflet/dist/images/marker-icon.png";
import markerTwice from "leaflet/dist/images/marker-icon-2x.png";
import shadow from "leaflet/dist/images/marker-shadow.png";

import { dollar, type Dollar } from "./dollar.ts";
import { el } from "./elements.ts";
import { asFailure, Banner, checkStyle, type Failure } from "./failure.ts";
import { loadNow } from "./load_now.ts";
import { makeMap } from "./map.ts";
import { draw, type Ready, type View } from "./view.ts";

declare global {
  interface Window {
    L?: object;
    $?: Dollar;
  }
}

/** What became of a map: its answers, or why it must not be used; in both cases there is a Leaflet map. */
export interface Mounted {
  readonly map: L.Map;
  readonly view: View | null;
  readonly ready: Ready | Failure;
}

/** Give folium's scripts the names they call; names that are taken stay as they are. */
export function provideGlobals(target: Window): void {
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions({ iconUrl: marker, iconRetinaUrl: markerTwice, shadowUrl: shadow });
  target.L ??= { ...L };
  target.$ ??= dollar;
}

/** An empty map under the banner, so that a user's layers have something to add themselves to. */
function emptyMap(element: HTMLElement): L.Map {
  const room = el("div", { class: "mapper-empty-map" });
  element.append(room);
  return makeMap(room, null);
}

/** Draw the edition into `element`, from a block in base64 and its seal as JSON. Never throws. */
export function drawInto(element: HTMLElement, block: string, sealJson: string): Mounted {
  const banner = new Banner(element.ownerDocument, element);
  try {
    checkStyle(element.ownerDocument);
    const loaded = loadNow(block, sealJson);
    element.textContent = "";
    element.classList.add("mapper-mounted");
    const view = draw(element, loaded, new Date(), { embedded: true });
    return { map: view.map, view, ready: view.ready };
  } catch (cause) {
    element.textContent = "";
    const map = emptyMap(element);
    const failure = asFailure(cause);
    banner.show(failure);
    return { map, view: null, ready: failure };
  }
}
