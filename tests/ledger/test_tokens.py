"""Tokens: opaque, the same for years, and nobody else's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.ledger.people.tokens import REQUEST, SUBSCRIPTION, Tokens

OLD, NEW = "11" * 32, "22" * 32
OURS = Tokens((OLD,))
RENEWED = Tokens((NEW, OLD))


@given(number=st.integers(0, 2**40 - 1))
def test_a_token_names_its_number_and_is_the_same_every_time(number: int) -> None:
    token = OURS.make(SUBSCRIPTION, "harian", number)
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert token == OURS.make(SUBSCRIPTION, "harian", number)
    assert OURS.read(token, SUBSCRIPTION, ["pekanan", "harian"]) == ("harian", number)
    assert OURS.read(f" {token.upper()}\n", SUBSCRIPTION, ["harian"]) == ("harian", number)


def test_tokens_of_neighbours_have_nothing_in_common() -> None:
    made = [OURS.make(SUBSCRIPTION, "harian", number) for number in range(200)]
    assert len({token[:4] for token in made}) > 190
    assert made != sorted(made)


def test_a_renewed_key_makes_other_tokens_and_reads_the_old_ones() -> None:
    before = OURS.make(SUBSCRIPTION, "harian", 17)
    after = RENEWED.make(SUBSCRIPTION, "harian", 17)
    assert before != after
    for token in (before, after):
        assert RENEWED.read(token, SUBSCRIPTION, ["harian"]) == ("harian", 17)


TOKEN = OURS.make(SUBSCRIPTION, "harian", 17)
WRONG = [
    "",
    "17",
    TOKEN[:-1],
    TOKEN + "a",
    "a" * 26,
    "1" * 26,
    TOKEN[:-4] + "2345",
    "17-" + "0" * 32,
]


@pytest.mark.parametrize("token", WRONG)
def test_what_nobody_made_names_nothing(token: str) -> None:
    assert OURS.read(token, SUBSCRIPTION, ["harian"]) is None


def test_a_token_is_good_for_one_thing_one_list_and_one_ledger() -> None:
    assert OURS.read(TOKEN, REQUEST, ["harian"]) is None
    assert OURS.read(TOKEN, SUBSCRIPTION, ["pekanan"]) is None
    assert Tokens((NEW,)).read(TOKEN, SUBSCRIPTION, ["harian"]) is None


def test_an_address_is_hidden_by_the_ledger_s_first_key() -> None:
    assert OURS.hide("ani@pembaca.example") == RENEWED.hide("ani@pembaca.example")
    assert OURS.hide("ani@pembaca.example") != Tokens((NEW,)).hide("ani@pembaca.example")
