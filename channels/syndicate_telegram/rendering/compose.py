"""Compose posts, the replies that announce corrections, and notices of withdrawal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from syndicate import Item, Publisher, Reminder
from syndicate.text.i18n import deadline_line, ended_line, moment, time_left, words_for
from syndicate_telegram.limits import CAPTION_UNITS, TEXT_UNITS
from syndicate_telegram.post import Post
from syndicate_telegram.rendering.entities import api_entities
from syndicate_telegram.rendering.layout import (
    PostOptions,
    beside_lines,
    correction_lines,
    language_of,
    lay_out,
    priority_links,
)
from syndicate_telegram.rendering.rich_text import RichText, as_link, join_texts, one_line
from syndicate_telegram.rendering.shortening import shorten_to_word

NOTICE_HEADLINE_UNITS = 256
NOTICE_LINES_UNITS = 300  # of what a withdrawn article answered, and what answers it


def compose_post(item: Item, publisher: Publisher, options: PostOptions) -> Post:
    """Return the post for an article, or the notice in its place if it was withdrawn.

    A picture with a public address is the card of a text; any other is sent as a photo, which
    leaves 1,024 characters: a longer text goes on behind the article's ``url``, and without one
    it is kept whole and the picture left out. Several pictures are an album where the whole text
    fits beside it, else the first one is the card. A document is sent as such, or linked beside
    pictures. ArticleError for what fits no post.
    """
    if item.withdrawal:
        fields = _text_fields(_withdrawal_notice(item, publisher))
        post = Post(**fields, **_caption_fields(fields), is_notice=True)
    else:
        post = _article_post(item, publisher, options)
    return replace(post, urgency=item.article.urgency, zone=publisher.timezone)


def compose_reply(item: Item, publisher: Publisher, version: int) -> Post:
    """Return the reply under the post for the correction of this version."""
    [line] = [line for number, line in correction_lines(item, publisher) if number == version]
    fields = _text_fields(shorten_to_word(line, TEXT_UNITS))
    return Post(**fields, urgency=item.article.urgency, zone=publisher.timezone)


def compose_reminder(item: Item, publisher: Publisher, reminder: Reminder) -> Post:
    """Return the short post under an article's own that reminds of its deadline."""
    fields = _text_fields(_reminder(item, publisher, reminder))
    return Post(**fields, urgency=item.article.urgency, zone=publisher.timezone)


def _reminder(item: Item, publisher: Publisher, reminder: Reminder) -> RichText:
    article, language, zone = item.article, language_of(item.article, publisher), publisher.zone
    expires = article.expires or reminder.expires
    if item.withdrawal:
        return _withdrawal_notice(item, publisher)
    if item.ended:
        words = ended_line(article.profile, expires, zone, language)
    elif article.expires != reminder.expires:  # how long is left it cannot say any more
        words = words_for(language)["deadline_changed"]
    else:
        words = time_left(reminder.expires - reminder.at, language)
    headline = shorten_to_word(one_line(article.headline), NOTICE_HEADLINE_UNITS).text
    if not item.ended:
        headline = deadline_line(headline, article.profile, expires, zone, language)
    text = RichText(f"{words}: ").styled("bold") + one_line(headline)
    more = as_link(RichText(words_for(language)["read_more"]), article.url or "")
    return join_texts("\n", (text, more)) if article.url else text


def _article_post(item: Item, publisher: Publisher, options: PostOptions) -> Post:
    article = item.article
    layout = lay_out(item, publisher, options)
    media, links = layout.media, priority_links(article)
    return Post(
        shape=layout.shape,
        **_text_fields(layout.text or RichText(), links),
        is_whole=layout.text is not None and media.text_suffices,
        card=next((picture.url or "" for picture in media.card), ""),
        above=options.preview != "below",
        **_caption_fields(_text_fields(layout.caption or RichText(), links)),
        attachments=(media.attachments if layout.shape != "text" else media.acceptable_attachments),
        more=article.url or "",
    )


def _withdrawal_notice(item: Item, publisher: Publisher) -> RichText:
    """Return the notice in place of a withdrawn article.

    It always fits a photo's caption, since that is where it may have to go.
    """
    withdrawal, language = item.withdrawal, language_of(item.article, publisher)
    assert withdrawal
    labels = words_for(language)
    title = one_line(f"{labels['withdrawn']}: {item.article.headline}")
    headline = shorten_to_word(title, NOTICE_HEADLINE_UNITS).styled("bold")
    when = moment(withdrawal.at, publisher.zone, language)
    reason = one_line(f"{labels['reason']} ({when}): {withdrawal.reason}")
    answers = shorten_to_word(beside_lines(item, publisher), NOTICE_LINES_UNITS)
    head = join_texts("\n\n", (headline, answers, RichText(labels["withdrawn_notice"])))
    return join_texts("\n", (head, shorten_to_word(reason, CAPTION_UNITS - head.units - 1)))


def _text_fields(text: RichText, links: Sequence[str] = ()) -> dict[str, Any]:
    return {"text": text.text, "entities": api_entities(text, links)}


def _caption_fields(text_fields: dict[str, Any]) -> dict[str, Any]:
    return {"caption": text_fields["text"], "caption_entities": text_fields["entities"]}
