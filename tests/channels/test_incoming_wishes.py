"""Complaints, automatic answers, and the wishes of people who leave or join."""

from __future__ import annotations

import pytest

from support.incoming import (
    ASKED,
    AUTOMATIC,
    COMPLAINTS,
    LEAVING,
    MARKS,
    ONE_CLICK,
    TOKEN,
    complaint,
    heard,
    letter,
    several,
)
from syndicate.channel.mailing_list import Meaning
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks


@pytest.mark.parametrize(("message", "says"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_a_complaint_says_whose_it_is(message: bytes, says: Meaning) -> None:
    reply = heard(message)
    assert (reply.meaning, reply.token, reply.email) == (says, TOKEN, "")


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_feedback_that_is_no_complaint_is_nothing(kind: str) -> None:
    assert heard(complaint(f"Feedback-Type: {kind}")).meaning is Meaning.NOTHING


READ = "Content-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n"


@pytest.mark.parametrize("fields", AUTOMATIC.values(), ids=AUTOMATIC)
def test_an_automatic_answer_means_nothing_whatever_it_says(fields: dict[str, str]) -> None:
    wishes = ["unsubscribe", "langganan", ASKED, f"lists {TOKEN}", "Halo"]
    for subject in [fields["Subject"]] if "Subject" in fields else wishes:
        reply = heard(letter("berhenti", **{**fields, "Subject": subject}))
        assert (reply.meaning, reply.token, reply.email) == (Meaning.NOTHING, "", "")


def test_that_a_letter_was_read_means_nothing() -> None:
    parts = (f"Content-Type: text/plain\n\nstop {TOKEN}\n", READ)
    assert heard(several(*parts, kind="report", Subject="Dibaca: Kabar")).meaning is Meaning.NOTHING


@pytest.mark.parametrize(("fields", "about"), LEAVING.values(), ids=LEAVING)
def test_a_letter_that_says_leave_and_no_more_is_a_wish_to_leave(
    fields: dict[str, str], about: str
) -> None:
    reply = heard(letter(**fields))
    assert (reply.meaning, reply.about) == (Meaning.LEAVE, about)
    assert (reply.token, reply.email, reply.name) == ("", "ani@warga.example", "")


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
