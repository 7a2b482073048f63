"""A built edition read back from its folder: the tables that it publishes, as if it had just been made.

The source is the data block in `map.html`, as it holds every table whole; a folder's other files are made from the same tables.
Nothing is read before its bytes are those that the manifest lists, and the block those of the page's own seal. What the tables
need beside the block, licences and lineage, stands in the manifest.

An edition that is read differs from the one that was made in three things: coordinates are rounded to 1e-6 degree, an area or
line of a single part is a plain one, and incidents stand in the order of the page's grid (by cell, latitude, longitude), as the
page does not keep the order they came in.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from mapper.errors import DataRefused, Unreadable
from mapper.output.block import TABLES
from mapper.output.hotspot_cells import with_outlines
from mapper.output.manifest import FILE_NAME, Listed, is_sealed, read_manifest
from mapper.output.published import ExportFacts, Input, PublishedTable, tables_of
from mapper.output.unpacking import Block, read_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = "map.html"
MOST_MANIFEST_BYTES = 2**26
_SEAL = re.compile(rb'<script type="application/json" id=mapper-seal>([^<]*)</script>')
_BLOCK = re.compile(rb'<script type="application/octet-stream" id=mapper-block>([A-Za-z0-9+/=]*)</script>')
_ADVICE = "Do not use this edition; build it again, or get a whole copy of it."


@dataclass(frozen=True, slots=True)
class ReadEdition:
    """What a folder holds: the tables, what exports state beside them, and what keeps it from being compared whole.

    `refused` is how many records of each kind of layer were refused, `counts_only` whether incidents are counted and not held,
    `complete` that of the edition.
    """

    tables: tuple[PublishedTable, ...]
    facts: ExportFacts
    refused: Mapping[str, int]
    counts_only: bool
    complete: bool


def is_edition(folder: Path) -> bool:
    """Tell whether a folder is a built edition: it has a manifest.

    Examples
    --------
    >>> from pathlib import Path
    >>> is_edition(Path("no such folder"))
    False
    """
    return (folder / FILE_NAME).is_file()


def read_edition(folder: Path) -> tuple[tuple[PublishedTable, ...], ExportFacts]:
    """Read a built edition back into the tables it publishes.

    Parameters
    ----------
    folder : Path
        What `mapper build` wrote.

    Returns
    -------
    tuple of PublishedTable, ExportFacts
        As `mapper.output.published.published_tables` and what goes with it; coordinates rounded to 1e-6 degree, incidents in the
        order of the page's grid, all other rows in that of the edition.

    Raises
    ------
    Unreadable
        When the folder, its manifest or its page cannot be opened.
    DataRefused
        When the manifest or the page is not as it was written.
    """
    found = read_folder(folder)
    return found.tables, found.facts


def read_folder(folder: Path) -> ReadEdition:
    """Read a built edition with all that it says of itself; see `read_edition`.

    Raises
    ------
    DataRefused
        When page and manifest are not whole, or not of one edition.
    Unreadable
        When the folder or a file of it cannot be opened.
    """
    manifest = _manifest(folder)
    block = _block(_page(folder, manifest))
    try:
        if block.meta["edition"] != manifest.edition or set(block.tables) != set(TABLES):
            raise _refused("the page and the manifest are not of one edition")
        inputs = [
            Input(str(each["kind"]), str(each["licence"]), str(each["source"] or each["file"]))
            for each in manifest.document["inputs"]
        ]
        frames = {name: _with_sound_areas(name, frame) for name, frame in block.tables.items()}
        frames["hotspots"] = with_outlines(frames["hotspots"], block.meta["hotspots"] or {})
        return ReadEdition(
            tables=tables_of(frames, inputs),
            facts=_dated(facts_of(block.meta)),
            refused=_refused_records(manifest.document["inputs"]),
            counts_only=bool(block.meta["counts"]["incidents"].get("not_drawn")),
            complete=block.meta["complete"] is True,
        )
    except (LookupError, TypeError, ValueError, AttributeError) as exc:
        raise _refused(f"the page does not hold what an edition does ({type(exc).__name__})") from None


def _manifest(folder: Path) -> Listed:
    content = _bytes(folder / FILE_NAME, folder, MOST_MANIFEST_BYTES)
    listed = read_manifest(content)
    if not is_sealed(content):
        raise _refused("it does not bear its own seal, so it is not as it was written", FILE_NAME)
    return listed


def _page(folder: Path, manifest: Listed) -> bytes:
    size, sha256 = manifest.files.get(PAGE, (0, ""))
    content = _bytes(folder / PAGE, folder, size)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _refused("it is not the file that the manifest lists")
    return content


def _bytes(file: Path, folder: Path, most: int) -> bytes:
    """Return the bytes of a file, one more than `most` where it has more."""
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as exc:
        raise Unreadable(
            f"the edition in '{folder.name or folder}' cannot be read: {exc.strerror or 'it is no file'}",
            file=file.name,
            advice="Name the folder that `mapper build` wrote.",
        ) from None


def _block(page: bytes) -> Block:
    """Return the data block of a page, which must be the one that the page's seal was made for."""
    seals, blocks = _SEAL.findall(page), _BLOCK.findall(page)
    if len(seals) != 1 or len(blocks) != 1:
        raise _refused("it holds no data block")
    try:
        seal, packed = json.loads(seals[0]), base64.b64decode(blocks[0], validate=True)
        records, sha256 = seal["records"], seal["sha256"]
    except (binascii.Error, ValueError, LookupError, TypeError):
        raise _refused("its data block is damaged") from None
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise _refused("its data block is not the one it was written with")
    block = read_block(packed)
    if sum(len(frame) for frame in block.tables.values()) != records:
        raise _refused("its data block does not hold as many records as it was written with")
    return block


