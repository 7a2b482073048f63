"""FlatGeobuf, inside the child: the count of its header and the walk along its records against what is read.

fiona reads the first half of a file that was cut and says nothing; the header states how many records there must be. In a
damaged file each record is looked at by itself, as each states its size and the index states where it starts: one that is
bad costs one, not all that follow.
"""

from __future__ import annotations

import contextlib
import io
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import fiona
import numpy as np

from mapper.errors import DataRefused
from mapper.intake.decoder_cells import without_curves
from mapper.intake.decoder_child import Part, Refused, part
from mapper.intake.decoder_vectors import DAMAGED, Records, Unread, look, read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_DRIVER = "FlatGeobuf"
_FIELD_COLUMNS, _FIELD_COUNT, _FIELD_NODE_SIZE = 7, 8, 9
_COLUMN_NAME, _COLUMN_TYPE = 0, 1
_FEATURE_PROPERTIES = 1
_NODE_BYTES, _NODE_WORDS = 40, 5
_MAGIC_BYTES = 8
_DEFAULT_NODE_SIZE = 16
_SIZE_BYTES = 4
_AT_ONCE = 200
_ULONG = 8
_FIXED_BYTES: Mapping[int, int] = {0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 8, 8: 8, 9: 4, 10: 8}
_ASK_AGAIN = "It may be damaged; ask for it again."
_CUT = "the file is cut off before it"
_LOST = "a record before it is damaged, and where it starts is not known"


class _Header(NamedTuple):
    """The numbers of the header: where the count of records stands (0: nowhere), and where the index starts."""

    records: int
    count_at: int
    node_size: int
    first_byte: int
    columns: tuple[tuple[str, int], ...]


class _Span(NamedTuple):
    """Where a record stands in the file, its size first, and why it cannot be whole."""

    start: int
    end: int
    why: str | None


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:  # noqa: ARG001 - the form all decoders have
    """Read the one layer of a FlatGeobuf file.

    Raises
    ------
    DataRefused
        When its header cannot be read, or it holds more records than its header says.
    """
    path = folder / "layer.fgb"
    content = path.read_bytes()
    try:
        header = _header(content)
        spans, firm = _spans(content, header)
    except (struct.error, ZeroDivisionError, IndexError, UnicodeDecodeError):
        raise DataRefused("its header cannot be read", advice=_ASK_AGAIN) from None
    counted = header.records or len(spans)
    if len(spans) > counted:
        raise DataRefused(f"it holds {len(spans)} records, but its header says {counted}", advice="Export it again.")
    look(path, _DRIVER)
    found, refused = _found(path, content, header, spans, firm=firm)
    rows = [fid + 1 for fid in found.fids]
    known = {*rows, *(each.row for each in refused)}
    refused += [Refused(row, None, "no reader gives it") for row in range(1, counted + 1) if row not in known]
    wkb, curved = without_curves(rows, found.wkb)
    cells = {**found.cells, **_long_ids(content, header, [spans[row - 1] for row in rows])}
    return [
        part(
            "layer", rows, wkb, cells, counted=counted, crs=found.crs, refused=[*refused, *curved], doubts=found.doubts
        )
    ]


def _found(
    path: Path, content: bytes, header: _Header, spans: Sequence[_Span], *, firm: bool
) -> tuple[Records, list[Refused]]:
    """Read all records at once; where that cannot be done, those that fiona gives one by one."""
    damaged = {at: str(span.why) for at, span in enumerate(spans) if span.why}
    with contextlib.suppress(Unread):
        whole = None if damaged else read_whole(path)
        if whole is not None and len(whole.fids) == len(spans):  # GDAL stops at a damaged record without a word
            return whole, []
    for at in _unreadable(content, header, spans):
        damaged[at] = DAMAGED
        if not firm:
            damaged |= {rest: _LOST for rest in range(at + 1, len(spans)) if rest not in damaged}
            break
    left = [at for at in range(len(spans)) if at not in damaged]
    good = _sound(content, header, spans, left)
    damaged |= dict.fromkeys(set(left) - set(good), DAMAGED)
    found = _some(content, header, [spans[at] for at in good])
    if found is None:
        raise DataRefused("it is damaged, and none of its records can be read", advice=_ASK_AGAIN)
    return found._replace(fids=good), [Refused(at + 1, None, why) for at, why in sorted(damaged.items())]


