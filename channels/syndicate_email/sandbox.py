"""Where templates of letters run: they get the letter's words, and nothing of the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps
from typing import Any

from jinja2 import Template, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_OUTPUT = 2_000_000  # characters of one part of a letter; mail systems show 100,000
MOST_TURNS = 10_000  # of all loops over numbers in one part
MOST_REPEATED = 100_000  # characters that a text times a number, or a filter, may give
MOST_POWER = 100
PADDING = ("center", "indent", "wordwrap", "truncate", "batch", "slice", "format")  # take a width


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's own sandbox, whose loops and texts have an end besides."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        del self.globals["lipsum"]  # words by the million
        for name in PADDING:
            self.filters[name] = _bounded(self.filters[name])

    def filled_in(self, name: str, given: Mapping[str, object]) -> str:
        """Fill in a template; TemplateRuntimeError where it gives more than a letter holds."""
        template: Template = self.get_template(name)
        turns = _Turns()
        pieces, length = [], 0
        for piece in template.generate({"range": turns.range, **given}):
            pieces.append(piece)
            length += len(piece)
            if length > MOST_OUTPUT:
                raise TemplateRuntimeError(f"it gives more than {MOST_OUTPUT:,} characters")
        return "".join(pieces)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what would fill the memory: a text a million times, a power of a power."""
        numbers = [one for one in (left, right) if isinstance(one, int | float)]
        if operator == "**" and (len(numbers) < 2 or abs(right) > MOST_POWER or abs(left) > 10**6):
            raise TemplateRuntimeError(f"no power above {MOST_POWER} is worked out here")
        if operator == "*" and len(numbers) == 1:
            text = right if numbers[0] is left else left
            if len(text) * numbers[0] > MOST_REPEATED:
                raise TemplateRuntimeError("a text is repeated too often")
        return super().call_binop(context, operator, left, right)


class _Turns:
    """The turns of all loops over numbers that one template takes."""

    def __init__(self) -> None:
        self.taken = 0

    def range(self, *given: int) -> Iterator[int]:
        """``range``, until there were too many turns."""
        for number in range(*given):
            self.taken += 1
            if self.taken > MOST_TURNS:
                raise TemplateRuntimeError(f"its loops take more than {MOST_TURNS:,} turns")
            yield number


def _bounded(filled: Any) -> Any:
    """A filter that is given no number above what a letter's line can be wide."""

    @wraps(filled)  # with Jinja's marks on it
    def checked(*given: Any, **named: Any) -> Any:
        numbers = (one for one in (*given, *named.values()) if isinstance(one, int | float))
        if any(one > MOST_REPEATED for one in numbers):
            raise TemplateRuntimeError("a text is made too wide")
        return filled(*given, **named)

    return checked
