"""What a report tells people, where its part for machines gives no reason."""

from __future__ import annotations

import re
from itertools import product

import pytest

from support.incoming import DAEMON, EXIM_HEAD, TOKEN, VERP, failed, heard, own, several
from support.relay_answers import CASES, LETTER
from support.relay_answers import OURS as OURS_
from syndicate.channel.mailing_list import Meaning

INTRODUCTION = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:
"""
HOURLY = (
    "Domain kantor.example has exceeded the max emails per hour (205/200 (102%)) allowed."
    "  Message discarded."
)


def section(why: str, address: str = "ani@warga.example") -> str:
    return f"\n  {address}\n    {why}\n"


def report(
    human: str, machine: str = "", copy: str = "", kind: str = "text/plain", **fields: str
) -> bytes:
    """As Exim writes it: a part for people, one for machines, and ours."""
    status = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.kantor.example\n\n"
        f"{machine or failed('5.0.0')}\n"
    )
    given = {**EXIM_HEAD, "From": DAEMON, "To": VERP} | fields
    kinds = {"kind": "report; report-type=delivery-status"}
    return several(
        f"Content-Type: {kind}; charset=us-ascii\n\n{human}", status, copy or own(), **kinds,
        **given,
    )  # fmt: skip


OURS = [
    HOURLY,
    "550 5.7.1 Message rejected as spam by Content Filtering.",
    "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
    "SMTP error from remote mail server after end of data:\n    host mx.warga.example"
    " [203.0.113.4]: 550-5.7.26 This mail has been blocked because the sender is\n"
    "    550-5.7.26 unauthenticated.",
    "550 5.7.515 Access denied, sending domain does not meet the required level",
    "SMTP error from remote mail server after MAIL FROM:<redaksi@kantor.example>:\n    host"
    " mx.warga.example [203.0.113.4]: 554 5.7.1 Client host [192.0.2.1] blocked using dnsbl",
]


NO_REASON = [
    "", "smtp; 5.0.0", "smtp; unknown", "smtp; delivery failed", "X-Unix; Delivery failed.",
    "smtp; 550 5.0.0 unknown error", "smtp; 554 Transaction failed", "smtp; 550",
    "smtp; Message could not be delivered", "x-local; undeliverable", "smtp; 500 n/a", "-",
    "smtp; permanent failure for <ani@warga.example>", "smtp; (see above)", "smtp;",
    "smtp; Other undefined status", "smtp; pengiriman gagal",
]  # fmt: skip


@pytest.mark.parametrize("why", OURS)
def test_where_the_machine_s_part_gives_no_reason_the_people_s_part_tells_whose_trouble_it_is(
    why: str,
) -> None:
    for status, reason in product(("5.0.0", "5.7.1", ""), NO_REASON):
        reply = heard(report(INTRODUCTION + section(why), failed(status, reason)))
        assert (reply.meaning, reply.token) == (Meaning.REFUSED, TOKEN), reason
        assert " ".join(why.split("]: ")[-1].split())[:20] in reply.detail


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("550 5.1.1 User unknown", "5.1.1"),
        ("Unrouteable address", "5.0.0"),
        ("552 5.2.2 mailbox full", "5.2.2"),
        ("retry timeout exceeded", "5.0.0"),
        ("550 No such user here; rejected by local policy", "5.7.0"),
    ],
)
def test_a_reader_s_own_trouble_in_the_people_s_part_is_the_reader_s(why: str, code: str) -> None:
    reply = heard(report(INTRODUCTION + section(why)))
    assert (reply.meaning, reply.code, reply.token) == (Meaning.BOUNCED, code, TOKEN)


def test_a_reason_in_the_machine_s_part_is_the_one_that_counts() -> None:
    said = INTRODUCTION + section(HOURLY)
    reply = heard(report(said, failed("5.1.1", "smtp; 550 5.1.1 User unknown")))
    assert (reply.meaning, reply.code) == (Meaning.BOUNCED, "5.1.1")
    reply = heard(report(said, failed("5.0.0", "smtp; 550 Mailbox unavailable")))
    assert reply.meaning is Meaning.BOUNCED
    reply = heard(report(said, failed("5.0.0 (message refused as spam)")))
    assert reply.meaning is Meaning.REFUSED


def test_a_status_of_its_own_is_gainsaid_by_what_is_told_of_that_address_alone() -> None:
    assert heard(report(INTRODUCTION + section(HOURLY), failed("5.1.1"))).meaning is Meaning.REFUSED
    advice = "Your letter was not delivered. It may be spam, see our policy on 4.2.2.\n"
    reply = heard(report(advice, failed("5.1.1")))
    assert (reply.meaning, reply.code) == (Meaning.BOUNCED, "5.1.1")


OTHERS = section("550 5.7.1 Message rejected as spam", "budi@lain.example")


@pytest.mark.parametrize(
    "human",
    [
        section("550 No such user") + OTHERS,
        OTHERS + section("550 No such user"),
        section("No such user\n    <redaksi@kantor.example> wrote to it") + OTHERS,
        "\n<ani@warga.example>: host mx said: 550 No such user\n\n"
        "<budi@lain.example>: host mx said: 550 5.7.1 spam\n",
        "\nani@warga.example\n550 No such user\n\nbudi@lain.example\n550 spam\n",
        "\n * ani@warga.example: no such user\n * budi@lain.example: message rejected as spam\n",
        OTHERS + section("550 5.7.1 Message rejected as spam", "cici@lain.example"),
    ],
)
def test_of_several_readers_the_part_about_this_one_is_read_alone(human: str) -> None:
    both = f"{failed('5.0.0')}\n\n{failed('5.0.0').replace('ani@warga', 'budi@lain')}"
    for machine in (failed("5.0.0"), both):
        reply = heard(report(INTRODUCTION + human, machine))
        assert (reply.meaning, reply.token) == (Meaning.BOUNCED, TOKEN)
    turned = human.replace("ani@warga", "x@x").replace("budi@lain", "ani@warga")
    if "cici" not in human:
        assert heard(report(INTRODUCTION + turned, failed("5.0.0"))).meaning is Meaning.REFUSED


QUOTED = [
    "------ This is a copy of your message, including all the headers. ------\n\nSubject: Spam\n",
    "--- Below this line is a copy of the message.\n\nReturn-Path: <a@b.example>\n\nno spam\n",
    "Original message headers:\n\nSubject: Spam\n",
    "Your message follows:\n\nWaspada spam\n",
    "Subject: Waspada spam dan phishing\n",
    "    Subject: Waspada spam dan phishing\n",
    "> Jangan dibuka: spam, virus, phishing\n",
    "Received: from x by y (SPF pass)\n",
    "----- Pesan asli -----\nWaspada spam\n",
    "The message headers are as follows:\n\nX-Spam-Status: no spam\n",
]


@pytest.mark.parametrize("quoted", QUOTED)
def test_what_our_letter_says_is_no_reason(quoted: str) -> None:
    for before in (section("550 Mailbox unavailable"), ""):
        reply = heard(report(f"{INTRODUCTION}{before}\n{quoted}"))
        assert reply.meaning is Meaning.BOUNCED
    ours = own(f"X-Spam: spam\nSubject: spam\nReturn-Path: <{VERP}>", "text/rfc822-headers")
    assert heard(report(INTRODUCTION + section("no mailbox"), copy=ours)).meaning is Meaning.BOUNCED


def test_a_report_without_a_part_for_people_reads_nothing_of_ours() -> None:
    copy = own(f"X-Spam: spam\nSubject: spam\nReturn-Path: <{VERP}>", "text/rfc822-headers")
    status = (
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n{failed('5.0.0')}\n"
    )
    kinds = {"kind": "report; report-type=delivery-status"}
    message = several(status, copy, own("Subject: x", "text/plain\n\nspam"), **kinds, To=VERP)
    assert heard(message).meaning is Meaning.BOUNCED


def test_the_people_s_part_may_be_written_in_html_and_without_naming_anybody() -> None:
    words = "<html><body><p>Your message was rejected as spam.</p></body></html>"
    assert heard(report(words, kind="text/html")).meaning is Meaning.REFUSED
    assert (
        heard(report("Message rejected: hourly sending limit exceeded")).meaning is Meaning.REFUSED
    )
    assert heard(report("We could not deliver your letter.")).meaning is Meaning.BOUNCED


def test_a_notice_without_a_part_for_machines_is_read_by_its_reader_s_part_too() -> None:
    head = {**EXIM_HEAD, "From": DAEMON, "To": VERP}
    both = INTRODUCTION + OTHERS + section("550 5.1.1 no such user")
    reply = heard(letter_of(both, **head))
    assert (reply.meaning, reply.code) == (Meaning.BOUNCED, "5.1.1")
    reply = heard(letter_of(INTRODUCTION + section(HOURLY), **head))
    assert reply.meaning is Meaning.REFUSED
    assert reply.detail.startswith("Domain kantor.example has exceeded the max emails")


def test_who_is_named_alone_is_the_reader_by_whatever_name() -> None:
    assert heard(report(INTRODUCTION + OTHERS)).meaning is Meaning.REFUSED


def letter_of(body: str, **fields: str) -> bytes:
    return several(f"Content-Type: text/plain\n\n{body}", **fields)


RELAYS = re.compile(r"\brelay(?!ing disallowed(?: as|\W+invalid))", re.I)


def test_words_of_providers_count_alike_in_letters_that_come_back() -> None:
    """But for relaying: somebody else's server that knows none of ours has no such reader."""
    start = CASES.index(("RCPT", 553, "Relaying disallowed as redaksi@kantor.example", OURS_))
    end = CASES.index(("RCPT", 550, "mailbox frozen", LETTER)) + 1
    for _, code, words, meaning in CASES[start:end]:
        if RELAYS.search(words):
            continue
        answer = f"{code} {words}"
        for message in (
            report(INTRODUCTION + section(words)), report(INTRODUCTION + section(answer)),
            report("", failed("5.0.0", f"smtp; {answer}")),
            letter_of(INTRODUCTION + section(answer), **EXIM_HEAD),
        ):  # fmt: skip
            wanted = Meaning.REFUSED if meaning is OURS_ else Meaning.BOUNCED
            assert heard(message).meaning is wanted, answer
