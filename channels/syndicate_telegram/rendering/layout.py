"""An article laid out for one message: its text, its caption, and which of them is sent. Pure.

Headline; corrections, newest first; the text as far as it fits; documents; the link to the rest;
the source and what the pictures show; hashtags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate import Article, ArticleError, Item, Media, Publisher, Related
from syndicate.text import datelined
from syndicate.text.i18n import correction_line, ended_line, words_for
from syndicate_telegram.limits import CAPTION_UNITS, TEXT_UNITS
from syndicate_telegram.post import Shape
from syndicate_telegram.rendering.attachments import caption_lines, document_links
from syndicate_telegram.rendering.blocks import TextBlock, assemble, parse_blocks
from syndicate_telegram.rendering.fitting import PostParts, beginning
from syndicate_telegram.rendering.hashtags import subject_line
from syndicate_telegram.rendering.inline_pictures import link_pictures
from syndicate_telegram.rendering.media_layout import MediaLayout
from syndicate_telegram.rendering.rich_text import RichText, as_link, join_texts, one_line
from syndicate_telegram.rendering.shortening import shorten_to_word
from syndicate_telegram.rendering.word_check import require_all_words
from syndicate_telegram.settings import Length, Preview

RELATED_UNITS = 200  # of another article's headline


@dataclass(frozen=True, kw_only=True)
class PostOptions:
    """A channel's settings for the content of its posts."""

    channel: str  # its name, for overrides and messages
    preview: Preview = "above"
    length: Length = "full"  # bounds the text where a link leads to the rest


@dataclass(frozen=True, kw_only=True)
class PostLayout:
    """A post's words as a text and as a caption, and which of them is sent."""

    media: MediaLayout
    shape: Shape
    text: RichText | None
    caption: RichText | None

    @property
    def sent_text(self) -> RichText:
        return (self.text if self.shape == "text" else self.caption) or RichText()


def lay_out(item: Item, publisher: Publisher, options: PostOptions) -> PostLayout:
    """Lay out an article; ArticleError for what fits no post."""
    article = item.article
    media = MediaLayout.of(article, options.preview)
    body = _body(article, options, media.card, publisher)
    parts = _parts(item, publisher, body, media.card, article.documents)
    if media.attached and "<img" in article.html:  # else both have the same text
        body = _body(article, options, media.attached, publisher)
    linked = () if media.attached_shape == "document" else article.documents
    caption_parts = _parts(item, publisher, body, media.attached, linked)
    text = parts.fit(TEXT_UNITS)
    caption = caption_parts.fit(CAPTION_UNITS) if media.attached else None
    shape = media.shape(
        fits_caption=caption is not None,
        fits_caption_whole=caption_parts.fit_whole(CAPTION_UNITS) is not None,
    )
    if shape == "text":
        _refuse_overlong(text, parts, media)
    return PostLayout(media=media, shape=shape, text=text, caption=caption)


def priority_links(article: Article) -> tuple[str, ...]:
    """Return the links that are the last to go: to the rest, to documents, to sources."""
    documents = (document.url or "" for document in article.documents)
    sources = (source.uri for source in article.originators)
    return tuple(filter(None, (article.url or "", *documents, *sources)))


def correction_lines(item: Item, publisher: Publisher) -> Iterator[tuple[int, RichText]]:
    """Yield versions and the lines about their corrections, newest first."""
    language = language_of(item.article, publisher)
    for correction in reversed(item.corrections):
        at, note, label = correction.at, correction.note, words_for(language)[correction.label]
        line = correction_line(at, note, publisher.zone, language, correction.label)
        rest = RichText(one_line(line).text.removeprefix(label))
        yield correction.version, RichText(label).styled("bold") + rest


def beside_lines(item: Item, publisher: Publisher) -> RichText:
    """Return the lines beside an article's text: that it is over, what it answers, its answers."""
    article, language = item.article, language_of(item.article, publisher)
    labels, lines = words_for(language), []
    if item.ended and article.expires:
        ended = ended_line(article.profile, article.expires, publisher.zone, language)
        lines.append(RichText(ended).styled("bold"))
    if item.replies_to:
        lines.append(_related(labels["reply_to"], item.replies_to))
    lines += [_related(labels["right_of_reply"], reply) for reply in item.replies]
    return join_texts("\n", lines)


