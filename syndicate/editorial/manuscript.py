"""An article as rules read it: its prose with the place of every word, its blocks, its links."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import unescape

from syndicate.editorial.calendar import DateSaid, all_dates_in
from syndicate.editorial.masking import masked
from syndicate.editorial.rules import RULES
from syndicate.model.article import Article, Publisher
from syndicate.model.finding import Finding, Fix
from syndicate.model.profile import Profile
from syndicate.sources import Draft
from syndicate.text import plain

HREF = re.compile(r'\shref="([^"]*)"')
HEADLINE_LINE = re.compile(r"headline\s*:\s*[\"']?")
NO_PARAGRAPH = re.compile(r"(?:[|#]|[-*+]\s|\d{1,3}[.)]\s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of the body that belong together: a paragraph, a heading, a list, or a table."""

    start: int  # offset in the file's text
    text: str  # its prose

    @property
    def is_paragraph(self) -> bool:
        return NO_PARAGRAPH.match(self.text.lstrip()) is None

    @property
    def is_table(self) -> bool:
        return self.text.lstrip().startswith("|")


@dataclass(frozen=True)
class Manuscript:
    """One draft before the rules."""

    draft: Draft
    profile: Profile
    publisher: Publisher
    now: datetime  # editorial time, aware

    @property
    def article(self) -> Article:
        return self.draft.article

    @cached_property
    def text(self) -> str:
        """The file's text with line ends of one kind; every offset counts in it."""
        return self.draft.source.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        while found := self.text.find("\n", starts[-1]) + 1:
            starts.append(found)
        return starts

    @property
    def body_start(self) -> int:
        return self.start_of(self.draft.body_line)

    @cached_property
    def prose(self) -> str:
        """The text with spaces in the place of what is no prose."""
        return masked(self.text, self.body_start)

    @cached_property
    def body(self) -> str:
        """The prose of the body; its offsets count from ``body_start``."""
        return self.prose[self.body_start :]

    @cached_property
    def words(self) -> str:
        """Words of the body as readers see them, on one line."""
        return " ".join(plain(self.article.html).split())

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        at, start, lines = self.body_start, 0, list[str]()
        for line in self.body.split("\n"):
            if line.strip():
                start = start if lines else at
                lines.append(line)
            elif lines:
                yield Block(start=start, text="\n".join(lines))
                lines = []
            at += len(line) + 1
        if lines:
            yield Block(start=start, text="\n".join(lines))

    @cached_property
    def dates(self) -> tuple[DateSaid, ...]:
        """The dates of the prose, in the front matter, too; also those no calendar has."""
        return tuple(all_dates_in(self.prose))

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The addresses that the text leads to, each once, absolute."""
        found = (unescape(href) for href in HREF.findall(self.article.html))
        return tuple(dict.fromkeys(found))

    @cached_property
    def headline_start(self) -> int:
        """Position of the headline, or of its key."""
        start = self.start_of(self.draft.lines.get("headline", 1))
        found = HEADLINE_LINE.match(self.text, start)
        return found.end() if found else start

    def start_of(self, line: int) -> int:
        """Return the offset of a line, from 1."""
        return self._starts[min(line, len(self._starts)) - 1]

    def place_of_link(self, url: str) -> int:
        """Return where an address was typed; the body's start where it was typed otherwise."""
        tail = url.partition("://")[2].partition("/")[2]
        for typed in (url, f"/{tail}" if tail else ""):
            if typed and (at := self.text.find(typed)) >= 0:
                return at
        return self.body_start

    def finding(
        self, rule: str, start: int, message: str, advice: str = "", fix: Fix | None = None
    ) -> Finding:
        """Return a finding at an offset of the text."""
        line = bisect_right(self._starts, start)
        return Finding(
            path=str(self.draft.path),
            line=line,
            column=start - self._starts[line - 1] + 1,
            rule=rule,
            severity=RULES[rule].severity,
            message=message,
            advice=advice,
            fix=fix,
        )
