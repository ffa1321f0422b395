"""Any letter is understood in its time, and none that is forged ends a subscription."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.hostile.fuzzing import altered, corpus, fuzz, seeds, within
from support.hostile.letter_kinds import FIELDS, PIECES, TEXTS, built
from syndicate.channel.mailing_list import Meaning
from syndicate.ledger.people.tokens import REQUEST, RETURN, SUBSCRIPTION, Tokens
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.commands import MOST_URI
from syndicate_email.inbox.reports import Marks

BEARABLE = 0.3  # seconds of the processor for one letter, on a machine with much to do
MIB = 2**20
TOKENS = Tokens(("5e" * 32,))
MARKS = Marks(
    bounces="kembali+{token}@kantor.example", unsubscribe="https://kantor.example/l/{token}",
    mailbox="daftar@kantor.example", lists=("kabar-harian", "Kabar Harian"),
    authserv="mx-5e5e5e5e.kantor.example", canary="kenari@kantor.example",
)  # fmt: skip
WORDS = [word.encode("utf-8", "surrogateescape") for word in (*FIELDS, *TEXTS, *PIECES)]
NUMBERS = st.integers(0, 2**64 - 1)


def bear(content: bytes) -> None:
    """Understand a letter; what it says can be kept and shown, and is nobody else's wish."""
    with within(BEARABLE):
        reply = classify(content[:MIB], MARKS)
    assert re.fullmatch(r"[0-9a-f]{32}", reply.key)
    assert reply.meaning in Meaning
    for field in ("token", "email", "name", "about", "code", "detail"):
        value = getattr(reply, field)
        assert value == " ".join(value.encode().decode().split())
        is_uri = field == "about" and reply.meaning is Meaning.FOLLOW
        assert len(value) <= (MOST_URI + len("tag:") if is_uri else 254)
    assert "@" not in reply.detail
    assert reply.authentication == ""
    for what in (SUBSCRIPTION, REQUEST, RETURN):
        assert TOKENS.read(reply.token, what, ["harian", "pekanan"]) is None


@pytest.mark.parametrize("content", corpus("letters"))
def test_a_letter_of_the_corpus_is_borne(content: bytes) -> None:
    bear(content)


@given(NUMBERS.map(built))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_a_letter_of_any_build_is_borne(content: bytes) -> None:
    bear(content)


@given(altered(seeds("letters"), WORDS))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_a_letter_that_was_tampered_with_is_borne(content: bytes) -> None:
    bear(content)


def test_the_corpus_holds_letters_of_every_kind() -> None:
    found = {classify(content, MARKS).meaning for content in seeds("letters")}
    assert found == set(Meaning)


@pytest.mark.soak
def test_any_letter_is_borne(tmp_path: Path) -> None:
    tried = fuzz("letters", st.one_of(NUMBERS.map(built), altered(seeds("letters"), WORDS)), bear)
    assert tried > 1_000
