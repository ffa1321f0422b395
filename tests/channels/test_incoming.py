"""What messages that come back are taken for: bounces, complaints, wishes, letters to people."""

from __future__ import annotations

import re
from base64 import b64encode
from random import Random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.channel.mailing_list import Meaning, Reply
from syndicate.model.bounces import count_bounce
from syndicate.testing import NOON
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

TOKEN = "9f2c41d7" * 4
LINK = f"<https://kantor.example/l/{TOKEN}>"
MAILTO = f"<mailto:daftar@kantor.example?subject=unsubscribe%20{TOKEN}>"
VERP = f"kembali+{TOKEN}@kantor.example"
ANI = "Ani <Ani@Warga.Example>"
DAEMON = "MAILER-DAEMON@mx.warga.example (Mail Delivery System)"
MARKS = Marks(
    bounces="kembali+{token}@kantor.example", unsubscribe="https://kantor.example/l/{token}",
    mailbox="daftar@kantor.example", lists=("kabar-harian", "Kabar Harian", "Kábar & Data"),
)  # fmt: skip


def letter(body: str = "", **fields: str) -> bytes:
    """A message; ``X_Autoreply="yes"`` is a header, and so is all that follows a line's end."""
    given = {"From": ANI, "To": MARKS.mailbox, "Subject": "Halo", "Message-ID": "<1@a.example>"}
    given |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"{head}\n{body}".encode("utf-8", "surrogateescape")


def several(*parts: str, kind: str = "mixed", **fields: str) -> bytes:
    """A multipart message; a part begins with its headers."""
    body = "".join(f"--b=_1\n{part}\n" for part in parts) + "--b=_1--\n"
    return letter(body, Content_Type=f'multipart/{kind};\n boundary="b=_1"', **fields)


def own(head: str = f"List-Unsubscribe: {LINK}", kind: str = "message/rfc822") -> str:
    """The letter that came back."""
    return f"Content-Type: {kind}\n\n{head}\nSubject: Kabar harian\n\nIsi.\n"


def encoded(kind: str, encoding: str, body: str) -> str:
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"


def dsn(
    recipient: str, *, kind: str = "message/delivery-status", copy: str = "", **fields: str
) -> bytes:
    given = {"From": DAEMON, "To": VERP, "Subject": "Undelivered Mail Returned to Sender"}
    status = f"Content-Type: {kind}\n\nReporting-MTA: dns; mx.warga.example\n\n{recipient}\n"
    said = "Content-Type: text/plain\n\nI'm sorry to have to inform you. See 4.4.4 elsewhere.\n"
    kinds = {"kind": "report; report-type=delivery-status"}
    return several(said, status, copy or own(), **kinds, **{**given, **fields})


