/**
 * The only way this page makes elements. Text becomes text nodes; there is no path from data to markup.
 *
 * Attributes are limited to a fixed list, without event handlers, styles and sources, so that no value can become code or a
 * request. Links pass `safeAddress`.
 */

export type Content = Node | string | null | undefined | false;

type Attribute =
  | "class"
  | "id"
  | "lang"
  | "dir"
  | "role"
  | "type"
  | "name"
  | "scope"
  | "colspan"
  | "datetime"
  | "tabindex"
  | "open"
  | "hidden"
  | "checked"
  | "title"
  | "for"
  | "cite"
  | "placeholder"
  | "autocomplete"
  | "spellcheck"
  | `aria-${string}`
  | `data-${string}`;

export type Attributes = Partial<Record<Attribute, string | number | boolean>>;

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Make an element with text and element children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Content[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

type SvgAttribute = "viewBox" | "width" | "height" | "d" | "fill" | "stroke" | "x" | "y" | "cx" | "cy" | "r" | "id" | "class"
  | "fill-opacity" | "stroke-width" | "stroke-dasharray" | "patternUnits" | "aria-hidden" | "focusable" | "patternTransform" | "rx"
  | "transform" | "font-size" | "font-weight" | "font-family" | "text-anchor" | "paint-order" | "opacity" | "clip-path"
  | "textLength" | "lengthAdjust";

/** Make an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Partial<Record<SvgAttribute, string | number>> = {},
  ...children: readonly SVGElement[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A button that does one thing. */
export function button(attributes: Attributes, onPress: () => void, ...children: readonly Content[]): HTMLButtonElement {
  const element = el("button", { type: "button", ...attributes }, ...children);
  element.addEventListener("click", onPress);
  return element;
}

/** The address when it is a web page's, else null: no scripts, no files, no data addresses. */
export function safeAddress(text: string): string | null {
  try {
    const address = new URL(text);
    return address.protocol === "http:" || address.protocol === "https:" ? address.href : null;
  } catch {
    return null;
  }
}

/** A link that tells the other side nothing, or plain text when the address is not a web page's. */
export function link(address: string, text: string): HTMLElement {
  const href = safeAddress(address);
  if (href === null) return el("span", { class: "mapper-data" }, text === address ? text : `${text} (${address})`);
  const anchor = el("a", { class: "mapper-data" }, text);
  anchor.href = href;
  anchor.rel = "noreferrer noopener";
  anchor.target = "_blank";
  return anchor;
}

/** Text from the data: kept apart from the direction of the text around it. */
export function data(text: string): HTMLElement {
  return el("span", { class: "mapper-data", dir: "auto" }, text);
}

/** Pairs of term and text; pairs without content are left out. */
export function facts(pairs: readonly (readonly [term: string, text: Content])[]): HTMLElement {
  const list = el("dl", { class: "mapper-facts" });
  for (const [term, text] of pairs) {
    if (text === null || text === undefined || text === false || text === "") continue;
    list.append(el("dt", {}, term), el("dd", {}, text));
  }
  return list;
}

/** A part that opens; its content is built when it is first opened, so a closed one costs nothing. */
export function foldout(summary: readonly Content[], build: () => readonly Content[], attributes: Attributes = {}): HTMLDetailsElement {
  const body = el("div", { class: "mapper-body" });
  const details = el("details", attributes, el("summary", {}, ...summary), body);
  let built = false;
  const fillOnce = () => {
    if (built || !details.open) return;
    built = true;
    for (const child of build()) if (child) body.append(child);
  };
  details.addEventListener("toggle", fillOnce);
  fillOnce();
  return details;
}

/** Show the first `size` items and a button for the next ones. */
export function paged<T>(items: readonly T[], build: (item: T) => HTMLElement, more: (left: number) => string, size = 50): HTMLElement {
  const list = el("div", { class: "mapper-list" });
  let shown = 0;
  const next = button({ class: "mapper-more" }, () => {
    show();
  });
  const show = () => {
    next.remove();
    items.slice(shown, shown + size).forEach((item) => list.append(build(item)));
    shown = Math.min(items.length, shown + size);
    if (shown < items.length) {
      next.textContent = more(items.length - shown);
      list.append(next);
    }
  };
  show();
  return list;
}
