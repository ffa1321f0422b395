"""The log of one command: where its records go, scrubbed before any handler sees them.

Modules write with ``logging.getLogger(__name__)``; nothing else is asked of them. Libraries' own
records (httpx, telegram, sqlalchemy, asyncio) pass the same way.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syndicate.errors import SyndicateError, UsageError
from syndicate.system.scrubbing import without_addresses, without_credentials
from syndicate.system.stop import Stopped

MESSAGE_CHARS = 2_000  # of a message; longer ones are cut
TALK_CHARS = 400  # of a message at DEBUG: what is said to peers is cut earlier
TRACEBACK_CHARS = 40_000
FILE_BYTES = 5_000_000  # of a log file, until it is rotated
KEPT_FILES = 5  # older ones: PATH.1 is the newest
MODE = 0o600
OWN = re.compile(rb"\d{4}-\d\d-\d\dT|\{\"time\"")  # how a log of ours begins
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# the lowest level that is let through of whoever says more than anybody asked for
LIBRARIES = {
    "httpcore": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "markdown_it": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx": logging.NOTSET,
    "telegram": logging.NOTSET,
}


@dataclass(frozen=True, kw_only=True)
class LogOptions:
    """Options of a command that concern its log."""

    verbosity: int = 0  # 1 shows warnings and unexpected exceptions, 2 the talk with peers
    file: Path | None = None
    as_json: bool = False


def is_scrubbed() -> bool:
    """Return whether a log is kept, whose records hold no secret when anybody sees them."""
    return getattr(logging.getLogRecordFactory(), "is_scrubbing", False)


def unexpected(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log an exception that no code expects, with its traceback.

    Nothing of an error that tells people what to do, or that a stop caused: these are reported.
    """
    if not isinstance(error, SyndicateError | Stopped):
        logger.error("%s", what, exc_info=error)


@contextmanager
def writing(options: LogOptions, scrub: Callable[[str], str]) -> Iterator[None]:
    """Log what a command does, as its options ask; UsageError where its file cannot be written."""
    handlers = _handlers(options)
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    levels = {name: logging.getLogger(name).level for name in ("", *LIBRARIES)}
    lowest = min(handler.level for handler in handlers)
    root.setLevel(min(root.level, lowest))  # a test or a host program may listen to more
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    logging.setLogRecordFactory(_scrubbing(factory, scrub))
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        logging.setLogRecordFactory(factory)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _handlers(options: LogOptions) -> list[logging.Handler]:
    """Return the handlers of a command; the null one keeps libraries off stderr."""
    null = logging.NullHandler()
    null.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [null]
    formatter = JsonFormatter() if options.as_json else TextFormatter(dated=False)
    if options.verbosity:
        shown = StandardError()
        shown.setLevel(logging.DEBUG if options.verbosity > 1 else logging.WARNING)
        shown.setFormatter(formatter)
        handlers.append(shown)
    if options.file is not None:
        file = LogFile(options.file)
        file.setLevel(logging.DEBUG if options.verbosity > 1 else logging.INFO)
        file.setFormatter(JsonFormatter() if options.as_json else TextFormatter())
        handlers.append(file)
    return handlers


def cleaned(text: str, scrub: Callable[[str], str]) -> str:
    """Return a text without secrets, known by ``scrub`` or by their look, and whole addresses."""
    return without_addresses(without_credentials(scrub(text)))


def _scrubbing(
    factory: Callable[..., logging.LogRecord], scrub: Callable[[str], str]
) -> Callable[..., logging.LogRecord]:
    """Return a factory whose records hold no secret and no whole mail address."""

    def clean(text: str) -> str:
        return cleaned(text, scrub)

    def make(*args: object, **given: object) -> logging.LogRecord:
        record = factory(*args, **given)
        most = TALK_CHARS if record.levelno <= logging.DEBUG else MESSAGE_CHARS
        record.msg, record.args = _cut(clean(_message(record)), most), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = _cut(clean(_traceback(record.exc_info[1])), TRACEBACK_CHARS)
        record.exc_info = None
        if record.stack_info:
            record.stack_info = _cut(clean(record.stack_info), TRACEBACK_CHARS)
        return record

    make.is_scrubbing = True  # type: ignore[attr-defined]
    return make


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # raised by what was to be logged: its repr, or its format
        return f"{record.msg!r:.200} cannot be logged: {type(error).__name__}"


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error)).rstrip("\n")
    except Exception as broken:  # raised by an exception's own __str__
        return f"{type(error).__name__}, that no log can show: it raises {type(broken).__name__}"


