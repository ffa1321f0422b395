"""When an article goes out: at once, or at the later of the command's time and its embargo."""

from __future__ import annotations

from datetime import datetime

from syndicate.model.article import Article


def due_time(article: Article, at: datetime | None, now: datetime) -> datetime | None:
    """Return when an article is to go out; None for at once. ``at``: the command's own time."""
    ahead = [moment for moment in (at, article.embargoed_until) if moment and moment > now]
    return max(ahead, default=None)
