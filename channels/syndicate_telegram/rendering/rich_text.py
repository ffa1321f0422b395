"""Text with formatting, as Telegram takes it: characters and entities over them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syndicate.text import has_words, utf16_length
from syndicate_telegram.rendering.link_urls import is_linkable

QUOTE_KINDS = ("blockquote", "expandable_blockquote")
CODE_KINDS = ("code", "pre")
# control characters, what steers the direction of text, lines over and under letters, half
# characters, no characters at all: TDLib's clean_input_string takes them out
REMOVED_BY_TELEGRAM = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u030a\u0333\u033f\ud800-\udfff\ufffe\uffff]"
)
LINE_SEPARATORS = re.compile("[\u2028\u2029]")
UNCLEAN = re.compile(  # one look, where nothing is to be done
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u030a\u0333\u033f"
    "\ud800-\udfff\ufffe\uffff]"
)
DIRECTION_MARKS = re.compile("[\u200e\u200f]{2,}")  # Telegram keeps the last one of several


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Formatting from one character to another, counted in code points."""

    kind: str  # the Bot API's name: bold, text_link …
    start: int
    end: int
    url: str = ""
    language: str = ""

    def between(self, start: int, end: int) -> Entity:
        return Entity(kind=self.kind, start=start, end=end, url=self.url, language=self.language)

    def moved(self, by: int) -> Entity:
        return self.between(self.start + by, self.end + by) if by else self

    @property
    def cost(self) -> int:
        """Return about how many bytes it takes in a request."""
        strings = self.url + self.language
        return 16 + (len(strings.encode()) if strings else 0)


@dataclass(frozen=True, slots=True)
class RichText:
    """A text and its entities."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)

    def __add__(self, other: RichText) -> RichText:
        return join_texts("", (self, other))

    @property
    def units(self) -> int:
        """Return its length in UTF-16 units, as Telegram counts."""
        return utf16_length(self.text)

    def styled(self, kind: str, url: str = "", language: str = "") -> RichText:
        """Return all of it in one style; code keeps no other."""
        if not self.text:
            return self
        kept = () if kind in CODE_KINDS else self.entities
        same = QUOTE_KINDS if kind in QUOTE_KINDS else (kind,)  # quotations are not nested
        inner = tuple(entity for entity in kept if entity.kind not in same)
        whole = Entity(kind=kind, start=0, end=len(self.text), url=url, language=language)
        return RichText(self.text, split_around_code((whole, *inner)))

    def cut(self, end: int) -> RichText:
        """Return its first characters, without white space at the end."""
        text = self.text[:end].rstrip()
        if len(text) == len(self.text):
            return self
        end = len(text)
        kept = (entity for entity in self.entities if entity.start < end)
        return RichText(text, tuple(e if e.end <= end else e.between(e.start, end) for e in kept))


def join_texts(separator: str, parts: Iterable[RichText]) -> RichText:
    """Join the parts that are not empty, with a separator between them."""
    texts: list[str] = []
    entities: list[Entity] = []
    length = 0
    for part in parts:
        if not part.text:
            continue
        if texts:
            length += len(separator)
        if part.entities:
            entities += [entity.moved(length) for entity in part.entities]
        texts.append(part.text)
        length += len(part.text)
    return RichText(separator.join(texts), tuple(entities))


def clean_text(text: str) -> str:
    """Return a text without what Telegram would remove or change, so that no offset moves."""
    if not UNCLEAN.search(text):
        return text
    if "\u030a" in text:  # a ring that is part of a letter stays: å
        text = unicodedata.normalize("NFC", text)
    text = REMOVED_BY_TELEGRAM.sub("", LINE_SEPARATORS.sub(" ", text))
    return DIRECTION_MARKS.sub(lambda marks: "\u200c" * (len(marks[0]) - 1) + marks[0][-1], text)


def one_line(text: str) -> RichText:
    """Return a field of an article as plain text in one line."""
    return RichText(" ".join(clean_text(text).split()))


def as_link(label: RichText, url: str) -> RichText:
    """Return a label as a link; a URL that Telegram does not accept follows in brackets."""
    if is_linkable(url):
        return label.styled("text_link", url=url)
    if not url or has_words(label.text, url):
        return label
    return label + RichText(f" ({clean_text(url)})")


def split_around_code(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Split bold, italic and the like around code, which may neither hold nor be in any."""
    if len(entities) < 2:
        return tuple(entities)
    codes = sorted((e for e in entities if e.kind in CODE_KINDS), key=lambda e: e.start)
    parts = list(_parts_around(codes, entities) if codes else entities)
    return tuple(sorted(parts, key=lambda e: (e.start, -e.end)))


def _parts_around(codes: Sequence[Entity], entities: Sequence[Entity]) -> Iterator[Entity]:
    for entity in entities:
        if entity.kind in (*CODE_KINDS, "text_link", *QUOTE_KINDS):
            yield entity
        else:
            yield from _around(entity, codes)


def _around(entity: Entity, codes: Sequence[Entity]) -> Iterator[Entity]:
    start = entity.start
    for code in codes:
        if code.end <= start or code.start >= entity.end:
            continue
        if start < code.start:
            yield entity.between(start, code.start)
        start = code.end
    if start < entity.end:
        yield entity.between(start, entity.end)
