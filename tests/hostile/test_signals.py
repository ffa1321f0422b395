"""A person or a machine ends a command: nothing new begins, and nobody waits longer than 5 s.

Every cell is a real process that waits for another machine which says nothing. All of them wait
side by side, since each takes its five seconds.
"""

from __future__ import annotations

import math
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import create_engine, text

from support import imap, postgres
from support.newsroom import EVENING, MORNING, PROGRAM, Answer, Newsroom, newsroom, parsed
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


def a_photo(stand: Stand) -> None:
    (stand.room.folder / "foto.png").write_bytes(PICTURE)
    telegram(stand, "sendPhoto", associations=[{"file": "foto.png", "alt": "Foto"}])
    stand.room.change("telegram", preview="photo")


def opening(stand: Stand) -> None:
    telegram(stand, "getChat")


def a_correction(stand: Stand) -> None:
    stand.room.only("telegram")
    stand.room.write()
    stand.room.publish()
    stand.room.rewrite("Isi kabar.", "Isi lain.")
    stand.room.api.faults.append(botapi.Slow(on="editMessageText", seconds=LONG))
    stand.words = ("publish", "kabar.md", "--note", "Isinya keliru.")
    stand.reached = asked(stand, "editMessageText")


def a_withdrawal(stand: Stand) -> None:
    a_correction(stand)
    stand.words = ("withdraw", "kabar.md", "--reason", "Keliru.", "--yes")


def a_test(stand: Stand) -> None:
    stand.room.change("telegram", test_chat="@kabar_uji")
    telegram(stand, "sendMessage")
    stand.words = ("publish", "kabar.md", "--test")


def a_resolve(stand: Stand) -> None:
    stand.room.only("telegram")
    stand.room.write()
    stand.room.api.faults.append(botapi.LostReply(on="sendMessage"))
    doubt = stand.room.run("publish", "kabar.md")
    assert doubt.code == 4
    found = re.search(r"syndicate (resolve \d+)", doubt.out)
    assert found
    stand.room.api.faults.append(botapi.Slow(on="sendMessage", seconds=LONG))
    stand.words = (*found[1].split(), "--not-sent")
    stand.reached = asked(stand, "sendMessage", 2)


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


def a_proof(stand: Stand) -> None:
    mailing(stand, "dot")
    stand.words = ("digest", "--to", "saya@kantor.example")


def a_pause(stand: Stand) -> None:
    """The relay has taken a letter and now puts us off for a while."""
    mailing(stand, "sent")
    stand.room.smtp.faults[:] = [
        smtp.SmtpFault(at="mail", do="defer", nth=2, text="4.7.0 try again later"),
    ]
    stand.reached = lambda: bool(stand.room.smtp.letters)


def reading(stand: Stand, step: imap.Step) -> None:
    """A mailbox that is silent at a step."""
    letter = b"From: ani@pembaca.example\r\nSubject: halo\r\n\r\nHalo.\r\n"
    server = stand.stack.enter_context(imap.LoopbackImap({1: imap.Mail(letter)}))
    server.faults.append(imap.Fault(at=step, do="wait", seconds=LONG))
    stand.room.only("harian")
    stand.room.change("harian", inbox=f"imap://desk:secret@127.0.0.1:{server.port}/INBOX")
    stand.words = ("tick",)
    stand.reached = lambda: server._reached[step] > 0


def bounces(stand: Stand, step: imap.Step) -> None:
    reading(stand, step)
    stand.words = ("subscribers", "bounce", str(stand.room.channels["harian"]["inbox"]))


def checking(stand: Stand) -> None:
    telegram(stand, "getMe", only=False)
    stand.words = ("channels", "check")


def checking_mail(stand: Stand) -> None:
    mailing(stand, "ehlo")
    stand.words = ("channels", "check")


def a_turn(stand: Stand) -> None:
    """The second post has to wait for its turn."""
    stand.room.only("telegram")
    stand.room.change("telegram", pace=25)
    stand.room.write("satu.md", headline="Kabar satu")
    stand.room.write("dua.md", headline="Kabar dua tentang pasar", body="Lain sama sekali.")
    stand.words = ("publish", "satu.md", "dua.md")
    stand.reached = lambda: len(stand.room.api.posts) == 1


