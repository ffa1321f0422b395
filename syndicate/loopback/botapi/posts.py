"""Posts as the loopback Bot API keeps them, with every version that they have had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture of a post: what was uploaded, or where it may be fetched."""

    content: bytes = b""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class SentFile(Photo):
    """A file of a post, to be opened or kept."""

    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Version:
    """Content of a post from one moment on."""

    at: datetime
    text: str  # a caption, where there is a photo or a document
    entities: tuple[dict[str, Any], ...] = ()
    link_preview_options: dict[str, Any] | None = None
    photo: Photo | None = None
    document: SentFile | None = None
    is_animation: bool = False  # the photo moves

    @property
    def content(self) -> tuple[object, ...]:
        """Values that are compared to tell whether an edit changes anything."""
        words = self.text, self.entities, self.link_preview_options
        return *words, self.photo, self.document, self.is_animation

    @property
    def attached(self) -> Photo | None:
        """Photo or document that its text is the caption of."""
        return self.photo or self.document


@dataclass(kw_only=True)
class ChatPost:
    """One message in a chat, with everything it has ever said."""

    message_id: int
    chat_id: int
    sent: datetime
    silent: bool = False
    protect: bool = False
    deleted: bool = False
    thread: int = 0
    reply_to: int = 0
    album: int = 0  # the number of its first message
    origin: ChatPost | None = None  # what it is a forwarded copy of
    versions: list[Version]

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def edits(self) -> list[Version]:
        return self.versions[1:]

    @property
    def text(self) -> str:
        """Current text, a photo's caption included."""
        return self.now.text

    @property
    def caption(self) -> str | None:
        return self.now.text if self.now.attached else None

    @property
    def entities(self) -> tuple[dict[str, Any], ...]:
        return self.now.entities

    @property
    def link_preview_options(self) -> dict[str, Any] | None:
        return self.now.link_preview_options

    @property
    def photo(self) -> Photo | None:
        return self.now.photo

    @property
    def document(self) -> SentFile | None:
        return self.now.document
