"""The texts of the catalogue before publication: what `layers.toml` says of the edition and of each layer.

People write there as they do in notes: who made a layer, from whose list. So they are scanned as the texts of records are.
The contacts of the edition are left as they are: whom to call is meant to be public. So are the names of layers and files, by
which findings and the manifest name them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mapper.catalogue import FILE_NAME
from mapper.findings import finding
from mapper.output.personal_text import KINDS, masked
from mapper.output.publication import MASKED, RULE_OF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.model import Catalogue, Checked, Finding, LayerEntry
    from mapper.output.personal_text import Masked

OF_EDITION = ("title", "organisation")
BY_LANGUAGE = {"titles": "title", "organisations": "organisation"}
OF_LAYER = ("title", "source", "licence", "note", "precision_reason")


@dataclass(frozen=True, slots=True)
class PublicCatalogue:
    """The catalogue and its layers as they are published, and what was done to their texts."""

    catalogue: Catalogue
    checked: tuple[Checked, ...]
    findings: tuple[Finding, ...]


def public_catalogue(
    catalogue: Catalogue, checked: Sequence[Checked], places: frozenset[str] = frozenset()
) -> PublicCatalogue:
    """Take ages, names, birth dates, numbers and addresses out of the texts of a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        As read.
    checked : sequence of Checked
        Its layers.
    places : frozenset of str
        As for `mapper.output.personal_text.masked`.

    Returns
    -------
    PublicCatalogue
        The same layers in the same order, with `OF_LAYER` of their entries masked, in all languages; one finding for
        each text and thing found, never the text.
    """
    file = FILE_NAME if catalogue.sha256 else None  # own files have none
    edition = {name: masked(getattr(catalogue, name), places) for name in OF_EDITION}
    by_language = {
        name: {language: masked(text, places) for language, text in getattr(catalogue, name).items()}
        for name in BY_LANGUAGE
    }
    told_by_language = {BY_LANGUAGE[name] for name, said in by_language.items() if said}
    entries = [{name: masked(getattr(layer.entry, name), places) for name in OF_LAYER} for layer in checked]
    told = [_masked_by_language(layer.entry, places) for layer in checked]
    return PublicCatalogue(
        replace(catalogue, **_texts(edition), **_all_texts(by_language)),
        tuple(
            replace(layer, entry=replace(layer.entry, **_texts(said), by_language=_all_texts(by_language)))
            for layer, said, by_language in zip(checked, entries, told, strict=True)
        ),
        (
            *_found({name: said for name, said in edition.items() if name not in told_by_language}, file, None),
            *(
                each
                for name, said in by_language.items()
                for each in _found(
                    {f"{BY_LANGUAGE[name]}.{language}": text for language, text in said.items()}, file, None
                )
            ),
            *(
                each
                for layer, said, by_language in zip(checked, entries, told, strict=True)
                for each in _found(
                    {
                        **{name: text for name, text in said.items() if name not in by_language},
                        **{
                            f"{name}.{language}": text
                            for name, texts in by_language.items()
                            for language, text in texts.items()
                        },
                    },
                    file,
                    layer.entry.name,
                )
            ),
        ),
    )


def _masked_by_language(entry: LayerEntry, places: frozenset[str]) -> dict[str, dict[str, Masked]]:
    return {
        name: {language: masked(text, places) for language, text in texts.items()}
        for name, texts in entry.by_language.items()
    }


def _texts(said: Mapping[str, Masked]) -> dict[str, Any]:
    return {name: result.text for name, result in said.items()}


def _all_texts(said: Mapping[str, Mapping[str, Masked]]) -> dict[str, Any]:
    return {name: _texts(by_language) for name, by_language in said.items()}


def _found(said: Mapping[str, Masked], file: str | None, layer: str | None) -> list[Finding]:
    return [
        replace(finding(RULE_OF[what], "info", MASKED, column=name), file=file, layer=layer)
        for name, result in said.items()
        for what in KINDS
        if what in result.kinds
    ]
