"""Checks within one layer: each record is kept, mended or refused with its reason, and the three add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper import crs as crs_module
from mapper.catalogue import bundled_layers, layer_entry, read_catalogue
from mapper.errors import DataRefused, MapperError, UnknownCRS
from mapper.intake.checks import check, examine
from mapper.intake.files import read_content, read_layers
from mapper.intake.geojson import read_geojson
from mapper.intake.personal import is_personal
from mapper.intake.tables import read_table

if TYPE_CHECKING:
    from mapper.model import Checked, Kind, LonLatBox, OnInvalid

AREA: LonLatBox = (44.5, 38.2, 51.0, 42.1)
HEADER = "incident_id,lon,lat\n"


def table(text: str, kind: Kind = "incidents", area: LonLatBox | None = AREA, **known: Any) -> Checked:  # noqa: ANN401
    """Check a CSV given as text."""
    known = {"crs": "EPSG:4326", **known}
    return examine(read_table(layer_entry(Path("a.csv"), kind, **known), text.encode(), ""), area=area)


def shapes(
    *geometries: object,
    kind: Kind = "zones",
    area: LonLatBox | None = AREA,
    crs: str | None = None,
    on_invalid: OnInvalid | None = None,
    **columns: Any,  # noqa: ANN401
) -> Checked:
    """Check a GeoJSON of these geometries, each with an id of its own."""
    features = [
        {"type": "Feature", "properties": {f"{kind[:-1]}_id": str(number), **columns}, "geometry": geometry}
        for number, geometry in enumerate(geometries)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    read = read_geojson(layer_entry(Path("a.geojson"), kind, crs=crs), content, "")
    return examine(read, area=area, on_invalid=on_invalid)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a box as GeoJSON."""
    return dict(shapely.geometry.mapping(shapely.box(west, south, east, north)))


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a point as GeoJSON."""
    return {"type": "Point", "coordinates": [lon, lat]}


def ring(*positions: tuple[float, ...]) -> dict[str, Any]:
    """Return a polygon of one ring as GeoJSON, as written."""
    return {"type": "Polygon", "coordinates": [[list(position) for position in positions]]}


def told(checked: Checked, *, info: bool = False) -> list[tuple[str, str, int | None, str | None]]:
    """Return rule, severity, row and column of each finding; without the mere facts unless asked."""
    return [
        (found.rule, found.severity, found.row, found.column)
        for found in checked.findings
        if info or found.severity != "info"
    ]


def account(checked: Checked) -> tuple[int, int, int, int]:
    """Return counted, kept, repaired and rejected."""
    ledger = checked.ledger
    return ledger.counted, ledger.kept, ledger.repaired, ledger.rejected


# ---------------------------------------------------------------- the account
CELL = st.sampled_from(["a", "b", "", "46.9", "40", "0", "999", "-1", "2021-01-01", "x,y", '"', "NA", "ap_mine", "1e9"])


@given(
    st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_the_account_of_any_table_adds_up(rows: list[list[str]], end: str, quoted: bool) -> None:
    """Kept + repaired + rejected is the number of rows this test wrote, and the frame has the first two."""

    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quoted or set(cell) & {",", '"'} else cell

    header = ["incident_id", "lon", "lat", "killed_civilian", "date_start", "device_category"]
    text = end.join([",".join(header), *(",".join(map(written, row)) for row in rows)]) + end
    checked = table(text)
    counted, kept, repaired, rejected = account(checked)
    assert counted == len(rows) == kept + repaired + rejected
    assert len(checked.frame) == kept + repaired
    refused_rows = {found.row for found in checked.findings if found.severity == "error"}
    assert len(refused_rows) == rejected
    assert not refused_rows & set(checked.frame.index)


DEGREES = st.integers(440, 512).map(lambda tenth: tenth / 10) | st.sampled_from([0, 40, 200, -181])
GEOMETRY = st.one_of(
    st.none(),
    st.builds(point, DEGREES, DEGREES),
    st.builds(
        lambda positions: {"type": "Polygon", "coordinates": [[list(p) for p in positions]]},
        st.lists(st.tuples(st.integers(45, 50), st.integers(39, 42)), min_size=2, max_size=7),
    ),
    st.just({"type": "Polygon", "coordinates": []}),
    st.just({"type": "LineString", "coordinates": [[46, 40], [47, 41]]}),
    st.just({"type": "Featur"}),
    st.sampled_from(
        [
            ring((46, 39), (47, 40), (47, 39), (46, 40), (46, 39)),
            ring((46, 39), (46, 39), (46, 39), (46, 39)),
            ring((46, 39), (47, 40), (48, 41), (46, 39)),
            ring((46, 39, 5), (47, 39, 5), (47, 40, 5)),
            box(-179, 39, 179, 40),
            {"type": "Polygon", "coordinates": [box(46, 39, 47, 40)["coordinates"][0]] * 2},
            {
                "type": "MultiPolygon",
                "coordinates": [box(46, 39, 48, 40)["coordinates"], box(47, 39, 49, 40)["coordinates"]],
            },
            {"type": "MultiPoint", "coordinates": [[46, 39]]},
            {"type": "GeometryCollection", "geometries": [box(46, 39, 47, 40), point(46, 39)]},
            {"type": "GeometryCollection", "geometries": []},
            {"type": "Point", "coordinates": [None, 39]},
            {"type": "Point", "coordinates": [1e400, 39]},
        ]
    ),
)


@given(
    st.lists(GEOMETRY, min_size=1, max_size=6),
    st.sampled_from(["zones", "incidents", "hazards", "districts"]),
    st.sampled_from(["repair", "reject"]),
)
def test_the_account_of_any_geojson_adds_up(geometries: list[object], kind: Kind, policy: OnInvalid) -> None:
    """As for tables; and every shape that is kept is valid, of the right type and has an area; nothing is mended unasked."""
    try:
        checked = shapes(*geometries, kind=kind, crs="EPSG:4326", on_invalid=policy, name="x")
    except MapperError as error:
        pytest.fail(str(error))
    counted, kept, repaired, rejected = account(checked)
    assert counted == len(geometries) == kept + repaired + rejected
    assert len({found.row for found in checked.findings if found.severity == "error"}) == rejected
    assert policy == "repair" or not repaired
    mended = set() if checked.originals is None else set(checked.originals.index)
    assert mended <= set(checked.frame.index)
    assert len(mended) >= repaired
    kept_shapes = [shape for shape in checked.frame.geometry if shape is not None]
    assert all(shape.is_valid and not shape.is_empty for shape in kept_shapes)
    if kind != "incidents":
        assert all(shape.area > 0 for shape in kept_shapes)


WHOLE_TABLE = (
    b"incident_id,date_start,lon,lat,killed_civilian,device_category\n"
    b'a,2021-01-02,46.91234,40.01234,1,ap_mine\n"b",2021-01-03,46.81234,40.01234,,\n'
)


@given(st.data())
def test_a_table_with_bytes_changed_is_checked_or_refused_in_words(data: st.DataObject) -> None:
    """Bytes put in, taken out or exchanged anywhere in a sound file; whatever is read is accounted for."""
    content = bytearray(WHOLE_TABLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.sampled_from([0, 0, 1, 1, 8]))
        pieces = st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\x00", b";", b"\t", b"9" * 400])
        content[at : at + gone] = data.draw(pieces | st.binary(max_size=3))
    try:
        read = read_content(layer_entry(Path("a.csv"), "incidents", crs="EPSG:4326"), bytes(content))
        counted, kept, repaired, rejected = account(examine(read, area=AREA))
    except MapperError as error:
        assert str(error).endswith(".")  # noqa: PT017 - a file that can be read is as welcome
        return
    assert counted == read.counted == kept + repaired + rejected


def test_the_bundled_layers_pass() -> None:
    """Nothing of them is refused or changed; one count of casualties is doubted: 65 killed and 288 injured make 353, not 351."""
    folder = bundled_layers()
    for layer in read_layers(folder):
        checked = check(layer, area=read_catalogue(folder).area)
        assert checked.ledger.kept == layer.counted, layer.entry.name
        doubted = [("counts_disagree", "warning", 35, "victims_total")] if layer.entry.kind == "casualty_counts" else []
        assert told(checked) == doubted, layer.entry.name


def test_a_file_of_refused_records_has_an_account_and_no_layer() -> None:
    """`examine` tells of every record; `check`, on which a map is built, refuses in one sentence."""
    text = HEADER + "a,4o.1,40\nb,46,\n"
    assert account(table(text)) == (2, 0, 0, 2)
    assert table(text).verdict == "reject"
    with pytest.raises(DataRefused) as caught:
        check(read_table(layer_entry(Path("a.csv"), "incidents", crs="EPSG:4326"), text.encode(), ""))
    assert str(caught.value) == (
        "a.csv, layer 'a', row 2, column 'lon': none of its 2 records can be used; the first: This is not a number. "
        "Write a plain number with a decimal point."
    )


def test_a_layer_without_records_is_refused() -> None:
    """A header alone is an export that went wrong."""
    with pytest.raises(DataRefused, match="holds no records"):
        table(HEADER)
    with pytest.raises(DataRefused, match="holds no records"):
        shapes()


# ---------------------------------------------------------------- columns
def test_a_missing_column_is_named() -> None:
    """With those that are there."""
    with pytest.raises(DataRefused) as caught:
        table("colour,lon,lat\na,46.0123,40.0567\n")
    assert "column 'incident_id'" in str(caught.value)
    assert "(colour, lon, lat)" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"incident_id": "ID"}, "no column 'ID'"),
        ({"incident_idd": "id"}, "'incident_idd'"),
        ({"incident_id": "id", "note": "id"}, "two of our columns"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(columns: dict[str, str], said: str) -> None:
    """A misspelt column of ours would else be lost without a word."""
    with pytest.raises(DataRefused, match=said):
        table("id,lon,lat\na,46.0123,40.0567\n", columns=columns)


def test_a_column_nobody_knows_is_said() -> None:
    """It is left out, which changes nothing that is known."""
    checked = table("incident_id,lon,lat,colour\na,46.9123,40.0567,red\n")
    assert told(checked, info=True) == [("unknown_column", "info", None, "colour")]
    assert checked.verdict == "accept-with-findings"


PERSONAL = (
    *("surname", "Surname", "LastName", "victim_name", "VictimName", "full name", "name of victim", "date of birth"),
    *("DOB", "phone", "phone_no", "home_address", "passport", "FIN", "fin_kod", "age", "email", "victim"),
    *("фамилия", "Имя", "ФИО", "дата рождения", "телефон", "адрес", "паспорт"),
    *("soyad", "Soyadı", "SOYADI", "ad_soyad", "doğum_tarixi", "TELEFON", "ünvan", "pasport_nömrəsi", "yaşı"),
    "şəxsiyyət_vəsiqəsi",
)


@pytest.mark.parametrize("column", PERSONAL)
def test_a_personal_column_is_left_out_and_none_of_its_values_shown(column: str) -> None:
    """English, Russian, Azerbaijani; whatever the letters' case."""
    checked = table(f"incident_id,lon,lat,{column}\na,46.9123,40.0567,SECRET\n")
    assert told(checked) == [("personal_column", "warning", None, column)]
    assert checked.verdict == "repair-with-warning"
    assert "SECRET" not in json.dumps(checked.to_dict())
    assert "SECRET" not in checked.frame.to_csv()


