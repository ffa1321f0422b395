"""Channels as the ledger remembers them, and which articles belong to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, true, update

from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import articles, channels, syndications


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """A channel as the ledger remembers it."""

    id: int
    name: str
    key: str
    kind: str
    target: str
    identity: str | None
    first_seen: datetime
    older: int  # the articles up to this number were published before it was first seen
    origin: str = ""  # the name of a collection when it was first seen, which stays for ever
    mark: str = ""  # of the folder that its files are in, where it has some


class Channels:
    """Read and register channels within a transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._registered: dict[tuple[str, str], KnownChannel] = {}  # in this transaction
        self._named: dict[str, KnownChannel] = {}
        self._having: dict[str, set[int]] = {}

    def all(self) -> list[KnownChannel]:
        """Return every channel the ledger has seen, configured or not."""
        rows = self.db.execute(select(channels).order_by(channels.c.id))
        return [_known_channel(row) for row in rows]

    def register(
        self, name: str, kind: str, target: str, at: datetime, origin: str = ""
    ) -> KnownChannel:
        """Return the channel of this name; a new one is first seen now, with this ``origin``."""
        if (name, origin) not in self._registered:
            known = self._register(name, kind, target, at, origin)
            self._registered[name, origin] = self._named[name] = known
        return self._registered[name, origin]

    def named(self, name: str) -> KnownChannel | None:
        """Return the channel of this name; None if the ledger has never seen it."""
        if name not in self._named:
            row = self._row(name)
            if row is None:
                return None
            self._named[name] = _known_channel(row)
        return self._named[name]

    def _register(
        self, name: str, kind: str, target: str, at: datetime, origin: str
    ) -> KnownChannel:
        row = self._row(name)
        if row is None:
            key = self._unused_key(name)
            new = {"name": name, "key": key, "kind": kind, "target": target, "first_seen_at": at}
            self.db.execute(insert(channels).values(**new, older=_article_count()))
            row = self._row(name)
        elif row.retired:  # it is in use again, and what came meanwhile is older
            row = self._changed(name, retired=False, older=_article_count())
        assert row is not None
        early = row.first_seen_at > at  # by a clock that ran fast
        if early or (origin and not row.origin):
            first = min(row.first_seen_at, at)
            row = self._changed(name, first_seen_at=first, origin=row.origin or origin)
        return _known_channel(row)

    def _row(self, name: str) -> Row[Any] | None:
        return self.db.execute(select(channels).where(channels.c.name == name)).first()

    def _changed(self, name: str, **values: Any) -> Row[Any]:
        self.db.execute(update(channels).where(channels.c.name == name).values(**values))
        return self.db.execute(select(channels).where(channels.c.name == name)).one()

    def _unused_key(self, name: str) -> str:
        taken = set(self.db.scalars(select(channels.c.key)))
        keys = (name if number == 1 else f"{name}~{number}" for number in range(1, 99))
        return next(key for key in keys if key not in taken)

    def syndicate(self, channel: int, uri: str, at: datetime, *, held: bool = False) -> None:
        """Let an article belong to a channel from now on; of a ``held`` one it shows nothing."""
        if channel not in self.having(uri):
            new = {"channel_id": channel, "uri": uri, "at": at, "shown": 0 if held else None}
            self.db.execute(insert(syndications), new)
            self._having[uri].add(channel)

    def never_news(self, channel: int, uri: str, at: datetime) -> None:
        """Let an article belong to a list that never announces it."""
        self.syndicate(channel, uri, at)
        here = and_(syndications.c.channel_id == channel, syndications.c.uri == uri)
        self.db.execute(update(syndications).where(here).values(passed=true()))

    def read(self, uris: Iterable[str]) -> None:
        """Read which channels these articles belong to, by few statements."""
        s = syndications.c
        for batch in batches(uri for uri in uris if uri not in self._having):
            self._having.update((uri, set()) for uri in batch)
            for row in self.db.execute(select(s.channel_id, s.uri).where(s.uri.in_(batch))):
                self._having[row.uri].add(row.channel_id)

    def having(self, uri: str) -> frozenset[int]:
        """Return the channels an article belongs to."""
        if uri not in self._having:
            self.read([uri])
        return frozenset(self._having[uri])

    def is_older(self, uri: str, known: KnownChannel) -> bool:
        """Return whether an article is older than a channel's first sight, and not on it."""
        if not known.older or known.id in self.having(uri):
            return False
        s = syndications.c
        here = select(s.uri).where(s.channel_id == known.id, s.uri == articles.c.uri).exists()
        earlier = and_(articles.c.uri == uri, articles.c.number <= known.older, ~here)
        return self.db.scalar(select(articles.c.uri).where(earlier)) is not None


def _article_count() -> Any:
    return select(func.count(articles.c.uri)).scalar_subquery()


def _known_channel(row: Row[Any]) -> KnownChannel:
    return KnownChannel(
        id=row.id,
        name=row.name,
        key=row.key,
        kind=row.kind,
        target=row.target,
        identity=row.identity,
        first_seen=row.first_seen_at,
        older=row.older,
        origin=row.origin,
        mark=row.mark,
    )