def failed(status: str = "5.1.1", diagnostic: str = "", action: str = "failed") -> str:
    lines = {
        "Final-Recipient": "rfc822; ani@warga.example", "Action": action, "Status": status,
        "Diagnostic-Code": diagnostic,
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def complaint(fields: str, copy: str = "", **given: str) -> bytes:
    feedback = f"Content-Type: message/feedback-report\n\nUser-Agent: Yahoo!-Mail/2.0\n{fields}\n"
    said = "Content-Type: text/plain\n\nThis is an email abuse report.\n"
    kinds = {"kind": "report; report-type=feedback-report"}
    to = {"From": "fbl@warga.example", "To": "abuse@kantor.example", "Subject": "FW: Kabar"}
    return several(said, feedback, copy or own(), **kinds, **{**to, **given})


def heard(message: bytes) -> Reply:
    """What is true of every reply: it can be kept and shown, and names nobody in passing."""
    reply = classify(message, MARKS)
    assert len(reply.key) == 32
    for said in (reply.token, reply.email, reply.name, reply.about, reply.code, reply.detail):
        assert said == " ".join(said.encode().decode().split())
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", said)
        assert len(said) <= 254
    assert "@" not in reply.detail
    return reply


# letters that came back


GMAIL = (
    "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
    " 550-5.1.1 double-checking the address. 550 5.1.1 https://support.google.com/mail - gsmtp"
)
QMAIL = f"""Hi. This is the qmail-send program at mx.warga.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ani@warga.example>:
192.0.2.5 does not like recipient.
Remote host said: 550 sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{VERP}>
Received: (qmail 1 invoked by uid 9); 4.2.2 and 452 are no codes here
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ani@warga.example
    SMTP error from remote mail server after RCPT TO:<ani@warga.example>:
    host mx.warga.example [5.1.1.9]: {}

------ This is a copy of the message, including all the headers. ------

Return-path: <humas@kantor.example>
"""
YAHOO = """Sorry, we were unable to deliver your message to the following address.

<ani@warga.example>:
Remote host said: 554 5.7.9 Message not accepted for policy reasons [RCPT_TO]

--- Below this line is a copy of the message.
"""
OLD_EXCHANGE = """Your message

  To:      ani@warga.example
  Subject: Kabar harian
  Sent:    Mon, 3 Aug 2026 17:00:00 +0700

did not reach the following recipient(s):

ani@warga.example on Mon, 3 Aug 2026 17:00:05 +0700
    The recipient name is not recognized
"""
NULL = {"Return_Path": "<>", "To": VERP}
EXIM_HEAD = {
    **NULL, "From": "Mail Delivery System <Mailer-Daemon@mx.warga.example>",
    "Subject": "Mail delivery failed: returning message to sender",
    "X_Failed_Recipients": "ani@warga.example", "Auto_Submitted": "auto-replied",
}  # fmt: skip
RETURNED = {
    "postfix, hard": (
        dsn(failed(diagnostic="smtp; 550 5.1.1 <ani@warga.example>: User unknown")), "5.1.1",
    ),
    "postfix, the mailbox is full": (dsn(failed("4.2.2", "smtp; 452 4.2.2 Over quota")), "4.2.2"),
    "postfix, given up after five days": (dsn(failed("4.4.1", "X-Postfix; timed out")), "4.4.1"),
    "postfix, without a status": (dsn(failed("", "smtp; 550 5.2.1 disabled")), "5.2.1"),
    "sendmail": (
        dsn(failed("5.1.1", "SMTP; 550 5.1.1 <ani@warga.example>... User unknown"),
            From="Mail Delivery Subsystem <MAILER-DAEMON@warga.example>",
            Subject="Returned mail: see transcript for details",
            Auto_Submitted="auto-generated (failure)"), "5.1.1",
    ),
    "sendmail, soft": (dsn(failed("4.4.7", "SMTP; 451 try later"), Return_Path="<>"), "4.4.7"),
    "exchange online": (
        dsn(failed("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP"),
            From="postmaster@warga.onmicrosoft.com", Subject="Undeliverable: Kabar delayed",
            X_MS_Exchange_Message_Is_Ndr=""), "5.1.10",
    ),
    "gmail": (
        dsn(failed("5.1.1", GMAIL), From="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            Subject="Delivery Status Notification (Failure)"), "5.1.1",
    ),
    "gmail, full": (dsn(failed("4.2.2", "smtp; 452-4.2.2 out of storage")), "4.2.2"),
    "yahoo": (
        dsn(failed("5.0.0", "smtp; 554 delivery error: dd No such user (ani@warga.example) [-5]"),
            Subject="Failure Notice"), "5.0.0",
    ),
    "courier": (
        dsn(failed("5.0.0", "smtp; 550 User <ani@warga.example> unknown"),
            From='"Courier mail server at warga.example" <@>',
            Subject="NOTICE: mail delivery status."), "5.0.0",
    ),
    "courier, soft": (dsn(failed("4.0.0", "smtp; 450 Mailbox busy")), "4.0.0"),
    "exim, modern": (dsn(failed("5.0.0", "smtp; 550 5.1.1 gone"), **EXIM_HEAD), "5.1.1"),
    "exim, a bare smtp code": (dsn(failed("5.0.0", "smtp; 450 later")), "4.0.0"),
    "full, whatever its number says": (
        dsn(failed("5.1.1", "smtp; 552 disk quota exceeded")), "5.2.2",
    ),
    "full, without a number": (dsn(failed("5.0.0", "smtp; 552 disk quota exceeded")), "5.0.0"),
    "relaying, where the reader's domain has moved": (
        dsn(failed("5.7.1", "smtp; 550 5.7.1 relaying denied")), "5.7.1",
    ),
    "no code anywhere": (dsn(failed("", "X-Unix; it broke")), "4.0.0"),
    "expired": (dsn(failed("", "Connection timed out", action="expired")), "4.0.0"),
    "no action": (dsn(failed("5.1.1", action="")), "5.1.1"),
    "an action with a comment": (dsn(failed(action="Failed (bad mailbox)")), "5.1.1"),
    "the worst of two": (dsn(f"{failed('4.2.2')}\n\n{failed('5.1.1')}"), "5.1.1"),
    "one failed, one late": (dsn(f"{failed('4.4.7', action='delayed')}\n\n{failed()}"), "5.1.1"),
    "internationalized": (dsn(failed(), kind="message/global-delivery-status"), "5.1.1"),
    "smime and footers around it": (
        several(f"Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: "
                f"message/delivery-status\n\nReporting-MTA: dns; a\n\n{failed()}\n\n--c--\n",
                "Content-Type: text/plain\n\nScanned.\n", From=DAEMON, To=VERP), "5.1.1",
    ),
    "qmail": (letter(QMAIL, From="MAILER-DAEMON@a.example", Subject="failure notice"), "5.1.1"),
    "exim, old": (letter(EXIM.format("550 Unrouteable address"), **EXIM_HEAD), "5.0.0"),
    "exim, old, soft": (letter(EXIM.format("retry timeout exceeded"), **EXIM_HEAD), "4.0.0"),
    "exim, old, both": (letter(EXIM.format("550-No\n    550 5.2.1 Off"), **EXIM_HEAD), "5.2.1"),
    "exim, old, full": (letter(EXIM.format("552 disk quota exceeded"), **EXIM_HEAD), "5.0.0"),
    "exim, old, full, whatever its number says": (
        letter(EXIM.format("550 5.1.1 mailbox full"), **EXIM_HEAD), "5.2.2",
    ),
    "exim, old, the reader's, with a policy": (
        letter(EXIM.format("550 5.1.1 no such user; rejected by local policy"), **EXIM_HEAD),
        "5.1.1",
    ),
    "qmail, relaying, where the reader's domain has moved": (
        letter(QMAIL.replace("550 sorry, no mailbox here by that name. (#5.1.1)",
                             "553 that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
               From="MAILER-DAEMON@a.example", Subject="failure notice"), "5.7.1",
    ),
    "the reader's own code, with a policy": (
        dsn(failed("5.7.1", "smtp; 550 5.1.1 no such user; rejected by local policy")), "5.1.1",
    ),
    "the reader's own code in both": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 user unknown, blocked using our blocklist")), "5.1.1",
    ),
    "the reader's own code, disabled": (
        dsn(failed("5.2.1", "smtp; 550 5.1.1 account disabled or does not exist")), "5.1.1",
    ),
    "the reader's own code, with a whole address": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 recipient unknown, use the full address")), "5.1.1",
    ),
    "full at one address, unknown at another": (
        letter(EXIM.format("552 5.2.2 full\n    550 5.1.1 unknown"), **EXIM_HEAD), "5.2.2",
    ),
    "unknown, whatever else is said": (
        dsn(failed("5.1.1", "smtp; 550 5.1.1 no such user; else the mailbox is over quota")),
        "5.1.1",
    ),
    "an own status, and no code beside it": (
        dsn(failed("5.1.1", "smtp; 550 no such user; rejected by local policy")), "5.1.1",
    ),
    "exchange, old": (
        several(f"Content-Type: text/plain\n\n{OLD_EXCHANGE}", own(), Subject="Undeliverable: E",
                From="System Administrator <postmaster@warga.example>", Return_Path="<>"), "4.0.0",
    ),
    "broken into no parts": (
        dsn(failed()).replace(b"\n--b=_1", b"\n --b=_1").replace(b"4.4.4", b"it"), "5.1.1",
    ),
    "in indonesian": (
        letter("Surat Anda tidak dapat disampaikan: 550 5.1.1 tidak dikenal", **NULL,
               From="Postmaster <postmaster@warga.example>", Subject="Gagal kirim"), "5.1.1",
    ),
}  # fmt: skip


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


OF_US = [
    "554-Transaction failed\n 554-Reject due to policy restrictions.\n 554 For explanation visit"
    " https://postmaster.gmx.net/en/case?c=hi&i=ip",
    "554 Blocked - see https://ipcheck.proofpoint.com/?ip=203.0.113.5",
    "554 Email rejected due to security policies",
    "550 zen.mimecast.org Blocked",
    "553 5.7.2 [TSS09] All messages from 203.0.113.5 will be permanently deferred",
    "421 4.7.0 [TSS04] Messages temporarily deferred",
    "553-Message filtered. Refer to the Troubleshooting page\n 553 5.7.1 for more information",
    "554 DT:SPM 163 smtp4,DNGowAD3 http://mail.163.com/help/help_spam_16.htm",
    "550 Service refused, please visit http://csi.cloudmark.com/reset-request/?ip=203.0.113.5",
    "554 5.7.1 see https://lookup.abusix.com/search?q=203.0.113.5",
    "550 Rejected by URIBL",
    "550 Blocked by SURBL",
    "550 5.7.1 Blocked by Cloudmark",
    "554 rejected for the SenderBase score of 203.0.113.5",
    "554 listed at dbl",
    "550 Mail from this country is not accepted",
    "550 5.7.1 Sender ID (PRA) Not Permitted",
    "554 banned attachment",
    "554 rejected by an antivirus",
    "550 bulk mail not accepted",
    "451 Authentication failed: Maximum credits exceeded",
]


@pytest.mark.parametrize("said", OF_US)
@pytest.mark.parametrize("status", ["5.0.0", "5.1.1"])
def test_what_filters_say_of_us_counts_against_nobody(status: str, said: str) -> None:
    for message in (dsn(failed(status, f"smtp; {said}")), letter(EXIM.format(said), **EXIM_HEAD)):
        assert (heard(message).meaning, heard(message).token) == (Meaning.REFUSED, TOKEN)


OF_ONE_READER = [
    "550 5.2.122 The recipient has exceeded their limit",
    "550 Message limit reached for this mailbox",
    "550 Recipient has blacklisted you",
    "550 Sender not allowed to post to group",
    "550 Parental controls: sender not allowed",
    "552 5.3.4 message too big for recipient's mailbox",
    "551 5.1.6 address changed due to spam, use ani2@warga.example",
    "550 blocked by this mailbox owner's spam filter",
    "550 no, says antispam.warga.example",
]


@pytest.mark.parametrize("said", OF_ONE_READER)
def test_a_letter_that_came_back_for_one_reader_s_sake_is_no_trouble_of_ours(said: str) -> None:
    for message in (dsn(failed("5.0.0", f"smtp; {said}")), letter(EXIM.format(said), **EXIM_HEAD)):
        assert (heard(message).meaning, heard(message).token) == (Meaning.BOUNCED, TOKEN)


@pytest.mark.parametrize(
    "host",
    ["d1234a.ess.barracudanetworks.com", "spam.warga.example", "dmarc.policy.warga.example",
     "mx.spamhaus.org"],
)  # fmt: skip
def test_the_name_of_the_host_that_speaks_says_nothing_of_us(host: str) -> None:
    notice = EXIM.format("550 Recipient unavailable").replace("mx.warga.example", host)
    said = f"smtp; host {host}[192.0.2.5] said: 550 No such user (in reply to RCPT TO)"
    bare = failed("5.0.0", said.replace("host ", ""))
    for message in (dsn(failed("5.0.0", said)), dsn(bare), letter(notice, **EXIM_HEAD)):
        assert (heard(message).meaning, heard(message).code) == (Meaning.BOUNCED, "5.0.0")


NOT_FINAL = [
    ("5.1.1", "552 Requested mail action aborted: exceeded storage allocation"),
    ("5.1.1", "552 Boite pleine"),
    ("5.1.1", "552 kami tidak menerima lagi"),
    ("5.1.1", "550 Kotak surat penuh"),
    ("5.1.1", "550 Postfach ist voll"),
    ("5.1.1", "452 Insufficient system storage"),
    ("5.1.2", "Host or domain name not found. Name service error for name=warga.example type=MX:"
     " Host not found, try again"),
    ("5.1.2", "Name service error for name=warga.example type=A: connection timed out"),
    ("5.1.1", "450 User unknown in local recipient table"),
    ("5.1.1", "450 4.1.1 User unknown"),
    ("5.1.1", "550 mailbox temporarily unavailable"),
    ("5.1.1", "421 no, not now"),
    ("5.1.3", "553 sorry, your envelope recipient is in my badrcptto list (#5.7.1)"),
    ("5.1.1", "550 5.2.1 User unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said"), NOT_FINAL)
def test_a_number_alone_ends_no_subscription_where_the_words_say_otherwise(
    status: str, said: str
) -> None:
    reply = heard(dsn(failed(status, f"smtp; {said}")))
    assert (reply.meaning, reply.token) == (Meaning.BOUNCED, TOKEN)
    assert not count_bounce(reply.code, 0, None, NOON).final


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "550 User unknown"),
        ("5.1.1", "550 5.1.0 Address rejected"),
        ("5.1.1", "550 no such user; check the address and try again"),
        ("5.1.1", "550 Address rejected. Please check it and try again"),
        ("5.1.1", "552 No such user here"),
        ("5.1.1", "550 5.1.1 User sizemore unknown here"),
        ("5.1.2", "Host or domain name not found. Name service error: Host not found"),
        ("5.1.1", ""),
    ],
)
def test_a_number_ends_a_subscription_where_the_words_do_not_gainsay_it(
    status: str, said: str
) -> None:
    reply = heard(dsn(failed(status, f"smtp; {said}" if said else "")))
    assert (reply.meaning, reply.code) == (Meaning.BOUNCED, status)