@pytest.mark.parametrize("column", ["coverage", "finding", "village", "killed", "phase", "zone_name", "name", "total"])
def test_a_column_that_only_looks_alike_is_not_personal(column: str) -> None:
    """Words count, not letters: `coverage` holds no age, `finding` no FIN."""
    assert not is_personal(column, names_places=True)


def test_the_name_of_a_place_is_no_person() -> None:
    """Zones and districts are called something; an accident is not."""
    checked = shapes(box(46, 39, 47, 40), name="Ağdam", name_az="Ağdam")
    assert told(checked) == []
    assert checked.frame["name"].tolist() == ["Ağdam"]
    assert told(table("incident_id,lon,lat,name\na,46.9123,40.0567,X\n")) == [
        ("personal_column", "warning", None, "name")
    ]


# ---------------------------------------------------------------- cells
def test_a_cell_that_fails_is_not_known_and_the_accident_stays() -> None:
    """An accident whose device is misspelt is still an accident."""
    checked = table("incident_id,lon,lat,device_category,killed_civilian\na,46.9123,40.0567,minne,two\n")
    assert told(checked) == [
        ("not_in_code_list", "warning", 2, "device_category"),
        ("not_an_integer", "warning", 2, "killed_civilian"),
    ]
    assert account(checked) == (1, 1, 0, 0)
    assert checked.frame[["device_category", "killed_civilian"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("start", "end", "reported", "rules"),
    [
        ("2021-01-02", "2021-01-03", "2021-01-04", []),
        ("2021-01-03", "2021-01-02", "2021-01-04", [("date_order", "date_start")]),
        ("2021-01-05", "", "2021-01-04", [("date_after_report", "date_start")]),
        ("2021-01-02", "2021-01-05", "2021-01-04", [("date_after_report", "date_end")]),
        ("2021-01", "2021-01", "2021-01-04", []),
        ("2021-02", "", "2021-01-04", [("date_after_report", "date_start")]),
        ("--12-31", "", "2021-01-04", []),
    ],
)
def test_dates_in_the_wrong_order_are_doubted_and_kept(
    start: str, end: str, reported: str, rules: list[tuple[str, str]]
) -> None:
    """Which of the two is wrong nobody can tell from the table."""
    checked = table(
        f"incident_id,lon,lat,date_start,date_end,reported_on\na,46.9123,40.0567,{start},{end},{reported}\n"
    )
    assert [
        (rule, column) for rule, severity, row, column in told(checked) if (severity, row) == ("warning", 2)
    ] == rules
    assert len(told(checked)) == len(rules)
    assert checked.frame["date_start"].tolist() == [start]
    assert account(checked) == (1, 1, 0, 0)


def test_the_second_record_of_an_id_is_refused() -> None:
    """Two records of one id would count the same victims twice, or two accidents once."""
    checked = table(HEADER + "a,46.9123,40.0567\na,46.8123,40.0567\n")
    assert told(checked) == [("duplicate_id", "error", 3, "incident_id")]


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        ("killed_unknown", "Əliyev Vüqar Həsən oğlu", None),
        ("killed_unknown", "two", None),
        ("killed_unknown", "2.5", "2.5"),
        ("killed_unknown", "-1", "-1"),
        ("date_start", "Алиев", None),
        ("date_start", "28.01.2021", "28.01.2021"),
        ("date_start", "\x1b2021", None),
        ("device_category", "minne", "minne"),
        ("device_category", "Vüqar", None),
        ("device_category", "aliyev vuqar", None),
        ("device_category", "x" * 31, None),
        ("lon", "4o.1", None),
        ("lon", "EN 46", None),
        ("incident_id", "a", None),
    ],
)
def test_a_failing_text_is_shown_only_where_it_can_be_no_name(column: str, cell: str, shown: str | None) -> None:
    """A stranger's column of counts or dates may hold the names of victims."""
    lon = cell if column == "lon" else "46.8123"
    name = "x" if column in ("lon", "incident_id") else column
    checked = table(
        f"incident_id,lon,lat,{name}\na,46.9123,40.0567,\n{'a' if column == 'incident_id' else 'b'},{lon},40.0567,{cell}\n"
    )
    found = next(found for found in checked.findings if found.severity != "info")
    assert (found.row, found.column, found.value) == (3, column, shown)
    assert found.done.endswith("Its text is not shown.") == (shown is None)


