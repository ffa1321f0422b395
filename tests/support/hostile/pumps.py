"""Strings that make a regular expression go back and forth: what it repeats, over and over.

They are read off the pattern itself: a sample of what stands before a repetition, many samples of
what is repeated, and something that lets the whole fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MANY = 8  # a repetition up to fewer is none that costs anything
ENDS = ("", "!", "\x00", "\n", "a", " ", "@", "9")
Parsed = Sequence[tuple[Any, Any]]


def pumped(pattern: re.Pattern[str], size: int, chance: Random) -> Iterator[str]:
    """Texts of ``size`` characters that a pattern may take long over."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    for before, repeated in _repetitions(tree, "", chance):
        unit = repeated or "a"
        end = chance.choice(ENDS)
        count = max(size - len(before) - len(end), 0) // len(unit)
        yield f"{before}{unit * count}{end}"
        whole = f"{before}{unit * 3}"
        yield whole * (size // len(whole)) + chance.choice(ENDS)


def _repetitions(tree: Parsed, before: str, chance: Random) -> Iterator[tuple[str, str]]:
    for kind, value in tree:
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            _, most, inner = value
            if most >= MANY:
                for _ in range(2):
                    yield before, sample(inner, chance)
            yield from _repetitions(inner, before, chance)
        elif kind is c.SUBPATTERN:
            yield from _repetitions(value[3], before, chance)
        elif kind is c.BRANCH:
            for branch in value[1]:
                yield from _repetitions(branch, before, chance)
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from _repetitions(value[1], before, chance)
        elif kind is c.ATOMIC_GROUP:
            yield from _repetitions(value, before, chance)
        before += sample([(kind, value)], chance)


def sample(tree: Parsed, chance: Random) -> str:
    """A text that a part of a pattern matches, as far as that can be told from it alone."""
    text = ""
    for kind, value in tree:
        if kind is c.LITERAL:
            text += chr(value)
        elif kind is c.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif kind is c.ANY:
            text += chance.choice("a -.")
        elif kind is c.IN:
            text += _of_class(value, chance)
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            least, most, inner = value
            for _ in range(min(max(least, chance.choice((0, 1, 1, 2))), most)):
                text += sample(inner, chance)
        elif kind is c.SUBPATTERN:
            text += sample(value[3], chance)
        elif kind is c.ATOMIC_GROUP:
            text += sample(value, chance)
        elif kind is c.BRANCH:
            text += sample(chance.choice(value[1]), chance)
    return text


def _of_class(members: Sequence[tuple[Any, Any]], chance: Random) -> str:
    if members[0][0] is c.NEGATE:
        allowed = [sign for sign in "a 9-.,\t!\u00df" if not _is_in(sign, members[1:])]
        return chance.choice(allowed) if allowed else ""
    kind, value = chance.choice(members)
    if kind is c.RANGE:
        return chr(value[0])
    if kind is c.CATEGORY:
        return {c.CATEGORY_DIGIT: "9", c.CATEGORY_SPACE: " ", c.CATEGORY_WORD: "a"}.get(value, "-")
    return chr(value)


def _is_in(sign: str, members: Sequence[tuple[Any, Any]]) -> bool:
    for kind, value in members:
        if kind is c.LITERAL and ord(sign) == value:
            return True
        if kind is c.RANGE and value[0] <= ord(sign) <= value[1]:
            return True
        if kind is c.CATEGORY and (
            (value is c.CATEGORY_SPACE and sign.isspace())
            or (value is c.CATEGORY_WORD and (sign.isalnum() or sign == "_"))
            or (value is c.CATEGORY_DIGIT and sign.isdigit())
        ):
            return True
    return False
