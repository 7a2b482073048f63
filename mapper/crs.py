"""Coordinate reference systems: the only module that names one.

Storage is WGS 84 longitude/latitude; everything that measures works in an equal-area plane made for the area at hand.
The choices behind it:

- *Equal-area, not UTM.* A density is a count per area. Lambert azimuthal equal-area on the ellipsoid keeps areas
  exactly at any longitude; UTM is off by up to 0.1 % inside its zone and has a seam at 48 E, beside the region.
- *A CRS is an authority code, a URN or WKT, never a proj4 string*: a proj4 string of SK-42 drops the datum (102.6 m).
- *One named operation for a whole layer*, the first PROJ offers with ballpark transforms forbidden, instead of PROJ's
  choice per point: neighbours must not be moved by different shifts, and the operation and its accuracy can be stated.
- *Edges are densified before they are bent*: a straight one-degree edge is 119 m off its own middle after reprojection.
- *Geodesic area and distance for every figure that is shown*; planar ones only inside the working plane.
- PROJ's network is switched off: an answer must not depend on whether a grid could be downloaded today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.network
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.crs import CRS, ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import Transformer, TransformerGroup

from mapper.errors import DataRefused, UnknownCRS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from mapper.model import LonLatBox

STORAGE = "EPSG:4326"
DENSIFY_DEGREES = 0.01
"""Longest piece of an edge given in degrees, about 1.1 km: its middle then bends by less than 2 cm."""
DENSIFY_M = 1_000.0
"""The same for an edge given in metres."""

Geometries = TypeVar("Geometries")
"""A GeoDataFrame, a GeoSeries, an array of geometries or one geometry; what goes in comes out."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*:[A-Za-z0-9_.]+")
_URN = re.compile(r"urn:(x-)?ogc:def:crs:\S+|https?://www\.opengis\.net/def/crs/\S+", re.IGNORECASE)
_WKT = re.compile(r"[A-Z0-9_]+\s*\[", re.IGNORECASE)
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
_M2_PER_KM2 = 1e6
_LARGEST_LON, _LARGEST_LAT = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Operation:
    """The PROJ operation that takes one CRS to another.

    `code` is the EPSG code of its datum step ("EPSG:15865"), None where the datum does not change or the step has none.
    `accuracy_m` is the registry's figure for the datum step alone, None where the registry does not know.
    """

    name: str
    code: str | None
    accuracy_m: float | None


def known_crs(text: str | CRS) -> CRS:
    """Return the CRS that a layer names.

    Parameters
    ----------
    text : str or pyproj.CRS
        An authority code ("EPSG:28408"), an OGC URN or address, or WKT.

    Raises
    ------
    UnknownCRS
        When nothing is named, the name is a proj4 string or not known, or it is no geographic or projected system.

    Examples
    --------
    >>> known_crs("EPSG:28408").name
    'Pulkovo 1942 / Gauss-Kruger zone 8'
    >>> known_crs("+proj=longlat +datum=WGS84")
    Traceback (most recent call last):
    mapper.errors.UnknownCRS: a proj4 string may lose the datum and is not accepted as a reference system. Name it ...
    """
    if isinstance(text, CRS):
        return _mappable(text, text.name)
    given = text.strip()
    if not given:
        raise UnknownCRS("no coordinate reference system is named", advice=_NAME_IT)
    if "+proj" in given or "+init" in given:
        raise UnknownCRS(
            "a proj4 string may lose the datum and is not accepted as a reference system",
            advice=_NAME_IT,
        )
    if not (_CODE.fullmatch(given) or _URN.fullmatch(given) or _WKT.match(given)):
        raise UnknownCRS(f"'{given[:80]}' does not name a coordinate reference system", advice=_NAME_IT)
    try:
        crs = CRS.from_user_input(given)
    except CRSError as error:
        raise UnknownCRS(f"'{given[:80]}' is not a known coordinate reference system", advice=_NAME_IT) from error
    return _mappable(crs, given[:80])


_NAME_IT = f"Name it by its authority code, such as {STORAGE}."


def _mappable(crs: CRS, name: str) -> CRS:
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownCRS(f"'{name}' is neither a geographic nor a projected reference system", advice=_NAME_IT)
    return crs


