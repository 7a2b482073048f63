/** The cursor of the keyboard: a cross at the middle of the map while the map has the keyboard, and its coordinates. */
import type * as L from "leaflet";

import { write } from "./coordinates/write.ts";
import { el } from "./elements.ts";
import { home } from "./seam.ts";
import type { Words } from "./words.ts";

const MOVING = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "+", "-", "=", "Enter"];

/** A pixel of the map in metres at its middle. */
function pixel(map: L.Map): number {
  const { x, y } = map.getSize().divideBy(2);
  return map.distance(map.containerPointToLatLng([x, y]), map.containerPointToLatLng([x + 1, y]));
}

/** A cross and a line that is read out politely; both show for the keyboard alone, not after a press of the mouse. */
export function mapCursor(map: L.Map, words: Words): HTMLElement {
  const container = map.getContainer();
  const told = el("p", { class: "mapper-cursor-at", "aria-live": "polite" });
  const element = el("div", { class: "mapper-cursor", hidden: true }, el("div", { class: "mapper-cross", "aria-hidden": "true" }), told);
  const tell = () => {
    if (element.hidden) return;
    const { lng, lat } = map.getCenter();
    told.textContent = words.say("cursor.at", { place: write([home(lng), lat], pixel(map))[0]?.text ?? "" });
  };
  const show = (shown: boolean) => {
    element.hidden = !shown;
    if (shown) tell();
    else told.textContent = "";
  };
  container.addEventListener("focus", () => show(container.matches(":focus-visible")));
  container.addEventListener("blur", () => show(false));
  container.addEventListener("pointerdown", () => show(false));
  container.addEventListener("keydown", (event) => {
    if (event.target === container && MOVING.includes(event.key)) show(true);
  });
  map.on("moveend zoomend", tell);
  return element;
}
