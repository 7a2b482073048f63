"""`mapper verify` and `mapper diff` as a user meets them: folders, exit codes, words in three languages, one JSON object."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from mapper import cli
from mapper.editions import diff_folders, side_of
from mapper.errors import DataRefused, Unreadable, UsageError
from mapper.output.diff import diff
from mapper.pipeline import build
from tests.editions import box, write_layers

if TYPE_CHECKING:
    from pathlib import Path

BAN = {
    "order_id": "o-1",
    "order_type": "ban",
    "issued_on": "2021-01-01",
    "authorities": "Office",
    "applies_to": "all_civilians",
}
INCIDENT = {
    "incident_id": "i-1",
    "lon": 46.005,
    "lat": 40.005,
    "date_start": "2021-02-03",
    "date_end": "2021-02-03",
    "date_precision": "day",
    "location_level": "measured_gnss",
    "accident_type": "mine",
    "device_category": "ap_mine",
}
ZONES = [
    {"zone_id": "z-1", "name": "Ağdərə", "order_ids": "o-1", "geometry": box(0, 0, 2, 1)},
    {"zone_id": "z-2", "name": "Şuşa", "order_ids": "o-1", "geometry": box(5, 5, 6, 6)},
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two folders of layers: in the second a zone is gone, the other half as wide, and an accident is new."""
    root = tmp_path_factory.mktemp("layers")
    first = write_layers(root / "a", zones=ZONES, orders=[BAN], incidents=[INCIDENT])
    fewer = [{**ZONES[0], "geometry": box(0, 0, 1, 1)}]
    more = [INCIDENT, {**INCIDENT, "incident_id": "i-2", "lon": 46.3}]
    return first, write_layers(root / "b", "2026-02-01", zones=fewer, orders=[BAN], incidents=more)


@pytest.fixture(scope="module")
def built(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the first of them."""
    out = tmp_path_factory.mktemp("built") / "edition"
    build(folders[0], out=out)
    return out


@pytest.fixture(scope="module")
def later(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the second of them."""
    out = tmp_path_factory.mktemp("built") / "later"
    build(folders[1], out=out)
    return out


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["mapper", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_an_edition_equals_the_layers_it_was_built_from(folders: tuple[Path, Path], built: Path) -> None:
    """Read from its folder or made again: the coordinates of the folder are rounded, and nothing differs."""
    assert diff(side_of(built), side_of(folders[0])).is_same


def test_the_known_differences_are_told(folders: tuple[Path, Path], built: Path, tmp_path: Path) -> None:
    """Each of the three, by hand; and the file beside them."""
    told = diff_folders(built, folders[1], to=tmp_path / "d.geojson")
    assert told["no_longer_recorded"] == {"orders": [], "zones": ["z-2"]}
    assert (told["same"], told["records_less"]) == (False, True)
    assert (told["tables"]["incidents"]["added"], told["tables"]["incidents"]["removed"]) == (["i-2"], [])
    assert (told["tables"]["zones"]["before"], told["tables"]["zones"]["after"]) == (2, 1)
    (zone,) = told["tables"]["zones"]["changed"]
    # A box of a hundredth of a degree is 0.948 km² at 40 N (tests/test_diff.py).
    assert zone["outline"]["removed_km2"] == pytest.approx(0.948, abs=0.001)
    assert told["ground"]["zones"]["removed_km2"] == pytest.approx(2 * 0.948, abs=0.002)
    assert told["orders"] == {"begun": [], "ended": [], "changed": []}
    assert (told["a"]["data_date"], told["b"]["data_date"]) == ("2026-01-01", "2026-02-01")
    document = json.loads((tmp_path / "d.geojson").read_bytes())
    changes = [each["id"] for each in document["features"] if each["properties"]["table"] == "zones"]
    assert changes == ["zones:z-2:removed", "zones:z-1:ground_removed", "zones:z-1:changed"]
    assert document["licences"] == ["CC0"]


def test_the_answer_is_the_same_each_time(later: Path, built: Path, tmp_path: Path) -> None:
    """Byte for byte, file and answer."""
    answers = [json.dumps(diff_folders(built, later, to=tmp_path / f"{n}.geojson")) for n in range(2)]
    assert answers[0] == answers[1]
    assert (tmp_path / "0.geojson").read_bytes() == (tmp_path / "1.geojson").read_bytes()


@pytest.mark.parametrize(
    ("language", "word"), [("en", "No longer recorded"), ("az", "Artıq qeyd"), ("ru", "Больше не записано")]
)
def test_the_command_tells_them_in_words(
    later: Path,
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    word: str,
) -> None:
    """Words on one stream, the object on the other; 1 as B records less, 0 the other way round."""
    assert run(monkeypatch, "diff", built, later, "--lang", language, "--json") == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert word in lines[next(at for at, line in enumerate(lines) if "2026-02-01" in line) + 1]
    told: dict[str, Any] = json.loads(said.out.splitlines()[-1])
    assert (told["language"], told["doubts"]) == (language, [])


def test_exit_codes_of_diff(
    later: Path,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """0 of an edition and itself, 1 where the first is the newer, 2 of wrong usage, 3 of what is neither."""
    assert run(monkeypatch, "diff", built, built) == 0
    assert run(monkeypatch, "diff", later, built) == 1
    assert "is newer than the other" in capsys.readouterr().err
    assert run(monkeypatch, "diff", built, built, "--lang", "tr") == 2
    assert run(monkeypatch, "diff", built, built, "--to", tmp_path / "x.shp") == 2
    assert run(monkeypatch, "diff", built, built, "--to", built / "x.geojson") == 2
    assert run(monkeypatch, "diff", built, tmp_path) == 3
    assert "neither an edition nor a folder of layers" in capsys.readouterr().err


def test_a_damaged_edition_is_not_compared(built: Path, tmp_path: Path) -> None:
    """Nothing is written."""
    spoilt = shutil.copytree(built, tmp_path / "edition")
    with (spoilt / "map.html").open("ab") as page:
        page.write(b" ")
    with pytest.raises(DataRefused, match="not the file that the manifest lists"):
        diff_folders(built, spoilt, to=tmp_path / "d.geojson")
    assert not (tmp_path / "d.geojson").exists()


def test_wrong_places_are_sentences(built: Path, tmp_path: Path) -> None:
    """A folder that is neither, and a file inside of an edition."""
    with pytest.raises(Unreadable, match=r"no MANIFEST\.json and no layers\.toml"):
        diff_folders(built, tmp_path)
    with pytest.raises(UsageError, match="would be written into one of the editions"):
        diff_folders(built, built, to=built / "sub" / "d.geojson")


def test_exit_codes_of_verify(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 whole, 1 refused with each file in a sentence, 2 wrong usage, 3 unreadable."""
    assert run(monkeypatch, "verify", built, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["verdict"] == "whole"
    copy = shutil.copytree(built, tmp_path / "nəşr")
    (copy / "zones.geojson").unlink()
    (copy / "ə.txt").write_bytes(b"")
    assert run(monkeypatch, "verify", copy, "--json") == 1
    said = capsys.readouterr()
    assert "'zones.geojson' is missing" in said.err
    assert "'ə.txt' does not belong to the edition" in said.err
    told = json.loads(said.out.splitlines()[-1])
    assert (told["missing"], told["added"], told["verdict"]) == (["zones.geojson"], ["ə.txt"], "refused")
    assert run(monkeypatch, "verify", built, "--identity", "a@example.org") == 2
    assert run(monkeypatch, "verify", tmp_path / "nowhere") == 3