def a_flood(stand: Stand) -> None:
    """Telegram asks for a pause."""
    stand.room.only("telegram")
    stand.room.write()
    stand.room.api.faults.append(botapi.Flood(on="sendMessage", retry_after=25))
    stand.reached = asked(stand, "sendMessage")


def a_lock(stand: Stand) -> None:
    """Another process keeps the ledger's lock."""
    stand.room.write()
    stand.room.run("status")
    stand.room.write("lain.md", headline="Kabar lain")
    stand.room.publish("lain.md")
    db = sqlite3.connect(stand.room.ledger, check_same_thread=False)
    db.execute("BEGIN IMMEDIATE")
    stand.stack.callback(db.close)
    stand.reached = stand.ledger_is_open


def an_import(stand: Stand) -> None:
    """A long table, of which some have come in."""
    people = "".join(f"reader{n}@pembaca.example\n" for n in range(60_000))
    (stand.room.folder / "people.csv").write_text(f"email\n{people}")
    stand.room.subscribe("ani@pembaca.example")  # there is a ledger to look into
    stand.words = ("subscribers", "import", "--list", "harian", "people.csv")

    def has_begun() -> bool:
        try:
            [(count,)] = stand.room.rows("SELECT count(*) FROM subscribers")
        except sqlite3.OperationalError:
            return False
        return int(count) > 1

    stand.reached = has_begun


def a_goodbye(stand: Stand) -> None:
    """Somebody has left, and the relay is silent at their goodbye letter."""
    mailing(stand, "dot")
    stand.room.only("harian")
    stand.room.smtp.faults.clear()
    assert stand.room.run("digest", at=EVENING).code == 0
    letter = parsed(stand.room.smtp.letters[0].content)
    found = re.search(r"\b[0-9a-f]{32}\b", unquote(str(letter["List-Unsubscribe"])))
    assert found
    assert stand.room.run("unsubscribe", found[0], at=EVENING).code == 0
    stand.room.smtp.faults.append(smtp.SmtpFault(at="dot", do="wait", seconds=LONG))
    before = stand.room.smtp._reached["dot", ""]
    stand.words = ("tick",)
    stand.reached = lambda: stand.room.smtp._reached["dot", ""] > before


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000640000006408020000000ff8020300000046494441547801edc10100"
    "000082a0feaf6e480001000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000"
)

Scene = Callable[[Stand], None]
CELLS: list[tuple[Cell, Scene]] = [
    (Cell("a post", 4, {"telegram": ["in_doubt"], "feed": ["settled"] * 4}), a_post),
    (Cell("a post, Ctrl-C", 4, {"telegram": ["in_doubt"]}, INT), a_post),
    (Cell("a post, SIGHUP", 4, {"telegram": ["in_doubt"]}, HUP), a_post),
    (Cell("a photo", 4, {"telegram": ["in_doubt"]}), a_photo),
    (Cell("opening a chat", 3, {"telegram": ["due"]}), opening),
    (Cell("a correction", 3, {"telegram": ["due"]}), a_correction),
    (Cell("a withdrawal", 3, {"telegram": ["due"]}), a_withdrawal),
    (Cell("a resolve", 4, {"telegram": ["in_doubt"]}), a_resolve),
    (Cell("a test post", 4), a_test),
    (Cell("the feed's command", 3), a_command),
    (Cell("a hub", 3), a_hub),
    (Cell("a picture's size", 1), a_size),
    (
        Cell("a letter's dot", 4, {"harian": ["in_doubt", "due", "due"]}),
        partial(mailing, step="dot"),
    ),
    (Cell("a recipient", 3, {"harian": ["due"] * 3}), partial(mailing, step="rcpt")),
    (Cell("a relay's greeting", 3, {"harian": ["due"] * 3}), partial(mailing, step="connect")),
    (Cell("a proof", 4), a_proof),
    (Cell("an inbox's greeting", 3), partial(reading, step="connect")),
    (Cell("an inbox's search", 3), partial(reading, step="search")),
    (Cell("an inbox's letter", 3), partial(reading, step="literal")),
    (Cell("bounces", 3), partial(bounces, step="fetch")),
    (Cell("checking a bot", 3), checking),
    (Cell("checking a relay", 3), checking_mail),
    (Cell("a turn", 3, {"telegram": ["settled", "due"]}, at_once=True), a_turn),
    (Cell("a flood", 3, {"telegram": ["due"]}, at_once=True), a_flood),
    (
        Cell("a relay's pause", 3, {"harian": ["sent", "due", "due"]}, at_once=True),
        a_pause,
    ),
    (Cell("a lock", 1, at_once=True), a_lock),
    (Cell("a goodbye", 3), a_goodbye),
    (Cell("an import", 3, at_once=True), an_import),
]


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


