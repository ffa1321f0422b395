"""Find the articles whose annotations a command changes, so that they are rendered anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syndicate.ledger import Standing
from syndicate.planning.annotations import NOTHING
from syndicate.planning.hosting import Hosting
from syndicate.sources import Draft


class AnnotationChanges:
    """Comparison of the annotations of articles, before a command and after it."""

    def __init__(self, hosting: Hosting, uris: Sequence[str]) -> None:
        """``uris``: the articles that the command changes, and those that they are to answer."""
        self._hosting, catalogue = hosting, hosting.catalogue
        self._uris = sorted({*uris, *catalogue.replies.neighbours(uris)})
        self._before = hosting.annotations(self._uris)

    def standings(self) -> list[Standing]:
        """Return the articles that have other annotations now."""
        after = self._hosting.annotations(self._uris)
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
