"""An edition read back from its folder: the same tables as when it was made, and damage refused."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.errors import DataRefused, Unreadable
from mapper.output.block import TABLES, encode
from mapper.output.compose import CAVEATS
from mapper.output.edition_folder import PAGE, read_edition
from mapper.output.manifest import FILE_NAME
from mapper.output.published import published_tables
from mapper.output.unpacking import read_block
from mapper.pipeline import make_edition, write_edition
from tests.block_decoder import decode
from tests.editions import frame_of
from tests.test_block import IDS, described

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.compose import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Make the bundled edition once."""
    return make_edition()


@pytest.fixture(scope="module")
def built(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write it once."""
    folder = tmp_path_factory.mktemp("built") / "edition"
    write_edition(edition, folder)
    return folder


def test_the_tables_are_those_of_the_edition(edition: Edition, built: Path) -> None:
    """Names, titles, columns, licences, lineage, every cell, coordinates to 1e-6 degree; incidents in another order."""
    expected, (read, _) = published_tables(edition), read_edition(built)
    assert [table.name for table in read] == [table.name for table in expected]
    for one, other in zip(expected, read, strict=True):
        told = ("title", "columns", "id_column", "geometry", "licences", "lineage")
        assert [getattr(one, name) for name in told] == [getattr(other, name) for name in told]
        frames = [table.frame for table in (one, other)]
        if one.name == "incidents":
            frames = [frame.sort_values("incident_id", ignore_index=True) for frame in frames]
        names = [column.name for column in one.columns]
        left, right = (pd.DataFrame(frame[names]) for frame in frames)
        pd.testing.assert_frame_equal(left, right, check_exact=True)
        if one.geometry is not None:
            given_, found = (frame.geometry.to_numpy() for frame in frames)
            missing = shapely.is_missing(given_)
            assert (shapely.is_missing(found) == missing).all()
            assert frames[0].crs == frames[1].crs == "EPSG:4326"
            assert shapely.equals_exact(given_[~missing], found[~missing], tolerance=1.000001e-6).all()


def test_the_facts_are_those_of_the_edition(edition: Edition, built: Path) -> None:
    """What every export states, in all three languages."""
    facts = read_edition(built)[1]
    assert facts.titles == dict(edition.titles)
    assert facts.organisations == dict(edition.organisations)
    assert (facts.edition_id, facts.data_date, facts.stale_after) == (edition.edition_id, "2026-11-23", "2027-05-22")
    assert facts.caveats == CAVEATS
    assert facts.language == "en"


def test_incidents_stand_in_the_order_of_the_grid(built: Path) -> None:
    """Those without a place last, and twice the same."""
    read = [next(table.frame for table in read_edition(built)[0] if table.name == "incidents") for _ in range(2)]
    missing = read[0].geometry.isna().to_numpy()
    assert (missing[1:] >= missing[:-1]).all()
    assert read[0]["incident_id"].tolist() == read[1]["incident_id"].tolist()


# ---------------------------------------------------------------- the block, against the slow decoder
EMPTY = {name: frame_of(name, []) for name in TABLES}


def block_of(**tables: list[dict[str, Any]]) -> bytes:
    """Return a block of these records."""
    return encode({**EMPTY, **{name: frame_of(name, rows) for name, rows in tables.items()}}, {"a": 1}, {})


def assert_read_as_decoded(packed: bytes) -> None:
    """Compare every cell with what the plain decoder of the tests reads."""
    header, slow = decode(packed)
    block = read_block(packed)
    assert block.meta == header["meta"]
    for name, columns in slow.items():
        frame = block.tables[name]
        assert list(frame.columns) == list(columns)
        for column, cells in columns.items():
            if TABLES[name][column] == "geometry":
                assert [described(shape) for shape in frame[column]] == cells
            elif TABLES[name][column] == "position":
                found = [None if shape is None else described(shape) for shape in frame[column]]
                assert found == [None if cell is None else ("point", cell) for cell in cells]
            else:
                assert [None if pd.isna(cell) else cell for cell in frame[column]] == cells, (name, column)


def test_the_bundled_block_is_read_as_the_slow_decoder_reads_it(built: Path) -> None:
    """Two readers, one format."""
    page = (built / PAGE).read_text("utf-8")
    packed = page.split("id=mapper-block>", 1)[1].split("<", 1)[0]
    assert_read_as_decoded(base64.b64decode(packed))


WORDS = st.one_of(st.none(), st.sampled_from(["a", "ə", "x-1", "x-2", "2021-03-04", "2021-03-05"]), st.text(max_size=5))
NUMBERS = st.one_of(st.none(), st.integers(0, 300), st.floats(allow_nan=False, allow_infinity=False))
DEGREES = st.integers(-(10**6), 10**6).map(lambda units: units / 1_000_000)


@settings(max_examples=max(25, settings().max_examples // 4))
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, NUMBERS, st.one_of(st.none(), st.tuples(DEGREES, DEGREES))), max_size=40),
    times=st.sampled_from([1, 8]),
)
def test_law_any_block_is_read_as_the_slow_decoder_reads_it(rows: list[tuple[Any, ...]], times: int) -> None:
    """Texts, days, ids, numbers, places; in tables of few rows and of many alike ones."""
    records = [
        {
            "incident_id": f"i-{number}",
            "note": word,
            "place": code,
            "uncertainty_m": size,
            "date_start": word,
            "date_end": code,
            "at": None if at is None else shapely.Point(at),
        }
        for number, (word, code, size, at) in enumerate(rows * times)
    ]
    assert_read_as_decoded(block_of(incidents=records))


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS.keys())
def test_ids_are_read_letter_by_letter(ids: list[str]) -> None:
    """Every pattern that the writer knows."""
    assert_read_as_decoded(block_of(sources=[{"source_id": each} for each in ids * 20]))


HOLE = shapely.Polygon(
    shapely.box(0, 0, 9, 9).exterior, [shapely.box(1, 1, 2, 2).exterior, shapely.box(3, 3, 4, 4).exterior]
)
SHAPES = [
    *(None, shapely.Point(46.5, -40.25), shapely.LineString([(0, 0), (1, 1), (0.5, 2)]), HOLE),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 6), (7, 5)]]),
    shapely.MultiPolygon([HOLE, shapely.box(20, 20, 21, 21)]),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "none" if shape is None else shape.geom_type)
def test_every_kind_of_shape_comes_back(shape: shapely.Geometry | None) -> None:
    """Parts and holes in their places."""
    packed = block_of(context=[{"context_id": "a", "geometry": shape}, {"context_id": "b", "geometry": SHAPES[2]}])
    assert_read_as_decoded(packed)
    first, second = read_block(packed).tables["context"]["geometry"]
    assert second.equals_exact(SHAPES[2], 1e-9)
    assert (first is None) == (shape is None)
    assert shape is None or (first.geom_type == shape.geom_type and first.equals_exact(shape, 1e-9))


# ---------------------------------------------------------------- damage
def refused(packed: bytes) -> bool:
    """Tell whether a block is refused by a sentence; any other error is an error of the test."""
    try:
        read_block(packed)
    except DataRefused as refusal:
        return "map.html: its data block cannot be read" in str(refusal)
    return False


def repacked(packed: bytes, change: Any) -> bytes:  # noqa: ANN401 - a function of the header
    """Forge a block: another header before the same body."""
    plain = gzip.decompress(packed)
    length = int.from_bytes(plain[:4], "little")
    header = json.loads(plain[4 : 4 + length])
    change(header)
    told = json.dumps(header).encode()
    return gzip.compress(len(told).to_bytes(4, "little") + told + plain[4 + length :])


SOURCES = [
    {"source_id": f"s-{number}", "publisher": "ab"[number % 2], "title": f"T{number}" * 3} for number in range(12)
]
SOUND = gzip.decompress(block_of(sources=SOURCES))
FORGED: dict[str, Any] = {
    "more rows": lambda table: table.update(rows=13),
    "endless rows": lambda table: table.update(rows=10**15),
    "rows of text": lambda table: table.update(rows="12"),
    "no way": lambda table: table["columns"]["publisher"].update({"as": "magic"}),
    "no values": lambda table: table["columns"]["publisher"].update(values=[]),
    "leans on nothing": lambda table: table["columns"]["publisher"]["codes"].update(by="nobody"),
    "beyond the body": lambda table: table["columns"]["publisher"]["codes"].update(at=10**8),
    "before the body": lambda table: table["columns"]["publisher"]["codes"].update(at=-1),
    "below zero": lambda table: table["columns"]["publisher"]["codes"].update(low=-5),
    "odd bits": lambda table: table["columns"]["publisher"]["codes"].update(bits=7),
    "endless numbers": lambda table: table["columns"]["publisher"]["codes"].update(bits=0, n=10**14),
    "no columns": lambda table: table.pop("columns"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_block_that_contradicts_itself_is_refused(forge: Any) -> None:  # noqa: ANN401 - a function of a table
    """By a sentence, and without asking for more memory than there is."""
    packed = block_of(sources=SOURCES)
    assert not refused(repacked(packed, dict.copy))
    assert refused(repacked(packed, lambda header: forge(header["tables"]["sources"])))


def test_a_cut_block_is_refused_wherever_it_is_cut() -> None:
    """And one with something behind it."""
    packed = block_of(sources=SOURCES)
    assert all(refused(packed[:end]) for end in range(0, len(packed), 29))
    assert refused(packed + b"x")
    assert refused(b"")


@given(at=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_law_a_damaged_body_is_read_or_refused(at: int, byte: int) -> None:
    """A byte changed after unpacking is either another value or a refusal, never a crash."""
    plain = bytearray(SOUND)
    plain[at % len(plain)] = byte
    with contextlib.suppress(DataRefused):
        read_block(gzip.compress(bytes(plain), 1))


@pytest.fixture
def spoilt(built: Path, tmp_path: Path) -> Path:
    """Return a copy of the edition that a test may spoil."""
    return shutil.copytree(built, tmp_path / "edition")


def relisted(folder: Path, page: bytes, **others: Any) -> None:  # noqa: ANN401 - members of a manifest
    """Forge an edition: another page, and a manifest that lists it and fits its seal."""
    (folder / PAGE).write_bytes(page)
    document = json.loads((folder / FILE_NAME).read_bytes())
    document |= others
    document["files"][PAGE] = {"bytes": len(page), "sha256": hashlib.sha256(page).hexdigest()}
    document["seal"] = zeros = "0" * 64
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    seal = hashlib.sha256(text.encode()).hexdigest()
    (folder / FILE_NAME).write_text(text.replace(f'"seal": "{zeros}"', f'"seal": "{seal}"'), "utf-8")


def test_a_changed_page_or_manifest_is_refused(spoilt: Path) -> None:
    """Before anything in it is read."""
    page = (spoilt / PAGE).read_bytes()
    (spoilt / PAGE).write_bytes(page[:-1] + b" ")
    with pytest.raises(DataRefused, match="not the file that the manifest lists"):
        read_edition(spoilt)
    (spoilt / PAGE).write_bytes(page)
    manifest = (spoilt / FILE_NAME).read_text("utf-8")
    (spoilt / FILE_NAME).write_text(manifest.replace("2026-11-23", "2026-11-24"), "utf-8")
    with pytest.raises(DataRefused, match="does not bear its own seal"):
        read_edition(spoilt)


def test_a_page_that_contradicts_itself_is_refused(spoilt: Path) -> None:
    """No block, two blocks, another block, fewer records than sealed, and another edition's page."""
    page = (spoilt / PAGE).read_bytes()
    start = page.index(b"id=mapper-block>") + len(b"id=mapper-block>")
    end = page.index(b"<", start)
    seal = page[page.index(b"id=mapper-seal>") + len(b"id=mapper-seal>") :].split(b"<", 1)[0]
    other = json.loads(seal) | {"records": 3}
    for forged, said in (
        (page[:start] + b"!!" + page[end:], "holds no data block"),
        (page + page[start - 60 : end] + b"</script>", "holds no data block"),
        (page[:start] + page[start + 4 : end] + page[end:], "not the one it was written with"),
        (page.replace(seal, json.dumps(other).encode()), "as many records as it was written with"),
        (page.replace(seal, b"[]"), "its data block is damaged"),
    ):
        relisted(spoilt, forged)
        with pytest.raises(DataRefused, match=said):
            read_edition(spoilt)


@pytest.mark.parametrize(
    "inputs", [None, [{}], [{"kind": "zones", "licence": "", "source": "", "file": "a", "rejected": "x"}]]
)
def test_a_manifest_whose_inputs_are_none_is_refused(spoilt: Path, inputs: object) -> None:
    """Although its seal fits."""
    relisted(spoilt, (spoilt / PAGE).read_bytes(), inputs=inputs)
    with pytest.raises(DataRefused, match="does not hold what an edition does"):
        read_edition(spoilt)


def test_what_is_no_edition_is_a_sentence(tmp_path: Path, spoilt: Path) -> None:
    """No folder, no manifest, no page."""
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(Unreadable, match="Name the folder that `mapper build` wrote"):
            read_edition(folder)
    (spoilt / PAGE).unlink()
    with pytest.raises(Unreadable, match=r"map\.html"):
        read_edition(spoilt)
