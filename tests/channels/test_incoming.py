"""What messages that come back are taken for: bounces, complaints, wishes, letters to people."""

from __future__ import annotations

from base64 import b64encode

import pytest

from support.incoming import (
    DAEMON,
    ELSEWHERE,
    EXIM,
    EXIM_HEAD,
    FORGED,
    LATE,
    LINK,
    MARKS,
    NULL,
    QMAIL,
    RETURNED,
    TOKEN,
    VERP,
    dsn,
    encoded,
    failed,
    heard,
    letter,
    own,
)
from syndicate.channel.mailing_list import Meaning
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

MAILTO = f"<mailto:daftar@kantor.example?subject=unsubscribe%20{TOKEN}>"


@pytest.mark.parametrize(("message", "code"), RETURNED.values(), ids=RETURNED)
def test_a_letter_that_came_back_says_whose_it_was_and_why(message: bytes, code: str) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.code, reply.token) == (Meaning.BOUNCED, code, TOKEN)
    assert reply.detail
    assert (reply.email, reply.name, reply.about) == ("", "", "")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.509", "550 5.7.509 Access denied, DMARC"),
        ("5.0.0", "550 rejected because 192.0.2.1 is in spamhaus.org"),
        ("5.7.1", "550 5.7.1 blocked by SPF"),
        ("5.1.1", "550 5.7.1 rejected due to SPF"),
        ("5.6.0", "554 spam"),
        ("5.4.5", "550 daily limit"),
        ("5.0.0", "550 hourly limit exceeded for sender"),
        ("5.2.2", "552 the sender's sending quota is exceeded"),
        ("5.7.1", "550 too many messages"),
        ("5.1.1", "550 5.7.1 message refused: policy violation"),
        ("5.1.1", "550 hourly limit exceeded"),
        ("5.1.7", "550 5.1.7 sender rejected: 550 5.1.1 user unknown"),
        ("5.2.3", "552 5.2.3 message length exceeds administrative limit"),
        ("5.1.1", "550 Sender address rejected: User unknown"),
        ("5.1.1", "550 5.1.1 no: Sender address rejected: User unknown"),
        ("5.0.0", "550 Callback: sender verify failed: 550 5.1.1 no such user"),
    ],
)
def test_a_letter_that_came_back_for_our_sake_counts_against_nobody(status: str, said: str) -> None:
    reply = heard(dsn(failed(status, f"smtp; {said}")))
    assert (reply.meaning, reply.token) == (Meaning.REFUSED, TOKEN)
    assert reply.detail == said


CALLED_BACK = (
    "550-Verification failed for <{0}>\n 550-Called: 203.0.113.5\n 550-Sent: RCPT TO:<{0}>\n"
    " 550-Response: 550 5.1.1 <{0}>: User unknown\n 550 {1}"
)


@pytest.mark.parametrize("us", ["redaksi@kantor.example", VERP])
@pytest.mark.parametrize("last", ["Sender verify failed", "no"])
@pytest.mark.parametrize("status", ["5.0.0", "5.1.1"])
def test_a_code_of_our_own_address_counts_against_no_reader(
    us: str, last: str, status: str
) -> None:
    said = CALLED_BACK.format(us, last)
    for message in (dsn(failed(status, f"smtp; {said}")), letter(EXIM.format(said), **EXIM_HEAD)):
        assert (heard(message).meaning, heard(message).token) == (Meaning.REFUSED, TOKEN)


def test_whose_code_it_is_is_known_by_whom_it_names() -> None:
    of_us = dsn(failed("5.1.1", f"smtp; 550 5.1.1 <{VERP}>: User unknown"))
    assert heard(of_us).meaning is Meaning.REFUSED
    of_the_reader = dsn(failed("5.1.1", f"smtp; 550 5.1.1 <ani@warga.example>: from <{VERP}>"))
    assert heard(of_the_reader).code == "5.1.1"
    assert heard(of_the_reader).meaning is Meaning.BOUNCED


