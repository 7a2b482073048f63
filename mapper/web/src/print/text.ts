/** Text on a sheet: SVG breaks no lines, so they are broken here. */
import { svg } from "../elements.ts";

export interface Font {
  readonly size: number;
  readonly bold?: boolean;
}

export type Measure = (text: string, font: Font) => number;

export const FAMILY = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const LEADING = 1.25;
/** From the top of a line to the foot of its letters, in parts of their size. */
const ASCENT = 0.95;
const UNREADABLE = "\uFFFD";

/** Letters are measured once at this size: widths grow with it. */
const MEASURED = 100;

/** Measure with the browser's own letters. */
export function measureIn(page: Document): Measure {
  const ctx = page.createElement("canvas").getContext("2d");
  const known = [new Map<string, number>(), new Map<string, number>()] as const;
  const width = (text: string, bold: boolean): number => {
    if (ctx === null) return text.length * MEASURED;
    ctx.font = `${bold ? 700 : 400} ${MEASURED}px ${FAMILY}`;
    return ctx.measureText(text).width;
  };
  return (text, { size, bold = false }) => {
    const widths = known[bold ? 1 : 0];
    const found = widths.get(text) ?? width(text, bold);
    widths.set(text, found);
    return (found * size) / MEASURED;
  };
}

/** What XML cannot hold would make the whole picture unreadable, so it is shown as a sign for it. */
export function forXml(text: string): string {
  return Array.from(text, (sign) => {
    const code = sign.codePointAt(0) as number;
    const held = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code < 0xd800) || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
    return held ? sign : UNREADABLE;
  }).join("");
}

/** As many signs of a word as fit, and the rest. */
function broken(word: string, width: number, font: Font, measure: Measure): string[] {
  const parts: string[] = [];
  let part = "";
  for (const sign of Array.from(word)) {
    if (part !== "" && measure(part + sign, font) > width) {
      parts.push(part);
      part = "";
    }
    part += sign;
  }
  return [...parts, part];
}

/** The lines of a text that are no wider than `width`; a word that is wider by itself is broken. */
export function wrap(text: string, width: number, font: Font, measure: Measure): string[] {
  const lines: string[] = [];
  const blank = measure(" ", font);
  for (const paragraph of text.split("\n")) {
    let [line, long] = ["", 0];
    for (const word of paragraph.split(/[ \t\r]+/).filter((one) => one !== "")) {
      const own = measure(word, font);
      if (line !== "" && long + blank + own <= width) {
        [line, long] = [`${line} ${word}`, long + blank + own];
        continue;
      }
      if (line !== "") lines.push(line);
      const parts = own <= width ? [word] : broken(word, width, font, measure);
      lines.push(...parts.slice(0, -1));
      line = parts[parts.length - 1] as string;
      long = measure(line, font);
    }
    if (line !== "") lines.push(line);
  }
  return lines;
}

/** At most so many lines; the last one says by its end that there were more. */
export function atMost(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), `${lines[most - 1] as string} …`];
}

export function heightOf(lines: readonly string[], { size }: Font): number {
  return lines.length * size * LEADING;
}

/** One line of text, its letters standing on `y`. */
export function line(text: string, x: number, y: number, { size, bold = false }: Font, anchor: "start" | "middle" | "end" = "start"): SVGTextElement {
  const element = svg("text", { x, y, "font-size": size, "font-weight": bold ? 700 : 400, "text-anchor": anchor, fill: "#000000" });
  element.textContent = forXml(text);
  return element;
}

/** Lines under one another, the first beginning at the height `y`. */
export function paragraph(lines: readonly string[], x: number, y: number, font: Font): SVGTextElement[] {
  return lines.map((text, index) => line(text, x, y + font.size * (ASCENT + index * LEADING), font));
}
