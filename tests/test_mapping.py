"""The file's columns become ours, and what was matched, left out or turned into other codes is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.checks import examine
from mapper.intake.personal import is_personal
from mapper.intake.tables import read_table

if TYPE_CHECKING:
    from mapper.model import Checked

AREA = (44.5, 38.2, 51.0, 42.1)


def export(header: str, *rows: str, **known: dict[str, str]) -> Checked:
    """Check an export that no catalogue names."""
    text = "\n".join([header, *rows]) + "\n"
    entry = layer_entry(Path("a.csv"), "incidents", crs="EPSG:4326", numbered=True, **known)
    return examine(read_table(entry, text.encode(), ""), area=AREA)


def told(checked: Checked, rule: str) -> list[tuple[str | None, str | None]]:
    """Return column and value of each finding of a rule."""
    return [(found.column, found.value) for found in checked.findings if found.rule == rule]


def test_a_kobo_export_is_read_by_the_pair_of_its_question() -> None:
    """Whatever the question is called; its accuracy is the radius, its height is told, who sent it is left out."""
    checked = export(
        "_id,_uuid,_submitted_by,GPS,_GPS_latitude,_GPS_longitude,_GPS_altitude,_GPS_precision",
        "1,aa-bb,SECRET,39.99096 46.92736 300 12,39.99096,46.92736,300,12",
    )
    assert checked.mapping == {
        "_uuid": "incident_id",
        "GPS": "coordinates",
        "_GPS_latitude": "lat",
        "_GPS_longitude": "lon",
        "_GPS_precision": "uncertainty_m",
    }
    assert checked.frame["uncertainty_m"].tolist() == [12.0]
    assert told(checked, "height_left_out") == [("_GPS_altitude", None)]
    assert told(checked, "personal_column") == [("_submitted_by", None)]
    assert "SECRET" not in str(checked.to_dict())
    assert (None, "an export of Kobo; left out as repetitions: _id") in told(checked, "assumed_columns")


def test_an_odk_export_has_its_own_marks() -> None:
    """ODK Central writes place-Latitude, and an accuracy."""
    checked = export("KEY,place-Latitude,place-Longitude,place-Accuracy", "uuid:1,39.99096,46.92736,4.5")
    assert checked.mapping == {
        "KEY": "incident_id",
        "place-Latitude": "lat",
        "place-Longitude": "lon",
        "place-Accuracy": "uncertainty_m",
    }


def test_two_questions_with_a_place_are_two_places() -> None:
    """Neither is chosen, and the refusal says how to choose."""
    header = "_start_latitude,_start_longitude,_start_precision,_end_latitude,_end_longitude,_end_precision"
    with pytest.raises(DataRefused, match="'_start_latitude' and '_end_latitude' could each be 'lat'") as refused:
        export(header, "39,46,1,40,47,2")
    assert "--column lat=NAME" in str(refused.value)
    checked = export(header, "39,46,1,40,47,2", columns={"lat": "_end_latitude", "lon": "_end_longitude"})
    assert checked.mapping["_end_precision"] == "uncertainty_m"
    assert "_start_precision" not in checked.mapping


def test_half_a_pair_is_none() -> None:
    """A latitude of one question and a longitude of another are no place."""
    checked = export("id,_start_latitude,_end_longitude", "1,39,46")
    assert checked.mapping == {"id": "incident_id"}


def test_an_acled_table_is_read() -> None:
    """Its own id, its fatalities; the codes of precision are left out with a doubt, texts and sources without."""
    checked = export(
        "data_id,event_id_cnty,event_date,event_type,sub_event_type,admin1,admin2,admin3,location,latitude,longitude,"
        "geo_precision,time_precision,source,notes,fatalities",
        "9,AZE1,2021-01-28,Explosions/Remote violence,Remote explosive/landmine/IED,Agdam,Agdam,,Agdam,39.99096,46.92736,"
        "2,1,APA,SECRET,1",
    )
    assert checked.mapping == {
        "event_id_cnty": "incident_id",
        "event_date": "date_start",
        "admin2": "district",
        "latitude": "lat",
        "longitude": "lon",
        "fatalities": "killed_unknown",
    }
    assert told(checked, "precision_left_out") == [("geo_precision", None), ("time_precision", None)]
    assert checked.frame["location_level"].isna().all()
    assert "SECRET" not in str(checked.to_dict())


def test_a_ucdp_table_is_read_by_its_total() -> None:
    """Its sides are parts of `best`; only the whole is read."""
    checked = export(
        "id,date_start,date_end,date_prec,where_prec,adm_1,adm_2,latitude,longitude,geom_wkt,deaths_a,deaths_b,"
        "deaths_civilians,deaths_unknown,best,high,low",
        "1,2021-01-28,2021-01-28,1,2,Karabakh,Ağdam,39.99096,46.92736,POINT (46.92736 39.99096),0,1,2,0,3,4,2",
    )
    assert checked.frame["killed_unknown"].tolist() == [3]
    assert checked.frame["killed_civilian"].isna().all()
    assert checked.mapping["geom_wkt"] == "shape_text"
    assert checked.mapping["adm_2"] == "district"


@pytest.mark.parametrize(
    ("column", "code", "level"),
    [
        ("geo_precision", "1", "settlement"),
        ("geo_precision", "2", "district"),
        ("geo_precision", "3", "region"),
        ("where_prec", "1", "settlement"),
        ("where_prec", "2", "settlement"),
        ("where_prec", "3", "district"),
        ("where_prec", "4", "region"),
    ],
)
def test_codes_of_precision_are_turned_into_ours_when_the_caller_maps_them(column: str, code: str, level: str) -> None:
    """DOMAIN 5's crosswalk; where a code covers several levels, the widest."""
    checked = export(f"id,{column}", f"a,{code}", columns={"location_level": column})
    assert checked.frame["location_level"].tolist() == [level]
    assert told(checked, "precision_crosswalk") == [(column, f"{code} as {level}")]


