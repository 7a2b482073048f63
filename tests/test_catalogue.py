"""`layers.toml` is read strictly: what it does not say plainly is refused in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mapper.catalogue import bundled_layers, layer_entry, read_catalogue
from mapper.errors import DataRefused, MapperError, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

EDITION = '[edition]\ntitle = "T"\norganisation = "O"\ndata_date = 2026-11-23\n'
LAYER = '[[layer]]\nname = "a"\nkind = "incidents"\nfile = "a.csv"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one data file."""
    (tmp_path / "a.csv").write_text("incident_id\n1\n")
    return tmp_path


def write(folder: Path, text: str | bytes) -> Path:
    """Write a `layers.toml`."""
    (folder / "layers.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_a_short_catalogue_is_enough(folder: Path) -> None:
    """What may be left out is None, empty, or the stated default."""
    catalogue = read_catalogue(write(folder, EDITION + LAYER))
    assert (catalogue.area, catalogue.bandwidth_m, catalogue.stale_after_days) == (None, None, 180)
    assert catalogue.languages == ("en",)
    assert catalogue.layers == (layer_entry(folder / "a.csv", "incidents"),)


def test_title_and_organisation_may_be_given_by_language(folder: Path) -> None:
    """The English text stands for all where there is one, else the first; a plain text has no languages."""
    by_language = EDITION.replace('"T"', '{ az = "B", en = "A", ru = "C" }').replace('"O"', '{ ru = "D", az = "E" }')
    catalogue = read_catalogue(write(folder, by_language + LAYER))
    assert (catalogue.title, catalogue.titles) == ("A", {"az": "B", "en": "A", "ru": "C"})
    assert (catalogue.organisation, catalogue.organisations) == ("D", {"ru": "D", "az": "E"})
    plain = read_catalogue(write(folder, EDITION + LAYER))
    assert (plain.titles, plain.organisations) == ({}, {})


def test_texts_of_a_layer_may_be_given_by_language(folder: Path) -> None:
    """As those of the edition; a text that is given once has no languages."""
    told = LAYER + 'title = { ru = "В", en = "E" }\nnote = { az = "Ə", ru = "Р" }\nsource = "S"\n'
    entry = read_catalogue(write(folder, EDITION + told)).layers[0]
    assert (entry.title, entry.note, entry.source, entry.licence) == ("E", "Ə", "S", "")
    assert entry.by_language == {"title": {"ru": "В", "en": "E"}, "note": {"az": "Ə", "ru": "Р"}}
    assert (entry.told("title"), entry.told("source")) == ({"ru": "В", "en": "E"}, "S")
    with pytest.raises(DataRefused, match=r"'note' in layer '.*' holds the unknown key 'de'"):
        read_catalogue(write(folder, EDITION + LAYER + 'note = { de = "N" }\n'))


def test_bundled_layers_are_told_in_every_language() -> None:
    """A reader of any language finds what each layer is and how far it goes; a licence may be a bare name."""
    for entry in read_catalogue(bundled_layers()).layers:
        for name in ("title", "source", "note"):
            said = entry.by_language.get(name, {})
            assert set(said) == {"az", "ru", "en"}, (entry.name, name)
            assert len(set(said.values())) == 3, (entry.name, name)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("{}", "holds no text"),
        ('{ de = "T" }', "unknown key 'de'"),
        ('{ en = "" }', "needs a text 'en'"),
        ("{ en = 1 }", "needs a text 'en'"),
        ("[]", "needs a text 'title'"),
    ],
)
def test_a_title_in_no_known_language_is_refused(folder: Path, title: str, said: str) -> None:
    """A misspelt language would silently be shown to nobody."""
    with pytest.raises(DataRefused, match=said):
        read_catalogue(write(folder, EDITION.replace('"T"', title) + LAYER))


def test_a_mark_of_byte_order_does_no_harm(folder: Path) -> None:
    """Editors on Windows write one."""
    assert read_catalogue(write(folder, b"\xef\xbb\xbf" + (EDITION + LAYER).encode())).title == "T"


