"""Whose trouble a bounce tells of: the office's, one reader's, or nobody can tell."""

from __future__ import annotations

import pytest

from support.incoming import (
    DAEMON,
    EXIM,
    EXIM_HEAD,
    NULL,
    QMAIL,
    TOKEN,
    YAHOO,
    dsn,
    failed,
    heard,
    letter,
)
from syndicate.channel.mailing_list import Meaning
from syndicate.model.bounces import count_bounce
from syndicate.testing import NOON

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
