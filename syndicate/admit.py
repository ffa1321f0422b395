"""Which article a file is: read it, vet it, name it, and refuse what may be a mistaken identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import choice

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue, Standing
from syndicate.likeness import wholly_different
from syndicate.office import Office
from syndicate.report import Report
from syndicate.sources import Draft, sameness

AHEAD = timedelta(days=1)  # "this evening", or another zone's day
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def read_all(
    office: Office, paths: Sequence[Path], report: Report, *, dry: bool, new: bool = False,
    anew: bool = False,
) -> list[Draft]:  # fmt: skip
    """Read and vet articles; a missing ``uri`` is inserted into its file before anything else.

    ``new`` says that a file is a new article, whatever it looks like; ``anew``, that what has
    not changed is read again, too.
    """
    drafts = [_read(office, path, anew=anew) for path in paths]
    for draft in drafts:
        if draft.kept:
            continue
        _vet(draft, office.clock(), [channel.name for channel in office.channels])
        _refuse_expired(office, draft)
        if not new:
            _refuse_renamed(office, draft)
    drafts = [_with_uri(office, draft, report, dry=dry) for draft in drafts]
    seen: dict[str, Draft] = {}
    for draft in drafts:
        twin = seen.setdefault(draft.article.uri, draft)
        if twin is not draft:
            raise ArticleError(
                f"{draft.at('uri')}: the same uri as {twin.path}: one of them is a copy"
                " (take the uri line out of the newer one)"
            )
    return drafts


def passed_over(office: Office, path: Path) -> Draft | None:
    """A published article whose file has not changed, as the ledger has it.

    Nobody reads it again: what a newer program makes of it, or refuses in it, is no change of it.
    """
    text = sources.text_of(path)
    uri = sameness.uri_line(text)
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        standing = catalogue.standing(uri) if uri else None
        source = catalogue.source(uri, standing.version) if standing else ""
    if standing is None or not sameness.same_text(source, text):
        return None
    article = standing.item.article
    if not sameness.same_files(article.media, path.parent):
        return None
    return Draft(article=article, path=path, source=text, same_as=standing.version, kept=True)


def path_of(draft: Draft) -> str:
    """A file's place, as the ledger keeps it."""
    return str(draft.path.absolute())


def refuse_copy(draft: Draft, standing: Standing) -> None:
    """A file with a published article's uri that is not that article, or not the file of it."""
    if wholly_different(standing.item.article, draft.article):
        raise ArticleError(
            f"{draft.at('uri')}: this uri belongs to “{standing.item.article.headline}”, and"
            " nothing of that is left here: for a new article take the uri line out of the file;"
            " if it is the same one, --same-article"
        )
    if has_twin(draft, standing):
        raise ArticleError(
            f"{draft.at('uri')}: {standing.path} has this uri, too: for a new article take"
            " the uri line out of this file; if it is the same one and this is its file now,"
            " --same-article"
        )


def has_twin(draft: Draft, standing: Standing) -> bool:
    """Whether the file that the article was read from is still there, and is another one."""
    original = Path(standing.path)
    return _is_another_file(draft.path, original) and sources.uri_in(original) == standing.uri


def published_as(catalogue: Catalogue, draft: Draft) -> Standing | None:
    """The published article that a file without its uri line seems to be."""
    url = draft.article.url
    found = catalogue.at_path(path_of(draft)) or (catalogue.at_url(url) if url else None)
    return found if found and not wholly_different(found.item.article, draft.article) else None


def refuse_stranger(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """An article from before the ledger was published then, as far as anyone knows."""
    dated = sources.uri_date(draft.article.uri)
    if draft.minted or dated is None or catalogue.was_minted(draft.article.uri):
        return
    first = office.ledger.restored_at or office.ledger.created
    if dated <= first.astimezone(office.publisher.zone).date():
        raise ArticleError(
            f"{draft.at('uri')}: it is older than the ledger, which does not know it: if it was"
            " never published, --new; if it stands somewhere,"
            f" syndicate adopt {draft.path} --channel NAME URL-OR-ID"
        )


def _read(office: Office, path: Path, *, anew: bool) -> Draft:
    """A file's article; ``same_as`` says whether readers could notice a change."""
    if not anew and (draft := passed_over(office, path)):
        return draft
    draft = sources.read(path, office.publisher)
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        standing = catalogue.standing(draft.article.uri) if draft.article.uri else None
        source = catalogue.source(standing.uri, standing.version) if standing else ""
    if standing is None or not sameness.same_for_readers(source, draft.source):
        return draft
    same = sameness.same_files(standing.item.article.media, path.parent)
    return replace(draft, same_as=standing.version) if same else draft


def _vet(draft: Draft, now: datetime, names: Sequence[str]) -> None:
    """What stops a publication before the ledger is even looked at."""
    article = draft.article
    if article.embargoed_until and article.embargoed_until > now:
        raise ArticleError(
            f"{draft.at('embargoedUntil')}: under embargo until"
            f" {article.embargoed_until.isoformat(' ', 'minutes')} (publish it after that)"
        )
    if article.date and article.date > now + AHEAD:
        raise ArticleError(
            f"{draft.at('date')}: {article.date.isoformat(' ', 'minutes')} is still to come"
            " (give the date of publication; publish it when it is due)"
        )
    for name in (*(article.channels or ()), *article.overrides):
        if name not in names:
            key = "channels" if name in (article.channels or ()) else "overrides"
            raise ArticleError(
                f"{draft.at(key)}: no channel {name!r} is configured (there are {', '.join(names)})"
            )


def _refuse_expired(office: Office, draft: Draft) -> None:
    """What is no news any more is not published; what was published can still be corrected."""
    expires = draft.article.expires
    if expires is None or expires > office.clock():
        return
    with office.ledger.reading() as db:
        if Catalogue(db).standing(draft.article.uri) is None:
            raise ArticleError(
                f"{draft.at('expires')}: expired on {expires.isoformat(' ', 'minutes')}"
                " (give it a later date, or leave it unpublished)"
            )


def _refuse_renamed(office: Office, draft: Draft) -> None:
    """A published article whose uri line was lost or changed would be published twice."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        if uri and (catalogue.standing(uri) or catalogue.was_minted(uri)):
            return
        before = published_as(catalogue, draft)
    if before is None or before.uri in (uri, sources.uri_in(draft.path)):
        return  # another process has just named or published it
    what = "its uri line has changed" if uri else "its uri line is gone"
    raise ArticleError(
        f"{draft.at('uri')}: this article was published, and {what} since: put it back"
        f' (uri: "{before.uri}"); if this is another article, --new'
    )


def _with_uri(office: Office, draft: Draft, report: Report, *, dry: bool) -> Draft:
    if draft.article.uri:
        return draft
    chance = "".join(choice(ALPHABET) for _ in range(6))
    today = office.clock().astimezone(office.publisher.zone).date()
    uri = sources.mint_uri(draft.article.headline, office.publisher, today, chance)
    if dry:
        return replace(draft, article=replace(draft.article, uri=uri), minted=True)
    with office.ledger.planning() as catalogue:  # whoever dies now is known by it afterwards
        catalogue.mint(uri)
    sources.insert_uri(draft.path, uri)
    named = replace(sources.read(draft.path, office.publisher), minted=True)
    report.notes.append(f"{draft.path}: its identity was added: uri: {named.article.uri}")
    return named


def _is_another_file(one: Path, other: Path) -> bool:
    try:
        return not one.samefile(other)
    except OSError:
        return False  # it was moved, or lies on another machine