def test_a_guessed_column_may_not_be_personal_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the table of common names holds one day; what the caller states is taken."""
    monkeypatch.setattr("mapper.intake.columns.common_names", lambda _: {"victim": "device_as_reported"})
    text = "incident_id,lon,lat,victim\na,46.9123,40.0567,SECRET\n"
    assert told(table(text)) == [("personal_column", "warning", None, "victim")]
    assert "SECRET" not in table(text).frame.to_csv()
    assert told(table(text, columns={"device_as_reported": "victim"})) == []


@pytest.mark.parametrize(
    ("level", "given", "radius", "done"),
    [
        ("near the road", "0", 2000, "Its place counts as known to 2,000 m. Its text is not shown."),
        ("near the road", "7000", 7000, "Its place counts as known to 7,000 m. Its text is not shown."),
        ("", "about 50 m", 2000, "Its place counts as known to 2,000 m. Its text is not shown."),
        ("map_reading", "50?", 2000, "Its place counts as known to 2,000 m."),
        ("site_named", "50?", 5000, "Its place counts as known to 5,000 m."),
        ("unknown", "50?", 2000, "Its place counts as known to 2,000 m."),
        ("district", "50?", None, "The cell counts as not known; the record was kept."),
    ],
)
def test_a_place_nobody_can_say_how_exact_is_not_exact(level: str, given: str, radius: float | None, done: str) -> None:
    """At least a settlement's 2,000 m, never less than is stated; the record beside it keeps its own."""
    checked = table(
        f"incident_id,lon,lat,location_level,uncertainty_m\na,46.9123,40.0567,{level},{given}\nb,46.9123,40.0567,,25\n"
    )
    assert account(checked) == (2, 2, 0, 0)
    assert [found.done for found in checked.findings if found.severity == "warning"] == [done]
    radii = checked.frame["uncertainty_m"]
    assert radii.loc[3] == 25
    assert radii.isna().loc[2] if radius is None else radii.loc[2] == radius


