"""`mapper check` and `mapper layers` as functions: the same keys whatever is wrong with the file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from mapper.answers import exit_code, findings_csv, together
from mapper.asked import parse_area
from mapper.catalogue import bundled_layers
from mapper.errors import UsageError
from mapper.findings import finding
from mapper.inspection import inspect, inspect_all, list_layers
from mapper.model import Finding

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [
    *(
        "file",
        "sha256",
        "kind",
        "layers",
        "crs",
        "verdict",
        "counted",
        "kept",
        "repaired",
        "rejected",
        "mapping",
        "findings",
    )
]
FINDING_KEYS = {"rule", "severity", "layer", "row", "column", "value", "done", "advice"}
GOOD = "incident_id,lon,lat\na,46.91234,40.02345\n"
SQUARE = {"type": "Polygon", "coordinates": [[[46, 39], [47, 39], [47, 40], [46, 40], [46, 39]]]}


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("name", "text", "verdict", "account"),
    [
        ("a.csv", GOOD, "accept", (1, 1, 0, 0)),
        ("a.csv", GOOD.replace("lat\n", "lat,x\n").replace("45\n", "45,y\n"), "accept-with-findings", (1, 1, 0, 0)),
        ("a.csv", GOOD + "b,10,10\n", "repair-with-warning", (2, 2, 0, 0)),
        ("a.csv", GOOD + "b,46.9\n", "repair-with-warning", (2, 1, 0, 1)),
        ("a.csv", GOOD.replace("46.91234", "4o"), "reject", (1, 0, 0, 1)),
        ("a.csv", GOOD.replace("incident_id", "colour"), "repair-with-warning", (1, 1, 0, 0)),
        ("a.csv", "colour,shape\nred,round\n", "reject", (1, 0, 0, 1)),
        ("a.csv", "incident_id,lon,lat\n", "reject", (0, 0, 0, 0)),
        ("a.csv", GOOD.replace("lon", "lat"), "reject", (0, 0, 0, 0)),
        ("a.geojson", "{", "reject", (0, 0, 0, 0)),
        ("a.xyz", GOOD, "reject", (0, 0, 0, 0)),
    ],
)
def test_every_file_gets_the_same_keys(
    tmp_path: Path, name: str, text: str, verdict: str, account: tuple[int, ...]
) -> None:
    """The keys of the contract, the account that adds up, the hash of the bytes."""
    path = write(tmp_path, name, text)
    answer = inspect(path, kind="incidents", crs="EPSG:4326", area=(44.5, 38.2, 51, 42.1))
    assert list(answer) == KEYS
    assert (answer["verdict"], tuple(answer[key] for key in KEYS[6:10])) == (verdict, account)
    assert answer["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all(set(found) >= FINDING_KEYS for found in answer["findings"])
    json.dumps(answer, allow_nan=False)


def test_a_file_that_cannot_be_opened_gets_an_answer_too(tmp_path: Path) -> None:
    """And the exit code 3."""
    answer = inspect(tmp_path / "missing.csv")
    assert list(answer) == KEYS
    assert (answer["verdict"], answer["findings"][0]["rule"], answer["sha256"]) == ("reject", "file_unreadable", None)
    assert exit_code([answer]) == 3


def test_the_kind_is_told_from_the_columns_and_said(tmp_path: Path) -> None:
    """An id column is enough; polygons without any are zones that bear their row number."""
    for kind in ("incidents", "zones", "hazards"):
        answer = inspect(write(tmp_path, "a.csv", f"{kind[:-1]}_id,admin_units\nx,y\n"))
        assert answer["kind"] == kind
        assert "assumed_kind" in {found["rule"] for found in answer["findings"]}
    feature = {"type": "Feature", "properties": {"x": 1}, "geometry": SQUARE}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    answer = inspect(write(tmp_path, "a.geojson", text))
    assert (answer["kind"], answer["kept"]) == ("zones", 1)
    assert "assumed_ids" in {found["rule"] for found in answer["findings"]}


def test_two_possible_kinds_are_asked_about(tmp_path: Path) -> None:
    """A table of pairs has both ids."""
    answer = inspect(write(tmp_path, "a.csv", "incident_id,zone_id\na,b\n"))
    assert answer["verdict"] == "reject"
    assert "--kind" in answer["findings"][0]["advice"]
    assert inspect(tmp_path / "a.csv", kind="zones")["kept"] == 1


def test_a_layer_is_checked_as_the_catalogue_beside_it_says() -> None:
    """Its columns, its CRS and the area of the edition need not be typed again."""
    answer = inspect(bundled_layers() / "accidents.csv")
    assert (answer["verdict"], answer["counted"], answer["layers"]) == ("accept", 114, ["accidents"])
    assert answer["mapping"]["id"] == "incident_id"


def test_a_layer_without_a_title_is_checked_as_the_catalogue_says_too(tmp_path: Path) -> None:
    """A table of pairs could be two kinds; the catalogue says which."""
    edition = '[edition]\ntitle = "t"\norganisation = "o"\ndata_date = 2026-11-23\n'
    write(tmp_path, "layers.toml", f'{edition}[[layer]]\nname = "areas"\nkind = "zones"\nfile = "a.csv"\n')
    answer = inspect(write(tmp_path, "a.csv", "incident_id,zone_id,admin_units\na,b,Ağdam\n"))
    assert (answer["kind"], answer["kept"], answer["layers"]) == ("zones", 1, ["areas"])
    assert "assumed_kind" not in {found["rule"] for found in answer["findings"]}


@pytest.mark.parametrize(
    "options", [{"kind": "accidents"}, {"crs": "banana"}, {"date_order": "ddmmyy"}, {"on_invalid": "ignore"}]
)
def test_a_mistyped_option_is_wrong_usage(tmp_path: Path, options: dict[str, str]) -> None:
    """It is not the file's fault."""
    with pytest.raises(UsageError) as caught:
        inspect(write(tmp_path, "a.csv", GOOD), **options)
    assert caught.value.advice


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "44,39,51,38", "44,38,51,99", "4_4,38,51,42", "nan,38,51,42"]
)
def test_an_area_is_four_plain_numbers(text: str) -> None:
    """Python alone would take 4_4 and nan."""
    with pytest.raises(UsageError):
        parse_area(text)


