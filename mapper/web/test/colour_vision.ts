/**
 * How colours look to eyes that lack a kind of cone, and in grey print; and how far two colours are apart.
 *
 * The matrices are those of Machado, Oliveira and Fernandes (2009, "A physiologically-based model for simulation of color
 * vision deficiency", IEEE TVCG 15(6)) at severity 1.0, on linear RGB. The distance is CIE 1976 ΔE*ab under D65.
 */
type Three = readonly [number, number, number];
type Matrix = readonly [Three, Three, Three];

const MACHADO: Readonly<Record<string, Matrix>> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const SRGB_TO_XYZ: Matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
const WHITE: Three = [0.95047, 1, 1.08883];

const times = (matrix: Matrix, [a, b, c]: Three): Three => matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Three;
const each = (three: Three, change: (part: number) => number): Three => three.map(change) as unknown as Three;

function linear(colour: string): Three {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255) as unknown as Three;
  return each(parts, (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
}

/** Sight by name, each from linear RGB to linear RGB. */
export const SIGHTS: Readonly<Record<string, (rgb: Three) => Three>> = {
  usual: (rgb) => rgb,
  ...Object.fromEntries(Object.entries(MACHADO).map(([name, matrix]) => [name, (rgb: Three) => each(times(matrix, rgb), (part) => Math.min(1, Math.max(0, part)))])),
  grey: ([red, green, blue]) => {
    const y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    return [y, y, y];
  },
};

export function lab(colour: string, sight = "usual"): Three {
  const seen = (SIGHTS[sight] as (rgb: Three) => Three)(linear(colour));
  const xyz = times(SRGB_TO_XYZ, seen).map((part, at) => part / (WHITE[at] as number)) as unknown as Three;
  const [x, y, z] = each(xyz, (t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ΔE*ab of two colours as they are seen. */
export function apart(one: string, other: string, sight = "usual"): number {
  const [a, b] = [lab(one, sight), lab(other, sight)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** A colour of this opacity on a ground. */
export function over(colour: string, ground: string, opacity: number): string {
  const part = (at: number) => Math.round(parseInt(colour.slice(at, at + 2), 16) * opacity + parseInt(ground.slice(at, at + 2), 16) * (1 - opacity));
  return `#${[1, 3, 5].map((at) => part(at).toString(16).padStart(2, "0")).join("")}`;
}
