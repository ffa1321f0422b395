"""Pictures and documents of a post: Telegram's limits, and their captions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from syndicate import ArticleError, Media
from syndicate.text import has_words
from syndicate.text.i18n import document_line, words
from syndicate_telegram.post import Attachment
from syndicate_telegram.rendering.rich_text import Rich, joined, one_line, sayable
from syndicate_telegram.rendering.rich_text import linked as as_link

MOST = 10  # in an album
PHOTO_BYTES = 10_000_000  # for sendPhoto
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20  # width and height together; the longer by the shorter
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
DOCUMENT_BYTES = 50_000_000  # for sendDocument
NAME_LIMIT = 60


def photos(pictures: Iterable[Media]) -> tuple[Attachment, ...]:
    """Return pictures as attachments; ArticleError for one that Telegram does not accept."""
    pictures = list(pictures)
    alone = len(pictures) == 1
    return tuple(
        Attachment(
            file=_photo(picture), url=_address(picture), moves=alone and is_animation(picture)
        )
        for picture in pictures
    )


def is_animation(picture: Media) -> bool:
    """Return whether it is a GIF, which Telegram animates where it is alone in a post."""
    return picture.moves and picture.media_type == "image/gif"


def documents(media: Iterable[Media]) -> tuple[Attachment, ...]:
    """Return documents as attachments; ArticleError for one that Telegram does not accept."""
    return tuple(
        Attachment(file=_document(document), url=_address(document), name=document_name(document))
        for document in media
    )


def document_name(media: Media) -> str:
    """Return the file name that readers see: the article's own."""
    path = PurePosixPath(unquote(urlsplit(media.file or media.url or "").path))
    stem = sayable(path.stem).replace("/", " ").strip()[:NAME_LIMIT] or "document"
    return f"{stem}.pdf"


def told(media: Sequence[Media], body_text: str, label: str, *, alt: bool) -> Rich:
    """Return a line for each: its caption, or its description if ``alt``, and its creator.

    What is in the article's text, ``body_text``, is not repeated.
    """
    lines = []
    for number, item in enumerate(media, 1):
        line = _described(item, body_text, alt=alt)
        if line:
            lines.append(Rich(f"{label} {number}: " if len(media) > 1 else f"{label}: ") + line)
    return joined("\n", lines)


def linked(media: Iterable[Media], language: str) -> Rich:
    """Return a line with a link for each document that has an address."""
    return joined("\n", _links(media, language))


def _links(media: Iterable[Media], language: str) -> Iterator[Rich]:
    for document in media:
        if document.url:
            shown = one_line(document_line(document, language))
            label = Rich(f"{words(language)['document']}: ")
            yield label + as_link(shown, document.url)


def _described(media: Media, body_text: str, *, alt: bool) -> Rich:
    shown, creator = one_line(media.caption or (media.alt if alt else "")), one_line(media.creator)
    if has_words(body_text.casefold(), shown.text.casefold()):
        shown = Rich()
    if shown and creator:
        return shown + Rich(f" ({creator.text})")
    return shown or creator


def _address(media: Media) -> str:
    """Return the address from which Telegram fetches it; "" where we have the file."""
    return "" if media.sha256 else media.url or ""


def _photo(picture: Media) -> str:
    name = picture.file or picture.name
    if picture.size > PHOTO_BYTES:
        raise ArticleError(f"the picture {name} is larger than Telegram's 10 MB: make it smaller")
    if picture.media_type and picture.media_type not in PHOTO_TYPES:
        raise ArticleError(f"the picture {name} is no photo to Telegram: make it JPEG, PNG or WebP")
    low, high = sorted((picture.width or 1, picture.height or 1))
    if low + high > PHOTO_SIDES or (picture.width and high > PHOTO_RATIO * low):
        raise ArticleError(
            f"the picture {name} ({picture.width} x {picture.height}) is too large or too narrow"
            f" for Telegram: at most {PHOTO_SIDES:,} pixels, width and height together, and"
            f" {PHOTO_RATIO} times as long as wide"
        )
    return picture.sha256


def _document(media: Media) -> str:
    if media.size > DOCUMENT_BYTES:
        name = media.file or media.name
        raise ArticleError(f"the document {name} is larger than Telegram's 50 MB: make it smaller")
    return media.sha256
