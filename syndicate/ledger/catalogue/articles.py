"""Find articles as they stand: by uri, file, page or text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, text

from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import PARTIAL, articles, disowned, revisions
from syndicate.model.article import Article, Correction, Item, PubStatus, Withdrawal
from syndicate.system.local import shown_path
from syndicate.text.similarity import headline_print, text_print

CORRECTION, WITHDRAWAL, REINSTATEMENT = "correction", "withdrawal", "reinstatement"
PARSED_DOCUMENTS = 20_000  # articles that are kept as they were parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Newest revision of an article, with its corrections and withdrawal."""

    uri: str
    version: int
    major_version: int
    pub_status: PubStatus
    path: str
    fingerprint: str
    reading: str  # the fingerprint of all that was read from its file
    kind: str
    item: Item
    held: datetime | None = None  # since when it is withheld

    @property
    def file(self) -> str:
        """Return its file as a person here names it, for messages."""
        return shown_path(self.path)


class Articles:
    """Read articles within a transaction, each once as long as it is not changed there."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._read: dict[str, Standing | None] = {}

    def read(self, uris: Iterable[str]) -> None:
        """Read what is known of these articles, by few statements."""
        for batch in batches(uri for uri in uris if uri not in self._read):
            found = {
                standing.uri: standing for standing in self._standings(articles.c.uri.in_(batch))
            }
            self._read.update((uri, found.get(uri)) for uri in batch)

    def forget(self, uri: str) -> None:
        """Read an article anew when it is asked for: it has been changed."""
        self._read.pop(uri, None)

    def standing(self, uri: str) -> Standing | None:
        """Return what is known of an article; None if the ledger has never seen it."""
        if uri not in self._read:
            self.read([uri])
        return self._read[uri]

    def known(self, uri: str) -> Standing:
        """Return what is known of an article that the ledger has seen; LookupError for another."""
        standing = self.standing(uri)
        if standing is None:
            raise LookupError(f"{uri} is not in the ledger")
        return standing

    def all_of(self, uris: Iterable[str]) -> list[Standing]:
        """Return what is known of these articles, without those the ledger has never seen."""
        asked = list(uris)
        self.read(asked)
        return [standing for uri in asked if (standing := self._read[uri])]

    def at_path(self, path: str) -> Standing | None:
        """Return the article that was last read from this file; the newest of several."""
        return _newest(self._standings(articles.c.path == path))

    def at_url(self, url: str) -> Standing | None:
        """Return the article with this canonical page; the newest of several."""
        return _newest(self._standings(articles.c.url == url))

    def with_text(self, article: Article) -> Standing | None:
        """Return another usable article with the same text; the newest of several."""
        return self._another(article, articles.c.text_print == text_print(article))

    def with_headline(self, article: Article, since: datetime) -> Standing | None:
        """Return another usable article published ``since`` under the same headline."""
        first = and_(revisions.c.uri == articles.c.uri, revisions.c.version == 1)
        lately = select(revisions.c.uri).where(first, revisions.c.recorded_at >= since).exists()
        same = articles.c.headline_print == headline_print(article)
        return self._another(article, and_(same, lately))

    def items(self, uris: Sequence[str]) -> list[Item]:
        """Return these articles as they now stand, in this order."""
        self.read(uris)
        return [_item_of(self._read[uri]) for uri in uris]

    def ended(self, uris: Iterable[str]) -> list[str]:
        """Return those of these articles that have expired, where readers are to see it."""
        found: list[str] = []
        for batch in batches(uris):
            here = and_(articles.c.uri.in_(batch), articles.c.ended)
            found += self.db.scalars(select(articles.c.uri).where(here))
        return found

    def item_at(self, uri: str, version: int) -> Item:
        """Return an article as it stood with an earlier version, when it was not withdrawn."""
        standing, r = self.known(uri), revisions.c
        if version == standing.version:
            return standing.item
        here = and_(r.uri == uri, r.version == version)
        document = self.db.scalars(select(r.document).where(here)).one()
        earlier = and_(r.uri == uri, r.version <= version, ~r.minor)
        updated = self.db.scalar(select(func.max(r.recorded_at)).where(earlier))
        item = standing.item
        return replace(
            item,
            article=_parsed(document)[0],
            version=version,
            updated=max(item.published, updated or item.published),
            corrections=tuple(note for note in item.corrections if note.version <= version),
        )

    def newest_source(self, uri: str) -> str:
        """Return the text of the file that an article's newest revision with a text was read from.

        A withdrawal has none.
        """
        r = revisions.c
        query = select(r.source).where(r.uri == uri, r.kind != WITHDRAWAL)
        return self.db.scalar(query.order_by(r.version.desc()).limit(1)) or ""

    def held(self) -> list[Standing]:
        """Return the articles that are held, the longest first."""
        held = text(PARTIAL["ix_articles_held"])
        found = self._standings(held)  # type: ignore[arg-type]
        return sorted(found, key=lambda standing: standing.held or standing.item.updated)

    def lacking(self, uris: Iterable[str]) -> list[str]:
        """Return those uris that are neither articles here nor disowned by a person."""
        asked = list(dict.fromkeys(uris))
        known: set[str] = set()
        for column in (articles.c.uri, disowned.c.uri):
            known |= set(self.db.scalars(select(column).where(column.in_(asked))))
        return [uri for uri in asked if uri not in known]

    def at_version(self, uri: str, version: int) -> Article | None:
        """Return an article as one of its revisions had it; None where there is no such."""
        here = and_(revisions.c.uri == uri, revisions.c.version == version)
        document = self.db.scalar(select(revisions.c.document).where(here))
        return _parsed(document)[0] if document else None

    def source(self, uri: str, version: int) -> str:
        """Return the text of the file that a revision was read from; "" where there was none."""
        here = and_(revisions.c.uri == uri, revisions.c.version == version)
        return self.db.scalar(select(revisions.c.source).where(here)) or ""

    def sources(self, uris: Iterable[str]) -> dict[str, str]:
        """Return by uri the texts that articles' newest revisions were read from."""
        query = select(revisions.c.uri, revisions.c.source).join(articles, _is_newest())
        found: dict[str, str] = {}
        for batch in batches(uris):
            rows = self.db.execute(query.where(articles.c.uri.in_(batch)))
            found.update((row.uri, row.source) for row in rows)
        return found

    def was_taken_on(self, standing: Standing) -> bool:
        """Return True if no more is known of an article than what its readers see."""
        if standing.kind != "original" or standing.path:  # without a text, but read from a file
            return False
        return not self.source(standing.uri, standing.version)

    def ever_shown(self, uri: str) -> list[str]:
        """Return the local pictures and documents of all revisions, by their sha256."""
        documents = self.db.scalars(select(revisions.c.document).where(revisions.c.uri == uri))
        every = (
            media["sha256"] for document in documents for media in json.loads(document)["media"]
        )
        return list(dict.fromkeys(filter(None, every)))

    def shows_elsewhere(self, sha256: str, uri: str) -> bool:
        """Return True if another usable article shows this picture."""
        query = (
            select(articles.c.uri)
            .join(revisions, _is_newest())
            .where(articles.c.uri != uri, articles.c.pub_status == PubStatus.USABLE)
            .where(revisions.c.document.contains(sha256))
            .limit(1)
        )
        return self.db.scalar(query) is not None

    def _another(self, article: Article, which: ColumnElement[bool]) -> Standing | None:
        usable = articles.c.pub_status == PubStatus.USABLE
        query = select(articles.c.uri).where(which, usable, articles.c.uri != article.uri)
        newest = self.db.scalar(query.order_by(articles.c.published_at.desc()).limit(1))
        return self.standing(newest) if newest else None

    def _standings(self, which: ColumnElement[bool]) -> list[Standing]:
        query: Select[Any] = (
            select(articles, revisions.c.document, revisions.c.fingerprint, revisions.c.kind)
            .join(revisions, _is_newest())
            .where(which)
        )
        rows = self.db.execute(query).all()
        changes = self._changes([row.uri for row in rows]) if rows else {}
        return [_standing(row, changes.get(row.uri, [])) for row in rows]

    def _changes(self, uris: list[str]) -> dict[str, list[Any]]:
        """Return the corrections, withdrawals and reinstatements of articles, oldest first."""
        r = revisions.c
        query = (
            select(r.uri, r.version, r.kind, r.note, r.minor, r.kill, r.fingerprint, r.recorded_at)
            .where(r.uri.in_(uris), r.kind.in_((CORRECTION, WITHDRAWAL, REINSTATEMENT)))
            .order_by(r.version)
        )
        changes: dict[str, list[Any]] = {}
        for row in self.db.execute(query):
            changes.setdefault(row.uri, []).append(row)
        return changes


