"""Refuse replies to articles that no reader can look up (right of reply)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from syndicate.errors import ArticleError
from syndicate.intake.admitted import Admitted, admit_each
from syndicate.intake.timing import due_time
from syndicate.ledger import Catalogue
from syndicate.office import Office
from syndicate.sources import Draft
from syndicate.text.i18n import moment

NONE: Mapping[str, Draft] = MappingProxyType({})


def without_lost_replies(
    office: Office, drafts: Sequence[Draft], at: datetime | None = None
) -> Admitted:
    """Leave out new replies to what was never published, or was killed.

    A withdrawn article can be answered: its notice stands, and the right does not end with it.
    Nothing new is to lead readers to a killed one. A reply that was published stays one. ``at``:
    none of the drafts goes out before.
    """
    if not any(draft.article.replies_to and not draft.kept for draft in drafts):
        return Admitted(drafts=tuple(drafts))
    together = {draft.article.uri: draft for draft in drafts if draft.article.uri}

    with office.ledger.reading() as db:
        catalogue = Catalogue(db)

        def admit(draft: Draft) -> Draft:
            if not draft.kept:
                refuse_lost_reply(office, catalogue, draft, at, together)
            return draft

        return admit_each(drafts, admit)


def refuse_lost_reply(
    office: Office, catalogue: Catalogue, draft: Draft, at: datetime | None = None,
    together: Mapping[str, Draft] = NONE,
) -> None:  # fmt: skip
    """Raise ArticleError for a new reply to what no reader can look up when it goes out.

    ``together``: what the same command publishes, by uri; none of it goes out before ``at``.
    """
    uri, original = draft.article.uri, draft.article.replies_to
    if not original or catalogue.replies.originals([uri]).get(uri) == original:
        return
    if uri in _answered(catalogue, original, together):
        raise ArticleError(
            f"{draft.at('repliesTo')}: {original} answers this article: two articles cannot answer"
            " each other (delete the line in one of them)"
        )
    standing = catalogue.articles.standing(original)
    if standing is None:
        _refuse_early(office, catalogue, draft, at, together)
    elif standing.item.withdrawal and standing.item.withdrawal.kill:
        raise ArticleError(
            f"{draft.at('repliesTo')}: “{standing.item.article.headline}” was removed everywhere"
            " (delete the line, and say in the text what this answers)"
        )


def _answered(catalogue: Catalogue, uri: str, together: Mapping[str, Draft]) -> Sequence[str]:
    """Return an article, what it answers, what that answers, and so on."""
    found: list[str] = []
    while uri and uri not in found:
        found.append(uri)
        if uri in together:
            uri = together[uri].article.replies_to
        else:
            uri = catalogue.replies.originals([uri]).get(uri, "")
    return found


def _refuse_early(
    office: Office, catalogue: Catalogue, draft: Draft, at: datetime | None,
    together: Mapping[str, Draft],
) -> None:  # fmt: skip
    """Raise ArticleError for a reply that would go out before what it answers."""
    original, now = draft.article.replies_to, office.clock()
    mine = due_time(draft.article, at, now)
    coming = catalogue.schedule.of(original)
    if original in together:
        first = due_time(together[original].article, at, now)
    elif coming:
        first = coming.due
    else:
        raise ArticleError(
            f"{draft.at('repliesTo')}: the ledger does not know {original} (`syndicate status`"
            " lists all articles; publish that one first)"
        )
    if first and (mine is None or first > mine):
        raise ArticleError(
            f"{draft.at('repliesTo')}: {original} has not gone out yet: it is scheduled for"
            f" {moment(first, office.publisher.zone, 'en')} (publish the answer no earlier, with"
            " --at)"
        )