def test_a_level_that_fails_without_a_column_of_radii_is_wide_too() -> None:
    """The column of the radii is ours to add."""
    checked = table("incident_id,lon,lat,location_level\na,46.9123,40.0567,rayon?\n")
    assert checked.frame["uncertainty_m"].tolist() == [2000]


def test_a_district_without_a_name_is_told_and_kept() -> None:
    """Its ground is counted; nobody can look it up."""
    checked = shapes(box(46, 39, 47, 40), kind="districts", name="")
    assert told(checked) == [("missing_value", "warning", 1, "name")]
    assert account(checked) == (1, 1, 0, 0)


def test_an_order_without_its_required_cells_is_told_and_kept() -> None:
    """Each of them once."""
    checked = table("order_id,authorities,order_type\na,,\n", "orders", crs=None)
    assert told(checked) == [
        ("missing_value", "warning", 2, "authorities"),
        ("missing_value", "warning", 2, "order_type"),
    ]


def test_a_stranger_s_note_is_left_out() -> None:
    """A file that no catalogue names; stated, it is taken."""
    text = "incident_id,lon,lat,note\na,46.9123,40.0567,SECRET\n"
    left_out = table(text, numbered=True)
    assert told(left_out, info=True) == [("unknown_column", "info", None, "note")]
    assert left_out.frame["note"].isna().all()
    assert table(text).frame["note"].tolist() == ["SECRET"]
    assert table(text, numbered=True, columns={"note": "note"}).frame["note"].tolist() == ["SECRET"]