def test_an_unknown_code_of_precision_is_no_level() -> None:
    """It is blanked as any code that is not in the list."""
    checked = export("id,geo_precision", "a,9", columns={"location_level": "geo_precision"})
    assert checked.frame["location_level"].isna().all()
    assert told(checked, "not_in_code_list") == [("location_level", "9")]


@pytest.mark.parametrize("name", ["geometry", "wkt", "the_geom", "geom_wkt", "Геометрия", "Həndəsə WKT"])
def test_a_column_of_wkt_is_a_shape(name: str) -> None:
    """The column `geometry` of a table is one too: geopandas writes it so."""
    checked = export(f"id,{name}", '1,"POINT (46.92736 39.99096)"')
    assert checked.mapping[name] == "shape_text"
    assert (checked.frame.geometry.iloc[0].x, checked.frame.geometry.iloc[0].y) == (46.92736, 39.99096)


@pytest.mark.parametrize(
    "name",
    [
        "Coordinates",
        "MGRS",
        "Grid reference",
        "UTM",
        "Координаты",
        "Прямоугольные координаты",
        "Koordinatlar",
        "KOORDİNAT",
    ],
)
def test_a_column_of_coordinates_is_known_by_name(name: str) -> None:
    """In four languages."""
    checked = export(f"id,{name}", "1,38SPK6454628532")
    assert checked.mapping[name] == "coordinates"
    assert checked.frame.geometry.iloc[0].y == pytest.approx(39.990957, abs=1e-6)


def test_two_columns_of_coordinates_are_asked_about() -> None:
    """MGRS and UTM side by side: which one is meant must be said."""
    with pytest.raises(DataRefused, match="'MGRS' and 'UTM' could each be 'coordinates'"):
        export("id,MGRS,UTM", "1,38SPK6454628532,38N 664546 4428533")


def test_the_names_of_imsma_are_known() -> None:
    """Its identifier, its date."""
    checked = export(
        "accident_localid,accident_guid,dateofaccident,latitude,longitude", "A1,{x},2021-01-28,39.99096,46.92736"
    )
    assert checked.mapping == {
        "accident_localid": "incident_id",
        "dateofaccident": "date_start",
        "latitude": "lat",
        "longitude": "lon",
    }


@pytest.mark.parametrize(
    ("column", "personal"),
    [
        ("_submitted_by", True),
        ("username", True),
        ("phonenumber", True),
        ("deviceid", True),
        ("respondent", True),
        ("enumerator_name", True),
        ("_submission_time", False),
        ("_uuid", False),
    ],
)
def test_what_a_form_records_of_persons_is_personal(column: str, personal: bool) -> None:
    """Who filled it in, and whose telephone."""
    assert is_personal(column, names_places=True) == personal
