"""One message, or an album, as the Bot API takes it: kept in the ledger as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 units after parsing

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
        """Its stored fields, without the default of ``moves``."""
        kept = dict(vars(self))
        if not self.moves:
            del kept["moves"]
        return kept

    @property
    def short(self) -> str:
        """A name that fits into a reference, to tell whether a correction brings another."""
        return sha256((self.file or self.url).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Post:
    """One article's post in a chat.

    It is said in one ``shape``. What already stands there in another is corrected with the other
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
        """The same bytes for the same post."""
        said = dict(vars(self))  # nothing is changed in it: asdict's copies are a tenth of the time
        said["attachments"] = [one.content for one in self.attachments]
        return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, content: bytes) -> Post:
        given = json.loads(content)
        attachments = tuple(Attachment(**one) for one in given.pop("attachments"))
        return cls(**given, attachments=attachments)

    @property
    def files(self) -> tuple[str, ...]:
        """The local files it needs, by their sha256."""
        return tuple(dict.fromkeys(one.file for one in self.attachments if one.file))

    @property
    def words(self) -> str:
        """Its text in its own shape."""
        return self.text if self.shape == "text" else self.caption

    @property
    def sent(self) -> tuple[Attachment, ...]:
        """Its attachments in its own shape."""
        return () if self.shape == "text" else self.attachments

    @property
    def parts(self) -> int:
        """Its number of messages."""
        return len(self.sent) or 1

    @property
    def kind(self) -> str:
        """The kind of its attachments: "photo", "document", or "" for none."""
        named = any(one.name for one in self.attachments)
        return "document" if named else "photo" if self.attachments else ""

    @property
    def plain(self) -> str:
        """The words, with the address behind "Read more"."""
        raw, limit = self.words.encode("utf-16-le"), TEXT_LIMIT
        for end in self._ends_of_more():
            head, tail = raw[: 2 * end].decode("utf-16-le"), raw[2 * end :].decode("utf-16-le")
            shown = f"{head}: {self.more}{tail}"
            return shown if len(shown) <= limit else self.words
        return self.words

    def _ends_of_more(self) -> Iterator[int]:
        entities = self.entities if self.shape == "text" else self.caption_entities
        for entity in reversed(entities):
            if self.more and entity.get("url") == self.more:
                yield entity["offset"] + entity["length"]
