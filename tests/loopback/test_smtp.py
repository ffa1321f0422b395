from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import suppress
from threading import active_count
from time import monotonic
from typing import get_args

import pytest

from syndicate.loopback.line_faults import ANSWERS_AHEAD, GARBLE, MANNERS, Manner
from syndicate.loopback.smtp import ReceivedLetter, SmtpFault, SmtpServer, Step

MAIL = b"Subject: hello\r\n\r\n.\r\n..two dots\r\nthe end\r\n"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def client(server: SmtpServer) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", server.port, "localhost", timeout=5)


def send(server: SmtpServer, to: str = "ann@example.org") -> None:
    with client(server) as wire:
        wire.sendmail("desk@example.org", [to], MAIL)


def test_a_letter_is_kept_as_it_was_written(smtp: SmtpServer) -> None:
    send(smtp)
    assert smtp.letters == [ReceivedLetter("desk@example.org", "ann@example.org", MAIL)]


def test_a_quoted_address_may_hold_blanks(smtp: SmtpServer) -> None:
    with client(smtp) as wire:
        wire.ehlo()
        wire.docmd("MAIL FROM:<> SIZE=10")
        wire.docmd('RCPT TO:<"a b"@example.org>')
        wire.data(b"x")
    assert smtp.letters == [("", '"a b"@example.org', b"x\r\n")]


def test_what_it_can_do_is_announced(smtp: SmtpServer) -> None:
    with client(smtp) as wire:
        wire.ehlo()
        assert set(wire.esmtp_features) == {"pipelining", "8bitmime", "size"}