LATE |= {
    "postfix, old": letter(
        "Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it"
        " is 5 day(s) old.\n450 4.2.0 busy", **NULL, From=DAEMON,
        Subject="Delayed Mail (still being retried)"),
    "sendmail, returned as a warning": letter(
        "THIS IS A WARNING MESSAGE ONLY\n450 busy. Will keep trying until it is 5 days old.",
        **NULL, From=DAEMON, Subject="Returned mail: warning: could not send for 4 hours"),
    "no permanent error yet": letter(
        "This is not a permanent error. It will be retried for 3 days. 450 4.2.0 busy", **NULL,
        From=DAEMON, Subject="Mail delivery problem"),
    "what would be": letter(
        "We are still trying. If it cannot be sent in 4 days, it is given up and returned to you.",
        **NULL, From=DAEMON, Subject="Warning: delivery problem"),
}  # fmt: skip
ONCE_LATE = {
    "exim": letter(EXIM.format("550 5.1.1 User unknown").replace(
        "This is a permanent error.",
        "This is a permanent error.\nWhat we sent you yesterday was a warning message only."),
        **EXIM_HEAD),
    "qmail": letter(QMAIL.replace("Sorry it", "Delivery was delayed; it was to be retried, and you"
                    " had a notice (delay). Sorry it"),
                    From="MAILER-DAEMON@a.example", Subject="failure notice"),
    "sendmail": letter(
        "   ----- The following addresses had permanent fatal errors -----\n<ani@warga.example>\n\n"
        "You were sent before: THIS IS A WARNING MESSAGE ONLY.\n550 5.1.1 User unknown", **NULL,
        From=DAEMON, Subject="Returned mail: see transcript for details"),
    "by its subject and its number": letter(
        "Our earlier warning message only told of a delay.\n550 5.1.1 unknown", **NULL,
        From=DAEMON, Subject="Undelivered Mail Returned to Sender"),
    "a letter about what is delayed": letter(
        "550 5.1.1 User unknown", **NULL, From=DAEMON, Subject="Undeliverable: Trains delayed"),
    "given up": letter(
        "Your message has not yet been delivered in 5 days, and we have given up.\n550 5.1.1 gone",
        **NULL, From=DAEMON, Subject="Mail delivery problem"),
    "in indonesian": letter(
        "Surat yang tertunda itu gagal permanen: 550 5.1.1 tidak dikenal", **NULL, From=DAEMON,
        Subject="Surat tidak terkirim"),
}  # fmt: skip


@pytest.mark.parametrize("message", ONCE_LATE.values(), ids=ONCE_LATE)
def test_a_final_notice_that_speaks_of_an_earlier_warning_is_final(message: bytes) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.code, reply.token) == (Meaning.BOUNCED, "5.1.1", TOKEN)


@pytest.mark.parametrize("message", LATE.values(), ids=LATE)
def test_a_letter_that_is_late_or_arrived_did_not_come_back(message: bytes) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.code, reply.token) == (Meaning.NOTHING, "", "")


WHOSE = {
    "to": {"To": f"<{VERP}>"},
    "to, of several": {"To": f"Humas <humas@kantor.example>,\n {VERP.upper()}"},
    **{name: {**ELSEWHERE, name: VERP} for name in (
        "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-TO")},
    "https": {**ELSEWHERE, "copy": own()},
    "https, folded and encoded": {**ELSEWHERE, "copy": own(
        "List-Unsubscribe:\n =?us-ascii?Q?=3Chttps=3A//kantor.example/l?="
        f"\n =?us-ascii?Q?=2F{TOKEN}=3E?=")},
    "mailto": {**ELSEWHERE, "copy": own(f"List-Unsubscribe: <https://other.example>, {MAILTO}")},
    "return path": {**ELSEWHERE, "copy": own(f"Return-Path: <{VERP}>")},
    "original": {**ELSEWHERE, "copy": own(f"X-Original-Return-Path: {VERP}")},
    **{kind: {**ELSEWHERE, "copy": own(kind=kind)} for kind in (
        "text/rfc822-headers", "message/global", "message/global-headers")},
    "base64": {**ELSEWHERE, "copy": encoded("message/rfc822", "base64", b64encode(
        f"List-Unsubscribe: {LINK}\n\nIsi".encode()).decode())},
    "quoted-printable": {**ELSEWHERE, "copy": encoded(
        "text/rfc822-headers", "quoted-printable", f"List-Unsubscribe: =\n{LINK}")},
}  # fmt: skip


@pytest.mark.parametrize("fields", WHOSE.values(), ids=WHOSE)
def test_whose_letter_it_was_is_found_in_envelopes_and_in_its_own_headers(
    fields: dict[str, str],
) -> None:
    reply = heard(dsn(failed(), **fields))
    assert (reply.meaning, reply.token) == (Meaning.BOUNCED, TOKEN)


@pytest.mark.parametrize("token", [TOKEN.upper(), TOKEN])
def test_a_token_survives_a_change_of_case(token: str) -> None:
    assert heard(dsn(failed(), To=f"KEMBALI+{token}@Kantor.Example")).token == token.lower()
    assert heard(letter(Subject=f"Unsubscribe {token}")).token == token.lower()


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED)
def test_what_anybody_could_have_forged_is_for_a_person(message: bytes) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.token, reply.email, reply.code) == (Meaning.OTHER, "", "", "")
    assert "for which subscriber" in reply.detail


def test_without_verp_and_a_page_only_the_mailto_link_says_whose_a_letter_was() -> None:
    bare = Marks(mailbox=MARKS.mailbox)
    assert classify(dsn(failed()), bare).meaning is Meaning.OTHER
    assert classify(dsn(failed(), copy=own(f"List-Unsubscribe: {MAILTO}")), bare).token == TOKEN