def test_a_command_that_is_stopped_ends_in_five_seconds(tmp_path: Path) -> None:
    check(stopped(CELLS[::4], tmp_path))


@pytest.mark.soak
def test_every_command_that_is_stopped_ends_in_five_seconds(tmp_path: Path) -> None:
    check(stopped(CELLS[1::2], tmp_path))


@pytest.mark.soak
def test_a_command_on_postgresql_that_is_stopped_ends_in_five_seconds(
    tmp_path: Path, postgres_url: str
) -> None:
    of_sqlite = ("a lock", "an import")
    cells = [(cell, scene) for cell, scene in CELLS if cell.name not in of_sqlite]
    check(stopped(cells, tmp_path, partial(on_postgresql, server=postgres_url)))


def on_postgresql(stand: Stand, server: str) -> None:
    """Keep the ledger in a database of its own."""
    url = stand.stack.enter_context(postgres.database(server))
    stand.room.ledger_url = url.replace("+psycopg", "")
    stand.room.configure()


# the second one


INSISTED: list[tuple[Cell, Scene]] = [
    (Cell("a post", 4, {"telegram": ["sending"]}, at_once=True), a_post),
    (Cell("a post, Ctrl-C", 4, {"telegram": ["sending"]}, INT, at_once=True), a_post),
    (Cell("the feed's command", 4, at_once=True), a_command),
    (Cell("a hub", 4, at_once=True), a_hub),
    (Cell("a picture's size", 4, at_once=True), a_size),
    (Cell("a letter's dot", 4, at_once=True), partial(mailing, step="dot")),
    (Cell("a relay's greeting", 4, at_once=True), partial(mailing, step="connect")),
    (Cell("an inbox's letter", 4, at_once=True), partial(reading, step="literal")),
    (Cell("checking a bot", 1, at_once=True), checking),
]


@pytest.mark.soak
def test_the_second_signal_ends_a_command_at_once(tmp_path: Path) -> None:
    found = list(stopped(INSISTED, tmp_path, again=True))
    check(iter(found))
    [post] = [one for one in found if one.cell.name == "a post"]
    assert "syndicate status" in post.answer.err


@pytest.mark.soak
def test_a_ledger_s_server_that_answers_no_more_is_not_waited_for(tmp_path: Path) -> None:
    with ExitStack() as stack, newsroom(tmp_path / "kantor") as room:
        server = stack.enter_context(postgres.mortal())
        url = stack.enter_context(postgres.database(server.url))
        room.ledger_url = url.replace("+psycopg", "")
        room.configure()
        stand = Stand(room, stack, tmp_path)
        a_post(stand)
        child = room.start(*stand.words, at=stand.at)
        until = time.monotonic() + REACHED
        while not stand.reached():
            assert time.monotonic() < until
            time.sleep(0.02)
        os.killpg(server.process.pid, signal.SIGSTOP)
        try:
            child.send(TERM)
            began = time.monotonic()
            answer = child.answer()
        finally:
            os.killpg(server.process.pid, signal.SIGCONT)
        assert answer.code == 4
        assert time.monotonic() - began < GRACE + 4
        assert "Traceback" not in answer.said
        again = room.run("publish", "kabar.md")
        assert again.code == 4
        assert "syndicate resolve" in again.out
        assert len(room.posts) == 1


@pytest.mark.soak
def test_who_ignores_that_the_terminal_was_closed_goes_on(tmp_path: Path) -> None:
    """As nohup has it."""
    with ExitStack() as stack, newsroom(tmp_path / "kantor") as room:
        stand = Stand(room, stack, tmp_path)
        room.only("telegram")
        room.write()
        room.api.faults.append(botapi.Slow(on="sendMessage", seconds=1))
        process = subprocess.Popen(
            ["nohup", *PROGRAM, "publish", "kabar.md"], cwd=room.folder, env=room.environ(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        reached, until = asked(stand, "sendMessage"), time.monotonic() + REACHED
        while not reached():
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(HUP)
        assert process.wait(REACHED) == 0
