"""May I go along this line? A route judged piece by piece.

A route is cut into pieces of at most `PIECE_M` and every piece is judged as a line, not by sample points, so that no corner that
it touches between two samples is missed. Pieces of one verdict that follow each other are one segment; where two segments meet,
the stricter one is shortened by halving its last piece, as long as what is cut off is no stricter than its neighbour.

A line is straight in longitude and latitude between its corners, as GeoJSON says; across the antimeridian it takes the short way.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from mapper import crs
from mapper.analysis.in_force import RANK, VERDICTS, Asked
from mapper.analysis.judgement import BASES, Judged, judge
from mapper.analysis.reach import places_of
from mapper.analysis.telling import orders_by_place, told
from mapper.errors import DataRefused

if TYPE_CHECKING:
    import numpy.typing as npt

    from mapper.analysis.ground import Ground
    from mapper.analysis.reach import Floats, Objects
    from mapper.model import Verdict

PIECE_M = 50.0
MOST_PIECES = 400_000
"""A route of 20,000 km; longer ones are no question of this map."""
_HALVINGS = 6
_HALF_TURN = 180.0
_SHORTEST_LINE = 2


class _Pieces(NamedTuple):
    """Straight pieces in order: their ends (longitudes counted on past 180) and how far along the route they lie."""

    start: Floats
    end: Floats
    from_m: Floats
    to_m: Floats

    def part(self, at: npt.NDArray[np.intp], first: Floats, last: Floats) -> Objects:
        """Return lines from one share of each piece to another."""
        step = self.end[at] - self.start[at]
        ends = np.stack([self.start[at] + first[:, None] * step, self.start[at] + last[:, None] * step], axis=1)
        turns = np.round(ends[:, :, 0].mean(axis=1) / (2 * _HALF_TURN))
        ends[:, :, 0] = np.clip(ends[:, :, 0] - 2 * _HALF_TURN * turns[:, None], -_HALF_TURN, _HALF_TURN)
        return np.asarray(shapely.linestrings(ends), dtype=object)


class _Segment(NamedTuple):
    """Pieces of one verdict that follow each other, and where the segment begins and ends along the route."""

    rank: int
    first: int
    last: int
    from_m: float
    to_m: float


def access_route(route: shapely.Geometry, ground: Ground, asked: Asked, *, uncertainty_m: float = 0.0) -> Verdict:
    """Answer for a route in WGS 84: the strictest of its pieces, and each segment with its kilometres.

    Parameters
    ----------
    route : LineString or MultiLineString
        The parts of a multi-line follow each other; gaps between them have no length and are not judged.
    ground : Ground
        What is asked of.
    asked : Asked
        Day, knowledge and person.
    uncertainty_m : float
        How far the true route may be from the line.

    Returns
    -------
    Verdict
        With `segments`, `length_km`, `restricted_km` (under permit, hazard or ban) and `entry`, the first place of such ground.

    Raises
    ------
    DataRefused
        When it is no line, has no length, lies off the earth, or is too long to be judged.
    """
    pieces = _pieces(route)
    every = np.arange(len(pieces.from_m))
    lines = pieces.part(every, np.zeros(len(every)), np.ones(len(every)))
    judged = judge(places_of(lines, uncertainty_m), ground, asked)
    segments = _segments(pieces, judged, ground, asked, uncertainty_m)
    whole_line = places_of(np.array([shapely.multilinestrings(lines)], dtype=object), uncertainty_m)
    whole = told(whole_line, judge(whole_line, ground, asked), ground, asked)
    decides = int(np.lexsort((-judged.doubt_m, judged.basis, -judged.legal, -judged.rank))[0])
    orders = orders_by_place(judged)
    restricted = [segment for segment in segments if segment.rank >= RANK["permit_only"]]
    return replace(
        whole,
        verdict=VERDICTS[judged.rank[decides]],
        legal=VERDICTS[judged.legal.max()],
        physical=VERDICTS[judged.physical.max()],
        basis=BASES[judged.basis[decides]],
        doubt_m=float(judged.doubt_m[decides]),
        segments=tuple(_told(segment, orders) for segment in segments),
        length_km=_km(float(pieces.to_m[-1])),
        restricted_km=_km(sum(segment.to_m - segment.from_m for segment in restricted)),
        entry=_entry(pieces, restricted[0]) if restricted else None,
    )


def _pieces(route: shapely.Geometry) -> _Pieces:
    if route.geom_type not in ("LineString", "MultiLineString") or route.is_empty:
        raise DataRefused("a route is a line, and this is none", column="geometry", advice="Give a LineString.")
    starts, ends = [], []
    for part in shapely.get_parts(route):
        corners = shapely.get_coordinates(part)
        if len(np.unique(corners, axis=0)) < _SHORTEST_LINE:
            raise DataRefused(
                "a route has a single position", column="geometry", advice="Give at least two different points."
            )
        corners[1:, 0] = corners[0, 0] + np.cumsum(
            (np.diff(corners[:, 0]) + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
        )
        for start, end in pairwise(corners):
            cut = _cuts(start, end)
            points = start + cut[:, None] * (end - start)
            points[-1] = end
            starts.append(points[:-1])
            ends.append(points[1:])
        if sum(map(len, starts)) > MOST_PIECES:
            raise DataRefused(
                f"a route is longer than {MOST_PIECES * PIECE_M / 1000:,.0f} km",
                column="geometry",
                advice="Ask about a part of it.",
            )
    start, end = np.concatenate(starts), np.concatenate(ends)
    lengths = crs.geodesic_distance_m(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    to_m = np.cumsum(lengths)
    return _Pieces(start, end, to_m - lengths, to_m)


def _cuts(start: Floats, end: Floats) -> Floats:
    """Return the shares of an edge at which it is cut: evenly, and where it crosses the antimeridian."""
    length = float(crs.geodesic_distance_m(start[0], start[1], end[0], end[1]))
    number = min(int(length // PIECE_M) + 1, MOST_PIECES + 1)
    cuts = np.linspace(0.0, 1.0, number + 1)
    low, high = sorted((start[0], end[0]))
    borders = np.arange(-3, 4) * 2 * _HALF_TURN + _HALF_TURN
    crossed = borders[(borders > low) & (borders < high)]
    return np.union1d(cuts, (crossed - start[0]) / (end[0] - start[0])) if len(crossed) else cuts


def _segments(pieces: _Pieces, judged: Judged, ground: Ground, asked: Asked, uncertainty_m: float) -> list[_Segment]:
    rank = judged.rank
    firsts = np.flatnonzero(np.diff(rank, prepend=-1))
    lasts = np.append(firsts[1:] - 1, len(rank) - 1)
    borders = _borders(pieces, rank, firsts[1:], ground, asked, uncertainty_m)
    starts = [0.0, *borders]
    ends = [*borders, float(pieces.to_m[-1])]
    return [
        _Segment(int(rank[first]), int(first), int(last), start, end)
        for first, last, start, end in zip(firsts, lasts, starts, ends, strict=True)
    ]


def _borders(
    pieces: _Pieces,
    rank: npt.NDArray[np.int8],
    changes: npt.NDArray[np.intp],
    ground: Ground,
    asked: Asked,
    uncertainty_m: float,
) -> list[float]:
    """Return how far along the route each change of verdict lies, never later than where the stricter ground begins.

    The stricter of the two pieces at a change is halved: the part next to its milder neighbour is given to that one while it
    is judged no stricter.
    """
    if not len(changes):
        return []
    rises = rank[changes] > rank[changes - 1]
    strict = np.where(rises, changes, changes - 1)
    milder = np.minimum(rank[changes], rank[changes - 1])
    given, tried = np.zeros(len(changes)), np.full(len(changes), 0.5)
    for _ in range(_HALVINGS):
        # Counted from the milder side: a piece is given away from its start where the verdict rises, else from its end.
        lines = pieces.part(strict, np.where(rises, 0.0, 1 - tried), np.where(rises, tried, 1.0))
        mild = judge(places_of(lines, uncertainty_m), ground, asked).rank <= milder
        step = np.abs(tried - given) / 2
        given = np.where(mild, tried, given)
        tried = np.where(mild, tried + step, tried - step)
    length = pieces.to_m[strict] - pieces.from_m[strict]
    # Two openings may each let a part of one piece go and meet in it, though neither holds it whole: then it stays whole.
    ends_at_once = np.flatnonzero((strict[1:] == strict[:-1]) & (given[1:] + given[:-1] >= 1))
    given[ends_at_once] = given[ends_at_once + 1] = 0.0
    at = np.where(rises, pieces.from_m[strict] + given * length, pieces.to_m[strict] - given * length)
    return [float(each) for each in at]


def _told(segment: _Segment, orders: list[list[str]]) -> dict[str, Any]:
    named = [order for at in range(segment.first, segment.last + 1) for order in orders[at]]
    return {
        "from_km": _km(segment.from_m),
        "to_km": _km(segment.to_m),
        "verdict": VERDICTS[segment.rank],
        "orders": list(dict.fromkeys(named)),
    }


def _entry(pieces: _Pieces, segment: _Segment) -> dict[str, float]:
    at = segment.first
    if segment.from_m < pieces.from_m[at] and at > 0:
        at -= 1
    length = pieces.to_m[at] - pieces.from_m[at]
    share = (segment.from_m - pieces.from_m[at]) / length if length else 0.0
    lon, lat = pieces.start[at] + share * (pieces.end[at] - pieces.start[at])
    lon = (lon + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
    return {"lon": round(float(lon), 6), "lat": round(float(lat), 6), "km": _km(segment.from_m)}


def _km(metres: float) -> float:
    return round(metres / 1000, 3)