def _sound(content: bytes, header: _Header, spans: Sequence[_Span], places: list[int]) -> list[int]:
    """Return the places of the records that pyogrio reads as well; it does not take all that fiona takes."""
    if not places or _some(content, header, [spans[at] for at in places]) is not None:
        return places
    half = len(places) // 2
    return [at for part in (places[:half], places[half:]) if half for at in _sound(content, header, spans, part)]


def _some(content: bytes, header: _Header, spans: Sequence[_Span]) -> Records | None:
    """Read some of the records, all or none."""
    with contextlib.suppress(Unread):
        found = read_whole(io.BytesIO(_excerpt(content, header, spans))) if spans else None
        return found if found is not None and len(found.fids) == len(spans) else None
    return None


def _unreadable(content: bytes, header: _Header, spans: Sequence[_Span]) -> Iterator[int]:
    """Give the places of the records at which fiona stops; it is set on again behind each."""
    left = [at for at, span in enumerate(spans) if span.why is None]
    while left:
        some = left[:_AT_ONCE]
        given = _readable(_excerpt(content, header, [spans[at] for at in some]))
        if given < len(some):
            yield some[given]
            given += 1
        left = left[given:]


def _readable(content: bytes) -> int:
    """Return how many records fiona reads before it stops."""
    given = 0
    try:
        with fiona.MemoryFile(content, ext=".fgb") as memory, memory.open(enabled_drivers=[_DRIVER]) as source:
            for _ in source:
                given += 1
    except Exception:  # noqa: BLE001 - fiona raises many kinds on damaged bytes; each means this record
        return given
    return given


def _excerpt(content: bytes, header: _Header, spans: Sequence[_Span]) -> bytes:
    """Make a file of some of the records: the header with their count, an index that says nothing, the records."""
    head = bytearray(content[: header.first_byte])
    if header.count_at:
        struct.pack_into("<Q", head, header.count_at, len(spans))
        head += bytes(_index_bytes(header._replace(records=len(spans))))
    return b"".join([bytes(head), *(content[span.start : span.end] for span in spans)])


def _header(content: bytes) -> _Header:
    start = _MAGIC_BYTES + 4
    (size,) = struct.unpack_from("<I", content, _MAGIC_BYTES)
    table = start + _number(content, "<I", start)
    count_at = _field(content, table, _FIELD_COUNT)
    return _Header(
        records=_number(content, "<Q", count_at) if count_at else 0,
        count_at=count_at,
        node_size=_number(content, "<H", at)
        if (at := _field(content, table, _FIELD_NODE_SIZE))
        else _DEFAULT_NODE_SIZE,
        first_byte=start + size,
        columns=tuple(_columns(content, table)),
    )


def _columns(content: bytes, table: int) -> Iterator[tuple[str, int]]:
    """Give name and type of each column."""
    for column in _vector(content, table, _FIELD_COLUMNS):
        own = column + _number(content, "<I", column)
        name = _field(content, own, _COLUMN_NAME)
        text = name + _number(content, "<I", name)
        kind = _field(content, own, _COLUMN_TYPE)
        length = _number(content, "<I", text)
        yield content[text + 4 : text + 4 + length].decode("utf-8"), content[kind] if kind else 0


def _vector(content: bytes, table: int, number: int) -> range:
    at = _field(content, table, number)
    if not at:
        return range(0)
    first = at + _number(content, "<I", at)
    return range(first + 4, first + 4 + 4 * _number(content, "<I", first), 4)


def _field(content: bytes, table: int, number: int) -> int:
    """Return where a field of a flatbuffer's table stands, 0 where it is left out as it has its default."""
    offsets = table - _number(content, "<i", table)
    at = 4 + 2 * number
    within = at < _number(content, "<H", offsets)
    offset = _number(content, "<H", offsets + at) if within else 0
    return table + offset if offset else 0


