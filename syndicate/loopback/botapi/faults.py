"""Faults that the loopback Bot API can be told to have, and the errors that it answers."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.loopback.http_faults import Speaks


@dataclass(frozen=True, kw_only=True)
class ApiFault:
    """Something that goes wrong once, at the next send, edit or delete, or the next ``on``."""

    on: str = ""  # a method's name

    def strikes(self, method: str) -> bool:
        return method == self.on if self.on else not method.startswith("get")


@dataclass(frozen=True, kw_only=True)
class Flood(ApiFault):
    """Too many requests: nothing is done."""

    retry_after: int = 1


@dataclass(frozen=True, kw_only=True)
class LostReply(ApiFault):
    """It is done, and the connection closes without an answer."""


@dataclass(frozen=True, kw_only=True)
class HalfReply(ApiFault):
    """It is done, and the connection closes in the middle of the answer."""


@dataclass(frozen=True, kw_only=True)
class Reset(ApiFault):
    """The connection is reset before the request is read: nothing is done."""


@dataclass(frozen=True, kw_only=True)
class Rude(ApiFault):
    """Misbehaviour of ``loopback.http_faults`` in the place of an answer: nothing is done."""

    speak: Speaks


@dataclass(frozen=True, kw_only=True)
class Http500(ApiFault):
    """A page of HTML instead of an answer, of a proxy for instance."""

    done: bool = False
    status: int = 500


@dataclass(frozen=True, kw_only=True)
class Garbage200(ApiFault):
    """It went well, says an answer that nobody can read."""

    done: bool = True


@dataclass(frozen=True, kw_only=True)
class Slow(ApiFault):
    """It is done, and the answer takes its time."""

    seconds: float = 1.0


@dataclass(frozen=True, kw_only=True)
class No(ApiFault):
    """Any other error: ``No(code=403, description="Forbidden: bot was kicked from the ...")``."""

    code: int = 400
    description: str = "Bad Request"


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after
