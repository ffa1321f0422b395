"""Whose trouble a relay's refusal is: the reader's, ours, or nobody can tell."""

from __future__ import annotations

import re
from itertools import islice, product

import pytest

from support.hostile.fuzzing import within
from support.relay_answers import CASES, LETTER, OURS, READER
from syndicate import Deferred, Delivery, Paused, Rendition
from syndicate.model.bounces import count_bounce
from syndicate.testing import NOON
from syndicate_email.inbox.reasons import status_code
from syndicate_email.refusals.login import login_advice
from syndicate_email.refusals.signs import REFUSAL_SIGNS, TOO_LONG, RefusalSign
from syndicate_email.refusals.verdict import (
    COMPARED,
    MOST_KINDS,
    PER_SESSION,
    Cause,
    Envelope,
    Refusals,
    cause_of,
    normalised,
)
from syndicate_email.servers import Relay
from syndicate_email.smtp.connector import Connector
from syndicate_email.smtp.conversation import Conversation, OutgoingLetter


@pytest.mark.parametrize(("step", "code", "text", "meaning"), CASES)
def test_an_answer_tells_whose_trouble_it_is(
    step: str, code: int, text: str, meaning: Cause
) -> None:
    assert cause_of(step, code, text) is meaning


US = "kembali+1@kantor.example"
OF_WHOM = [
    ("5.1.1 <kembali+1@kantor.example>: user unknown", "ani@pembaca.example", OURS),
    ("5.1.1 <redaksi@kantor.example>: user unknown", "ani@pembaca.example", OURS),
    ("<redaksi@kantor.example>: 550 5.1.1 unknown", "ani@pembaca.example", OURS),
    ("5.7.1 no: 550 5.1.1 <REDAKSI@Kantor.Example> unknown", "ani@pembaca.example", OURS),
    ("5.1.1 <redaksi@kantor.example>: unknown", "redaksi@kantor.example", READER),
    ("5.1.1 <ani@kantor.example>: unknown", "ANI@kantor.example", READER),
    ("5.1.1 <ani@pembaca.example>: from <kembali+1@kantor.example>", "ani@pembaca.example", READER),
    ("5.1.1 <ani@lain.example>: User unknown", "ani@pembaca.example", READER),  # forwarded
    ("5.7.1 lookup: 550 5.1.1 <tamu@lain.example> unknown", "ani@pembaca.example", LETTER),
    ("lookup: 550 5.1.1 <2@pembaca.example> unknown", "ani@pembaca.example", READER),
    ("lookup: 550 5.1.1 unknown", "ani@pembaca.example", READER),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reader", "meaning"), OF_WHOM)
def test_a_reader_s_code_is_of_whom_it_names(text: str, reader: str, meaning: Cause) -> None:
    assert cause_of("RCPT", 550, text, Envelope((US,), (reader,))) is meaning


US_BY_NAME = [
    ("Account redaksi@kantor.example has been suspended", OURS),
    ("mail from kantor.example not permitted", OURS),
    ("Akun redaksi@kantor.example diblokir", OURS),
    ("Domain kantor.example: kuota 200 melebihi batas", OURS),
    ("Account ani@pembaca.example has been suspended", LETTER),
    ("domain pembaca.example is disabled", LETTER),
    ("domain kantor.example.org is disabled", LETTER),
    ("redaksi@kantor.example is blocked by the recipient", LETTER),
]


@pytest.mark.parametrize(("text", "meaning"), US_BY_NAME)
def test_our_address_or_domain_may_be_named_as_what_is_refused(text: str, meaning: Cause) -> None:
    assert cause_of("RCPT", 550, text, Envelope((US,), ("ani@pembaca.example",))) is meaning
    if "@kantor" not in text:
        assert cause_of("RCPT", 550, text, Envelope((US,), ("budi@kantor.example",))) is LETTER


@pytest.mark.parametrize("sign", REFUSAL_SIGNS, ids=lambda sign: sign.source)
def test_every_line_of_the_table_has_its_source_and_cases(sign: RefusalSign) -> None:
    ours = [text for step, _, text, meaning in CASES if meaning is OURS and step != "MAIL"]
    assert sign.source
    for pattern in sign.patterns:
        assert any(re.search(pattern, text, re.IGNORECASE) for text in ours), pattern
    for code in sign.codes:
        expected = LETTER if code == TOO_LONG else OURS
        assert cause_of("RCPT", 550, f"{code} no") is expected


def test_refusals_are_alike_but_for_whom_they_name() -> None:
    one = normalised("550 5.7.1 <ani@example.org>: no, id 3f9a8b7c6d5e41 (1234)", "example.org")
    assert one == normalised("550 5.7.1  <BUDI@example.net>: No, id 4XyZb2Q (98)", "example.net")
    assert normalised("550 5.7.1 example.org: no", "example.org") == normalised(
        "550 5.7.1 example.net: no", "example.net"
    )
    assert normalised("550 5.7.1 no") != normalised("550 5.4.4 no")


ONE_SESSION = [
    "4.7.1 too many mails per session", "too many messages on this connection",
    "per-session message limit reached", "maximum letters per TCP connection reached",
    "4.7.0 too many mails in session", "enough for this session", "4.5.3 session quota exceeded",
    "session message limit reached", "message limit for this connection", "per SMTP session: 50",
    "too many messages in one SMTP connection", "connection message limit reached",
    "Max messages per connection reached, closing transmission channel",
    "you have reached the maximum of 100 messages for the current session",
    "4.7.0 Too many emails sent on this session", "messages-per-connection limit",
    "too many messages on this connection from your IP",
    "you may send 50 mails in one session", "4.5.3 too many recipients in this session",
    "Number of messages per connection exceeded", "no more than 20 e-mails per SMTP session",
    "this session has had its maximum of letters", "recipient limit of this connection reached",
]  # fmt: skip
NOT_ONE_SESSION = [
    "4.3.2 Connection rate limit exceeded", "connection limit exceeded from your IP",
    "too many concurrent connections from you", "too many concurrent SMTP sessions",
    "4.7.0 Error: too many connections from 192.0.2.1", "too many connections in this hour",
    "maximum number of simultaneous sessions per IP", "session limit exceeded for your IP",
    "connection rate limit per session owner", "4.7.1 greylisted, try again later",
    "4.4.2 connection timed out", "connections per hour: 20", "concurrent session limit reached",
    "4.7.1 connection limit of this host: 10 connections",
    "too many parallel connections; one session per host, please",
    "4.7.0 TLS is required on this connection", "4.7.0 Access denied for this session",
    "Session rejected in this session due to policy", "mail from you is refused in this session",
    "authentication is needed in this session", "message rejected on this connection: spam",
    "too many errors on this connection", "too many invalid recipients in this session",
    "too many login attempts in this session", "recipient refused in this session, see the limits",
    "the session's limits do not allow this sender", "4.3.2 no messages in this session, try later",
    "command limit of this session reached", "4.7.0 session policy: max TLS 1.2 on this connection",
]  # fmt: skip


@pytest.mark.parametrize("text", ONE_SESSION)
def test_a_limit_of_one_session_is_known(text: str) -> None:
    assert PER_SESSION.search(text)


@pytest.mark.parametrize("text", NOT_ONE_SESSION)
def test_a_limit_on_connections_is_none_of_one_session(text: str) -> None:
    assert not PER_SESSION.search(text)


@pytest.mark.parametrize(
    ("readers", "is_about_us"),
    [
        (["ani@a.example", "budi@a.example", "cici@a.example", "dedi@a.example"], False),
        (["ani@a.example", "ani@b.example"], False),
        (["ani@a.example", "budi@b.example", "cici@a.example"], True),
        (["ani@a.example", "ani@a.example", "budi@b.example"], False),
    ],
)
def test_the_same_words_for_three_readers_of_two_domains_are_about_us(
    readers: list[str], is_about_us: bool
) -> None:
    seen = Refusals()
    said = [seen.note(reader, f"550 no mail for <{reader}>") for reader in readers]
    assert said == [False] * (len(readers) - 1) + [is_about_us]


def test_a_domain_that_refuses_three_readers_alike_is_held_and_no_other() -> None:
    seen = Refusals()
    for reader in ("ani@a.example", "budi@a.example", "cici@A.example"):
        assert seen.hold("dedi@a.example") == ""
        seen.note(reader, "550 we are closed")
    assert seen.hold("dedi@a.example") == "550 we are closed"
    assert seen.hold("dedi@b.example") == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "365"),
        ("5.7.9 Application-specific password required", "app password"),
        ("5.7.14 Please log in with your web browser", "browser"),
        ("5.7.3 Authentication unsuccessful", "full address"),
        ("Authentication failed: Application password is REQUIRED", "app password"),
        ("5.7.8 Error: use an app-specific password", "app password"),
        (
            "5.7.8 Error: authentication failed: This user does not have access rights to this"
            " service",
            "mail programs",
        ),
        ("Error: authorization code is required", "authorization code"),
        ("Login Fail. Please enter your authorization code to login", "authorization code"),
        ("5.7.8 Username and Password not accepted", ""),
    ],
)
def test_what_a_provider_wants_done_is_said(text: str, what: str) -> None:
    assert what in login_advice(text)
    assert bool(login_advice(text)) is bool(what)


