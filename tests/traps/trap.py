"""What a trap is: a minimal file, the options it is checked with, and what must become of it.

The expected verdicts are read off the wording of `mapper check`, not off the program: `accept` (nothing to say),
`accept-with-findings` (facts that change nothing), `repair-with-warning` (anything changed, doubted or refused in part),
`reject`. Where more than one answer is right, all of them stand in the case, never the one the program happens to give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

Account = tuple[int, int, int]
"""Kept, repaired, rejected."""
Make = Callable[[Path], object] | bytes | str
Look = Callable[["gpd.GeoDataFrame"], bool]

ACCEPT = frozenset({"accept"})
TOLD = frozenset({"accept-with-findings"})
DOUBT = frozenset({"repair-with-warning"})
REJECT = frozenset({"reject"})
READ = ACCEPT | TOLD
SAID = TOLD | DOUBT
ANY_BUT_ACCEPT = TOLD | DOUBT | REJECT
"""Read or refused, but something is said."""
REFUSED = DOUBT | REJECT
ANY = READ | DOUBT | REJECT

AREA = (44.5, 38.2, 51.0, 42.1)
A_LON, A_LAT = 46.92736, 39.99096
"""A town centroid used as a test number, not an accident site."""
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Trap:
    """One trap.

    `counted` is known from how the file is made; a file refused as a whole may also have counted none of its records.
    `account` lists every allowed (kept, repaired, rejected). `told` are patterns, each of which some finding must match.
    `rows` are the rows that refusals must name. `hidden` may stand nowhere in what is printed or kept. `look` judges the
    records that are kept. `mapped` is a part of the mapping that must be told.
    `beside` names files that are checked together with it.
    """

    name: str
    file: str
    make: Make
    verdicts: frozenset[str]
    counted: int | None = None
    account: tuple[Account, ...] = ()
    told: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()
    look: Look | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    how: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the file into a folder and name it."""
        path = folder / self.file
        if callable(self.make):
            self.make(path)
        else:
            path.write_bytes(self.make.encode() if isinstance(self.make, str) else self.make)
        return path


def trap(
    name: str,
    file: str,
    make: Make,
    verdicts: frozenset[str],
    *account: Account,
    counted: int | None = None,
    told: str | tuple[str, ...] = (),
    rows: tuple[int, ...] = (),
    hidden: tuple[str, ...] = (),
    look: Look | None = None,
    mapped: Mapping[str, str] | None = None,
    beside: tuple[str, ...] = (),
    **how: Any,  # noqa: ANN401 - the options of `inspect`
) -> Trap:
    """Write a case; the options are those of `inspect`, with the area of the tests where none is said."""
    if counted is None and len({sum(each) for each in account}) == 1:
        counted = sum(account[0])
    said = (told,) if isinstance(told, str) else told
    options = {"area": AREA, **how}
    return Trap(name, file, make, verdicts, counted, account, said, rows, hidden, look, mapped or {}, beside, options)


def point(name: str, text: str | bytes, verdicts: frozenset[str], *account: Account, **more: Any) -> Trap:  # noqa: ANN401
    """Write a case of a table of accidents in WGS 84."""
    return trap(
        name, more.pop("file", "a.csv"), text, verdicts, *account, **{"kind": "incidents", "crs": "EPSG:4326", **more}
    )


def zone(name: str, text: Make, verdicts: frozenset[str], *account: Account, **more: Any) -> Trap:  # noqa: ANN401
    """Write a case of a GeoJSON of zones."""
    return trap(name, more.pop("file", "a.geojson"), text, verdicts, *account, **{"kind": "zones", **more})


# ------------------------------------------------------------ what the kept records must be


def at(lon: float = A_LON, lat: float = A_LAT, within_m: float = 10.0) -> Look:
    """Every kept record lies there."""
    return lambda frame: (
        len(frame) > 0
        and all(shape is not None and _GEOD.inv(lon, lat, shape.x, shape.y)[2] <= within_m for shape in frame.geometry)
    )


def never_at(lon: float, lat: float, within_m: float = 1_000.0) -> Look:
    """No kept record lies there."""
    return lambda frame: all(
        shape is None or _GEOD.inv(lon, lat, shape.x, shape.y)[2] > within_m for shape in frame.geometry
    )


def cells(column: str, *values: str | float | None) -> Look:
    """Hold a column of the kept records to be this, None for not known."""
    return lambda frame: frame[column].astype(object).where(frame[column].notna(), None).tolist() == list(values)


def covers(*ground: BaseGeometry) -> Look:
    """No ground is freed: the kept shapes together cover each of these, but for a hair of rounding."""
    return lambda frame: all(frame.geometry.union_all().buffer(1e-9).covers(each) for each in ground)


def all_of(*looks: Look) -> Look:
    """Hold several at once."""
    return lambda frame: all(look(frame) for look in looks)
