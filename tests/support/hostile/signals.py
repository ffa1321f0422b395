"""Commands that a signal meets in the middle of what they do."""

from __future__ import annotations

import math
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import create_engine, text

from support import imap
from support.newsroom import EVENING, MORNING, Answer, Newsroom, newsroom
from syndicate.loopback import botapi, smtp

GRACE = 5.0
SURE = 4.5  # seconds that what is under way gets at least
MOST = 8.0  # seconds from the signal to the end: six, and what a busy machine needs
AT_ONCE = 4.0  # seconds, on a machine that does much else
REACHED = 60.0
LONG = 300.0

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


@dataclass
class Cell:
    """One command that is stopped while it waits."""

    name: str
    code: int
    states: dict[str, list[str]] = field(default_factory=dict)  # a channel's, in the ledger
    number: signal.Signals = TERM
    at_once: bool = False  # it waits for nothing but the time
    words: str = ""  # what it says of it


@dataclass
class Stand:
    """A newsroom in which a command waits."""

    room: Newsroom
    stack: ExitStack
    folder: Path
    words: tuple[str, ...] = ("publish", "kabar.md")
    at: str = MORNING
    reached: Callable[[], bool] = lambda: False
    pid: int = 0

    def ledger_is_open(self) -> bool:
        """Whether the command has the ledger's file open."""
        files = Path(f"/proc/{self.pid}/fd").iterdir() if self.pid else ()
        with suppress(OSError):
            return any(f"{one.readlink()}" == f"{self.room.ledger}" for one in files)
        return False

    def states(self, channel: str) -> list[str]:
        """A channel's deliveries and letters, as the ledger has them."""
        return states(self.room, channel)


def states(room: Newsroom, channel: str) -> list[str]:
    url = room.ledger_url
    if url.startswith("sqlite"):
        url = f"sqlite:///{room.ledger}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found: list[str] = []
    with engine.connect() as db:
        for table, order in (("deliveries", "t.id"), ("letters", "subscriber_id")):
            rows = db.execute(
                text(
                    f"SELECT t.state FROM {table} t JOIN editions e ON e.id = t.edition_id"
                    " JOIN channels c ON c.id = e.channel_id WHERE c.name = :name"
                    f" ORDER BY {order}"
                ),
                {"name": channel},
            )
            found += [state for (state,) in rows]
    engine.dispose()
    return found


@contextmanager
def silent() -> Iterator[tuple[int, Callable[[], bool]]]:
    """A port that takes everybody and says nothing, and whether somebody came."""
    met: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    met.append(listener.accept()[0])
                except OSError:
                    return

        Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], lambda: bool(met)
        listener.shutdown(socket.SHUT_RDWR)
        for one in met:
            one.close()


def asked(stand: Stand, method: str, times: int = 1) -> Callable[[], bool]:
    api = stand.room.api
    return lambda: sum(one.method == method for one in api.requests) >= times


def telegram(stand: Stand, method: str, *, only: bool = True, **front: Any) -> None:
    """The bot's server is silent at a method."""
    if only:
        stand.room.only("telegram")
    stand.room.write(**front)
    stand.room.api.faults.append(botapi.Slow(on=method, seconds=LONG))
    stand.reached = asked(stand, method)


def a_post(stand: Stand) -> None:
    telegram(stand, "sendMessage", only=False)


def a_command(stand: Stand) -> None:
    """The feed's own command goes on for ever."""
    mark = stand.folder / "begun"
    stand.room.only("feed")
    script = f"import pathlib, time; pathlib.Path({str(mark)!r}).touch(); time.sleep(300)"
    stand.room.change("feed", after=[sys.executable, "-c", script])
    stand.room.write()
    # a rehearsal runs no command
    stand.at = ""
    stand.reached = mark.exists


def a_hub(stand: Stand) -> None:
    port, stand.reached = stand.stack.enter_context(silent())
    stand.room.only("feed")
    stand.room.change("feed", hubs=[f"http://127.0.0.1:{port}/"])
    stand.room.write()


def a_size(stand: Stand) -> None:
    """The site of a picture does not say how large it is."""
    port, stand.reached = stand.stack.enter_context(silent())
    stand.room.only("feed")
    stand.room.change("feed", url=f"http://127.0.0.1:{port}/feed")
    picture = {"file": f"http://127.0.0.1:{port}/foto.png", "alt": "Foto"}
    stand.room.write(associations=[picture])


