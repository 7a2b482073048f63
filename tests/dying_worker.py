"""A preload of `dask worker`: the worker that begins its second walk while the file `armed` is there takes it and dies.

A variable of the environment names the folder of that file. A file is renamed by one process only, so exactly one worker dies,
at a known point.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin


class Dying(WorkerPlugin):  # type: ignore[misc] # distributed is not typed
    """Counts the walks that this worker begins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun = 0

    def transition(self, key: object, start: str, finish: str, **_: Any) -> None:  # noqa: ARG002, ANN401 - as dask calls it
        """Die at the beginning of the second walk, if nobody else has."""
        if finish != "executing" or not str(key).startswith("walk-"):
            return
        self.begun += 1
        if self.begun > 1 and (self.folder / "armed").exists():
            try:
                (self.folder / "armed").rename(self.folder / "died")
            except FileNotFoundError:
                return
            os._exit(1)


async def dask_setup(worker: Any) -> None:  # noqa: ANN401 - distributed is not typed
    """Give the worker the plugin, when it starts."""
    await worker.plugin_add(Dying(Path(os.environ["MAPPER_TESTS_DYING"])))
