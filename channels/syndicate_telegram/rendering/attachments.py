"""Pictures and documents of a post: what Telegram accepts, and their captions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from syndicate import ArticleError, Media
from syndicate.text import has_words
from syndicate.text.i18n import document_line, words_for
from syndicate_telegram.limits import (
    DOCUMENT_BYTES,
    PHOTO_BYTES,
    PHOTO_PIXELS,
    PHOTO_RATIO,
    PHOTO_TYPES,
)
from syndicate_telegram.post import Attachment
from syndicate_telegram.rendering.rich_text import (
    RichText,
    as_link,
    clean_text,
    join_texts,
    one_line,
)

NAME_CHARACTERS = 60


def photo_attachments(pictures: Iterable[Media]) -> tuple[Attachment, ...]:
    """Return pictures as attachments; ArticleError for one that Telegram does not accept."""
    pictures = list(pictures)
    is_alone = len(pictures) == 1
    return tuple(
        Attachment(
            file=_accepted_photo(picture),
            url=_remote_url(picture),
            moves=is_alone and is_animation(picture),
        )
        for picture in pictures
    )


def is_animation(picture: Media) -> bool:
    """Return whether it is a GIF, which Telegram animates where it is alone in a post."""
    return picture.moves and picture.media_type == "image/gif"


def document_attachments(documents: Iterable[Media]) -> tuple[Attachment, ...]:
    """Return documents as attachments; ArticleError for one that Telegram does not accept."""
    return tuple(
        Attachment(
            file=_accepted_document(document),
            url=_remote_url(document),
            name=document_name(document),
        )
        for document in documents
    )


def document_name(document: Media) -> str:
    """Return the file name that readers see: the article's own."""
    path = PurePosixPath(unquote(urlsplit(document.file or document.url or "").path))
    stem = clean_text(path.stem).replace("/", " ").strip()[:NAME_CHARACTERS] or "document"
    return f"{stem}.pdf"


def caption_lines(media: Sequence[Media], body_text: str, label: str, *, alt: bool) -> RichText:
    """Return a line for each: its caption, or its description if ``alt``, and its creator.

    What is in the article's text, ``body_text``, is not repeated.
    """
    lines = []
    for number, item in enumerate(media, 1):
        line = _caption(item, body_text, alt=alt)
        if line:
            prefix = f"{label} {number}: " if len(media) > 1 else f"{label}: "
            lines.append(RichText(prefix) + line)
    return join_texts("\n", lines)


def document_links(documents: Iterable[Media], language: str) -> RichText:
    """Return a line with a link for each document that has an address."""
    return join_texts("\n", _document_links(documents, language))


def _document_links(documents: Iterable[Media], language: str) -> Iterator[RichText]:
    label = RichText(f"{words_for(language)['document']}: ")
    for document in documents:
        if document.url:
            yield label + as_link(one_line(document_line(document, language)), document.url)


def _caption(media: Media, body_text: str, *, alt: bool) -> RichText:
    caption = one_line(media.caption or (media.alt if alt else ""))
    creator = one_line(media.creator)
    if has_words(body_text.casefold(), caption.text.casefold()):
        caption = RichText()
    if caption and creator:
        return caption + RichText(f" ({creator.text})")
    return caption or creator


def _remote_url(media: Media) -> str:
    """Return the address from which Telegram fetches it; "" where we have the file."""
    return "" if media.sha256 else media.url or ""


def _accepted_photo(picture: Media) -> str:
    """Return a picture's sha256."""
    name = picture.file or picture.name
    if picture.size > PHOTO_BYTES:
        raise ArticleError(f"the picture {name} is larger than Telegram's 10 MB: make it smaller")
    if picture.media_type and picture.media_type not in PHOTO_TYPES:
        raise ArticleError(
            f"Telegram does not accept the picture {name} as a photo: save it as JPEG, PNG or WebP"
        )
    short, long = sorted((picture.width or 1, picture.height or 1))
    if short + long > PHOTO_PIXELS or (picture.width and long > PHOTO_RATIO * short):
        raise ArticleError(
            f"the picture {name} ({picture.width} x {picture.height}) is too large or too narrow"
            f" for Telegram: width and height together may be at most {PHOTO_PIXELS:,} pixels, and"
            f" the longer side {PHOTO_RATIO} times the shorter: crop it or make it smaller"
        )
    return picture.sha256


def _accepted_document(document: Media) -> str:
    """Return a document's sha256."""
    if document.size > DOCUMENT_BYTES:
        name = document.file or document.name
        raise ArticleError(f"the document {name} is larger than Telegram's 50 MB: make it smaller")
    return document.sha256