def working_crs(lon_lat_bounds: LonLatBox) -> CRS:
    """Return the equal-area plane for an area: Lambert azimuthal equal-area, WGS 84, metres, centred on the area.

    Parameters
    ----------
    lon_lat_bounds : tuple of float
        West, south, east, north in WGS 84 degrees; west > east means that the area crosses the antimeridian.

    Raises
    ------
    DataRefused
        When a bound is not finite, not a longitude or latitude, or south lies above north.

    Notes
    -----
    The centre is rounded to 0.01 degree, so that a layer that grows by one record keeps its plane more often than not.

    Examples
    --------
    >>> working_crs((46.2, 38.8, 47.4, 40.5)).name
    'WGS 84 / Lambert azimuthal equal-area 39.65 46.8'
    """
    west, south, east, north = (float(bound) for bound in lon_lat_bounds)
    if not (max(abs(west), abs(east)) <= _LARGEST_LON and -_LARGEST_LAT <= south <= north <= _LARGEST_LAT):
        raise DataRefused(
            f"west {west:g}, south {south:g}, east {east:g}, north {north:g} do not bound an area in degrees",
            advice="Give longitudes in -180..180 and latitudes in -90..90, south below north.",
        )
    width = (east - west) % 360 if west > east else east - west
    longitude = (west + width / 2 + 180) % 360 - 180
    centre_lon, centre_lat = round(longitude, 2) + 0.0, round((south + north) / 2, 2) + 0.0
    return ProjectedCRS(
        conversion=LambertAzimuthalEqualAreaConversion(
            latitude_natural_origin=centre_lat, longitude_natural_origin=centre_lon
        ),
        name=f"WGS 84 / Lambert azimuthal equal-area {centre_lat:g} {centre_lon:g}",
        geodetic_crs=CRS.from_user_input(STORAGE),
    )


def lon_lat_bounds(geometries: object) -> LonLatBox:
    """Return the narrowest box around WGS 84 geometries; west > east where it crosses the antimeridian.

    Parameters
    ----------
    geometries : GeoSeries or array of geometries
        At least one with coordinates; missing ones are passed over. A shape that crosses the antimeridian is cut there.

    Raises
    ------
    DataRefused
        When none has coordinates.

    Examples
    --------
    >>> lon_lat_bounds(np.array([shapely.box(179, 50, 180, 51), shapely.box(-180, 50, -178, 51)]))
    (179.0, 50.0, -178.0, 51.0)
    """
    shapes = np.asarray(geometries, dtype=object).ravel()
    several = shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT
    bounds = shapely.bounds(np.concatenate([shapes[~several], shapely.get_parts(shapes[several])]))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        raise DataRefused("none of the shapes has coordinates", advice="Give at least one polygon or point.")
    starts, ends = bounds[:, 0], bounds[:, 2]
    # The widest gap between spans of longitude, going east around the earth, is what the box leaves out.
    order = np.argsort(starts, kind="stable")
    reached = np.maximum.accumulate(ends[order])
    gaps = np.append(starts[order][1:], starts[order][0] + 360) - reached
    widest = int(np.argmax(gaps))
    west, east = starts[order][(widest + 1) % len(order)], reached[widest]
    return float(west), float(bounds[:, 1].min()), float(east), float(bounds[:, 3].max())


def operation(source: str | CRS, target: str | CRS = STORAGE, *, area: LonLatBox | None = None) -> Operation:
    """Describe the operation that `to_storage` and `to_working` would use between two systems.

    Raises
    ------
    UnknownCRS
        When a system is not known or no operation better than a ballpark one exists.

    Examples
    --------
    >>> operation("EPSG:28408")
    Operation(name='Pulkovo 1942 to WGS 84 (16)', code='EPSG:15865', accuracy_m=4.5)
    >>> operation("EPSG:32638")
    Operation(name='Inverse of UTM zone 38N', code=None, accuracy_m=0.0)
    """
    transformer = _transformer(known_crs(source).to_wkt(), known_crs(target).to_wkt(), area)
    steps = [step for step in transformer.operations or () if not step.name.startswith("axis order change")]
    datum_steps = [step for step in steps if step.type_name == "Transformation"]
    ids = [step.to_json_dict().get("id") for step in datum_steps]
    codes = [f"{each['authority']}:{each['code']}" for each in ids if each]
    return Operation(
        name=" + ".join(step.name for step in datum_steps or steps),
        code=" + ".join(codes) or None,
        accuracy_m=transformer.accuracy if transformer.accuracy >= 0 else None,
    )


