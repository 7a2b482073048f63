/**
 * Shapes as the block holds them, and the few questions the page asks of them.
 *
 * Integers of 1e-6 degree, each point the difference from the one before: exact, and small after compression. Questions
 * of distance are answered on a local plane around the asked place (equirectangular), good to well under 1 % within the
 * few kilometres they are asked for; the verdict of later work will use geodesics.
 */

export type LonLat = readonly [lon: number, lat: number];
export type Ring = readonly LonLat[];
/** First ring outside, the others holes. */
export type Polygon = readonly Ring[];

export type Geometry =
  | { readonly kind: "point"; readonly at: LonLat }
  | { readonly kind: "lines"; readonly lines: readonly Ring[] }
  | { readonly kind: "polygons"; readonly polygons: readonly Polygon[] };

const UNITS_PER_DEGREE = 1e6;
export const METRES_PER_DEGREE = 111_195;
const RADIANS = Math.PI / 180;

class Reader {
  private position = 0;
  private x = 0;
  private y = 0;

  constructor(private readonly values: Int32Array) {}

  whole(): number {
    const value = this.values[this.position++];
    if (value === undefined) throw new RangeError("A geometry ends too early.");
    return value;
  }

  size(): number {
    const value = this.whole();
    if (value < 0 || value > this.values.length) throw new RangeError("A geometry states an impossible length.");
    return value;
  }

  point(): LonLat {
    this.x += this.whole();
    this.y += this.whole();
    return [this.x / UNITS_PER_DEGREE, this.y / UNITS_PER_DEGREE];
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.size(); left > 0; left--) items.push(read());
    return items;
  }

  end(): void {
    if (this.position !== this.values.length) throw new RangeError("A geometry is longer than it states.");
  }
}

function readKind(reader: Reader): Geometry {
  const ring = () => reader.list(() => reader.point());
  const kind = reader.whole();
  if (kind === 1) return { kind: "point", at: reader.point() };
  if (kind === 2) return { kind: "lines", lines: reader.list(ring) };
  if (kind === 3) return { kind: "polygons", polygons: reader.list(() => reader.list(ring)) };
  throw new RangeError(`There is no geometry of kind ${kind}.`);
}

/** Decode one geometry; null when there is none. Throws RangeError when the numbers do not add up. */
export function decodeGeometry(values: Int32Array): Geometry | null {
  if (values.length === 0) return null;
  const reader = new Reader(values);
  const geometry = readKind(reader);
  reader.end();
  return geometry;
}

/** The polygons of a geometry; none for points, lines and null. */
export function polygonsOf(geometry: Geometry | null): readonly Polygon[] {
  return geometry?.kind === "polygons" ? geometry.polygons : [];
}

function segments(ring: Ring): [LonLat, LonLat][] {
  return ring.slice(1).map((end, index) => [ring[index] as LonLat, end]);
}

function inRing([x, y]: LonLat, ring: Ring): boolean {
  let inside = false;
  for (const [[ax, ay], [bx, by]] of segments(ring)) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether the place lies in the polygon; its line is not looked at here, see `distanceToLine`. */
export function inPolygon(at: LonLat, polygon: Polygon): boolean {
  const [outer, ...holes] = polygon;
  return outer !== undefined && inRing(at, outer) && !holes.some((hole) => inRing(at, hole));
}

/** Whether the place lies in any of the polygons. */
export function inGeometry(at: LonLat, geometry: Geometry | null): boolean {
  return polygonsOf(geometry).some((polygon) => inPolygon(at, polygon));
}

/** Degrees from one longitude to another by the nearer side of the earth. */
function eastward(from: number, to: number): number {
  const degrees = to - from;
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}

/** Metres east and north of `origin`. */
function plane(origin: LonLat, [lon, lat]: LonLat): LonLat {
  const metres = METRES_PER_DEGREE;
  return [eastward(origin[0], lon) * metres * Math.cos(origin[1] * RADIANS), (lat - origin[1]) * metres];
}

/** Metres between two places. */
export function distance(a: LonLat, b: LonLat): number {
  return Math.hypot(...plane(a, b));
}

function distanceToSegment([ax, ay]: LonLat, [bx, by]: LonLat): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length2));
  return Math.hypot(ax + t * dx, ay + t * dy);
}

/** Metres from the place to the nearest line of the polygons; Infinity when there are none. */
export function distanceToLine(at: LonLat, geometry: Geometry | null): number {
  let nearest = Infinity;
  for (const ring of polygonsOf(geometry).flat()) {
    for (const [a, b] of segments(ring.map((point) => plane(at, point)))) {
      nearest = Math.min(nearest, distanceToSegment(a, b));
    }
  }
  return nearest;
}

function ringArea(ring: Ring): number {
  return Math.abs(segments(ring).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0)) / 2;
}

function widestSpan(lat: number, polygon: Polygon): readonly [width: number, lon: number] {
  const crossings = polygon
    .flatMap((ring) => segments(ring))
    .filter(([[, ay], [, by]]) => ay > lat !== by > lat)
    .map(([[ax, ay], [bx, by]]) => ((bx - ax) * (lat - ay)) / (by - ay) + ax)
    .sort((a, b) => a - b);
  let best: readonly [number, number] = [0, NaN];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [west, east] = [crossings[i] as number, crossings[i + 1] as number];
    if (east - west > best[0]) best = [east - west, (west + east) / 2];
  }
  return best;
}

/** A place inside the largest polygon, where it is wide: for its label. Null when there is no polygon. */
export function labelPoint(geometry: Geometry | null): LonLat | null {
  const largest = [...polygonsOf(geometry)].sort((a, b) => ringArea(b[0] ?? []) - ringArea(a[0] ?? []))[0];
  const outer = largest?.[0];
  if (largest === undefined || outer === undefined) return null;
  const lats = outer.map(([, lat]) => lat);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const spans = [0.35, 0.43, 0.5, 0.57, 0.65].map((part) => {
    const lat = south + (north - south) * part;
    const [width, lon] = widestSpan(lat, largest);
    return { width, at: [lon, lat] as LonLat };
  });
  const widest = spans.reduce((best, span) => (span.width > best.width ? span : best));
  return Number.isFinite(widest.at[0]) ? widest.at : null;
}
