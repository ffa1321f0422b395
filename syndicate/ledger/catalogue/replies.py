"""Which article answers which (right of reply), and by when an answer is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from syndicate.ledger.catalogue.articles import Articles, Standing
from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import articles, replies, replies_due
from syndicate.model.article import Article, PubStatus


@dataclass(frozen=True, slots=True)
class ReplyDue:
    """An article whose answer was asked for and is not published yet, and by when it is due."""

    standing: Standing
    due: datetime


class Replies:
    """Read and write replies within a transaction."""

    def __init__(self, db: Connection, known: Articles) -> None:
        self.db = db
        self._articles = known

    def originals(self, uris: Iterable[str]) -> dict[str, str]:
        """Return by uri which article each of these answers, where it answers any."""
        query = select(replies.c.uri, replies.c.replies_to)
        found: dict[str, str] = {}
        for batch in batches(uris):
            rows = self.db.execute(query.where(replies.c.uri.in_(batch)))
            found.update((row.uri, row.replies_to) for row in rows)
        return found

    def answers(self, uris: Iterable[str]) -> Mapping[str, list[Standing]]:
        """Return by uri the usable replies to each of these articles, oldest first."""
        query = (
            select(replies.c.uri, replies.c.replies_to)
            .join(articles, articles.c.uri == replies.c.uri)
            .order_by(articles.c.published_at, articles.c.number)
        )
        pairs: list[tuple[str, str]] = []
        for batch in batches(uris):
            rows = self.db.execute(query.where(replies.c.replies_to.in_(batch)))
            pairs += [(row.replies_to, row.uri) for row in rows]
        self._articles.read(uri for _, uri in pairs)
        found: dict[str, list[Standing]] = {}
        for original, uri in pairs:
            standing = self._articles.standing(uri)
            if standing and standing.pub_status is PubStatus.USABLE:
                found.setdefault(original, []).append(standing)
        return found

    def neighbours(self, uris: Iterable[str]) -> set[str]:
        """Return the articles that these answer, and those that answer them."""
        asked = list(uris)
        answers = self.answers(asked).values()
        found = {standing.uri for each in answers for standing in each}
        return found.union(self.originals(asked).values())

    def due(self) -> Iterator[ReplyDue]:
        """Yield the usable articles whose answer is due and not published, the earliest first."""
        rows = self.db.execute(select(replies_due).order_by(replies_due.c.due_at)).all()
        answered = self.answers(row.uri for row in rows)
        for row in rows:
            standing = self._articles.standing(row.uri)
            if standing and row.uri not in answered and standing.item.withdrawal is None:
                yield ReplyDue(standing, row.due_at)


def note_replies(db: Connection, article: Article, *, is_new: bool) -> None:
    """Write down what an article answers, and by when its own answer is due."""
    if not is_new:
        for table in (replies, replies_due):
            db.execute(delete(table).where(table.c.uri == article.uri))
    if article.replies_to:
        db.execute(insert(replies).values(uri=article.uri, replies_to=article.replies_to))
    if article.reply_due:
        db.execute(insert(replies_due).values(uri=article.uri, due_at=article.reply_due))
