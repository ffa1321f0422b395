"""Refuse files that seem to be published articles under another uri, or copies of their files."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.intake.admitted import Admitted, admit_each
from syndicate.intake.naming import stored_path
from syndicate.intake.timing import due_time
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue.scheduled import Scheduled
from syndicate.model.article import Article
from syndicate.office import Office
from syndicate.sources import Draft
from syndicate.system.local import shown_path
from syndicate.text.i18n import moment
from syndicate.text.similarity import headline_print, text_print, wholly_different

RECURRENCE_DAYS = 7  # a weekly notice has the headline of the last one


class Resembles(ArticleError):
    """A file that seems to be an article which was published under another identity."""

    rule = "same-article"

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def without_shared_uris(drafts: Sequence[Draft]) -> Admitted:
    """Leave out drafts that share a uri: nobody knows which of them is the article."""
    files: set[Path] = set()
    owners: dict[str, Draft] = {}
    shared: set[str] = set()

    def admit(draft: Draft) -> Draft:
        file, uri = draft.path.resolve(), draft.article.uri
        if file in files:
            raise ArticleError(
                f"{draft.path}: this file is named twice (name it once)", "same-article"
            )
        files.add(file)
        if uri and (twin := owners.setdefault(uri, draft)) is not draft:
            shared.add(uri)
            raise ArticleError(
                f"{draft.at('uri')}: the same uri as {twin.path}: one of them is a copy"
                " (delete the uri line in the newer file)",
                "same-article",
            )
        return draft

    admitted = admit_each(drafts, admit)
    single = tuple(draft for draft in admitted.drafts if draft.article.uri not in shared)
    return Admitted(drafts=single, flaws=admitted.flaws)


def without_twins(
    office: Office, drafts: Sequence[Draft], others: Container[Path], at: datetime | None = None
) -> Admitted:
    """Leave out drafts that seem to be an article which is known under another uri.

    ``at``: none of them goes out before.
    """
    prints: dict[tuple[str, str], Path] = {}
    with office.ledger.reading() as db:
        coming = [(each, _prints(each.draft.article)) for each in Catalogue(db).schedule.all()]

    def admit(draft: Draft) -> Draft:
        if not (draft.kept or draft.path in others or _is_known(office, draft)):
            _refuse_published(office, draft)
            due = due_time(draft.article, at, office.clock()) or office.clock()
            _refuse_scheduled(office, draft, due, coming)
            for what, found in _prints(draft.article).items():
                _refuse_twin(draft, what, prints.setdefault((what, found), draft.path))
        return draft

    return admit_each(drafts, admit)


def refuse_copy(draft: Draft, article: Article, path: str) -> None:
    """Refuse a file with a known article's uri that is not that article, or not its file.

    ``path`` is where the article was read, which is published or scheduled.
    """
    if wholly_different(article, draft.article):
        raise ArticleError(
            f"{draft.at('uri')}: this uri belongs to “{article.headline}”, and"
            " nothing of that is left here: for a new article take the uri line out of the file;"
            " if it is the same one, --same-article",
            "same-article",
        )
    if has_twin(draft, path):
        raise ArticleError(
            f"{draft.at('uri')}: {shown_path(path)} has this uri, too: for a new article take"
            " the uri line out of this file; if it is the same one and this is its file now,"
            " --same-article",
            "same-article",
        )


def has_twin(draft: Draft, path: str) -> bool:
    """Return True if another file than this one, that the article was read from, still exists."""
    original = Path(path)
    return _are_two_files(draft.path, original) and sources.uri_in(original) == draft.article.uri


def published_as(catalogue: Catalogue, draft: Draft) -> Standing | None:
    """Return the published article that a file without its uri line seems to be."""
    url = draft.article.url
    found = catalogue.articles.at_path(stored_path(draft)) or (
        catalogue.articles.at_url(url) if url else None
    )
    return found if found and not wholly_different(found.item.article, draft.article) else None


def refuse_stranger(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """Refuse an article from before the ledger: it was published then, as far as anyone knows."""
    dated = sources.uri_date(draft.article.uri)
    if draft.minted or dated is None or catalogue.revisions.was_minted(draft.article.uri):
        return
    if catalogue.schedule.of(draft.article.uri):  # a person has answered already
        return
    first = office.ledger.restored_at or office.ledger.created
    if dated <= first.astimezone(office.publisher.zone).date():
        raise ArticleError(
            f"{draft.at('uri')}: it is older than the ledger, which does not know it: if it was"
            " never published, --new; if it stands somewhere,"
            f" syndicate adopt {draft.path} --channel NAME URL-OR-ID",
            "same-article",
        )


def refuse_renamed(office: Office, draft: Draft) -> None:
    """Refuse a published article whose uri line was lost or changed: it would stand twice."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        if uri and (catalogue.articles.standing(uri) or catalogue.revisions.was_minted(uri)):
            return
        before = published_as(catalogue, draft)
    if before is None or before.uri in (uri, sources.uri_in(draft.path)):
        return  # another process has just named or published it
    what = "its uri line has changed" if uri else "its uri line is missing"
    raise ArticleError(
        f"{draft.at('uri')}: this article was published, and {what} since: put it back"
        f' (uri: "{before.uri}"); if this is another article, --new',
        "same-article",
    )


