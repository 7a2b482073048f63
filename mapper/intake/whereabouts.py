"""Where a text says that something is: the answer of `mapper locate`, from coordinates or from a name.

Figures are looked at first. A text that has a reading as coordinates is not looked up as a name, because "Ağdam 38SPK"
with a place of each would have to choose between them; a text without figures is not searched for coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.intake.coordinates import interpret
from mapper.intake.place_texts import district_of
from mapper.intake.places import Gazetteer, resolve_place

if TYPE_CHECKING:
    from pyproj import CRS

    from mapper.model import LonLatBox


def answer(
    text: str,
    *,
    area: LonLatBox | None,
    district: str | None = None,
    gazetteer: Gazetteer | None = None,
    crs: str | CRS | None = None,
) -> dict[str, object]:
    """Return what a text says of a place, as `mapper locate --json` prints it.

    Parameters
    ----------
    text : str
        Coordinates in any notation of `mapper.intake.coordinates`, or the name of a place.
    area : tuple of float or None
        West, south, east, north of the area of interest, WGS 84 degrees.
    district : str, optional
        The district that a named place is said to be in; otherwise the one that the text names after a comma.
    gazetteer : Gazetteer, optional
        Where names are looked up; the bundled towns by default.
    crs : str or pyproj.CRS, optional
        The system that coordinates are known to be in.

    Returns
    -------
    dict
        `text`, `readings`, `places`, `resolved` (the number of the one reading, or place where there are no readings;
        None when there is not exactly one) and `reason` (None when it is resolved).

    Raises
    ------
    UnknownCRS
        When `crs` is not known.

    Examples
    --------
    >>> answer("Şuşa", area=None)["resolved"], answer("Ağdam", area=None)["reason"]
    (0, '2 places have this name: Ağdam (Ağdam), Ağdam (Tovuz); name the district')
    """
    meant = interpret(text, area=area, crs=crs)
    reply: dict[str, object] = {
        "text": text,
        "readings": [reading.to_dict() for reading in meant.readings],
        "places": [],
        "resolved": meant.resolved,
        "reason": meant.reason,
    }
    has_letters = any(letter.isalpha() for letter in text)
    if meant.readings or not has_letters:
        return reply
    places = (gazetteer or Gazetteer.bundled()).candidates(text, district=district)
    if places or not any(letter.isnumeric() for letter in text):
        reply["places"] = [place.to_dict() for place in places]
        reply["resolved"], reply["reason"] = resolve_place(places, area, district or district_of(text))
    return reply
