"""Which pictures and documents of an article a post attaches, shows as its card, or links. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from syndicate import Article, ArticleError, Media
from syndicate_telegram.limits import ALBUM_MESSAGES
from syndicate_telegram.post import Attachment, Shape
from syndicate_telegram.rendering.attachments import document_attachments, photo_attachments
from syndicate_telegram.rendering.link_urls import is_linkable
from syndicate_telegram.settings import Preview


@dataclass(frozen=True, kw_only=True)
class MediaLayout:
    """The forms that an article's pictures and documents can take in a chat."""

    attached_shape: Shape
    attached: tuple[Media, ...]
    card: tuple[Media, ...]  # the picture that can stand beside a text, if there is one
    preview: Preview
    text_suffices: bool  # whether a text shows, or links to, all of them

    @classmethod
    def of(cls, article: Article, preview: Preview) -> MediaLayout:
        pictures = article.pictures[:ALBUM_MESSAGES]
        documents = article.documents[:ALBUM_MESSAGES]
        visible = pictures if preview != "none" else ()
        card = tuple(picture for picture in visible[:1] if is_linkable(picture.url or ""))
        are_linked = all(document.url for document in documents)
        attach_documents = bool(documents) and not (visible and are_linked)
        return cls(
            attached_shape="document" if attach_documents else "photo",
            attached=documents if attach_documents else pictures,
            card=card,
            preview=preview,
            text_suffices=are_linked and bool(card or not visible),
        )

    def shape(self, *, fits_caption: bool, fits_caption_whole: bool) -> Shape:
        """Return the post's shape, by whether a caption holds a beginning, or all of the text."""
        photos = self.attached_shape == "photo"
        if not (self.attached and fits_caption) or (photos and self.preview == "none"):
            return "text"
        if photos and self.card and self.preview != "photo":
            return "photo" if len(self.attached) > 1 and fits_caption_whole else "text"
        return self.attached_shape

    def pictures_left_out(self, article: Article, shape: Shape) -> list[Media]:
        """Return the pictures that a post of this shape neither shows nor links to."""
        shown = self._shown(shape)
        return [
            picture
            for picture in article.pictures
            if picture not in shown and not _is_in_text(picture, article)
        ]

    def documents_left_out(self, article: Article, shape: Shape) -> list[Media]:
        """Return the documents that a post of this shape neither attaches nor links to."""
        shown, are_linked = self._shown(shape), shape != "document"
        return [
            document
            for document in article.documents
            if document not in shown and not (are_linked and document.url)
        ]

    def _shown(self, shape: Shape) -> Sequence[Media]:
        return self.card if shape == "text" else self.attached

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        if self.attached_shape == "document":
            return document_attachments(self.attached)
        return photo_attachments(self.attached)

    @property
    def acceptable_attachments(self) -> tuple[Attachment, ...]:
        """Return those for a post that was published in this shape; none where they are refused."""
        try:
            return self.attachments
        except ArticleError:  # a text needs none
            return ()


def _is_in_text(picture: Media, article: Article) -> bool:
    return bool(picture.url) and f'"{escape(picture.url or "")}"' in article.html
