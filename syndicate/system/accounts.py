"""The system's account that a process runs under, as a record of who acted."""

from __future__ import annotations

import os
import socket


def account() -> str:
    """Return ``account@host``; the number of an account that the system has no name for."""
    return f"{_name()}@{socket.gethostname()}"


def _name() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name
    except (ImportError, KeyError):  # not Unix; a container's account without an entry
        return f"{os.geteuid()}" if hasattr(os, "geteuid") else os.environ.get("USERNAME", "")
