"""Types of channels' settings, beyond those of pydantic."""

from __future__ import annotations

import os
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from syndicate.model.hours import valid_hours
from syndicate.model.rate import Rate, Tolerance, rates, tolerance
from syndicate.model.schedule import Schedule
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS
from syndicate.text import shortened, visible


def beside_the_configuration(path: Path, info: ValidationInfo) -> Path:
    """Resolve a path against the configuration's folder; ValueError for what can be no path."""
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        found = Path(folder, path.expanduser()).absolute()
        os.lstat(found)
    except (OSError, RuntimeError, ValueError) as error:  # no such home; NUL within
        if not isinstance(error, OSError) or error.errno == ENAMETOOLONG:
            name = shortened(visible(str(path)))
            raise ValueError(f"{name!r} cannot be a file name") from error
    return found


def _whole(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0  # which raises ValueError, too
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in ("http", "https"):
        raise ValueError("write a full address, like https://example.org")
    return text


def secret_web_address(secret: SecretStr) -> SecretStr:
    """Check an address that is a secret itself, like a webhook's; ValueError, without its value."""
    if text := secret.get_secret_value():
        _whole(text)
    return secret


def _without_slash(text: str) -> str:
    return _whole(text).rstrip("/")


def _program(command: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if command and "{" in command[0]:  # files of readers are no programs
        raise ValueError(f"{command[0]} is not a program: write a program and its arguments")
    if within := [word for word in command if "{files}" in word and word != "{files}"]:
        raise ValueError(f"{within[0]!r}: write '{{files}}' as a word of its own")
    if not command or "/" not in command[0]:
        return command
    return (str(beside_the_configuration(Path(command[0]), info)), *command[1:])


def _schedule(value: Any) -> Schedule:
    return value if isinstance(value, Schedule) else Schedule.parse(str(value))


def _rates(value: Any) -> tuple[Rate, ...]:
    return value if isinstance(value, tuple) else rates(str(value))


def _tolerance(value: Any) -> Tolerance | None:
    return value if isinstance(value, Tolerance) else tolerance(str(value or ""))


def _patience(value: float) -> float:
    if not 1 <= value <= LONGEST_EXCHANGE_SECONDS:
        raise ValueError(f"write seconds from 1 to {LONGEST_EXCHANGE_SECONDS:.0f}")
    return value


ConfigPath = Annotated[Path, AfterValidator(beside_the_configuration)]
"""A path; a relative one starts at the configuration file's folder."""

Command = Annotated[tuple[str, ...], AfterValidator(_program)]
"""A program and its arguments; a program given as a path is found as a ``ConfigPath`` is."""

WebAddress = Annotated[str, AfterValidator(_whole)]
"""An absolute http(s) address, as it is written."""

WebUrl = Annotated[str, AfterValidator(_without_slash)]
"""An absolute http(s) address, without a slash at its end."""

ScheduleField = Annotated[Schedule, BeforeValidator(_schedule)]
"""``daily 17:00``, ``weekly fri 16:00``, ``monthly 1 08:00``."""

RatesField = Annotated[tuple[Rate, ...], BeforeValidator(_rates)]
"""``14/second, 50000/day``; empty is as fast as it goes."""

Hours = Annotated[str, AfterValidator(valid_hours)]
"""``22:00-06:00``, by the publisher's clock; empty is none."""

ToleranceField = Annotated[Tolerance | None, BeforeValidator(_tolerance)]
"""``10% of 200``; empty tolerates everything."""

Patience = Annotated[float, AfterValidator(_patience)]
"""Seconds that a server may take for its whole answer: 1 to 120."""

__all__ = [
    "Command",
    "ConfigPath",
    "Hours",
    "Patience",
    "RatesField",
    "ScheduleField",
    "SecretStr",
    "ToleranceField",
    "WebAddress",
    "WebUrl",
    "beside_the_configuration",
    "secret_web_address",
]