def _is_newest() -> ColumnElement[bool]:
    return and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)


def _item_of(standing: Standing | None) -> Item:
    assert standing is not None, "this article is not in the ledger"
    return standing.item


def _newest(standings: Sequence[Standing]) -> Standing | None:
    return max(standings, key=lambda standing: standing.item.updated, default=None)


def _standing(row: Row[Any], changes: Sequence[Any]) -> Standing:
    article, reading = _parsed(row.document)
    return Standing(
        uri=row.uri,
        version=row.version,
        major_version=row.major_version,
        pub_status=PubStatus.WITHHELD if row.held_at else PubStatus(row.pub_status),
        path=row.path,
        fingerprint=row.fingerprint,
        reading=reading,
        kind=row.kind,
        item=_item(row, article, changes),
        held=row.held_at,
    )


def _item(row: Row[Any], article: Article, changes: Sequence[Any]) -> Item:
    return Item(
        article=article,
        version=row.version,
        published=row.published_at,
        updated=row.updated_at,
        corrections=tuple(_told(changes)),
        withdrawal=_withdrawal(row, changes),
        expired=row.expired,
        ended=row.ended and row.pub_status != PubStatus.CANCELED,
    )


def _told(changes: Sequence[Any]) -> Iterator[Correction]:
    """Yield what readers were told of, but for withdrawals; of before a kill without its words."""
    withdrawn = None
    killed = max((change.version for change in changes if change.kill), default=0)
    for change in changes:
        if change.kind == WITHDRAWAL:
            withdrawn = change
        elif not change.minor:
            undoes = withdrawn if change.kind == REINSTATEMENT else None
            yield Correction(
                version=change.version,
                at=change.recorded_at,
                note=change.note if change.version > killed else "",
                undoes=undoes.version if undoes else 0,
                is_new_text=undoes is None or undoes.fingerprint != change.fingerprint,
            )


@lru_cache(maxsize=PARSED_DOCUMENTS)
def _parsed(document: str) -> tuple[Article, str]:
    """Return an article and its document's fingerprint; a command reads the same one repeatedly."""
    return Article.from_json(json.loads(document)), sha256(document.encode()).hexdigest()


def _withdrawal(row: Row[Any], changes: Sequence[Any]) -> Withdrawal | None:
    if row.pub_status != PubStatus.CANCELED:
        return None
    last = [change for change in changes if change.kind == WITHDRAWAL][-1]
    return Withdrawal(at=last.recorded_at, reason=last.note, kill=last.kill)
