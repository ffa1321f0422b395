"""Every pattern that a letter's or an article's words meet, against what it repeats."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

import syndicate.editorial
import syndicate_email
from support.hostile.pumps import pumped
from syndicate.text import squeeze
from syndicate_email.inbox.commands import MOST_AFTER
from syndicate_email.refusals.signs import REFUSAL_SIGNS

MODULES = (
    "inbox.classify", "inbox.parsing", "inbox.charsets", "inbox.reports", "inbox.commands",
    "inbox.reasons", "refusals.mailboxes", "refusals.verdict", "settings",
)  # fmt: skip
FOLDER = Path(syndicate_email.__file__).parent
EDITORIAL = sorted(Path(syndicate.editorial.__file__).parent.glob("*.py"))  # they meet whole texts
EDITORIAL_NAMES = [f"syndicate.editorial.{path.stem}" for path in EDITORIAL if path.stem[0] != "_"]
SOURCES = "\n".join(
    path.read_text()
    for path in (
        *(FOLDER.joinpath(*name.split(".")).with_suffix(".py") for name in MODULES), *EDITORIAL
    )
)  # fmt: skip
ONE_LINE, TEXT = 2_000, 20_000  # characters that a pattern is given of a letter
WHOLE = (  # those that meet a whole text
    "COPY", "QUOTED_LETTER", "PARAGRAPHS", "FAILURE", "LATE", "OVER", "STATUS_CODE", "SMTP",
    "WITH_AT", "RETURNING", "LONE", "MAILTO",
)  # fmt: skip
SIZES = dict.fromkeys(WHOLE, TEXT) | {"AFTER": MOST_AFTER}
SQUEEZED = {"AFTER", "TAIL", "LEAD", "LEAVES"}  # that meet no line but one without white space
MOST_SECONDS = 0.05  # of one pattern over one text


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern of the modules that read letters, by its name, once."""
    seen: set[int] = set()
    names = (f"syndicate_email.{name}" for name in MODULES)
    for module in map(import_module, (*names, *EDITORIAL_NAMES)):
        for name, value in vars(module).items():
            several = value.values() if isinstance(value, dict) else (value,)
            for one in several:
                is_of_text = isinstance(one, re.Pattern) and isinstance(one.pattern, str)
                if is_of_text and id(one) not in seen:
                    seen.add(id(one))
                    yield name, one
    for number, sign in enumerate(REFUSAL_SIGNS):
        yield f"SIGNS {number}", sign.words


PATTERNS = list(patterns())
OF_TEXTS = {
    id(value) for name in EDITORIAL_NAMES for value in vars(import_module(name)).values()
    if isinstance(value, re.Pattern)
}  # fmt: skip


def uses(name: str, pattern: re.Pattern[str]) -> Iterator[Callable[[str], object]]:
    """How the modules use it: no other way is of interest."""
    found = set(re.findall(rf"\b{name}(?:\[\w+\])?\.(\w+)\b", SOURCES)) - {"items", "pattern"}
    for way in found or {"search", "match", "fullmatch", "sub"} - (
        {"fullmatch"} if name.startswith("SIGNS") else set()
    ):
        way = "findall" if way == "finditer" else way  # which would wait to be asked
        yield partial(pattern.sub, "") if way == "sub" else getattr(pattern, way)


def worst(name: str, pattern: re.Pattern[str], seed: int) -> tuple[float, str]:
    size = TEXT if id(pattern) in OF_TEXTS else SIZES.get(name, ONE_LINE)
    found = (0.0, "")
    texts = pumped(pattern, size, Random(seed))
    for text in map(squeeze, texts) if name in SQUEEZED else texts:
        for use in uses(name, pattern):
            took = seconds(use, text)
            if took > MOST_SECONDS:  # once more: other processes may have had the caches
                took = min(took, seconds(use, text))
            found = max(found, (took, f"{text[:60]} … {text[-30:]}"))
    return found


def seconds(use: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    use(text)
    return time.process_time() - began


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 50
    assert {*SIZES, *SQUEEZED} <= {name for name, _ in PATTERNS}
    assert {"BEFORE", "TAIL", "LEAVES", "HEADING", "PERSONAL"} <= {name for name, _ in PATTERNS}


def test_the_strings_make_a_bad_pattern_slow() -> None:
    bad = re.compile(r"x(?:a|a)*b")
    began = time.process_time()
    for text in pumped(bad, 24, Random(1)):
        bad.search(text)
    assert time.process_time() - began > MOST_SECONDS


def test_no_pattern_takes_long_over_what_it_repeats() -> None:
    slow = [(name, *worst(name, pattern, seed=1)) for name, pattern in PATTERNS[::4]]
    assert [one for one in slow if one[1] > MOST_SECONDS] == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 5))
def test_no_pattern_takes_long_over_many_of_them(seed: int) -> None:
    slow = [(name, *worst(name, pattern, seed)) for name, pattern in PATTERNS]
    assert [one for one in slow if one[1] > MOST_SECONDS] == []