def test_dates_of_a_told_order_are_read(tmp_path: Path) -> None:
    """3/4/2021 is the third of April where days come first; without the order it is a doubt."""
    path = write(tmp_path, "a.csv", "incident_id,date_start,reported_on\na,3/4/2021,2/4/2021\n")
    assert [found["rule"] for found in inspect(path, kind="incidents")["findings"]] == ["undeclared_date_order"] * 2
    answer = inspect(path, kind="incidents", date_order="dmy")
    assert [(found["rule"], found["value"]) for found in answer["findings"]] == [
        ("date_after_report", "2021-04-03; reported_on is 2021-04-02")
    ]


def test_the_worst_verdict_speaks_for_several_files(tmp_path: Path) -> None:
    """And refused records are summed."""
    good = inspect(write(tmp_path, "a.csv", GOOD), kind="incidents", crs="EPSG:4326", area=(44, 38, 51, 42))
    bad = inspect(write(tmp_path, "b.csv", GOOD + "b,1\n"), kind="incidents", crs="EPSG:4326")
    missing = inspect(tmp_path / "c.csv")
    assert together([good, bad]) == {
        "verdict": "repair-with-warning",
        "counted": 3,
        "kept": 2,
        "repaired": 0,
        "rejected": 1,
        "files": [good, bad],
        "skipped": [],
    }
    assert together([good, missing, bad])["verdict"] == "reject"
    assert [exit_code(answers) for answers in ([good], [good, bad], [bad, missing])] == [0, 1, 3]


def test_the_bundled_layers_are_listed() -> None:
    """With the records of each file, as counted by hand in its rows (114 accidents, 13 zones)."""
    records = {layer["kind"]: layer["records"] for layer in list_layers()["layers"]}
    assert (records["incidents"], records["zones"]) == (114, 13)


BOW_TIE = {"type": "Polygon", "coordinates": [[[46, 39], [47, 40], [47, 39], [46, 40], [46, 39]]]}


@pytest.mark.parametrize(
    ("policy", "verdict", "account"),
    [
        (None, "repair-with-warning", (2, 1, 1, 0)),
        ("repair", "repair-with-warning", (2, 1, 1, 0)),
        ("reject", "repair-with-warning", (2, 1, 0, 1)),
        ("raise", "reject", (2, 0, 0, 2)),
    ],
)
def test_what_becomes_of_a_bow_tie_is_the_callers_choice(
    tmp_path: Path, policy: str | None, verdict: str, account: tuple[int, ...]
) -> None:
    """Mended by default; refused alone; or the whole layer with it."""
    features = [
        {"type": "Feature", "properties": {"zone_id": name}, "geometry": shape}
        for name, shape in (("a", SQUARE), ("b", BOW_TIE))
    ]
    path = write(tmp_path, "z.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    answer = inspect(path, kind="zones", area=(44, 38, 51, 42), on_invalid=policy)
    assert (answer["verdict"], tuple(answer[key] for key in KEYS[6:10])) == (verdict, account)


def test_findings_of_all_files_are_one_table(tmp_path: Path) -> None:
    """One row per finding under the keys of a finding; a column called like a formula is quoted."""
    write(tmp_path, "a.csv", "incident_id,=1+1\nx,y\n")
    write(tmp_path, "b.csv", "incident_id\n\n")
    answer = inspect_all([tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"])
    header, *rows = findings_csv(answer).decode("utf-8-sig").splitlines()
    assert header == "rule,severity,done,advice,file,layer,row,column,value"
    assert len(rows) == sum(len(each["findings"]) for each in answer["files"])
    assert [row.split(",")[0] for row in rows][-1] == "file_unreadable"
    assert any(",'=1+1," in row for row in rows)


def test_a_finding_is_told_whole() -> None:
    """Every field of it, written out."""
    told = finding("not_a_date", "warning", row=3, column="date_start", value="01.02.2021")
    assert told.to_dict() == {name: getattr(told, name) for name in Finding.__slots__}