def test_a_reader_at_our_own_domain_is_a_reader_all_the_same() -> None:
    """Some name the reader in the notice's own headers, or expand an address into one of ours."""
    said = "550 5.1.1 <budi@kantor.example>: Recipient address rejected: User unknown"
    notice = letter(DRAGONFLY.format(said), **NULL, From=DAEMON, Subject="Mail delivery failed",
                    X_Original_To="<budi@kantor.example>")  # fmt: skip
    recipient = (
        f"{failed('5.1.1', f'smtp; {said}')}\nX-Actual-Recipient: rfc822; budi@kantor.example"
    )
    for message in (notice, dsn(recipient)):
        assert (heard(message).meaning, heard(message).code) == (Meaning.BOUNCED, "5.1.1")


DRAGONFLY = """This is the DragonFly Mail Agent v0.13 at mx.warga.example.

There was an error delivering your mail to <ani@warga.example>.

mx.warga.example [192.0.2.5] did not like our RCPT TO:
{}

Message headers follow.

"""
FOR_OUR_SAKE = [
    "550 5.7.1 Our rate limit for your host is exceeded",
    "554 5.7.1 sending quota exceeded, try tomorrow",
    "554 5.6.0 Message content rejected",
    "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
    "550 5.7.1 <ani@warga.example>: Recipient address rejected: SPF fail",
    "550 5.7.509 Access denied, sending domain does not pass DMARC verification",
    "554 5.7.9 Message not accepted for policy reasons",
    "550 Blocked: 192.0.2.1 is listed by spamhaus",
    "Mail was refused: too many messages from your host today",
]