@pytest.mark.parametrize(
    ("said", "final"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.0.0", False),
        ("5.2.2", False),
        ("5.2.1", False),
        ("5.7.1", False),
        ("5.4.5", False),
        (status_code("552 disk quota exceeded"), False),
        (status_code("550 blocked by SPF"), False),
        (status_code("554 rate limited"), False),
        (status_code("550 5.1.1 user unknown"), True),
    ],
)
def test_a_returned_letter_is_final_where_there_is_no_such_mailbox_alone(
    said: str, final: bool
) -> None:
    assert count_bounce(said, 0, None, NOON).final is final


def test_a_relay_that_has_other_words_for_each_letter_fills_no_memory() -> None:
    refusals = Refusals()
    letters = [chr(97 + number) for number in range(26)]
    for number, signs in enumerate(islice(product(letters, repeat=3), 2 * MOST_KINDS)):
        refusals.note(f"r{number}@d{number}.example", f"550 {' '.join(signs)} {'word ' * 350}")
    assert sum(map(len, refusals.domains)) <= MOST_KINDS * COMPARED


@pytest.mark.parametrize("unit", ["x-", "too many ", "mail a a a a a ", "aA0+/=", "per the the "])
def test_a_long_refusal_is_understood_at_once(unit: str) -> None:
    connector = Connector(Relay(host="127.0.0.1", port=25, tls=False), "harian", "kantor.example")
    talk = Conversation(connector, Refusals(), pipelining=True)
    delivery = Delivery(
        key="1", rendition=Rendition(address="", media_type="message/rfc822", content=b"")
    )
    talk.take(
        OutgoingLetter(
            delivery=delivery,
            sender="a@b.example",
            recipient="c@d.example",
            pieces=[b"x\r\n"],
            reference="1",
        )
    )
    talk.sent_bytes += sum(map(len, talk.to_send()))
    answer = b"250 ok\r\n550 " + (unit * 60_000)[:60_000].encode() + b"\r\n"
    with within(0.12):
        [(_, result)] = talk.receive(answer)
    assert isinstance(result, Deferred | Paused)
