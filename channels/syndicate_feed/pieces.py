"""Pieces: one item in every format, stored as a line of JSON, then RSS, Atom and JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from syndicate.text import excerpt
from syndicate_feed.entries import Entry
from syndicate_feed.json_feed import json_item
from syndicate_feed.xml_feeds import atom_entries, rss_items

LONGEST_SUMMARY = 300  # characters of a summary on the folder's page


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSummary:
    """The fields of an item that pages and lists of feeds need."""

    id: str
    title: str
    url: str | None
    summary: str
    notice: str  # its newest correction, as a line for readers
    language: str
    published: str  # RFC 3339
    updated: str
    killed: str | None  # when its removal was asked for
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An item in every format, as it stands in its document."""

    summary: ItemSummary
    rss: bytes
    atom: bytes
    json: bytes

    def __bytes__(self) -> bytes:
        about = asdict(self.summary) | {"sizes": [len(self.rss), len(self.atom)]}
        head = json.dumps(about, ensure_ascii=False).encode()
        return b"".join((head, b"\n", self.rss, self.atom, self.json))

    @classmethod
    def parse(cls, written: bytes) -> Piece:
        """Read what ``bytes(piece)`` wrote."""
        head, _, body = written.partition(b"\n")
        about = json.loads(head)
        rss, atom = about.pop("sizes")
        return cls(
            summary=ItemSummary(**about),
            rss=body[:rss],
            atom=body[rss : rss + atom],
            json=body[rss + atom :],
        )

    @property
    def updated(self) -> datetime:
        return datetime.fromisoformat(self.summary.updated)


def pieces(entries: Sequence[Entry], language: str) -> Iterator[Piece]:
    """Yield each entry in every format, for a feed in this language."""
    rss, atom = rss_items(entries, language), atom_entries(entries, language)
    for entry, in_rss, in_atom in zip(entries, rss, atom, strict=True):
        in_json = json_item(entry, language)
        yield Piece(summary=_summary(entry), rss=in_rss, atom=in_atom, json=in_json)


def _summary(entry: Entry) -> ItemSummary:
    return ItemSummary(
        id=entry.id,
        title=entry.title,
        url=entry.url,
        summary=excerpt(entry.summary, LONGEST_SUMMARY),
        notice=entry.notice,
        language=entry.language,
        published=entry.published.isoformat(),
        updated=entry.updated.isoformat(),
        killed=entry.killed.isoformat() if entry.killed else None,
        reason=entry.reason,
    )
