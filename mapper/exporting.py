"""What `mapper export` does: from layers, or from an edition that stands in a folder, to files in the formats asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper import crs, pipeline, terms
from mapper.asked import usable_crs
from mapper.databases import is_address, parse_address
from mapper.errors import UsageError
from mapper.output.edition_folder import read_edition
from mapper.output.export import export_tables, formats_named, reprojected, target
from mapper.output.internal import MARKING, internal_tables
from mapper.output.manifest import FILE_NAME as MANIFEST
from mapper.output.published import export_facts, published_tables
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.output.published import ExportFacts, PublishedTable


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an export is to be.

    `formats` are names of `mapper.output.export.FORMATS`. `crs` is an authority code. `language` is the one that words in the
    files and notices are written in. `internal` asks for the full records, marked in every file and record. `overwrite`: files
    that are there may be replaced. `schema` is that of a database; it is not for files.
    """

    formats: Sequence[str] = ()
    crs: str | None = None
    language: str = "en"
    internal: bool = False
    overwrite: bool = False
    schema: str | None = None


def export(source: Path | None, to: str | Path, wishes: Wishes | None = None) -> dict[str, Any]:
    """Export layers, or an edition, as files for a GIS or a spreadsheet, or into a database.

    Parameters
    ----------
    source : Path or None
        A folder of layers, the bundled ones for None; or the folder of an edition, which has a `MANIFEST.json`.
    to : str or Path
        A folder, or a file whose ending tells the format; or the address of a PostgreSQL database, with `wishes.schema`.
    wishes : Wishes, optional
        GeoJSON in WGS 84 by default.

    Returns
    -------
    dict
        The answer of `mapper export --json`: see `mapper.output.export.export_tables`. Of a database `files` is empty, and
        `to` names it without user and password.

    Raises
    ------
    UsageError
        When the wishes cannot be met: an unknown format, language or CRS, full records of an edition, which has none.
    MapperError
        As `mapper.pipeline.build` and `mapper.output.export.export_tables`.
    """
    wanted = Wishes() if wishes is None else wishes
    if wanted.language not in terms.LANGUAGES:
        raise UsageError(f"'{wanted.language}' is not a language", advice=f"Say {', '.join(terms.LANGUAGES)}.")
    code = usable_crs(wanted.crs) or crs.STORAGE
    if is_address(str(to)):
        return _into_database(source, str(to), wanted, code)
    if wanted.schema is not None:
        raise UsageError("a schema is for a database, and this is a file or folder", advice="Leave --schema out.")
    formats = formats_named(wanted.formats)
    where = target(Path(to), formats, to_crs=code, internal=wanted.internal, overwrite=wanted.overwrite)
    tables, facts, said = _read(source, internal=wanted.internal)
    asked = replace(facts, language=wanted.language, crs=code)
    told = export_tables(tables, asked, where)
    return {**told, "notices": [*(each.in_languages()[wanted.language] for each in said), *told["notices"]]}


def _into_database(source: Path | None, address: str, wanted: Wishes, code: str) -> dict[str, Any]:
    from mapper.output.postgis import write_postgis  # noqa: PLC0415 - its library is an extra

    database = parse_address(address)
    if wanted.schema is None:
        raise UsageError("a database needs the name of a schema to write to", advice="Add --schema NAME.")
    if wanted.formats or wanted.internal:
        raise UsageError(
            "formats and full records are for files, not for a database", advice="Leave --format and --internal out."
        )
    tables, facts, said = _read(source, internal=False)
    asked = replace(facts, language=wanted.language, crs=code)
    notices = write_postgis(reprojected(tables, code), asked, address, wanted.schema, overwrite=wanted.overwrite)
    return {
        "edition": facts.edition_id,
        "to": f"{database.server}, schema {wanted.schema}",
        "files": {},
        "notices": [*(each.in_languages()[wanted.language] for each in said), *notices],
        "tables": {table.name: len(table.frame) for table in tables},
    }


def _read(source: Path | None, *, internal: bool) -> tuple[tuple[PublishedTable, ...], ExportFacts, list[Said]]:
    """Read the tables, what is stated beside them, and what is to be said of the way to them."""
    if source is not None and (source / MANIFEST).is_file():
        if internal:
            raise UsageError(
                f"'{source.name}' is an edition, which holds no full records",
                advice="Name the folder of the layers, or leave --internal out.",
            )
        tables, facts = read_edition(source)
        return tables, facts, []
    edition, records = pipeline.make_edition_and_records(source)
    tables = published_tables(edition)
    said = [Said.of("notice.counted_only", vocabulary="export", n=edition.tally.records)] if edition.counts_only else []
    if not internal:
        return tables, export_facts(edition), said
    return internal_tables(tables, records), export_facts(edition, marking=MARKING), []
