"""Marks of what was sent, in the ledger and in a file beside it, that reveal an older copy.

The ledger keeps every mark, the file beside it the newest one. A mark is committed before it goes
into the file, and both are done before anything is sent: whatever dies in between, the ledger knows
what stands in the file, unless it is older than what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from time import monotonic

from sqlalchemy import Connection, Engine, and_, func, insert, select, text, true, update

from syndicate.errors import OldLedger
from syndicate.ledger.database.engine import now, stamp, transaction
from syndicate.ledger.schema import generations, ledger
from syndicate.system.disk import contents, replacing

ENDING = ".generation"  # of the file's name, after the ledger's or the configuration's
LARGEST = 4096  # bytes of such a file
MARK_LINE = re.compile(r"^(\d{1,18}) ([0-9a-f]{32})$", re.MULTILINE)
TEXT = (
    "# What was sent last with the ledger beside this file: leave it here, and put no copy of it"
    " back.\n"
)
KEEP_UP = 1.0  # seconds after which what goes on for long is marked again
ROOM = 1_000_000  # between what was sent with a lost ledger, on any machine, and what comes after
WHAT_TO_DO = (
    "nothing is sent: restore the newest backup if this is not it, then run `syndicate"
    " ledger restored`"
)

DISOWNED = text("INSERT INTO disowned (uri, at) VALUES (:uri, :at) ON CONFLICT (uri) DO NOTHING")


@dataclass(frozen=True, slots=True)
class Mark:
    """Mark of one time that something was sent; nobody can guess its name."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Harmed:
    """An unreadable file in the place of the newest mark."""

    why: str
    is_file: bool = False  # it was one of ours, then


class Generations:
    """Marks of one ledger, and the newest one in a file beside it."""

    def __init__(
        self, engine: Engine, file: Path | None, notify: Callable[[str], None] = lambda _: None
    ) -> None:
        self.engine = engine
        self.file = file
        self.notify = notify  # that the file cannot be written, once
        self._marked_at: float | None = None

    def advance(self) -> None:
        """Mark that something is about to be sent; OldLedger where the ledger is an older one."""
        with transaction(self.engine) as db:
            if why := self.older(db, self.seen()):
                raise OldLedger(why)
            made = self._next(db)
        self._marked_at = monotonic()
        self._write(made)

    def advance_once(self) -> None:
        """Mark it at most once in a process, for what it does by the hundred."""
        if self._marked_at is None:
            self.advance()

    def keep_up(self) -> None:
        """Mark it every now and then, for what sends ten thousand times a second."""
        if self._marked_at is None or monotonic() - self._marked_at >= KEEP_UP:
            self.advance()

    def note_leaving(self) -> None:
        """Mark once that people leave: a copy from before would write to them again.

        An older ledger is no reason to let nobody leave.
        """
        if self._marked_at is not None:
            return
        with transaction(self.engine) as db:
            made = None if self.older(db, self.seen()) else self._next(db)
        if made:
            self._marked_at = monotonic()
            self._write(made)

    def seen(self) -> Mark | Harmed | None:
        """Return the mark beside the ledger; read it first, as others write the ledger before."""
        return look(self.file)

    def harm(self) -> str:
        """Return a warning about an unreadable mark file; "" where it is sound or missing."""
        found = self.seen()
        if not isinstance(found, Harmed):
            return ""
        return (
            f"{self.file}: {found.why}: an older copy of the ledger would not be recognised (if"
            " this ledger is the newest, delete that; if it is a copy, `syndicate ledger restored`)"
        )

    def older(self, db: Connection, seen: Mark | Harmed | None) -> str:
        """Return what shows that this ledger is older than what was sent; "" where nothing does."""
        why = db.scalar(select(ledger.c.doubted)) or ""
        if not why and isinstance(seen, Mark) and not _knows(db, seen):
            why = f"{self.file} shows that something was sent later"
        if not why and isinstance(seen, Harmed) and seen.is_file and not _has_sent(db):
            why = f"{self.file} is damaged, and this ledger has never sent anything"
        return older_because(why) if why else ""

    def doubt(self, why: str) -> None:
        """Keep what else shows it, for every command to come."""
        with transaction(self.engine) as db:
            db.execute(update(ledger).values(doubted=why))

    def disown(self, uris: Iterable[str]) -> None:
        """Accept these articles as not this ledger's, at a person's word."""
        with transaction(self.engine) as db:
            _disown(db, uris)

    def begin_anew(self, uris: Iterable[str]) -> None:
        """Go on from here at a person's word. ``uris`` stand in a feed and are not ours."""
        seen = read(self.file)  # and where it is harmed, it is written anew
        with transaction(self.engine) as db:
            db.execute(update(ledger).values(doubted=""))
            _disown(db, uris)
            made = self._next(db, after=seen.number if seen else 0)
        self._write(made, anew=True)

    def mark(self, db: Connection) -> None:
        """Make one more mark: copies from before are older. It is not in the file yet."""
        self._next(db)

    def follow(self) -> None:
        """Put the newest mark into the file, whatever lies there: a person has said what counts."""
        with transaction(self.engine, reads=True) as db:
            newest = select(generations).order_by(generations.c.number.desc()).limit(1)
            row = db.execute(newest).first()
        if row is not None:
            self._write(Mark(row.number, row.mark), anew=True)

    def _next(self, db: Connection, after: int | None = None) -> Mark:
        """Make one more mark; ``after`` that of a lost ledger, and all that it may have made."""
        newest = int(db.scalar(select(func.max(generations.c.number))) or 0)
        number = newest + 1 if after is None else max(newest, after) + ROOM
        made = Mark(number, token_hex(16))
        row = {"mark": made.name, "number": number, "at": now(db), "anew": after is not None}
        db.execute(insert(generations).values(**row))
        return made

    def _write(self, mark: Mark, *, anew: bool = False) -> None:
        """Write it down; only a person's word puts it in the place of what tells nothing."""
        if self.file is None or (isinstance(self.seen(), Harmed) and not anew):
            return
        try:
            write(self.file, mark)
        except OSError as error:
            self.notify(
                f"{self.file}: cannot be written ({error.strerror}): an older copy of the ledger"
                " would not be recognised (give this user the right to)"
            )


