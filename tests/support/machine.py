"""Machines that share one ledger on PostgreSQL: each with its own host, clock and folder."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from uuid import uuid4

import time_machine
from sqlalchemy import Engine, create_engine, text

from support.forks import WarmProcess
from support.newsroom import CHAT, REAL, TEST_CHAT, TOKEN, Answer, Child, Newsroom
from support.released_ledger import know_one_more_step
from syndicate.cli import main
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer

PATIENCE = 60.0  # seconds
AUDIT = -1003  # a chat of the office alone
NO_TIME = timedelta()

# The server's clock cannot be set, but what asks for it finds these first
TURNED = """
CREATE SCHEMA turned;
CREATE TABLE turned.clock (shift interval NOT NULL);
INSERT INTO turned.clock VALUES ('0');
CREATE FUNCTION turned.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + shift FROM turned.clock';
CREATE FUNCTION turned.now() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.now() + shift FROM turned.clock';
GRANT USAGE ON SCHEMA turned TO PUBLIC;
GRANT SELECT ON turned.clock TO PUBLIC;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, turned, pg_catalog',
                   current_database());
END $$;
"""


@dataclass
class Site:
    """What machines share: a database with a clock of its own, a bot, a relay, a feed's folder."""

    folder: Path
    url: str
    api: BotApi
    smtp: SmtpServer
    shift: timedelta = NO_TIME  # of the database's clock; machines' clocks go by it
    machines: list[Machine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.onlooker: Engine = create_engine(self.url)
        with self.onlooker.begin() as db:
            db.execute(text(TURNED))
        self.onlooker.dispose()  # the path of this connection is the old one

    def machine(self, name: str, offset: timedelta = NO_TIME) -> Machine:
        """Another machine, whose clock is off by this much; all have the same configuration."""
        (self.folder / name).mkdir()
        made = Machine(
            self.folder / name, self.api, self.smtp, ledger_url=self.url, site=self, name=name,
            offset=offset,
        )  # fmt: skip
        self.machines.append(made)
        return made

    def turn_to(self, moment: str) -> None:
        """Set the database's clock, and every machine's with it, each as far off as it is."""
        self.shift = datetime.fromisoformat(moment) - datetime.now(UTC)
        with self.onlooker.begin() as db:
            db.execute(text("UPDATE turned.clock SET shift = :shift"), {"shift": self.shift})

    @property
    def now(self) -> datetime:
        """What the database's clock shows."""
        return datetime.now(UTC) + self.shift

    def close(self) -> None:
        """End every process that is left."""
        for machine in self.machines:
            for child in machine.children:
                child.process.kill()
                child.process.join()
        self.onlooker.dispose()


@dataclass(frozen=True, slots=True)
class Point:
    """Where a machine stands still: ``Point("syndicate.ledger.catalogue.windows:Windows.close")``.

    A function that another module took by its name is named as that module's:
    ``Point("syndicate.operations.digest:close_due")``.
    """

    name: str
    after: bool = False  # once it has returned, and not before it is called
    call: int = 1  # of its calls, which


@dataclass
class Running(Child):
    """A command of a machine, which may stand still at a point."""

    still: Path = Path()  # exists once it does

    def wait_until_still(self) -> None:
        """Wait until it stands where it was to stop."""
        until = time.monotonic() + PATIENCE
        while not self.still.exists():
            assert self.process.is_alive(), f"it never came there: {self.answer().said}"
            assert time.monotonic() < until, "it never came there"
            time.sleep(0.005)

    def freeze(self) -> None:
        """Cut it off wherever it is: it is alive, and nobody hears of it."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.join()


@dataclass
class Machine(Newsroom):
    """One of several machines; its commands are processes, at the time that its clock shows."""

    site: Site = field(kw_only=True)
    name: str = "satu"
    offset: timedelta = NO_TIME  # of its clock, from the database's
    is_newer: bool = False  # its program, by one step of the ledger's
    children: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.channels["feed"]["directory"] = str(self.site.folder / "public" / "feed")
        self.environment["HOME"] = str(self.folder)
        self.configure()

    def run(self, *words: str, at: str = REAL, env: Mapping[str, str] | None = None) -> Answer:
        """Run a command; with ``at`` it is a rehearsal."""
        return self.start(*words, at=at, env=env).answer()

    def start(
        self, *words: str, at: str = REAL, env: Mapping[str, str] | None = None,
        largest_file: int = 0, stops: Point | None = None,
    ) -> Running:  # fmt: skip
        """Run a command without waiting for its end; it stands still where it ``stops``."""
        assert not largest_file, "a machine has its whole disk"
        logs = self.site.folder / "logs"
        logs.mkdir(exist_ok=True)
        out, err, still = (logs / f"{uuid4().hex}.{end}" for end in ("out", "err", "still"))
        shift = self.site.shift + self.offset
        given = (words, str(self.folder), self.environ(at, env), [str(out), str(err)],
                 self.name, shift, stops, str(still), self.is_newer)  # fmt: skip
        process = WarmProcess(target=be_a_machine, args=given)
        process.start()
        self.children.append(Running(process, [out, err], still=still))
        return self.children[-1]

    def publish(self, *words: str, at: str = REAL) -> Answer:
        return super().publish(*words, at=at)

    def subscribe(self, *addresses: str, to: str = "harian", at: str = REAL) -> None:
        super().subscribe(*addresses, to=to, at=at)

    # what all of them remember

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.site.onlooker.connect() as db:
            return [tuple(row) for row in db.execute(text(query))]

    def change_ledger(self, statement: str) -> None:
        with self.site.onlooker.begin() as db:
            db.execute(text(statement))

    def let_pauses_end(self) -> None:
        for table in ("deliveries", "letters", "runs"):
            self.change_ledger(f"UPDATE {table} SET not_before = NULL")
        self.change_ledger("UPDATE channels SET next_at = NULL")

    @property
    def feed(self) -> Path:
        return self.site.folder / "public" / "feed"


@contextmanager
def site(folder: Path, url: str) -> Iterator[Site]:
    """Several machines' one database and destinations, for one test."""
    chats = {CHAT: -1001, TEST_CHAT: -1002, "@pindah": AUDIT}
    with ExitStack() as stack:
        api = stack.enter_context(BotApi(chats=chats, tokens=[TOKEN]))
        made = Site(folder, url, api, stack.enter_context(SmtpServer()))
        stack.callback(made.close)
        yield made


def be_a_machine(
    words: tuple[str, ...], folder: str, environ: dict[str, str], streams: list[str],
    host: str, shift: timedelta, stops: Point | None, still: str, is_newer: bool,
) -> None:  # fmt: skip
    """What a forked process does: become ``syndicate`` on a machine of this name and time."""
    for number, name in enumerate(streams, 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["syndicate", *words]
    socket.gethostname = lambda: host
    time_machine.travel(datetime.now(UTC) + shift, tick=True).start()
    if is_newer:
        know_one_more_step()
    if stops:
        stand_still(stops, still)
    main()


def stand_still(point: Point, sign: str) -> None:
    """Stop this process when it comes to a point, and leave a sign of it."""
    module, _, path = point.name.partition(":")
    *way, name = path.split(".")
    owner = resolve_name(f"{module}:{'.'.join(way)}") if way else resolve_name(module)
    real, calls = getattr(owner, name), 0

    def stop() -> None:
        Path(sign).touch()
        os.kill(os.getpid(), signal.SIGSTOP)

    @wraps(real)
    def stopping(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        is_here = calls == point.call
        if is_here and not point.after:
            stop()
        given = real(*args, **kwargs)
        if is_here and point.after:
            stop()
        return given

    setattr(owner, name, stopping)
