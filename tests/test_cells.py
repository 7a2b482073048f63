"""Cells of one record and of one column against each other: counts, dates, the digits of coordinates, broken letters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.catalogue import layer_entry
from mapper.intake.account import Account
from mapper.intake.cells import judge_cells, judge_counts, judge_dates, reordered_dates
from mapper.intake.checks import examine
from mapper.intake.mojibake import doubt_mojibake
from mapper.intake.precision import judge_precision
from mapper.intake.tables import read_table

if TYPE_CHECKING:
    from mapper.model import Checked, Kind

# A degree on the WGS 84 ellipsoid at 40° N: 111,035 m of meridian, 85,394 m of parallel (a/sqrt(1 - e² sin²) cos, and
# a (1 - e²)/(1 - e² sin²)^1.5, each times pi/180), so that half the diagonal of the cell is sqrt(111035² + 85394²)/2.
HALF_DIAGONAL_AT_40_M = 70_037


def account(kind: Kind = "incidents") -> Account:
    """Return an empty account."""
    return Account(layer_entry(Path("a.csv"), kind))


def frame(**columns: list[str | None]) -> pd.DataFrame:
    """Return text cells in rows from 2, as a table has them."""
    rows = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=range(2, 2 + rows), dtype="str")


def told(found: Account) -> list[tuple[str, str, int | None, str | None]]:
    """Return rule, severity, row and value of each finding."""
    return [(each.rule, each.severity, each.row, each.value) for each in found.findings]


def checked(text: str, kind: Kind = "incidents") -> Checked:
    """Read and check a table given as text."""
    entry = replace(layer_entry(Path("a.csv"), kind), crs="EPSG:4326")
    return examine(read_table(entry, text.encode(), ""), area=(40.0, 38.0, 51.0, 43.0))


# ---------------------------------------------------------------- coordinates
@pytest.mark.parametrize("level", [None, "settlement", "measured_gnss", "unknown"])
@pytest.mark.parametrize("stated", [None, "0", "5000"])
def test_whole_degrees_are_known_to_their_cell(level: str | None, stated: str | None) -> None:
    """`46, 40` is somewhere in a cell of 85 by 111 km, whatever level or smaller radius stands beside it."""
    found = account()
    cells = frame(lon=["46"], lat=["40"], location_level=[level], uncertainty_m=[stated])
    radius_m = float(judge_precision(cells, "incidents", found)["uncertainty_m"][2])
    assert HALF_DIAGONAL_AT_40_M <= radius_m <= HALF_DIAGONAL_AT_40_M * 1.01
    assert told(found) == [("coarse_coordinates", "warning", 2, "46 40")]
    assert f"{radius_m:,.0f} m" in found.findings[0].done


def test_a_record_in_whole_degrees_is_a_wide_disc() -> None:
    """From the file to the checked record, without a column of radii; the finer one beside it stays as it is."""
    done = checked("incident_id,lon,lat\na,46,40\nb,46.92736,39.99096\n")
    assert done.frame["uncertainty_m"].tolist()[0] >= HALF_DIAGONAL_AT_40_M
    assert pd.isna(done.frame["uncertainty_m"][3])
    assert done.verdict == "repair-with-warning"


@pytest.mark.parametrize(
    ("lon", "lat", "more"),
    [
        ("46", "40", {"uncertainty_m": "100000"}),
        ("46", "40", {"location_level": "district"}),
        ("46.0", "40.000", {}),
        ("46.5", "40", {"location_level": "settlement"}),
        ("46.93", "40.01", {"uncertainty_m": "700"}),
        ("664546", "4428533", {}),
        ("0", "0", {}),
        (None, "40", {}),
    ],
)
def test_nothing_is_widened_that_is_wide_or_fine_or_no_degree(lon: str | None, lat: str, more: dict[str, str]) -> None:
    """A larger radius stands; a district is no point; metres are whole numbers; 0 0 is refused elsewhere."""
    found = account()
    more_cells: dict[str, list[str | None]] = {name: [cell] for name, cell in more.items()}
    cells = frame(lon=[lon], lat=[lat], **more_cells)
    pd.testing.assert_frame_equal(judge_precision(cells, "incidents", found), cells)
    assert found.findings == []


def test_few_decimals_are_doubted_once() -> None:
    """0.1° at 40° N has half a diagonal of 7,004 m and 0.01° of 700 m; the farthest corner is a little farther."""
    found = account()
    cells = frame(
        lon=["46.9", "46.93", "47", "46.92736", "46.93"],
        lat=["40.0", "40.00", "40.05", "40.0", "40.00"],
        location_level=[None, None, None, None, "settlement"],
    )
    pd.testing.assert_frame_equal(judge_precision(cells, "incidents", found), cells)
    value = "1 record with 1 decimal: 7,010 m; 2 records with 2 decimals: 710 m"
    assert told(found) == [("coarse_coordinates", "info", None, value)]


def test_a_settlement_in_whole_degrees_has_no_point() -> None:
    """A gazetteer has no radius to widen; one decimal is coarser than the usual radius of a settlement, two are not."""
    found = account("settlements")
    cells = frame(settlement=["A", "B", "C"], lon=["46", "46.9", "46.93"], lat=["40", "39.9", "39.93"])
    judged = judge_precision(cells, "settlements", found)
    assert judged["lon"].isna().tolist() == judged["lat"].isna().tolist() == [True, False, False]
    assert [(rule, row) for rule, _, row, _ in told(found)] == [("coarse_coordinates", None), ("coarse_coordinates", 2)]
    assert "1 record with 1 decimal" in str(found.findings[0].value)


def test_eight_decimals_beside_a_village_are_told() -> None:
    """They hold a place to a millimetre; beside a measurement they are merely many."""
    found = account()
    cells = frame(
        lon=["46.92736001", "46.92736001", "46.9273600", "46.92736001"],
        lat=["39.99096", "39.99096", "39.9909600", "39.99096"],
        location_level=["settlement", "measured_gnss", "settlement", None],
    )
    pd.testing.assert_frame_equal(judge_precision(cells, "incidents", found), cells)
    assert told(found) == [("false_precision", "info", 2, "46.92736001 39.99096")]


def test_a_thousand_coarse_places_are_one_finding() -> None:
    """All are widened, and the number is told."""
    found = account()
    cells = frame(lon=["46"] * 1001, lat=["40"] * 1001)
    assert judge_precision(cells, "incidents", found)["uncertainty_m"].notna().all()
    assert told(found) == [("coarse_coordinates", "warning", None, "1,001 times; first in row 2: 46 40")]


def test_coordinates_beside_a_shape_are_not_judged_by_their_digits() -> None:
    """The shape is the place; its columns may be rounded."""
    import geopandas as gpd

    entry = layer_entry(Path("a.geojson"), "incidents")
    layer = read_table(replace(entry, crs="EPSG:4326"), b"incident_id,lon,lat\na,47,40\n", "")
    shapes = gpd.points_from_xy([47.0], [40.0])
    drawn = replace(layer, frame=gpd.GeoDataFrame(layer.frame, geometry=shapes, crs="EPSG:4326"))
    done = examine(drawn, area=(40.0, 38.0, 51.0, 43.0))
    assert "coarse_coordinates" not in {found.rule for found in done.findings}


# ---------------------------------------------------------------- counts
@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"killed_total": "12", "killed_civilian": "6", "killed_military": "6"}, None),
        ({"killed_total": "15", "killed_civilian": "6", "killed_military": "6"}, None),
        ({"killed_total": "11", "killed_civilian": "6", "killed_military": "6"}, "killed_total"),
        ({"killed_total": "0", "killed_deminer": "1"}, "killed_total"),
        ({"killed_civilian": "6", "killed_military": "6"}, None),
        (
            {"injured_total": "9", "injured_civilian": "4", "injured_military": "3", "injured_deminer": "1"},
            "injured_total",
        ),
        (
            {"injured_total": "8", "injured_civilian": "4", "injured_military": "3", "injured_deminer": "1"},
            None,
        ),
        ({"victims_total": "345", "killed_total": "65", "injured_total": "278"}, "victims_total"),
        ({"victims_total": "257", "killed_total": "44", "injured_total": "213"}, None),
        ({"victims_total": "288", "killed_total": "50"}, None),
        ({"victims_total": "40", "killed_total": "50"}, "victims_total"),
    ],
)
def test_a_total_is_the_sum_of_its_parts(cells: dict[str, str], column: str | None) -> None:
    """A part that is not stated leaves room above the others, none below; 65 and 278 are 343, not 345."""
    done = checked(",".join(["count_id", *cells]) + "\n" + ",".join(["a", *cells.values()]) + "\n", "casualty_counts")
    odd = [found.column for found in done.findings if found.rule == "counts_disagree"]
    assert odd == ([] if column is None else [column])
    assert done.ledger.kept == 1


def test_the_counts_that_disagree_are_shown() -> None:
    """A blank part as blank, which is not nobody."""
    found = account("casualty_counts")
    parts: dict[str, list[object]] = {
        f"{outcome}_{who}": [pd.NA]
        for outcome in ("killed", "injured")
        for who in ("total", "civilian", "military", "deminer")
    }
    parts |= {"victims_total": [pd.NA], "killed_total": [11], "killed_civilian": [6], "killed_military": [6]}
    judge_counts(pd.DataFrame(parts, index=[7], dtype="Int64"), "casualty_counts", found)
    value = "killed_total is 11; killed_civilian is 6; killed_military is 6; killed_deminer is blank"
    assert told(found) == [("counts_disagree", "warning", 7, value)]


# ---------------------------------------------------------------- dates
DATES = st.sampled_from(["2021", "2021-01", "2021-02", "2021-01-31", "2021-02-01", "2022", "--01-31", "--12-01", None])


@given(st.lists(st.tuples(DATES, DATES), max_size=8))
def test_dates_in_the_wrong_order_are_those_certainly_later(pairs: list[tuple[str | None, str | None]]) -> None:
    """Judged by a second implementation: as far as both are stated, and never without a year."""

    def parts(date: str) -> list[int]:
        return [int(part) for part in date.split("-")]

    def is_odd(start: str | None, end: str | None) -> bool:
        if start is None or end is None or start.startswith("-") or end.startswith("-"):
            return False
        stated = min(len(parts(start)), len(parts(end)))
        return parts(start)[:stated] > parts(end)[:stated]

    found = account("activities")
    dates = pd.DataFrame(pairs, columns=["period_start", "period_end"], index=range(2, 2 + len(pairs)), dtype="str")
    judge_dates(dates, "activities", found)
    assert [each.row for each in found.findings] == [row for row, pair in enumerate(pairs, start=2) if is_odd(*pair)]


def test_dates_are_reordered_text_by_text() -> None:
    """Blank cells stay blank, and texts that are no date of three numbers as they are."""
    cells = frame(date_start=["03/04/2021", None, "spring", "03/04/2021"], note=["03/04/2021"] * 4)
    done = reordered_dates(cells, "incidents", "dmy")
    assert done["date_start"].astype(object).where(done["date_start"].notna(), None).tolist() == [
        *("2021-04-03", None, "spring", "2021-04-03")
    ]
    assert done["note"].tolist() == ["03/04/2021"] * 4


@pytest.mark.parametrize(
    ("cell", "rule"),
    [("3/4/21", "two_digit_year"), ("03.04.2021", "undeclared_date_order"), ("44289", "serial_date")],
)
def test_a_date_nobody_can_read_is_blank_and_shown(cell: str, rule: str) -> None:
    """Named by what keeps it from being read; the record stays."""
    done = checked(f"incident_id,date_start,lon,lat\na,{cell},46.92736,39.99096\n")
    assert [(found.rule, found.severity, found.row, found.value) for found in done.findings] == [
        (rule, "warning", 2, cell)
    ]
    assert done.frame["date_start"].isna().all()
    assert done.ledger.kept == 1


def test_a_thousand_bad_dates_are_one_finding() -> None:
    """And every one of them is blank."""
    found = account()
    judged = judge_cells(frame(date_start=["03/04/2021"] * 1001), "incidents", found)
    assert judged["date_start"].isna().all()
    assert told(found) == [("undeclared_date_order", "warning", None, "1,001 times; first in row 2: 03/04/2021")]


def test_refused_records_are_named_one_by_one() -> None:
    """However many they are."""
    found = account()
    judged = judge_cells(frame(lon=["4o.1"] * 1001), "incidents", found)
    assert judged.empty
    assert [each.row for each in found.findings] == list(range(2, 1003))


# ---------------------------------------------------------------- letters
AZERBAIJANI = [
    *(
        "Ağdam",
        "Füzuli",
        "Tərtər",
        "Cəbrayıl",
        "Zəngilan",
        "Qubadlı",
        "Laçın",
        "Kəlbəcər",
        "Xocavənd",
        "Şuşa",
        "Xocalı",
    ),
    *("Xankəndi", "Ağdərə"),
]
RUSSIAN = ["Агдам", "Физули", "Тертер", "мина", "взрыв", "Ёлка"]


def doubted(*cells: str | None) -> list[tuple[int | None, str | None]]:
    """Return row and value of each finding about broken letters in one column."""
    found = account()
    doubt_mojibake(frame(note=list(cells)), found)
    assert {each.rule for each in found.findings} <= {"mojibake"}
    return [(each.row, each.value) for each in found.findings]


@pytest.mark.parametrize("codec", ["cp1251", "cp1252", "cp1254", "latin-1"])
@pytest.mark.parametrize("word", [word for word in AZERBAIJANI + RUSSIAN if not word.isascii()])
def test_utf8_read_in_another_encoding_is_seen(word: str, codec: str) -> None:
    """Each name, as each of the region's programs would have broken it."""
    broken = word.encode().decode(codec, "replace")
    assert [row for row, _ in doubted("sound", None, broken)] == [4]


