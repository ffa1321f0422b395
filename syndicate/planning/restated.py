"""Find the articles that are said anew without a new revision: another one changed beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syndicate.ledger import Standing
from syndicate.planning.beside import NOTHING
from syndicate.planning.hosting import Hosting
from syndicate.sources import Draft


class Restating:
    """Comparison of what articles show beside their revisions, before a command and after it."""

    def __init__(self, hosting: Hosting, uris: Sequence[str]) -> None:
        """``uris``: the articles that the command changes, and those that they are to answer."""
        self._hosting, catalogue = hosting, hosting.catalogue
        self._uris = sorted({*uris, *catalogue.replies.neighbours(uris)})
        self._before = hosting.beside(self._uris)

    def standings(self) -> list[Standing]:
        """Return the articles that show something else beside their revisions now."""
        after = self._hosting.beside(self._uris)
        changed = (
            uri
            for uri in self._uris
            if self._before.get(uri, NOTHING).stamp() != after.get(uri, NOTHING).stamp()
        )
        articles = self._hosting.catalogue.articles
        return [standing for uri in changed if (standing := articles.standing(uri))]


def concerned(drafts: Iterable[Draft]) -> list[str]:
    """Return the articles of files, and those that they answer."""
    uris = (uri for draft in drafts for uri in (draft.article.uri, draft.article.replies_to))
    return [uri for uri in dict.fromkeys(uris) if uri]
