"""The settlements that the page's search knows: the bundled towns and the edition's own gazetteer, by name and point alone.

Of the gazetteer nothing but names, district and point reaches the page. Where accidents are published at month and district,
it does not reach the page at all: a list of "the settlements that the accidents name" would say what the records withhold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper import terms
from mapper.intake.places import Gazetteer
from mapper.output.identifiers import is_generalised

if TYPE_CHECKING:
    import pandas as pd

    from mapper.output.compose import Edition


def findable_settlements(edition: Edition) -> pd.DataFrame:
    """Return the settlements that the page can be asked for by name.

    Returns
    -------
    DataFrame
        One row per place, homonyms included: `name`, `district`, `sounds` (";"-separated keys of its other names), `lon`,
        `lat` (WGS 84 degrees, missing where only the name is known) and `uncertainty_m`, the radius of a settlement.
    """
    names = Gazetteer.bundled()
    if not any(is_generalised(entry) for entry, _, _ in edition.layers):
        names = names.with_settlements(edition.tables["settlements"])
    radius_m = float(terms.vocabulary("location_level")["settlement"].data["uncertainty_m"])
    return names.to_frame().assign(uncertainty_m=radius_m)
