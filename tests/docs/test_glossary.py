"""docs/glossary.md: every public name has its word, and every word is explained once."""

from __future__ import annotations

import re
from collections import Counter

import syndicate
from support.pages import page
from syndicate.model.step import Action
from syndicate.report import STATE_WORDS

GLOSSARY = page("docs/glossary.md")
BOLD = re.compile(r"\*\*(.+?)\*\*")


def test_every_public_name_is_in_the_glossary() -> None:
    explained = set(re.findall(r"`(\w+)`", GLOSSARY))
    assert set(syndicate.__all__) - explained == set()


def test_a_word_is_explained_once() -> None:
    said = Counter(word.lower() for word in BOLD.findall(GLOSSARY))
    assert [word for word, times in said.items() if times > 1] == []


def test_every_action_of_a_plan_is_in_the_glossary() -> None:
    [step] = re.findall(r"\*\*Step\*\*: (.+)", GLOSSARY)
    assert set(re.findall(r"\w+", step.partition(": ")[2])) == set(Action)


def test_every_state_is_in_the_glossary() -> None:
    words = {word.lower() for word in BOLD.findall(GLOSSARY)}
    assert set(STATE_WORDS.values()) - {"under way"} <= words
