"""Servers that give no letters, or no words: what is said of them, once, in plain language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.imap import Fault, LoopbackImap, Mail, Step
from support.newsroom import EVENING, Answer, Newsroom, newsroom

LETTER = b"From: warga@pembaca.example\r\nSubject: Halo\r\n\r\nKapan?\r\n"
NIL = "* 1 FETCH NIL\r\nTAG OK done"
EMPTY = {
    "only an answer": "TAG OK done",
    "nothing": NIL,
    "no literal": "* 1 FETCH (UID 1 BODY[]<0> NIL)\r\nTAG OK done",
    "flags": "* 1 FETCH (UID 1 FLAGS ())\r\nTAG OK done",
    "other letters": "* 9 FETCH (UID 9 BODY[]<0> {4}\r\nnine)\r\nTAG OK done",
}
NOISE = "\udcff\udcfe\0 x"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        room.only("harian")
        yield room


def ticked(room: Newsroom, *faults: Fault, letters: int = 2) -> Answer:
    """What a tick says of a server where something goes wrong."""
    mails = {uid: Mail(LETTER) for uid in range(1, letters + 1)}
    with LoopbackImap(mails, faults=faults) as imap:
        inbox = imap.url.replace("://", "://desk:secret@")
        room.change("harian", smtp="maildir:terkirim", inbox=inbox, patience=2)
        return room.run("tick", at=EVENING)


def lines(answer: Answer) -> list[str]:
    return [line for line in answer.said.splitlines() if line.startswith("harian: ")]


@pytest.mark.parametrize("what", EMPTY)
def test_letters_that_are_listed_and_have_no_content_wait(what: str, room: Newsroom) -> None:
    for count in (1, 2):
        answer = ticked(room, Fault(at="fetch", do="say", text=EMPTY[what]), letters=count)
        assert answer.code == 3, answer.said
        [line] = lines(answer)
        assert line.startswith("harian: channels.harian.inbox: 127.0.0.1:")
        assert f" lists {count} letter{'s' * (count > 1)} as unread and gives no content" in line


def test_a_letter_without_content_among_others_is_a_note(room: Newsroom) -> None:
    answer = ticked(room, Fault(at="fetch", do="say", uid=1, text="TAG OK done"))
    assert answer.code == 0
    assert "harian: 1 letter came without content and stayed unread" in lines(answer)
    assert "harian: 1 left unread for you" in lines(answer)


def test_letters_that_another_program_took_meanwhile_are_no_trouble(room: Newsroom) -> None:
    for count in (1, 2):
        answer = ticked(room, Fault(at="fetch", do="vanish"), letters=count)
        assert answer.code == 0
        assert lines(answer) == []


def test_a_server_without_content_is_not_asked_for_every_letter(room: Newsroom) -> None:
    with LoopbackImap(
        {uid: Mail(LETTER) for uid in range(1, 301)},
        faults=[Fault(at="fetch", do="say", text="TAG OK done")],
    ) as imap:
        inbox = imap.url.replace("://", "://desk:secret@")
        room.change("harian", smtp="maildir:terkirim", inbox=inbox)
        assert room.run("tick", at=EVENING).code == 3
        fetched = [line for line in imap.commands if "BODY.PEEK[]" in line]
    assert len(fetched) == 100


REASONS = {
    "put off": (Fault(at="fetch", do="refuse", text="[UNAVAILABLE] later"), "put off message 1"),
    "hung up": (Fault(at="fetch", do="hang up"), "at message 1 (it hung up)"),
    "noise": (Fault(at="fetch", do="say", text=NOISE), "at message 1 (that is not IMAP)"),
    "the first look": (Fault(at="peek", do="refuse", text="[INUSE] later"), "put off the first"),
}


@pytest.mark.parametrize("what", REASONS)
def test_what_keeps_letters_from_being_read_is_said_once(what: str, room: Newsroom) -> None:
    fault, why = REASONS[what]
    count = 20 if fault.at == "peek" else 2
    answer = ticked(room, fault, letters=count)
    assert answer.code == 3
    assert len([line for line in lines(answer) if why in line]) == 1, answer.said
    assert "no more time" not in answer.said
    assert f"harian: {count} letters are left for the next run: the inbox failed" in lines(answer)


def unplain() -> Iterator[tuple[Step, str, str]]:
    """At which step what is said, and what a person hears of it."""
    yield "connect", "+ go", "the connection (that is not IMAP);"
    yield "connect", NOISE, "the connection (that is not IMAP);"
    yield "connect", "HTTP/1.1 400 Bad Request", "the connection (HTTP/1.1 400 Bad Request);"
    yield "connect", "* NO " + "x" * 500, "xxx…)"
    yield "connect", "* BYE penuh sekali " + "ya " * 500, "ya ya…)"
    yield "capability", NOISE, "that is not IMAP"
    yield "login", NOISE, "the login (that is not IMAP);"
    yield "login", "TAG NO \x1b[31mtidak\x07 boleh masuk sekarang, coba lagi nanti saja", "tidak"
    yield "login", f"TAG NO {NOISE}", "refused the user or the password;"
    yield "select", "* \x07\x08\x1b?\r\nfoo", "that is not IMAP"
    yield "search", NOISE, "the search (that is not IMAP);"
    yield "search", "TAG BAD " + "'\"\\" * 100, "refused the search ("


def test_no_answer_of_a_server_reaches_people_as_bytes_or_without_end(room: Newsroom) -> None:
    for step, text, heard in unplain():
        answer = ticked(room, Fault(at=step, do="say", text=text))
        assert answer.code in (1, 3)
        [line] = lines(answer)
        assert heard in line, line
        assert "None" not in line
        assert "b'" not in line
        assert 'b"' not in line
        assert line.isprintable()
        assert "\N{REPLACEMENT CHARACTER}" not in line
        assert len(line) < 350
