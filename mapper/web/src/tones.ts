/**
 * One colour for light paper and one for dark, in one value of CSS.
 *
 * A page has one of two switches on (`app.css`): with `--on-light` the first of the two is the value, with `--on-dark` the
 * second; the other stands for nothing. So shapes, patterns and the legend change together with the theme and on paper, and
 * nothing is drawn anew. A canvas has to ask which it is (`isDark`).
 */

/** What the map and its cards lie on in the dark, for the contrast. */
export const DARK_GROUND = "#1f2328";
const ENOUGH = 4.5;

/**
 * Colours that are not only lifted: the fills of the field stay, white dots and the ramps of the density and of the hot spots go the other way, the three
 * hues of orders keep their distance, the marks of accidents stand out from that ramp, and blank ground stays quiet.
 */
const FIXED: Readonly<Record<string, string>> = {
  "#ff0000": "#ff0000",
  "#f4a718": "#f4a718",
  "#7b2d8b": "#b980dc",
  "#b0529f": "#f48fc0",
  "#4a3f9f": "#7f8cf5",
  "#ffffff": "#14171a",
  "#000000": "#000000",
  "#d3dee6": "#202e38",
  "#b5c8d5": "#284152",
  "#94b1c4": "#31566e",
  "#7398b1": "#3b6d8c",
  "#4c7b9a": "#4686ab",
  "#23516f": "#54a1cc",
  "#1f2933": "#f4f5f7",
  "#0b6fb8": "#7cc4f4",
  "#8a8f94": "#676d74",
  "#9a9fa5": "#7d848c",
  "#8c0d3b": "#ffbccb",
  "#c2255c": "#ea8fa5",
  "#db5f8c": "#d56a86",
  "#2f5597": "#b8d2f8",
  "#4f75ae": "#8fb0e0",
  "#6f8ebc": "#7391c2",
};

type Rgb = readonly [red: number, green: number, blue: number];

function rgb(colour: string): Rgb {
  const part = (at: number) => parseInt(colour.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2). */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(rgb(one)), luminance(rgb(other))].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function mixedWithWhite(colour: string, share: number): string {
  const part = (value: number) => Math.round(value + (255 - value) * share).toString(16).padStart(2, "0");
  return `#${rgb(colour).map(part).join("")}`;
}

/** The same hue, as light as text on dark ground must be. */
export function onDark(colour: string): string {
  const fixed = FIXED[colour.toLowerCase()];
  if (fixed !== undefined) return fixed;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mixedWithWhite(colour, share);
    if (contrast(mixed, DARK_GROUND) >= ENOUGH) return mixed;
  }
  return "#ffffff";
}

/** A colour `#rrggbb` as a value of CSS that follows the theme. */
export function tone(colour: string): string {
  return `var(--on-light,${colour})var(--on-dark,${onDark(colour)})`;
}

/** An attribute's value as it is on light paper, where no style sheet gives the two colours their meaning. */
export function onLight(value: string): string {
  return value.replace(/var\(--on-light,([^)]+)\)var\(--on-dark,[^)]+\)/g, "$1");
}

/** Whether an element on the page is shown in the dark theme. */
export function isDark(element: Element): boolean {
  return element.closest('[data-theme="dark"]') !== null;
}
