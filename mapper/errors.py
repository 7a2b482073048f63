"""Every error this package raises on purpose, as one tree.

    MapperError                 anything below; `.exit_code` is what the command line returns
    ├── UsageError              the call itself is wrong                                    2
    ├── DataRefused             a layer, row or value cannot be used as it is               1
    │   └── UnknownCRS          the coordinate reference system is missing or not usable    1
    ├── Unreadable              a file or folder cannot be opened                           3
    ├── Unwritable              an output cannot be written; what was there is still there  3
    ├── LedgerBroken            records were lost between two steps: a defect of ours       3
    └── Stopped                 the person at the keyboard stopped the run               130

Every error is a sentence a person in a hurry can act on: what is wrong, where (file, layer, row, column), and what to do
next. The parts are kept apart as attributes so that a caller can show them in a table; `str()` puts them together.
"""

from __future__ import annotations

from typing import ClassVar


class MapperError(Exception):
    """The root of the tree: catch it to catch everything this package refuses on purpose.

    Parameters
    ----------
    what : str
        What is wrong, as a clause without a final stop ("'4o.1' is not a latitude").
    file, layer, column : str, optional
        Where it is. `file` is a name, never an absolute path of this machine.
    row : int, optional
        The row as the file's reader counts it: in a table the header is row 1, in GeoJSON the first feature is row 1.
    advice : str, optional
        What to do next, as a whole sentence.

    Raises
    ------
    Nothing: it is what is raised. Each of its kinds says when.

    Examples
    --------
    >>> str(DataRefused("'4o.1' is not a latitude", file="a.csv", row=3, column="lat", advice="Write it as 40.1."))
    "a.csv, row 3, column 'lat': '4o.1' is not a latitude. Write it as 40.1."
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        layer: str | None = None,
        row: int | None = None,
        column: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = file
        self.layer = layer
        self.row = row
        self.column = column
        self.advice = advice

    @property
    def where(self) -> str:
        """Name the place: file, layer, row and column, as far as they are known."""
        parts = [
            self.file,
            f"layer '{self.layer}'" if self.layer and self.layer != self.file else None,
            f"row {self.row}" if self.row is not None else None,
            f"column '{self.column}'" if self.column else None,
        ]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        sentence = sentence.rstrip(".") + "."
        return f"{sentence} {self.advice}" if self.advice else sentence


class UsageError(MapperError):
    """The call is wrong: an option, an argument, a value the caller typed."""

    exit_code = 2


class DataRefused(MapperError):
    """The data cannot be used as they are; nothing was guessed in their place."""

    exit_code = 1


class UnknownCRS(DataRefused):
    """The coordinate reference system is missing, unknown, or cannot be transformed with a stated accuracy."""


class Unreadable(MapperError):
    """A file or folder is missing or cannot be opened."""


class Unwritable(MapperError):
    """An output could not be written; an older file of the same name is still there, whole."""


class LedgerBroken(MapperError):
    """Records went missing between two counts: a defect of this program, never of the data."""


class Stopped(MapperError):
    """The run was stopped from the keyboard before it had written anything; 130 is what shells expect then."""

    exit_code = 130
