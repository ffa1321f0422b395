"""Compose a post: an article laid out for one message, within Telegram's limits. Pure.

Headline; corrections, newest first; the text as far as it fits; documents; the link to the rest;
the source and what the pictures show; hashtags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

from syndicate import Article, ArticleError, Item, Media, Publisher
from syndicate.text import datelined
from syndicate.text.i18n import correction_line, moment, words
from syndicate_telegram.post import CAPTION_LIMIT, TEXT_LIMIT, Attachment, Post, Shape
from syndicate_telegram.published_post import ANEW
from syndicate_telegram.rendering import attachments, word_check
from syndicate_telegram.rendering.blocks import Block, assembled, blocks
from syndicate_telegram.rendering.fitting import Draft, begun
from syndicate_telegram.rendering.hashtags import subject_line
from syndicate_telegram.rendering.inline_pictures import in_words
from syndicate_telegram.rendering.link_urls import is_taken
from syndicate_telegram.rendering.rich_text import (
    ENTITIES_BYTES,
    ENTITIES_MOST,
    Rich,
    abridged,
    joined,
    kept_entities,
    linked,
    one_line,
    to_api,
)
from syndicate_telegram.settings import Length

STANDS_AS_TEXT = f"the post that stands is a text, which shows one picture at most: {ANEW[3:]}"

Picture = Literal["above", "below", "photo", "none"]


def compose(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length = "full"
) -> Post:
    """The post for an article, or the notice in its place if it was withdrawn.

    ``length`` bounds the text where a link leads to the rest: the lead, or so many units.

    A picture with a public address is the card of a text; any other is sent as a photo, which
    leaves 1,024 characters: a longer text goes on behind the article's ``url``, and without one
    it is kept whole and the picture left out. Several pictures are an album where the whole text
    fits beside it, else the first one is the card. A document is sent as such, or linked beside
    pictures. ArticleError for what fits no post.
    """
    if item.withdrawal:
        said = _spoken(_notice(item, publisher))
        post = Post(**said, **_captioned(said), is_notice=True)
    else:
        post = _laid_out(item, publisher, channel, shown, length)
    return replace(post, urgency=item.article.urgency, zone=publisher.timezone)


def reply(item: Item, publisher: Publisher, version: int) -> Post:
    """Return the reply under the post for the correction of this version."""
    [line] = [line for n, line in _corrections(item, publisher) if n == version]
    content = _spoken(abridged(line, TEXT_LIMIT))
    return Post(**content, urgency=item.article.urgency, zone=publisher.timezone)


def remarks(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length = "full",
    stands: Shape | None = None,
) -> Iterator[str]:  # fmt: skip
    """Say what of an article a post leaves out or changes, a sentence each.

    ``stands`` is the shape of a post that stands already, and keeps it.
    """
    if item.withdrawal:
        return
    laid = _layout(item, publisher, channel, shown, length)
    why = f"channels.{channel}.preview is none" if shown == "none" else ""
    if stands and stands != laid.shape:
        why = STANDS_AS_TEXT if stands == "text" and not why else why
        laid = replace(laid, shape=stands)
    article = item.article
    pictures, documents = laid.form.left(article, laid.shape)
    for one in pictures:
        yield f"{_name(one)} is left out: {why or _why(laid.shape, 'document')}"
    for one in documents:
        yield f"{_name(one)} is left out: {_why(laid.shape, 'picture')}"
    still = [one for one in laid.form.media if one.moves] if laid.shape == "photo" else []
    if any(one.moves for one in laid.form.attachments):
        still = []
    for one in still:
        yield f"{_name(one)} is shown still: in a post only a GIF moves, and where it is alone"
    yield from _unstyled(laid.said, _first(article))


def _unstyled(text: Rich, first: Sequence[str]) -> Iterator[str]:
    """Say which links and how many styles a message has no room for."""
    kept = kept_entities(text, first)
    lost = [entity for entity in text.entities if entity not in set(kept)]
    limit = f"a post holds {ENTITIES_MOST} links and styles"
    if len(kept) < ENTITIES_MOST:
        limit = f"all links and styles of a post, addresses included, hold {ENTITIES_BYTES:,} bytes"
    for address in dict.fromkeys(entity.url for entity in lost if entity.kind == "text_link"):
        yield f"the link to {address} is words alone: {limit}"
    styles = sum(entity.kind != "text_link" for entity in lost)
    if styles:
        yield f"{styles} passages lose their style (bold, italic and the like): {limit}"


def _layout(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length
) -> _Layout:
    article = item.article
    form, language = _Form.of(article, shown), _language(article, publisher)
    beside = () if form.shape == "document" else article.documents
    text_body = _body(article, channel, length, form.card, language)
    with_text = _draft(item, publisher, text_body, form.card, article.documents)
    again = form.media and "<img" in article.html  # else both say the same
    caption_body = _body(article, channel, length, form.media, language) if again else text_body
    with_caption = _draft(item, publisher, caption_body, form.media, beside)
    caption = with_caption.fitted(CAPTION_LIMIT) if form.media else None
    text = with_text.fitted(TEXT_LIMIT)
    shape = form.chosen(caption is not None, with_caption.whole(CAPTION_LIMIT) is not None)
    if shape == "text":
        _refuse_overlong(text, with_text, form)
    return _Layout(form=form, shape=shape, text=text, caption=caption)


def _laid_out(
    item: Item, publisher: Publisher, channel: str, shown: Picture, length: Length
) -> Post:
    article = item.article
    laid = _layout(item, publisher, channel, shown, length)
    form, first = laid.form, _first(article)
    return Post(
        shape=laid.shape,
        **_spoken(laid.text or Rich(), first),
        is_whole=laid.text is not None and form.text_will_do,
        card=next((one.url or "" for one in form.card), ""),
        above=shown != "below",
        **_captioned(_spoken(laid.caption or Rich(), first)),
        attachments=form.attachments if laid.shape != "text" else form.acceptable,
        more=article.url or "",
    )


def _first(article: Article) -> tuple[str, ...]:
    """The links that are the last to go: to the rest, to documents, to sources."""
    documents = (one.url or "" for one in article.documents)
    sources = (one.uri for one in article.originators)
    return tuple(filter(None, (article.url or "", *documents, *sources)))


def _name(media: Media) -> str:
    return media.file or media.label


def _why(shape: Shape, other: str) -> str:
    if shape == "text":
        return "a text shows one picture, and a caption holds 1,024 characters"
    if shape == other:
        return "a post holds pictures or documents, not both"
    return f"an album holds {attachments.MOST}"


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """A post's words as a text and as a caption, and which of them it is."""

    form: _Form
    shape: Shape
    text: Rich | None
    caption: Rich | None

    @property
    def said(self) -> Rich:
        return (self.text if self.shape == "text" else self.caption) or Rich()


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The forms that an article's pictures and documents can take in a chat."""

    shape: Shape  # of what is attached
    media: tuple[Media, ...]  # what is attached
    card: tuple[Media, ...]  # the picture that can stand beside a text, if there is one
    shown: Picture
    text_will_do: bool  # whether a text shows, or links to, what there is

    @classmethod
    def of(cls, article: Article, shown: Picture) -> _Form:
        pictures = article.pictures[: attachments.MOST]
        documents = article.documents[: attachments.MOST]
        visible = pictures if shown != "none" else ()
        card = tuple(picture for picture in visible[:1] if is_taken(picture.url or ""))
        are_linked = all(document.url for document in documents)
        attach_documents = bool(documents) and not (visible and are_linked)
        return cls(
            shape="document" if attach_documents else "photo",
            media=documents if attach_documents else pictures,
            card=card,
            shown=shown,
            text_will_do=are_linked and bool(card or not visible),
        )

    def chosen(self, fits: bool, fits_whole: bool) -> Shape:
        """The shape it is said in, by whether the caption holds a beginning, or everything."""
        if not (self.media and fits) or (self.shape == "photo" and self.shown == "none"):
            return "text"
        if self.shape == "photo" and self.card and self.shown != "photo":
            return "photo" if len(self.media) > 1 and fits_whole else "text"
        return self.shape

    def left(self, article: Article, shape: Shape) -> tuple[Sequence[Media], Sequence[Media]]:
        """The pictures and documents that a post of this shape neither shows nor links to."""
        held = self.card if shape == "text" else self.media
        pictures = [one for one in article.pictures if one not in held]
        linked = shape != "document"
        documents = [
            one for one in article.documents if one not in held and not (linked and one.url)
        ]
        inside = [one for one in pictures if one.url and f'"{escape(one.url)}"' in article.html]
        return [one for one in pictures if one not in inside], documents

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        make = attachments.documents if self.shape == "document" else attachments.photos
        return make(self.media)

    @property
    def acceptable(self) -> tuple[Attachment, ...]:
        """For what stands in this shape already; a text needs none."""
        try:
            return self.attachments
        except ArticleError:
            return ()


