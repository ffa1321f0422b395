"""Posts as people see them in a chat, for previews: entities become HTML, or plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from syndicate import Item, Rendition, View
from syndicate.text.preview_words import preview_words
from syndicate_telegram.post import Post

ELEMENTS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
# a block stands apart by itself
BREAKS_AROUND_BLOCK = re.compile(
    r"(?:<br>)+(<(?:pre|blockquote)>)|(</(?:pre|blockquote)>)(?:<br>)+"
)
REPLY, REMINDER = "correction-", "reminder-"  # of a rendition's address

Entity = dict[str, Any]  # as the Bot API has it: type, offset and length in UTF-16 units


def post_views(
    renditions: Sequence[Rendition], item: Item, language: str, remarks: Iterable[str], pin: str
) -> Iterator[View]:
    """Yield the post with its pictures, and each reply under it; ``pin`` is a pin's address."""
    words = preview_words(language)
    notes = (*remarks, *(words["pinned"] for each in renditions if each.address == pin))
    newest = f"{REPLY}{item.version}"  # earlier ones were sent
    for rendition in renditions:
        if rendition.address == pin:
            continue
        if rendition.address.startswith(REPLY) and rendition.address != newest:
            continue
        post = Post.read(rendition.content)
        is_post = not rendition.follows
        kind = "reminder" if rendition.address.startswith(REMINDER) else "reply"
        yield View(
            label=words[f"telegram_{'post' if is_post else kind}"],
            text=post_text(post),
            html=post_html(post),
            pictures=tuple(_pictures(post)),
            notes=notes if is_post else (),
        )


def post_text(post: Post) -> str:
    """Return a post's text with the address of each link behind its words."""
    raw = post.sent_text.encode("utf-16-le")
    for entity in sorted(_entities(post), key=_end, reverse=True):
        words = raw[2 * entity["offset"] : 2 * _end(entity)].decode("utf-16-le")
        if entity["type"] == "text_link" and entity["url"] not in words:
            raw = b"".join((raw[: 2 * _end(entity)], _behind(entity), raw[2 * _end(entity) :]))
    return raw.decode("utf-16-le")


def post_html(post: Post) -> str:
    """Return a post as HTML, its pictures above or below the text."""
    pictures = "".join(f'<p><img src="{escape(src)}" alt=""></p>' for src in _sources(post))
    documents = "".join(f"<p>📎 {escape(item.name)}</p>" for item in _documents(post))
    text = f"<div>{_marked_up(post)}</div>"
    is_above = post.shape != "text" or post.above
    return f"{pictures}{documents}{text}" if is_above else f"{text}{pictures}"


def _marked_up(post: Post) -> str:
    """Return the text as HTML; a stretch with several entities is inside all of them."""
    entities = sorted(_entities(post), key=lambda entity: (entity["offset"], -entity["length"]))
    raw = post.sent_text.encode("utf-16-le")
    edges = {0, len(raw) // 2}
    for entity in entities:
        edges |= {entity["offset"], _end(entity)}
    html = "".join(
        _stretch(raw[2 * start : 2 * end].decode("utf-16-le"), _around(entities, start, end))
        for start, end in pairwise(sorted(edges))
    )
    return BREAKS_AROUND_BLOCK.sub(r"\1\2", html)


def _stretch(text: str, entities: Sequence[Entity]) -> str:
    html = escape(text).replace("\n", "<br>")
    for entity in reversed(entities):
        html = _inside(entity, html)
    return html


def _inside(entity: Entity, html: str) -> str:
    if entity["type"] == "text_link":
        return f'<a href="{escape(entity["url"])}">{html}</a>'
    element = ELEMENTS.get(entity["type"])
    return f"<{element}>{html}</{element}>" if element else html


def _around(entities: Sequence[Entity], start: int, end: int) -> list[Entity]:
    return [each for each in entities if each["offset"] <= start and end <= _end(each)]


def _entities(post: Post) -> list[Entity]:
    return post.entities if post.shape == "text" else post.caption_entities


def _end(entity: Entity) -> int:
    return int(entity["offset"] + entity["length"])


def _behind(entity: Entity) -> bytes:
    return f" ({entity['url']})".encode("utf-16-le")


def _pictures(post: Post) -> Iterator[str]:
    """Yield the sha256 or address of each picture."""
    if post.shape == "text":
        yield from filter(None, (post.card,))
    yield from (item.file or item.url for item in post.sent_attachments if not item.name)


def _sources(post: Post) -> Iterator[str]:
    is_card = post.shape == "text"
    for picture in _pictures(post):
        yield picture if is_card or "/" in picture else f"media:{picture}"


def _documents(post: Post) -> list[Any]:
    return [item for item in post.sent_attachments if item.name]