def older_because(why: str) -> str:
    """Return the message about an older ledger."""
    return f"ledger.url: this ledger is older than what was sent: {why}: {WHAT_TO_DO}"


def beside(path: Path) -> Path:
    """Return the mark's file beside a ledger, or beside the configuration.

    Its name begins with a dot, so that ``rm syndicate.db*``, before a copy is put back, spares it.
    """
    return path.with_name(f".{path.name}{ENDING}")


def read(file: Path | None) -> Mark | None:
    """Return the mark in a file; None where there is none, or nothing that can be read."""
    found = look(file)
    return found if isinstance(found, Mark) else None


def look(file: Path | None) -> Mark | Harmed | None:
    """Return the mark in a file, or what there is instead of one; None where there is nothing."""
    if file is None:
        return None
    try:
        content = contents(file, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Harmed(f"{error.strerror}")
    found = MARK_LINE.search(content.decode("ascii", errors="replace"))
    return Mark(int(found[1]), found[2]) if found else Harmed("it holds no mark", is_file=True)


def write(file: Path, mark: Mark) -> None:
    """Put a mark into a file that nobody else can read, all of it or nothing."""
    with replacing(file) as target:
        target.write(f"{TEXT}{mark.number} {mark.name}\n".encode("ascii"))


def _has_sent(db: Connection) -> bool:
    """Return whether a ledger has ever made a mark."""
    return db.scalar(select(generations.c.mark).limit(1)) is not None


def _disown(db: Connection, uris: Iterable[str]) -> None:
    rows = [{"uri": uri, "at": stamp(db, now(db))} for uri in sorted(set(uris))]
    if rows:
        db.execute(DISOWNED, rows)


def _knows(db: Connection, seen: Mark) -> bool:
    """Return whether a ledger has made a mark, or a person has accepted the loss of newer ones."""
    g = generations.c
    if db.scalar(select(g.number).where(g.mark == seen.name)) == seen.number:
        return True
    anew = and_(g.anew == true(), g.number > seen.number)
    return db.scalar(select(g.mark).where(anew).limit(1)) is not None
