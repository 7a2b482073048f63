/**
 * The search box over the map: a combobox with a list box, by the pattern of the WAI-ARIA practices.
 *
 * What is found is listed, and the reader picks. Enter without a pick takes the one answer where there is exactly one that is no
 * mere likeness; in every other case the page asks and the map stays where it is.
 */
import type { Reading } from "../coordinates/read.ts";
import { isThreeDegree } from "../coordinates/systems.ts";
import { write } from "../coordinates/write.ts";
import { data as dataText, el } from "../elements.ts";
import type { Words } from "../words.ts";
import type { Finder, Found, Named } from "./finder.ts";
import type { Place } from "./places.ts";

interface Option {
  readonly label: string;
  readonly detail: string;
  /** An answer, and not a suggestion. */
  readonly sure: boolean;
  readonly place: () => Place | null;
}

/** The system of a reading, in words. */
function systemName(words: Words, { notation, system }: Reading): string {
  if (system.family === "gauss_kruger") return words.say(isThreeDegree(system) ? "find.read.gauss_kruger_3" : "find.read.gauss_kruger", { zone: system.zone });
  if (system.family === "sk42") return words.say("find.read.sk42");
  return notation === "mgrs" || notation === "utm" ? words.say(`find.read.${notation}`, { zone: system.zone }) : words.say("find.read.degrees");
}

function readingOption(words: Words, reading: Reading): Option {
  const doubt = reading.exchanged ? words.say("find.exchanged") : !reading.inArea ? words.say("find.outside") : reading.packed ? words.say("find.packed") : "";
  const radius = words.say("find.within", { radius: words.metres(Math.ceil(reading.uncertainty_m)) });
  return {
    label: write(reading.at, reading.uncertainty_m)[0]?.text ?? "",
    detail: [systemName(words, reading), radius, doubt].filter((part) => part !== "").join(" · "),
    sure: reading.inArea,
    place: () => ({ at: reading.at, uncertainty_m: Math.max(reading.uncertainty_m, 1) }),
  };
}

function namedOption(words: Words, named: Named): Option {
  const kind = words.say(`find.kind.${named.kind}`);
  return { label: named.name, detail: named.where === "" ? kind : `${kind} · ${named.where}`, sure: !named.alike, place: named.place };
}

/** What is said of the whole list. */
function statusOf(words: Words, found: Found, options: readonly Option[]): string {
  if (options.length === 0) return [found.why === null ? "" : words.say(`find.why.${found.why}`), words.say("find.none")].filter((part) => part !== "").join(" ");
  if (found.named.length > 0 && found.named.every(({ alike }) => alike) && found.readings.length === 0) return `${words.say("find.none")} ${words.say("find.alike")}`;
  if (found.readings.length > 0 && found.resolved === null && found.named.length === 0) return found.readings.length > 1 ? words.say("find.unclear", { n: found.readings.length }) : words.say("find.beyond");
  return found.more ? words.say("find.more", { n: options.length }) : words.say("find.count", { n: options.length });
}

export interface FindBox {
  readonly element: HTMLElement;
  focus(): void;
}

/** `choose` is called with the place that the reader picked. */
export function findBox(words: Words, finder: Finder, choose: (place: Place) => void): FindBox {
  let options: readonly Option[] = [];
  let active = -1;
  let opened = false;
  const list = el("ul", { id: "mapper-found", role: "listbox", "aria-label": words.say("find.list") });
  const status = el("p", { class: "mapper-find-status", role: "status" });
  // The status is never hidden: a line that appears together with its text is not read out.
  const drop = el("div", { class: "mapper-find-drop" }, list, status);
  const input = el("input", {
    type: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: words.say("find.placeholder"),
    "aria-label": words.say("find.label"),
    "aria-autocomplete": "list",
    "aria-controls": "mapper-found",
    "aria-expanded": "false",
  });

  const open = (says: string) => {
    opened = says !== "";
    status.textContent = says;
    drop.classList.toggle("mapper-open", opened);
    list.hidden = !opened || options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const close = () => open("");
  const setActive = (to: number) => {
    active = to;
    Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    const item = list.children[active];
    if (item === undefined) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView?.({ block: "nearest" });
  };
  const pick = (option: Option) => {
    const place = option.place();
    if (place === null) {
      status.textContent = words.say("find.no_place", { name: option.label });
      return;
    }
    input.value = option.label;
    close();
    choose(place);
  };
  const item = (option: Option, i: number) => {
    const made = el("li", { id: `mapper-found-${i}`, role: "option", "aria-selected": "false" }, el("b", {}, dataText(option.label)), el("span", { class: "mapper-hint" }, option.detail));
    made.addEventListener("click", () => pick(option));
    return made;
  };
  const search = () => {
    const found = finder.find(input.value);
    options = [...found.readings.map((reading) => readingOption(words, reading)), ...found.named.map((named) => namedOption(words, named))];
    list.replaceChildren(...options.map(item));
    open(input.value.trim() === "" ? "" : statusOf(words, found, options));
  };
  const pickOnly = () => {
    const sure = options.filter((option) => option.sure);
    if (sure.length === 1) pick(sure[0] as Option);
    else if (options.length > 0) status.textContent = words.say("find.choose");
  };
  const step = (by: number) => {
    if (!opened) search();
    if (options.length > 0) setActive((active + by + options.length + (active < 0 && by < 0 ? 1 : 0)) % options.length);
  };
  const onKey: Readonly<Record<string, () => void>> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => {
      if (!opened) search();
      const option = options[active];
      if (option === undefined) pickOnly();
      else pick(option);
    },
    Escape: () => {
      if (!opened) input.value = "";
      close();
    },
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const act = onKey[event.key];
    if (act === undefined || event.isComposing) return;
    event.preventDefault();
    act();
  });
  const element = el("div", { class: "mapper-find", role: "search" }, input, drop);
  // A press on an option must not take the focus out of the box before it is a click.
  drop.addEventListener("mousedown", (event) => event.preventDefault());
  element.addEventListener("focusout", (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) close();
  });
  close();
  return { element, focus: () => input.focus() };
}
