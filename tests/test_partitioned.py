"""An edition built part by part is the edition built at once, byte for byte, whatever happens to the workers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from mapper import partitioned, pipeline, wholes
from mapper.analysis import consistency
from mapper.cli import app
from mapper.errors import DataRefused, MapperError, Unreadable, UsageError
from mapper.output.export import formats_named
from tests.partitions import AS_PUBLISHED, bundled_in_parts, events, with_repeats, write_layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

HERE = Path(__file__).parent


def cut(frame: gpd.GeoDataFrame, parts: int) -> list[gpd.GeoDataFrame]:
    """Cut records into parts of nearly equal size."""
    return [frame.iloc[rows] for rows in np.array_split(np.arange(len(frame)), parts)]


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which a file `armed` lets one worker die."""
    return tmp_path_factory.mktemp("dying")


@pytest.fixture(scope="module")
def scheduler(dying: Path) -> Iterator[str]:
    """Run a scheduler and two workers, each a process of its own, on loopback."""
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "MAPPER_TESTS_DYING": str(dying), "PYTHONPATH": str(HERE.parent)}
    dask = [sys.executable, "-m", "dask"]
    where = ["--host", "127.0.0.1", "--no-dashboard"]
    commands = [[*dask, "scheduler", *where, "--port", address.rpartition(":")[2]]] + [
        [*dask, "worker", address, *where, "--nthreads", "1", "--no-nanny", "--preload", str(HERE / "dying_worker.py")]
    ] * 2
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=dying)
        for command in commands
    ]
    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in running:
            process.kill()
            process.wait()


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of an edition."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def both(layers: Path, tmp_path: Path, scheduler: str, **asked: object) -> dict[str, bytes]:
    """Build with both engines, hold them to each other, and return the files."""
    one = pipeline.build(layers, out=tmp_path / "one", **asked)  # type: ignore[arg-type] # options of both
    parts = partitioned.build(layers, out=tmp_path / "parts", scheduler=scheduler, **asked)  # type: ignore[arg-type]
    assert parts == one
    assert files(tmp_path / "parts") == files(tmp_path / "one")
    return files(tmp_path / "parts")


def test_the_bundled_layers_give_the_same_files(tmp_path: Path, scheduler: str) -> None:
    """114 accidents, of which the date leaves some out; each is drawn, in a district, unplaced, refused or later."""
    layers = bundled_in_parts(tmp_path / "layers", 3)
    written = both(layers, tmp_path, scheduler, as_of=dt.date(2022, 12, 31))
    manifest = json.loads(written["MANIFEST.json"])
    counts, spots = manifest["incidents"], manifest["hotspots"]
    assert spots["refused"] is None
    assert spots["n"] + sum(spots["left_out"].values()) == 114 - counts["later"]
    assert counts["counted"] == 114
    assert counts["later"] > 0
    assert sum(number for key, number in counts.items() if key != "counted") == 114


def test_exports_beside_the_page_are_the_same(tmp_path: Path, scheduler: str) -> None:
    """Every format that is asked for, and the manifest that lists it with its hash; GeoJSON is there once."""
    layers = bundled_in_parts(tmp_path / "layers", 3)
    written = both(layers, tmp_path, scheduler, exports=formats_named(["geojson,geoparquet", "flatgeobuf"]))
    listed = json.loads(written["MANIFEST.json"])["files"]
    assert {name for name in written if name != "MANIFEST.json"} == set(listed)
    assert {"zones.geojson", "zones.parquet", "orders.parquet", "zones.fgb", "orders.csv", "context.geojson"} <= set(
        listed
    )
    for name, told in listed.items():
        assert told["sha256"] == hashlib.sha256(written[name]).hexdigest()


def test_borders_discs_districts_bad_and_repeated_records_give_the_same_files(tmp_path: Path, scheduler: str) -> None:
    """Of 300 records the last 30 bear the identifiers of the first 30, in another part; one of those has none."""
    layers = write_layers(tmp_path / "layers", cut(with_repeats(events(300)), 4))
    written = both(layers, tmp_path, scheduler)
    told = pd.read_csv(tmp_path / "parts" / "findings.csv")
    repeated = told[told["rule"] == "duplicate_id"]
    assert len(repeated) == 29
    assert repeated["row"].min() > 270
    assert {"on_border", "possible_duplicate", "unknown_source", "missing_value"} <= set(told["rule"])
    features = json.loads(written["incidents.geojson"])["features"]
    assert {each["properties"]["relation"] for each in features} == {"inside", "uncertain", "outside"}


