"""Cache of answers: a command that found nothing to do gives its last one, if all is the same.

Only the standard library is imported here, and little of it: this runs before anything else does.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

TYPE_CHECKING = False  # to import typing would take longer than all of this
CACHED_COMMAND = "publish"
RECORD_FORMAT = 1  # of a record; one of another format is not read
MOST_RECORDS = 16
MOST_COMPARED_BYTES = 200_000_000  # of all files that are compared; with more, nothing is kept
LARGEST_RECORD = 16_000_000  # bytes
RECENT_NS = 1_000_000_000  # what changed so shortly before may change again within a clock's tick
# what shells and systemd count or name anew for each command, and no program goes by
VOLATILE = frozenset(
    ("_", "SHLVL", "OLDPWD", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID")
)
FILES, TREES, FOLDERS, STATES, ABSENT, PROGRAM = (
    "files", "trees", "folders", "states", "absent", "program",
)  # fmt: skip
ComparedPaths = Mapping[str, Sequence[str]]  # paths, by what is compared of them

if TYPE_CHECKING:
    from typing import TypedDict

    class Record(TypedDict):
        """An answer, and what it depends on."""

        format: int
        around: str
        paths: ComparedPaths
        fingerprint: str
        since: float  # seconds since 1970
        until: float
        out: str


class Changing(Exception):
    """Something is missing, changes just now, or cannot be compared."""


def answer_again(words: Sequence[str]) -> bool:
    """Give a command's last answer again; False, and nothing is written, where it may differ."""
    if CACHED_COMMAND not in words or not _is_plain():
        return False
    try:
        text = _answer(words)
        return bool(text) and _write(text)
    except (Changing, OSError, ValueError, LookupError, TypeError):
        return False  # the command itself says what is wrong


def store(
    words: Sequence[str], paths: ComparedPaths, *, began: float, until: float, out: str
) -> None:
    """Store a command's answer; nothing is stored where anything has changed since it ``began``.

    Times are seconds since 1970; ``paths`` names all that the answer depends on.
    """
    if not _is_plain():
        return
    paths = {**paths, PROGRAM: sorted(_program())}
    try:
        record: Record = {
            "format": RECORD_FORMAT,
            "around": _surroundings(),
            "paths": paths,
            "fingerprint": fingerprint(paths, before_ns=int(began * 1e9) - RECENT_NS),
            "since": began,
            "until": until,
            "out": out,
        }
        _put(_place(words), json.dumps(record))
    except (Changing, OSError, ValueError, LookupError):  # there may be no $HOME
        return  # nothing depends on it


