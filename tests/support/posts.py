"""Telegram posts as tests look at them: rendered, marked, held against Telegram's rules."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import combinations, pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import SecretStr

from syndicate import Delivery, Item
from syndicate.loopback.botapi import LOOPBACK_TOKEN
from syndicate.testing import deliveries, edition
from syndicate_telegram import Telegram

Entity = Mapping[str, Any]  # as the Bot API has it; offset and length in UTF-16 units

TEXT_LIMIT, CAPTION_LIMIT, ENTITY_LIMIT, ENTITY_BYTES = 4096, 1024, 100, 9000
MARKS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "quote", "expandable_blockquote": "folded quote",
    "text_link": "a",
}  # fmt: skip
STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}
CODE = {"code", "pre"}
QUOTES = {"blockquote", "expandable_blockquote"}
WORD = re.compile(r"\w+")
UNSAID = re.compile(
    r"<!--.*?-->|<(script|style|textarea|title|iframe|template)\b.*?</\1\s*>"
    r"|<\?.*?\?>|<!.*?>|</?[A-Za-z][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?。！？]+[\"”’»)\]」』]*$")


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is sent for an article."""

    text: str
    entities: tuple[Entity, ...]
    given: Mapping[str, Any]  # everything else: the picture, where the link leads

    @property
    def is_caption(self) -> bool:
        return bool(self.given["shape"] != "text")

    def between(self, start: int, end: int) -> str:
        """The text between two offsets in UTF-16 units."""
        return self.text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")

    def link_to(self, url: str) -> Entity | None:
        """The last link that leads there."""
        return next((e for e in reversed(self.entities) if e.get("url") == url), None)


def channel(api: str = "http://127.0.0.1:9", **settings: Any) -> Telegram:
    fields: dict[str, Any] = {"name": "tg", "token": SecretStr(LOOPBACK_TOKEN), "chat": "@kabar"}
    return Telegram(**fields | {"api": api} | settings)


def content(state: Item, **settings: Any) -> bytes:
    """The bytes of a post, from a channel of its own."""
    fresh = channel(**settings)
    [rendition] = fresh.render(edition(fresh, state))
    return rendition.content


def post(state: Item, **settings: Any) -> Post:
    return read(content(state, **settings))


def read(rendition: bytes) -> Post:
    """What readers get: the words of a post's own shape, and what is attached in it."""
    said = json.loads(rendition)
    is_text = said["shape"] == "text"
    words, entities = ("text", "entities") if is_text else ("caption", "caption_entities")
    attached = [] if is_text else [one["file"] or one["url"] for one in said["attachments"]]
    given = {key: said[key] for key in ("shape", "card", "above", "more", "urgency")}
    if not is_text:
        given["card"] = ""
    return Post(
        text=said[words], entities=tuple(said[entities]), given=given | {"attached": attached}
    )


def delivery(opened: Telegram, state: Item, files: Mapping[str, bytes] | None = None) -> Delivery:
    [made] = deliveries(opened, edition(opened, state))
    return replace(made, files=dict(files or {}))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def marked(said: Post) -> str:
    """The text with its styles between ``⟨b⟩`` and ``⟨/b⟩``."""
    at: dict[int, list[str]] = {0: [], units(said.text): []}
    for entity in sorted(said.entities, key=lambda e: (e["offset"], -e["length"])):
        mark, start = MARKS[entity["type"]], entity["offset"]
        more = f" {entity[key]}" if (key := _detail(entity)) else ""
        at.setdefault(start, []).append(f"⟨{mark}{more}⟩")
        at.setdefault(start + entity["length"], []).insert(0, f"⟨/{mark}⟩")
    places = sorted(at)
    texts = [said.between(start, end) for start, end in pairwise(places)]
    return "".join(
        "".join(at[place]) + text for place, text in zip(places, [*texts, ""], strict=True)
    )


def _detail(entity: Entity) -> str:
    return next((key for key in ("url", "language") if key in entity), "")


# Telegram's rules


def broken_rules(said: Post) -> list[str]:
    """What Telegram would refuse, drop or change about a post."""
    return [*_over_limits(said), *_misplaced(said), *_misnested(said.entities)]


def _over_limits(said: Post) -> Iterator[str]:
    limit = CAPTION_LIMIT if said.is_caption else TEXT_LIMIT
    figures = {
        "units of text": (units(said.text), limit),
        "entities": (len(said.entities), ENTITY_LIMIT),
        "bytes of entities": (sum(map(_bytes, said.entities)), ENTITY_BYTES),
    }
    for name, (found, most) in figures.items():
        if found > most:
            yield f"{found} {name}, and {most} are allowed"


