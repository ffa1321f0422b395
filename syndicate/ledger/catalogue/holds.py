"""Hold articles, and release them: what waits of a held one is started by no process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, null, select, update

from syndicate.ledger.catalogue.articles import Articles
from syndicate.ledger.catalogue.collections import Collections
from syndicate.ledger.catalogue.digests import DigestLetters
from syndicate.ledger.schema import articles, deliveries, editions
from syndicate.ledger.sending.runs import halt_turns
from syndicate.model.edition_keys import PAGE_PREFIX


class Holds:
    """Hold and release articles within a planning transaction."""

    def __init__(self, db: Connection, known: Articles) -> None:
        self.db = db
        self._known = known

    def hold(self, uri: str, at: datetime) -> None:
        """Withhold an article from now on; whoever is about to start something of it ends first."""
        e, d = editions.c, deliveries.c
        mine = select(e.id).where(e.key.in_((uri, f"{PAGE_PREFIX}{uri}")))
        here = select(d.id).where(d.edition_id.in_(mine)).order_by(d.id)
        self.db.execute(here.with_for_update())
        for number, _, _ in DigestLetters(self.db).unfinished(uri):
            halt_turns(self.db, number)
        self.db.execute(update(articles).where(articles.c.uri == uri).values(held_at=at))
        self._known.forget(uri)

    def release(self, uri: str) -> None:
        """Let an article go on where it was stopped."""
        self.db.execute(update(articles).where(articles.c.uri == uri).values(held_at=null()))
        Collections(self.db).show_newest(uri)
        self._known.forget(uri)
