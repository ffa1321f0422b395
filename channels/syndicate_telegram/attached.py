"""Pictures and documents of a post: what Telegram takes, and what is said of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from syndicate import ArticleError, Media
from syndicate.text import has_words
from syndicate.text.i18n import document_line, words
from syndicate_telegram.post import Attachment
from syndicate_telegram.rich import Rich, joined, one_line, sayable
from syndicate_telegram.rich import linked as as_link

MOST = 10  # in an album
PHOTO_BYTES = 10_000_000  # for sendPhoto
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20  # width and height together; the longer by the shorter
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
DOCUMENT_BYTES = 50_000_000  # for sendDocument
NAME_LIMIT = 60


def photos(pictures: Iterable[Media]) -> tuple[Attachment, ...]:
    """Pictures as they are sent; ArticleError for one that Telegram does not take."""
    pictures = list(pictures)
    alone = len(pictures) == 1
    return tuple(
        Attachment(file=_photo(one), url=_address(one), moves=alone and is_animation(one))
        for one in pictures
    )


def is_animation(picture: Media) -> bool:
    """Whether Telegram shows that it moves, where it is alone in a post."""
    return picture.moves and picture.media_type == "image/gif"


def documents(media: Iterable[Media]) -> tuple[Attachment, ...]:
    """Documents as they are sent; ArticleError for one that Telegram does not take."""
    return tuple(
        Attachment(file=_document(one), url=_address(one), name=document_name(one)) for one in media
    )


def document_name(media: Media) -> str:
    """The name a reader finds the file under: as the article names it."""
    path = PurePosixPath(unquote(urlsplit(media.file or media.url or "").path))
    stem = sayable(path.stem).replace("/", " ").strip()[:NAME_LIMIT] or "document"
    return f"{stem}.pdf"


def told(media: Sequence[Media], said: str, label: str, *, alt: bool) -> Rich:
    """A line for each: its caption, or its description if ``alt``, and whose it is.

    What the article's text says anyway, ``said``, is not said twice.
    """
    lines = []
    for number, one in enumerate(media, 1):
        line = _described(one, said, alt=alt)
        if line:
            lines.append(Rich(f"{label} {number}: " if len(media) > 1 else f"{label}: ") + line)
    return joined("\n", lines)


def linked(media: Iterable[Media], language: str) -> Rich:
    """A line with a link for each document that has an address."""
    return joined("\n", _links(media, language))


def _links(media: Iterable[Media], language: str) -> Iterator[Rich]:
    for one in media:
        if one.url:
            shown = one_line(document_line(one, language))
            label = Rich(f"{words(language)['document']}: ")
            yield label + as_link(shown, one.url)


def _described(media: Media, said: str, *, alt: bool) -> Rich:
    shown, creator = one_line(media.caption or (media.alt if alt else "")), one_line(media.creator)
    if has_words(said.casefold(), shown.text.casefold()):
        shown = Rich()
    if shown and creator:
        return shown + Rich(f" ({creator.text})")
    return shown or creator


def _address(media: Media) -> str:
    """Where Telegram fetches what is no file."""
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
