# ruff: noqa: E501 - a case stands on its own line, its file included
"""Traps of tables: cells that shift, letters that change, columns that are taken for others, dates of an unsaid order."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tests.traps.makers import Day, Formula, Sheet, catalogued, ods, xlsx
from tests.traps.trap import (
    A_LAT,
    A_LON,
    ACCEPT,
    ANY,
    ANY_BUT_ACCEPT,
    DOUBT,
    READ,
    REFUSED,
    REJECT,
    SAID,
    TOLD,
    Trap,
    all_of,
    at,
    cells,
    point,
    trap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = "incident_id,lon,lat\n"
GOOD = HEAD + "a,46.91234,40.01234\n"
PLACED = f"{A_LON},{A_LAT}"
RUSSIAN = "incident_id;settlement;lon;lat\na;Большое село у дороги;46.92736;39.99096\n"
TURKISH = "incident_id,settlement,lon,lat\na,Değirmen köyü yanı Şıralı çeşme,46.92736,39.99096\n"
AZERBAIJANI = "incident_id,settlement,lon,lat\na,Çəmənli və Öysüz İğdəli Şıx,46.92736,39.99096\n"
DATED = "incident_id,date_start,reported_on\n"


def _read(text: str, encoding: str) -> str:
    """Misread UTF-8 text in another encoding, as a program does that does not ask."""
    return text.encode().decode(encoding)


DELIMITED: Sequence[Trap] = (
    point("plain", GOOD, ACCEPT, (1, 0, 0)),
    point("azerbaijani letters are no mojibake", AZERBAIJANI, ACCEPT, (1, 0, 0), look=cells("settlement", "Çəmənli və Öysüz İğdəli Şıx")),
    point("semicolons", GOOD.replace(",", ";"), READ, (1, 0, 0), look=at(46.91234, 40.01234)),
    point("tabs in csv", GOOD.replace(",", "\t"), READ, (1, 0, 0), look=at(46.91234, 40.01234)),
    point("tabs in tsv", GOOD.replace(",", "\t"), READ, (1, 0, 0), file="a.tsv", look=at(46.91234, 40.01234)),
    point("bars", GOOD.replace(",", "|"), READ | REJECT, (1, 0, 0), (0, 0, 1)),
    point("a line that names the separator", "sep=;\n" + GOOD.replace(",", ";"), READ | REJECT, (1, 0, 0), (0, 0, 1), (0, 0, 2)),
    point("commas in a cell of a table of semicolons", "incident_id;lon;lat;settlement\na;46.91234;40.01234;near a, b, c and d\n", READ, (1, 0, 0), look=at(46.91234, 40.01234)),
    point("decimal commas and semicolons", "incident_id;lon;lat\na;46,92736;39,99096\n", READ | DOUBT, (1, 0, 0), (0, 1, 0), look=at()),
    point("decimal commas in quotes", 'incident_id,lon,lat\na,"46,92736","39,99096"\n', READ | DOUBT, (1, 0, 0), (0, 1, 0), look=at()),
    point("decimal commas unquoted", "incident_id,lat,lon\na,40,01,46,93\nb,40,02,46,94\n", REJECT, (0, 0, 2), rows=(2, 3)),
    point("one more cell in all rows", HEAD + "a,46.91234,40.01234,x\nb,46.91234,40.02345,x\n", REJECT, (0, 0, 2), rows=(2, 3)),
    point("one more cell in one row", GOOD + "b,46.91234,40.02345,x\nc,46.91234,40.03456\n", DOUBT, (2, 0, 1), rows=(3,)),
    point("one cell less in one row", GOOD + "b,46.91234\nc,46.91234,40.03456\n", DOUBT, (2, 0, 1), rows=(3,)),
    point("unclosed quote", GOOD + 'b,"46.91234,40.02345\nc,46.91234,40.03456\n', REJECT, told="row [23]|line [23]|quot"),
    point("quoted line ends", 'incident_id,lon,lat,settlement\na,46.91234,40.01234,"one\ntwo\r\nthree"\nb,46.91234,40.02345,x\n', READ, (2, 0, 0)),
    point("blank lines", "incident_id,lon,lat\n\na,46.91234,40.01234\n\n\nb,46.91234,40.02345\n\n", READ, (2, 0, 0)),
    point("carriage returns only", GOOD.replace("\n", "\r"), READ, (1, 0, 0)),
    point("no last line end", GOOD.rstrip(), ACCEPT, (1, 0, 0)),
    point("ids that look like numbers", HEAD + "".join(f"{key},46.91234,40.0{n}234\n" for n, key in enumerate(("007", "NA", "1E05", "12345678901234567890", "7"), 1)),
          ACCEPT, (5, 0, 0), look=cells("incident_id", "007", "NA", "1E05", "12345678901234567890", "7")),
    point("two columns of one name", "incident_id,lon,lat,lat\na,46.91234,40.01234,41.01234\n", REJECT, counted=1, told="lat"),
    point("two columns of one name but for case", "incident_id,lon,lat,LAT\na,46.91234,40.01234,41.01234\n", ANY_BUT_ACCEPT, counted=1, told="LAT"),
    point("two columns that may be the latitude", "incident_id,lon,Latitude,Lat_DD\na,46.91234,40.01234,41.01234\n", REJECT, counted=1, told="Lat_DD"),
    point("latitude beside lat", "incident_id,lon,lat,latitude\na,46.91234,40.01234,41.01234\n", ANY_BUT_ACCEPT, counted=1, told="latitude"),
    point("two columns that may be the date", "incident_id,Date,Event date,lon,lat\na,2021-01-28,2021-02-28,46.91234,40.01234\n", REJECT, counted=1, told="Event date"),
    point("a total beside its part", "incident_id,killed,killed_civilian\na,3,3\n", REJECT, counted=1, told="twice|same victims"),
    point("a column without a name", "incident_id,lon,lat,\na,46.91234,40.01234,x\n", REJECT | SAID, counted=1, told="name"),
    point("NUL in a cell", HEAD + "a\x00b,46.91234,40.01234\nc,46.91234,40.02345\n", DOUBT, (1, 0, 1), rows=(2,)),
    point("a control character in a cell", "incident_id,lon,lat,settlement\na,46.91234,40.01234,x\x07\x1b[31my\n", ANY, counted=1),
    point("a header alone", HEAD, REJECT, (0, 0, 0)),
    point("nothing", b"", REJECT, (0, 0, 0), told="empty"),
    point("white space", b" \n\n \t\n", REJECT, (0, 0, 0), told="empty"),
    point("no header", "a,46.91234,40.01234\nb,46.91234,40.02345\n", REJECT),
    point("a cell of 64 KB", "incident_id,lon,lat,remark\na,46.91234,40.01234," + "x" * 65_536 + "\n", SAID | REJECT, (1, 0, 0), (0, 0, 1)),
    point("an id of 64 KB", HEAD + "x" * 65_536 + ",46.91234,40.01234\nb,46.91234,40.02345\n", SAID | REJECT, (2, 0, 0), (1, 0, 1)),
    point("a cell of 2 MB", "incident_id,lon,lat,remark\na,46.91234,40.01234," + "x" * 2_000_000 + "\n", REFUSED, counted=1),
    point("4,000 columns", "incident_id,lon,lat," + ",".join(f"c{n}" for n in range(4_000)) + "\na,46.91234,40.01234" + ",1" * 4_000 + "\n", SAID | REJECT, counted=1),
    point("formulas are text", 'incident_id,lon,lat,settlement\na,46.91234,40.01234,"=HYPERLINK(""http://x.test"",""y"")"\n', READ | DOUBT, (1, 0, 0)),
    point("markup is text", "incident_id,lon,lat,settlement\na,46.91234,40.01234,<img src=x onerror=alert(1)>{{7*191}}\n", READ | DOUBT, (1, 0, 0), hidden=("1337",)),
    point("JSON under the name of a table", '{"type":"FeatureCollection","features":[]}', REJECT),
    point("a workbook under the name of a table", xlsx(Sheet("a", ["incident_id"], ["a"])), REJECT, counted=1),
    point("HTML under the name of a table", "<table><tr><td>incident_id</td></tr></table>", REJECT),
    trap("an ending that is not read", "a.docx", GOOD, REJECT, kind="incidents"),
    trap("no ending", "accidents", GOOD, REJECT, kind="incidents"),
)  # fmt: skip

ENCODINGS: Sequence[Trap] = (
    point("UTF-8 with its mark", b"\xef\xbb\xbf" + GOOD.encode(), READ, (1, 0, 0)),
    point("UTF-16 with its mark", AZERBAIJANI.encode("utf-16"), SAID, (1, 0, 0), told="utf.?16", look=cells("settlement", "Çəmənli və Öysüz İğdəli Şıx")),
    point("UTF-16 big-endian with its mark", b"\xfe\xff" + AZERBAIJANI.encode("utf-16-be"), SAID, (1, 0, 0), told="utf.?16", look=cells("settlement", "Çəmənli və Öysüz İğdəli Şıx")),
    point("UTF-16 of tabs, as Excel writes it", AZERBAIJANI.replace(",", "\t").encode("utf-16"), SAID, (1, 0, 0), told="utf.?16", look=at()),
    point("UTF-16 without a mark", GOOD.encode("utf-16-le"), SAID | REJECT, (1, 0, 0), (0, 0, 1), told="utf.?16|NUL"),
    point("UTF-16 cut in a character", AZERBAIJANI.encode("utf-16")[:-1], SAID | REJECT, counted=1, told="utf.?16"),
    point("Windows-1251", RUSSIAN.encode("cp1251"), SAID, (1, 0, 0), told="1251", look=cells("settlement", "Большое село у дороги")),
    point("Windows-1254", TURKISH.encode("cp1254"), SAID, (1, 0, 0), told="1254", look=cells("settlement", "Değirmen köyü yanı Şıralı çeşme")),
    point("KOI8-R is not Windows-1251", RUSSIAN.encode("koi8-r"), SAID | REJECT, (1, 0, 0), (0, 0, 1), told="koi8|utf-8|encod"),
    point("one byte that is no UTF-8", AZERBAIJANI.encode().replace("ö".encode(), b"\xf6", 1).replace("Ö".encode(), b"\xd6"), REFUSED, counted=1, told="utf-8|125[0-9]"),
    point("mojibake of Windows-1252", _read("incident_id,settlement\na,Şıxlı kəndi\n", "cp1252"), DOUBT, (1, 0, 0), told="mojibake|encod"),
    point("mojibake of Windows-1251", _read("incident_id,settlement\na,Агдам\n", "cp1251"), DOUBT, (1, 0, 0), told="mojibake|encod"),
    point("mojibake in a header", _read("incident_id,Дата\na,2021-01-28\n", "cp1251"), DOUBT, (1, 0, 0), told="mojibake|encod"),
    point("replacement characters", "incident_id,settlement\na,A\ufffddam\n", DOUBT, (1, 0, 0), told="mojibake|encod|replace|character"),
    point("question marks for letters", "incident_id,settlement\na,A?dam v? K?lb?c?r\n", READ | DOUBT, (1, 0, 0)),
)  # fmt: skip

COLUMNS: Sequence[Trap] = (
    point("russian names", "Номер;Дата происшествия;Широта;Долгота;Погибло\na;2021-01-28;39.99096;46.92736;2\n", SAID, (1, 0, 0),
          mapped={"Широта": "lat", "Долгота": "lon", "Дата происшествия": "date_start"}, look=at()),
    point("azerbaijani names", "Hadisə ID,Tarix,Enlik,Uzunluq,Rayon\na,2021-01-28,39.99096,46.92736,Ağdam\n", SAID, (1, 0, 0),
          mapped={"Enlik": "lat", "Uzunluq": "lon", "Rayon": "district"}, look=at()),
    point("turkish names", "Olay No,Tarih,Enlem,Boylam,İlçe\na,2021-01-28,39.99096,46.92736,Ağdam\n", SAID, (1, 0, 0),
          mapped={"Enlem": "lat", "Boylam": "lon", "İlçe": "district"}, look=at()),
    point("HXL tags", "Код,Когда,Ш,Д\n#event+id,#date+occurred,#geo+lat,#geo+lon\na,2021-01-28,39.99096,46.92736\nb,2021-01-29,39.99096,46.92736\n", SAID, (2, 0, 0),
          mapped={"Ш": "lat", "Д": "lon"}, look=at()),
    point("HXL tags in the first row", "#event+id,#date+occurred,#geo+lat,#geo+lon\na,2021-01-28,39.99096,46.92736\n", SAID, (1, 0, 0), look=at()),
    point("HXL tags that are given twice", "K,A,B,D\n#event+id,#geo+lat,#geo+lat,#geo+lon\na,39.99096,40.99096,46.92736\n", REJECT, counted=1, told="#geo|lat"),
    point("HXL tags of persons", "K,Ш,Д,N\n#event+id,#geo+lat,#geo+lon,#contact+name\na,39.99096,46.92736,Vüqar Səmədli\n", DOUBT, (1, 0, 0), told="personal", hidden=("Vüqar", "Səmədli")),
    point("ODK text of a place", "KEY,date_start,gps\nuuid:1,2021-01-28,39.99096 46.92736 402.1 4.5\n", SAID, (1, 0, 0), look=at()),
    point("ODK parts of a place", "incident_id,gps-Latitude,gps-Longitude,gps-Altitude,gps-Accuracy\na,39.99096,46.92736,402.1,4.5\n", SAID, (1, 0, 0),
          look=all_of(at(), lambda frame: bool((frame["uncertainty_m"] >= 4.5).all()))),
    point("Kobo text and parts of one place", "_uuid,place,_place_latitude,_place_longitude,_place_altitude,_place_precision\nu1,39.99096 46.92736 402.1 4.5,39.99096,46.92736,402.1,4.5\n", SAID, (1, 0, 0), look=at()),
    point("Kobo parts of two places", "_uuid,_home_latitude,_home_longitude,_site_latitude,_site_longitude\nu1,40.99096,46.92736,39.99096,46.92736\n", REJECT, counted=1, told="_site_latitude"),
    trap("ODK geoshape", "a.csv", 'zone_id,geoshape\nz,"39.5 46.5 0 0; 39.5 46.51 0 0; 39.51 46.51 0 0; 39.5 46.5 0 0"\n', SAID, (1, 0, 0), kind="zones",
         look=lambda frame: bool(frame.geometry.iloc[0].area > 4e-5 and frame.total_bounds[0] == 46.5)),
    trap("ODK geoshape that is not closed", "a.csv", 'zone_id,geoshape\nz,"39.5 46.5 0 0; 39.5 46.51 0 0; 39.51 46.51 0 0"\n', DOUBT, (0, 1, 0), (1, 0, 0), kind="zones", told="clos"),
    trap("WKT of zones", "a.csv", 'zone_id,WKT\nz,"POLYGON ((46.5 39.5, 46.51 39.5, 46.51 39.51, 46.5 39.5))"\n', SAID, (1, 0, 0), kind="zones", crs="EPSG:4326",
         look=lambda frame: bool(frame.geometry.iloc[0].area > 4e-5)),
    trap("WKT that is cut", "a.csv", 'zone_id,WKT\nz,"POLYGON ((46.5 39.5, 46.51 39.5, 46.51 39.51, 46.5 39.5))"\ny,"POLYGON ((46.5 39.5, 46.51"\n', DOUBT, (1, 0, 1), kind="zones", crs="EPSG:4326", rows=(3,)),
    trap("WKT with the latitude first", "a.csv", 'zone_id,WKT\nz,"POLYGON ((39.5 46.5, 39.5 46.51, 39.51 46.51, 39.5 46.5))"\n', REFUSED, (0, 0, 1), (1, 0, 0), kind="zones", crs="EPSG:4326", told="swap"),
    trap("WKT without a reference system", "a.csv", 'zone_id,WKT\nz,"POLYGON ((46.5 39.5, 46.51 39.5, 46.51 39.51, 46.5 39.5))"\n', REFUSED, counted=1, kind="zones", told="reference system|WGS 84"),
    point("WKT of points", "incident_id,wkt_geom\na,POINT (46.92736 39.99096)\nb,POINT EMPTY\n", SAID, (2, 0, 0), (1, 0, 1)),
    point("ACLED", "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
          "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,timestamp\n"
          "AZE1,2021-01-28,2021,1,Political violence,Explosions/Remote violence,Remote explosive/landmine/IED,Unidentified,,31,Caucasus and Central Asia,Azerbaijan,Terter,Terter,,Terter,"
          '39.99096,46.92736,2,APA,National,"On 28 January, Vüqar Səmədli (34) hit a mine.",1,1612137600\n', SAID, (1, 0, 0), hidden=("Vüqar",),
          look=all_of(at(), cells("date_start", "2021-01-28"), cells("killed_unknown", 1))),
    point("ACLED with months in words", "event_id_cnty,event_date,latitude,longitude,fatalities\nAZE1,28 January 2021,39.99096,46.92736,1\n", SAID, (1, 0, 0), (0, 1, 0),
          look=lambda frame: frame["date_start"].iloc[0] == "2021-01-28" or bool(frame["date_start"].isna().all())),
    point("UCDP-GED", "id,relid,year,active_year,type_of_violence,conflict_new_id,conflict_name,side_a,side_b,number_of_sources,source_article,where_prec,where_coordinates,adm_1,adm_2,"
          "latitude,longitude,geom_wkt,priogrid_gid,country,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low\n"
          '412700,AZE-2021-1,2021,1,1,388,x,A,B,1,"APA, Səmədli",2,Agdam town,x,Agdam,39.99096,46.92736,POINT (46.927360 39.990960),187654,Azerbaijan,1,1,'
          "2021-01-28 00:00:00.000,2021-01-28 00:00:00.000,1,0,2,0,3,3,3\n", SAID, (1, 0, 0), hidden=("Səmədli",),
          look=all_of(at(), lambda frame: int(frame[[c for c in frame if c.startswith("killed_")]].sum(axis=None)) in {0, 3},
                      lambda frame: frame["date_start"].iloc[0] == "2021-01-28")),
    point("IMSMA accident", "accident_localid,dateofaccident,accidentclass,country,province,district,killed,injured,longitude,latitude\nACC-1,2021-01-28,Mine,x,y,Ağdam,1,2,46.92736,39.99096\n",
          SAID, (1, 0, 0), look=all_of(at(), cells("killed_unknown", 1), cells("injured_unknown", 2))),
    trap("IMSMA hazard of text", "a.csv", 'hazard_localid,hazardclassification,hazardstatus,areasize,wkt\nHZ-1,SHA,Open,500000,"POLYGON ((46.5 39.5, 46.51 39.5, 46.51 39.51, 46.5 39.5))"\n',
         SAID, (1, 0, 0), kind="hazards", crs="EPSG:4326"),
    point("an id for two kinds", "incident_id,zone_id,lon,lat\na,z,46.91234,40.01234\n", REJECT, counted=1, kind=None, told="--kind|incidents or zones"),
    point("no id", "lon,lat\n46.91234,40.01234\n46.81234,40.02345\n", SAID | REJECT, (2, 0, 0), (0, 0, 2), told="id"),
    point("columns nobody knows", "foo,bar\n1,2\n", REFUSED, counted=1),
)  # fmt: skip

RECORDS: Sequence[Trap] = (
    point("one id twice", HEAD + "a,46.91234,40.01234\na,46.81234,40.02345\n", REFUSED, (1, 0, 1), (0, 0, 2), (2, 0, 0), told="duplicate_id"),
    point("one id twice but for blanks", HEAD + "a,46.91234,40.01234\n a\u00a0 ,46.81234,40.02345\n", REFUSED, (1, 0, 1), (0, 0, 2), (2, 0, 0), told="duplicate_id"),
    point("one id twice but for its form of Unicode", HEAD + f"Şuşa-1,46.91234,40.01234\n{unicodedata.normalize('NFD', 'Şuşa-1')},46.81234,40.02345\n", DOUBT, (2, 0, 0), (0, 2, 0), told="duplicate_id|similar_id"),
    point("an empty id", HEAD + "a,46.91234,40.01234\n,46.81234,40.02345\n", DOUBT, (1, 0, 1), rows=(3,)),
    point("one record twice", "incident_id,date_start,district,device_category,injured_civilian,lon,lat\na,2021-01-28,Ağdam,av_mine,1,46.91234,40.01234\nb,2021-01-28,Ağdam,av_mine,1,46.91234,40.01234\n",
          SAID, (2, 0, 0), told="duplicate|same"),
    point("one event from two sources", "incident_id,date_start,district,device_category,injured_civilian,source_ids\na,2021-01-28,Tərtər,av_mine,1,s1\nb,2021-01-28,Tərtər,av_mine,1,s2\n",
          SAID, (2, 0, 0), told="duplicate|same"),
    point("two accidents at one point", HEAD + "a,46.91234,40.01234\nb,46.91234,40.01234\n", SAID, (2, 0, 0), told="same|duplicate"),
    point("a count below zero", "incident_id,killed_civilian\na,-1\n", DOUBT, (1, 0, 0), (0, 1, 0), told="negative_count", look=cells("killed_civilian", None)),
    point("a count that is no whole number", "incident_id,killed_civilian\na,1.5\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_an_integer", look=cells("killed_civilian", None)),
    point("a count in words", "incident_id,killed_civilian\na,two\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_an_integer", look=cells("killed_civilian", None)),
    point("a count of thirty digits", "incident_id,killed_civilian\na,100000000000000000000000000000\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_an_integer", look=cells("killed_civilian", None)),
    point("a blank count is not nobody", "incident_id,killed_civilian,injured_civilian\na,,0\n", ACCEPT, (1, 0, 0), look=all_of(cells("killed_civilian", None), cells("injured_civilian", 0))),
    point("a code nobody knows", "incident_id,device_category\na,minne\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_in_code_list", look=cells("device_category", None)),
    point("a code in capitals", "incident_id,device_category\na,AP_Mine\n", DOUBT | TOLD, (1, 0, 0), (0, 1, 0)),
    trap("total below its parts", "counts.csv", catalogued("casualty_counts", "count_id,publisher,as_of,killed_total,killed_civilian,killed_military\nc,MFA,2020-12-22,3,6,6\n"), SAID, (1, 0, 0), told="total|disagree|add up"),
    trap("victims are not killed and injured", "counts.csv", catalogued("casualty_counts", "count_id,publisher,as_of,killed_total,injured_total,victims_total\nc,MFA,2020-12-22,12,21,345\n"), SAID, (1, 0, 0), told="total|disagree|add up"),
    trap("a total that falls", "counts.csv", catalogued("casualty_counts", "count_id,publisher,scope,period_start,as_of,victims_total\nc,MFA,all,2020-11-10,2021-12-22,50\nd,MFA,all,2020-11-10,2022-12-22,40\n"), SAID, (2, 0, 0), told="fall|fell|less|lower|decrea|cumulative"),
    trap("an order that nobody confirmed since", "orders.csv", catalogued("orders", "order_id,issued_on,effective_from,authorities,order_type\no,2021-01-01,2021-01-01,Interior Ministry,ban\n"), ANY_BUT_ACCEPT, counted=1, told="confirm"),
    trap("a period that ends before it starts", "counts.csv", catalogued("casualty_counts", "count_id,period_start,period_end,victims_total\nc,2021-12-22,2020-12-22,4\n"), SAID, (1, 0, 0), told="date_order"),
)  # fmt: skip

DATES: Sequence[Trap] = (
    point("a date of an unsaid order", DATED + "a,03/04/2021,\n", DOUBT, (1, 0, 0), (0, 1, 0), told="--date-order|order", look=cells("date_start", None)),
    point("dates of both orders", DATED + "a,03/04/2021,\nb,13/04/2021,\nc,04/13/2021,\n", DOUBT, (3, 0, 0), (0, 3, 0), told="--date-order|order", look=cells("date_start", None, None, None)),
    point("dates that only one order fits", DATED + "a,03/04/2021,\nb,13/04/2021,\n", DOUBT, (2, 0, 0), (0, 2, 0), told="--date-order|order",
          look=lambda frame: set(frame["date_start"].dropna()) <= {"2021-04-13"}),
    point("days first, as told", DATED + "a,03/04/2021,\nb,3.4.2021,\nc,2021-04-03,\n", READ | DOUBT, (3, 0, 0), (0, 2, 1), (1, 2, 0), date_order="dmy", look=cells("date_start", *["2021-04-03"] * 3)),
    point("months first, as told", DATED + "a,03/04/2021,\nb,13/04/2021,\n", DOUBT, (2, 0, 0), (1, 1, 0), (0, 2, 0), date_order="mdy", told="not_a_date|order", look=cells("date_start", "2021-03-04", None)),
    point("two-digit years", DATED + "a,03.04.21,\nb,03.04.99,\n", DOUBT, (2, 0, 0), (0, 2, 0), date_order="dmy", told="year|not_a_date", look=cells("date_start", None, None)),
    point("a two-digit year without an order", DATED + "a,21-04-03,\n", DOUBT, (1, 0, 0), (0, 1, 0), told="year|not_a_date", look=cells("date_start", None)),
    point("a day that never was", DATED + "a,2021-02-30,\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_a_date", look=cells("date_start", None)),
    point("a year of another age", DATED + "a,0221-01-28,\nb,20211-01-28,\n", DOUBT, (2, 0, 0), (0, 2, 0), told="not_a_date", look=cells("date_start", None, None)),
    point("an accident after its report", DATED + "a,2021-04-03,2021-04-02\n", DOUBT, (1, 0, 0), told="date_after_report"),
    point("an end before the start", "incident_id,date_start,date_end\na,2021-04-03,2021-04-01\n", DOUBT, (1, 0, 0), told="date_order"),
    point("a month before a day of it", DATED + "a,2021-04,2021-04-02\n", ACCEPT, (1, 0, 0)),
    point("a serial number in a table of text", DATED + "a,44289,\n", DOUBT, (1, 0, 0), (0, 1, 0), told="not_a_date|serial|epoch", look=cells("date_start", None)),
    point("a date with a time", DATED + "a,2021-04-03 14:30,\nb,2021-04-03T00:00:00Z,\n", SAID | ACCEPT, (2, 0, 0), (0, 2, 0), (1, 1, 0),
          look=lambda frame: set(frame["date_start"].dropna()) <= {"2021-04-03"}),
    trap("a serial date", "a.xlsx", xlsx(Sheet("a", ["incident_id", "date_start"], ["a", Day(44289)])), ACCEPT | TOLD, (1, 0, 0), kind="incidents", look=cells("date_start", "2021-04-03")),
    trap("a serial date of the other epoch", "a.xlsx", xlsx(Sheet("a", ["incident_id", "date_start"], ["a", Day(42827)]), date1904=True), ACCEPT | TOLD, (1, 0, 0), kind="incidents", look=cells("date_start", "2021-04-03")),
    trap("a serial date that does not look like one", "a.xlsx", xlsx(Sheet("a", ["incident_id", "date_start"], ["a", 44289])), DOUBT, (1, 0, 0), (0, 1, 0), kind="incidents", told="date",
         look=lambda frame: set(frame["date_start"].dropna()) <= {"2021-04-03"}),
    trap("text among serial dates", "a.xlsx", xlsx(Sheet("a", ["incident_id", "date_start"], ["a", Day(44289)], ["b", "03.04.2021"])), DOUBT, (2, 0, 0), (1, 1, 0), kind="incidents", told="order|date",
         look=cells("date_start", "2021-04-03", None)),
    trap("the day that never was", "a.xlsx", xlsx(Sheet("a", ["incident_id", "date_start"], ["a", Day(60)])), DOUBT, (1, 0, 0), (0, 1, 0), kind="incidents", look=cells("date_start", None)),
    trap("a date of an ODS", "a.ods", ods(Sheet("a", ["incident_id", "date_start"], ["a", Day(44289)])), ACCEPT | TOLD, (1, 0, 0), kind="incidents", look=cells("date_start", "2021-04-03")),
)  # fmt: skip

_ROWS = (["incident_id", "lon", "lat"], ["a", 46.91234, 40.01234], ["b", 46.81234, 40.02345])


def _book(
    name: str, file: str, content: bytes, verdicts: frozenset[str], *account: tuple[int, int, int], **more: object
) -> Trap:
    return trap(name, file, content, verdicts, *account, **{"kind": "incidents", "crs": "EPSG:4326", **more})  # type: ignore[arg-type]


_BOTH = tuple(
    _book(f"{name} ({suffix})", f"a.{suffix}", make(*sheets), verdicts, *account, **more)
    for suffix, make in (("xlsx", xlsx), ("ods", ods))
    for name, sheets, verdicts, account, more in (
        ("one sheet", [Sheet("a", *_ROWS)], ACCEPT, [(2, 0, 0)], {}),
        ("an empty sheet beside it", [Sheet("a", *_ROWS), Sheet("b")], READ, [(2, 0, 0)], {}),
        (
            "a second sheet",
            [Sheet("north", *_ROWS), Sheet("south", *_ROWS)],
            READ | REFUSED,
            [(4, 0, 0), (2, 0, 2), (0, 0, 4)],
            {"told": ("north", "south")},
        ),
        (
            "a hidden sheet",
            [Sheet("north", *_ROWS), Sheet("covert", *_ROWS, state="hidden")],
            SAID | REJECT,
            [(4, 0, 0), (2, 0, 2), (0, 0, 4)],
            {"told": ("covert", "hidden")},
        ),
        (
            "only a hidden sheet",
            [Sheet("covert", *_ROWS, state="hidden"), Sheet("b")],
            SAID | REJECT,
            [(2, 0, 0), (0, 0, 2)],
            {"told": "hidden"},
        ),
        (
            "a formula without its value",
            [Sheet("a", _ROWS[0], ["a", 46.91234, Formula("B2")], _ROWS[2])],
            DOUBT,
            [(1, 0, 1)],
            {"rows": (2,), "told": "calculat|formula"},
        ),
        (
            "two columns of one name",
            [Sheet("a", ["incident_id", "lat", "lat", "lon"], ["a", 40.01234, 41.01234, 46.91234])],
            REJECT,
            [],
            {"counted": 1, "told": "lat"},
        ),
        (
            "a cell beyond the header",
            [Sheet("a", _ROWS[0], ["a", 46.91234, 40.01234, "x"], _ROWS[2])],
            DOUBT,
            [(1, 0, 1)],
            {"rows": (2,)},
        ),
        ("a title above the header", [Sheet("a", ["Accidents of 2021"], *_ROWS)], REJECT, [], {"counted": None}),
        ("a header alone", [Sheet("a", _ROWS[0])], REJECT, [(0, 0, 0)], {}),
        ("nothing", [Sheet("a")], REJECT, [(0, 0, 0)], {}),
        (
            "numbers as text with decimal commas",
            [Sheet("a", _ROWS[0], ["a", "46,92736", "39,99096"])],
            READ | DOUBT,
            [(1, 0, 0), (0, 1, 0)],
            {"look": at()},
        ),
        (
            "swapped columns",
            [Sheet("a", _ROWS[0], ["a", 40.01234, 46.91234], _ROWS[2])],
            DOUBT,
            [(1, 0, 1)],
            {"rows": (2,), "told": "swap"},
        ),
    )
)
WORKBOOKS: Sequence[Trap] = (
    *_BOTH,
    _book("merged cells", "a.xlsx", xlsx(Sheet("a", ["incident_id", "lon", "lat", "district"], ["a", 46.91234, 40.01234, "Ağdam"], ["b", 46.81234, 40.02345, None], merged="D2:D3")),
          DOUBT, (2, 0, 0), (1, 1, 0), (1, 0, 1), told="merged|D2:D3"),
    _book("merged coordinates", "a.xlsx", xlsx(Sheet("a", _ROWS[0], ["a", 46.91234, 40.01234], ["b", 46.81234, None], merged="C2:C3")), DOUBT, (1, 0, 1), told="merged|C2:C3", rows=(3,)),
    _book("an old workbook", "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), REJECT),
    _book("a locked workbook", "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), REJECT, told="password|\\.xls"),
    _book("half a workbook", "a.xlsx", xlsx(Sheet("a", *_ROWS))[:900], REJECT, counted=2),
    _book("a table under the name of a workbook", "a.xlsx", GOOD.encode(), REJECT, counted=1),
)  # fmt: skip
