# ruff: noqa: E501 - a case stands on its own line, its file included
"""Traps of a file that means harm, and of data that must not be held: the names and numbers of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.traps.makers import (
    Sheet,
    catalogued,
    collection,
    feature,
    gpkg,
    polygon,
    shapefile,
    square,
    xlsx,
    zipped,
    zone_frame,
)
from tests.traps.trap import ANY_BUT_ACCEPT, DOUBT, READ, REJECT, SAID, Trap, point, trap, zone

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME, BORN, PHONE, NUMBER, STREET = "Vüqar Səmədli", "1987-05-04", "+994501234567", "AZE01234567", "Nizami küç. 17"
HIDDEN = ("Vüqar", "Səmədli", "SƏMƏDLİ", "1987-05-04", "994501234567", "AZE01234567", "Nizami küç")
_XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
_LAUGHS = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_ROWS = (["incident_id", "lon", "lat"], ["a", 46.91234, 40.01234])


def _personal(name: str, column: str, value: str) -> Trap:
    """Write a case of one column that must be dropped, with a finding that does not print its value."""
    text = f'incident_id,lon,lat,"{column}"\na,46.91234,40.01234,"{value}"\n'
    return point(name, text, DOUBT | SAID, (1, 0, 0), (0, 1, 0), told="personal", hidden=HIDDEN)


PERSONS: Sequence[Trap] = (
    _personal("a name", "Name", NAME),
    _personal("a victim's name", "Victim name", NAME),
    _personal("first names", "FirstName", NAME),
    _personal("a surname", "SURNAME", "SƏMƏDLİ"),
    _personal("a full name in Russian", "ФИО пострадавшего", NAME),
    _personal("a family name in Russian", "Фамилия", NAME),
    _personal("a name in Azerbaijani", "Soyadı, adı", NAME),
    _personal("an injured one in Azerbaijani", "Zərərçəkənin adı", NAME),
    _personal("a name in Turkish", "Ad Soyad", NAME),
    _personal("a birth date", "Date of birth", BORN),
    _personal("a birth date in Russian", "Дата рождения", BORN),
    _personal("a birth date in Azerbaijani", "Doğum tarixi", BORN),
    _personal("a birth year in Azerbaijani", "Təvəllüd", "1987"),
    _personal("an age", "Age", "38"),
    _personal("a phone", "Phone number", PHONE),
    _personal("a phone in Russian", "Телефон", PHONE),
    _personal("a phone in Azerbaijani", "Əlaqə nömrəsi", PHONE),
    _personal("an address", "Home address", STREET),
    _personal("an address in Azerbaijani", "Ünvan", STREET),
    _personal("a number of a passport", "Passport No", NUMBER),
    _personal("an ID number", "ID number", NUMBER),
    _personal("a national ID", "National_ID", NUMBER),
    _personal("a personal code", "FİN kod", NUMBER),
    _personal("an identity card in Azerbaijani", "Ş/V nömrəsi", NUMBER),
    _personal("an identity number in Turkish", "T.C. Kimlik No", NUMBER),
    _personal("a passport in Russian", "Серия и номер паспорта", NUMBER),
    _personal("a mail address", "e-mail", "vuqar@example.org"),
    _personal("the interviewer", "enumerator_name", NAME),
    _personal("the phone of a field form", "phonenumber", PHONE),
    point("letters that look alike", f"incident_id,lon,lat,Nаme of victim\na,46.91234,40.01234,{NAME}\n", DOUBT | SAID, (1, 0, 0), (0, 1, 0), told="unknown_column|personal", hidden=HIDDEN),
    point("several persons' columns", f"incident_id,lon,lat,Name,Birth date,Phone\na,46.91234,40.01234,{NAME},{BORN},{PHONE}\nb,46.81234,40.02345,{NAME},{BORN},{PHONE}\n", DOUBT, (2, 0, 0), (0, 2, 0), told=("Name", "Birth date", "Phone"), hidden=HIDDEN),
    point("an ID number is no id of an accident", f"ID number,lon,lat\n{NUMBER},46.91234,40.01234\n", DOUBT | REJECT, (1, 0, 0), (0, 0, 1), hidden=HIDDEN),
    point("a name where a count must be", f"incident_id,killed_civilian\na,{NAME}\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_an_integer", hidden=HIDDEN),
    point("a name where a code must be", f"incident_id,device_category\na,{NAME}\n", DOUBT, (1, 0, 0), (0, 1, 0), hidden=HIDDEN),
    point("a name where a date must be", f"incident_id,date_start\na,{NAME}\n", DOUBT, (1, 0, 0), (0, 1, 0), hidden=HIDDEN),
    point("a name where a coordinate must be", f"incident_id,lon,lat\na,46.91234,{NAME}\nb,46.91234,40.01234\n", DOUBT, (1, 0, 1), rows=(2,), hidden=HIDDEN),
    point("a name in a column of coordinates", f'incident_id,coordinates\na,{NAME}\nb,"40.01234, 46.91234"\n', ANY_BUT_ACCEPT, counted=2, hidden=HIDDEN),
    point("a name in a row that is too long", f"incident_id,lon,lat\na,46.91234,40.01234,{NAME}\nb,46.91234,40.01234\n", DOUBT, (1, 0, 1), rows=(2,), hidden=HIDDEN),
    point("a name in a broken quotation", f'incident_id,lon,lat\na,46.91234,"40.01234"{NAME}\nb,46.91234,40.01234\n', DOUBT | REJECT, hidden=HIDDEN),
    point("a name in a file that is no table", f"The man, {NAME}, was hurt.\n", REJECT, hidden=HIDDEN),
    point("a name in bytes that are no text", f"incident_id,settlement\na,{NAME}\xff\n".encode("latin-1", "replace").replace(b"?", b"\xfe"), ANY_BUT_ACCEPT, hidden=HIDDEN),
    zone("a name among properties", collection(feature(polygon(square()), zone_id="z", owner_name=NAME, phone=PHONE)), DOUBT, (1, 0, 0), (0, 1, 0), told="personal", hidden=HIDDEN),
    zone("a name as a coordinate", collection(feature(polygon(square()), zone_id="z"), feature({"type": "Point", "coordinates": [NAME, 1]}, zone_id="y")), DOUBT, (1, 0, 1), hidden=HIDDEN),
    zone("a name as a type", collection(feature(polygon(square()), zone_id="z"), feature({"type": NAME, "coordinates": []}, zone_id="y")), DOUBT, (1, 0, 1), hidden=HIDDEN),
    zone("a name in a property given twice", collection(feature(None, zone_id="z", x=NAME, y="b")).replace('"y"', '"x"'), REJECT, (0, 0, 1), hidden=HIDDEN),
    trap("a name in a workbook", "a.xlsx", xlsx(Sheet("a", ["incident_id", "lon", "lat", "Victim"], ["a", 46.91234, 40.01234, NAME])), DOUBT, (1, 0, 0), (0, 1, 0), kind="incidents", crs="EPSG:4326", told="personal", hidden=HIDDEN),
    trap("a name in a GeoPackage", "a.gpkg", gpkg(frame=zone_frame(1).assign(surname=NAME)), DOUBT, (1, 0, 0), (0, 1, 0), kind="zones", told="personal", hidden=HIDDEN),
    trap("a name in a shapefile", "a.shp", shapefile(frame=zone_frame(1).assign(surname=NAME)), DOUBT, (1, 0, 0), (0, 1, 0), kind="zones", told="personal", hidden=HIDDEN),
)  # fmt: skip


HOSTILE: Sequence[Trap] = (
    trap("a workbook with an entity that opens a file", "a.xlsx", xlsx(Sheet("a", *_ROWS), prolog=_XXE), REJECT, kind="incidents", crs="EPSG:4326"),
    trap("a workbook with entities", "a.xlsx", xlsx(Sheet("a", *_ROWS), prolog=_LAUGHS), REJECT, kind="incidents", crs="EPSG:4326"),
    trap("a workbook that unpacks without end", "a.xlsx", xlsx(Sheet("a", *_ROWS, padding=" " * 30_000_000)), REJECT, kind="incidents", crs="EPSG:4326", told="unpack|times"),
    trap("a workbook with a member that leads out", "a.xlsx", zipped({"../xl/workbook.xml": "<workbook/>"}), REJECT, kind="incidents"),
    trap("types beside a table", "a.csv", lambda path: (path.write_text("incident_id,killed_civilian\na,2\n"), path.with_suffix(".csvt").write_text('"Integer","Date"'))[0], READ, (1, 0, 0), kind="incidents",
         look=lambda frame: int(frame["killed_civilian"].iloc[0]) == 2),
    trap("a catalogue that names another folder's file", "a.csv", lambda path: (catalogued("incidents", "incident_id\na\n")(path), path.with_name("layers.toml").write_text(path.with_name("layers.toml").read_text() + '[[layer]]\nname = "x"\nkind = "sources"\nfile = "../../etc/hostname"\n'))[0], ANY_BUT_ACCEPT),
    trap("a catalogue that cannot be read", "a.csv", lambda path: (path.write_text("incident_id\na\n"), path.with_name("layers.toml").write_text("[edition"))[0], ANY_BUT_ACCEPT),
    trap("bytes of no sense", "a.csv", bytes(range(256)) * 40, REJECT, kind="incidents"),
    *(trap(f"bytes of no sense under {suffix}", f"a{suffix}", bytes(range(1, 256)) * 4, REJECT, kind="zones") for suffix in (".geojson", ".geojsonl", ".gpkg", ".shp", ".zip", ".kml", ".kmz", ".gpx", ".fgb", ".parquet", ".xlsx", ".ods")),
    *(trap(f"a lone signature under {suffix}", f"a{suffix}", start, REJECT, kind="zones") for suffix, start in ((".gpkg", b"SQLite format 3\x00"), (".shp", b"\x00\x00\x27\x0a"), (".zip", b"PK\x03\x04"), (".kmz", b"PK\x03\x04"), (".fgb", b"fgb\x03fgb"), (".parquet", b"PAR1"), (".xlsx", b"PK\x03\x04"), (".geojson", b"{"), (".kml", b"<kml"))),
)  # fmt: skip
