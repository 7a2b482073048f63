/** Places on both sides of the antimeridian on one plane; pixels of zoom 0 by hand, 256 for 360 degrees. */
import * as L from "leaflet";
import { expect, test } from "vitest";

import { distance, distanceToLine, type Geometry } from "../src/geometry.ts";
import { groupIncidents } from "../src/grouping.ts";
import { inView } from "../src/labels.ts";
import { Clusters } from "../src/layers/clusters.ts";
import { Field, mercatorX } from "../src/layers/field.ts";
import { home, onward, planeCutAt, seamOf } from "../src/seam.ts";
import { worstRanks } from "../src/worst.ts";
import { exampleData, tablesWith } from "./example.ts";

test("the plane is cut at -180, or in the middle of the empty side", () => {
  expect([seamOf(null), seamOf([46, 38, 48, 40]), seamOf([179, -17, -179, -16]), seamOf([30, 50, -130, 70])]).toEqual([-180, -180, 0, -50]);
});

test("longitudes run on from the seam and come home again", () => {
  expect([onward(-179, 0), onward(179, 0), onward(180.5, 0), onward(-180, -180)]).toEqual([181, 179, 180.5, -180]);
  expect([home(181), home(-181), home(180), home(-180), home(46.123456), home(541)]).toEqual([-179, 179, 180, -180, 46.123456, -179]);
});

test("a degree on each side lies two degrees apart, also there and back", () => {
  const crs = planeCutAt(0);
  const [west, east] = [crs.latLngToPoint(L.latLng(-16, 179), 0), crs.latLngToPoint(L.latLng(-16, -179), 0)];
  expect(east.x - west.x).toBeCloseTo((2 * 256) / 360, 9);
  expect(home(crs.pointToLatLng(east, 0).lng)).toBeCloseTo(-179, 9);
  expect(planeCutAt(-180)).toBe(L.CRS.EPSG3857);
});

test("marks of both sides are found in one part, and counted where they lie", () => {
  const data = exampleData(tablesWith({ incidents: [{ place: "point", lon: 179.5, lat: -16 }, { place: "point", lon: -179.5, lat: -16 }, { place: "point", lon: 100, lat: -16 }] }));
  const { groups } = groupIncidents(data.incidents, data.districts);
  const field = new Field(groups, [{ colour: "#000000", dash: [], fill: "#ffffff", fillOpacity: 1 }], new Uint8Array(3), 0);
  const part = { left: mercatorX(179e6), right: mercatorX(181e6), top: 0, bottom: 256 };
  expect(field.groupsIn(part, 0, 9)).toHaveLength(2);
  const [cluster] = new Clusters(field, worstRanks(data.incidents)).in(part, 1);
  expect([cluster?.n, cluster?.at[0]]).toEqual([2, 180]);
});

test("a label's place is in a view that runs on past 180", () => {
  const view = [178, -18, 182, -15] as const;
  expect([inView(view, [-179, -16]), inView(view, [179, -16]), inView(view, [-177, -16]), inView(view, [1, -16])]).toEqual([true, true, false, false]);
});

test("distances take the near side", () => {
  // on the equator, 0.2 of 111,195 m
  expect(distance([179.9, 0], [-179.9, 0])).toBeCloseTo(22_239, 3);
  const square: Geometry = { kind: "polygons", polygons: [[[[-179.9, -1], [-179, -1], [-179, 1], [-179.9, 1], [-179.9, -1]]]] };
  expect(distanceToLine([179.9, 0], square)).toBeCloseTo(22_239, 3);
});