def mailing(stand: Stand, step: smtp.Step, **settings: object) -> None:
    """A digest that is due, and a relay that is silent at a step."""
    room = stand.room
    room.only("harian")
    room.change("harian", connections=1, **settings)
    room.subscribe("ani@pembaca.example", "budi@pembaca.example", "cici@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(smtp.SmtpFault(at=step, do="wait", seconds=LONG))
    before = room.smtp._reached[step, ""]
    stand.words, stand.at = ("digest",), EVENING
    stand.reached = lambda: room.smtp._reached[step, ""] > before


def reading(stand: Stand, step: imap.Step) -> None:
    """A mailbox that is silent at a step."""
    letter = b"From: ani@pembaca.example\r\nSubject: halo\r\n\r\nHalo.\r\n"
    server = stand.stack.enter_context(imap.LoopbackImap({1: imap.Mail(letter)}))
    server.faults.append(imap.Fault(at=step, do="wait", seconds=LONG))
    stand.room.only("harian")
    stand.room.change("harian", inbox=f"imap://desk:secret@127.0.0.1:{server.port}/INBOX")
    stand.words = ("tick",)
    stand.reached = lambda: server._reached[step] > 0


def checking(stand: Stand) -> None:
    telegram(stand, "getMe", only=False)
    stand.words = ("channels", "check")


Scene = Callable[[Stand], None]


@dataclass
class Stopped:
    """How a cell ended."""

    cell: Cell
    stand: Stand
    answer: Answer
    seconds: float  # from the signal

    def flaws(self) -> Iterator[str]:
        cell, answer = self.cell, self.answer
        if answer.code != cell.code:
            yield f"exit {answer.code}, not {cell.code}: {answer.said}"
        least, most = (0.0, AT_ONCE) if cell.at_once else (SURE, MOST)
        if cell.code == 1:
            least = 0.0  # it looked at something, and nothing was begun
        if not least <= self.seconds <= most:
            yield f"{self.seconds:.1f} s after the signal"
        if "Traceback" in answer.said or "unexpected:" in answer.said:
            yield answer.said
        for channel, expected in cell.states.items():
            found = self.stand.states(channel)
            if found != expected:
                yield f"{channel}: {found}, not {expected}"


def stopped(
    cells: list[tuple[Cell, Scene]], folder: Path, change: Scene = lambda _: None, *,
    again: bool = False,
) -> Iterator[Stopped]:  # fmt: skip
    """Run all of them side by side, stop each one when it waits, and see how it ends.

    ``again``: it is told so twice.
    """
    with ExitStack() as stack:
        stands = []
        for number, (_, scene) in enumerate(cells):
            home = folder / f"{number}"
            home.mkdir()
            room = stack.enter_context(newsroom(home / "kantor"))
            stand = Stand(room, stack, home)
            change(stand)
            scene(stand)
            stands.append(stand)
        children = [one.room.start(*one.words, at=one.at) for one in stands]
        for stand, child in zip(stands, children, strict=True):
            stand.pid = child.pid
        ends: dict[int, tuple[float, float]] = {}
        told: dict[int, float] = {}
        until = time.monotonic() + REACHED
        while len(ends) < len(cells):
            assert time.monotonic() < until, [
                cell.name for n, (cell, _) in enumerate(cells) if n not in ends
            ]
            for number, child in enumerate(children):
                if number in ends:
                    continue
                if child.process.exitcode is not None:
                    assert number in told, (cells[number][0].name, child.answer())
                    ends[number] = told.get(number, 0), time.monotonic()
                elif number not in told and stands[number].reached():
                    told[number] = time.monotonic()
                elif child.signals <= again and time.monotonic() > told.get(number, math.inf) + 0.3:
                    child.send(cells[number][0].number)
                    told[number] = time.monotonic()
            time.sleep(0.02)
        for number, (cell, _) in enumerate(cells):
            began, ended = ends[number]
            yield Stopped(cell, stands[number], children[number].answer(), ended - began)


def check(found: Iterator[Stopped]) -> None:
    flaws = {one.cell.name: list(one.flaws()) for one in found}
    lines = [f"{name}: {flaw}" for name, each in flaws.items() for flaw in each]
    assert not lines, "\n\n".join(lines)
