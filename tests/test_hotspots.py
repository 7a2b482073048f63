"""Hot spots on ground: which record counts where, what is no unit, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from mapper import crs as systems
from mapper.analysis import hotspots as module
from mapper.analysis.hotspots import Units, hotspots
from mapper.errors import DataRefused, MapperError, UnknownCRS, UsageError
from mapper.ownfiles import Options, SpotFiles, hotspots_file
from mapper.terms import codes

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.model import UnitKind

PLANE = systems.working_crs((46.5, 39.5, 46.5, 39.5))
SIDE_M = 60_000.0


def on_ground(shape_m: shapely.Geometry) -> Any:  # noqa: ANN401 - a shape of the kind that was given
    """Bring a shape from metres around 46.5 E, 39.5 N to degrees."""
    return systems.to_storage(shape_m, PLANE)


# A window 60 km wide, its middle at the plane's origin: 10 x 10 squares of 6 km.
WINDOW = on_ground(shapely.box(-SIDE_M / 2, -SIDE_M / 2, SIDE_M / 2, SIDE_M / 2))
SQUARES = Units("square", cell_m=6000.0)


def records(places_m: list[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Return located records at places in metres."""
    usual = {"place": "point", "uncertainty_m": 0.0, "accident_type": "mine", "district": None}
    points = [on_ground(shapely.Point(each)) for each in places_m]
    return gpd.GeoDataFrame({**usual, **columns}, index=range(len(points)), geometry=points, crs="EPSG:4326")


def cluster(number: int = 40) -> gpd.GeoDataFrame:
    """Return records in the square from 0 to 6 km east and north of the middle, and one in each of ten squares far west."""
    near = [(500.0 + 100 * step, 3000.0) for step in range(number)]
    far = [(-27_000.0, -27_000.0 + 6000 * step) for step in range(10)]
    return records([*near, *far])


def test_a_cluster_is_hot_and_every_record_is_counted() -> None:
    """One heap of 40 records in 100 units is named nowhere, as nine squares hold it by chance in 9 of 100 cases.

    Five records in each of nine squares are. The middle one has all nine around it, one at a side six, whose chance is
    C(9, 6) C(91, 3) / C(100, 9) = 5e-6, and one at a corner four: 0.003, which 100 units do not let pass as 99 %.
    """
    heap = hotspots(cluster(), window=WINDOW, units=SQUARES)
    assert (heap.n, heap.analysed, heap.p_from) == (50, 100, "exact")
    assert int(heap.units["records"].sum()) == 50
    assert set(heap.units["class"]) == {"none"}
    spread = [
        (6000.0 * i + 3000 + 100 * k, 6000.0 * j + 3000) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in range(5)
    ]
    found = hotspots(records(spread), window=WINDOW, units=SQUARES)
    hot = found.units[found.units["class"] == "hot_99"]
    assert hot["records"].tolist() == [5] * 5
    middle = found.units.loc[found.units["z"].idxmax()]
    assert middle["neighbours"] == 9
    assert middle.geometry.contains(on_ground(shapely.Point(3000.0, 3000.0)))
    # Nine counts of 5 on 100 units: mean 0.45, variance 2.25 - 0.2025; all 45 in the nine: (45 - 4.05) / (s sqrt(9 x 91 / 99)).
    assert middle["z"] == pytest.approx((45 - 9 * 0.45) / np.sqrt((2.25 - 0.2025) * 9 * 91 / 99), rel=1e-12)


def test_classes_are_those_of_the_vocabulary() -> None:
    """Every class that can come out has its words."""
    possible = {f"{side}_{percent}" for side in ("hot", "cold") for percent in (99, 95, 90)}
    assert possible | {"none", module.OUTSIDE, module.NOT_SURVEYED} == set(codes("hotspot_class"))


@pytest.mark.parametrize(
    ("z", "q", "expected"),
    [
        (4.0, 0.0099, "hot_99"),
        (4.0, 0.05, "hot_95"),
        (-2.0, 0.09, "cold_90"),
        (-4.0, 0.01, "cold_99"),
        (1.0, 0.3, "none"),
    ],
)
def test_class_by_q(z: float, q: float, expected: str) -> None:
    """A level is reached at its own value."""
    assert module.classes(np.array([z]), np.array([q])).tolist() == [expected]


@pytest.mark.parametrize("grid", ["hex", "square"])
def test_order_of_records_and_rows_before_do_not_matter(grid: UnitKind) -> None:
    """The same units with the same numbers, whatever the order and the index."""
    given = cluster()
    other = given.sample(frac=1, random_state=3).set_axis(range(7, 57))
    one, two = (hotspots(each, window=WINDOW, units=Units(grid)).units for each in (given, other))
    assert one.drop(columns="geometry").equals(two.drop(columns="geometry"))