def test_a_letter_that_was_replaced_is_seen() -> None:
    """U+FFFD stands for a letter that a program could not read."""
    assert doubted("A\ufffddam", "x", "T\ufffdrt\ufffdr") == [(2, "2 cells")]


def test_the_first_pair_is_shown_and_the_cells_are_counted() -> None:
    """The pair, not the text: a column may hold names."""
    assert doubted("Ağdam", "AÄŸdam", "TÉ™rtÉ™r") == [(3, "2 cells, such as 'ÄŸ'")]


@pytest.mark.parametrize(
    "text",
    [
        *AZERBAIJANI,
        *RUSSIAN,
        *(
            "Рёбра",
            "с С–В",
            "«ПМН-С»",
            "Рівне",
            "Éclair",
            "São Paulo",
            "Ağdam’ın",
            "СССР",
            "РС–30",
            "Г–образный",
            "Гњилане",
        ),
        *("Çeçen", "Ünvan…", "МЧС—", "N 39° 59′ Ş", "Ә", "Ñandú", "Müller", "100 €", "«Р»", "Ereván"),
    ],
)
def test_sound_texts_are_not_doubted(text: str) -> None:
    """Words of the region's languages and of others, with their signs."""
    assert doubted(text) == []


def test_a_broken_name_of_a_column_is_told() -> None:
    """Such a column is mapped to none of ours."""
    done = checked("incident_id,lon,lat,Ð”Ð°Ñ‚Ð°\na,46.92736,39.99096,2021-01-28\n")
    assert [(found.column, found.value) for found in done.findings if found.rule == "mojibake"] == [
        ("Ð”Ð°Ñ‚Ð°", "its name holds 'Ð°'")
    ]


def test_broken_letters_of_any_format_are_told_by_the_check() -> None:
    """It is a doubt about the file, and the record stays."""
    done = checked("incident_id,district,lon,lat\na,TÉ™rtÉ™r,46.92736,39.99096\n")
    assert [(found.rule, found.column, found.row) for found in done.findings] == [("mojibake", "district", 2)]
    assert done.ledger.kept == 1


def test_a_code_in_other_letters_is_the_code(tmp_path: Path) -> None:
    """`AP mine` and `Unknown` are codes; `apmine` is none."""
    path = tmp_path / "a.csv"
    path.write_text("incident_id,device_category\na,AP mine\nb,Unknown\nc,apmine\n", "utf-8")
    entry = layer_entry(path, "incidents")
    checked = examine(read_table(entry, path.read_bytes(), ""))
    assert checked.frame["device_category"].fillna("").tolist() == ["ap_mine", "unknown", ""]
    assert [(found.rule, found.severity) for found in checked.findings] == [
        ("code_folded", "info"),
        ("not_in_code_list", "warning"),
    ]
