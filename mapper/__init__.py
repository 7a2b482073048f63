"""Map reported mine and ordnance accidents and no-entry areas, and trace every mark to its source.

A folder of layers goes in; an edition comes out: one HTML page that works with no network, and files a GIS opens.

    read -> check -> locate -> gate -> join -> density -> compose -> page / exports

The rooms, and what each may import (the ranks are held by import-linter):

    errors                      every refusal, as a sentence
    terms, model, crs           words as data; the frozen values between steps; the only module that names a CRS
    progress                    what a long run is doing, on standard error or below the cell of a notebook
    cards, markup               how a notebook shows verdicts, findings and editions; the one way of text into markup
    schema, catalogue, findings what a layer must hold; `layers.toml`; how findings are made
    intake | analysis           foreign data in | frames in, new frames out; the two do not know each other
    output                      the gate, compose, page, exports, manifest; files appear whole or not at all
    walk                        the steps of the line, each for all records or for a part of them
    pipeline, inspection        the straight line; what is in a file or a folder (`asked` what was typed, `answers` what is told)
    questions                   "may I enter?", asked of layers
    ownfiles, scaffold          the same line for anyone's files; a new folder of layers
    editions                    whole editions: is one still what was written, and how do two differ
    partwise, wholes            one part of the incidents; the parts put together
    partitioned                 the parts as tasks on any number of machines: the only room that knows dask
    cli, this front door        parse, call, print; nothing else (`cli_editions` is a part of it, `cli_shell` around it)

Names are loaded when they are asked for, so that importing this package costs nothing.

Notes
-----
Against the first picture of the design: `findings` makes findings from the vocabulary of rules, so that intake and analysis
speak the same words; `cards` are made of what `to_dict()` gives, the one thing the model imports beside the errors;
`intake.geojson` reads GeoJSON without a driver; `output.block` and `output.files` are the page's data
format and the all-or-nothing writing, each used from two places; `inspection`, `asked`, `answers`, `ownfiles`, `scaffold` and
`report` keep the command line thin; `walk` holds what the single engine and that of parts have in common; `progress` stands
below everything, so that any edge can name its step. `output.publication` is the gate before page and exports: joins and counts
are made of what leaves it (`identifiers`, `near_districts`, `catalogue_texts`, `personal_text`, `person_names`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapper.analysis.density import Selection, density
    from mapper.analysis.hotspots import Units, hotspots
    from mapper.analysis.join import join
    from mapper.analysis.locate import locate, place_zones
    from mapper.catalogue import bundled_layers, read_catalogue
    from mapper.errors import MapperError
    from mapper.intake.checks import check
    from mapper.intake.files import read_layer, read_layers
    from mapper.model import LayerEntry
    from mapper.output.notebook import HazardMap
    from mapper.output.plot import plot
    from mapper.ownfiles import make_map, read_incidents, read_zones
    from mapper.pipeline import build, make_edition
    from mapper.questions import access, read_ground
    from mapper.scaffold import init

_HOME = {
    "HazardMap": "mapper.output.notebook",
    "LayerEntry": "mapper.model",
    "MapperError": "mapper.errors",
    "Selection": "mapper.analysis.density",
    "Units": "mapper.analysis.hotspots",
    "access": "mapper.questions",
    "build": "mapper.pipeline",
    "bundled_layers": "mapper.catalogue",
    "check": "mapper.intake.checks",
    "density": "mapper.analysis.density",
    "hotspots": "mapper.analysis.hotspots",
    "init": "mapper.scaffold",
    "join": "mapper.analysis.join",
    "locate": "mapper.analysis.locate",
    "make_edition": "mapper.pipeline",
    "make_map": "mapper.ownfiles",
    "place_zones": "mapper.analysis.locate",
    "plot": "mapper.output.plot",
    "read_catalogue": "mapper.catalogue",
    "read_ground": "mapper.questions",
    "read_incidents": "mapper.ownfiles",
    "read_layer": "mapper.intake.files",
    "read_layers": "mapper.intake.files",
    "read_zones": "mapper.ownfiles",
}
__all__ = [
    "HazardMap",
    "LayerEntry",
    "MapperError",
    "Selection",
    "Units",
    "access",
    "build",
    "bundled_layers",
    "check",
    "density",
    "hotspots",
    "init",
    "join",
    "locate",
    "make_edition",
    "make_map",
    "place_zones",
    "plot",
    "read_catalogue",
    "read_ground",
    "read_incidents",
    "read_layer",
    "read_layers",
    "read_zones",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the front door offers
    if name not in _HOME:
        raise AttributeError(f"module 'mapper' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
