"""Read-only access to a ledger: at a standby, with a role that may only read, to a copy."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from syndicate.ledger.database.engine import path_of


def only_read(engine: Engine) -> None:
    """Let nothing be written by an engine that has not connected yet."""
    if engine.dialect.name != "sqlite":
        engine.update_execution_options(postgresql_readonly=True)
        return
    if path := path_of(engine):
        event.listen(engine, "do_connect", lambda *_: _looking_at(path.absolute()))


def _looking_at(path: Path) -> Any:
    """Connect to a file of which nothing is changed, nor anything made beside it.

    SQLite makes files beside a ledger to read it, and takes them away. Those of somebody else
    would be in the owner's way; then it is read as it lies there, if nobody writes just now.
    """
    if _is_ours(path):
        made = sqlite3.connect(path, check_same_thread=False)
        made.execute("PRAGMA query_only=ON")
        return made
    in_use = os.path.exists(f"{path}-wal")
    how = "mode=ro" if in_use else "immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, check_same_thread=False)


def _is_ours(path: Path) -> bool:
    """Return whether what SQLite makes beside a file would be its owner's."""
    mine = path.stat().st_uid == os.geteuid()
    return mine and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
