"""Find headlines that are too long, words that shout, and pictures without words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding

LETTERS_ALONE = re.compile(r"[^\W\d_]+")
FEWEST_LETTERS = 12  # of a headline whose capitals count
MOST_CAPITALS = 0.7  # of a headline's letters: names of offices have many
SHOUTED_WORDS = 5  # in a row
SHOUTED = re.compile(
    rf"(?<!\w)[A-Z]{{2,40}}(?:[ ,&/-]{{1,3}}[A-Z]{{2,40}}){{{SHOUTED_WORDS - 1},}}(?!\w)"
)
IMAGE = re.compile(r"<img\b[^<>]*>")
ALT = re.compile(r'\salt="[^"]*[^"\s]')
SRC = re.compile(r'\ssrc="([^"]*)"')
LONG_WORD = re.compile(r"[A-Z]{6,}")


def headlines(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield a headline that is too long, or all in capitals."""
    headline, at = manuscript.article.headline, manuscript.headline_start
    if len(headline) > standards.headline:
        yield manuscript.finding(
            "long-headline",
            at,
            f"the headline has {len(headline)} characters, more than {standards.headline}",
            "shorten it",
        )
    letters = "".join(LETTERS_ALONE.findall(headline))
    capitals = sum(map(str.isupper, letters))
    if len(letters) >= FEWEST_LETTERS and capitals > MOST_CAPITALS * len(letters):
        yield manuscript.finding(
            "all-caps", at, "the headline is in capitals", "write it as a sentence"
        )


def shouted_words(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield runs of words in capitals in the text; short ones alone are abbreviations."""
    for block in manuscript.blocks:
        if block.is_table:
            continue
        for found in SHOUTED.finditer(block.text):
            if len(LONG_WORD.findall(found[0])) >= 2:
                yield manuscript.finding(
                    "all-caps",
                    block.start + found.start(),
                    f"“{found[0][:40]}” is in capitals",
                    "write it in small letters",
                )


def pictures_without_words(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each picture that says nothing to those who do not see it."""
    attached = (media for media in manuscript.article.pictures if not media.alt.strip())
    names = {media.file or media.url or "": media.label for media in attached}
    for image in IMAGE.finditer(manuscript.article.html):
        if not ALT.search(image[0]):
            src = SRC.search(image[0])
            url = unescape(src[1]) if src else ""
            names.setdefault(url, url.rpartition("/")[2] or "a picture")
    for name, label in names.items():
        at = manuscript.text.find(name) if name else -1
        yield manuscript.finding(
            "missing-alt",
            at if at >= 0 else manuscript.body_start,
            f"{label} has no alternative text",
            "say in alt what can be seen",
        )
