"""Resolve links from one article's file to another's: to where readers find the other article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from syndicate.text.i18n import moment


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
    together = {
        draft.path.resolve(): (draft.article, due_time(draft.article, at, now)) for draft in drafts
    }
    links = Links(office, together)
    return [_with_crosslinks(draft, links) if draft.beside else draft for draft in drafts]


def _with_crosslinks(draft: Draft, links: Links) -> Draft:
    addresses = {}
    remarks = list(draft.remarks)
    for line, link in draft.beside:
        name, _, place = unquote(link).partition("#")
        path = (draft.path.parent / name).resolve()
        page = links.page(path)
        addresses[unquote(link)] = f"{page}#{place}" if page and place else page
        if not page:
            remarks.append((line, f"{name} {links.lack(path, draft.path)}"))
    html = sources.lead_to(draft.article.html, addresses)
    article = replace(draft.article, html=html)
    linked = replace(draft, article=article, remarks=tuple(sorted(remarks)), beside=())
    return linked if draft.kept else examined(links.office, linked)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of articles by their files: those of one command, and those of the ledger."""

    office: Office
    together: Mapping[Path, tuple[Article, datetime | None]]  # when they go out; None: now

    def page(self, path: Path) -> str:
        """Return the page of a file's article; "" where readers do not find it."""
        article, due = self.together.get(path, (None, None))
        if article is None or due:
            article = _published(self.office, path)
        return (article.url or _hosted(self.office, article)) if article else ""

    def lack(self, path: Path, linking: Path) -> str:
        """Explain why there is no page, and how the link of a published file comes back."""
        text_alone = "only the text of the link is published"
        if due := self._due(path):
            time = moment(due, self.office.publisher.zone, "en")
            again = f"syndicate publish {linking} --refresh"
            return f"goes out on {time}: {text_alone} (after that, {again} links it)"
        return f"has no page to link to: {text_alone}"

    def _due(self, path: Path) -> datetime | None:
        if path in self.together:
            return self.together[path][1]
        uri = sources.uri_in(path)
        with self.office.ledger.reading() as db:
            coming = Catalogue(db).schedule.of(uri) if uri else None
        return coming.due if coming else None


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
