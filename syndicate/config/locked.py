"""Channels whose secrets nobody has set: they can say everything, and open nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, get_args, get_type_hints

from pydantic import SecretStr

from syndicate.channel import Channel
from syndicate.channel.mailing_list import Reply
from syndicate.channel.visit import Visit
from syndicate.errors import Unavailable
from syndicate.model.delivery import Rendition


def locked(cls: type[Channel], unset: Mapping[str, str]) -> type[Channel]:
    """The same channel, but it cannot be opened; ``unset`` says by setting what it lacks.

    Those of its settings that are secrets are not checked: what stands there is not what is meant.
    """
    why = "; ".join(dict.fromkeys(unset.values()))

    class Locked(cls):  # type: ignore[misc, valid-type]
        def __enter__(self) -> NoReturn:
            raise Unavailable(why)  # it may be set the next time

        def outside(self, home: Path, rendition: Rendition | None = None) -> str:
            return ""  # it reaches nobody

        def read_inbox(
            self, lists: Sequence[str], source: str = "", visit: Visit | None = None
        ) -> Generator[Reply, bool | None, None]:
            if not source:
                raise Unavailable(why)
            return super().read_inbox(lists, source, visit)  # type: ignore[no-any-return]

        def inbox_outside(self, home: Path, source: str = "") -> str:
            return super().inbox_outside(home, source) if source else ""

    Locked.__annotations__ = dict.fromkeys(secrets_among(cls, unset), SecretStr)
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(Locked, name, getattr(cls, name))
    return dataclass(kw_only=True)(Locked)


def secrets_among(cls: type[Channel], settings: Mapping[str, str]) -> list[str]:
    """Return those settings of a channel that its class keeps as secrets."""
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError:  # a name that only a type checker knows
        return []
    return [name for name in settings if _holds_a_secret(hints.get(name))]


def _holds_a_secret(hint: Any) -> bool:
    """``SecretStr``, ``Annotated[SecretStr, …]``, ``SecretStr | None``."""
    return hint is SecretStr or any(map(_holds_a_secret, get_args(hint)))
