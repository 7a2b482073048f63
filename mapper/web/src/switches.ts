/** The layer list: one switch for each layer that holds something, in groups. */
import { el } from "./elements.ts";
import type { MapLayer } from "./layers/layer.ts";
import type { Words } from "./words.ts";

const GROUPS = ["legal", "physical", "accidents", "context"] as const;

function layerSwitch(words: Words, layer: MapLayer, onChange: () => void): HTMLElement {
  const box = el("input", { type: "checkbox", "data-layer": layer.name });
  box.checked = layer.visible;
  box.addEventListener("change", () => {
    layer.show(box.checked);
    onChange();
  });
  return el("label", { class: "mapper-switch" }, box, el("span", {}, words.say(`layer.${layer.name}`)));
}

/** Fieldsets of switches; `onChange` runs after any of them. */
export function layerSwitches(words: Words, layers: readonly MapLayer[], onChange: () => void): HTMLElement[] {
  return GROUPS.flatMap((group) => {
    const members = layers.filter((layer) => layer.group === group && !layer.empty);
    if (members.length === 0) return [];
    const switches = members.map((layer) => layerSwitch(words, layer, onChange));
    return [el("fieldset", {}, el("legend", {}, words.say(`group.${group}`)), ...switches)];
  });
}
