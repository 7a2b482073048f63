"""Editions as a whole: whether one is still what was written, and how two differ.

An edition is a folder that `mapper build` wrote, or a folder of layers, from which it is made on the way and nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapper.errors import Unreadable, UsageError
from mapper.output.diff import Side, diff
from mapper.output.diff_geojson import diff_geojson
from mapper.output.diff_told import answer
from mapper.output.edition_folder import facts_of, is_edition, read_folder
from mapper.output.files import write_file
from mapper.output.page import page_meta
from mapper.output.published import published_tables
from mapper.output.signatures import Signers
from mapper.output.verify import verify
from mapper.pipeline import make_edition
from mapper.progress import step

if TYPE_CHECKING:
    from pathlib import Path

_GEOJSON = (".geojson", ".json")
_LAYERS = "layers.toml"


def verify_folder(folder: Path, signers: Path | None = None, identity: str | None = None) -> dict[str, Any]:
    """Check an edition against its manifest, and its signature where there is one.

    Parameters
    ----------
    folder : Path
        What `mapper build` wrote.
    signers : Path, optional
        A file of allowed signers; without it a signature is told as not checked.
    identity : str, optional
        Which of them must have signed; any of them when left out.

    Returns
    -------
    dict
        The answer of `mapper verify --json`.

    Raises
    ------
    UsageError
        When an identity is given and no file of signers.
    Unreadable
        When the folder or a file in it cannot be opened.
    """
    if identity is not None and signers is None:
        raise UsageError("an identity is given and no file of allowed signers", advice="Add --signers FILE.")
    with step("checking the files"):
        return verify(folder, None if signers is None else Signers(signers, identity)).to_dict()


def diff_folders(before: Path, after: Path, *, to: Path | None = None, language: str = "en") -> dict[str, Any]:
    """Tell two editions apart, and write what differs as GeoJSON where that is asked for.

    Parameters
    ----------
    before, after : Path
        Folders of editions or of layers.
    to : Path, optional
        The GeoJSON file to write.
    language : str
        Of the sentences.

    Returns
    -------
    dict
        The answer of `mapper diff --json`.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    if to is not None:
        _require_place(to, (before, after))
    with step("reading the editions"):
        sides = [side_of(folder) for folder in (before, after)]
    with step("comparing them"):
        found = diff(*sides)
        told = answer(found, language)
    if to is not None:
        with step("writing the file"):
            write_file(to, diff_geojson(found))
    return told


def side_of(folder: Path) -> Side:
    """Return the edition of a folder: as it was built where it is one, else made of the layers in it.

    Raises
    ------
    Unreadable
        When it is neither.
    MapperError
        As `mapper.output.edition_folder.read_folder`, or as `mapper.pipeline.make_edition`.
    """
    if is_edition(folder):
        return Side.of_folder(read_folder(folder))
    if not (folder / _LAYERS).is_file():
        raise Unreadable(
            "it is neither an edition nor a folder of layers: it holds no MANIFEST.json and no layers.toml",
            file=folder.name or str(folder),
            advice="Name the folder that `mapper build` wrote, or one with a layers.toml.",
        )
    edition = make_edition(folder)
    return Side.of_edition(edition, published_tables(edition), facts_of(page_meta(edition)))


def _require_place(to: Path, folders: tuple[Path, ...]) -> None:
    if to.suffix.lower() not in _GEOJSON:
        raise UsageError(f"'{to.name}' cannot be written in that format", advice="Name a file that ends in .geojson.")
    for folder in folders:
        if folder.resolve() in to.resolve().parents:
            raise UsageError(
                f"'{to.name}' would be written into one of the editions that are compared",
                advice="Name a place outside of them with --to: a file more makes an edition fail its check.",
            )
