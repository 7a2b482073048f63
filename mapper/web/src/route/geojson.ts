/** The checked route as GeoJSON (RFC 7946): one feature for each stretch of one verdict. */
import type { Segment, Verdict } from "../access/ground.ts";
import type { LonLat } from "../geometry.ts";

const HALF_TURN = 180;
const DIGITS = 6;
/** Which way a line leaves a place on the antimeridian is told by looking this share of it ahead. */
const ONWARD = 1e-6;

function rounded(degrees: number): number {
  return Number(degrees.toFixed(DIGITS));
}

/** A line whose longitudes may run on past 180, cut there. */
export function cutAtAntimeridian(line: readonly LonLat[]): LonLat[][] {
  const parts: LonLat[][] = [];
  const home = (lon: number, turn: number): number => lon - 2 * HALF_TURN * turn;
  const turnOf = (lon: number) => Math.round(lon / (2 * HALF_TURN));
  for (let i = 1; i < line.length; i++) {
    const [[lon1, lat1], [lon2, lat2]] = [line[i - 1] as LonLat, line[i] as LonLat];
    const turn = turnOf(lon1 + (lon2 - lon1) * ONWARD);
    const [a, b] = [home(lon1, turn), home(lon2, turn)];
    const crossed = [HALF_TURN, -HALF_TURN].find((edge) => (a - edge) * (b - edge) < 0);
    const start: LonLat = [rounded(a), rounded(lat1)];
    const end: LonLat = [rounded(b), rounded(lat2)];
    const open = parts[parts.length - 1];
    const last = open?.[open.length - 1];
    if (open === undefined || last?.[0] !== start[0] || last[1] !== start[1]) parts.push([start]);
    if (crossed !== undefined) {
      const lat = rounded(lat1 + ((crossed - a) / (b - a)) * (lat2 - lat1));
      parts[parts.length - 1]?.push([crossed, lat]);
      parts.push([[-crossed, lat]]);
      parts[parts.length - 1]?.push([rounded(b - 2 * crossed), rounded(lat2)]);
    } else {
      parts[parts.length - 1]?.push(end);
    }
  }
  return parts;
}

function feature({ from_km, to_km, verdict, orders, lines }: Segment, { on, known_by, who }: Verdict, label: string): object {
  const parts = lines.flatMap(cutAtAntimeridian);
  const geometry = parts.length === 1 ? { type: "LineString", coordinates: parts[0] } : { type: "MultiLineString", coordinates: parts };
  return {
    type: "Feature",
    geometry,
    properties: { from_km: rounded(from_km), to_km: rounded(to_km), verdict, verdict_text: label, orders: orders.join(";"), on, known_by, who },
  };
}

/** The text of the file; `label` names a verdict in the reader's language. */
export function routeGeoJson(answer: Verdict, label: (code: string) => string): string {
  const features = answer.segments.map((segment) => feature(segment, answer, label(segment.verdict)));
  return `${JSON.stringify({ type: "FeatureCollection", features })}\n`;
}
