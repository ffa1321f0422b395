"""Which mailbox a list reads, and what happens where it cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support import postgres
from support.imap import LoopbackImap, Mail
from support.newsroom import EVENING, NOON, Newsroom, part
from support.postman import (
    ANI,
    BUDI,
    CICI,
    MAILBOX,
    Postman,
    bounce,
    invited,
    readers,
    token_of,
)


def test_who_asks_for_their_lists_gets_links_for_each(postman: Postman) -> None:
    room = postman.room
    room.channels["pekanan"] = room.channels["harian"] | {"title": "Kabar pekanan", "inbox": ""}
    room.configure()
    room.run("tick")
    postman.bring(f"lists {token_of(room, 1)}", sender="attacker@elsewhere.example")
    room.run("tick")
    letter = invited(room)
    assert letter["To"] == ANI  # not who wrote
    text = part(letter, "plain")
    assert f"mailto:{MAILBOX}?subject=unsubscribe%20{token_of(room, 1)}" in text
    assert f"mailto:{MAILBOX}?subject=subscribe%20pekanan" in text


# the mailbox


@pytest.mark.parametrize("subject", ["Pertanyaan tentang jadwal", "Daftar hadir", "Stop press"])
def test_what_is_for_a_person_stays_unread(postman: Postman, subject: str) -> None:
    postman.bring(subject, body="Kapan pendaftaran ditutup?")
    said = [postman.room.run("tick").out for _ in range(2)]
    assert ["1 left unread for you" in one for one in said] == [True, False]
    assert postman.unread == 1


@pytest.fixture
def imap() -> Iterator[LoopbackImap]:
    with LoopbackImap({}, user="desk", password="hunter2") as server:
        yield server


def test_tick_reads_a_mailbox_on_a_server(room: Newsroom, imap: LoopbackImap) -> None:
    room.subscribe(ANI, BUDI)
    where = imap.url.replace("://", "://desk:${INBOX_PASSWORD}@")
    room.environment["INBOX_PASSWORD"] = "hunter2"
    room.change("harian", inbox=where, bounces="balik@kantor.example")
    imap.inbox[7] = Mail(bounce(token_of(room, 1)))
    imap.inbox[8] = Mail(b"From: x@y.example\nSubject: Halo\n\nApa kabar?\n")
    answer = room.run("tick")
    assert answer.code == 0, answer.said
    assert readers(room) == [BUDI]
    assert (imap.inbox[7].flags, imap.inbox[8].flags) == ({"\\Seen"}, set())
    checked = room.run("channels", "check", "harian")
    assert "inbox" in checked.out
    assert "hunter2" not in checked.said + answer.said


def test_a_mailbox_that_cannot_be_read_stops_no_digest(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.change("harian", inbox="imap://desk:hunter2@127.0.0.1:9/INBOX")
    room.write()
    room.publish()
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert "channels.harian.inbox: 127.0.0.1:9" in answer.err
    assert "hunter2" not in answer.said
    assert room.readers == [ANI]


LOSES_US = (
    "CREATE FUNCTION end_us() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$",
    "CREATE TRIGGER loses_us BEFORE INSERT ON heard FOR EACH ROW EXECUTE FUNCTION end_us()",
)


def test_a_database_that_is_lost_amid_the_letters_ends_the_run(
    room: Newsroom, postgres_ledger: str
) -> None:
    room.ledger_url = postgres_ledger.replace("+psycopg", "")
    postman = Postman(room)
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    postman.bring("berhenti", vouched=True)
    for statement in LOSES_US:
        postgres.ask(postgres_ledger, statement)
    answer = room.run("tick", at=EVENING)
    assert answer.code == 1
    assert "ledger.url: " in answer.complaint
    assert room.readers == []
    postgres.ask(postgres_ledger, "DROP TRIGGER loses_us ON heard")
    assert room.run("tick", at=EVENING).code == 0
    assert [one["To"] for one in room.letters if one["List-Id"]] == [BUDI]


def test_a_letter_that_the_ledger_refuses_holds_up_no_other(postman: Postman) -> None:
    room = postman.room
    room.subscribe(CICI)
    room.write()
    room.publish()
    for sender in (ANI, BUDI):
        postman.bring("berhenti", vouched=True, sender=sender)
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute(
            "CREATE TRIGGER refuses BEFORE UPDATE ON subscriptions WHEN OLD.subscriber_id = 1"
            " BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    answer = room.run("tick", at=EVENING)
    assert answer.code == 3
    assert "harian: a letter could not be processed and is still unread: " in answer.err
    assert "not this one" in answer.err
    assert [one["To"] for one in room.letters if one["List-Id"]] == [ANI, CICI]
    assert postman.unread == 1


@pytest.mark.parametrize("source", ["nowhere.eml", "imaps://nobody", "pop3://u:p@h"])
def test_a_source_that_is_none_is_explained(room: Newsroom, source: str) -> None:
    answer = room.run("subscribers", "bounce", "--list", "harian", source)
    assert answer.code in (2, 3)
    assert len(answer.complaint) > 20


def test_a_crash_between_asking_and_noting_asks_again_with_the_same_letter(
    postman: Postman,
) -> None:
    room = postman.room
    postman.bring("subscribe", sender=CICI)
    room.run("tick")
    with closing(sqlite3.connect(room.ledger)) as db, db:
        taken = "holder_id = (SELECT max(id) FROM holders), claimed_until = '2026-05-04 00:00:00'"
        db.execute(f"UPDATE requests SET state = 'sending', {taken}")
    room.run("tick")
    first, second = room.smtp.letters
    assert first == second


def test_the_mailbox_s_folder_is_beside_the_configuration(postman: Postman, tmp_path: Path) -> None:
    postman.bring("berhenti", vouched=True)
    config = str(postman.room.folder / "config.toml")
    with postman.room.here():
        answer = postman.room.run("--config", config, "tick")
    assert answer.code == 0
    assert postman.unread == 0


def test_who_asked_to_join_can_see_what_is_kept_and_be_forgotten(postman: Postman) -> None:
    room = postman.room
    postman.bring("subscribe", sender=f"Cici <{CICI}>")
    room.run("tick")
    [request] = room.run("subscribers", "export", "--person", CICI).json["requests"]
    assert (request["list"], request["wants"], request["name"]) == ("harian", "join", "Cici")
    assert room.run("subscribers", "forget", CICI).out.startswith(f"{CICI}: erased")
    assert "does not know" in room.run("subscribers", "export", "--person", CICI).complaint


# sentences, and who may say them


@pytest.mark.parametrize(
    "subject", ["Please unsubscribe me", "Mohon berhenti berlangganan", "stop"]
)
def test_a_known_reader_is_understood_and_a_stranger_s_letter_is_for_a_person(
    postman: Postman, subject: str
) -> None:
    room = postman.room
    postman.bring(subject, sender=CICI, vouched=True)
    postman.bring(f"***SPAM*** {subject}", sender=f"Ani <{ANI}>", vouched=True)
    for answer in (room.run("tick"), room.run("tick")):
        assert answer.code == 0
    assert readers(room) == [BUDI]
    assert postman.unread == 1
    room.subscribe(CICI)
    assert "1 left" in room.run("tick").out
    assert postman.unread == 0


@pytest.mark.parametrize("tag", ["***SPAM*** {}", "Trs: EXTERNAL: {}", "{{Spam?}} Re: {}"])
def test_a_tagged_answer_to_our_question_joins(postman: Postman, tag: str) -> None:
    room = postman.room
    postman.bring(tag.format("Mohon langganan"), sender=CICI)
    room.run("tick")
    postman.bring(tag.format(invited(room)["Subject"]), sender=CICI)
    assert "1 joined" in room.run("tick", at=NOON).out
    assert CICI in readers(room)


@pytest.mark.parametrize(
    ("written", "name"),
    [('"Cici \\"Nana\\" P"', 'Cici "Nana" P'), ("=?utf-8?q?=C3=81ni_=22X=22?=", 'Áni "X"'),
     ('"Paramida, Cici"', "Paramida, Cici"), ("Cici P", "Cici P")],
)  # fmt: skip
def test_a_joiner_s_name_is_what_they_call_themselves(
    postman: Postman, written: str, name: str
) -> None:
    room = postman.room
    head = f"To: {MAILBOX}\nMessage-ID: <77@a.example>\nSubject: subscribe"
    postman.put(f"From: {written} <{CICI}>\n{head}\n\nya\n".encode())
    room.run("tick")
    postman.bring(f"Re: {invited(room)['Subject']}", sender=CICI)
    room.run("tick", at=NOON)
    assert room.rows(f"SELECT name FROM subscribers WHERE email = '{CICI}'") == [(name,)]
