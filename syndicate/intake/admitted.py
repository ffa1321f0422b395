"""Drafts that may be published, and what is wrong with those that may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from syndicate.errors import ArticleError, Flaws
from syndicate.sources import Draft

Candidate = TypeVar("Candidate")


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """Drafts that passed, and the flaws for which the others did not."""

    drafts: tuple[Draft, ...]
    flaws: tuple[ArticleError, ...] = ()

    def after(self, earlier: Admitted) -> Admitted:
        """Return these drafts with the flaws of an earlier step, too; each flaw once."""
        flaws = {str(flaw): flaw for flaw in (*earlier.flaws, *self.flaws)}
        return Admitted(drafts=self.drafts, flaws=tuple(flaws.values()))

    def sound(self) -> list[Draft]:
        """Return the drafts where all passed; else raise every flaw, in one error."""
        Flaws(list(self.flaws)).end()
        return list(self.drafts)


def admit_each(candidates: Iterable[Candidate], admit: Callable[[Candidate], Draft]) -> Admitted:
    """Admit each candidate by itself; the ArticleErrors of those that fail are kept."""
    flaws = Flaws()
    drafts = []
    for candidate in candidates:
        with flaws.noting():
            drafts.append(admit(candidate))
    return Admitted(drafts=tuple(drafts), flaws=tuple(flaws.found))
