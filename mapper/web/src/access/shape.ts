/**
 * A place on the ground, asked about or recorded: points, lines or polygons with what is needed to measure them, made once.
 */
import { polygonsOf, type Geometry, type LonLat } from "../geometry.ts";
import { makeBoundary, metresBetween, type Boundary } from "./geodesy.ts";
import { degrees, insideSpot, makePath, pathsMeet, shifts, sideOf, TURN, witnesses, wrap, type Box, type Path, type Spot } from "./rings.ts";

/** A degree of arc is nowhere on the ellipsoid shorter than 110,574 m. */
const LEAST_METRES_PER_DEGREE = 110_000;
const RADIANS = Math.PI / 180;

/** Degrees of arc from box `a` to the nearer of the other box's meridians. */
function eastBetween(a: Box, b: Box): number {
  const widths = a[2] - a[0] + b[2] - b[0];
  if (widths >= TURN / 2) return 0;
  const middles = wrap(((a[0] + a[2] - b[0] - b[2]) / 2) % TURN);
  const apart = Math.min(90, degrees(Math.max(0, Math.abs(middles) - widths / 2)));
  const farthest = degrees(Math.max(Math.abs(a[1]), Math.abs(a[3])));
  return Math.asin(Math.cos(farthest * RADIANS) * Math.sin(apart * RADIANS)) / RADIANS;
}

/** Metres that the distance between anything in the two boxes is not below. */
export function leastMetres(a: Box, b: Box): number {
  const north = degrees(Math.max(0, a[1] - b[3], b[1] - a[3]));
  return LEAST_METRES_PER_DEGREE * Math.max(north, eastBetween(a, b));
}

/** Units of latitude that hold so many metres, and some more. */
export function northOf(metres: number): number {
  return (metres / LEAST_METRES_PER_DEGREE) * (TURN / 360);
}

/** Whether the distance between the boxes may be `most` metres or less; most of what is far is told by its latitude. */
export function mayReach(a: Box, b: Box, most: number): boolean {
  const north = northOf(most);
  return a[1] - b[3] <= north && b[1] - a[3] <= north && leastMetres(a, b) <= most;
}

export class Shape {
  readonly box: Box;
  private made: Boundary | null = null;

  private constructor(
    readonly paths: readonly Path[],
    /** The rings of each polygon; none for points and lines. */
    readonly polygons: readonly (readonly Path[])[],
  ) {
    this.box = [
      Math.min(...paths.map(({ box }) => box[0])),
      Math.min(...paths.map(({ box }) => box[1])),
      Math.max(...paths.map(({ box }) => box[2])),
      Math.max(...paths.map(({ box }) => box[3])),
    ];
  }

  static point(at: LonLat): Shape {
    return new Shape([makePath([at])], []);
  }

  static line(places: readonly LonLat[]): Shape {
    return new Shape([makePath(places)], []);
  }

  /** Null when there is no geometry, or none with a place in it. */
  static of(geometry: Geometry | null): Shape | null {
    if (geometry === null) return null;
    if (geometry.kind === "point") return Shape.point(geometry.at);
    if (geometry.kind === "lines") {
      const lines = geometry.lines.filter((line) => line.length > 0);
      return lines.length === 0 ? null : new Shape(lines.map(makePath), []);
    }
    const polygons = polygonsOf(geometry)
      .map((polygon) => polygon.filter((ring) => ring.length > 0).map(makePath))
      .filter((polygon) => polygon.length > 0);
    return polygons.length === 0 ? null : new Shape(polygons.flat(), polygons);
  }

  get boundary(): Boundary {
    return (this.made ??= makeBoundary(this.paths));
  }

  /** Whether the spot lies in the polygons or on their line. */
  contains(spot: Spot): boolean {
    return this.polygons.some((rings) => sideOf(rings, spot) !== "out");
  }

  /** Whether the spot lies in the polygons and not on their line. */
  containsWithin(spot: Spot): boolean {
    return this.polygons.some((rings) => sideOf(rings, spot) === "in");
  }

  private holdsAStartOf(other: Shape): boolean {
    return other.paths.some(({ xs, ys }) => this.contains({ x: xs[0] as number, y: ys[0] as number }));
  }

  /** Whether the two have a place in common. */
  meets(other: Shape): boolean {
    if (shifts(this.box, other.box).length === 0) return false;
    return (
      this.holdsAStartOf(other) ||
      other.holdsAStartOf(this) ||
      this.linesMeet(other)
    );
  }

  /** Whether the insides of two sets of polygons have ground in common. */
  sharesInsideWith(other: Shape): boolean {
    return this.entersInsideOf(other) || other.entersInsideOf(this) || this.insides().some((spot) => other.containsWithin(spot));
  }

  /** Whether some of this line runs through the inside of the other. */
  private entersInsideOf(other: Shape): boolean {
    return this.paths.some((path) => witnesses(path, other.paths).some((spot) => other.containsWithin(spot)));
  }

  /** A spot inside each polygon, for the case that two have the very same line. */
  private insides(): Spot[] {
    return this.polygons.map(insideSpot).filter((spot): spot is Spot => spot !== null);
  }

  /** Metres to the other, 0 when they meet; Infinity when that is more than `most`. */
  metresTo(other: Shape, most = Infinity): number {
    if (this.meets(other)) return 0;
    return mayReach(this.box, other.box, most) ? metresBetween(this.boundary, other.boundary, most) : Infinity;
  }

  /**
   * Whether all of the other lies in these polygons and stays `margin` metres away from their line. With no margin the line
   * itself is still in.
   */
  holds(other: Shape, margin: number): boolean {
    if (!this.holdsAllStartsOf(other) || this.entersAreaOf(other)) return false;
    if (margin > 0) return !this.linesMeet(other) && metresBetween(this.boundary, other.boundary, margin) >= margin;
    return other.paths.every((path) => witnesses(path, this.paths).every((spot) => this.contains(spot)));
  }

  private holdsAllStartsOf(other: Shape): boolean {
    return other.paths.every(({ xs, ys }) => this.contains({ x: xs[0] as number, y: ys[0] as number }));
  }

  private linesMeet(other: Shape): boolean {
    return this.paths.some((path) => other.paths.some((opposite) => pathsMeet(path, opposite)));
  }

  /** Whether a line of these polygons (a hole's) runs inside the other's area. */
  private entersAreaOf(other: Shape): boolean {
    return other.polygons.length > 0 && this.paths.some(({ xs, ys }) => Array.from(xs).some((x, i) => other.containsWithin({ x, y: ys[i] as number })));
  }
}

const known = new WeakMap<Geometry, Shape | null>();

/** The shape of a stored geometry, made once. */
export function shapeOf(geometry: Geometry | null): Shape | null {
  if (geometry === null) return null;
  const found = known.get(geometry);
  if (found !== undefined) return found;
  const made = Shape.of(geometry);
  known.set(geometry, made);
  return made;
}
