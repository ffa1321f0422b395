"""Remarks on a post: what of the article it leaves out or changes, a sentence each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syndicate import Article, Item, Media, Publisher
from syndicate_telegram.limits import ALBUM_MESSAGES, CAPTION_UNITS, ENTITIES_BYTES, MOST_ENTITIES
from syndicate_telegram.post import Shape
from syndicate_telegram.published_post import PUBLISH_ANEW
from syndicate_telegram.rendering.entities import kept_entities
from syndicate_telegram.rendering.layout import PostLayout, PostOptions, lay_out, priority_links
from syndicate_telegram.rendering.rich_text import RichText

PUBLISHED_AS_TEXT = f"the published post is a text, which shows one picture at most: {PUBLISH_ANEW}"


def post_remarks(
    item: Item, publisher: Publisher, options: PostOptions, published_as: Shape | None = None
) -> Iterator[str]:
    """Yield what a post leaves out or changes.

    ``published_as`` is the shape of a post that is already published, and keeps it.
    """
    if item.withdrawal:
        return
    article, layout = item.article, lay_out(item, publisher, options)
    reason = f"channels.{options.channel}.preview is none" if options.preview == "none" else ""
    if published_as and published_as != layout.shape:
        if published_as == "text":
            reason = reason or PUBLISHED_AS_TEXT
        layout = replace(layout, shape=published_as)
    yield from _left_out(article, layout, reason)
    yield from _shown_still(layout)
    yield from _lost_entities(layout.sent_text, priority_links(article))


def _left_out(article: Article, layout: PostLayout, reason: str) -> Iterator[str]:
    shape = layout.shape
    for picture in layout.media.pictures_left_out(article, shape):
        yield f"{_name(picture)} is left out: {reason or _limit(shape, 'document')}"
    for document in layout.media.documents_left_out(article, shape):
        yield f"{_name(document)} is left out: {_limit(shape, 'photo')}"


def _shown_still(layout: PostLayout) -> Iterator[str]:
    attachments = layout.media.attachments  # refused here, too: the next version may attach them
    if layout.shape != "photo" or any(item.moves for item in attachments):
        return
    for picture in layout.media.attached:
        if picture.moves:
            yield f"{_name(picture)} is shown still: a post animates only a GIF that is alone in it"


def _lost_entities(text: RichText, links: Sequence[str]) -> Iterator[str]:
    """Yield the links and the number of styles that a message has no room for."""
    kept = kept_entities(text, links)
    lost = [entity for entity in text.entities if entity not in set(kept)]
    limit = f"a post holds {MOST_ENTITIES} links and styles"
    if len(kept) < MOST_ENTITIES:
        limit = f"all links and styles of a post, addresses included, hold {ENTITIES_BYTES:,} bytes"
    for address in dict.fromkeys(entity.url for entity in lost if entity.kind == "text_link"):
        yield f"the link to {address} becomes plain text: {limit}"
    styles = sum(entity.kind != "text_link" for entity in lost)
    if styles:
        passages = "1 passage loses its" if styles == 1 else f"{styles} passages lose their"
        yield f"{passages} style (bold, italic and the like): {limit}"


def _name(media: Media) -> str:
    return media.file or media.label


def _limit(shape: Shape, other_shape: Shape) -> str:
    if shape == "text":
        return f"a text shows one picture, and a caption holds {CAPTION_UNITS:,} characters"
    if shape == other_shape:
        return "a post holds pictures or documents, not both"
    return f"an album holds {ALBUM_MESSAGES}"
