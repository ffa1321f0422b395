"""Match what waits because its article is withheld, and letters that left the article out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true

from syndicate.ledger.schema import articles, omissions


def is_withheld(uri: ColumnElement[str]) -> ColumnElement[bool]:
    """Match what is about an article that is held."""
    held = and_(articles.c.uri == uri, articles.c.held_at.is_not(None))
    return select(articles.c.uri).where(held).exists()


def withheld(db: Connection) -> set[str]:
    """Return the articles that are held."""
    return set(db.scalars(select(articles.c.uri).where(articles.c.held_at.is_not(None))))


def lacks(letter: Any, uri: str | ColumnElement[str], *, held: bool = False) -> ColumnElement[bool]:
    """Match letters whose words leave an article out; only because it was ``held`` then.

    ``letter``: the columns of ``letters``, or of an alias of it.
    """
    o = omissions.c
    same = and_(o.edition_id == letter.edition_id, o.stencil == letter.stencil, o.uri == uri)
    return select(o.uri).where(same, o.held if held else true()).exists()
