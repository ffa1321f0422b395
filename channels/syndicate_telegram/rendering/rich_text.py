"""Text with formatting, as Telegram takes it: characters and entities over them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.text import has_words, utf16_length
from syndicate_telegram.rendering.link_urls import is_taken

ENTITIES_MOST = 100  # per message; the server drops the rest without a word
ENTITIES_BYTES = 9000  # all together; the server's limit is about 9,500
QUOTES = ("blockquote", "expandable_blockquote")
IMPORTANCE = ("text_link", *QUOTES, "pre", "bold", "code", "italic", "strikethrough")
WORTH_A_SENTENCE = 0.5  # of the room; a sentence that ends earlier wastes too much of it
# four letters or more: "Plt." and "Jl." end no sentence
SENTENCE_END = re.compile(r"(?:\w{4,}|\d|[)\]”’»\"])[.!?…]+[\"”’»)\]]*(?=\s)|[。！？][」』”]?")
# control characters, what steers the direction of text, lines over and under letters, half
# characters, no characters at all: TDLib's clean_input_string takes them out
UNSAYABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u030a\u0333\u033f\ud800-\udfff\ufffe\uffff]"
)
SEPARATORS = re.compile("[\u2028\u2029]")
ODD = re.compile(  # one look, where nothing is to be done
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u030a\u0333\u033f"
    "\ud800-\udfff\ufffe\uffff]"
)
MARKS = re.compile("[\u200e\u200f]{2,}")  # of direction: it keeps the last one of several


@dataclass(frozen=True, slots=True)
class Entity:
    """Formatting from one character to another, counted in code points."""

    kind: str  # the Bot API's name: bold, text_link …
    start: int
    end: int
    url: str = ""
    language: str = ""

    def between(self, start: int, end: int) -> Entity:
        return Entity(self.kind, start, end, self.url, self.language)

    def moved(self, by: int) -> Entity:
        return self.between(self.start + by, self.end + by) if by else self

    @property
    def cost(self) -> int:
        """About how many bytes it takes on the wire."""
        said = self.url + self.language
        return 16 + (len(said.encode()) if said else 0)


@dataclass(frozen=True, slots=True)
class Rich:
    """A text and its entities."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)

    def __add__(self, other: Rich) -> Rich:
        return joined("", (self, other))

    @property
    def units(self) -> int:
        """Its length as Telegram counts."""
        return utf16_length(self.text)

    def styled(self, kind: str, url: str = "", language: str = "") -> Rich:
        """All of it in one style; code keeps no other."""
        if not self.text:
            return self
        kept = () if kind in ("pre", "code") else self.entities
        same = QUOTES if kind in QUOTES else (kind,)  # a quotation in a quotation is one
        inner = tuple(entity for entity in kept if entity.kind not in same)
        whole = Entity(kind, 0, len(self.text), url, language)
        return Rich(self.text, separated((whole, *inner)))

    def cut(self, end: int) -> Rich:
        """Its first characters, without white space at the end."""
        text = self.text[:end].rstrip()
        end = len(text)
        kept = (entity for entity in self.entities if entity.start < end)
        return Rich(text, tuple(e if e.end <= end else e.between(e.start, end) for e in kept))


def joined(separator: str, parts: Iterable[Rich]) -> Rich:
    """The parts that say something, with a separator between them."""
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
    return Rich(separator.join(texts), tuple(entities))


def sayable(text: str) -> str:
    """Without what Telegram would take out or change, so that no offset moves."""
    if not ODD.search(text):
        return text
    if "\u030a" in text:  # a ring that is part of a letter stays: å
        text = unicodedata.normalize("NFC", text)
    text = UNSAYABLE.sub("", SEPARATORS.sub(" ", text))
    return MARKS.sub(lambda found: "\u200c" * (len(found[0]) - 1) + found[0][-1], text)


def one_line(text: str) -> Rich:
    """Plain words from a field of an article."""
    return Rich(" ".join(sayable(text).split()))


def shortened(rich: Rich, units: int) -> Rich:
    """At most so many UTF-16 units: up to a sentence's end, else up to a word, with "…"."""
    if rich.units <= units:
        return rich
    end = within(rich.text, units)
    sentences = [found.end() for found in SENTENCE_END.finditer(rich.text, 0, end + 1)]
    whole = max((s for s in sentences if s <= end), default=0)
    if whole and whole >= end * WORTH_A_SENTENCE:
        return rich.cut(whole)
    return abridged(rich, units)