def test_outside_and_not_surveyed_are_kept_apart_from_0() -> None:
    """The window is six columns of squares and a third of one on each side; the upper two rows were not surveyed.

    So 2 x 10 squares are outside, 6 x 2 not surveyed, and 6 x 8 analysed. Of the records one lies in the window and in a
    square that is outside, one beyond it, one in a row that was not surveyed.
    """
    window = on_ground(shapely.box(-20_000, -30_000, 20_000, 30_000))
    unseen = on_ground(shapely.box(-40_000, 18_000, 40_000, 40_000))
    given = records([(-100.0, -100.0), (19_000.0, 100.0), (100.0, 29_000.0), (25_000.0, 0.0), (3000.0, 3000.0)])
    found = hotspots(given, window=window, units=SQUARES, not_surveyed=unseen)
    kinds = found.units["class"].value_counts()
    assert (found.analysed, kinds[module.OUTSIDE], kinds[module.NOT_SURVEYED]) == (48, 20, 12)
    assert found.units.loc[found.units["class"].isin([module.OUTSIDE, module.NOT_SURVEYED]), "records"].isna().all()
    assert (found.units.loc[found.units["z"].notna(), "records"] == 0).sum() == 46
    assert found.units.loc[found.units["class"] == module.OUTSIDE, "share_in_window"].to_numpy() == pytest.approx(
        1 / 3, rel=1e-4
    )
    assert found.n == 2
    assert found.left_out == {
        "demining_accident": 0,
        "no_place": 0,
        "place_is_a_district": 0,
        "outside_window": 2,
        "not_surveyed": 1,
    }


def test_records_that_cannot_count_on_cells_are_told_under_one_reason_each() -> None:
    """By hand: of nine, three count; a demining accident without a place is told as a demining accident."""
    given = records([(500.0 * step, 0.0) for step in range(9)])
    given["place"] = ["point", "disc", "district", "none", "none", "none", "point", "point", "point"]
    given["district"] = ["A", None, "A", "B", None, None, None, None, None]
    given["uncertainty_m"] = [0.0, 5000.0, np.nan, np.nan, np.nan, np.nan, 0.0, 0.0, 2999.0]
    given["accident_type"] = ["mine"] * 5 + ["demining_accident", "demining_accident", None, "mine"]
    found = hotspots(given, window=WINDOW, units=SQUARES)
    assert (found.n, found.coarse) == (4, 1)
    assert found.left_out["demining_accident"] == 2
    assert (found.left_out["place_is_a_district"], found.left_out["no_place"]) == (2, 1)
    assert found.n + sum(found.left_out.values()) == 9
    assert hotspots(given, window=WINDOW, units=SQUARES, include_demining=True).n == 5


def forty_districts() -> gpd.GeoDataFrame:
    """Return 8 x 5 districts of 6 km, named by column and row; D0-0 has its south-west corner at the origin."""
    shapes = [
        on_ground(shapely.box(6000 * i, 6000 * j, 6000 * i + 6000, 6000 * j + 6000)) for i in range(8) for j in range(5)
    ]
    return gpd.GeoDataFrame({"name": [f"D{i}-{j}" for i in range(8) for j in range(5)]}, geometry=shapes, crs=4326)


def test_districts_take_the_reported_name_before_the_outline() -> None:
    """A record known only by district counts there, by its name; one with a point and no name counts where it lies."""
    places = [(3000.0, 3000.0), (3000.0, 3000.0), (9000.0, 3000.0), (-50_000.0, 0.0), (3000.0, 3000.0)]
    given = records(places, district=["D7-4", None, "Nowhere", None, "d7-4 "])
    given["place"] = ["point", "point", "disc", "point", "district"]
    found = hotspots(given, districts=forty_districts(), units=Units("districts"))
    counts = found.units.set_index("name")["records"]
    assert counts[counts > 0].to_dict() == {"D0-0": 1, "D1-0": 1, "D7-4": 2}
    assert (found.analysed, found.n, found.left_out["outside_window"]) == (40, 4, 1)
    assert found.cell_m is None


def test_neighbours_of_districts_are_those_every_district_has() -> None:
    """Squares of 6 km: the nearest centre of each is 6 km away, to what reprojecting moves it; each has one at least.

    Stated a little wider, it is the four at the sides: 5 with itself, 3 in a corner.
    """
    given = records([(3000.0, 3000.0)])
    found = hotspots(given, districts=forty_districts(), units=Units("districts"))
    assert found.neighbours_m == pytest.approx(6000, abs=30)
    assert found.units["neighbours"].min() >= 2
    stated = hotspots(given, districts=forty_districts(), units=Units("districts", neighbours_m=6100))
    neighbours = stated.units.set_index("name")["neighbours"]
    assert (neighbours["D3-2"], neighbours["D0-2"], neighbours["D0-0"]) == (5, 4, 3)


def test_districts_outside_the_window_are_no_units() -> None:
    """A window over the first four columns leaves 20 of 40, which is too few: said, with the counts all the same."""
    window = on_ground(shapely.box(-1000, -1000, 24_000, 31_000))
    found = hotspots(
        records([(3000.0, 3000.0), (45_000.0, 3000.0)]),
        window=window,
        districts=forty_districts(),
        units=Units("districts"),
    )
    assert found.refused == "only 20 units can be analysed; hot spots need 30"
    assert (found.n, found.left_out["outside_window"]) == (1, 1)
    assert found.units["z"].isna().all()
    assert set(found.units["class"].dropna()) == {module.OUTSIDE}


