"""Approval by a mailbox on a server, and of what is adopted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.approvers import (
    DEWI,
    answer,
    answer_letter,
    asked,
    received,
    submit,
    token_of,
    two_persons,
)
from support.imap import Fault, LoopbackImap, Mail
from support.newsroom import NOON, Newsroom, part


@pytest.fixture
def imap(room: Newsroom) -> Iterator[LoopbackImap]:
    """A mailbox on a server, whose office needs approval."""
    with LoopbackImap({}, user="meja", password="hunter2") as server:
        room.environment["INBOX_PASSWORD"] = "hunter2"
        two_persons(room, inbox=server.url.replace("://", "://meja:${INBOX_PASSWORD}@"))
        yield server


def states(room: Newsroom) -> list[str]:
    return [state for (state,) in room.rows("SELECT state FROM approvals")]


def test_an_answer_on_a_server_decides_and_what_is_for_a_person_stays_unread(
    room: Newsroom, imap: LoopbackImap
) -> None:
    room.write()
    submit(room)
    token = token_of(asked(room)[-1])
    imap.inbox[3] = Mail(answer_letter("setuju", token=token, sender=DEWI))
    imap.inbox[4] = Mail(b"From: x@y.example\nSubject: Halo\n\nApa kabar?\n")
    assert room.run("tick", at=NOON).code == 3
    assert states(room) == ["waiting"]
    imap.inbox[7] = Mail(answer_letter("Setuju.", token=token))
    said = room.run("tick", at=NOON).said
    assert "mail: 1 approved" in said
    assert "hunter2" not in said
    assert states(room) == ["approved"]
    assert [uid for uid, mail in imap.inbox.items() if mail.flags] == [7]


def test_a_server_that_hangs_up_after_an_answer_lets_it_count_once(
    room: Newsroom, imap: LoopbackImap
) -> None:
    room.write()
    submit(room)
    imap.inbox[7] = Mail(answer_letter("setuju", token=token_of(asked(room)[-1])))
    imap.faults.append(Fault(at="store", do="hang up", nth=1))
    room.run("tick", at=NOON)
    assert imap.inbox[7].flags == set()  # it is going to be read again
    found = room.run("tick", at=NOON)
    assert found.code == 0, found.said
    assert imap.inbox[7].flags == {"\\Seen"}
    assert states(room) == ["approved"]
    assert [str(each["Subject"]) for each in received(room)] == ["Disetujui: Kabar pertama"]
    deeds = room.rows("SELECT what FROM acts ORDER BY id")
    assert deeds == [("submitted",), ("approved",)]


def test_what_stands_already_is_adopted_only_with_approval(room: Newsroom) -> None:
    two_persons(room, "telegram")
    room.write()
    room.publish("--force", "--reason", "Banjir di tiga desa.", "--as", "budi")
    [post] = room.posts
    room.rewrite("Isi kabar.", "Isi yang lain.")
    words = ("adopt", "kabar.md", "1", "--channel", "telegram", "--note", "Isinya keliru.")
    refused = room.run(*words, at=NOON)
    assert refused.code == 1, refused.said
    assert "needs the approval of another person (`syndicate submit " in refused.said
    assert room.posts == [post]
    submit(room, "--channel", "telegram", "--note", "Isinya keliru.", at=NOON)
    assert room.run("approve", "kabar.md", "--as", "siti", at=NOON).code == 0
    assert room.run(*words, at=NOON).code == 0
    assert "Isi yang lain." in room.posts[0]


LATE = "2026-05-04T20:00:00+07:00"


def test_who_approves_too_late_is_told_that_it_waits_for_a_person(room: Newsroom) -> None:
    two_persons(room)
    room.tables["desk"] = {"email": "meja@kantor.example"}
    room.configure()
    room.write()
    submit(room, "--at", "10.00")
    answer(room, "setuju")
    assert room.run("tick", at=LATE).code == 3
    [letter] = received(room)
    text = " ".join(part(letter, "plain").split())
    assert "seharusnya terbit 4 Mei 2026 10.00 WIB. Waktu itu sudah terlalu lama lewat" in text
    assert f"syndicate release {room.uri()}" in text
    assert room.entries == []
    [matter] = [each for each in room.letters if each["To"] == "meja@kantor.example"]
    assert part(matter, "plain").count("was to go out on") == 1


def test_at_a_terminal_who_approves_late_reads_the_same(room: Newsroom) -> None:
    two_persons(room)
    room.write()
    submit(room, "--at", "10.00")
    said = room.run("approve", "kabar.md", "--as", "siti", at=LATE).said
    assert "was to go out on Monday 4 May 2026 10:00 WIB, too long ago (editorial.late)" in said
    assert "with the next tick" not in said


def test_approved_a_little_late_it_goes_out_within_minutes(room: Newsroom) -> None:
    two_persons(room)
    room.write()
    submit(room, "--at", "10.00")
    answer(room, "setuju")
    assert room.run("tick", at=NOON).code == 0
    text = " ".join(part(received(room)[0], "plain").split())
    assert "(4 Mei 2026 10.00 WIB) sudah lewat: artikel ini terbit beberapa menit lagi" in text
    assert len(room.entries) == 1


def test_an_answer_about_what_was_killed_names_it_by_its_time(room: Newsroom) -> None:
    two_persons(room)
    room.write(headline="Anak RAHASIA")
    room.publish("--force", "--reason", "Banjir di tiga desa.", "--as", "budi")
    room.rewrite("Isi kabar.", "Isi lain.")
    submit(room, "--note", "Isinya keliru.")
    late = token_of(asked(room)[-1])
    kill = ("withdraw", "kabar.md", "--reason", "Nama anak.", "--kill", "--yes")
    assert room.run(*kill, at=NOON).code == 0
    answer(room, "setuju", token=late)
    said = room.run("tick", at=NOON).said
    assert "1 not counted among approvers' answers" in said
    [letter] = received(room)
    name = "artikel yang diajukan 4 Mei 2026 09.00 WIB dan sudah dihapus"
    assert letter["Subject"] == f"Jawaban Anda tidak berlaku: {name}"
    assert "RAHASIA" not in part(letter, "plain")
