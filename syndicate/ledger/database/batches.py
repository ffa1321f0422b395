"""Lists cut into pieces, each of which one SQL statement can name whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

MOST = 500  # values in one statement; databases allow some ten thousand

T = TypeVar("T")


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Return these values, each once, in lists of at most ``MOST``."""
    left = iter(dict.fromkeys(values))
    while batch := list(islice(left, MOST)):
        yield batch