@pytest.mark.parametrize("said", FOR_OUR_SAKE)
@pytest.mark.parametrize("form", ["exim", "qmail", "dragonfly"])
def test_a_notice_for_people_that_speaks_of_us_counts_against_nobody(form: str, said: str) -> None:
    forms = {
        "exim": letter(EXIM.format(said), **EXIM_HEAD),
        "qmail": letter(
            QMAIL.replace("550 sorry, no mailbox here by that name. (#5.1.1)", said),
            From="MAILER-DAEMON@a.example", Subject="failure notice"),
        "dragonfly": letter(DRAGONFLY.format(said), **NULL, From=DAEMON,
                            Subject="Mail delivery failed"),
    }  # fmt: skip
    reply = heard(forms[form])
    assert (reply.meaning, reply.token) == (Meaning.REFUSED, TOKEN)
    assert reply.detail


def test_what_else_a_notice_says_is_not_what_the_letter_was_refused_with() -> None:
    talk = (
        "If you think that this is spam, or blocked by a blacklist, write to our policy desk.\n\n"
    )
    notice = letter(talk + EXIM.format("550 5.2.1 Off"), **EXIM_HEAD)
    assert heard(notice).meaning is Meaning.BOUNCED


def test_a_code_in_what_our_letter_says_is_none_of_the_notice() -> None:
    """A notice that quotes our letter without saying where it begins."""
    article = "\n\n> Sesuai pasal 5.1.1 peraturan itu, daftar pemilih diumumkan.\n"
    notice = letter(f"Delivery failed.\n\n550 5.7.1 refused by our policy{article}",
                    **NULL, From=DAEMON)  # fmt: skip
    reply = heard(notice)
    assert (reply.meaning, reply.code) == (Meaning.REFUSED, "5.7.1")


def test_a_notice_of_yahoo_speaks_of_our_policy() -> None:
    reply = heard(letter(YAHOO, **NULL, From="MAILER-DAEMON@yahoo.com", Subject="Failure Notice"))
    assert (reply.meaning, reply.code, reply.token) == (Meaning.REFUSED, "5.7.9", TOKEN)


def test_why_it_came_back_is_said_in_the_words_of_the_mail_system() -> None:
    quoted = 'smtp; 550 5.1.1 <"a b"@warga.example> ani@warga.example, x%40y:\x1b no\n such user'
    assert heard(dsn(failed(diagnostic=quoted))).detail == "550 5.1.1 <…> …, …: no such user"
    assert heard(letter(QMAIL, From=DAEMON)).detail.startswith("Remote host said: 550 sorry")


EXIM_LATE = """A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue. The address is: ani@warga.example
    Delay reason: SMTP error: 450 4.2.0 greylisted
No action is required on your part. Delivery attempts will continue for some time.
"""
LATE = {
    "postfix": dsn(failed("4.4.1", "X-Postfix; timed out", "delayed"), Subject="Delayed Mail"),
    "sendmail": dsn(failed("4.4.7", action="delayed"), Subject="Warning: could not send message"),
    "exchange": dsn(failed("4.4.7", action="delayed"), Subject="Delayed: Kabar harian"),
    "gmail": dsn(failed("4.4.2", "smtp; 421 later", "delayed"), Subject="Delivery incomplete"),
    "delivered": dsn(failed("2.0.0", action="delivered")),
    "relayed": dsn(failed("2.0.0", action="relayed")),
    "expanded": dsn(failed("2.0.0", action="expanded")),
    "nobody's": dsn(failed("4.4.7", action="delayed"), To="x@a.example", copy=own("A: b")),
    "exim, old": letter(EXIM_LATE, **{
        **EXIM_HEAD, "Subject": "Warning: message 1h2Xyz-0001 delayed 24 hours"}),
    "gmail, old": letter("THIS IS A WARNING MESSAGE ONLY.\nIt will be retried for 2 days.\n450",
                         **NULL, From=DAEMON, Subject="Delivery Status Notification (Delay)"),
    "sendmail, old": letter(
        "**  YOU DO NOT NEED TO RESEND  **\nFailed. 451 4.1.1", **NULL, From=DAEMON,
        Subject="Warning: could not send message for past 4 hours"),
}  # fmt: skip


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


ELSEWHERE = {"To": "humas@kantor.example"}
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


