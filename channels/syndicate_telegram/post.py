"""One message, or an album, as the Bot API takes it: kept in the ledger as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from syndicate_telegram.limits import TEXT_UNITS

Shape = Literal["text", "photo", "document"]


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A picture or a document that is sent as such: a file, else what is at an address."""

    file: str = ""  # sha256
    url: str = ""
    name: str = ""  # a document's, for readers
    moves: bool = False  # a GIF that is sent as an animation, where it is alone

    @property
    def content(self) -> dict[str, Any]:
        """Return its stored fields, without the default of ``moves``."""
        fields = dict(vars(self))
        if not self.moves:
            del fields["moves"]
        return fields

    @property
    def fingerprint(self) -> str:
        """Return what tells it from another one, short enough for a receipt's reference."""
        return sha256((self.file or self.url).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Post:
    """One article's post in a chat.

    It is sent in one ``shape``. A post that was published in another is corrected with the other
    words: ``text`` is for a text, ``caption`` for what is attached; "" where there are none.
    """

    shape: Shape = "text"
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    is_whole: bool = True  # whether the text does without what is attached
    card: str = ""  # the picture shown as a large link preview of the text: its URL
    above: bool = True  # where the card stands
    caption: str = ""
    caption_entities: list[dict[str, Any]] = field(default_factory=list)
    attachments: tuple[Attachment, ...] = ()  # several are an album
    more: str = ""  # where "Read more" leads
    is_notice: bool = False  # in the place of something withdrawn
    urgency: int = 0  # of the article
    zone: str = "UTC"  # whose hours are quiet

    @property
    def content(self) -> bytes:
        """Return the same bytes for the same post."""
        # nothing is changed in them: asdict's copies would be a tenth of the rendering time
        fields = dict(vars(self))
        fields["attachments"] = [attachment.content for attachment in self.attachments]
        return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, content: bytes) -> Post:
        fields = json.loads(content)
        attachments = tuple(Attachment(**stored) for stored in fields.pop("attachments"))
        return cls(**fields, attachments=attachments)

    @property
    def files(self) -> tuple[str, ...]:
        """Return the local files it needs, by their sha256."""
        return tuple(dict.fromkeys(item.file for item in self.attachments if item.file))

    @property
    def sent_text(self) -> str:
        """Return its text or caption, whichever its own shape has."""
        return self.text if self.shape == "text" else self.caption

    @property
    def sent_attachments(self) -> tuple[Attachment, ...]:
        """Return its attachments in its own shape."""
        return () if self.shape == "text" else self.attachments

    @property
    def message_count(self) -> int:
        return len(self.sent_attachments) or 1

    @property
    def kind(self) -> str:
        """Return the kind of its attachments: "photo", "document", or "" for none."""
        if not self.attachments:
            return ""
        return "document" if any(item.name for item in self.attachments) else "photo"

    @property
    def plain_text(self) -> str:
        """Return its text, with the address behind "Read more"."""
        raw = self.sent_text.encode("utf-16-le")
        for end in self._ends_of_more():
            head, tail = raw[: 2 * end].decode("utf-16-le"), raw[2 * end :].decode("utf-16-le")
            shown = f"{head}: {self.more}{tail}"
            return shown if len(shown) <= TEXT_UNITS else self.sent_text
        return self.sent_text

    def _ends_of_more(self) -> Iterator[int]:
        entities = self.entities if self.shape == "text" else self.caption_entities
        for entity in reversed(entities):
            if self.more and entity.get("url") == self.more:
                yield entity["offset"] + entity["length"]