def _with_sound_areas(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the outlines mended that rounding has let cross themselves; classes of the density are all multi."""
    column = next((column for column, kind in TABLES[name].items() if kind == "geometry"), None)
    if column is None:
        return frame
    shapes = frame[column].to_numpy(dtype=object)
    spoilt = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    mended = shapes.copy()
    # "structure" fills what a line goes around twice, so no ground is freed; what would vanish altogether stays as it is.
    sound = shapely.make_valid(shapes[spoilt], method="structure", keep_collapsed=False)  # noqa: TID251
    mended[spoilt] = np.where(shapely.is_empty(sound), shapes[spoilt], sound)
    if name == "contours":
        mended[:] = [shapely.MultiPolygon([each]) if each.geom_type == "Polygon" else each for each in mended]
    return frame.assign(**{column: pd.Series(mended, index=frame.index, dtype=object)})


def facts_of(meta: Mapping[str, Any]) -> ExportFacts:
    """Return what exports state, of the facts that a page holds (`mapper.output.page.page_meta`)."""
    return ExportFacts(
        titles=meta["titles"] or {meta["language"]: meta["title"]},
        organisations=meta["organisations"] or {meta["language"]: meta["organisation"]},
        contacts=tuple(meta["contacts"]),
        edition_id=meta["edition"],
        data_date=meta["data_date"],
        stale_after=meta["stale_after"],
        caveats=tuple(meta["caveats"]),
        language=meta["language"],
        lost_legal=meta["lost"]["legal"] > 0,
    )


def _dated(facts: ExportFacts) -> ExportFacts:
    """Return facts whose date is one."""
    if facts.data_date is not None:
        dt.date.fromisoformat(facts.data_date)
    return facts


def _refused_records(inputs: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    refused = Counter[str]()
    for each in inputs:
        refused[str(each["kind"])] += int(each["rejected"])
    return +refused


def _refused(what: str, file: str = PAGE) -> DataRefused:
    return DataRefused(what, file=file, advice=_ADVICE)