FORGED = {
    "no token": dsn(failed(), **ELSEWHERE, copy=own("X: y")),
    "no letter of ours": dsn(failed(), **ELSEWHERE, copy=own("List-Unsubscribe: <https://a/b>")),
    "another domain": dsn(failed(), To=f"{VERP}.evil.example", copy=own("X: y")),
    "another address": dsn(failed(), To=f"x.{VERP}", copy=own("X: y")),
    "too long": dsn(failed(), To=f"kembali+{TOKEN}a@kantor.example", copy=own("X: y")),
    "too long a link": dsn(failed(), **ELSEWHERE, copy=own(f"List-Unsubscribe: {LINK[:-1]}a>")),
    "of a letter in the letter": dsn(
        failed(), **ELSEWHERE, copy=own(f"Content-Type: message/rfc822\n\nReturn-Path: {VERP}")),
    "qmail": letter(QMAIL.replace(VERP, "a@b.example"), From=DAEMON, Subject="failure notice"),
    "exim": letter(EXIM.format("550 no"), **{**EXIM_HEAD, **ELSEWHERE}),
    "a complaint": complaint("Feedback-Type: abuse", copy=own("X: y")),
    "an opt-out": complaint("Feedback-Type: opt-out", copy=own("X: y")),
}  # fmt: skip


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED)
def test_what_anybody_could_have_forged_is_for_a_person(message: bytes) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.token, reply.email, reply.code) == (Meaning.OTHER, "", "", "")
    assert "for which subscriber" in reply.detail


def test_without_verp_and_a_page_only_the_mailto_link_says_whose_a_letter_was() -> None:
    bare = Marks(mailbox=MARKS.mailbox)
    assert classify(dsn(failed()), bare).meaning is Meaning.OTHER
    assert classify(dsn(failed(), copy=own(f"List-Unsubscribe: {MAILTO}")), bare).token == TOKEN


# complaints


COMPLAINTS = {
    "abuse": (complaint("Feedback-Type: abuse\nVersion: 1"), Meaning.COMPLAINED),
    "fraud": (complaint("Feedback-Type: fraud"), Meaning.COMPLAINED),
    "virus": (complaint("Feedback-Type: VIRUS"), Meaning.COMPLAINED),
    "other": (complaint("Feedback-Type: other (a comment)"), Meaning.COMPLAINED),
    "unknown": (complaint("Version: 1"), Meaning.COMPLAINED),
    "a redacted letter": (
        complaint(f"Feedback-Type: abuse\nOriginal-Mail-From: <{VERP}>", own("X: y")),
        Meaning.COMPLAINED,
    ),
    "headers alone": (
        complaint("Feedback-Type: abuse", own(kind="text/rfc822-headers")), Meaning.COMPLAINED,
    ),
    "opt-out": (complaint("Feedback-Type: opt-out"), Meaning.LEAVE),
    "opt-out of a list": (complaint("Feedback-Type: opt-out-list"), Meaning.LEAVE),
}  # fmt: skip