def _spoken(text: Rich, first: Sequence[str] = ()) -> dict[str, Any]:
    return {"text": text.text, "entities": to_api(text, first)}


def _captioned(content: dict[str, Any]) -> dict[str, Any]:
    return {"caption": content["text"], "caption_entities": content["entities"]}


def _refuse_overlong(text: Rich | None, draft: Draft, form: _Form) -> None:
    if text and (form.shape == "photo" or form.text_will_do):
        return
    if text:
        raise ArticleError(
            f"it is too long for the caption of its document ({CAPTION_LIMIT:,}) and has no `url`"
            " for the rest: give it a `url`, or shorten it"
        )
    over = draft.overlong(TEXT_LIMIT)
    characters = "character" if over == 1 else "characters"
    raise ArticleError(
        f"it is {over:,} {characters} too long for a Telegram post ({TEXT_LIMIT:,}) and has no"
        " `url` for the rest: give it a `url`, or shorten it"
    )


def _body(
    article: Article, channel: str, length: Length, shown: Iterable[Media], language: str
) -> tuple[Block, ...]:
    """The text, or what is said instead of it, led by the dateline; checked for lost words.

    ``shown`` are the pictures that stand beside it.
    """
    short = article.overrides.get(channel, {}).get("description", "")
    if length == "lead" and article.url:
        short = short or article.lead
    held = {one.url or f"media:{one.name}" for one in shown}
    html = in_words(article.html, held)
    body = [Block("paragraph", one_line(short))] if short else blocks(html, language)
    body = list(_datelined(body, article))
    if not short:
        word_check.check(article.html, assembled(body).text, article.markdown)
    if article.url and isinstance(length, int) and assembled(body).units > length:
        return (Block("paragraph", begun(body, length)),)
    return tuple(body)