def _is_known(office: Office, draft: Draft) -> bool:
    if not draft.article.uri:
        return False
    with office.ledger.reading() as db:
        return Catalogue(db).articles.standing(draft.article.uri) is not None


def _refuse_published(office: Office, draft: Draft) -> None:
    """Refuse an article that was published under another uri: it would stand twice everywhere."""
    article = draft.article
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        text = catalogue.articles.with_text(article)
        twin = text or catalogue.articles.with_headline(article, _recurrence_start(office))
    if twin and twin.uri != sources.uri_in(draft.path):  # else it was just named by another process
        what = "this text" if text else "this headline"
        when = moment(twin.item.published, office.publisher.zone, "en")
        raise Resembles(
            draft.path,
            f"{draft.at('headline')}: {what} was published already, on {when}, from"
            f" {Path(twin.path).name}: if this is another article, --new; if it is the same one,"
            f' give it that one\'s identity (uri: "{twin.uri}")',
        )


def _refuse_scheduled(
    office: Office, draft: Draft, due: datetime,
    coming: Sequence[tuple[Scheduled, Mapping[str, str]]],
) -> None:  # fmt: skip
    """Refuse an article that goes out under another uri: it would stand twice everywhere."""
    mine = _prints(draft.article)
    for each, theirs in coming:
        if each.uri == draft.article.uri:
            continue
        is_recurrence = abs(each.due - due) >= timedelta(days=RECURRENCE_DAYS)
        same = [what for what in mine if mine[what] == theirs[what]]
        if same and not (same == ["headline"] and is_recurrence):
            raise Resembles(
                draft.path,
                f"{draft.at('headline')}: this {same[0]} goes out on"
                f" {moment(each.due, office.publisher.zone, 'en')}, from"
                f" {Path(each.draft.path).name}: if this is another article, --new; if it is the"
                f' same one, give it that one\'s identity (uri: "{each.uri}")',
            )


def _prints(article: Article) -> dict[str, str]:
    return {"text": text_print(article), "headline": headline_print(article)}


def _refuse_twin(draft: Draft, what: str, twin: Path) -> None:
    """Refuse an article that comes twice by one command."""
    if twin != draft.path:
        raise Resembles(
            draft.path,
            f"{draft.at('headline')}: {twin} has the same {what}: if they are two articles,"
            " --new; else publish one of them",
        )


def _recurrence_start(office: Office) -> datetime:
    """Return when the days began in which no weekly notice can have been published already."""
    today = office.clock().astimezone(office.publisher.zone).date()
    first = today - timedelta(days=RECURRENCE_DAYS - 1)
    return datetime.combine(first, time(), office.publisher.zone)


def _are_two_files(first: Path, second: Path) -> bool:
    try:
        return not first.samefile(second)
    except OSError:
        return False  # it was moved, or lies on another machine