def _bytes(entity: Entity) -> int:
    """The size in Telegram's own notation (TL): a number, two integers, then a string or none."""
    key = _detail(entity)
    if not key:
        return 12
    length = len(entity[key].encode())
    head = 1 if length < 254 else 4
    return 12 + (head + length + 3) // 4 * 4


def _misplaced(said: Post) -> Iterator[str]:
    if said.text != said.text.strip():
        yield "white space around the text, which Telegram cuts off"
    raw = said.text.encode("utf-16-le")
    for entity in said.entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if not 0 <= start < end <= len(raw) // 2:
            yield f"nothing or something outside of the text is {entity['type']}"
        if any(b"\xdc" <= raw[2 * edge + 1 : 2 * edge + 2] <= b"\xdf" for edge in (start, end)):
            yield f"half a character is {entity['type']}"


def _misnested(entities: Sequence[Entity]) -> Iterator[str]:
    """https://core.telegram.org/bots/api#formatting-options, the paragraphs on nesting."""
    ordered = sorted(entities, key=lambda e: (e["offset"], -e["length"]))
    for outer, inner in combinations(ordered, 2):
        end, inner_end = (one["offset"] + one["length"] for one in (outer, inner))
        kinds = outer["type"], inner["type"]
        if inner["offset"] >= end:
            continue
        if inner_end > end:
            yield f"{kinds[1]} begins in {kinds[0]} and ends after it"
        same = (outer["offset"], end) == (inner["offset"], inner_end)
        if not (_may_hold(*kinds) or (same and _may_hold(*reversed(kinds)))):
            yield f"{kinds[1]} in {kinds[0]}"


def _may_hold(outer: str, inner: str) -> bool:
    if outer in CODE:
        return False
    if inner in CODE:
        return outer in QUOTES
    if outer in STYLES or inner in STYLES:
        return outer != inner
    return outer in QUOTES and inner not in QUOTES


# words


def words(text: str) -> list[str]:
    """Raised and lowered letters are letters."""
    return WORD.findall(unicodedata.normalize("NFKC", text))


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Words that follow each other in an article, up to where a post may end."""

    words: tuple[str, ...]
    anywhere: bool = False  # a table's labels: said before, between or after its rows


def passages(markdown: str) -> Iterator[Passage]:
    """What an article says, as markdown-it reads it; raw HTML says what is between its tags."""
    row: list[str] = []
    cell = ""
    for token in _MARKDOWN.parse(markdown):
        if token.type in ("th_open", "td_open"):
            cell = token.tag
        elif token.type == "tr_close":
            yield Passage(words=tuple(row), anywhere=cell == "th")
            row, cell = [], ""
        elif cell:
            row += _words_of(token)
        elif found := _words_of(token):
            yield Passage(words=tuple(found))


def _words_of(token: Token) -> list[str]:
    if token.type in ("fence", "code_block"):
        return words(token.content)
    if token.type == "html_block":
        return words(unescape(UNSAID.sub(" ", token.content)))
    said = (child for child in token.children or () if child.type in ("text", "code_inline"))
    return [word for child in said for word in words(child.content)]


def _is_cut_far_from_its_start(body: str) -> bool:
    """Whether a long text ends with … as no sentence ends in its second half: in tables."""
    half = body[len(body) // 2 : -1]
    return body.endswith("…") and len(body) > 500 and not re.search(r"\w{4}[.!?]\s", half)


def lost(said: Post, passages: Iterable[Passage], url: str) -> str:
    """What the post leaves out though it may not; "" if it says all, or ends where it may."""
    whole = list(passages)
    body, is_linked = _body(said, url)
    text, at = unicodedata.normalize("NFKC", body), 0
    in_order = [passage for passage in whole if not passage.anywhere]
    for passage in in_order:
        for number, word in enumerate(passage.words):
            here = text.find(word, at)
            if here < 0:
                end = body.rstrip()
                ended = number == 0 or SENTENCE_END.search(end) or _is_cut_far_from_its_start(end)
                is_last = not any(map(_is_said, words(text[at:])))
                return "" if is_linked and ended and is_last else word
            at = here + len(word)
    labels = (word for passage in whole if passage.anywhere for word in passage.words)
    return next((word for word in labels if word not in text), "")


def _body(said: Post, url: str) -> tuple[str, bool]:
    """What stands between the headline and the link to the rest, and whether there is one."""
    link = said.link_to(url)
    end = link["offset"] if link else units(said.text)
    return said.between(0, end).partition("\n")[2], link is not None


def _is_said(word: str) -> bool:
    """Whether it is more than the number of an item."""
    return not word.isdigit()
