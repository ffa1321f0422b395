"""Markers of list items, as a browser writes them: ``3.``, ``b.``, ``iv.``"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

BULLET = "•"
# what a tag of a list does, with its attributes
ListTag = tuple[Literal["item", "ordered", "other", "end"], Mapping[str, str]]
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


def markers(given: Mapping[str, str], values: Sequence[str]) -> list[str]:
    """The markers of an ordered list's items.

    ``given`` are the list's attributes (start, type, reversed), ``values`` the items' ``value``,
    "" where an item has none (the HTML standard, 4.4.5 and 4.4.8).
    """
    step = -1 if "reversed" in given else 1
    first = len(values) if step < 0 else 1
    number = _integer(given.get("start", ""), first)
    made = []
    for value in values:
        number = _integer(value, number)
        made.append(f"{numeral(number, given.get('type', ''))}.")
        number += step
    return made


def item_markers(tags: Iterable[ListTag]) -> list[str]:
    """The marker of each item among the tags of lists, in their order.

    A tag begins an item, an ordered list or another one, or ends a list.
    """
    made: list[str] = []
    lists: list[tuple[Mapping[str, str] | None, list[tuple[int, str]]]] = []
    for what, given in tags:
        if what == "item":
            if lists:
                lists[-1][1].append((len(made), given.get("value", "")))
            made.append(BULLET)
        elif what != "end":
            lists.append((given if what == "ordered" else None, []))
        elif lists:
            _number(made, *lists.pop())
    for left in lists:
        _number(made, *left)
    return made


def _number(
    made: list[str], given: Mapping[str, str] | None, items: Sequence[tuple[int, str]]
) -> None:
    if given is not None:
        numbers = markers(given, [value for _, value in items])
        for (place, _), marker in zip(items, numbers, strict=True):
            made[place] = marker


def numeral(number: int, kind: str) -> str:
    """A number in the letters of a list's ``type``; what has no letters is decimal."""
    if kind in ("a", "A") and number > 0:
        letters = _letters(number)
        return letters.upper() if kind == "A" else letters
    if kind in ("i", "I") and 0 < number < 4000:
        roman = _roman(number)
        return roman.upper() if kind == "I" else roman
    return str(number)


def _integer(text: str, otherwise: int) -> int:
    return int(text) if WHOLE_NUMBER.fullmatch(text.strip()) else otherwise


def _letters(number: int) -> str:
    made = ""
    while number:
        number, letter = divmod(number - 1, 26)
        made = chr(ord("a") + letter) + made
    return made


def _roman(number: int) -> str:
    made = ""
    for value, letters in ROMAN:
        count, number = divmod(number, value)
        made += letters * count
    return made
