"""Limits of letter templates: the size of a result is estimated before it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from itertools import chain
from typing import Any

from jinja2 import TemplateRuntimeError

MOST_MADE = 10_000_000  # characters and items that one part of a letter makes on its way
MOST_STEPS = 100_000  # turns of all loops, calls and inclusions in one part
MOST_TURNS = 10_000  # of all loops over numbers in one part
MOST_WIDTH = 100_000  # characters that a text times a number, or a filter, may give
MOST_CALL_DEPTH = 50  # calls within calls
MOST_BITS = 10_000  # of a number
ITEM = 16  # what an item of a list counts, beside its text
ESCAPING = {"escape", "e", "forceescape", "tojson", "urlencode", "urlize", "xmlattr"}
FORMAT_WIDTH = re.compile(r"\d+")


class Usage:
    """Characters made, steps and depth while one part is filled in."""

    def __init__(self) -> None:
        self.made = self.steps = self.turns = self.depth = 0

    def make(self, amount: int) -> None:
        """Count characters about to be made; TemplateRuntimeError where they are too many."""
        self.made += amount
        if self.made > MOST_MADE:
            raise TemplateRuntimeError(f"it makes more than {MOST_MADE:,} characters")

    def step(self) -> None:
        """Count one turn of a loop, or a call."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TemplateRuntimeError(f"its loops take more than {MOST_STEPS:,} turns")

    def range(self, *given: int) -> Iterator[int]:
        """Yield the numbers of ``range``; TemplateRuntimeError after too many."""
        for number in range(*given):
            self.turns += 1
            if self.turns > MOST_TURNS:
                raise TemplateRuntimeError(f"its loops take more than {MOST_TURNS:,} turns")
            yield number

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count calls within calls."""
        self.depth += 1
        try:
            if self.depth > MOST_CALL_DEPTH:
                raise TemplateRuntimeError("a macro calls itself without end")
            yield
        finally:
            self.depth -= 1


_USAGE: ContextVar[Usage | None] = ContextVar("usage", default=None)


@contextmanager
def counting_usage() -> Iterator[Usage]:
    """Count from zero while a part is filled in."""
    usage = Usage()
    token = _USAGE.set(usage)
    try:
        yield usage
    finally:
        _USAGE.reset(token)


def current() -> Usage:
    """Return the count of the part being filled in; a new one while a template is compiled."""
    return _USAGE.get() or Usage()


def weight(value: Any) -> int:
    """Return the size of a value: its characters, and its items when written out."""
    if isinstance(value, str):
        return len(value)
    total, left = 0, [value]
    while left:
        item = left.pop()
        total += len(item) + ITEM if isinstance(item, str | bytes) else ITEM
        if total > MOST_MADE:  # one list may hold another a million times
            return total
        if isinstance(item, Mapping):
            left += chain.from_iterable(item.items())
        elif isinstance(item, list | tuple | set | frozenset):
            left += item
    return total


def materialized(value: Any) -> Any:
    """Return a value that can be read twice: an iterator becomes a list."""
    if isinstance(value, Iterator):
        return list(turns(value))
    return value


def turns(values: Iterable[Any]) -> Iterator[Any]:
    """Yield a loop's values, counting each turn."""
    usage = current()
    for value in values:
        usage.step()
        yield value


def narrow(values: Iterable[Any]) -> int:
    """Return the largest number among some values; TemplateRuntimeError where it is too large."""
    widest = max((abs(v) for v in values if isinstance(v, int | float)), default=0)
    if widest > MOST_WIDTH:
        raise TemplateRuntimeError("a text is made too wide")
    return int(widest)


def formatted(pattern: str, sign: str, given: Sequence[Any], named: Mapping[str, Any]) -> int:
    """Estimate ``%`` and ``format``: each field with the largest value at the largest width."""
    values = [*given, *named.values()]
    widths = [int(width[:9]) for width in FORMAT_WIDTH.findall(pattern)]
    flat = [i for v in values for i in (v if isinstance(v, list | tuple) else [v])]
    width = narrow([*widths, *(flat if "*" in pattern or "{" in pattern else ())])
    return len(pattern) + pattern.count(sign) * (weight(values) + width)