@pytest.mark.parametrize(("message", "says"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_a_complaint_says_whose_it_is(message: bytes, says: Meaning) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.token, reply.email) == (says, TOKEN, "")


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_feedback_that_is_no_complaint_is_nothing(kind: str) -> None:
    assert heard(complaint(f"Feedback-Type: {kind}")).meaning is Meaning.NOTHING


# automatic answers


ASKED = f"Konfirmasi langganan: Kabar harian [confirm {TOKEN}]"
READ = "Content-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n"
AUTOMATIC: dict[str, dict[str, str]] = {
    "vacation": {"Auto_Submitted": "auto-replied", "Subject": "Re: Kabar harian"},
    "vacation to the envelope": {**NULL, "Subject": "Saya cuti. 550 5.1.1"},
    "with a comment": {"Auto_Submitted": "auto-replied (vacation)"},
    "exchange": {"Subject": f"Automatic reply: {ASKED}", "X_Auto_Response_Suppress": "All"},
    "outlook": {"Subject": f"Out of Office: {ASKED}"},
    "outlook, answering": {"Subject": "Re: Out of office Re: Kabar"},
    "out of the office": {"Subject": "I'm out of the office until Monday"},
    "notes": {"Subject": "AUTO: Ani tidak di tempat (kembali 5 Agustus)"},
    "gmail": {"Subject": "Autoreply: Kabar harian", "Precedence": "bulk"},
    "in indonesian": {"Subject": "Balasan otomatis: Kabar harian"},
    "in indonesian, otherwise": {"Subject": "Jawaban Otomatis: Kabar harian"},
    "on leave": {"Subject": "Sedang cuti sampai 5 Agustus"},
    "away": {"Subject": "Saya di luar kantor"},
    "encoded": {"Subject": "=?utf-8?B?QmFsYXNhbiBvdG9tYXRpczogS2FiYXI=?="},
    "autoreply": {"X_Autoreply": "yes"},
    "autorespond": {"X_Autorespond": "unsubscribe"},
    "precedence": {"Precedence": "auto_reply"},
    "junk": {"Precedence": "Junk"},
    "a list": {"List_Id": "Kabar lain <kabar.lain.example>"},
    "from nobody": {"Return_Path": "<>"},
    "our own question": {"Auto_Submitted": "auto-generated", "Subject": ASKED},
}


@pytest.mark.parametrize("fields", AUTOMATIC.values(), ids=AUTOMATIC)
def test_an_automatic_answer_means_nothing_whatever_it_says(fields: dict[str, str]) -> None:
    wishes = ["unsubscribe", "langganan", ASKED, f"lists {TOKEN}", "Halo"]
    for subject in [fields["Subject"]] if "Subject" in fields else wishes:
        reply = heard(letter("berhenti", **{**fields, "Subject": subject}))
        assert (reply.meaning, reply.token, reply.email) == (Meaning.NOTHING, "", "")


def test_that_a_letter_was_read_means_nothing() -> None:
    parts = (f"Content-Type: text/plain\n\nstop {TOKEN}\n", READ)
    assert heard(several(*parts, kind="report", Subject="Dibaca: Kabar")).meaning is Meaning.NOTHING


# wishes


LEAVING: dict[str, tuple[dict[str, str], str]] = {
    "unsubscribe": ({"Subject": "unsubscribe"}, ""),
    "shouted": ({"Subject": "UNSUBSCRIBE!!!"}, ""),
    "berhenti": ({"Subject": "Re: Bls:  RE: berhenti."}, ""),
    "berhenti berlangganan": ({"Subject": "Berhenti berlangganan"}, ""),
    "berhenti langganan": ({"Subject": "AW: SV: berhenti langganan"}, ""),
    "keluar": ({"Subject": "Keluar"}, ""),
    "leave": ({"Subject": "leave"}, ""),
    "encoded": ({"Subject": "=?utf-8?q?unsub?= =?utf-8?q?scribe?="}, ""),
    "a tag before it": ({"Subject": "[EXTERNAL] Re[2]: stop"}, ""),
    "with a name": ({"Subject": "unsubscribe kabar-harian"}, "kabar-harian"),
    "with a title": ({"Subject": "berhenti berlangganan dari Kabar Harian"}, "Kabar Harian"),
    "with a quoted title": ({"Subject": "stop “kabar harian”, tolong"}, "kabar harian"),
    "stop langganan": ({"Subject": "Stop langganan"}, ""),
    "me": ({"Subject": "Unsubscribe me from this list, please."}, ""),
    "in the text": ({"body": "\n\n  Berhenti.\n\nSalam\nAni\n\n> unsubscribe\n"}, ""),
    "in the text, below a quotation": ({"body": "> Kabar harian\n> daftar\n\nstop\n"}, ""),
    "in html": (
        {"body": "<head><title>x</title></head><style>p {}</style><p>Stop</p>",
         "Content-Type": "text/html; charset=utf-8"}, "",
    ),
    "in html of Outlook's": (
        {"body": "<HTML><HEAD><STYLE>P {}</STYLE></HEAD><BODY><!--[if mso]><x>y</x><![endif]-->"
                 "<P CLASS=\"Mso>\"><O:P>Stop</O:P><BR>Ani</P></BODY></HTML>",
         "Content-Type": "text/html; charset=utf-8"}, "",
    ),
    "in base64": (
        {"body": b64encode(b"keluar kabar-harian\n").decode(),
         "Content-Transfer-Encoding": "base64", "Content-Type": "text/plain; charset=nonesuch"},
        "kabar-harian",
    ),
    "in eight bits": ({"body": "Keluar Kábar & Data"}, "Kábar & Data"),
    "in latin": (
        {"body": "stop K\udce1bar & Data", "Content-Type": "text/plain; charset=iso-8859-1"},
        "Kábar & Data",
    ),
    "by hand, and saying so": ({"Auto-Submitted": "no", "Subject": "stop"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "about"), LEAVING.values(), ids=LEAVING)
def test_a_letter_that_says_leave_and_no_more_is_a_wish_to_leave(
    fields: dict[str, str], about: str
) -> None:
    reply = heard(letter(**fields))
    assert (reply.meaning, reply.about) == (Meaning.LEAVE, about)
    assert (reply.token, reply.email, reply.name) == ("", "ani@warga.example", "")


ONE_CLICK: dict[str, dict[str, str]] = {
    "by hand": {"Subject": f"unsubscribe {TOKEN}"},
    "not decoded": {"Subject": f"unsubscribe%20{TOKEN}"},
    "with a tag after it": {"Subject": f"unsubscribe {TOKEN} [SEC=OFFICIAL]"},
    "shouted": {"Subject": f"UNSUBSCRIBE {TOKEN.upper()}"},
    "in the text": {"Subject": "", "body": f"unsubscribe {TOKEN}"},
    "apple mail": {
        "Subject": f"unsubscribe {TOKEN}", "Auto_Submitted": "auto-replied",
        "X_Apple_Unsubscribe": "true",
    },
    "gmail": {"Subject": f"unsubscribe {TOKEN}", "From": "no-reply@google.example",
              "body": "This message was automatically generated by Gmail."},
    "yahoo": {"Subject": f"unsubscribe {TOKEN}", "From": "", "Return_Path": "<>",
              "Precedence": "bulk"},
    "postmaster": {"Subject": f"unsubscribe {TOKEN}", "From": DAEMON, **NULL},
}  # fmt: skip


@pytest.mark.parametrize("fields", ONE_CLICK.values(), ids=ONE_CLICK)
def test_a_token_is_enough_to_leave_whoever_sends_it(fields: dict[str, str]) -> None:
    reply = heard(letter(**fields))
    assert (reply.meaning, reply.token, reply.email) == (Meaning.LEAVE, TOKEN, "")


JOINING = {
    "subscribe": "", "Subscribe to Kabar Harian": "Kabar Harian", "langganan": "",
    "berlangganan kabar-harian": "kabar-harian", "daftar": "", "Re: join": "", "Ikut": "",
    "Langganan Kábar & Data": "Kábar & Data",
}  # fmt: skip


@pytest.mark.parametrize(("subject", "about"), JOINING.items())
def test_who_wants_to_join_is_told_by_name_and_address(subject: str, about: str) -> None:
    who = f"=?utf-8?q?Ani_S=C3=A1nchez=2C?=\n {'sangat ' * 50}<ANI@Warga.Example>"
    reply = heard(letter(Subject=subject, From=who))
    assert (reply.meaning, reply.about, reply.token) == (Meaning.JOIN, about, "")
    assert reply.email == "ani@warga.example"
    assert reply.name.startswith("Ani Sánchez, sangat sangat")
    assert len(reply.name) <= 200


@pytest.mark.parametrize(
    "subject", [f"Re: {ASKED}", f"Bls: Re: {ASKED.upper()}", f"konfirmasi {TOKEN}", ASKED]
)
def test_a_reply_to_our_question_confirms_it(subject: str) -> None:
    reply = heard(letter("> Tekan balas.\n", Subject=subject))
    assert (reply.meaning, reply.token) == (Meaning.CONFIRM, TOKEN)
    assert reply.email == "ani@warga.example"


@pytest.mark.parametrize("word", ["lists", "Re: Lists", "ubah"])
def test_who_holds_a_token_may_ask_for_the_lists(word: str) -> None:
    reply = heard(letter(Subject=f"{word} {TOKEN}"))
    assert (reply.meaning, reply.token, reply.email) == (Meaning.LISTS, TOKEN, "ani@warga.example")
    assert heard(letter(Subject=word)).meaning is Meaning.OTHER


UNKNOWN = {
    "unsubscribe Kabar Mingguan": "Kabar Mingguan", "Subscribe to the daily news": "daily news",
    "berhenti berlangganan Kabar Mingguan": "Kabar Mingguan", "stop kabar-harian": "kabar-harian",
    "Daftar hadir rapat": None, "Stop the printing press": None, "langganan a: b": None,
    "Subscribe to what everybody in this office seems to read": None,
}  # fmt: skip


@pytest.mark.parametrize(("subject", "about"), UNKNOWN.items())
def test_where_no_lists_are_known_only_clear_words_have_a_longer_name_after_them(
    subject: str, about: str | None
) -> None:
    reply = classify(letter(Subject=subject), Marks(mailbox=MARKS.mailbox))
    assert (reply.meaning is Meaning.OTHER) is (about is None)
    assert reply.about == (about or "")


# letters to people


HUMAN: dict[str, dict[str, str]] = {
    "a question": {"Subject": "How do I unsubscribe my colleague?"},
    "a question with the word first": {"Subject": "Join us for lunch?"},
    "a question about a list": {"Subject": "Daftar Kabar Harian?"},
    "join us": {"Subject": "Join us"},
    "a list of people": {"Subject": "Re: rapat", "body": "Daftar hadir terlampir.\n\nSalam"},
    "a meeting": {"Subject": "Ikut rapat besok"},
    "the press": {"Subject": "Stop the press"},
    "a list that there is not": {"Subject": "Unsubscribe Kabar Mingguan"},
    "a sentence": {"Subject": "Berhenti", "From": "", "body": "Kapan kantor berhenti bekerja?"},
    "a long sentence": {"Subject": "Stop printing this on paper and send it by mail instead"},
    "a quoted footer": {"Subject": "Re: Kabar", "body": "Terima kasih!\n\n> unsubscribe\n"},
    "only a quotation": {"Subject": "Re: Kabar", "body": "> stop\n> berhenti\n"},
    "a postmaster": {"From": "Postmaster <postmaster@warga.example>", "Subject": "Undangan rapat"},
    "our name as theirs": {"From": f"Ani <{MARKS.mailbox.upper()}>", "Subject": "subscribe"},
    "a wrong token": {"Subject": f"[confirm {TOKEN[:-1]}]"},
    "a list that is a header": {"Subject": "unsubscribe Bcc: x@y.example"},
    "a header in a subject": {"Subject": "=?utf-8?q?unsubscribe=0D=0ABcc:_x=40y.example?="},
    "a forwarded bounce": {
        "Subject": "Fwd: Undelivered Mail", "Content_Type": "multipart/mixed; boundary=c",
        "body": "--c\n\nApa ini?\n--c\nContent-Type: message/rfc822\n\n"
                f"{dsn(failed()).decode()}\n--c--",
    },
}  # fmt: skip


@pytest.mark.parametrize("fields", HUMAN.values(), ids=HUMAN)
def test_a_letter_to_a_person_is_left_to_a_person(fields: dict[str, str]) -> None:
    reply = heard(letter(**fields))
    assert (reply.meaning, reply.token, reply.about, reply.code) == (Meaning.OTHER, "", "", "")


def test_what_is_for_a_person_is_known_by_its_subject() -> None:
    reply = heard(letter(Subject="Undangan dari budi@warga.example\x1b[31m"))
    assert reply.detail == "Undangan dari …[31m"
    assert reply.email == "ani@warga.example"


NOBODY = [
    "", "Ani", "ani", "ani@", "@warga.example", "ani@localhost", "a@b.example, c@d.example",
    "Tim: ani@warga.example;", "undisclosed-recipients:;", "<ani@warga.example> <b@c.example>",
    "=?utf-8?q?Ani=0D=0ABcc:_x=40y.example?= <ani@warga.example>",
    "=?utf-8?q?ani=40warga.example?=", "=?utf-8?q?a?=@warga.example",
    '"ani@warga.example"@evil.example', "ani@warga.example\nFrom: budi@warga.example",
    "\udcff\udcfe@warga.example", "(" * 3000, "ani@warga.example" * 300, "ani@@warga.example",
    "ani@evil.example\x00@warga.example", "ani@warga.example)x@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("sender", NOBODY)
@pytest.mark.parametrize("word", ["unsubscribe", "subscribe"])
def test_a_wish_of_nobody_who_could_be_asked_is_for_a_person(sender: str, word: str) -> None:
    reply = heard(letter(From=sender, Subject=word))
    assert (reply.meaning, reply.email, reply.name) == (Meaning.OTHER, "", "")
    assert heard(letter(From=sender, Subject=f"{word} {TOKEN}")).token == TOKEN


def test_addresses_and_names_in_any_script_are_read() -> None:
    raw = letter(Subject="daftar", From="Áni <ani@bücher.example>")
    reply = heard(raw)
    assert (reply.email, reply.name) == ("ani@xn--bcher-kva.example", "Áni")


# keys


def test_a_message_has_one_key_wherever_it_is_read() -> None:
    message = dsn(failed())
    key = heard(message).key
    assert heard(message.replace(b"\n", b"\r\n")).key == key
    assert heard(b"Received: from a by b\nX-UID: 7\nStatus: RO\n" + message + b"\n\n").key == key
    folded = message.replace(b"Subject: Undelivered Mail", b"Subject: Undelivered\n Mail")
    assert heard(folded).key == key


def test_the_key_of_a_message_does_not_change_with_the_program() -> None:
    assert (
        heard(letter("Isi.", Date="Mon, 3 Aug 2026 17:00:00 +0700")).key
        == "9a535405522dc286d922e2cb5a949a63"
    )


@pytest.mark.parametrize(
    "fields",
    [{"Message-ID": "<2@a.example>"}, {"Date": "Mon, 3 Aug 2026"}, {"From": "b@c.example"},
     {"To": "b@c.example"}, {"Subject": "Lain"}, {"body": "Lain"}],
)  # fmt: skip
def test_another_message_has_another_key(fields: dict[str, str]) -> None:
    assert heard(letter(**fields)).key != heard(letter()).key


def test_the_key_of_a_cut_message_is_that_of_the_whole() -> None:
    whole = letter("baris\n" * 200_000)
    assert heard(whole[: 2**20]).key == heard(whole.replace(b"\n", b"\r\n")[: 2**20]).key


# whatever else arrives


def nested(depth: int, kind: str) -> bytes:
    message = "Subject: dalam\n\nIsi."
    for level in range(depth):
        if kind == "message":
            message = f"Content-Type: message/rfc822\n\n{message}"
        else:
            head = f"Content-Type: multipart/report; boundary=b{level}; report-type=delivery-status"
            message = f"{head}\n\n--b{level}\n{message}\n--b{level}--"
    return message.encode()


def text(charset: str, body: str = "=FF=FE", encoding: str = "quoted-printable") -> bytes:
    kind = f"text/plain; charset={charset}"
    return letter(body, Content_Type=kind, Content_Transfer_Encoding=encoding)


HOSTILE = {
    "empty": b"", "a line's end": b"\n", "zeros": bytes(10_000), "a colon": b":", "html": b"<html>",
    "bytes": bytes(range(256)) * 40, "no headers": b"halo\nhalo", "only a header": b"Subject: x",
    "reports, 50 deep": nested(50, "report"), "reports, 3000 deep": nested(3000, "report"),
    "messages, 50 deep": nested(50, "message"), "messages, 5000 deep": nested(5000, "message"),
    "an 8-bit header": letter(Subject="\udcff\udc80", From="\udce9 <a@b.example>"),
    "no such charset": text("x-nonesuch"), "a charset that is no text": text("zlib"),
    "idna": text("idna", "=FF" * 90), "punycode": text("punycode"), "undefined": text("undefined"),
    "half a pair": text("utf-7", "+2AA-"), "a zero in a charset": text('"u\x00tf"'),
    "rfc 2231": text("us-ascii'en'a; charset*0*=utf-8''%ff; name*=nonesuch'x'%E2%82"),
    "rfc 2231, broken": letter("--\n", Content_Type="multipart/mixed; boundary*0*=x'%; boundary*9"),
    "base64, cut": text("utf-8", "YQ=", "base64"),
    "base64, rubbish": text("utf-8", "\udcff=", "base64"),
    "uuencoded": text("utf-8", "begin 644 x\n\udcff\nend", "x-uuencode"),
    "half a pair in a subject": letter(Subject="=?utf-7?q?+2AA-?= =?utf-16?b?2AA=?="),
    "brackets": letter(From="(" * 100_000, Subject="[" * 100_000),
    "encoded words": letter(Subject="=?utf-8?q?x?=\n " * 20_000),
    "a long subject": letter(Subject="unsubscribe " * 100_000),
    "recipients": letter(To="kembali+a@kantor.example, " * 50_000),
    "tokens": dsn(failed(diagnostic="a@" * 200_000), To=f"kembali+{'a' * 300_000}@kantor.example"),
    "dashes": letter("-" * 300_000, **NULL, From=DAEMON),
    "digits": letter("5.1." * 100_000, **NULL, From=DAEMON, Subject="failure notice"),
    "delivered": letter("deliver" * 50_000, **NULL, From=DAEMON),
    "tags": letter("<head" * 100_000, Content_Type="text/html"),
    "comments": letter("<!--" * 100_000, Content_Type="text/html"),
    "parts": several(*["\n\nx"] * 60_000),
    "no boundary": letter("x", Content_Type="multipart/mixed"),
    "fields": dsn("a: b\n\n" * 60_000), "empty fields": dsn(""), "no status": dsn("\n\n\n"),
    "status of statuses": dsn("Content-Type: message/delivery-status\nAction: failed"),
    "megabytes": letter("x" * 76 + "\n" * 100_000 + "\udcff" * 4_000_000),
}  # fmt: skip


SLOW = ("tags", "comments", "parts", "fields", "reports, 3000 deep")  # each a second or so


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.soak] if one in SLOW else []) for one in HOSTILE]
)
def test_rubbish_is_for_a_person_and_costs_little(name: str) -> None:
    message = HOSTILE[name]
    began = perf_counter()
    assert heard(message).meaning in (Meaning.OTHER, Meaning.NOTHING, Meaning.BOUNCED)
    assert perf_counter() - began < 10


