"""Local things: addresses that lead to this machine only, files below a folder."""

from __future__ import annotations

import os
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


def is_loopback(host: str | None) -> bool:
    """Return whether a host, by its name or number, is this machine and cannot be another."""
    name = (host or "").strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def leads_here(url: str) -> bool:
    """Return whether an address leads to this machine."""
    try:
        return is_loopback(urlsplit(url).hostname)
    except ValueError:
        return False


def is_below(path: Path, folder: Path) -> bool:
    """Return whether a file or folder lies in another one, wherever links lead."""
    return path.resolve().is_relative_to(folder.resolve())


def shown_path(path: str) -> str:
    """Return a file's whole path as a person names it here: from the folder they work in."""
    with suppress(OSError, ValueError):  # no such folder any more; a file elsewhere
        return str(Path(path).relative_to(os.getcwd())) if path else ""
    return path