def fingerprint(paths: ComparedPaths, before_ns: int | None = None) -> str:
    """Return the fingerprint of what lies at these paths; Changing where that is not clear.

    ``before_ns``: nor may anything that is compared by its bytes have changed, come or gone since.
    """
    seen = _Seen(before_ns)
    for path in paths[FILES]:
        seen.file(path)
    for path in paths[TREES]:
        seen.tree(path)
    for path in paths[STATES]:
        state = seen.look(path)
        seen.note(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    for path in paths[FOLDERS]:
        seen.owner(path, os.stat(path))
    for path in paths[PROGRAM]:
        state = os.stat(path)  # as Python knows a compiled module
        seen.note(path, state.st_mtime_ns, state.st_size)
    for path in paths[ABSENT]:
        if os.path.lexists(path):
            raise Changing(path)
    return seen.hash.hexdigest()


class _Seen:
    """One hash of everything that is looked at."""

    def __init__(self, before_ns: int | None) -> None:
        self.hash = sha256()
        self.before_ns = before_ns
        self.bytes = 0

    def note(self, *values: object) -> None:
        self.hash.update(repr(values).encode("utf-8", "surrogateescape"))

    def owner(self, path: str, state: os.stat_result) -> None:
        self.note(path, state.st_dev, state.st_ino, state.st_mode, state.st_uid, state.st_gid)

    def look(self, path: str) -> os.stat_result:
        """Note which file lies here; Changing where it has just been written."""
        state = os.stat(path)
        if not stat.S_ISREG(state.st_mode) or self._is_recent(state):
            raise Changing(path)
        self.owner(path, state)
        return state

    def file(self, path: str) -> None:
        self.bytes += self.look(path).st_size
        if self.bytes > MOST_COMPARED_BYTES:
            raise Changing(path)
        with open(path, "rb") as file:
            content = file.read()
        self.note(len(content))
        self.hash.update(content)

    def tree(self, path: str) -> None:
        """Note all that lies in a folder; what is no file and no folder cannot be compared.

        Changing where a name in it, or a link that leads to it, has just come or gone.
        """
        state = os.stat(path)
        if self._is_recent(state) or self._is_recent(os.lstat(path)):
            raise Changing(path)
        self.owner(path, state)
        with os.scandir(path) as found:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
        self.note(entries)
        for name, is_folder in entries:
            inner = os.path.join(path, name)
            if os.path.islink(inner):
                raise Changing(inner)
            (self.tree if is_folder else self.file)(inner)

    def _is_recent(self, state: os.stat_result) -> bool:
        return self.before_ns is not None and state.st_ctime_ns >= self.before_ns


def _answer(words: Sequence[str]) -> str:
    """Return what stands in the record of these words; "" where it does not hold any more."""
    record = _read(_place(words))
    if record["format"] != RECORD_FORMAT or not record["since"] <= time.time() < record["until"]:
        return ""
    if record["around"] != _surroundings():
        return ""
    return str(record["out"]) if record["fingerprint"] == fingerprint(record["paths"]) else ""


def _is_plain() -> bool:
    """Return True for the process's own streams, and real time."""
    own = sys.stdout is sys.__stdout__ and sys.stderr is sys.__stderr__ and sys.stdout is not None
    return own and "SYNDICATE_NOW" not in os.environ


def _surroundings() -> str:
    """Return the fingerprint of what a process is given, but for its words."""
    around = sorted((k, v) for k, v in os.environ.items() if k not in VOLATILE)
    tty = [_size(stream) for stream in (0, 1, 2)]
    who = (os.geteuid(), os.getegid(), os.uname().nodename, os.getcwd())
    python = (sys.executable, sys.version, sys.path, sys.stdout.encoding)
    return sha256(repr((around, tty, who, python)).encode("utf-8", "surrogateescape")).hexdigest()


def _size(stream: int) -> tuple[int, int] | None:
    """Return the size of a stream's terminal; None where it is none."""
    if not os.isatty(stream):
        return None
    columns, lines = os.get_terminal_size(stream)
    return columns, lines


def _program() -> Iterator[str]:
    """Yield the files of all modules that ran, and the folders where others would be found."""
    for module in list(sys.modules.values()):
        if (file := getattr(module, "__file__", None)) and os.path.isabs(file):
            yield file
    yield from (path for path in sys.path if os.path.isdir(path))


def _place(words: Sequence[str]) -> str:
    """Return the path of the record of a command, by its words and its folder."""
    name = sha256("\0".join((os.getcwd(), *words)).encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(_folder(), f"{name[:32]}.json")


def _folder() -> str:
    """Return the folder of the records, in the user's own cache (XDG Base Directory)."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    if not os.path.isabs(home):
        raise Changing(home)
    return os.path.join(home, "syndicate")


def _read(path: str) -> Record:
    """Return a record that nobody else can have written."""
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(number, "rb") as file:
        for state in (os.fstat(number), os.stat(os.path.dirname(path))):
            if state.st_uid != os.geteuid() or state.st_mode & 0o022:
                raise Changing(path)
        found: Record = json.loads(file.read(LARGEST_RECORD))
    return found


def _put(path: str, text: str) -> None:
    """Write a record whole or not at all, readable for its owner alone; the oldest ones go."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(number, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(part, path)
    kept = [os.path.join(folder, name) for name in os.listdir(folder)]
    for old in sorted(kept, key=os.path.getmtime)[:-MOST_RECORDS]:
        os.unlink(old)


def _write(text: str) -> bool:
    """Write to stdout; False where nothing could be written."""
    whole = memoryview(text.encode(sys.stdout.encoding, "backslashreplace"))
    left, stdout = whole, sys.stdout.fileno()
    try:
        sys.stdout.flush()
        while left:
            try:
                left = left[os.write(stdout, left) :]
            except BlockingIOError:
                _wait_for_reader(stdout)
    except OSError:
        if len(left) < len(whole):
            sys.exit(1)  # the command itself would begin its answer once more
        return False
    return True


def _wait_for_reader(stream: int) -> None:
    from select import select

    select([], [stream], [])
