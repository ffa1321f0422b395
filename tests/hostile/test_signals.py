"""A person or a machine ends a command: nothing new begins, and nobody waits longer than 5 s.

Every cell is a real process that waits for another machine which says nothing. All of them wait
side by side, since each takes its five seconds.
"""

from __future__ import annotations

import re
import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest

from support import imap, postgres
from support.hostile.signals import (
    HUP,
    INT,
    LONG,
    Cell,
    Scene,
    Stand,
    a_command,
    a_hub,
    a_post,
    a_size,
    asked,
    check,
    checking,
    mailing,
    reading,
    stopped,
    telegram,
)
from support.newsroom import EVENING, parsed
from syndicate.loopback import botapi, smtp


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


def bounces(stand: Stand, step: imap.Step) -> None:
    reading(stand, step)
    stand.words = ("subscribers", "bounce", str(stand.room.channels["harian"]["inbox"]))


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