def test_generalised_records_give_the_same_files_and_the_full_ones(tmp_path: Path, scheduler: str) -> None:
    """What the gate tells of all records is added up over the parts."""
    layers = write_layers(tmp_path / "layers", cut(events(150), 3), precision="")
    written = both(layers, tmp_path, scheduler, internal=True)
    assert "INTERNAL-incidents.geojson" in written
    cut_days = pd.read_csv(tmp_path / "parts" / "findings.csv").query("rule == 'generalised_date'")
    assert len(cut_days) == 1


def test_parts_and_one_file_give_the_same_records_counts_and_density(tmp_path: Path, scheduler: str) -> None:
    """How records are cut into files says nothing of the ground: only row numbers within findings may tell."""
    made = with_repeats(events(300))
    for name, pieces in (("whole", 1), ("cut", 5)):
        write_layers(tmp_path / name, cut(made, pieces))
    pipeline.build(tmp_path / "whole", out=tmp_path / "one")
    partitioned.build(tmp_path / "cut", out=tmp_path / "parts", scheduler=scheduler)
    one, parts = files(tmp_path / "one"), files(tmp_path / "parts")
    ids = [json.loads(written["MANIFEST.json"])["edition"].encode() for written in (one, parts)]
    assert ids[0] != ids[1]
    for name in ("incidents.geojson", "zones.geojson", "districts.geojson", "density.geojson"):
        assert parts[name].replace(ids[1], ids[0]) == one[name], name