def _number(content: bytes, form: str, at: int) -> int:
    return int(struct.unpack_from(form, content, at)[0])


def _spans(content: bytes, header: _Header) -> tuple[list[_Span], bool]:
    """Find every record by the sizes they state, and by the index where those do not lead to the end.

    The second value says whether a record's place is known even where one before it is damaged.
    """
    if header.records > len(content):
        raise IndexError
    first = header.first_byte + _index_bytes(header)
    starts, end = _walk(content, first)
    firm = end == len(content) and header.records in {0, len(starts)}
    if header.records and len(starts) - (end > len(content)) < header.records:
        listed = _listed(content, header)
        starts = [first + at for at in listed] or starts
        end = max(len(content), starts[-1]) if listed else end
        firm = bool(listed)
    spans = [_Span(*span, _not_whole(content, *span)) for span in zip(starts, [*starts[1:], end], strict=True)]
    if header.records and len(spans) == header.records + 1 and spans[-1].why:
        spans.pop()  # bytes behind the last record that are none
    return spans + [_Span(len(content), len(content), _CUT)] * (header.records - len(spans)), firm


def _not_whole(content: bytes, start: int, end: int) -> str | None:
    if start + _SIZE_BYTES > len(content) or end > len(content):
        return _CUT
    stated = start + _SIZE_BYTES + _number(content, "<I", start)
    return None if stated == end else _CUT if stated > end == len(content) else DAMAGED


def _walk(content: bytes, first: int) -> tuple[list[int], int]:
    """Return where each record starts by the sizes they state, and where the last ends."""
    starts = []
    at = first
    unpack = struct.Struct("<I").unpack_from
    while at + _SIZE_BYTES <= len(content):
        starts.append(at)
        at += _SIZE_BYTES + unpack(content, at)[0]
    return starts, at


def _listed(content: bytes, header: _Header) -> list[int]:
    """Return where the records start by the leaves of the index; none where there is none or it makes no sense."""
    size = _index_bytes(header)
    end = header.first_byte + size
    if not size or end > len(content):
        return []
    leaves = end - header.records * _NODE_BYTES
    words = np.frombuffer(content, "<u8", header.records * _NODE_WORDS, leaves).reshape(-1, _NODE_WORDS)
    starts = words[:, _NODE_WORDS - 1].tolist()
    rising = all(a < b for a, b in pairwise(starts))
    return starts if rising and starts[0] == 0 and starts[-1] < 2**40 else []


def _index_bytes(header: _Header) -> int:
    if not header.records or not header.node_size:
        return 0
    nodes = level = header.records
    while level > 1:
        level = -(-level // max(header.node_size, 2))
        nodes += level
    return nodes * _NODE_BYTES


def _long_ids(content: bytes, header: _Header, spans: Sequence[_Span]) -> dict[str, list[str | None]]:
    """Read the columns of whole numbers without sign, which GDAL makes floating numbers of."""
    wanted = {at: name for at, (name, kind) in enumerate(header.columns) if kind == _ULONG}
    if not wanted:
        return {}
    kinds = [kind for _, kind in header.columns]
    rows = [_properties(content, span, kinds) for span in spans]
    return {name: [row.get(at) for row in rows] for at, name in wanted.items()}


def _properties(content: bytes, span: _Span, kinds: Sequence[int]) -> dict[int, str]:
    """Return the numbers without sign of a record by column."""
    found: dict[int, str] = {}
    root = span.start + _SIZE_BYTES
    field = _field(content, root + _number(content, "<I", root), _FEATURE_PROPERTIES)
    if not field:
        return found
    at = field + _number(content, "<I", field)
    end = at + 4 + _number(content, "<I", at)
    at += 4
    while at < end:
        column = _number(content, "<H", at)
        at += 2
        if kinds[column] == _ULONG:
            found[column] = str(_number(content, "<Q", at))
        at += _FIXED_BYTES.get(kinds[column]) or 4 + _number(content, "<I", at)
    return found
