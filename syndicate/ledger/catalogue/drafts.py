"""Drafts kept whole before they are published: to be approved, or to go out at their minute.

Feeds, pages and digests read articles and revisions alone, so that nothing of a draft shows there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from syndicate.ledger.catalogue.media import keep_media, kept_media
from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import insert_row
from syndicate.ledger.schema import approvals, drafts
from syndicate.model.article import Article
from syndicate.model.person import Person
from syndicate.system.local import shown_path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """One revision as it was read, with everything that was decided on it."""

    article: Article
    source: str  # the file as it was read
    path: str  # where it was read
    kind: str  # original, correction or refile
    note: str = ""  # what was wrong, for readers
    after: int = 0  # the article's newest revision then; 0: it was not published
    channels: tuple[str, ...] = ()  # those that the command named; () for all
    backfill: bool = False  # also to channels that are newer than the article
    notify_readers: bool = False  # of a correction, at once: everybody who got the article
    due: datetime | None = None  # when it is to go out; None: as soon as it may
    stored: datetime
    person: Person
    number: int = 0  # of a stored one

    @property
    def file(self) -> str:
        """Return its file as a person here names it, for messages."""
        return shown_path(self.path)

    @property
    def uri(self) -> str:
        return self.article.uri

    @property
    def fingerprint(self) -> str:
        """Name everything that an approval binds: any other text, file, way or time changes it."""
        due = self.due.astimezone(UTC).isoformat() if self.due else None
        bound = {
            "article": self.article.to_json(),  # with its files' hashes, channels and overrides
            "kind": self.kind,
            "note": self.note,
            "channels": self.channels,
            "backfill": self.backfill,
            "notify_readers": self.notify_readers,
            "due": due,
        }
        return sha256(json.dumps(bound, sort_keys=True).encode()).hexdigest()


class Drafts:
    """Write and read drafts within a transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def store(self, draft: StoredDraft, files: Mapping[str, bytes] | None = None) -> int:
        """Keep a draft, and its files by their sha256; returns its number."""
        keep_media(self.db, files or {})
        return insert_row(self.db, drafts, **_row(draft))

    def read(self, number: int) -> StoredDraft | None:
        """Return a draft; None where there is none of this number."""
        return self.of([number]).get(number)

    def of(self, numbers: Iterable[int]) -> dict[int, StoredDraft]:
        """Return drafts by their numbers."""
        found: dict[int, StoredDraft] = {}
        for batch in batches(numbers):
            rows = self.db.execute(select(drafts).where(drafts.c.id.in_(batch)))
            found.update((row.id, _draft(row)) for row in rows)
        return found

    def files(self, draft: StoredDraft) -> dict[str, bytes]:
        """Return the files of a stored draft that lie here, by their sha256."""
        return kept_media(self.db, {each.sha256 for each in draft.article.media if each.sha256})

    def delete(self, number: int) -> None:
        """Delete a draft: nothing of its text is left; what is scheduled goes before."""
        asked = update(approvals).where(approvals.c.draft_id == number)
        self.db.execute(asked.values(draft_id=None))
        self.db.execute(delete(drafts).where(drafts.c.id == number))


def _row(draft: StoredDraft) -> dict[str, Any]:
    return {
        "uri": draft.uri,
        "after_version": draft.after,
        "kind": draft.kind,
        "note": draft.note,
        "fingerprint": draft.fingerprint,
        "document": json.dumps(draft.article.to_json(), ensure_ascii=False),
        "source": draft.source,
        "path": draft.path,
        "channels": json.dumps(draft.channels),
        "backfill": draft.backfill,
        "notify_readers": draft.notify_readers,
        "due_at": draft.due,
        "stored_at": draft.stored,
        "person": draft.person.name,
        "account": draft.person.account,
    }


def _draft(row: Row[Any]) -> StoredDraft:
    return StoredDraft(
        article=Article.from_json(json.loads(row.document)),
        source=row.source,
        path=row.path,
        kind=row.kind,
        note=row.note,
        after=row.after_version,
        channels=tuple(json.loads(row.channels)),
        backfill=row.backfill,
        notify_readers=row.notify_readers,
        due=row.due_at,
        stored=row.stored_at,
        person=Person(name=row.person, account=row.account),
        number=row.id,
    )
