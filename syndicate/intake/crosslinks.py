"""Resolve links from one article's file to another's: to where readers find the other article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from syndicate import sources
from syndicate.intake.examined import examined
from syndicate.intake.timing import due_time
from syndicate.ledger import Catalogue
from syndicate.model.article import Article
from syndicate.office import Office
from syndicate.sources import Draft


def with_crosslinks(
    office: Office, drafts: Sequence[Draft], at: datetime | None = None
) -> list[Draft]:
    """Return the drafts with their links to other articles' files resolved.

    An article that is published, or goes out at once by the same command, is linked where its page
    is; of any other the link's text stays, and a remark says so: nobody is to learn the address of
    a page before its article goes out. A draft with such links is examined again. ``at``: none of
    the drafts goes out before.
    """
    if not any(draft.beside for draft in drafts):
        return list(drafts)
    now = office.clock()
    here = {
        draft.path.resolve(): draft.article
        for draft in drafts
        if due_time(draft.article, at, now) is None
    }
    return [_with_crosslinks(office, draft, here) if draft.beside else draft for draft in drafts]


def _with_crosslinks(office: Office, draft: Draft, here: Mapping[Path, Article]) -> Draft:
    addresses = {}
    remarks = list(draft.remarks)
    for line, link in draft.beside:
        name, _, place = unquote(link).partition("#")
        page = _page(office, (draft.path.parent / name).resolve(), here)
        addresses[unquote(link)] = f"{page}#{place}" if page and place else page
        if not page:
            remarks.append(
                (line, f"{name} has no page to link to: only the text of the link is published")
            )
    html = sources.lead_to(draft.article.html, addresses)
    article = replace(draft.article, html=html)
    linked = replace(draft, article=article, remarks=tuple(sorted(remarks)), beside=())
    return linked if draft.kept else examined(office, linked)


def _page(office: Office, path: Path, here: Mapping[Path, Article]) -> str:
    """Return the page where readers find the article of a file; "" where they do not."""
    article = here.get(path) or _published(office, path)
    return (article.url or _hosted(office, article)) if article else ""


def _published(office: Office, path: Path) -> Article | None:
    uri = sources.uri_in(path)
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(uri) if uri else None
    return standing.item.article if standing else None


def _hosted(office: Office, article: Article) -> str:
    """Return the page that the feed gives to an article without a ``url``; "" for none."""
    host = office.host
    if host is None or not host.pages:
        return ""
    is_for = article.channels is None or host.name in article.channels
    return host.page_url(article) if is_for else ""
