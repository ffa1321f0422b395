"""Two ticks at once, on each database: each letter is read once and answered once."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support import postgres
from support.imap import LoopbackImap, Mail
from support.machine import PATIENCE, Machine, Point, Site
from support.newsroom import EVENING, MORNING, Answer, Newsroom, newsroom
from syndicate import Reply
from syndicate.ledger import open_ledger
from syndicate.subscribers import reply_processor

SENDER = "From: {who}\r\nTo: berhenti@kantor.example\r\nMessage-ID: <{who}>\r\n"
DOMAIN = "pembaca.example"


def people(what: str, count: int) -> list[str]:
    return [f"{what}{number:03}@{DOMAIN}" for number in range(count)]


def letter(who: str, subject: str, body: str = "Terima kasih.") -> bytes:
    return f"{SENDER.format(who=who)}Subject: {subject}\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def office(tmp_path: Path, ledger_url: str) -> Iterator[Newsroom]:
    """An office on each database in turn, whose list has an inbox."""
    with newsroom(tmp_path / "kantor") as room:
        room.ledger_url = ledger_url.replace("+psycopg", "")
        room.only("harian")
        room.change("harian", inbox="maildir:masuk", bounces="balik@kantor.example")
        for name in ("new", "cur", "tmp"):
            (room.folder / "masuk" / name).mkdir(parents=True)
        yield room


def bring(room: Newsroom, letters: list[bytes]) -> None:
    for number, content in enumerate(letters):
        (room.folder / "masuk" / "new" / f"{number:05}.kantor").write_bytes(content)


def ticks(room: Newsroom, count: int = 2, at: str = MORNING) -> list[Answer]:
    """Several ticks at once."""
    return [child.answer() for child in [room.start("tick", at=at) for _ in range(count)]]


def went_well(answers: list[Answer]) -> None:
    """None was aborted; 3 says that letters were the other one's, and still on their way."""
    for answer in answers:
        is_shared = "under way" in answer.out or "letters  waiting" in answer.out
        assert answer.code == 0 or (answer.code == 3 and is_shared), answer.said
        for word in ("duplicate", "deadlock", "pk_", "unexpected", "IntegrityError"):
            assert word not in answer.said, answer.said


def asked(room: Newsroom) -> Counter[str]:
    """Who was written to beside the digests, and how often."""
    letters = zip(room.letters, room.readers, strict=True)
    return Counter(who for one, who in letters if one["List-Id"] is None)


def got_the_digest(room: Newsroom) -> Counter[str]:
    letters = zip(room.letters, room.readers, strict=True)
    return Counter(who for one, who in letters if one["List-Id"] is not None)


def test_two_ticks_ask_everybody_once_who_wants_to_join_and_both_go_on(office: Newsroom) -> None:
    readers = people("pembaca", 5)
    office.subscribe(*readers)
    office.write()
    office.publish()
    joining = people("baru", 40)
    bring(office, [letter(who, "subscribe") for who in joining])
    went_well(ticks(office, at=EVENING))
    went_well([office.run("tick", at=EVENING)])
    assert asked(office) == Counter(joining)
    assert got_the_digest(office) == Counter(readers)
    assert not any((office.folder / "masuk" / "new").iterdir())


def test_two_ticks_ask_each_of_those_back_who_leave_without_a_token(office: Newsroom) -> None:
    leaving = people("pergi", 30)
    office.subscribe(*leaving)
    bring(office, [letter(who, "unsubscribe") for who in leaving])
    went_well(ticks(office))
    went_well([office.run("tick")])
    assert asked(office) == Counter(leaving)


def tokens(room: Newsroom) -> list[tuple[str, str]]:
    """(address, token of their subscription) of everybody on the list."""
    ledger = open_ledger(room.ledger_url, datetime.now(UTC))
    people = list(ledger.lists.on(1))
    found = [(one.email, ledger.letters.recipient("harian", one.id, "").token) for one in people]
    ledger.close()
    return found


@pytest.mark.soak
def test_two_ticks_let_everybody_leave_and_say_each_goodbye_once(office: Newsroom) -> None:
    leaving = people("pergi", 30)
    office.subscribe(*leaving)
    bring(office, [letter(who, f"unsubscribe {token}") for who, token in tokens(office)])
    went_well(ticks(office))
    went_well([office.run("tick")])
    assert asked(office) == Counter(leaving)
    assert tokens(office) == []


def fails(room: Newsroom, table: str, event: str) -> None:
    """Let the database itself refuse a row, as it does one that does not fit in."""
    if room.ledger_url.startswith("sqlite"):
        path = room.ledger_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as db:
            db.execute(
                f"CREATE TRIGGER no_{table} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'no {table} today'); END"
            )
        return
    body = f"BEGIN RAISE check_violation USING MESSAGE = 'no {table} today'; END"
    postgres.ask(
        room.ledger_url,
        f"CREATE FUNCTION no_{table}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$;"
        f"CREATE TRIGGER no_{table} BEFORE {event} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION no_{table}()",
    )


