# ruff: noqa: S608 - the SQL of the tests is written here
"""Minimal files of every format, made by hand where the point is what no library would write."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import pandas as pd
import shapely

Ring = Sequence[Sequence[float]]
Change = Callable[[Path], object]
"""Writes a file or changes one."""

# ------------------------------------------------------------ GeoJSON


def square(west: float = 46.5, south: float = 39.5, side: float = 0.01) -> list[list[float]]:
    """Write the ring of a square, counterclockwise and closed."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Ring) -> dict[str, Any]:
    """Write a Polygon."""
    return {"type": "Polygon", "coordinates": [list(ring) for ring in rings]}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    """Write a Feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object, **members: object) -> str:
    """Write a FeatureCollection."""
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}, ensure_ascii=False)


def zones(*geometries: object, **members: object) -> str:
    """Write a FeatureCollection of zones `z1`, `z2` and so on."""
    return collection(*(feature(shape, zone_id=f"z{n}") for n, shape in enumerate(geometries, 1)), **members)


def hazards(*geometries: object, **properties: object) -> str:
    """Write a FeatureCollection of hazards `h1`, `h2` and so on."""
    return collection(*(feature(shape, hazard_id=f"h{n}", **properties) for n, shape in enumerate(geometries, 1)))


def points(*lon_lats: object) -> str:
    """Write a FeatureCollection of accidents `a1`, `a2` and so on."""
    return collection(
        *(feature({"type": "Point", "coordinates": each}, incident_id=f"a{n}") for n, each in enumerate(lon_lats, 1))
    )


# ------------------------------------------------------------ archives and workbooks


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """Make an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def linked(name: str, target: str) -> bytes:
    """Make an archive of one symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return out.getvalue()


def locked(content: bytes) -> bytes:
    """Set the bit that says a member is encrypted, in the local and the central header."""
    changed = bytearray(content)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            changed[start + at] |= 1
            start = content.find(signature, start + 1)
    return bytes(changed)


class Day(float):
    """A serial number shown as a date."""


class Formula(str):
    """A formula whose value was never stored."""

    __slots__ = ()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Sheet:
    """One sheet: its name, its rows, whether it is hidden, its merged cells."""

    def __init__(
        self, name: str, *rows: Sequence[object], state: str = "visible", merged: str = "", padding: str = ""
    ) -> None:
        self.name, self.rows, self.state, self.merged, self.padding = name, rows, state, merged, padding


def xlsx(*sheets: Sheet, date1904: bool = False, prolog: str = "") -> bytes:
    """Make a workbook as Excel stores it."""
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" state="{sheet.state}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    epoch = '<workbookPr date1904="1"/>' if date1904 else ""
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{prolog}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{epoch}<sheets>{listed}</sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>',
            "xl/styles.xml": _STYLES,
            **{f"xl/worksheets/sheet{n}.xml": _xlsx_sheet(sheet) for n, sheet in enumerate(sheets, 1)},
        }
    )


def _xlsx_sheet(sheet: Sheet) -> str:
    rows = "".join(
        f'<row r="{r}">' + "".join(_xlsx_cell(f"{chr(65 + c)}{r}", cell) for c, cell in enumerate(row)) + "</row>"
        for r, row in enumerate(sheet.rows, 1)
    )
    merged = f'<mergeCells><mergeCell ref="{sheet.merged}"/></mergeCells>' if sheet.merged else ""
    return f'<worksheet xmlns="{_MAIN}">{sheet.padding}<sheetData>{rows}</sheetData>{merged}</worksheet>'


def _xlsx_cell(where: str, cell: object) -> str:
    match cell:
        case None:
            return ""
        case Formula():
            return f'<c r="{where}"><f>{escape(cell)}</f></c>'
        case str():
            return f'<c r="{where}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        case Day():
            return f'<c r="{where}" s="1"><v>{cell:.15g}</v></c>'
        case _:
            return f'<c r="{where}"><v>{cell}</v></c>'


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_HIDDEN = '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'


def ods(*sheets: Sheet, prolog: str = "") -> bytes:
    """Make a workbook as LibreOffice stores it; a `Day` is a date counted from 1899-12-30."""
    tables = "".join(
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{sheet.state}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in sheet.rows)
        + "</table:table>"
        for sheet in sheets
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"{prolog}<office:document-content {_ODF}><office:automatic-styles>{_HIDDEN}"
            f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        }
    )


def _ods_cell(cell: object) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case Formula():
            return f'<table:table-cell table:formula="of:={escape(cell)}"/>'
        case str():
            text = f"<text:p>{escape(cell)}</text:p>"
            return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
        case Day():
            day = (pd.Timestamp("1899-12-30") + pd.Timedelta(days=float(cell))).date().isoformat()
            return f'<table:table-cell office:value-type="date" office:date-value="{day}"/>'
        case _:
            return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


# ------------------------------------------------------------ GIS formats


def zone_frame(count: int = 3, *shapes: shapely.Geometry, **columns: Sequence[object]) -> gpd.GeoDataFrame:
    """Make as many zones, 1.1 km wide and 2.2 km apart, or of the given shapes."""
    given = list(shapes) or [shapely.box(46.5 + n / 50, 39.5, 46.51 + n / 50, 39.51) for n in range(count)]
    table = {"zone_id": [f"z{n}" for n in range(1, len(given) + 1)], **columns}
    return gpd.GeoDataFrame(table, geometry=given, crs="EPSG:4326")


def gpkg(*statements: str, frame: gpd.GeoDataFrame | None = None, more: gpd.GeoDataFrame | None = None) -> Change:
    """Write a GeoPackage with the layer `zones` (and `more`), then change it by SQL past every library."""

    def make(path: Path) -> None:
        (zone_frame() if frame is None else frame).to_file(path, driver="GPKG", layer="zones", SPATIAL_INDEX="NO")
        if more is not None:
            more.to_file(path, driver="GPKG", layer="more", SPATIAL_INDEX="NO")
        with closing(sqlite3.connect(path)) as database:
            for statement in ("PRAGMA foreign_keys = OFF", *statements):
                database.execute(statement)
            database.commit()

    return make


def gpkg_shape(wkb: bytes, fid: int = 1) -> str:
    """Write the SQL that stores a binary as the shape of a record: `GP`, version, flags, reference system, binary."""
    blob = (b"GP\x00\x01" + struct.pack("<i", 4326) + wkb).hex()
    return f"UPDATE zones SET geom = x'{blob}' WHERE fid = {fid}"


def ring_wkb(*positions: Sequence[float], kind: int = 3) -> bytes:
    """Write a polygon of one ring as given, closed or not; `kind` 1003 has heights, 2003 measures, 3003 both."""
    numbers = [number for position in positions for number in position]
    return struct.pack(f"<BIII{len(numbers)}d", 1, kind, 1, len(positions), *numbers)


def shapefile(*changes: Change, frame: gpd.GeoDataFrame | None = None, encoding: str = "UTF-8") -> Change:
    """Write a shapefile, then change its files."""

    def make(path: Path) -> None:
        (zone_frame() if frame is None else frame).to_file(path, driver="ESRI Shapefile", encoding=encoding)
        for change in changes:
            change(path)

    return make


def without(*suffixes: str) -> Change:
    """Remove files of a shapefile."""

    def change(path: Path) -> None:
        for suffix in suffixes:
            path.with_suffix(suffix).unlink()

    return change


def cut(share: float, suffix: str | None = None) -> Change:
    """Keep the first part of a file."""

    def change(path: Path) -> None:
        target = path.with_suffix(suffix) if suffix else path
        content = target.read_bytes()
        target.write_bytes(content[: int(len(content) * share)])

    return change


def beside(suffix: str, content: bytes) -> Change:
    """Write a file of the same name with another ending."""
    return lambda path: path.with_suffix(suffix).write_bytes(content)


def dbf_of(count: int) -> Change:
    """Put the attributes of another shapefile, with as many records, beside the shapes."""

    def change(path: Path) -> None:
        other = path.with_name("other.shp")
        zone_frame(count).to_file(other, driver="ESRI Shapefile")
        path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())

    return change


def language_byte(value: int) -> Change:
    """Set the byte of a .dbf that names its code page."""

    def change(path: Path) -> None:
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        table[29] = value
        path.with_suffix(".dbf").write_bytes(bytes(table))

    return change


def zipped_shapefiles(*names: str, folder: str = "", leave_out: str = "") -> Change:
    """Write an archive of shapefiles of three zones each."""

    def make(path: Path) -> None:
        members: dict[str, bytes | str] = {}
        for name in names:
            shapefile()(path.with_name(f"{name}.shp"))
            for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                if suffix != leave_out:
                    members[f"{folder}{name}{suffix}"] = path.with_name(name + suffix).read_bytes()
        path.write_bytes(zipped(members))

    return make


def flatgeobuf(*changes: Change, count: int = 20, frame: gpd.GeoDataFrame | None = None) -> Change:
    """Write a FlatGeobuf, then change it."""

    def make(path: Path) -> None:
        (zone_frame(count) if frame is None else frame).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
        for change in changes:
            change(path)

    return make


def parquet(*changes: Change, **geometry: object) -> Change:
    """Write a GeoParquet of three zones, with what it says of its geometry changed."""
    import pyarrow.parquet as pq

    def make(path: Path) -> None:
        zone_frame().to_parquet(path)
        table = pq.read_table(path)
        about = json.loads(table.schema.metadata[b"geo"])
        about["columns"]["geometry"] |= geometry
        pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(about).encode()}), path)
        for change in changes:
            change(path)

    return make


def kml(*records: str, head: str = "") -> str:
    """Wrap records as a KML document."""
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(records)}</Document></kml>'


def placemark(shape: str, name: str = "a", more: str = "") -> str:
    """Write a placemark."""
    return f"<Placemark><name>{name}</name>{more}{shape}</Placemark>"


def kml_polygon(*rings: tuple[str, Ring]) -> str:
    """Write a polygon of `outer` and `inner` rings."""
    parts = "".join(
        f"<{side}BoundaryIs><LinearRing><coordinates>{' '.join(f'{x},{y}' for x, y in ring)}</coordinates></LinearRing>"
        f"</{side}BoundaryIs>"
        for side, ring in rings
    )
    return f"<Polygon>{parts}</Polygon>"


def kml_point(coordinates: str, name: str = "a") -> str:
    """Write a placemark that is a point."""
    return placemark(f"<Point><coordinates>{coordinates}</coordinates></Point>", name)


def gpx(*records: str, head: str = "") -> str:
    """Wrap records as a GPX document."""
    return f'{head}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{"".join(records)}</gpx>'


def catalogued(kind: str, content: str, *more: tuple[str, str, str]) -> Change:
    """Write a file and the `layers.toml` that names it, and other layers (kind, file, content) beside it."""

    def make(path: Path) -> None:
        layers = [(kind, path.name, content), *more]
        for _, name, text in layers:
            path.with_name(name).write_text(text, "utf-8")
        named = "".join(
            f'[[layer]]\nname = "{name}"\nkind = "{each}"\nfile = "{name}"\n'
            + ('crs = "EPSG:4326"\n' if each in {"incidents", "settlements"} else "")
            for each, name, _ in layers
        )
        edition = (
            '[edition]\ntitle = "t"\norganisation = "o"\ndata_date = 2026-11-23\narea = [44.5, 38.2, 51.0, 42.1]\n'
        )
        path.with_name("layers.toml").write_text(edition + named, "utf-8")

    return make