def join_weight(glue: Any, values: Any) -> int:
    values = values if isinstance(values, list | tuple | str) else [values]
    count: int = len(values)
    return weight(values) + weight(glue) * count


def replaced(text: Any, old: Any = "", new: Any = "", *_: Any) -> int:
    whole: str = str(text)
    return len(whole) + whole.count(str(old)) * weight(new)


def lines_wide(text: Any, *given: Any, **named: Any) -> int:
    """Estimate ``indent`` and ``wordwrap``: they add to each of many lines."""
    values = [*given, *named.values()]
    whole: str = str(text)
    width, breaks = narrow(values), whole.count("\n") + 1
    strings = sum(weight(value) for value in values if isinstance(value, str))
    return len(whole) + breaks * width + (len(whole) + 1) * strings


def summed(values: Any, attribute: Any = None, start: Any = 0) -> int:
    """Estimate what ``sum`` copies: lists are added one by one."""
    if isinstance(start, int | float):
        return weight(values)
    count: int = len(values)
    return weight(start) + weight(values) * max(1, count)


def as_it_is(*given: Any, **named: Any) -> int:
    """Estimate most filters: no more than they are given, as wide as their numbers say."""
    values = (*given, *named.values())
    return sum(map(weight, values)) + narrow(given[1:]) + narrow(named.values())


def written_out(*given: Any, **named: Any) -> int:
    """Estimate a filter that writes some signs as several (``&#34;``)."""
    return 6 * as_it_is(*given, **named)


def filter_makes(name: str) -> Callable[..., int]:
    """Return the estimate for a filter."""
    known: dict[str, Callable[..., int]] = {
        "join": lambda values="", glue="", *_, **named: join_weight(named.get("d", glue), values),
        "replace": lambda *given, **named: replaced(
            *given, *(named[part] for part in ("old", "new") if part in named)
        ),
        "format": lambda text="", *given, **named: formatted(str(text), "%", given, named),
        "indent": lines_wide,
        "wordwrap": lines_wide,
        "sum": summed,
    }
    return known.get(name, written_out if name in ESCAPING else as_it_is)


def method_makes(text: str, name: str) -> Callable[..., int]:
    """Return the estimate for a method of a text."""
    size = len(text)
    known: dict[str, Callable[..., int]] = {
        "join": partial(join_weight, text),
        "replace": partial(replaced, text),
        "expandtabs": lambda size=8, **named: (
            len(text) + text.count("\t") * narrow([size, *named.values()])
        ),
        "translate": lambda table, **_: size * (weight(table) + 1),
    }
    return known.get(name, partial(as_it_is, text))


def binop_makes(operator: str, left: Any, right: Any) -> int:
    """Estimate ``+``, ``*`` and ``%`` of texts, lists and numbers."""
    if isinstance(left, int) and isinstance(right, int):
        if operator == "*" and left.bit_length() + right.bit_length() > MOST_BITS:
            raise TemplateRuntimeError("a number grows without end")
        return 0
    if operator == "%" and isinstance(left, str):
        named = right if isinstance(right, Mapping) else {}
        return formatted(left, "%", () if named else (right,), named)
    if operator == "*":
        return _repeated(left, right)
    return sum(len(value) for value in (left, right) if hasattr(value, "__len__"))


def _repeated(left: Any, right: Any) -> int:
    numbers = [value for value in (left, right) if isinstance(value, int | float)]
    if len(numbers) != 1:
        return 0
    text = right if numbers[0] is left else left
    if not hasattr(text, "__len__"):
        return 0
    amount = int(len(text) * numbers[0])
    if amount > MOST_WIDTH:
        raise TemplateRuntimeError("a text is repeated too often")
    return max(0, amount)
