"""State of one invocation of the command line: its options, and what it has done so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate.system import stop

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from syndicate.model.person import Person


@dataclass(kw_only=True)
class Invocation:
    """Options given before or after the command's name, what to hide, and what has happened."""

    command: str = ""
    config: str = ""
    verbose: int = 0  # 1 shows causes and tracebacks, 2 the conversations with servers as well
    log_file: str = ""
    log_format: str = ""
    as_root: bool = False  # root means to write among others' files
    as_person: str = ""  # who acts, in their own words
    is_logging: bool = False  # a log is kept: commands within this one write to it
    scrub: Callable[[str], str] = str  # hides every secret in a text
    zone: ZoneInfo | None = None  # the office's, once its configuration was read
    is_check: bool = False  # a monitor asks: whatever happens, it gets one line and its codes
    has_effects: bool = True  # this command may publish or send
    acted: bool = False  # something may have left
    documented: bool = False  # the one JSON document is on stdout
    shown: list[str] | None = None  # the lines on stdout, where somebody keeps them

    @property
    def config_path(self) -> Path | None:
        """Return the configuration that was named; None where it is to be looked for."""
        return Path(self.config) if self.config else None


invocation = Invocation()


def begin(
    command: str = "",
    *,
    config: str = "",
    verbose: int = 0,
    as_root: bool = False,
    log_file: str = "",
    log_format: str = "",
    as_person: str = "",
) -> None:
    """Start a new invocation with these options; tests run several in one process."""
    new = Invocation(
        command=command,
        config=config,
        verbose=verbose,
        as_root=as_root,
        log_file=log_file,
        log_format=log_format,
        as_person=as_person,
    )
    for field in fields(new):
        setattr(invocation, field.name, getattr(new, field.name))
    stop.forget()


def person() -> Person:
    """Return who acts: ``--as``, else $SYNDICATE_USER, with the system's account beside it."""
    import os

    from syndicate.model.person import Person
    from syndicate.system.accounts import account

    name = invocation.as_person or os.environ.get("SYNDICATE_USER", "")
    return Person(" ".join(name.split()), account())


def refuse_as_root(*paths: Path) -> None:
    """Raise UsageError where root would create files in somebody else's folder."""
    from syndicate.system.owners import refuse_root

    refuse_root(paths, as_root=invocation.as_root)
