"""What a relay may do to a digest, and what is booked then: the ledger's rows, and what arrived."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest

from support.newsroom import EVENING, Newsroom
from syndicate.loopback.smtp import SmtpFault, SmtpServer
from syndicate_email.smtp import pool

ANI, BUDI, CICI = "ani@pembaca.example", "budi@pembaca.example", "cici@pembaca.example"
CERTIFICATE = Path(__file__).parents[1] / "channels" / "loopback.pem"
SENT = ("sent", "")
DUE = ("due", "")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A relay's fault, and what three readers' letters are booked as: (state, code)."""

    faults: Sequence[SmtpFault] = ()
    relay: dict[str, Any] = field(default_factory=dict)
    code: int
    booked: Sequence[tuple[str, str]]
    arrived: str  # the readers' initials
    later: tuple[int, str] = (0, "abc")  # of a later tick: its exit code, and what has arrived then


def second(at: Any, do: Any, **given: Any) -> tuple[SmtpFault, ...]:
    """A fault at the second letter."""
    return (SmtpFault(at=at, do=do, nth=2, **given),)


def each_one_once(do: Any) -> tuple[SmtpFault, ...]:
    return tuple(SmtpFault(at="rcpt", do=do, recipient=who, nth=1) for who in (ANI, BUDI, CICI))


ALL_SENT: dict[str, Any] = {"code": 0, "booked": [SENT] * 3, "arrived": "abc"}
NONE_SENT: dict[str, Any] = {"code": 3, "booked": [DUE] * 3, "arrived": ""}
DOUBT: dict[str, Any] = {"code": 4, "booked": [SENT, ("in_doubt", ""), SENT]}
CASES = {
    "no fault": Case(**ALL_SENT),
    "a recipient is refused": Case(
        faults=[SmtpFault(at="rcpt", do="refuse", recipient=BUDI, text="5.1.1 no such user")],
        code=3, booked=[SENT, ("refused", "550 5.1.1"), SENT], arrived="ac", later=(0, "ac"),
    ),
    "a recipient is put off": Case(
        faults=[SmtpFault(at="rcpt", do="defer", recipient=BUDI, nth=1)],
        code=3, booked=[SENT, ("due", "451"), SENT], arrived="ac",
    ),
    "greylisting": Case(
        faults=each_one_once("defer"), code=3, booked=[("due", "451")] * 3, arrived="",
    ),
    "the letter is refused": Case(
        faults=second("dot", "refuse"),
        code=3, booked=[SENT, ("due", "554"), SENT], arrived="ac",
    ),
    "the letter is put off": Case(
        faults=second("dot", "defer"), code=3, booked=[SENT, ("due", "451"), SENT], arrived="ac",
    ),
    "the sender is refused": Case(
        faults=second("mail", "refuse"), code=3, booked=[SENT, DUE, DUE], arrived="a",
    ),
    "everybody is put off for a while": Case(faults=second("mail", "defer"), **ALL_SENT),
    "421 after a letter": Case(faults=second("mail", "defer", code=421), **ALL_SENT),
    "421 at RCPT": Case(faults=second("rcpt", "defer", code=421), **ALL_SENT),
    "421 at DATA": Case(faults=second("data", "defer", code=421), **ALL_SENT),
    "421 for the letter": Case(
        faults=second("dot", "defer", code=421),
        code=3, booked=[SENT, ("due", "421"), SENT], arrived="ac",
    ),
    "hang-up at the door": Case(faults=[SmtpFault(at="connect", do="hang up", nth=1)], **NONE_SENT),
    "hang-up at EHLO": Case(faults=[SmtpFault(at="ehlo", do="hang up", nth=1)], **NONE_SENT),
    "hang-up at MAIL": Case(faults=second("mail", "hang up"), **ALL_SENT),
    "hang-up at RCPT": Case(faults=second("rcpt", "hang up"), **ALL_SENT),
    "hang-up at DATA": Case(faults=second("data", "hang up"), **ALL_SENT),
    "hang-up in the letter": Case(  # all of it had left: nobody can know
        faults=second("body", "hang up"), **DOUBT, arrived="ac", later=(4, "ac"),
    ),
    "hang-up before 250, not taken": Case(
        faults=second("dot", "hang up"), **DOUBT, arrived="ac", later=(4, "ac"),
    ),
    "hang-up before 250, taken": Case(
        faults=second("dot", "hang up", keep=True), **DOUBT, arrived="abc", later=(4, "abc"),
    ),
    "hang-up after 250": Case(faults=second("sent", "hang up"), **ALL_SENT),
    "slow": Case(faults=[SmtpFault(at="dot", do="wait", seconds=0.2)], **ALL_SENT),
    "the login is refused": Case(
        relay={"user": "desk", "password": "other"}, **NONE_SENT, later=(3, ""),
    ),
    "the certificate is nobody's": Case(
        relay={"user": "desk", "password": "p4ssword", "trusted": False}, **NONE_SENT,
        later=(3, ""),
    ),
    "no PIPELINING": Case(relay={"extensions": ["8BITMIME"]}, **ALL_SENT),
    "no 8BITMIME": Case(relay={"extensions": ["PIPELINING"]}, **ALL_SENT),
    "neither": Case(relay={"extensions": []}, **ALL_SENT),
}  # fmt: skip


@contextmanager
def relay_of(case: Case, patch: pytest.MonkeyPatch) -> Iterator[tuple[SmtpServer, str]]:
    """The relay, and how it is named in the configuration."""
    given = dict(case.relay)
    trusted = given.pop("trusted", True)
    if "user" in given:
        given["starttls"] = SSLContext(PROTOCOL_TLS_SERVER)
        given["starttls"].load_cert_chain(CERTIFICATE)
        if trusted:
            patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with SmtpServer(faults=case.faults, **given) as relay:
        login = "desk:p4ssword@" if "user" in given else ""
        yield relay, relay.url.replace("://", f"://{login}")


def booked(room: Newsroom) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(room.ledger)) as db:
        rows = db.execute("SELECT state, coalesce(code, '') FROM letters ORDER BY subscriber_id")
        return list(rows.fetchall())


def arrived(relay: SmtpServer) -> str:
    return "".join(sorted(letter.recipient[0] for letter in relay.letters))


@pytest.mark.parametrize("name", CASES)
def test_what_a_relay_does_is_booked(
    room: Newsroom, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.setattr(pool, "PAUSE_SECONDS", 0.1)
    room.subscribe(ANI, BUDI, CICI)
    room.write()
    room.publish()
    with relay_of(case, monkeypatch) as (relay, url):
        room.change("harian", smtp=url, connections=1)
        answer = room.run("digest", at=EVENING)
        assert (answer.code, booked(room), arrived(relay)) == (
            case.code, list(case.booked), case.arrived,
        ), answer.said  # fmt: skip
        assert "p4ssword" not in answer.said
        room.let_pauses_end()
        code, got = case.later
        assert room.run("tick", at=EVENING).code == code
        assert arrived(relay) == got
