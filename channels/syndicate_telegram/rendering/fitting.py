"""A post made to fit into one message: its parts are shortened or left out. Pure.

What has to give way does so in this order: descriptions of pictures, older corrections, hashtags,
the text from its end. Words are cut only where a link leads to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from syndicate_telegram.rendering.blocks import TextBlock, assemble
from syndicate_telegram.rendering.rich_text import RichText, join_texts
from syndicate_telegram.rendering.shortening import shorten_to_sentence, shorten_to_word

SHORTEST_LINE_UNITS = 60  # of what stands beside the text
SHORTEST_BEGINNING_UNITS = 200  # of a text; a shorter one is not worth reading


@dataclass(frozen=True, kw_only=True)
class PostParts:
    """The parts of a post in their order, before they are made to fit."""

    headline: RichText
    beside: RichText  # lines: that it is over, what it answers, what answers it
    corrections: tuple[RichText, ...]  # newest first
    body: tuple[TextBlock, ...]
    documents: RichText  # links to them
    more: RichText  # nothing where the article has no url
    source: RichText
    pictures: RichText  # what they show and whose they are
    credits: RichText  # the same without descriptions that only stand in for a caption
    hashtags: RichText

    def fit(self, limit: int) -> RichText | None:
        """Return all of it, else as much as fits and the link to the rest; None without a link."""
        return self.fit_whole(limit) or (self._fit_beginning(limit) if self.more else None)

    def fit_whole(self, limit: int) -> RichText | None:
        """Return all of the text, if need be with less around it; None where that is too long."""
        body, versions = assemble(self.body), list(self._shorter_versions(limit))
        candidates = (v.laid_out(body) for v in (versions[:2] if self.more else versions))
        return next((text for text in candidates if text.units <= limit), None)

    def laid_out(self, body: RichText) -> RichText:
        """Return the post with this text in its middle."""
        corrections = join_texts("\n", self.corrections)
        notes = join_texts("\n", (self.source, self.pictures))
        opening = (self.headline, self.beside, corrections)
        closing = (self.documents, self.more, notes, self.hashtags)
        return join_texts("\n\n", (*opening, body, *closing))

    def excess(self, limit: int) -> int:
        """Return by how many characters the shortest whole post misses the limit."""
        shortest = list(self._shorter_versions(limit))[-1]
        return shortest.laid_out(assemble(self.body)).units - limit

    def _fit_beginning(self, limit: int) -> RichText:
        versions = list(self._shorter_versions(limit))[1:]
        roomy = (v for v in versions if v._body_room(limit) >= self._shortest_beginning())
        chosen = next(roomy, versions[-1])
        return chosen.laid_out(beginning(self.body, chosen._body_room(limit)))

    def _shorter_versions(self, limit: int) -> Iterator[PostParts]:
        """Yield it as it is, then with less and less around the text."""
        yield self
        newest, without_alt = self.corrections[:1], replace(self, pictures=self.credits)
        for count in range(len(self.corrections), len(newest), -1):
            yield replace(without_alt, corrections=self.corrections[:count])
        yield replace(without_alt, corrections=newest)
        bare = replace(without_alt, corrections=newest, hashtags=RichText())
        yield bare
        if self.beside:  # a text that filled its post must go on doing so
            yield replace(bare, beside=shorten_to_word(self.beside, SHORTEST_LINE_UNITS))
            yield replace(bare, beside=RichText())
        if not self.more:  # no word is cut where nobody could read on
            return
        yield replace(
            self,
            headline=shorten_to_word(self.headline, limit // 4),
            corrections=tuple(shorten_to_word(line, limit // 3) for line in newest),
            beside=shorten_to_word(self.beside, limit // 8),
            documents=shorten_to_word(self.documents, limit // 8),
            source=shorten_to_word(self.source, limit // 8),
            pictures=shorten_to_word(self.credits, limit // 8),
            hashtags=RichText(),
        )

    def _body_room(self, limit: int) -> int:
        return limit - self.laid_out(RichText(".")).units + 1

    def _shortest_beginning(self) -> int:
        """Return the units of the first paragraph; if that is long, of a beginning of it."""
        lead = next((block for block in self.body if block.kind != "heading"), None)
        return min(lead.content.units, SHORTEST_BEGINNING_UNITS) if lead else 0


def beginning(body: Sequence[TextBlock], room: int) -> RichText:
    """Return as many whole blocks as fit, none of them a heading at the end; or a cut first one."""
    ends = accumulate(block.content.units + (1 if block.tight else 2) for block in body)
    gap = 1 if body and body[0].tight else 2  # before the first block, where none stands
    kept = list(body[: sum(end - gap <= room for end in ends)])
    while kept and kept[-1].kind in ("heading", "rule"):
        kept.pop()
    return assemble(kept) if kept else _cut_first_block(body, room)


def _cut_first_block(body: Sequence[TextBlock], room: int) -> RichText:
    """Return the first block as far as it fits, with the headings before it."""
    blocks = [block for block in body if block.kind != "rule"]
    first = next((n for n, block in enumerate(blocks) if block.kind != "heading"), None)
    if first is None:
        return shorten_to_sentence(assemble(blocks), room)
    headings = assemble(blocks[:first])
    left = room - headings.units - 2 if headings else room
    if left < SHORTEST_BEGINNING_UNITS:  # headings that leave no room are no beginning
        headings, left = RichText(), room
    return join_texts("\n\n", (headings, shorten_to_sentence(blocks[first].content, left)))