SAMPLES: list[Any] = [message for message, _ in RETURNED.values()]
SAMPLES += [*LATE.values(), *FORGED.values(), *(message for message, _ in COMPLAINTS.values())]
SAMPLES += [letter(**fields) for fields in (*AUTOMATIC.values(), *ONE_CLICK.values())]
SAMPLES += [letter(**fields) for fields, _ in LEAVING.values()]
SAMPLES += [letter(**fields) for fields in HUMAN.values()]
SPICES = [
    b"\n", b"\r", b"\n\n", b"\x00", b"\xff", b"=?", b"?=", b";", b":", b'"', b"(", b"<", b"@",
    b"*0*=", b"--b=_1", b"=?utf-7?q?+2AA-?=", b"Content-Type: message/delivery-status\n\n",
]  # fmt: skip


def mutated(message: bytes, seed: int) -> bytes:
    """The message with a few bytes gone, doubled, or others in their place."""
    chance = Random(seed)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(message) + 1)
        end = min(len(message), start + chance.choice((0, 1, 1, 30)))
        put = chance.choice((b"", message[start:end] * 2, *SPICES))
        message = message[:start] + put + message[end:]
    return message


def test_the_samples_are_many() -> None:
    assert len(SAMPLES) > 45


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_random_bytes_are_understood(message: bytes) -> None:
    assert heard(message).meaning in Meaning


@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_damaged_letters_are_understood(message: bytes, seed: int) -> None:
    assert heard(mutated(message, seed)).meaning in Meaning