def test_a_fault_of_the_inbox_or_of_an_answer_ends_no_tick(office: Newsroom) -> None:
    readers = people("pembaca", 3)
    office.subscribe(*readers)
    office.write()
    office.publish()
    bring(office, [letter("baru@pembaca.example", "subscribe")])
    office.change("harian", smtp="smtp://127.0.0.1:9")  # what was asked for waits
    office.run("tick")
    [leaving] = [token for who, token in tokens(office) if who == readers[0]]
    assert office.run("unsubscribe", leaving).code == 0
    for table, event in (("heard", "INSERT"), ("requests", "UPDATE"), ("goodbyes", "UPDATE")):
        fails(office, table, event)
    bring(office, [letter("lain@pembaca.example", "subscribe")])
    office.change("harian", smtp=office.smtp.url)
    answer = office.run("tick", at=EVENING)
    assert answer.code == 3
    assert "harian: a letter could not be processed and is still unread" in answer.said
    for part, fault in (("answers", "no requests today"), ("goodbyes", "no goodbyes today")):
        assert f"{part}: ledger.url: {fault}" in answer.said
    assert "ledger.url: no heard today" in answer.said
    assert sorted(office.readers) == readers[1:]


def test_a_letter_that_nobody_foresaw_holds_up_no_others(
    office: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def foreseen(reply: Reply) -> str:
        if reply.email.startswith("ganjil"):
            raise ZeroDivisionError
        return reply.email

    monkeypatch.setattr(reply_processor, "_address", foreseen)
    office.subscribe(*people("pembaca", 1))
    bring(office, [letter(who, "subscribe") for who in ("ganjil@b.example", *people("baru", 3))])
    answer = office.run("tick")
    assert answer.code == 3
    assert "harian: a letter could not be processed and is still unread" in answer.said
    assert asked(office) == Counter(people("baru", 3))
    assert len(list((office.folder / "masuk" / "new").iterdir())) == 1


@pytest.mark.soak
def test_two_ticks_read_one_imap_folder(tmp_path: Path, ledger_url: str) -> None:
    joining = people("baru", 30)
    mails = {n: Mail(letter(who, "subscribe")) for n, who in enumerate(joining, 1)}
    with newsroom(tmp_path / "kantor") as room, LoopbackImap(mails, password="hunter2") as imap:
        room.ledger_url = ledger_url.replace("+psycopg", "")
        room.only("harian")
        room.change(
            "harian", inbox=imap.url.replace("://", "://desk:hunter2@"),
            bounces="balik@kantor.example",
        )  # fmt: skip
        went_well(ticks(room))
        went_well([room.run("tick")])
        assert asked(room) == Counter(joining)
        assert all("\\Seen" in one.flags for one in imap.inbox.values())


def goodbye_due(site: Site, *machines: Machine) -> None:
    """Somebody wants to join and somebody has left; both are to be written to."""
    for machine in machines:
        machine.only("harian")
        machine.change("harian", inbox=f"maildir:{site.folder / 'masuk'}",
                       bounces="balik@kantor.example")  # fmt: skip
    for name in ("new", "cur", "tmp"):
        (site.folder / "masuk" / name).mkdir(parents=True)
    machines[0].subscribe("pergi@pembaca.example")
    [(_, token)] = tokens(machines[0])
    assert machines[0].run("unsubscribe", token).code == 0
    path = site.folder / "masuk" / "new" / "1.kantor"
    path.write_bytes(letter("baru@pembaca.example", "subscribe"))


@pytest.mark.soak
@pytest.mark.parametrize("call", [1, 2], ids=["question", "goodbye"])
def test_an_answer_is_its_sender_s_as_long_as_that_lives(
    site: Site, satu: Machine, dua: Machine, call: int
) -> None:
    """It stands still just before it sends: the other machine leaves that letter to it."""
    goodbye_due(site, satu, dua)
    first = satu.start(
        "tick", stops=Point("syndicate.subscribers.service_mailing:send_once", call=call)
    )
    first.wait_until_still()
    went_well([dua.run("tick")])
    assert len(site.smtp.letters) == 1
    first.thaw()
    went_well([first.answer(), dua.run("tick")])
    assert asked(dua) == Counter(["baru@pembaca.example", "pergi@pembaca.example"])


@pytest.mark.soak
@pytest.mark.parametrize("call", [1, 2], ids=["question", "goodbye"])
def test_a_claim_on_an_answer_dies_with_its_sender(
    site: Site, satu: Machine, dua: Machine, call: int
) -> None:
    """No twenty minutes: the other machine sees that its connection has ended."""
    goodbye_due(site, satu, dua)
    first = satu.start(
        "tick", stops=Point("syndicate.subscribers.service_mailing:send_once", call=call)
    )
    first.wait_until_still()
    first.kill()
    went_well([dua.run("tick")])
    said = Counter(["baru@pembaca.example", "pergi@pembaca.example"])
    if call == 2:  # a question twice does no harm; a goodbye may have left
        del said["pergi@pembaca.example"]
    assert asked(dua) == said


@pytest.mark.soak
def test_a_letter_that_a_dying_machine_had_taken_is_dealt_with_by_the_other_one(
    site: Site, satu: Machine, dua: Machine
) -> None:
    goodbye_due(site, satu, dua)
    stops = Point("syndicate.subscribers.reply_processor:ReplyProcessor._apply", after=True)
    first = satu.start("tick", stops=stops)
    first.wait_until_still()  # within its transaction
    second = dua.start("tick")
    until = time.monotonic() + PATIENCE
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
    while dua.rows(waiting) == [(0,)]:
        assert time.monotonic() < until
    first.kill()
    went_well([second.answer(), dua.run("tick")])
    assert asked(dua) == Counter(["baru@pembaca.example", "pergi@pembaca.example"])
