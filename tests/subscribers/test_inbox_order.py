"""In which order an inbox is read, however it is numbered and however full it is."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.imap import Fault, LoopbackImap, Mail
from support.inbox_runs import HALO, digest_due, got_the_digest, notes, wish
from support.newsroom import EVENING, Newsroom
from support.postman import ANI, BUDI, Postman, bounce, readers, token_of
from syndicate import Visit
from syndicate.subscribers import inbox_run as inboxes
from syndicate_email.inbox.fetch import Inbox


@pytest.fixture
def imap(room: Newsroom) -> Iterator[LoopbackImap]:
    with LoopbackImap({}, user="desk", password="hunter2") as server:
        room.subscribe(ANI, BUDI)
        where = server.url.replace("://", "://desk:hunter2@")
        room.change("harian", inbox=where, bounces="balik@kantor.example")
        yield server


def test_of_many_letters_those_with_tokens_are_read_before_the_digests(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = postman.room
    digest_due(room)
    for number in range(20):
        postman.put(HALO % number)
    postman.put(wish(token_of(room, 1)))
    for number in range(20):
        postman.put(HALO % number)
    monkeypatch.setattr(inboxes, "BEFORE_SECONDS", 0.0)  # enough for one
    answer = room.run("tick", at=EVENING)
    assert answer.code == 0, answer.said
    assert got_the_digest(room) == [BUDI]
    assert "harian: 1 left, 40 left unread for you" in answer.out  # the rest came later


def test_what_there_was_no_time_for_is_told_and_read_by_later_runs(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BEFORE_SECONDS", "AFTER_SECONDS"):
        monkeypatch.setattr(inboxes, name, 0.0)
    for number in range(4):
        postman.put(HALO % number)
    first = postman.room.run("tick")
    assert first.code == 0
    assert "2 left unread for you" in first.out
    assert "2 letters are left for the next run" in first.out
    assert "4 left unread for you" in notes(postman.room)
    assert "left for the next run" not in postman.room.run("tick").out


def by_number(path: Path) -> int:
    return int(path.name.partition(".")[0])


def encoded(words: str, kind: str) -> bytes:
    if kind == "b":
        return b"=?utf-8?B?%s?=" % b64encode(words.encode())
    return b"=?utf-8?q?%s?=" % words.replace(" ", "_").encode()


def test_a_token_is_seen_wherever_tokens_stand(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, token = postman.room, token_of(postman.room, 1)
    monkeypatch.setattr(inboxes, "BEFORE_SECONDS", 0.0)
    monkeypatch.setattr(inboxes, "AFTER_SECONDS", 0.0)
    letters = [
        b"Subject: unsubscribe %s\n\n" % token.upper().encode(),
        b"Subject: Re:\n unsubscribe\n %s\n\n" % token.encode(),
        b"Subject: %s\n\n" % encoded(f"Berhenti – unsubscribe {token}", "b"),
        b"Subject: %s\n\n" % encoded(f"unsubscribe {token}", "q"),
        b"Received: by relay\n\t(Postfix)\nX-Original-To: balik+%s@kantor.example\n\n"
        % token.encode(),
        bounce(token),
    ]
    letters += [
        b"Received: %s\n%s" % (b"x " * 3000, letters[0]),
        letters[0].replace(b"\n", b"\r\n"),
    ]
    for number, letter in enumerate(letters):
        for path in (postman.box / "new").iterdir():
            path.unlink()
        for _ in range(12):
            postman.put(HALO % 1)
        postman.put(b"X-Letter: %d\n" % number + letter)
        last = postman.box / "new" / f"{postman.count}.kantor"
        os.utime(last, (4_000_000_000, 4_000_000_000))
        room.run("tick")
        is_known = (last.name,) in room.rows("SELECT key FROM inbox_letters")
        assert is_known or not last.exists(), letter


def test_nobody_keeps_others_waiting_by_writing_a_thousand_times(postman: Postman) -> None:
    ours = ("1" * 32, "2" * 32)
    for _ in range(15):
        postman.put(wish(ours[1]))
    for _ in range(15):
        postman.put(wish("a" * 32))  # that we have not made
    postman.put(wish(ours[0]))
    for number, path in enumerate(sorted((postman.box / "new").iterdir(), key=by_number)):
        os.utime(path, (number, number))
    messages = Inbox(postman.box, "inbox").messages(Visit(60, is_ours=ours.__contains__))
    order = [message.content.split()[4].decode() for message in messages]
    assert order == [ours[1], ours[0], *[ours[1]] * 14, *["a" * 32] * 15]


def test_a_server_is_asked_for_the_fields_of_many_letters_at_once(
    room: Newsroom, imap: LoopbackImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest_due(room)
    for uid in range(1, 251):
        imap.inbox[uid] = Mail(HALO % uid)
    imap.inbox[251] = Mail(wish(token_of(room, 1)))
    imap.inbox[252] = Mail(bounce(token_of(room, 2)))
    imap.inbox[253] = Mail(HALO % 253)
    monkeypatch.setattr(inboxes, "BEFORE_SECONDS", 0.0)
    monkeypatch.setattr(inboxes, "AFTER_SECONDS", 0.0)
    answer = room.run("tick", at=EVENING)
    assert answer.code == 0, answer.said
    assert readers(room) == []
    assert got_the_digest(room) == [BUDI]
    looked = [line for line in imap.commands if "HEADER" in line]
    assert len(looked) == 3 + 3  # a hundred at a time, before the digest and after it
    assert len([line for line in imap.commands if "BODY.PEEK[]" in line]) == 2
    assert "251 letters are left for the next run" in answer.out


@pytest.mark.parametrize("do", ["refuse", "reject"])
def test_a_server_that_shows_no_fields_is_read_all_the_same(
    room: Newsroom, imap: LoopbackImap, do: str
) -> None:
    for uid in range(1, 21):
        imap.inbox[uid] = Mail(HALO % uid)
    imap.inbox[21] = Mail(wish(token_of(room, 1)))
    imap.faults = [Fault(at="peek", do=do)]  # type: ignore[arg-type]
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert readers(room) == [BUDI]
