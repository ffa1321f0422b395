"""Show what has changed in an article since it was published, for the person who is asked why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import unescape
from unicodedata import normalize

from syndicate.model.article import UNNOTICED_FIELDS, Article
from syndicate.text import plain

WORDS_AROUND = 4  # of what changed, so that a person finds it
MOST_LINES = 30  # of what changed
NOT_KEPT = "(the older file is not in the ledger: compared with the published article)"
UNSEEN = "~ only spaces and empty lines"
SETTINGS = "~ and the effect of new settings or a new version:"
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
APART = UNNOTICED_FIELDS | {"uri", "html", "lead", "media"}  # said otherwise, or not at all


def what_changed(before: Article, source: str, after: Article, text: str) -> str:
    """Return what is new in a file, a line each; ``source`` is the file as it was published.

    Where an older ledger does not hold that, what it knows of the article is compared.
    """
    others = "\n".join(_other_files(before, after))
    if not source:
        known = changes(
            *("\n".join((*_known(state), plain(state.html))) for state in (before, after))
        )
        return "\n".join(filter(None, (NOT_KEPT, _first(known), others)))
    shown = "\n".join(filter(None, (_first(changes(source, text)), others)))
    return shown or "\n".join((UNSEEN, *_by_settings(before, after)))


def _by_settings(before: Article, after: Article) -> Iterator[str]:
    """Yield what the same words have become under other settings, or a newer program."""
    if known := changes("\n".join(_known(before)), "\n".join(_known(after))):
        yield SETTINGS
        yield _first(known)


def _first(text: str) -> str:
    """Return so much of it that the question below it stays in sight."""
    lines = text.splitlines()
    more = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], f"… and {more} more lines"]) if more > 0 else text


def _known(article: Article) -> Iterator[str]:
    """Yield an article as lines that can be compared."""
    for name, value in article.to_json().items():
        if value and name not in APART:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"{name}: {text}"
    yield from (f"file: {media.file or media.url}" for media in article.media)
    yield from (f"link: {unescape(address)}" for address in HREF.findall(article.html))


def _other_files(before: Article, after: Article) -> Iterator[str]:
    """Yield pictures and documents that are others now, under the same names."""
    earlier = {media.file: media.sha256 for media in before.media if media.file}
    for name, fingerprint in {media.file: media.sha256 for media in after.media}.items():
        if earlier.get(name, fingerprint) != fingerprint:
            yield f"~ {name}: the file was replaced"


def changes(before: str, after: str) -> str:
    """Return what changed between two texts, a line each, long lines cut to the words that did."""
    old, new = (normalize("NFC", text).splitlines() for text in (before, after))
    lines: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            removed, added = _changed_words(" ".join(old[a:b]).split(), " ".join(new[c:d]).split())
            lines += [f"- {removed}"] * bool(removed) + [f"+ {added}"] * bool(added)
    return "\n".join(lines)


def _changed_words(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the words from the first that differs to the last, with a few around them."""
    pairs = zip(old, new, strict=False)
    first = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    backwards = zip(reversed(old[first:]), reversed(new[first:]), strict=False)
    last = next((n for n, (a, b) in enumerate(backwards) if a != b), None)
    last = min(len(old), len(new)) - first if last is None else last
    start = max(0, first - WORDS_AROUND)

    def part(words: list[str]) -> str:
        end = min(len(words), len(words) - last + WORDS_AROUND)
        before = "… " if start else ""
        return f"{before}{' '.join(words[start:end])}{' …' if end < len(words) else ''}"

    return part(old) if old else "", part(new) if new else ""
