"""Flaws of an article's file, each with its line."""

from __future__ import annotations

from collections.abc import Iterable


class Flaw(Exception):
    """Something wrong at one line of the file, from 1; the caller knows the file's name."""

    def __init__(self, line: int, says: str, rule: str = "") -> None:
        super().__init__(says)
        self.line = line
        self.rule = rule  # the name that `check` has for it; "" where its line tells
        self.others: tuple[Flaw, ...] = ()  # what else is wrong, found apart from this


def all_of(flaws: Iterable[Flaw]) -> Flaw:
    """The first of several flaws, the others with it, each once and by its line."""
    every = sorted(
        (each for flaw in flaws for each in (flaw, *flaw.others)), key=lambda each: each.line
    )
    first, *others = {(each.line, str(each)): each for each in every}.values()
    first.others = tuple(others)
    return first
