"""The ledger as it is open: its parts, one for each question, and its turns at the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, Engine, insert, select

from syndicate.errors import LedgerError
from syndicate.ledger import migrations, restoring
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.catalogue.channels import Channels, KnownChannel
from syndicate.ledger.catalogue.folders import ChannelFolders
from syndicate.ledger.database.backups import backup, remember
from syndicate.ledger.database.clock import Clock
from syndicate.ledger.database.engine import damage, now, transaction, watch
from syndicate.ledger.database.generations import Generations
from syndicate.ledger.destinations import Destinations
from syndicate.ledger.people.approval_letters import ApprovalLetters
from syndicate.ledger.people.followers import Followers
from syndicate.ledger.people.goodbyes import Goodbyes
from syndicate.ledger.people.lists import Lists
from syndicate.ledger.people.partners import Partners
from syndicate.ledger.people.privacy import Privacy
from syndicate.ledger.people.read_letters import ReadLetters
from syndicate.ledger.people.replies import Replies
from syndicate.ledger.people.strangers import Strangers
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.moves import Moves
from syndicate.ledger.reports.ticks import Ticks
from syndicate.ledger.schema import blocks, deliveries, ledger, secrets
from syndicate.ledger.sending.canaries import Canaries
from syndicate.ledger.sending.doubts import Doubts
from syndicate.ledger.sending.letters import Letters
from syndicate.ledger.sending.matters import Matters
from syndicate.ledger.sending.pace import Pace
from syndicate.ledger.sending.queue import Queue
from syndicate.ledger.sending.resolutions import Resolutions
from syndicate.ledger.sending.runs import Runs
from syndicate.system import stop


class Ledger:
    """One ledger, open. Every method of its parts is one transaction."""

    def __init__(
        self, engine: Engine, *, created: datetime, restored: datetime | None, tokens: Tokens,
        generations: Generations, clock: Clock, rehearsal: bool, mended: list[Path] | None = None,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.clock = clock
        self.generations = generations
        self.rehearsal = rehearsal  # made by a clock that was set: what it sends reaches nobody
        self.created = created
        self.restored_at = restored
        self.mended = mended or []  # its own files and copies, which others could read until now
        self.processes = Processes(engine)
        self.queue = Queue(engine, self.processes)
        self.runs = Runs(engine, self.queue.clock)
        self.letters = Letters(engine, tokens, self.processes, self.runs, self.queue.clock, clock)
        self.doubts = Doubts(engine, self.queue)
        self.resolutions = Resolutions(engine, self.queue, self.doubts)
        self.pace = Pace(engine, self.queue.clock)
        self.destinations = Destinations(engine)
        self.folders = ChannelFolders(engine)
        self.lists = Lists(engine, tokens)
        self.privacy = Privacy(engine, tokens)
        self.replies = Replies(engine, tokens, self.processes)
        self.strangers = Strangers(engine, tokens)
        self.goodbyes = Goodbyes(engine, tokens, self.processes)
        self.followers = Followers(engine, tokens, self.processes)
        self.partners = Partners(engine, self.processes)
        self.approval_letters = ApprovalLetters(engine, self.processes)
        self.read_letters = ReadLetters(engine, tokens)
        self.moves = Moves(engine, self.processes)
        self.canaries = Canaries(engine)
        self.matters = Matters(engine, self.processes, self.queue.clock)
        self.ticks = Ticks(engine, self.processes.holder.name)

    def look(self) -> None:
        """Raise LedgerError where the file of this ledger is missing, another one, or damaged."""
        watch(self.engine, well=True)

    def damage(self) -> str:
        """Return what is wrong with its pages; "" where nothing is."""
        return damage(self.engine)

    def close(self) -> None:
        """Let go of every claim's proof of life and of the database."""
        self.processes.close()
        self.engine.dispose()

    def office_clock(
        self, given: Callable[[], datetime] | None, *, rehearsed: bool
    ) -> Callable[[], datetime]:
        """Return the office's clock: the database's, as a rehearsal on it was shifted.

        Whoever has given one of their own, or rehearses on this machine alone, goes by that.
        """
        if given is None:
            return self.clock
        if not rehearsed or self.engine.dialect.name == "sqlite":
            return given
        return lambda: self.clock() + self.clock.shift

    @property
    def is_kept(self) -> bool:
        """Return whether the ledger outlives the command."""
        return self.engine.url.database != ":memory:"

    @contextmanager
    def planning(self, *, dry: bool = False) -> Iterator[Catalogue]:
        """Read the catalogue and write plans, one planner at a time; ``dry`` leaves no trace."""
        try:
            with transaction(self.engine, begins=True) as db:
                if db.dialect.name != "sqlite":  # there BEGIN IMMEDIATE is the lock
                    with stop.idle():
                        locked = db.execute(
                            select(ledger.c.version).with_for_update(key_share=True)
                        )
                    self.clock.follow(db)  # later than all that was planned before
                else:
                    locked = db.execute(select(ledger.c.version))
                migrations.refuse_another(locked.scalar_one())
                if not dry:
                    moves.refuse_new(db, self.processes)
                yield Catalogue(db)
                if dry:
                    raise _RolledBack
        except _RolledBack:
            pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read from one consistent snapshot, for reports."""
        with transaction(self.engine, reads=True) as db:
            yield db

    def known_channels(self) -> dict[str, KnownChannel]:
        """Return every channel the ledger has seen, by name."""
        with self.reading() as db:
            return {channel.name: channel for channel in Channels(db).all()}

    def backup(self, to: Path) -> None:
        """Copy an SQLite ledger while it is in use; LedgerError on PostgreSQL."""
        if self.engine.dialect.name != "sqlite":
            raise LedgerError("ledger.url: PostgreSQL has its own backups (pg_dump)")
        remember(self.engine, to)  # first: a copy that nobody remembers is never cleaned
        backup(self.engine, to)
        if self._is_sending():  # which the copy does not know of
            self.generations.advance()

    def doubt_since_backup(self, since: datetime, *, letters_sent: bool) -> int:
        """Put in doubt what may have been sent since the backup was made; returns how many posts.

        Of letters a person knows: those that were waiting then have left, or still wait.
        """
        with transaction(self.engine) as db:
            return restoring.doubt_since(db, since, letters_sent=letters_sent)

    def renew_key(self) -> None:
        """Make tokens with a new key from the next opening on; older ones stay valid."""
        with transaction(self.engine) as db:
            db.execute(insert(secrets).values(secret=token_hex(32), since=now(db)))

    def _is_sending(self) -> bool:
        with self.reading() as db:
            under_way = deliveries.c.state.in_(("claimed", "sending"))
            queries = (select(blocks.c.id), select(deliveries.c.id).where(under_way))
            return any(db.scalar(query.limit(1)) is not None for query in queries)


class _RolledBack(Exception):
    """Rolls a dry run back."""