# ---------------------------------------------------------------- place
@pytest.mark.parametrize(
    ("lon_lat", "rule", "severity"),
    [
        ("46.9123,40.0567", None, None),
        ("44.500,38.200", None, None),
        ("51.000,42.100", None, None),
        ("39.99096,46.92736", "swapped_axes", "error"),
        ("0,0", "null_island", "error"),
        ("36.200,50.000", "outside_area", "warning"),
        ("46.9,95", "outside_area", "error"),
        ("469,40", "outside_area", "error"),
        ("46.9,", "missing_value", "error"),
        (",40", "missing_value", "error"),
        ("46.9,4o", "not_a_number", "error"),
        ('"46,9",40', None, None),
        ("46.9 E,40", "coordinate_unreadable", "error"),
    ],
)
def test_a_point_is_where_it_is_expected_or_told(lon_lat: str, rule: str | None, severity: str | None) -> None:
    """The border of the area is in; a swap is refused with its reason, never made; farther away is a doubt."""
    checked = table(f"{HEADER}a,{lon_lat}\nb,47.0123,40.0567\n")
    assert [found[:3] for found in told(checked)] == ([(rule, severity, 2)] if rule else [])
    assert checked.frame.index.tolist() == ([3] if severity == "error" else [2, 3])


def test_without_an_area_a_swap_cannot_be_told() -> None:
    """Which is a finding itself."""
    assert told(table(HEADER + "a,39.99096,46.92736\n", area=None), info=True) == [
        ("no_area", "info", None, "geometry")
    ]


def test_an_area_across_the_antimeridian() -> None:
    """From 170 E to 170 W: 175 E and 175 W are in, 0 is not."""
    area = (170.0, -50.0, -170.0, -10.0)
    assert told(table(HEADER + "a,175.0000,-20.0000\nb,-175.0000,-20.0000\nc,1.0000,-20.0000\n", area=area)) == [
        ("outside_area", "warning", 4, "geometry")
    ]


def test_coordinates_without_a_crs_are_refused() -> None:
    """The same numbers are 100 m apart in WGS 84 and Pulkovo 1942."""
    with pytest.raises(UnknownCRS, match="states no coordinate reference system") as caught:
        table(HEADER + "a,46.9123,40.0567\n", crs=None)
    assert "EPSG:4326" in str(caught.value)


