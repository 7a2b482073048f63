"""What an edition counts of its incidents: sums that parts of them add up to, so that no count needs all records at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mapper.analysis.join import casualties
from mapper.analysis.ledger import sums_beside
from mapper.names import name_keys
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.analysis.ledger import Sums

BY_DISTRICT = ("incidents_reported", "incidents_district_level", "killed_reported", "injured_reported")


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of published incidents.

    `pointed` have a point or a disc, `district_level` a district alone; `exact` are points whose accuracy nobody states. A blank
    casualty count adds nothing. `by_district` has a row for each key of a district's name and the columns `BY_DISTRICT`; `beside`
    are the sums of `mapper.analysis.ledger.sums_beside` for the counts of the edition.
    """

    records: int
    pointed: int
    district_level: int
    exact: int
    killed: int
    injured: int
    by_district: pd.DataFrame
    beside: Sums

    @property
    def unplaced(self) -> int:
        """Records that have no place at all."""
        return self.records - self.pointed - self.district_level


def tally(incidents: pd.DataFrame, counts: pd.DataFrame) -> Tally:
    """Count published incidents.

    Parameters
    ----------
    incidents : DataFrame
        `place`, `location_level`, `uncertainty_m`, `district`, dates and casualties.
    counts : DataFrame
        Casualty counts, beside which they are set.
    """
    killed, injured = (casualties(incidents, columns).fillna(0).astype("int64") for columns in (KILLED, INJURED))
    place = incidents["place"]
    unstated = incidents["location_level"].isna() & incidents["uncertainty_m"].eq(0)
    by_name = pd.DataFrame(
        {
            "key": name_keys(incidents["district"]),
            "incidents_reported": np.ones(len(incidents), dtype="int64"),
            "incidents_district_level": place.eq("district").to_numpy(dtype="int64"),
            "killed_reported": killed.to_numpy(),
            "injured_reported": injured.to_numpy(),
        }
    )
    return Tally(
        records=len(incidents),
        pointed=int(place.isin(["point", "disc"]).sum()),
        district_level=int(place.eq("district").sum()),
        exact=int((place.eq("point") & unstated).sum()),
        killed=int(killed.sum()),
        injured=int(injured.sum()),
        by_district=by_name[by_name["key"] != ""].groupby("key").sum(),
        beside=sums_beside(incidents, counts),
    )


def added(tallies: Sequence[Tally]) -> Tally:
    """Add up the tallies of parts of the incidents."""
    numbers = {
        each.name: sum(getattr(tally, each.name) for tally in tallies)
        for each in fields(Tally)
        if each.name not in {"by_district", "beside"}
    }
    return Tally(
        **numbers,
        by_district=pd.concat([tally.by_district for tally in tallies]).groupby(level=0).sum(),
        beside=np.sum([tally.beside for tally in tallies], axis=0),
    )