def _related(label: str, related: Related) -> RichText:
    headline = shorten_to_word(one_line(related.headline), RELATED_UNITS)
    return RichText(f"{label}: ") + as_link(headline, related.url)


def language_of(article: Article, publisher: Publisher) -> str:
    return article.language or publisher.language


def _refuse_overlong(text: RichText | None, parts: PostParts, media: MediaLayout) -> None:
    if text and (media.attached_shape == "photo" or media.text_suffices):
        return
    if text:
        raise ArticleError(
            f"it is too long for the caption of its document ({CAPTION_UNITS:,}"
            " characters) and has no `url` for the rest: add a `url`, or shorten it"
        )
    excess = parts.excess(TEXT_UNITS)
    characters = "character" if excess == 1 else "characters"
    raise ArticleError(
        f"it is {excess:,} {characters} too long for a Telegram post ({TEXT_UNITS:,}) and"
        " has no `url` for the rest: add a `url`, or shorten it"
    )


def _body(
    article: Article, options: PostOptions, shown: Iterable[Media], publisher: Publisher
) -> tuple[TextBlock, ...]:
    """Return the text, or its replacement, led by the dateline; checked for missing words.

    ``shown`` are the pictures that stand beside it.
    """
    replacement = article.overrides.get(options.channel, {}).get("description", "")
    if options.length == "lead" and article.url:
        replacement = replacement or article.lead
    if replacement:
        body = list(
            _datelined([TextBlock(kind="paragraph", content=one_line(replacement))], article)
        )
    else:
        html = link_pictures(article.html, {media.url or f"media:{media.name}" for media in shown})
        blocks = parse_blocks(html, language_of(article, publisher))
        body = list(_datelined(blocks, article))
        require_all_words(article.html, assemble(body).text, article.markdown)
    length = options.length
    if article.url and isinstance(length, int) and assemble(body).units > length:
        return (TextBlock(kind="paragraph", content=beginning(body, length)),)
    return tuple(body)


def _datelined(body: Sequence[TextBlock], article: Article) -> Iterator[TextBlock]:
    """Yield the dateline before the first paragraph, on a line of its own if there is none."""
    name = one_line(article.dateline.text if article.dateline else "").text
    dateline = RichText(datelined(name)).styled("bold")
    first = next((n for n, block in enumerate(body) if block.kind == "paragraph"), None)
    if first is None and dateline:
        yield TextBlock(kind="paragraph", content=dateline)
    for number, block in enumerate(body):
        led = join_texts(" ", (dateline, block.content))
        yield replace(block, content=led) if number == first else block


def _parts(
    item: Item,
    publisher: Publisher,
    body: tuple[TextBlock, ...],
    pictures: Sequence[Media],
    documents: Sequence[Media],
) -> PostParts:
    article, language = item.article, language_of(item.article, publisher)
    labels = words_for(language)
    text = assemble(body).text
    label = labels["document" if any(media.is_document for media in pictures) else "photo"]
    return PostParts(
        headline=one_line(article.headline).styled("bold"),
        beside=beside_lines(item, publisher),
        corrections=tuple(line for _, line in correction_lines(item, publisher)),
        body=body,
        documents=document_links(documents, language),
        more=as_link(RichText(labels["read_more"]), article.url) if article.url else RichText(),
        source=_source(article, labels["source"]),
        pictures=caption_lines(pictures, text, label, alt=True),
        credits=caption_lines(pictures, text, label, alt=False),
        hashtags=RichText(subject_line(article.subjects)),
    )


def _source(article: Article, label: str) -> RichText:
    names = [_source_name(source.name, source.uri) for source in article.originators]
    return RichText(f"{label}: ") + join_texts(", ", names) if any(names) else RichText()


def _source_name(name: str, uri: str) -> RichText:
    return as_link(one_line(name), uri if uri.startswith(("http:", "https:")) else "")
