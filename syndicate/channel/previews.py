"""Contract of a channel that can also show people an article as its readers are going to see it.

A channel without this is shown as its ``render`` and ``as_text`` say.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from syndicate.channel import Channel
from syndicate.model.article import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One thing that readers see: a post, a reply under it, an entry, a letter."""

    label: str  # what it is, in the office's language: "Telegram post"
    text: str
    html: str = ""  # a fragment, which is sanitised where it is shown; "": the text, line by line
    pictures: tuple[str, ...] = ()  # their sha256, or else their address
    notes: tuple[str, ...] = ()  # what readers do not see in it, and have to know


class Previews(Channel):
    """A channel that shows an edition as its readers see it."""

    @abstractmethod
    def views(self, edition: Edition) -> Iterable[View]:
        """Return what readers see of an edition: no clock, no network, nothing is published.

        Pictures in ``html`` have the src ``media:SHA256`` where they are local. Raises
        ArticleError for what cannot be rendered.
        """
