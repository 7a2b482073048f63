/** The modules of proj4 that the page uses; the package describes its whole only. */
declare module "proj4/lib/projections/etmerc.js" {
  interface Plane {
    x: number;
    y: number;
  }
  /** Set up on an object that holds a, es, k0, x0, y0, long0 (radians) and lat0; both ways change the point given. */
  export function init(this: object): void;
  export function forward(this: object, point: Plane): Plane;
  export function inverse(this: object, point: Plane): Plane;
}

declare module "proj4/lib/projections/laea.js" {
  interface Plane {
    x: number;
    y: number;
  }
  /** Set up on an object that holds a, e, es, x0, y0, and long0 and lat0 in radians; the point given is changed. Null opposite to the centre. */
  export function init(this: object): void;
  export function forward(this: object, point: Plane): Plane | null;
  export function inverse(this: object, point: Plane): Plane;
}

declare module "proj4/lib/datumUtils.js" {
  interface Space {
    readonly x: number;
    readonly y: number;
    readonly z: number;
  }
  export function geodeticToGeocentric(point: Space, es: number, a: number): Space;
  export function geocentricToGeodetic(point: Space, es: number, a: number, b: number): Space;
  export function geocentricToWgs84(point: Space, type: number, parameters: readonly number[]): Space;
  export function geocentricFromWgs84(point: Space, type: number, parameters: readonly number[]): Space;
}
