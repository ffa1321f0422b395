"""Examine drafts by the office's rules, and give them what their profiles say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from syndicate import sources
from syndicate.editorial.examine import examine
from syndicate.editorial.manuscript import Manuscript
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue
from syndicate.model.article import Article
from syndicate.model.finding import Finding, Severity
from syndicate.model.profile import Profile
from syndicate.office import Office
from syndicate.sources import Draft


class Objection(ArticleError):
    """An error that one of the office's rules finds: it stops a publication."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding), finding.rule)
        self.finding = finding


def profile_of(office: Office, draft: Draft) -> Profile:
    """Return a draft's profile; one that needs nothing where it names none that is known."""
    name = draft.article.profile
    return office.settings.profiles.get(name) or Profile(name=name)


def with_profile(office: Office, draft: Draft) -> Draft:
    """Return a draft with its profile's channels, subjects and expiry where it has none."""
    profile, article = profile_of(office, draft), draft.article
    changed: dict[str, object] = {}
    if article.channels is None and profile.channels:
        changed["channels"] = profile.channels
    if not article.subjects and profile.subjects:
        changed["subjects"] = profile.subjects
    if article.expires is None and profile.days:
        changed["expires"] = _published(office, article) + timedelta(days=profile.days)
    return replace(draft, article=replace(article, **changed)) if changed else draft  # type: ignore[arg-type]


def _published(office: Office, article: Article) -> datetime:
    """Return when an article was first published, or would be now."""
    if article.date:
        return article.date
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(article.uri) if article.uri else None
    return standing.item.published if standing else office.clock()


def manuscript_of(office: Office, draft: Draft) -> Manuscript:
    """Return a draft as the rules read it."""
    return Manuscript(draft, profile_of(office, draft), office.publisher, office.clock())


def examined(office: Office, draft: Draft) -> Draft:
    """Return a draft with what the office's rules find in it."""
    found = examine(manuscript_of(office, draft), office.settings.standards, remark_findings(draft))
    return replace(draft, findings=found.findings, check_notes=found.notes)


def read_examined(office: Office, path: Path) -> Draft:
    """Read an article's file, with what its profile gives it and the rules find in it."""
    return examined(office, with_profile(office, sources.read(path, office.publisher)))


def remark_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what readers will not get as it was typed, as findings."""
    for line, remark in draft.remarks:
        yield Finding(
            path=str(draft.path),
            line=line,
            rule="lost-form",
            severity=Severity.WARNING,
            message=remark,
        )


def rule_objections(draft: Draft) -> Iterator[Objection]:
    """Yield what stops a publication; an article that stands unchanged is stopped by none."""
    if not draft.same_as:
        yield from (Objection(finding) for finding in draft.findings if finding.is_error)