def _cut(text: str, most: int) -> str:
    """Return a text's start and end, with the number of characters left out between them."""
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end]} … ({len(text) - most} characters) … {text[-end:]}"


class TextFormatter(logging.Formatter):
    """A line a record; what follows it (a traceback) is indented, so that nothing can forge one."""

    def __init__(self, *, dated: bool = True) -> None:
        super().__init__()
        self._dated = dated

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record).isoformat(timespec='milliseconds')} " if self._dated else ""
        process = f"[{record.process}]" if self._dated else ""
        message = _printable(record.getMessage()).replace("\n", "\\n")
        lines = [f"{head}{record.levelname} {record.name}{process}: {message}"]
        for extra in filter(None, (record.exc_text, record.stack_info)):
            lines += [f"  {line}" for line in _printable(extra).split("\n")]
        return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """A JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        document = {
            "time": _time(record).astimezone(UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if trace := "\n".join(filter(None, (record.exc_text, record.stack_info))):
            document["traceback"] = trace
        return json.dumps(document)


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC).astimezone()


def _printable(text: str) -> str:
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class StandardError(logging.Handler):
    """Writes to what is stderr at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # a terminal that is closed
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


class LogFile(logging.Handler):
    """Appends to a file that several processes may share, and rotates it when it has grown."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self._has_complained = path, False
        self._file = _opened(path)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            self._follow(len(line))
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:  # a full disk ends no publication
            self._complain(error)

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._file)
        super().close()

    def _follow(self, size: int) -> None:
        """Go on in the file that has the name now; rotate it where it would grow too large."""
        if self._is_moved():
            self._reopen()
        about = os.fstat(self._file)
        if stat.S_ISREG(about.st_mode) and about.st_size and about.st_size + size > FILE_BYTES:
            self._rotate()

    def _is_moved(self) -> bool:
        mine = os.fstat(self._file)
        try:
            named = os.stat(self._path)
        except OSError:
            return True
        return (mine.st_dev, mine.st_ino) != (named.st_dev, named.st_ino)

    def _rotate(self) -> None:
        import fcntl

        fcntl.flock(self._file, fcntl.LOCK_EX)  # another process may be about to do the same
        if not self._is_moved():
            with suppress(PermissionError):  # the file may be ours, and its folder not
                for number in range(KEPT_FILES - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        os.replace(f"{self._path}.{number}", f"{self._path}.{number + 1}")
                os.replace(self._path, f"{self._path}.1")
        self._reopen()

    def _reopen(self) -> None:
        before, self._file = self._file, os.open(self._path, _flags(), MODE)
        os.close(before)

    def _complain(self, error: OSError) -> None:
        if not self._has_complained:
            self._has_complained = True
            with suppress(OSError, ValueError):
                sys.stderr.write(f"warning: {self._path}: the log ends here ({error.strerror})\n")


def _flags() -> int:
    return os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY


def _opened(path: Path) -> int:
    try:
        _refuse_other(path)
        return os.open(path, _flags(), MODE)
    except FileNotFoundError as error:
        folder = path.parent
        raise UsageError(
            f"--log-file {path}: there is no folder {folder} (create it: mkdir -p {folder})"
        ) from error
    except (OSError, ValueError) as error:  # a NUL in its name
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"--log-file {path}: cannot be written: {why}") from error


def _refuse_other(path: Path) -> None:
    """Raise UsageError where something else has the name: an article, or the ledger."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISCHR(mode):
        return
    if not stat.S_ISREG(mode):
        raise UsageError(f"--log-file {path}: is not a file (name a file in that folder)")
    with suppress(PermissionError), path.open("rb") as file:
        start = file.read(32)
        if start and not OWN.match(start):
            raise UsageError(f"--log-file {path}: is not a log file (name a new file)")
