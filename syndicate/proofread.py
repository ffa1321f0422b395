"""What each channel would say of a new or changed article, read against what its writer typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syndicate import editions
from syndicate.article import Edition, Item, Publisher
from syndicate.channel import Channel, Scope
from syndicate.completeness import lacking, words
from syndicate.errors import ArticleError
from syndicate.sources import Draft
from syndicate.text import excerpt


def proofread(channel: Channel, item: Item, draft: Draft, publisher: Publisher) -> Iterator[str]:
    """Yield what of its form an article loses in a channel, each with its file and line.

    ``item`` is the draft's article in the channel's words. ArticleError where words are lost.
    """
    meant = item.article.channels
    if item.withdrawal or not channel.takes(item) or channel.name not in (meant or [channel.name]):
        return
    edition = _edition(channel, item, publisher)
    remarks = list(channel.remarks(edition))
    yield from (f"{draft.path}: {channel.name}: {remark}" for remark in remarks)
    if item.article.overrides.get(channel.name, {}).get("description"):
        return  # the writer has put other words in the text's place
    shown = [channel.shown(rendition) for rendition in channel.render(edition)]
    for lack in lacking(item.article, shown):
        if not lack.what:
            yield f"{draft.path}: {channel.name}: says nothing of the text, and leads nowhere"
            return
        where = f"{draft.path}:{_line(draft, lack.what, is_word=lack.is_word)}: {channel.name}"
        what = excerpt(lack.what, 80)
        if lack.is_word:
            raise ArticleError(
                f"{where}: the word “{what}” would be lost (write that passage in plain Markdown)"
            )
        if not any(lack.what in remark for remark in remarks):
            yield f"{where}: the address {what} would not be shown"


def _edition(channel: Channel, item: Item, publisher: Publisher) -> Edition:
    """The article alone, as this channel gets its editions."""
    if channel.scope is Scope.COLLECTION:
        return replace(editions.collection(publisher), items=(item,))
    if channel.scope is Scope.DIGEST:
        at = item.published
        return editions.digest((item,), (), publisher, opened=at, closed=at)
    return editions.article(item, publisher)


def _line(draft: Draft, what: str, *, is_word: bool) -> int:
    """Where it stands in the file; the text's first line where that cannot be told."""
    lines = draft.article.markdown.split("\n")
    for number, line in enumerate(lines, draft.body_line):
        if what in (words(line) if is_word else line):
            return number
    return draft.body_line
