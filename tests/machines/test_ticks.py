"""Two ticks at once, on each database: each letter is read once and answered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.newsroom import EVENING, MORNING, Answer, Newsroom, newsroom
from imap import LoopbackImap, Mail

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


def test_two_ticks_say_each_goodbye_once(office: Newsroom) -> None:
    leaving = people("pergi", 30)
    office.subscribe(*leaving)
    bring(office, [letter(who, "unsubscribe") for who in leaving])
    went_well(ticks(office))
    went_well([office.run("tick")])
    assert asked(office) == Counter(leaving)  # each was asked back once


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
