"""Complaints about settings: pydantic's first, as one line with the setting's path."""

from __future__ import annotations

from pydantic import ValidationError

from syndicate.errors import ConfigError
from syndicate.text import shortened


def complaint(where: str, error: ValidationError) -> ConfigError:
    """pydantic's first complaint as one line with the setting's path; the value stays unsaid."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in (where, *first["loc"]) if part != "[key]")
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "unknown setting"
    if first["type"] == "tuple_type":
        message = 'write a list, like ["a", "b"]'
    return ConfigError(f"{shortened(path)}: {shortened(message[:1].lower() + message[1:])}")