@pytest.mark.parametrize("crs", ["EPSG:99999", "banana", "+proj=longlat"])
def test_a_crs_nobody_knows_is_refused_with_the_file(crs: str) -> None:
    """In a table and in a GeoJSON."""
    with pytest.raises(UnknownCRS, match=r"a\.csv"):
        table(HEADER + "a,46.9123,40.0567\n", crs=crs)
    with pytest.raises(UnknownCRS, match=r"a\.geojson"):
        shapes(box(46, 39, 47, 40), crs=crs)


def test_another_crs_is_transformed_and_the_operation_named() -> None:
    """Pulkovo 1942 zone 8: the point of EPSG's own worked transformation in `mapper.crs`, good to 4.5 m."""
    checked = table(HEADER + "a,8664716.58,4430395.18\n", crs="EPSG:28408")
    placed = checked.frame.geometry.iloc[0]
    assert (round(placed.x, 5), round(placed.y, 5)) == (46.92736, 39.99096)
    note = next(found for found in checked.findings if found.rule == "reprojected")
    assert note.value == "EPSG:28408: Pulkovo 1942 to WGS 84 (16), accuracy 4.5 m"


def test_a_record_without_a_place_in_the_target_is_refused_alone() -> None:
    """A number of metres that no projection can turn into degrees."""
    checked = table(HEADER + "a,1e30,1e30\nb,500000,4430000\n", crs="EPSG:32638")
    assert told(checked) == [("outside_area", "error", 2, "geometry")]
    assert account(checked) == (2, 1, 0, 1)


