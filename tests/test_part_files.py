"""Which files of a folder are the parts of a layer, in which order, and what is refused because records may be behind it."""

from __future__ import annotations

from pathlib import Path

import dask_geopandas
import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapper.asked import Asked
from mapper.catalogue import read_catalogue
from mapper.errors import DataRefused
from mapper.inspection import inspect_all, list_layers
from mapper.intake.partitions import check_layer, part_files, repeated_rows
from mapper.model import LayerEntry
from tests.partitions import events, write_layers


def entry(folder: Path) -> LayerEntry:
    """Return a layer of incidents whose file is a folder."""
    return LayerEntry("events", "incidents", folder)


def named(folder: Path, *names: str) -> LayerEntry:
    """Make files of these names in a folder, and return the layer of it."""
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"PAR1")
    return entry(folder)


def test_parts_follow_each_other_by_number(tmp_path: Path) -> None:
    """Ten comes after nine; what a writer or a system puts beside the parts is none."""
    layer = named(tmp_path, "part.10.parquet", "part.9.parquet", "part.0.parquet", "_metadata", ".crc", "README.txt")
    assert [path.name for path in part_files(layer)] == ["part.0.parquet", "part.9.parquet", "part.10.parquet"]


@pytest.mark.parametrize("name", ["more.csv", "year=2021/part.0.parquet"])
def test_what_may_hold_records_is_not_passed_over(tmp_path: Path, name: str) -> None:
    """A table beside the parts, and parts in a folder whose name says something that no column does."""
    with pytest.raises(DataRefused, match=f"'{name}' in it is no part file"):
        part_files(named(tmp_path, "part.0.parquet", name))


def test_a_link_is_not_passed_over(tmp_path: Path) -> None:
    """Links are not followed, and a part that is one would be lost."""
    layer = named(tmp_path, "part.0.parquet")
    (tmp_path / "part.1.parquet").symlink_to(tmp_path / "part.0.parquet")
    with pytest.raises(DataRefused, match=r"'part\.1\.parquet' in it is no part file"):
        part_files(layer)


def test_a_folder_without_parts_is_refused(tmp_path: Path) -> None:
    """It is not an empty layer."""
    with pytest.raises(DataRefused, match="the folder holds no part files"):
        part_files(entry(tmp_path))


def test_only_incidents_may_be_a_folder(tmp_path: Path) -> None:
    """Zones are small, and looked at whole."""
    layers = write_layers(tmp_path / "layers", [events(20)])
    catalogue = layers / "layers.toml"
    catalogue.write_text(catalogue.read_text().replace('"zones.geojson"', '"events"'))
    with pytest.raises(DataRefused, match="'events' of layer 'zones' is a folder"):
        read_catalogue(layers)


def test_parts_in_different_systems_are_refused(tmp_path: Path) -> None:
    """Their coordinates could be compared by nobody."""
    layers = write_layers(tmp_path / "layers", [events(20), events(20).to_crs(32638)])
    with pytest.raises(DataRefused, match="different coordinate reference systems"):
        check_layer(read_catalogue(layers).layers[0])


def test_what_dask_geopandas_writes_is_read_whole(tmp_path: Path) -> None:
    """Forty records in four partitions, as a user of it has them; rows are numbered through."""
    layers = write_layers(tmp_path / "layers", [events(40)])
    (layers / "events" / "part.0.parquet").unlink()
    given = gpd.GeoDataFrame(
        {"incident_id": [f"e-{number}" for number in range(40)]}, geometry=shapely.points(46.3, [39.2] * 40), crs=4326
    )
    dask_geopandas.from_geopandas(given, npartitions=4).to_parquet(layers / "events", write_index=False)
    checked = check_layer(read_catalogue(layers).layers[0])
    assert len(part_files(read_catalogue(layers).layers[0])) == 4
    assert checked.ledger.counted == checked.ledger.kept == 40
    assert checked.frame.index.tolist() == list(range(1, 41))
    assert checked.frame["incident_id"].tolist() == given["incident_id"].tolist()


def test_identifiers_repeat_an_earlier_part_and_not_a_later_one() -> None:
    """The first record of an identifier stays, whichever part it is in."""
    parts = [pd.Series(["a", "b"], [1, 2]), pd.Series(["b", "c"], [1, 2]), pd.Series(["c", "a"], [1, 2])]
    assert repeated_rows(parts) == [{}, {1: "b"}, {1: "c", 2: "a"}]


def test_listing_and_checking_a_folder_look_into_the_parts(tmp_path: Path) -> None:
    """`mapper layers` counts the records of all parts; `mapper check` reads each as the catalogue says."""
    layers = write_layers(tmp_path / "layers", [events(20), events(30)])
    assert list_layers(layers)["layers"][0]["records"] == 50
    answers = {each["file"]: each for each in inspect_all([layers], Asked())["files"]}
    assert answers["events/part.1.parquet"]["counted"] == 30
    assert answers["events/part.1.parquet"]["kind"] == "incidents"
