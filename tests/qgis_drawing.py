"""Opens layers in QGIS and draws them: run by the Python that QGIS is installed for, which is not the tests' own.

    python3 tests/qgis_drawing.py TASKS.json

TASKS.json is a list of {"uri", "extent": [west, south, east, north], "size": [wide, high], "labels", "picture", "crs"}; the
picture is a PPM in the coordinates of the layer or in `crs`, without smoothing, so that a colour of a style is that very colour
in it. One line of JSON for each task tells what QGIS made of the layer.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # type: ignore[import-not-found]
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found]
from qgis.PyQt.QtGui import QColor  # type: ignore[import-not-found]


def draw(task: dict) -> dict:  # type: ignore[type-arg] # this runs on the oldest Python that QGIS comes with
    """Open a layer as a user does, draw it, and tell what it is."""
    layer = QgsVectorLayer(task["uri"], "layer", "ogr")
    if not layer.isValid():
        return {"error": layer.error().message() or "not a layer"}
    told = {
        "version": Qgis.QGIS_VERSION,
        "features": layer.featureCount(),
        "ids": [str(feature.attribute(task["id"])) for feature in layer.getFeatures()] if "id" in task else [],
        "geometry": layer.geometryType(),
        "title": layer.metadata().title(),
        "abstract": layer.metadata().abstract(),
        "licences": layer.metadata().licenses(),
        "widgets": {field.name(): _words(layer, index) for index, field in enumerate(layer.fields())},
    }
    if "picture" not in task:
        return told
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputDpi(96)
    crs = QgsCoordinateReferenceSystem(task["crs"]) if "crs" in task else layer.crs()
    transform = QgsCoordinateTransform(layer.crs(), crs, QgsProject.instance())
    settings.setDestinationCrs(crs)
    extent = transform.transformBoundingBox(QgsRectangle(*task["extent"]))
    settings.setExtent(extent)
    wide = task["size"][0]
    settings.setOutputSize(QSize(wide, round(wide * extent.height() / extent.width())))
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    settings.setFlag(QgsMapSettings.DrawLabeling, task.get("labels", False))
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))  # as the window of QGIS does
    settings.setExpressionContext(context)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().convertToFormat(4).save(task["picture"], "ppm")
    renderer = layer.renderer()
    return {
        **told,
        "renderer": renderer.type(),
        "legend": [item.label() for item in renderer.legendSymbolItems()],
        "labels": layer.labelsEnabled(),
        "problems": [error.message for error in job.errors()],
    }


def _words(layer: QgsVectorLayer, index: int) -> dict:  # type: ignore[type-arg] # as above
    """Return the words that stand for the codes of a field."""
    setup = layer.editorWidgetSetup(index)
    pairs = setup.config().get("map", []) if setup.type() == "ValueMap" else []
    return {code: word for pair in pairs for word, code in pair.items()}


def main() -> None:
    """Do all tasks of the file that is named."""
    application = QgsApplication([], False)
    application.initQgis()
    for task in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print(json.dumps(draw(task)), flush=True)  # noqa: T201 - the answer
    # Without Qt's own end, which may fail for want of a screen when all is told.
    os._exit(0)


main()
