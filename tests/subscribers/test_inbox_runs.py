"""How an inbox is read: in which order, for how long, and never the same letter at every run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.imap import Fault, LoopbackImap, Mail
from support.inbox_runs import HALO, digest_due, notes, wish
from support.newsroom import EVENING, REAL, Newsroom
from support.postman import ANI, BUDI, MAILBOX, Postman, bounce, readers, token_of
from syndicate.subscribers import inbox_run as inboxes

UNREAD = "1 left unread for you"


@pytest.fixture
def imap(room: Newsroom) -> Iterator[LoopbackImap]:
    with LoopbackImap({}, user="desk", password="hunter2") as server:
        room.subscribe(ANI, BUDI)
        where = server.url.replace("://", "://desk:hunter2@")
        room.change("harian", inbox=where, bounces="balik@kantor.example")
        yield server


# remembering


def test_a_letter_for_a_person_is_mailed_by_cron_once(room: Newsroom, imap: LoopbackImap) -> None:
    imap.inbox[8] = Mail(HALO % 8)
    assert UNREAD in room.run("tick").out
    assert room.run("tick").out == ""
    imap.inbox[9] = Mail(HALO % 9)
    assert "2 left unread for you" in room.run("tick").out
    assert room.run("tick").out == ""
    imap.inbox[8].flags.add("\\Seen")  # somebody has read it
    assert room.run("tick").out == ""
    imap.validity = ""  # nobody can say any more which letters were told
    imap.inbox[9] = Mail(HALO % 9)
    assert UNREAD in room.run("tick").out
    assert room.run("tick").out == ""


def test_a_letter_for_a_person_is_fetched_once_and_counted_as_long_as_it_lies_there(
    room: Newsroom, imap: LoopbackImap
) -> None:
    imap.inbox[8] = Mail(HALO % 8)
    assert UNREAD in notes(room)
    assert "FETCH" in imap.verbs
    imap.commands.clear()
    assert UNREAD in notes(room)
    assert "SEARCH" in imap.verbs
    assert "FETCH" not in imap.verbs
    imap.inbox[9] = Mail(HALO % 9)
    assert "2 left unread for you" in notes(room)
    assert [line for line in imap.commands if "FETCH 8 " in line] == []
    imap.inbox[8].flags.add("\\Seen")  # somebody has read it
    assert UNREAD in notes(room)
    assert room.rows("SELECT key FROM inbox_letters") == [("9",)]
    del imap.inbox[9]  # and moved the other one away
    assert "left unread for you" not in room.run("tick").said
    assert room.rows("SELECT * FROM inbox_letters") == []


def test_where_a_server_numbers_anew_letters_are_read_anew(
    room: Newsroom, imap: LoopbackImap
) -> None:
    imap.inbox[8] = Mail(HALO % 8)
    room.run("tick")
    imap.inbox[8] = Mail(wish(token_of(room, 1)))
    imap.validity = "7"
    assert "1 left" in room.run("tick").out


def test_a_server_that_does_not_say_how_it_numbers_is_read_at_every_run(
    room: Newsroom, imap: LoopbackImap
) -> None:
    for number, validity in enumerate(["", "0 0", "9" * 400, "tujuh"], 3):
        room.subscribe(f"baru{number}@pembaca.example")
        imap.validity = validity
        imap.inbox[number] = Mail(HALO % 8)
        assert UNREAD in notes(room)
        imap.inbox[number] = Mail(wish(token_of(room, number)))
        assert "1 left" in room.run("tick").out


def test_a_letter_of_a_maildir_is_known_by_its_name_wherever_it_lies(postman: Postman) -> None:
    postman.put(HALO % 1)
    [path] = (postman.box / "new").iterdir()
    assert UNREAD in notes(postman.room)
    path.write_bytes(wish(token_of(postman.room, 1)))  # who reads it finds something else
    assert UNREAD in notes(postman.room)
    seen = path.rename(postman.box / "cur" / f"{path.name}:2,")
    assert UNREAD in notes(postman.room)
    seen.rename(postman.box / "cur" / f"{path.name}:2,S")
    assert "left unread for you" not in postman.room.run("tick").said
    assert postman.room.rows("SELECT * FROM inbox_letters") == []
    assert readers(postman.room) == [ANI, BUDI]


def test_a_letter_of_a_maildir_may_have_any_name(postman: Postman) -> None:
    names = [b"\xff\xfe", "surat untuk Ánî".encode(), b"x" * 250, b"a[1]*?", b"\x1b[31m"]
    for name in names:
        with open(os.fsencode(postman.box / "new") + b"/" + name, "wb") as file:
            file.write(HALO % 1)
    assert "5 left unread for you" in notes(postman.room)
    for name in names:
        with open(os.fsencode(postman.box / "new") + b"/" + name, "wb") as file:
            file.write(wish(token_of(postman.room, 1)))  # who reads it finds something else
    assert "5 left unread for you" in notes(postman.room)
    postman.room.change("harian", title="Kabar sore")
    assert "1 left" in postman.room.run("tick").out
    assert not any((postman.box / "new").iterdir())


def test_what_was_read_in_an_mbox_is_not_read_again_and_what_is_new_there_is(
    room: Newsroom,
) -> None:
    room.subscribe(ANI, BUDI)
    room.change("harian", inbox="surat.mbox", bounces="balik@kantor.example")
    box = room.folder / "surat.mbox"
    box.write_bytes(b"From x\n%s\nFrom y\n%s\n" % (HALO % 1, bounce(token_of(room, 1), "4.2.2")))
    assert "1 bounced" in room.run("tick").out
    assert UNREAD not in room.run("tick").out  # which cron has mailed
    again = notes(room)
    assert UNREAD in again
    assert "read before" not in again
    with box.open("ab") as file:
        file.write(b"From z\n%s\n" % wish(token_of(room, 2)))
    assert "1 left" in room.run("tick").out
    assert readers(room) == [ANI]


def test_a_letter_is_read_anew_where_it_may_mean_something_else_now(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe warta siang", sender="cici@pembaca.example")
    assert UNREAD in notes(room)
    room.channels["siang"] = room.channels["harian"] | {"title": "Warta siang", "inbox": ""}
    room.configure()
    assert "1 asked to confirm that they join" in room.run("tick").out
    assert postman.unread == 0


# the time


def test_an_inbox_that_says_nothing_takes_no_time_from_the_others(
    postman: Postman, imap: LoopbackImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = postman.room
    silent = room.channels["harian"] | {"mailbox": MAILBOX}
    room.channels["harian"] |= {"inbox": "maildir:masuk"}
    room.channels = {"pekanan": silent | {"title": "Pekanan"}} | room.channels
    room.configure()
    postman.put(wish(token_of(room, 1)))
    imap.faults = [Fault(at="login", do="wait", seconds=60)]
    monkeypatch.setattr(inboxes, "BEFORE_SECONDS", 3.0)
    answer = room.run("tick")
    assert answer.code == 3
    assert "channels.pekanan.inbox" in answer.err
    assert "no complete answer within 1" in answer.err
    assert readers(room) == [BUDI]


def test_a_letter_at_which_a_server_breaks_down_is_tried_after_the_others(
    room: Newsroom, imap: LoopbackImap
) -> None:
    for uid in (1, 2, 3):
        imap.inbox[uid] = Mail(HALO % uid)
    imap.inbox[4] = Mail(wish(token_of(room, 2)))
    imap.faults = [
        Fault(at="fetch", do="hang up", uid=2), Fault(at="peek", do="refuse"),
    ]  # fmt: skip
    answer = room.run("tick")
    assert (answer.code, readers(room)) == (3, [ANI, BUDI])
    assert "gave no usable answer at message 2" in answer.err
    answer = room.run("tick")
    assert (answer.code, readers(room)) == (3, [ANI])
    assert "2 left unread for you" in answer.out
    imap.faults.clear()
    answer = room.run("tick")
    assert answer.code == 0
    assert "3 left unread for you" in answer.out
    assert room.rows("SELECT key FROM inbox_letters WHERE put_off") == []


def test_a_long_letter_on_a_slow_line_is_read_as_far_as_there_is_time(
    room: Newsroom, imap: LoopbackImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    imap.pace = 5 / 2**20  # five seconds for a letter of a mebibyte
    imap.inbox[7] = Mail(HALO % 7 + b"x" * 2**21)
    imap.inbox[8] = Mail(wish(token_of(room, 1)))
    monkeypatch.setattr(inboxes, "BEFORE_SECONDS", 3.0)
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert "1 left, 1 left unread for you" in answer.out
    assert "left for the next run" not in answer.out
    fetched = [line for line in imap.commands if "FETCH 7" in line]
    assert 1 < len(fetched) < 8


def test_answers_for_which_there_is_no_time_go_out_after_the_digests(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = postman.room
    digest_due(room)
    for number in range(3):
        postman.bring("subscribe", sender=f"baru{number}@pembaca{number}.example")
    monkeypatch.setattr(inboxes, "ANSWER_SECONDS", 0.0)
    answer = room.run("tick", at=EVENING)
    assert answer.code == 0, answer.said
    digests = [bool(letter["List-Id"]) for letter in room.letters]
    assert digests == [True, True, False, False, False]
    assert answer.out.count("3 asked to confirm that they join") == 1


# files of all kinds


def test_what_is_no_file_is_named_in_a_line_and_never_waited_for(room: Newsroom) -> None:
    room.subscribe(ANI, at=REAL)
    os.mkfifo(room.folder / "pipa")
    (room.folder / "folder").mkdir()
    (room.folder / "lingkaran").symlink_to("lingkaran")
    for where in (
        "pipa",
        "folder",
        "lingkaran",
        "/dev/zero",
        "/dev/null",
        "/proc/kmsg",
        "/proc/self/mem",
    ):
        room.change("harian", inbox=where)
        tick = room.run("tick", at=REAL)
        by_hand = room.run("subscribers", "bounce", where, at=REAL)
        checked = room.run("channels", "check", "harian", at=REAL)
        assert checked.code in (1, 3), checked.said
        assert "unexpected" not in checked.said
        for answer in (tick, by_hand):
            assert answer.code in (1, 3), answer.said
            assert answer.complaint.count(f"{Path(where).name}") == 1, answer.said


def test_one_thing_in_a_maildir_that_cannot_be_read_holds_up_no_letters(postman: Postman) -> None:
    room = postman.room
    os.mkfifo(postman.box / "new" / "0.pipa")
    (postman.box / "new" / "0.lingkaran").symlink_to("0.lingkaran")
    (postman.box / "new" / "0.nol").symlink_to("/dev/zero")
    postman.put(wish(token_of(room, 1)))
    answer = room.run("tick")
    assert answer.code == 3
    assert "0.lingkaran" in answer.complaint
    assert "is neither a file nor a letter; move it away" in answer.out
    assert readers(room) == [BUDI]


def test_of_a_file_without_end_only_its_end_is_read(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    box = room.folder / "besar.mbox"
    with box.open("wb") as file:
        file.write(b"From x\nSubject: lama\n\n")
        file.truncate(3 * 2**30)  # zeros, without a line's end
        file.seek(0, os.SEEK_END)
        file.write(b"\nFrom y\n" + wish(token_of(room, 1)))
    room.change("harian", inbox="besar.mbox", bounces="balik@kantor.example")
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert "more than 256 MiB; only the newest are read" in answer.out
    assert readers(room) == [BUDI]
