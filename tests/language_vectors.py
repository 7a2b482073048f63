"""What Babel says of numbers, dates and plural forms in the page's languages; the page's own rules are held against it.

The page may not use the browser's `Intl`, which lacks Azerbaijani. `language_vectors.json` beside this file holds Babel's
answers for the page's tests (vitest), and `test_languages.py` asserts that it still holds what Babel says. After an update
of Babel, `python tests/language_vectors.py` writes it anew.

English is that of Great Britain, whose dates begin with the day. Russian dates end in "г." where they stand alone; within
a sentence of ours they go without it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

FILE = Path(__file__).parent / "language_vectors.json"
LOCALES = {"en": "en_GB", "az": "az", "ru": "ru"}

WHOLE = range(201)
FRACTIONS = (0.1, 0.5, 1.1, 1.5, 2.5, 4.25, 5.5, 11.5, 20.1, 21.5, 100.5)
NUMBERS = (
    *((number, 0) for number in (0, 1, 12, 999, 1000, 9999, 10000, 123456, 1234567, -1, -1234)),
    *((number, 1) for number in (0.5, 51.5, 1234.5, -0.5, 2.0)),
    *((number, 3) for number in (0.001, 3.125, 1234567.891, -98765.432)),
)
"""Each with the most decimals it is written with; none lies halfway between two of them."""
DAYS = tuple(dt.date(2021, month, day) for month, day in enumerate((29, 1, 31, 5, 9, 22, 10, 2, 13, 30, 11, 12), 1))


def vectors() -> dict[str, Any]:
    """Return Babel's answers by language."""
    return {language: _of(locale) for language, locale in LOCALES.items()}


def _of(locale: str) -> dict[str, Any]:
    plural = Locale.parse(locale).plural_form
    return {
        "plural": [[number, plural(number)] for number in (*WHOLE, *FRACTIONS)],
        "numbers": [[number, most, format_decimal(number, locale=locale)] for number, most in NUMBERS],
        "days": [[day.isoformat(), _plain(format_date(day, "long", locale=locale))] for day in DAYS],
        "months": [[f"{day:%Y-%m}", _plain(format_skeleton("yMMMM", day, locale=locale))] for day in DAYS],
        "days_without_year": [[f"--{day:%m-%d}", format_skeleton("MMMMd", day, locale=locale)] for day in DAYS],
    }


def _plain(text: str) -> str:
    return text.removesuffix("\u202fг.")


def written() -> str:
    """Return the file's text: one list a line, so that a change can be read."""
    parts = (
        json.dumps(language)
        + ": {\n"
        + ",\n".join(f"{_json(name)}: {_json(answers)}" for name, answers in of.items())
        + "\n}"
        for language, of in vectors().items()
    )
    return "{" + ",\n".join(parts) + "}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
