"""Every error we raise.

SyndicateError
├── UsageError          nothing ran: the words of the command contradict each other
├── ConfigError         nothing ran: the configuration is wrong
├── ArticleError        nothing ran: an article cannot be published as it stands
│   └── Several         nothing ran: neither can others of the same command
├── LedgerError         the memory cannot be read or written
│   └── NotStorable     a value does not fit in: others may
└── DeliveryError       one delivery ended without a receipt
    ├── Refused         nothing happened, and asking again will not help
    │   ├── Bounced     one recipient's mail system said so
    │   └── Unconnected no connection can be made at all: a proxy or a certificate of ours
    ├── Unavailable     nothing happened, and asking again may help
    │   ├── Deferred    one recipient's mail system said so
    │   └── Paused      it is we who are refused, whoever the recipient
    └── InDoubt         it may have happened

Messages are for people: one line that names the file and line, or the setting's path,
and says what to do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# what breaks a row of SQLite (half a surrogate pair) or of PostgreSQL (NUL), or steers a terminal
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_WAIT_SECONDS = (
    86_400.0  # seconds: whoever asks for a longer pause is asked again after a day
)


class SyndicateError(Exception):
    """Base of every error a person can do something about."""


class UsageError(SyndicateError):
    """The words of the command contradict each other or the state of things."""


class ConfigError(SyndicateError):
    """The configuration is wrong; the message starts with the setting's path."""


class ArticleError(SyndicateError):
    """An article cannot be published as it stands; the message starts with file and line.

    ``rule`` is the name that ``check`` has for it.
    """

    rule = "refused"

    def __init__(self, message: str, rule: str = "") -> None:
        super().__init__(message)
        self.rule = rule or self.rule


class Several(ArticleError):
    """Errors in several files, one each."""

    def __init__(self, each: tuple[ArticleError, ...]) -> None:
        super().__init__("\n".join(map(str, each)))
        self.each = each


@dataclass
class Flaws:
    """Errors in the files of one command, reported all at once."""

    found: list[ArticleError] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is wrong here, and go on with the next file."""
        try:
            yield
        except ArticleError as error:
            known = set(map(str, self.found))
            self.found += [each for each in each_of(error) if str(each) not in known]

    def end(self) -> None:
        """Raise what was noted: the error itself, or Several."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise Several(tuple(self.found))


def each_of(error: BaseException) -> tuple[ArticleError, ...]:
    """The errors that one error stands for; itself where it stands for no others."""
    if isinstance(error, Several):
        return error.each
    return (error,) if isinstance(error, ArticleError) else ()


class LedgerError(SyndicateError):
    """The ledger cannot be read or written."""


class OldLedger(LedgerError):
    """The ledger is an older copy than what was sent with it: it knows too little to send."""


class NotStorable(LedgerError):
    """The ledger refuses a value, or a change that contradicts another; it is well otherwise."""


class DeliveryError(SyndicateError):
    """A delivery ended without a receipt.

    Its words may be a stranger's: signs that no database keeps, and no terminal shows, are marked.
    """

    def __init__(self, message: str = "", *rest: object) -> None:
        super().__init__(UNWRITABLE.sub("\ufffd", message), *rest)


class Refused(DeliveryError):
    """The destination said no; asking again will not help."""


class Unconnected(Refused):
    """No connection can be made before a setting of this machine is put right."""


class Unavailable(DeliveryError):
    """Not done yet; asking again may help, after ``retry_after`` seconds if it is given.

    Whatever the destination asked for, that is a day at most, and None where it is no time at all.
    """

    _retry_after: float | None = None

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def retry_after(self) -> float | None:
        return self._retry_after

    @retry_after.setter
    def retry_after(self, seconds: float | None) -> None:
        self._retry_after = bounded(seconds)


class Paused(Unavailable):
    """The destination refuses us, not a recipient: nobody is asked until that is put right."""


class InDoubt(DeliveryError):
    """It may have happened; raise this whenever you are not sure that nothing did."""


class Bounced(Refused):
    """One recipient is refused for good; ``code`` is what the server said: ``550 5.1.1``."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Deferred(Unavailable):
    """One recipient is put off, and others are not; ``code`` is what the server said."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def bounded(seconds: float | None) -> float | None:
    """Return the wait that a destination may impose: a day at most; None for what is no time."""
    try:
        wait = float(seconds or 0)
    except OverflowError:  # a whole number with hundreds of digits
        wait = math.inf
    except (TypeError, ValueError):
        return None
    return min(wait, LONGEST_WAIT_SECONDS) if wait > 0 else None  # and NaN is not
