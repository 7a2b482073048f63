/** The layer list: one switch for each layer that holds something, in groups. */
import { button, el } from "./elements.ts";
import type { MapLayer } from "./layers/layer.ts";
import type { Store } from "./state.ts";
import type { Words } from "./words.ts";

export interface SwitchNeeds {
  readonly words: Words;
  readonly store: Store;
}

const GROUPS = ["legal", "physical", "accidents", "context"] as const;

function layerSwitch({ words, store }: SwitchNeeds, { name }: MapLayer): HTMLElement {
  const box = el("input", { type: "checkbox", "data-layer": name });
  box.checked = !store.state.off.includes(name);
  box.addEventListener("change", () => store.set({ off: [...without(store, [name]), ...(box.checked ? [] : [name])] }));
  return el("label", { class: "mapper-switch" }, box, el("span", {}, words.say(`layer.${name}`)));
}

function without(store: Store, names: readonly string[]): string[] {
  return store.state.off.filter((name) => !names.includes(name));
}

/** All of a group, or none of it. */
function groupButtons({ words, store }: SwitchNeeds, names: readonly string[]): HTMLElement {
  const small = (code: string, off: () => readonly string[]) => button({ class: "mapper-small-button" }, () => store.set({ off: off() }), words.say(code));
  return el(
    "div",
    { class: "mapper-group-buttons" },
    small("layers.all", () => without(store, names)),
    small("layers.none", () => [...without(store, names), ...names]),
  );
}

/** Fieldsets of switches for all layers that hold something, and why others do not, where they tell it. */
export function layerSwitches(needs: SwitchNeeds, layers: readonly MapLayer[]): HTMLElement[] {
  return GROUPS.flatMap((group) => {
    const members = layers.filter((layer) => layer.group === group && !layer.empty);
    const missing = layers.filter((layer) => layer.group === group && layer.empty).map((layer) => layer.hint?.());
    if (members.length === 0 && !missing.some(Boolean)) return [];
    const buttons = members.length > 1 ? groupButtons(needs, members.map(({ name }) => name)) : null;
    return [el("fieldset", {}, el("legend", {}, needs.words.say(`group.${group}`)), buttons, ...members.flatMap((layer) => [layerSwitch(needs, layer), layer.hint?.()]), ...missing)];
  });
}

/** Let the switches inside `room` stand as the layers do. */
export function setSwitches(room: ParentNode, off: readonly string[]): void {
  for (const box of Array.from(room.querySelectorAll<HTMLInputElement>("input[data-layer]"))) box.checked = !off.includes(box.dataset["layer"] ?? "");
}