def _draft(
    item: Item, publisher: Publisher, body: tuple[Block, ...], pictures: Sequence[Media],
    documents: Sequence[Media],
) -> Draft:  # fmt: skip
    article, language = item.article, _language(item.article, publisher)
    said = words(language)
    text = assembled(body).text
    kind = said["document" if any(one.is_document for one in pictures) else "photo"]
    return Draft(
        headline=one_line(article.headline).styled("bold"),
        corrections=tuple(line for _, line in _corrections(item, publisher)),
        body=body,
        documents=attachments.linked(documents, language),
        more=_more(article, publisher),
        source=_source(article, said["source"]),
        pictures=attachments.told(pictures, text, kind, alt=True),
        credits=attachments.told(pictures, text, kind, alt=False),
        hashtags=Rich(subject_line(article.subjects)),
    )


def _language(article: Article, publisher: Publisher) -> str:
    return article.language or publisher.language


def _corrections(item: Item, publisher: Publisher) -> Iterator[tuple[int, Rich]]:
    """Versions and what is said of them, newest first."""
    language = _language(item.article, publisher)
    label = words(language)["correction"]
    for correction in reversed(item.corrections):
        line = correction_line(correction.at, correction.note, publisher.zone, language)
        told = Rich(one_line(line).text.removeprefix(label))
        yield correction.version, Rich(label).styled("bold") + told


def _datelined(body: Sequence[Block], article: Article) -> Iterator[Block]:
    """The dateline before the first paragraph, on a line of its own if there is none."""
    shown = Rich(datelined(one_line(article.dateline.text if article.dateline else "").text))
    first = next((n for n, block in enumerate(body) if block.kind == "paragraph"), None)
    if first is None and shown:
        yield Block("paragraph", shown.styled("bold"))
    for number, block in enumerate(body):
        led = joined(" ", (shown.styled("bold"), block.rich))
        yield replace(block, rich=led) if number == first else block


def _more(article: Article, publisher: Publisher) -> Rich:
    if not article.url:
        return Rich()
    said = words(_language(article, publisher))["read_more"]
    return linked(Rich(said), article.url)


def _source(article: Article, label: str) -> Rich:
    names = [_linked(source.name, source.uri) for source in article.originators]
    return Rich(f"{label}: ") + joined(", ", names) if any(names) else Rich()


def _linked(name: str, url: str) -> Rich:
    return linked(one_line(name), url if url.startswith(("http:", "https:")) else "")


def _notice(item: Item, publisher: Publisher) -> Rich:
    """Return the notice in place of a withdrawn article.

    It always fits a photo's caption, since that is where it may have to go.
    """
    withdrawal, language = item.withdrawal, _language(item.article, publisher)
    assert withdrawal
    said = words(language)
    headline = abridged(one_line(f"{said['withdrawn']}: {item.article.headline}"), 256)
    when = moment(withdrawal.at, publisher.zone, language)
    reason = one_line(f"{said['reason']} ({when}): {withdrawal.reason}")
    head = joined("\n\n", (headline.styled("bold"), Rich(said["withdrawn_notice"])))
    return joined("\n", (head, abridged(reason, CAPTION_LIMIT - head.units - 1)))
