"""Refuse replies to articles that no reader can look up (right of reply)."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.errors import ArticleError
from syndicate.intake.admitted import Admitted, admit_each
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.articles import Articles
from syndicate.office import Office
from syndicate.sources import Draft


def without_lost_replies(office: Office, drafts: Sequence[Draft]) -> Admitted:
    """Leave out new replies to what was never published, or was killed.

    A withdrawn article can be answered: its notice stands, and the right does not end with it.
    Nothing new is to lead readers to a killed one. A reply that was published stays one.
    """
    replies = {draft.path for draft in drafts if draft.article.replies_to and not draft.kept}
    if not replies:
        return Admitted(drafts=tuple(drafts))
    together = {draft.article.uri for draft in drafts}

    with office.ledger.reading() as db:
        articles = Catalogue(db).articles

        def admit(draft: Draft) -> Draft:
            if draft.path in replies and draft.article.replies_to not in together:
                refuse_lost_reply(articles, draft)
            return draft

        return admit_each(drafts, admit)


def refuse_lost_reply(articles: Articles, draft: Draft) -> None:
    """Raise ArticleError for a new reply to what no reader can look up."""
    original = draft.article.replies_to
    if not original or articles.standing(draft.article.uri):
        return
    standing = articles.standing(original)
    if standing is None:
        raise ArticleError(
            f"{draft.at('repliesTo')}: {original} has not gone out yet, or the ledger does not know"
            " it (`syndicate status` lists all articles; publish that one first)"
        )
    if standing.item.withdrawal and standing.item.withdrawal.kill:
        raise ArticleError(
            f"{draft.at('repliesTo')}: “{standing.item.article.headline}” was removed everywhere"
            " (delete the line, and say in the text what this answers)"
        )