def abridged(rich: Rich, units: int) -> Rich:
    """At most so many UTF-16 units: up to a word, with "…"."""
    if rich.units <= units:
        return rich
    end = within(rich.text, units - 1)
    space = max(rich.text.rfind(" ", 0, end + 1), rich.text.rfind("\n", 0, end + 1))
    part = rich.cut(space if space > end // 2 else end)
    kept = part.cut(len(part.text.rstrip(" .,;:–-")))
    return kept + Rich("…")


def within(text: str, units: int) -> int:
    """Return how many code points fit into so many UTF-16 units, whole characters only."""
    end = used = 0
    for char in text:
        used += 1 + (char > "\uffff")
        if used > units:
            break
        end += 1
    return whole_characters(text, end)


def whole_characters(text: str, index: int) -> int:
    """The last place up to ``index`` where a reader would see one character end."""
    while 0 < index < len(text) and _continues(text, index):
        index -= 1
    return index


def _continues(text: str, index: int) -> bool:
    char, before = text[index], text[index - 1]
    if unicodedata.category(char) in ("Mn", "Mc", "Me") or "\u200d" in (char, before):
        return True  # accents, variation selectors; joined emoji
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True  # a skin's colour; the letters of a flag
    if "\u1160" <= char <= "\u11ff":
        return True  # the rest of a Korean syllable
    return _is_regional(char) and _regionals_before(text, index) % 2 == 1


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _regionals_before(text: str, index: int) -> int:
    start = index
    while start and _is_regional(text[start - 1]):
        start -= 1
    return index - start


def separated(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Bold, italic and the like split around code, which may neither hold nor be in any."""
    if len(entities) < 2:
        return tuple(entities)
    codes = sorted((e for e in entities if e.kind in ("code", "pre")), key=lambda e: e.start)
    parts: list[Entity] = []
    for entity in entities:
        alone = entity.kind in ("code", "pre", "text_link", *QUOTES)
        parts += (entity,) if alone else _around(entity, codes)
    return tuple(sorted(parts, key=lambda e: (e.start, -e.end)))


def _around(entity: Entity, codes: Sequence[Entity]) -> Iterable[Entity]:
    start = entity.start
    for code in codes:
        if code.end <= start or code.start >= entity.end:
            continue
        if start < code.start:
            yield entity.between(start, code.start)
        start = code.end
    if start < entity.end:
        yield entity.between(start, entity.end)


def linked(rich: Rich, url: str) -> Rich:
    """All of it as a link; where Telegram takes no such link, the address follows."""
    if is_taken(url):
        return rich.styled("text_link", url=url)
    return rich if not url or has_words(rich.text, url) else rich + Rich(f" ({sayable(url)})")


def to_api(rich: Rich, first: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The entities as the Bot API takes them, with UTF-16 offsets.

    Beyond what a message may have, the least important styles go; links to ``first`` and what
    stands at the very beginning, the headline, stay longest.
    """
    entities = kept_entities(rich, first)
    # in such a text every character is one unit
    measure = len if rich.text.isascii() else utf16_length
    return [_api_entity(rich.text, entity, measure) for entity in entities]


def kept_entities(rich: Rich, first: Sequence[str] = ()) -> tuple[Entity, ...]:
    """The entities that a message has room for."""
    entities = rich.entities
    if len(entities) <= ENTITIES_MOST and sum(one.cost for one in entities) <= ENTITIES_BYTES:
        return entities
    kept = set(_most_important(entities, first))
    return tuple(entity for entity in entities if entity in kept)


def _most_important(entities: Sequence[Entity], first: Sequence[str]) -> Iterable[Entity]:
    def rank(entity: Entity) -> tuple[int, int]:
        if entity.start == 0 or entity.url in first:
            return -1, entity.start
        known = entity.kind in IMPORTANCE
        return IMPORTANCE.index(entity.kind) if known else len(IMPORTANCE), entity.start

    cost = 0
    for entity in sorted(entities, key=rank)[:ENTITIES_MOST]:
        cost += entity.cost
        if cost > ENTITIES_BYTES:
            return
        yield entity


def _api_entity(text: str, entity: Entity, measure: Callable[[str], int]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": entity.kind,
        "offset": measure(text[: entity.start]),
        "length": measure(text[entity.start : entity.end]),
    }
    if entity.url:
        said["url"] = entity.url
    if entity.language:
        said["language"] = entity.language
    return said