def test_the_bundled_layers_are_found() -> None:
    """Nine layers of the issue's list, in WGS 84 where they have coordinates."""
    catalogue = read_catalogue(bundled_layers())
    assert {"incidents", "settlements", "districts", "zones", "orders", "context"} <= {e.kind for e in catalogue.layers}
    assert {entry.crs for entry in catalogue.layers} == {None, "EPSG:4326"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "[edition]"),
        (EDITION, "[[layer]]"),
        ("[edition", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        ("x = " + "9" * 5000, "not valid TOML"),
        ("x = " + "[" * 5000, "not valid TOML"),
        ("colour = 1\n" + EDITION + LAYER, "'colour'"),
        (EDITION.replace("title", "titel") + LAYER, "'titel'"),
        (EDITION.replace('"T"', '" "') + LAYER, "'title'"),
        (EDITION.replace("2026-11-23", '"2026-11-23"') + LAYER, "'data_date'"),
        (EDITION.replace("2026-11-23", "2026-11-23T00:00:00") + LAYER, "'data_date'"),
        (EDITION + "area = [1, 2, 3]\n" + LAYER, "'area'"),
        (EDITION + "area = [51, 38.2, 44.5, 99]\n" + LAYER, "box on earth"),
        (EDITION + "area = [44.5, 42, 51, 38]\n" + LAYER, "box on earth"),
        (EDITION + "area = [nan, 38, 51, 42]\n" + LAYER, "box on earth"),
        (EDITION + f"area = [1{'0' * 400}, 38, 51, 42]\n" + LAYER, "box on earth"),
        (EDITION + 'area = ["44", 38, 51, 42]\n' + LAYER, "four numbers"),
        (EDITION + "stale_after_days = 0\n" + LAYER, "'stale_after_days'"),
        (EDITION + "stale_after_days = true\n" + LAYER, "'stale_after_days'"),
        (EDITION + 'contacts = "me"\n' + LAYER, "'contacts'"),
        (EDITION + "[density]\nbandwidth_m = -1\n" + LAYER, "'bandwidth_m'"),
        (EDITION + f"[density]\nbandwidth_m = 1{'0' * 400}\n" + LAYER, "'bandwidth_m'"),
        (EDITION + "[density]\nbandwidth = 1\n" + LAYER, "'bandwidth'"),
        (EDITION + LAYER + "acuracy_m = 5\n", "'acuracy_m'"),
        (EDITION + LAYER + 'accuracy_m = "5 m"\n', "'accuracy_m'"),
        (EDITION + LAYER + "accuracy_m = inf\n", "'accuracy_m'"),
        (EDITION + LAYER.replace("incidents", "accidents"), "'accidents'"),
        (EDITION + LAYER + LAYER, "two layers are named 'a'"),
        (EDITION + LAYER.replace('"a.csv"', '"../a.csv"'), "outside the folder"),
        (EDITION + LAYER.replace('"a.csv"', '"/dev/null"'), "outside the folder"),
        (EDITION + LAYER.replace('"a.csv"', '"a\\u0000.csv"'), "NUL"),
        (EDITION + LAYER + 'part = ""\n', "'part'"),
        (EDITION + LAYER + "part = 1\n", "'part'"),
        (EDITION + LAYER + 'date_order = "d/m/y"\n', "'date_order'"),
        (EDITION + LAYER + "[layer.columns]\nincident_id = 3\n", "'columns'"),
        ('layer = "a"\n' + EDITION, "[[layer]]"),
    ],
)
def test_a_catalogue_that_is_not_plain_is_refused(folder: Path, text: str | bytes, said: str) -> None:
    """The sentence names the file and the key, and says what to do."""
    with pytest.raises(DataRefused) as caught:
        read_catalogue(write(folder, text))
    assert said in str(caught.value)
    assert str(caught.value).startswith("layers.toml")
    assert caught.value.advice


def test_part_and_order_of_dates_are_taken(folder: Path) -> None:
    """Which sheet of the file, and how 03/04/2021 is meant."""
    (entry,) = read_catalogue(write(folder, EDITION + LAYER + 'part = "May 2021"\ndate_order = "dmy"\n')).layers
    assert (entry.part, entry.date_order) == ("May 2021", "dmy")


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder received from somebody else must not read other files of this machine."""
    outside = tmp_path_factory.mktemp("outside") / "b.csv"
    outside.write_text("incident_id\n1\n")
    (folder / "b.csv").symlink_to(outside)
    with pytest.raises(DataRefused, match="outside the folder"):
        read_catalogue(write(folder, EDITION + LAYER.replace("a.csv", "b.csv")))


def test_what_is_missing_is_said(folder: Path) -> None:
    """The folder, its layers.toml, or a layer's file."""
    with pytest.raises(Unreadable, match="no folder"):
        read_catalogue(folder / "nowhere")
    with pytest.raises(Unreadable, match=r"no layers\.toml"):
        read_catalogue(folder)
    with pytest.raises(Unreadable, match=r"b\.csv"):
        read_catalogue(write(folder, EDITION + LAYER.replace("a.csv", "b.csv")))
    (folder / "layers.toml").unlink()
    (folder / "layers.toml").mkdir()
    with pytest.raises(MapperError, match="cannot be opened"):
        read_catalogue(folder)
