"""Owners of files: root leaves those of others alone, or they could use them no more."""

from __future__ import annotations

import os
import pwd
import shlex
from collections.abc import Iterable
from pathlib import Path

from syndicate.errors import UsageError

ROOT = 0


def refuse_root(paths: Iterable[Path], *, as_root: bool = False) -> None:
    """Raise UsageError where root would write among somebody else's files.

    What root makes there (a ledger, a feed, an article) its owner can no longer open, and what the
    owner wrote down to be run would run as root. Where root owns everything, nobody is in the way.
    """
    if as_root or os.geteuid() != ROOT:
        return
    for path in map(existing, paths):
        if found := _owner(path):
            name, number = found
            who = name or f"the account {number}"
            account = shlex.quote(name or f"#{number}")
            how = f"sudo -u {account} syndicate …"
            raise UsageError(
                f"{path} belongs to {who}, and you are root: nothing was done ({how}, or --as-root"
                " if it is meant)"
            )


def existing(path: Path) -> Path:
    """A path, or what there is of it: what is missing is made inside of that."""
    path = Path(os.path.abspath(path))
    return next((candidate for candidate in (path, *path.parents) if candidate.exists()), path)


def _owner(path: Path) -> tuple[str, int] | None:
    """Return the other owner of a file; None where it is root's, or there is none."""
    try:
        number = path.stat().st_uid
    except OSError:
        return None
    if number == ROOT:
        return None
    try:
        return pwd.getpwuid(number).pw_name, number
    except KeyError:
        return "", number