def test_no_record_and_equal_counts_are_refused() -> None:
    """Forty districts with one record each, or with none."""
    districts = forty_districts()
    one_each = records([(3000.0 + 6000 * i, 3000.0 + 6000 * j) for i in range(8) for j in range(5)])
    assert "hold 1 record each" in (hotspots(one_each, districts=districts, units=Units("districts")).refused or "")
    assert "hold 0 records each" in (
        hotspots(one_each[:0], districts=districts, units=Units("districts")).refused or ""
    )
    answer = hotspots(one_each[:0], window=WINDOW).to_dict()
    assert (answer["hot"], answer["cold"], answer["p_from"]) == (0, 0, None)
    assert set(answer["classes"]) <= {module.OUTSIDE}


def test_default_cells_hold_two_records_on_average() -> None:
    """400 records on 3,600 km2: hexagons of 18 km2 are 4.559 km wide, to two digits 4.5 km."""
    rng = np.random.default_rng(11)
    many = records([(float(x), float(y)) for x, y in rng.uniform(-29_000, 29_000, (400, 2))])
    assert hotspots(many, window=WINDOW).cell_m == 4500
    # Ten records would make 5 units: 60 is the least, of 60 km2 and 8.3 km.
    assert hotspots(many[:10], window=WINDOW).cell_m == 8300


def test_a_random_scatter_is_almost_never_named() -> None:
    """60 scatters of 200 records without any pattern: a rate of 0.05 allows 3 on average, and more than 9 is a chance of 1e-3."""
    rng = np.random.default_rng(12)
    named = 0
    for _ in range(60):
        x, y = rng.uniform(-30_000, 30_000, (2, 200))
        points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=PLANE)
        given = gpd.GeoDataFrame(
            {"place": "point", "uncertainty_m": 0.0, "accident_type": "mine"},
            index=range(200),
            geometry=systems.to_storage(points),
            crs=4326,
        )
        answer = hotspots(given, window=WINDOW, units=SQUARES).to_dict()
        named += answer["hot"] + answer["cold"] > 0
    assert named <= 9


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"window": None}, UsageError, "no window"),
        ({"units": Units("round")}, UsageError, "no kind of unit"),  # type: ignore[arg-type] # what a caller may type
        ({"units": Units("hex", cell_m=0.0)}, UsageError, "not a positive number"),
        ({"units": Units("hex", neighbours_m=float("nan"))}, UsageError, "not a positive number"),
        ({"units": Units("districts")}, UsageError, "no districts"),
        ({"units": Units("districts", cell_m=5.0), "districts": forty_districts()}, UsageError, "have no cell"),
        ({"alpha": 1.0}, UsageError, "between 0 and 1"),
        ({"units": Units("hex", cell_m=1.0)}, UsageError, "make a grid of"),
        ({"units": Units("square", cell_m=6000, neighbours_m=1e6)}, UsageError, "lie all 100 units"),
        ({"window": shapely.LineString([(46, 39), (47, 40)])}, DataRefused, "not a polygon"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], error: type[MapperError], says: str) -> None:
    """In one sentence, before anything large is made."""
    with pytest.raises(error, match=says):
        hotspots(cluster(), **{"window": WINDOW, **options})


def test_frames_must_be_located_and_state_their_crs() -> None:
    """As every step asks."""
    with pytest.raises(DataRefused, match="accident_type"):
        hotspots(cluster().drop(columns="accident_type"), window=WINDOW)
    with pytest.raises(UnknownCRS):
        hotspots(cluster().set_crs(None, allow_override=True), window=WINDOW)


def test_the_command_writes_units_and_says_what_it_assumed(tmp_path: Path) -> None:
    """One feature per unit, its class among the properties; window, cell and neighbours are in the assumptions."""
    given = tmp_path / "events.csv"
    rows = [f"E{n},{40 + n % 7 / 50},{47 + n % 11 / 50}" for n in range(77)]
    given.write_text("\n".join(["incident_id,lat,lon", *rows]) + "\n", "utf-8")
    answer = hotspots_file(given, out=tmp_path / "spots.geojson", options=Options(crs="EPSG:4326"))
    written = json.loads((tmp_path / "spots.geojson").read_text("utf-8"))["features"]
    kinds = [each["properties"]["class"] for each in written]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == answer["classes"]
    assert answer["n"] == 77
    assert sum(each["properties"]["records"] or 0 for each in written) == 77
    told = " ".join(answer["assumptions"])
    for part in ("No window is stated", "No cell is stated", "count as neighbours"):
        assert part in told
    json.dumps(answer, allow_nan=False)
    with pytest.raises(UsageError, match="written over"):
        hotspots_file(
            given,
            out=tmp_path / "spots.geojson",
            files=SpotFiles(window=tmp_path / "spots.geojson"),
            options=Options(crs="EPSG:4326"),
        )
