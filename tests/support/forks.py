"""Processes forked from a server that has imported all that a command may need."""

from __future__ import annotations

import os
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from pathlib import Path
from unittest.mock import patch

TESTS = Path(__file__).resolve().parent.parent

set_forkserver_preload(["support.warm"])


class WarmProcess(ForkServerProcess):
    """A process that need not import anything; the first one starts the server."""

    def start(self) -> None:
        """Start it; the server is told where ``support`` lies, whose imports fail silently."""
        with patch.dict(os.environ, PYTHONPATH=str(TESTS)):
            ensure_running()
        super().start()
