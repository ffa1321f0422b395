"""The parts of a post, and how they are made to fit. Pure.

What has to give way does so in this order: descriptions of pictures, older corrections, hashtags,
the text from its end. Words are cut only where a link leads to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from syndicate_telegram.rendering.blocks import Block, assembled
from syndicate_telegram.rendering.rich_text import Rich, abridged, joined, shortened

WORTH_READING = 200  # units; a shorter beginning of a text is none


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The parts of a post in their order, before they are made to fit."""

    headline: Rich
    corrections: tuple[Rich, ...]  # newest first
    body: tuple[Block, ...]
    documents: Rich  # links to them
    more: Rich  # nothing where the article has no url
    source: Rich
    pictures: Rich  # what they show and whose they are
    credits: Rich  # the same without descriptions that only stand in for a caption
    hashtags: Rich

    def fitted(self, limit: int) -> Rich | None:
        """All of it, else as much as fits and the link to the rest; None if there is none."""
        return self.whole(limit) or (self._begun(limit) if self.more else None)

    def whole(self, limit: int) -> Rich | None:
        """All of the text, if need be with less around it."""
        body, thrifty = assembled(self.body), list(self._economies(limit))
        every = (draft.around(body) for draft in (thrifty[:2] if self.more else thrifty))
        return next((version for version in every if version.units <= limit), None)

    def around(self, body: Rich) -> Rich:
        """The post with this text in its middle."""
        corrections = joined("\n", self.corrections)
        notes = joined("\n", (self.source, self.pictures))
        parts = (
            self.headline, corrections, body, self.documents, self.more, notes, self.hashtags,
        )  # fmt: skip
        return joined("\n\n", parts)

    def overlong(self, limit: int) -> int:
        """By how many characters the thriftiest whole post misses the limit."""
        return list(self._economies(limit))[-1].around(assembled(self.body)).units - limit

    def _begun(self, limit: int) -> Rich:
        thrifty = list(self._economies(limit))[1:]
        roomy = (draft for draft in thrifty if draft._room(limit) >= self._enough())
        chosen = next(roomy, thrifty[-1])
        return chosen.around(begun(self.body, chosen._room(limit)))

    def _economies(self, limit: int) -> Iterator[Draft]:
        """Itself, then with less and less around the text."""
        yield self
        newest, bare = self.corrections[:1], replace(self, pictures=self.credits)
        for number in range(len(self.corrections), len(newest), -1):
            yield replace(bare, corrections=self.corrections[:number])
        yield replace(bare, corrections=newest)
        yield replace(bare, corrections=newest, hashtags=Rich())
        if not self.more:  # no word is cut where nobody could read on
            return
        yield replace(
            self,
            headline=abridged(self.headline, limit // 4),
            corrections=tuple(abridged(line, limit // 3) for line in newest),
            documents=abridged(self.documents, limit // 8),
            source=abridged(self.source, limit // 8),
            pictures=abridged(self.credits, limit // 8),
            hashtags=Rich(),
        )

    def _room(self, limit: int) -> int:
        return limit - self.around(Rich(".")).units + 1

    def _enough(self) -> int:
        """The first paragraph; if that is long, the beginning of one."""
        lead = next((block for block in self.body if block.kind != "heading"), None)
        return min(lead.rich.units, WORTH_READING) if lead else 0


def begun(body: Sequence[Block], room: int) -> Rich:
    """As many whole blocks as fit; no heading comes last. A first one too long is cut."""
    ends = accumulate(block.rich.units + (1 if block.tight else 2) for block in body)
    lead = 1 if body and body[0].tight else 2  # the first one's gap is not there
    kept = list(body[: sum(end - lead <= room for end in ends)])
    while kept and kept[-1].kind in ("heading", "rule"):
        kept.pop()
    if kept:
        return assembled(kept)
    headings = [block for block in body if block.kind != "rule"]
    first = next((n for n, block in enumerate(headings) if block.kind != "heading"), None)
    if first is None:
        return shortened(assembled(headings), room)
    head = assembled(headings[:first])
    left = room - head.units - 2 if head else room
    if left < WORTH_READING:  # headings that leave no room are no beginning
        head, left = Rich(), room
    return joined("\n\n", (head, shortened(headings[first].rich, left)))