def test_more_than_a_page_holds_is_counted_and_said(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every count is that of the edition with all records, which is not there: no empty file says that there are none.

    Hot spots need the records, so there are none either.
    """
    layers = write_layers(tmp_path / "layers", cut(with_repeats(events(300)), 4))
    one = pipeline.build(layers, out=tmp_path / "one")
    monkeypatch.setattr(wholes, "MOST_ON_A_PAGE", 299)
    parts = partitioned.build(layers, out=tmp_path / "parts", scheduler=scheduler)
    whole, counted = files(tmp_path / "one"), files(tmp_path / "parts")
    assert whole.keys() - counted.keys() == {"incidents.geojson", "hotspots.geojson"}
    for name in ("zones.geojson", "districts.geojson", "density.geojson"):
        assert counted[name] == whole[name], name
    assert sorted(counted["findings.csv"].splitlines()) == sorted(whole["findings.csv"].splitlines())
    assert parts["incidents"] == {**one["incidents"], "drawn": 0, "not_drawn": one["incidents"]["drawn"]}
    assert {key: parts[key] for key in ("zones", "casualties", "density", "edition")} == {
        key: one[key] for key in ("zones", "casualties", "density", "edition")
    }
    assert "300 incidents are more than the 299 that a page can hold" in parts["assumptions"][0]


def test_a_worker_that_dies_on_the_way_changes_nothing(tmp_path: Path, scheduler: str, dying: Path) -> None:
    """One of the two workers ends at the beginning of its second walk; what it had made is made again by the other."""
    layers = write_layers(tmp_path / "layers", cut(with_repeats(events(300)), 6))
    (dying / "armed").touch()
    both(layers, tmp_path, scheduler)
    assert (dying / "died").exists()


# ------------------------------------------------------------------ what cannot be built
def refusals(layers: Path, tmp_path: Path, scheduler: str) -> str:
    """Return the one sentence that both engines refuse layers with."""
    told = []
    for build in (pipeline.build, lambda *given, **asked: partitioned.build(*given, **asked, scheduler=scheduler)):
        with pytest.raises(MapperError) as refused:
            build(layers, out=tmp_path / "out")
        told.append(str(refused.value))
    assert not (tmp_path / "out").exists()
    assert told[0] == told[1]
    return told[0]


def test_parts_with_other_columns_are_refused_by_name(tmp_path: Path, scheduler: str) -> None:
    """A part that lacks a column would read as if nothing had been stated."""
    one, other = cut(events(40), 2)
    layers = write_layers(tmp_path / "layers", [one, other.drop(columns="uncertainty_m")])
    assert "'part.0.parquet' and 'part.1.parquet' have other columns: only 'part.0.parquet' has 'uncertainty_m'" in (
        refusals(layers, tmp_path, scheduler)
    )


def test_a_damaged_part_is_refused_by_name(tmp_path: Path, scheduler: str) -> None:
    """Its footer is cut off, so nobody knows what it held."""
    layers = write_layers(tmp_path / "layers", cut(events(40), 2))
    damaged = layers / "events" / "part.1.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    assert refusals(layers, tmp_path, scheduler).startswith("part.1.parquet, layer 'events'")


def test_an_empty_part_is_told(tmp_path: Path, scheduler: str) -> None:
    """It changes no count."""
    one, other = cut(events(80), 2)
    layers = write_layers(tmp_path / "layers", [one, one.iloc[:0], other])
    both(layers, tmp_path, scheduler)
    told = pd.read_csv(tmp_path / "parts" / "findings.csv").query("rule == 'empty_layer'")
    assert told["value"].tolist() == ["part.1.parquet"]


def test_no_parts_with_records_are_refused(tmp_path: Path, scheduler: str) -> None:
    """As an empty file is."""
    layers = write_layers(tmp_path / "layers", [events(10).iloc[:0]] * 2)
    assert "it holds no records" in refusals(layers, tmp_path, scheduler)


def test_records_of_two_layers_with_one_identifier_are_refused(tmp_path: Path, scheduler: str) -> None:
    """They could not be told apart in any pair."""
    layers = write_layers(tmp_path / "layers", [events(30)])
    events(30).to_parquet(layers / "more.parquet", index=False)
    catalogue = layers / "layers.toml"
    more = f'\n[[layer]]\nname = "more"\nkind = "incidents"\nfile = "more.parquet"\n{AS_PUBLISHED}\n'
    catalogue.write_text(catalogue.read_text() + more)
    with pytest.raises(DataRefused, match="records of all layers need one id each"):
        partitioned.build(layers, out=tmp_path / "out", scheduler=scheduler)


def test_a_scheduler_that_does_not_answer_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at a port that was just free."""
    monkeypatch.setattr(partitioned, "CONNECT_S", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UsageError, match=f"no dask scheduler with a worker answers at {address}"):
        partitioned.build(out=tmp_path / "out", scheduler=address)


def test_without_dask_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(UsageError, match="dask is not installed"):
        partitioned.build(out=tmp_path / "out")


def test_workers_that_die_over_a_part_again_and_again_are_one_sentence(scheduler: str) -> None:
    """A scheduler gives up on a task that took three workers with it."""
    from distributed import KilledWorker

    def killed() -> None:
        raise KilledWorker("walk-1", None, 3)

    with pytest.raises(Unreadable, match="workers died over a part"), partitioned.workers(scheduler):
        killed()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--engine", "spark"], "'spark' is not an engine. Use one of single, dask."),
        (["--scheduler", "tcp://127.0.0.1:1"], "a scheduler is named, and the engine is not dask. Add --engine dask."),
    ],
)
def test_the_command_line_refuses_what_cannot_be_meant(tmp_path: Path, options: list[str], sentence: str) -> None:
    """Exit code 2: the call is wrong."""
    result = CliRunner().invoke(app, ["build", "--out", str(tmp_path / "out"), *options])
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    assert str(result.exception) == sentence


def test_the_command_line_starts_its_own_scheduler(tmp_path: Path) -> None:
    """The whole of it, in a process of its own, as a user calls it; two records have no identifier: exit code 1."""
    layers = write_layers(tmp_path / "layers", cut(events(60), 2))
    command = [sys.executable, "-m", "mapper", "build", str(layers), "--engine", "dask", "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, cwd=HERE.parent)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["incidents"]["counted"] == 60
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


# ------------------------------------------------------------------ laws of what is added up
def test_folding_in_parts_is_folding_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five findings where three are told: one with the number 5, however they came."""
    from mapper.findings import finding

    monkeypatch.setattr(consistency, "MOST_TOLD", 3)
    each = [(finding("on_border", "info", row=row, value="z"), 1) for row in range(1, 6)]
    at_once = consistency.told(consistency.folded(each))
    halves = [*consistency.folded(each[:4]), *consistency.folded(each[4:])]
    assert consistency.told(consistency.folded(halves)) == at_once
    assert [found.value for found in at_once] == ["5 records; the first, row 1: z"]
