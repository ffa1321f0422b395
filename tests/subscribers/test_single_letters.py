"""Letters to single people: a relay's trouble is ours there, too, and costs nobody their letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from time import monotonic
from typing import Any

import pytest

from support.newsroom import NOON
from support.postman import ANI, BUDI, CICI, MAILBOX, Postman, token_of
from syndicate.loopback.smtp import SmtpFault

OURS = [
    SmtpFault(at="connect", do="refuse", code=554, text="no service for you"),
    SmtpFault(at="ehlo", do="refuse", code=550, text="5.7.0 who are you?"),
    SmtpFault(at="mail", do="refuse", code=550, text="not you"),
    SmtpFault(at="rcpt", do="refuse", code=550, text="5.7.0 hourly sending limit exceeded"),
    SmtpFault(at="rcpt", do="refuse", code=554, text="5.7.1 Relay access denied"),
    SmtpFault(at="rcpt", do="refuse", code=503, text="5.5.4 send AUTH command first"),
    SmtpFault(at="rcpt", do="refuse", code=550, text="computer says no"),
    SmtpFault(at="dot", do="refuse", code=554, text="5.2.252 SendAsDenied"),
    SmtpFault(at="dot", do="refuse", code=552, text="relay quota exceeded"),
    SmtpFault(at="dot", do="refuse", code=550, text="5.7.515 Access denied"),
    SmtpFault(at="rcpt", do="defer", text="4.2.0 greylisted"),
]  # fmt: skip


def leave(postman: Postman) -> None:
    postman.bring("berhenti", vouched=True)


def join(postman: Postman) -> None:
    postman.bring("langganan", sender=CICI)


def ask(postman: Postman) -> None:
    postman.bring(f"lists {token_of(postman.room, 1)}")


WISHES: dict[str, tuple[Callable[[Postman], None], str]] = {
    "goodbye": (leave, ANI), "invitation": (join, CICI), "overview": (ask, ANI),
}  # fmt: skip


def each_wish(cases: Iterable[Any]) -> list[Any]:
    """Every case for every wish; `make test` has a few of them, and each wish among them."""
    return [
        pytest.param(wish, case, marks=[pytest.mark.soak] if number % 5 else [])
        for number, (case, wish) in enumerate(product(cases, WISHES))
    ]


@pytest.mark.parametrize(("wish", "fault"), each_wish(OURS))
def test_our_trouble_costs_nobody_a_letter(postman: Postman, wish: str, fault: SmtpFault) -> None:
    room, (bring, who) = postman.room, WISHES[wish]
    room.smtp.faults.append(fault)
    bring(postman)
    answer = room.run("tick")
    assert answer.code == 3
    assert fault.text in answer.said
    assert room.run("tick").code == 3  # still
    assert room.letters == []
    room.smtp.faults.clear()
    assert room.run("tick").code == 0
    assert room.readers == [who]


SETTINGS: dict[str, tuple[dict[str, object], str]] = {
    "no STARTTLS": ({"smtp": "smtp://desk:hunter2@{}"}, "offers no STARTTLS"),
    "no TLS": ({"smtp": "smtps://{}"}, "no safe connection"),
    "no such certificate": ({"tls_ca": "kosong.pem", "smtp": "smtps://{}"}, "tls_ca"),
    "nobody there": ({"smtp": "smtp://127.0.0.1:9"}, "cannot reach the relay"),
}


@pytest.mark.parametrize(("wish", "name"), each_wish(SETTINGS))
def test_a_relay_that_cannot_be_used_costs_nobody_a_letter(
    postman: Postman, wish: str, name: str
) -> None:
    room, (bring, who) = postman.room, WISHES[wish]
    given, said = SETTINGS[name]
    (room.folder / "kosong.pem").write_text("nothing\n")
    before = {"smtp": room.smtp.url, "tls_ca": ""}
    where = room.smtp.url.partition("://")[2]
    room.change("harian", **{key: str(one).replace("{}", where) for key, one in given.items()})
    bring(postman)
    answer = room.run("tick")
    assert answer.code == 3
    assert said in answer.said
    assert "hunter2" not in answer.said
    room.change("harian", **before)
    assert room.run("tick").code == 0
    assert room.readers == [who]


@pytest.mark.parametrize("wish", WISHES)
def test_one_reader_who_is_put_off_holds_up_no_other(postman: Postman, wish: str) -> None:
    room, (bring, who) = postman.room, WISHES[wish]
    fault = SmtpFault(at="rcpt", do="defer", text="4.2.0 greylisted", recipient=who)
    room.smtp.faults.append(fault)
    bring(postman)
    postman.bring("berhenti", sender=BUDI, vouched=True)
    postman.bring("langganan", sender="dedi@pembaca.example")
    assert room.run("tick").code == 3
    assert sorted(room.readers) == [BUDI, "dedi@pembaca.example"]
    room.smtp.faults.clear()
    assert room.run("tick").code == 0
    assert room.readers.count(who) == 1


@pytest.mark.parametrize("wish", ["goodbye", "invitation"])
def test_where_all_are_put_off_not_everybody_is_asked_for(postman: Postman, wish: str) -> None:
    room = postman.room
    people = [f"o{number}@pembaca.example" for number in range(10)]
    if wish == "goodbye":
        room.subscribe(*people)
    word = "berhenti" if wish == "goodbye" else "langganan"
    for one in people:
        postman.bring(word, sender=one, vouched=wish == "goodbye")
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=550, text="computer says no"))
    answer = room.run("tick")
    assert answer.code == 3
    assert room.smtp.commands.count("RCPT") == 3
    assert answer.said.count("computer says no") <= 3
    room.smtp.faults.clear()
    assert room.run("tick").code == 0
    assert sorted(room.readers) == sorted(people)


@pytest.mark.parametrize("wish", ["goodbye", "invitation"])
def test_whoever_is_always_put_off_is_tried_after_the_others(postman: Postman, wish: str) -> None:
    room = postman.room
    people = [f"o{number}@pembaca.example" for number in range(4)]
    if wish == "goodbye":
        room.subscribe(*people)
    for one in people:
        word = "berhenti" if wish == "goodbye" else "langganan"
        postman.bring(word, sender=one, vouched=wish == "goodbye")
    for one in people[:3]:
        room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", text="busy", recipient=one))
    assert room.run("tick").code == 3
    assert room.run("tick").code == 3
    assert room.readers == people[3:]


@pytest.mark.parametrize("wish", WISHES)
def test_a_reader_s_own_code_ends_it(postman: Postman, wish: str) -> None:
    room, (bring, _) = postman.room, WISHES[wish]
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user", nth=1))
    bring(postman)
    room.run("tick")
    room.run("tick", at=NOON)
    assert room.letters == []
    assert room.smtp.commands.count("RCPT") == 1


def test_a_goodbye_of_a_rehearsal_waits_where_it_must_not_leave(postman: Postman) -> None:
    room = postman.room
    postman.bring("berhenti", vouched=True)
    room.change("harian", smtp="smtp://surat.kantor.example:25")
    assert room.run("tick").code == 3
    room.change("harian", smtp=room.smtp.url)
    assert room.run("tick").code == 0
    assert room.readers == [ANI]


def test_why_a_goodbye_waits_is_told_without_whom_it_goes_to(postman: Postman) -> None:
    room = postman.room
    said = "5.7.1 <{}>: Relay access denied"
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", code=554, text=said))
    postman.bring("berhenti", vouched=True)
    answer = room.run("tick")
    assert "5.7.1 <…>: Relay access denied" in answer.said
    assert ANI not in answer.said
    assert MAILBOX not in answer.err


def test_a_relay_that_leaves_one_letter_in_doubt_is_given_no_more_of_them_in_that_run(
    postman: Postman,
) -> None:
    room = postman.room
    people = [f"o{number}@pembaca.example" for number in range(6)]
    room.subscribe(*people)
    room.change("harian", patience=1)
    for one in people:
        postman.bring("berhenti", sender=one)
    room.smtp.faults.append(SmtpFault(at="dot", do="say nothing"))
    began = monotonic()
    answer = room.run("tick")
    assert monotonic() - began < 2 + 5
    assert answer.code == 3
    assert "without saying whether it took the letter" in answer.said
    assert room.smtp.commands.count("DATA") == 1
    room.smtp.faults.clear()
    assert room.run("tick").code == 0
    assert len(set(room.readers) & set(people)) == 6  # the relay has the one that was in doubt
