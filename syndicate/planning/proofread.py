"""Proofread a channel's rendition of an article against what its writer typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from syndicate.channel import Channel, Scope
from syndicate.errors import ArticleError
from syndicate.model.article import Article, Edition, Item, Publisher
from syndicate.model.delivery import Receipt
from syndicate.planning import editions, whereabouts
from syndicate.planning.completeness import Lack, lacking
from syndicate.sources import Draft
from syndicate.text import excerpt, in_full


def proofread(
    channel: Channel, item: Item, draft: Draft, publisher: Publisher,
    receipts: Mapping[str, Receipt] | None = None,
) -> Iterator[str]:  # fmt: skip
    """Yield what of its form an article loses in a channel, each with its file and line.

    ``item`` is the draft's article in the channel's words, ``receipts`` those of what stands of
    it, by address. ArticleError where words are lost.
    """
    meant = item.article.channels
    if item.withdrawal or not channel.takes(item) or channel.name not in (meant or [channel.name]):
        return
    edition = _edition(channel, item, publisher)
    try:
        remarks = list(
            channel.remarks_in_place(edition, receipts) if receipts else channel.remarks(edition)
        )
        renditions = list(channel.render(edition))
    except ArticleError as error:
        raise located(error, channel, draft, item.article) from error
    yield from (_located(draft, item, channel, remark) for remark in remarks)
    if item.article.overrides.get(channel.name, {}).get("description"):
        return  # the writer has put other words in the text's place
    files = {name for rendition in renditions for name in rendition.media}
    for lack in lacking(item.article, map(channel.shown, renditions), files):
        message = _message(draft, channel, lack)
        if lack.kind == "word":
            raise ArticleError(message, "channel")
        if not (lack.what and any(lack.what in remark for remark in remarks)):
            yield message


def located(error: ArticleError, channel: Channel, draft: Draft, article: Article) -> ArticleError:
    """Return an error with the line of the article's file that it is about."""
    line = whereabouts.of_remark(draft, article, str(error)) or whereabouts.of_text(draft)
    return ArticleError(f"{draft.path}:{line}: channels.{channel.name}: {error}", "channel")


def _located(draft: Draft, item: Item, channel: Channel, remark: str) -> str:
    line = whereabouts.of_remark(draft, item.article, remark) or whereabouts.of_text(draft)
    return f"{draft.path}:{line}: {channel.name}: {remark}"


def _message(draft: Draft, channel: Channel, lack: Lack) -> str:
    what = excerpt(lack.what, 80) if lack.kind == "word" else in_full(lack.what)
    line = draft.body_line
    if lack.kind == "text":
        says = "shows nothing of the text and has no link (write a text, or set url)"
    elif lack.kind == "word":
        line = whereabouts.of_word(draft, lack.what)
        says = f"the word “{what}” would be lost (write that passage in plain Markdown)"
    else:
        line = whereabouts.of_address(draft, lack.what)
        says = f"the {lack.kind} {what} would not be shown"
    return f"{draft.path}:{line}: {channel.name}: {says}"


def _edition(channel: Channel, item: Item, publisher: Publisher) -> Edition:
    """Return the edition of the article alone, as this channel gets its editions."""
    if channel.scope is Scope.COLLECTION:
        return replace(editions.collection(publisher), items=(item,))
    if channel.scope is Scope.DIGEST:
        at = item.published
        return editions.digest((item,), (), publisher, opened=at, closed=at)
    return editions.article(item, publisher)
