/** The live map in the size of a paper's frame for a moment, showing at least what the screen showed. */
import * as L from "leaflet";

import type { Labels } from "../labels.ts";

/** Rounding to whole pixels must not cut the edge. */
const SPARE_PX = 2;
/** A wide screen may show more of the world than a small frame can hold at the map's own least zoom. */
const LEAST_ZOOM = -3;

/** Where Leaflet itself looks for how sharp a canvas has to be. */
const leaflet = L.Browser as { retina: boolean };

function canvases(map: L.Map): L.Canvas[] {
  const found: L.Canvas[] = [];
  map.eachLayer((layer) => {
    if ((layer as L.Layer) instanceof L.Canvas) found.push(layer as unknown as L.Canvas);
  });
  return found;
}

/**
 * Run `use` while the map has this size in pixels, shows all of its present view, and paints its canvases light and at twice their pixels
 * and without the room around the view, which some phones would not have the memory for. Afterwards all is as before.
 */
export function whileRefitted<T>(map: L.Map, labels: Labels, { width, height }: { readonly width: number; readonly height: number }, use: () => T): T {
  const bounds = map.getBounds();
  const [center, zoom] = [map.getCenter(), map.getZoom()];
  const { zoomSnap, minZoom } = map.options;
  const { retina } = leaflet;
  const { style } = map.getContainer();
  const themed = map.getContainer().closest<HTMLElement>("[data-theme]");
  const theme = themed?.dataset["theme"];
  const painted = canvases(map).map((canvas) => ({ options: canvas.options, padding: canvas.options.padding }));
  const resize = (to: Partial<Record<"width" | "height", string>>) => {
    Object.assign(style, { width: "", height: "" }, to);
    map.invalidateSize({ pan: false, animate: false });
  };
  try {
    if (themed !== null) themed.dataset["theme"] = "light";
    leaflet.retina = true;
    for (const { options } of painted) options.padding = 0;
    Object.assign(map.options, { zoomSnap: 0, minZoom: LEAST_ZOOM });
    labels.hold(() => {
      resize({ width: `${width}px`, height: `${height}px` });
      map.fitBounds(bounds, { padding: [SPARE_PX, SPARE_PX], animate: false });
    });
    return use();
  } finally {
    leaflet.retina = retina;
    if (themed !== null) themed.dataset["theme"] = theme;
    for (const { options, padding } of painted) options.padding = padding;
    Object.assign(map.options, { zoomSnap, minZoom });
    labels.hold(() => {
      resize({});
      map.setView(center, zoom, { animate: false });
    });
  }
}