def test_commands_may_come_all_at_once(smtp: SmtpServer) -> None:
    with client(smtp) as wire:
        wire.ehlo()
        wire.send(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n")
        assert [wire.getreply()[0] for _ in range(3)] == [250, 250, 354]
        wire.send(b"hello\r\n.\r\nMAIL FROM:<a@b.c>\r\n")
        assert [wire.getreply()[0] for _ in range(2)] == [250, 250]
    assert smtp.letters == [("a@b.c", "d@e.f", b"hello\r\n")]


@pytest.mark.parametrize(
    ("command", "code"),
    [("RCPT TO:<a@b.c>", 503), ("DATA", 503), ("NONSENSE", 500), ("AUTH PLAIN AAAA", 502)],
)
def test_commands_out_of_place_are_refused(smtp: SmtpServer, command: str, code: int) -> None:
    with client(smtp) as wire:
        wire.ehlo()
        assert wire.docmd(command)[0] == code


def test_an_open_letter_has_to_be_given_up_before_the_next(smtp: SmtpServer) -> None:
    with client(smtp) as wire:
        wire.ehlo()
        commands = ("MAIL FROM:<a@b.c>", "MAIL FROM:<a@b.c>", "RSET", "MAIL FROM:<a@b.c>")
        assert [wire.docmd(command)[0] for command in commands] == [250, 503, 250, 250]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_taken_before_the_login(mechanism: str, first: bool) -> None:
    with SmtpServer(user="desk", password="secret") as server, client(server) as wire:
        wire.ehlo()
        assert wire.docmd("MAIL FROM:<a@b.c>")[0] == 530
        wire.user, wire.password = "desk", "wrong"
        say = getattr(wire, f"auth_{mechanism.lower()}")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            wire.auth(mechanism, say, initial_response_ok=first)
        wire.password = "secret"
        assert wire.auth(mechanism, say, initial_response_ok=first)[0] == 235
        assert wire.docmd("MAIL FROM:<a@b.c>")[0] == 250


ELSEWHERE = ("starttls", "tls", "sent", "rset", "quit")  # no step on a letter's way


@pytest.mark.parametrize("step", [step for step in get_args(Step) if step not in ELSEWHERE])
@pytest.mark.parametrize(("do", "first_digit"), [("refuse", 5), ("defer", 4), ("hang up", None)])
def test_faults_happen_where_they_are_asked_for(
    step: Step, do: str, first_digit: int | None
) -> None:
    with SmtpServer(user="u", password="p", faults=[SmtpFault(at=step, do=do)]) as server:  # type: ignore[arg-type]
        code = last_code(server)
        assert (code and code // 100) == first_digit
        assert server.letters == []


def last_code(server: SmtpServer) -> int | None:
    """The reply a letter failed with; None where the server hung up."""
    try:
        with client(server) as wire:
            code = wire.ehlo()[0]
            if code == 250:
                code = wire.docmd("AUTH PLAIN AHUAcA==")[0]
            for command in (b"MAIL FROM:<a@b.c>", b"RCPT TO:<d@e.f>", b"DATA", b"hello\r\n."):
                if code // 100 in (2, 3):
                    wire.send(command + b"\r\n")
                    code = wire.getreply()[0]
            return code
    except smtplib.SMTPConnectError as error:
        return error.smtp_code
    except smtplib.SMTPServerDisconnected:
        return None


@pytest.mark.parametrize("keep", [True, False])
def test_a_lost_answer_may_mean_either(keep: bool) -> None:
    with SmtpServer(faults=[SmtpFault(at="dot", do="hang up", keep=keep)]) as server:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(server)
        assert len(server.letters) == keep


def test_hanging_up_after_the_answer_keeps_the_letter(smtp: SmtpServer) -> None:
    smtp.faults.append(SmtpFault(at="sent", do="hang up"))
    wire = client(smtp)
    assert wire.sendmail("a@b.c", "d@e.f", MAIL) == {}
    with pytest.raises(smtplib.SMTPServerDisconnected):
        wire.docmd("NOOP")
    assert len(smtp.letters) == 1


def test_a_fault_may_be_for_one_recipient_or_one_time(smtp: SmtpServer) -> None:
    smtp.faults += [
        SmtpFault(at="rcpt", do="refuse", recipient="bob@example.net", code=552),
        SmtpFault(at="mail", do="defer", nth=2),
    ]
    send(smtp)
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(smtp)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="552"):
        send(smtp, "bob@example.net")
    send(smtp)
    assert [letter.recipient for letter in smtp.letters] == ["ann@example.org"] * 2


def test_it_can_be_slow(smtp: SmtpServer) -> None:
    smtp.faults.append(SmtpFault(at="mail", do="wait", seconds=0.3))
    began = monotonic()
    send(smtp)
    assert monotonic() - began >= 0.3
    assert len(smtp.letters) == 1


def test_it_stops_at_once_whoever_is_still_there() -> None:
    threads = active_count()
    with SmtpServer(faults=[SmtpFault(at="mail", do="wait", seconds=60)]) as server:
        idle, waiting = client(server), client(server)
        waiting.ehlo()
        waiting.putcmd("MAIL FROM:<a@b.c>")
        began = monotonic()
    assert monotonic() - began < 3
    assert active_count() == threads
    for wire in (idle, waiting):
        wire.close()
    with pytest.raises(OSError, match="refused"):
        client(server)


SPOILT: dict[Manner, bytes] = {  # what comes in the place of "250 ok", as far as it is looked at
    "say nothing": b"", "drip": b"250 ok\r\n", "flood": b"250-xxxx", "run on": b"250-and ",
    "half a line": b"250 ", "break off": b"250 ", "garble": GARBLE[:8], "nul": b"250 \0\0ok",
    "negative": b"-50 stra", "odd": b"999 stra", "wordless": b"\r\n",
    "twice": b"250 ok\r\n250 ok\r\n", "ahead": b"250 ok\r\n" + ANSWERS_AHEAD,
}  # fmt: skip


@pytest.mark.parametrize("manner", MANNERS)
def test_an_answer_is_spoilt_as_it_is_asked_for(manner: Manner) -> None:
    with (
        SmtpServer(faults=[SmtpFault(at="mail", do=manner, nth=1)]) as server,
        client(server) as wire,
    ):
        wire.ehlo()
        assert wire.sock
        wire.sock.settimeout(0.2)
        wire.sock.sendall(b"MAIL FROM:<a@b.example>\r\n")
        heard, expected = b"", SPOILT[manner]
        with suppress(TimeoutError):
            while len(heard) < max(1, len(expected)) and (part := wire.sock.recv(100)):
                heard += part
        assert heard[: max(1, len(expected))] == expected
        wire.close()


def test_a_relay_that_stops_reading_ends_with_its_client() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="stop reading")]) as server:
        wire = client(server)
        wire.ehlo()
        for command in ("MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA"):
            wire.docmd(command)
        wire.send(b"hello\r\n.\r\n")
        wire.close()
        assert server.letters == []
