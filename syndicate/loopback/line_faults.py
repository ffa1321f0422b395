"""Wrong answers of a line-based server: too slow, none, too much, without an end, out of turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

Manner = Literal[
    "say nothing", "drip", "flood", "run on", "half a line", "break off", "garble", "nul",
    "negative", "odd", "wordless", "twice", "ahead",
]  # fmt: skip

BLOCK_BYTES = 64 * 1024  # bytes of an answer without an end that are said at once
ANSWERS_AHEAD = b"250 more\r\n354 and more\r\n250 and more\r\n"
GARBLE = bytes(range(256)) + b"\r\n"


def bytewise(answer: bytes) -> Iterator[bytes]:
    """The answer in pieces of a byte."""
    for number in range(len(answer)):
        yield answer[number : number + 1]


def without_a_line_s_end(answer: bytes) -> Iterator[bytes]:
    """An answer whose first line never ends."""
    yield answer[:3] + b"-"
    while True:
        yield b"x" * BLOCK_BYTES


def without_a_last_line(answer: bytes) -> Iterator[bytes]:
    """An answer that is always to be continued."""
    line = answer[:3] + b"-and there is more\r\n"
    while True:
        yield line * (BLOCK_BYTES // len(line))


MANNERS: dict[Manner, Callable[[bytes], Iterable[bytes]]] = {
    "say nothing": lambda _: (),
    "drip": bytewise,
    "flood": without_a_line_s_end,
    "run on": without_a_last_line,
    "half a line": lambda answer: (answer[: len(answer) // 2],),
    "break off": lambda answer: (answer[: len(answer) // 2],),
    "garble": lambda _: (GARBLE,),
    "nul": lambda answer: (answer.replace(b" ", b" \0\0", 1),),
    "negative": lambda _: (b"-50 strange\r\n",),
    "odd": lambda _: (b"999 strange\r\n",),
    "wordless": lambda _: (b"\r\n",),
    "twice": lambda answer: (answer * 2,),
    "ahead": lambda answer: (answer + ANSWERS_AHEAD,),
}
SILENT: frozenset[Manner] = frozenset({"say nothing", "half a line"})  # and nothing follows
HANGS_UP: frozenset[Manner] = frozenset({"break off"})