def test_the_stated_area_chooses_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is only the extent of other layers does not."""
    asked: list[object] = []
    operation = crs_module.operation

    def noted(source: Any, *, area: LonLatBox | None = None) -> crs_module.Operation:  # noqa: ANN401
        asked.append(area)
        return operation(source, area=area)

    monkeypatch.setattr("mapper.crs.operation", noted)
    content = (HEADER + "a,8664716.58,4430395.18\n").encode()
    layer = read_table(layer_entry(Path("a.csv"), "incidents", crs="EPSG:28408"), content, "")
    examine(layer, area=AREA)
    examine(layer, area=AREA, area_is_stated=False)
    assert asked == [AREA, None]


def test_a_feature_without_a_shape_is_placed_by_its_columns() -> None:
    """In WGS 84, where GeoJSON and columns mean the same degrees; and that is said."""
    checked = shapes(None, point(46.8, 40), kind="incidents", lon=46.9, lat=40.0)
    assert checked.frame.geometry.iloc[0].coords[0] == (46.9, 40.0)
    noted = next(found for found in checked.findings if found.row == 1)
    assert (noted.rule, noted.severity, noted.done) == (
        *("empty_geometry", "info"),
        "It was placed by its columns lon and lat.",
    )


def test_columns_beside_a_grid_place_nothing() -> None:
    """Nobody says whether 46.9 is a degree of WGS 84 there."""
    checked = shapes(None, point(500000, 4430000), kind="incidents", crs="EPSG:32638", area=None, lon=46.9, lat=40.0)
    assert told(checked) == [("empty_geometry", "warning", 1, "geometry")]
    assert checked.frame.geometry.isna().tolist() == [True, False]


def test_one_coordinate_beside_no_shape_places_nothing() -> None:
    """The record stays, as a feature without a shape does."""
    checked = shapes(None, kind="incidents", lon=46.9, lat=None)
    assert told(checked) == [("missing_value", "warning", 1, "lon, lat")]
    assert account(checked) == (1, 1, 0, 0)


@pytest.mark.parametrize(("lat", "told_row"), [(40.0008, None), (40.0010, 1), (95, 1)])
def test_a_shape_that_its_columns_contradict_is_doubted_and_stands(lat: float, told_row: int | None) -> None:
    """One degree of latitude is 111,035 m at 40 N: 0.0008 of it are 89 m, 0.0010 are 111 m."""
    checked = shapes(point(46.9, 40), kind="incidents", lon=46.9, lat=lat)
    assert told(checked) == ([] if told_row is None else [("coordinates_disagree", "warning", 1, "lon, lat")])
    assert checked.frame.geometry.iloc[0].coords[0] == (46.9, 40.0)


def test_zone_39_read_as_zone_38_is_doubted() -> None:
    """Six degrees of longitude to the west of where it was measured: 48.5 E becomes 42.5 E, out of the area."""
    checked = table(HEADER + "a,457000,4430000\n", crs="EPSG:32638", area=(46.0, 38.0, 51.0, 42.0))
    assert told(checked) == [("outside_area", "warning", 2, "geometry")]


# ---------------------------------------------------------------- shapes
def test_a_polygon_of_the_wrong_kind_is_refused() -> None:
    """Points are no zones, polygons no accidents."""
    assert told(shapes(point(46, 40), box(46, 39, 47, 40))) == [("wrong_geometry", "error", 1, "geometry")]
    assert told(shapes(box(46, 39, 47, 40), point(46, 40), kind="incidents")) == [
        ("wrong_geometry", "error", 1, "geometry")
    ]


@pytest.mark.parametrize(
    ("geometry", "rule", "severity", "columns"),
    [
        (ring((46, 39), (47, 40), (47, 39), (46, 40), (46, 39)), "invalid_geometry", "warning", "repaired"),
        (ring((46, 39), (47, 39), (47, 40), (46, 40.5)), "unclosed_ring", "warning", "repaired"),
        (ring((46, 39), (47, 40), (48, 41), (46, 39)), "zero_area", "error", "rejected"),
        (ring((46, 39), (46, 39), (46, 39), (46, 39)), "too_few_vertices", "error", "rejected"),
        (box(39, 46, 40, 47), "swapped_axes", "error", "rejected"),
        (box(30, 50, 31, 51), "outside_area", "warning", "kept"),
        (box(46, 39, 47, 45), "outside_area", "warning", "kept"),
        (box(-179, 39, 179, 40), "invalid_geometry", "error", "rejected"),
        (box(46, 39, 47, 95), "outside_area", "error", "rejected"),
        (None, "empty_geometry", "warning", "kept"),
        ({"type": "Polygon", "coordinates": []}, "empty_geometry", "warning", "kept"),
    ],
    ids=[
        "bow-tie",
        "unclosed",
        "line",
        "one point",
        "swapped",
        "elsewhere",
        "half out",
        "antimeridian",
        "95 N",
        "null",
        "empty",
    ],
)
def test_a_zone_is_whole_or_told(geometry: object, rule: str, severity: str, columns: str) -> None:
    """Each trap with its end; the sound zone beside it stays."""
    checked = shapes(geometry, box(46, 39, 47, 40), crs="EPSG:4326")
    assert told(checked) == [(rule, severity, 1, "geometry")]
    expected = {"kept": (2, 2, 0, 0), "repaired": (2, 1, 1, 0), "rejected": (2, 1, 0, 1)}
    assert account(checked) == expected[columns]
    assert checked.verdict == "repair-with-warning"


def test_overlapping_parts_free_no_ground() -> None:
    """Two boxes of one square degree that share a quarter: 1.75 square degrees, the shared quarter in."""
    both = shapely.MultiPolygon([shapely.box(46, 39, 47, 40), shapely.box(46.5, 39.5, 47.5, 40.5)])
    checked = shapes(shapely.geometry.mapping(both))
    assert checked.frame.geometry.iloc[0].area == pytest.approx(1.75)
    assert checked.frame.geometry.iloc[0].covers(shapely.Point(46.75, 39.75))


def test_a_zone_that_is_all_hole_is_refused() -> None:
    """The hole is the shell."""
    square = box(46, 39, 47, 40)
    hollow = {"type": "Polygon", "coordinates": [square["coordinates"][0]] * 2}
    assert told(shapes(hollow, square)) == [("hole_is_shell", "error", 1, "geometry")]


def test_a_record_closed_and_then_refused_counts_once() -> None:
    """Unclosed and swapped: rejected, not repaired."""
    checked = shapes(ring((39, 46), (40, 46), (40, 47)), box(46, 39, 47, 40))
    assert account(checked) == (2, 1, 0, 1)


def test_a_zone_placed_by_name_needs_no_shape() -> None:
    """Its districts are its place; whether they have an outline is told when they are looked up."""
    assert told(table("zone_id,admin_units\nz,Ağdam\n", "zones", crs=None), info=True) == []