def transform_points(
    x: ArrayLike,
    y: ArrayLike,
    source: str | CRS,
    target: str | CRS = STORAGE,
    *,
    area: LonLatBox | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transform coordinates in (easting or longitude, northing or latitude) order: same shape in and out.

    Parameters
    ----------
    x, y : array-like
        Easting or longitude, northing or latitude. A Soviet map calls the northing X: swap it before.
    area : tuple of float, optional
        Where the data lie (WGS 84), to choose among several operations.

    Raises
    ------
    UnknownCRS
        When a system is not known or no operation better than a ballpark one exists.
    DataRefused
        When a coordinate is not finite before or after the transformation.

    Examples
    --------
    >>> lon, lat = transform_points([8664716.58], [4430395.18], "EPSG:28408")
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (46.92736, 39.99096)
    """
    transformer = _transformer(known_crs(source).to_wkt(), known_crs(target).to_wkt(), area)
    moved_x, moved_y = transformer.transform(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    _require_finite(np.column_stack([np.ravel(moved_x), np.ravel(moved_y)]))
    return np.asarray(moved_x, dtype=float), np.asarray(moved_y, dtype=float)


def to_working(
    geometries: Geometries, crs: CRS, *, segment_limit: float | None = None, area: LonLatBox | None = None
) -> Geometries:
    """Bring geometries into a working plane; row for row, the same index, nothing mutated.

    Parameters
    ----------
    geometries : GeoDataFrame, GeoSeries, array of geometries or one geometry
        A frame or series in the CRS it states; bare geometries in WGS 84 longitude/latitude. Heights are dropped.
    crs : pyproj.CRS
        As `working_crs` gives it.
    segment_limit : float, optional
        Longest piece of an edge before reprojection, in the source's unit; `DENSIFY_DEGREES` or `DENSIFY_M` by default.

    Raises
    ------
    UnknownCRS
        When a frame states no CRS, or no operation better than a ballpark one exists.
    DataRefused
        When a coordinate is not finite before or after.
    """
    return _reproject(geometries, _stated_crs(geometries, STORAGE), crs, segment_limit, area)


def to_storage(
    geometries: Geometries,
    crs: str | CRS | None = None,
    *,
    segment_limit: float | None = None,
    area: LonLatBox | None = None,
) -> Geometries:
    """Bring geometries to WGS 84 longitude/latitude; row for row, the same index, nothing mutated.

    Parameters
    ----------
    geometries : GeoDataFrame, GeoSeries, array of geometries or one geometry
        Heights are dropped.
    crs : str or pyproj.CRS, optional
        The CRS of bare geometries, or of a frame that states none. A frame that states another one is refused.
    segment_limit, area
        As in `to_working` and `transform_points`.

    Raises
    ------
    UnknownCRS
        When no CRS is known, two contradict each other, or no operation better than a ballpark one exists.
    DataRefused
        When a coordinate is not finite before or after.

    Examples
    --------
    >>> plane = working_crs((46.0, 39.0, 47.0, 40.0))
    >>> there = to_working(shapely.Point(46.5, 39.5), plane)
    >>> (round(there.x, 3), round(there.y, 3))
    (0.0, 0.0)
    >>> to_storage(there, plane).wkt
    'POINT (46.5 39.5)'
    """
    return _reproject(geometries, _stated_crs(geometries, crs), known_crs(STORAGE), segment_limit, area)


def swap_lon_lat(geometries: Geometries) -> Geometries:
    """Exchange the two coordinates of every vertex: the one place where longitude and latitude change seats.

    Examples
    --------
    >>> swap_lon_lat(shapely.Point(39.99, 46.93)).wkt
    'POINT (46.93 39.99)'
    """
    crs = getattr(geometries, "crs", None)
    return _with_geometries(geometries, shapely.transform(_as_array(geometries), lambda xy: xy[:, ::-1]), crs)


def geodesic_area_km2(geometries: object) -> NDArray[np.float64]:
    """Return the area of each polygon on the WGS 84 ellipsoid, holes taken off, as a float array in the given order.

    Parameters
    ----------
    geometries : GeoDataFrame, GeoSeries, array of geometries or one geometry
        In WGS 84 longitude/latitude, valid; no geometry, a point or a line has area 0.

    Notes
    -----
    An edge is straight in longitude/latitude, as GeoJSON says, not a geodesic: it is densified to `DENSIFY_DEGREES`.

    Examples
    --------
    >>> float(geodesic_area_km2(shapely.box(46, 39, 47, 40))[0].round(1))
    9549.5
    """
    polygons = np.atleast_1d(np.asarray(_as_array(geometries), dtype=object))
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, part_owner = parts[is_polygon], part_owner[is_polygon]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    rings = _dense_rings(rings, DENSIFY_DEGREES)
    is_hole = np.r_[False, ring_part[1:] == ring_part[:-1]] if len(rings) else np.zeros(0, dtype=bool)
    areas = np.array([_ring_area_km2(ring) for ring in rings], dtype=float)
    signed = np.where(is_hole, -areas, areas)
    return np.bincount(part_owner[ring_part], weights=signed, minlength=len(polygons)).astype(float)


def geodesic_distance_m(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> NDArray[np.float64]:
    """Return the distance on the WGS 84 ellipsoid between points, broadcast like numpy does.

    Examples
    --------
    >>> float(geodesic_distance_m(46.0, 40.0, 46.0, 41.0).round(1))
    111044.3
    """
    given = [np.asarray(each, dtype=float) for each in (lon_a, lat_a, lon_b, lat_b)]
    shape = np.broadcast_shapes(*(each.shape for each in given))
    flat = [np.array(np.broadcast_to(each, shape)).ravel() for each in given]
    _, _, distance = _ELLIPSOID.inv(flat[0], flat[1], flat[2], flat[3])
    return np.asarray(distance, dtype=float).reshape(shape)


def geodesic_circle(lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike, *, corners: int = 48) -> NDArray[np.object_]:
    """Return a polygon around each WGS 84 point that covers the circle of a radius on the ellipsoid.

    Parameters
    ----------
    lon, lat, radius_m : array
        Degrees and metres, of one length; the radius is above 0.
    corners : int
        Of each polygon. Its sides touch the circle, so it is never smaller: with 48 corners they lie up to 0.2 % farther out.

    Returns
    -------
    array of Polygon
        WGS 84; longitudes of one that crosses the antimeridian change their sign there.

    Examples
    --------
    >>> (circle,) = geodesic_circle([46.5], [39.5], [2000.0])
    >>> (
    ...     len(circle.exterior.coords),
    ...     geodesic_area_km2(circle).round(3).tolist(),
    ... )  # 48 tan(180° / 48) 2², a circle has 12.566
    (49, [12.584])
    """
    lons, lats, radii = (np.asarray(each, dtype=float) for each in (lon, lat, radius_m))
    turns = np.linspace(360.0, 0.0, corners, endpoint=False)  # counter-clockwise
    out = radii / np.cos(np.pi / corners)
    spread = (np.repeat(each, corners) for each in (lons, lats, out))
    at_lon, at_lat, far = spread
    east, north, _ = _ELLIPSOID.fwd(at_lon, at_lat, np.tile(turns, len(lons)), far)
    return np.asarray(shapely.polygons(np.stack([east, north], axis=-1).reshape(len(lons), corners, 2)))


def _require_finite(xy: NDArray[np.float64]) -> None:
    lost = int(np.count_nonzero(~np.isfinite(xy).all(axis=1)))
    if lost:
        raise DataRefused(
            f"{lost} of {len(xy)} coordinates are no numbers or have no place in the target reference system",
            advice="Check the coordinate reference system and the order of the two coordinates.",
        )


def _ring_area_km2(ring: shapely.LinearRing) -> float:
    lon, lat = shapely.get_coordinates(ring).T
    area_m2, _ = _ELLIPSOID.polygon_area_perimeter(lon, lat)
    return abs(float(area_m2)) / _M2_PER_KM2


@lru_cache(maxsize=64)
def _transformer(source_wkt: str, target_wkt: str, area: LonLatBox | None) -> Transformer:
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # public, but missing in its stub
    source, target = CRS.from_wkt(source_wkt), CRS.from_wkt(target_wkt)
    interest = AreaOfInterest(*area) if area else None
    try:
        group = TransformerGroup(
            source,
            target,
            always_xy=True,
            allow_ballpark=False,
            area_of_interest=interest,  # type: ignore[arg-type]  # its stub has a second class of this name
        )
    except ProjError as error:
        raise UnknownCRS(f"'{source.name}' cannot be transformed to '{target.name}'", advice=_NAME_IT) from error
    if not group.transformers:
        raise UnknownCRS(
            f"no operation of known accuracy leads from '{source.name}' to '{target.name}'", advice=_NAME_IT
        )
    return group.transformers[0]


def _stated_crs(geometries: object, given: str | CRS | None) -> CRS:
    own = getattr(geometries, "crs", None)
    if own is not None:
        stated = known_crs(own)
        if given not in (None, STORAGE) and not stated.equals(known_crs(given), ignore_axis_order=True):
            raise UnknownCRS(
                f"the frame says '{stated.name}' but '{known_crs(given).name}' was named",
                advice="Name the one that is right in the catalogue.",
            )
        return stated
    if given is None or (isinstance(geometries, gpd.GeoDataFrame | gpd.GeoSeries) and given == STORAGE):
        raise UnknownCRS("the frame states no coordinate reference system", advice=_NAME_IT)
    return known_crs(given)


def _reproject(
    geometries: Geometries, source: CRS, target: CRS, segment_limit: float | None, area: LonLatBox | None
) -> Geometries:
    flat = _as_array(geometries)
    flat = shapely.force_2d(flat) if np.any(shapely.has_z(flat)) else flat
    if source.equals(target, ignore_axis_order=True):
        _require_finite(shapely.get_coordinates(flat))
        return _with_geometries(geometries, flat, target)
    default = DENSIFY_DEGREES if source.is_geographic else DENSIFY_M
    dense = _densified(flat, segment_limit or default)
    moved = shapely.transform(dense, lambda x, y: transform_points(x, y, source, target, area=area), interleaved=False)
    return _with_geometries(geometries, moved, target)


def _densified(geometries: object, limit: float) -> object:
    """Put vertices into long edges, and leave everything else as it is: what is invalid stays so.

    `shapely.segmentize` of a polygon that crosses itself gives the `buffer(0)` of it, in silence: half of a bow-tie is lost
    before any check can see it. So polygons are taken apart, their rings densified as lines, and put together again.
    """
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    dense = given.copy()
    long = np.flatnonzero(_has_edge_over(given, limit))
    kinds = shapely.get_type_id(given[long])
    areal = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    mixed = kinds == shapely.GeometryType.GEOMETRYCOLLECTION
    dense[long[areal]] = _dense_polygons(given[long[areal]], limit)
    dense[long[~areal & ~mixed]] = shapely.segmentize(given[long[~areal & ~mixed]], limit)
    for at in long[mixed]:
        inside = np.asarray(_densified(shapely.get_parts(given[at]), limit), dtype=object)
        dense[at] = shapely.GeometryCollection(inside.tolist())
    return dense if isinstance(geometries, np.ndarray) else dense[0]


def _has_edge_over(geometries: NDArray[np.object_], limit: float) -> NDArray[np.bool_]:
    """Tell which geometries have two neighbouring vertices farther apart than that (those of two rings may count too)."""
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    apart = np.hypot(*np.diff(xy, axis=0).T) > limit
    long = np.zeros(len(geometries), dtype=bool)
    long[owner[1:][apart & (owner[1:] == owner[:-1])]] = True
    return long


def _dense_polygons(polygons: NDArray[np.object_], limit: float) -> NDArray[np.object_]:
    """Densify each ring by itself; an empty part of a multipolygon is left out."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    held = ~shapely.is_empty(parts)
    parts, owner = parts[held], owner[held]
    if not len(parts):
        return polygons
    rings, part = shapely.get_rings(parts, return_index=True)
    parts = shapely.polygons(_dense_rings(rings, limit), indices=part)
    several = shapely.get_type_id(polygons) == shapely.GeometryType.MULTIPOLYGON
    dense = np.empty(len(polygons), dtype=object)
    alone = ~several[owner]
    dense[owner[alone]] = parts[alone]
    if several.any():
        numbered = np.cumsum(several) - 1
        dense[several] = shapely.multipolygons(parts[~alone], indices=numbered[owner[~alone]])
    return dense


def _dense_rings(rings: NDArray[np.object_], limit: float) -> NDArray[np.object_]:
    """Densify rings; one that is a single point has no edge, and GEOS would fail on it."""
    dense, long = rings.copy(), shapely.length(rings) > 0
    dense[long] = shapely.segmentize(rings[long], limit)
    return dense


def _as_array(geometries: object) -> object:
    if isinstance(geometries, gpd.GeoDataFrame | gpd.GeoSeries):
        return np.asarray(geometries.geometry.array, dtype=object)
    return geometries


def _with_geometries(like: Geometries, geometries: object, crs: CRS | None) -> Geometries:
    result = geometries
    if isinstance(like, gpd.GeoSeries):
        result = gpd.GeoSeries(geometries, index=like.index, crs=crs, name=like.name)
    elif isinstance(like, gpd.GeoDataFrame):
        result = like.set_geometry(gpd.GeoSeries(geometries, index=like.index, crs=crs, name=like.geometry.name))
    return cast("Geometries", result)
