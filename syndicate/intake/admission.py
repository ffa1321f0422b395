"""Which article a file is: read it, vet it, name it, and refuse what may be a mistaken identity."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from hashlib import sha256
from itertools import count
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError, Flaws, Several, each_of
from syndicate.intake.crosslinks import linked
from syndicate.ledger import Catalogue, Standing
from syndicate.model.article import PROFILES
from syndicate.office import Office
from syndicate.report import Report
from syndicate.sources import Draft, change_detection
from syndicate.system.local import is_below
from syndicate.text.i18n import moment
from syndicate.text.similarity import headline_print, text_print, wholly_different

AHEAD = timedelta(days=1)  # "this evening", or another zone's day
RECURS = 7  # days: a weekly notice has the headline of the last one
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Resembles(ArticleError):
    """A file that seems to be an article which was published under another identity."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def read_all(
    office: Office, paths: Sequence[Path], report: Report, *, dry: bool, new: bool = False,
    anew: bool = False,
) -> list[Draft]:  # fmt: skip
    """Read and vet articles; ArticleError says all that is wrong with any of them.

    Those without a ``uri`` get one, which is in no file yet.
    """
    flaws = Flaws()
    drafts = read_each(
        office, paths, report, flaws, dry=dry, new=new, anew=anew, others=frozenset(paths)
    )
    flaws.end()
    return drafts


def read_each(
    office: Office, paths: Sequence[Path], report: Report, flaws: Flaws, *, dry: bool,
    new: bool = False, anew: bool = False, others: Container[Path] = (),
) -> list[Draft]:  # fmt: skip
    """Read and vet articles; those with ``flaws`` are left out.

    Those without a ``uri`` get the one that ``named`` writes into their files, unless ``dry``.
    ``new`` says that a file is a new article, whatever it looks like, ``others``, that these are
    none that was published, and ``anew``, that what has not changed is read again, too.
    """
    drafts: list[Draft] = []
    kept = {} if anew else _kept(office, paths)
    with office.ledger.reading() as db:
        elsewhere = office.gone(Catalogue(db))
    for path in paths:
        draft = kept.get(path) or _read_or_noted(office, path, flaws)
        if draft is None:
            continue
        with flaws.noted():
            if not draft.kept:
                Flaws(list(_found(office, draft, elsewhere))).end()
                if not new:
                    _refuse_renamed(office, draft)
            if not (dry or draft.article.uri):
                _refuse_to_write(office, draft)
            drafts.append(draft)
    drafts = _single(drafts, flaws)
    if not new:
        drafts = _unlike(office, drafts, flaws, others)
    return linked(office, [_with_uri(office, draft) for draft in drafts])


def named(office: Office, drafts: Sequence[Draft], report: Report) -> list[Draft]:
    """Write the uris of new articles into their files, and read these as they are now."""
    return linked(office, [_named(office, draft, report) for draft in drafts])


def _single(drafts: Sequence[Draft], flaws: Flaws) -> list[Draft]:
    """The drafts without those that share a uri: nobody knows which of them is the article."""
    files: dict[Path, Draft] = {}
    seen: dict[str, Draft] = {}
    shared = set()
    for draft in drafts:
        uri = draft.article.uri
        with flaws.noted():
            file = draft.path.resolve()
            if file in files:
                raise ArticleError(f"{draft.path}: it is named twice (name it once)")
            files[file] = draft
            if uri and (twin := seen.setdefault(uri, draft)) is not draft:
                shared.add(uri)
                raise ArticleError(
                    f"{draft.at('uri')}: the same uri as {twin.path}: one of them is a copy"
                    " (take the uri line out of the newer one)"
                )
    return [draft for draft in files.values() if draft.article.uri not in shared]


def _unlike(
    office: Office, drafts: Sequence[Draft], flaws: Flaws, others: Container[Path]
) -> list[Draft]:
    """The drafts without those that seem to be an article which is known under another name."""
    unlike = []
    seen: dict[tuple[str, str], Path] = {}
    for draft in drafts:
        with flaws.noted():
            if not (draft.kept or draft.path in others or _is_known(office, draft)):
                _refuse_published(office, draft)
                _refuse_twin(draft, seen)
            unlike.append(draft)
    return unlike


def _is_known(office: Office, draft: Draft) -> bool:
    if not draft.article.uri:
        return False
    with office.ledger.reading() as db:
        return Catalogue(db).articles.standing(draft.article.uri) is not None


def passed_over(office: Office, path: Path) -> Draft | None:
    """A published article whose file has not changed, as the ledger has it.

    Nobody reads it again: what a newer program makes of it, or refuses in it, is no change of it.
    """
    sources.text_of(path)  # or an error says why it is none
    return _kept(office, [path]).get(path)


def _kept(office: Office, paths: Sequence[Path]) -> dict[Path, Draft]:
    """Return the articles of those files that have not changed since they were published."""
    texts: dict[Path, tuple[str, str]] = {}
    for path in paths:
        with suppress(ArticleError):  # it is said when the file is read by itself
            text = sources.text_of(path)
            if uri := sources.uri_line(text):
                texts[path] = uri, text
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        articles.read(uri for uri, _ in texts.values())
        known = {path: articles.standing(uri) for path, (uri, _) in texts.items()}
        kept = articles.sources(uri for uri, _ in texts.values())
    drafts = {
        path: _unchanged(path, text, known[path], kept.get(uri, ""))
        for path, (uri, text) in texts.items()
    }
    return {path: draft for path, draft in drafts.items() if draft}


def _unchanged(path: Path, text: str, standing: Standing | None, source: str) -> Draft | None:
    """Return a file's article as the ledger has it; None where the file was changed."""
    if standing is None or not change_detection.same_text(source, text):
        return None
    article = standing.item.article
    if not change_detection.same_files(article.media, path.parent):
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
    found = catalogue.articles.at_path(path_of(draft)) or (
        catalogue.articles.at_url(url) if url else None
    )
    return found if found and not wholly_different(found.item.article, draft.article) else None


def refuse_stranger(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """An article from before the ledger was published then, as far as anyone knows."""
    dated = sources.uri_date(draft.article.uri)
    if draft.minted or dated is None or catalogue.revisions.was_minted(draft.article.uri):
        return
    first = office.ledger.restored_at or office.ledger.created
    if dated <= first.astimezone(office.publisher.zone).date():
        raise ArticleError(
            f"{draft.at('uri')}: it is older than the ledger, which does not know it: if it was"
            " never published, --new; if it stands somewhere,"
            f" syndicate adopt {draft.path} --channel NAME URL-OR-ID"
        )


def _read(office: Office, path: Path) -> Draft:
    """A file's article; ``same_as`` says whether readers could notice a change."""
    draft = sources.read(path, office.publisher)
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        standing = catalogue.articles.standing(draft.article.uri) if draft.article.uri else None
        source = catalogue.articles.source(standing.uri, standing.version) if standing else ""
    if standing is None or not change_detection.same_for_readers(source, draft.source):
        return draft
    same = change_detection.same_files(standing.item.article.media, path.parent)
    return replace(draft, same_as=standing.version) if same else draft


def _read_or_noted(office: Office, path: Path, flaws: Flaws) -> Draft | None:
    """A file's article; where it cannot be read, all that is wrong with its text is noted."""
    with flaws.noted():
        try:
            return _read(office, path)
        except ArticleError as error:
            found = _in_text(office, path)
            lines = set(map(_line, found))  # what is to be replaced need not be right
            found += [one for one in each_of(error) if _line(one) not in lines]
            raise Several(tuple(sorted(found, key=_line))) from error
    return None


def _in_text(office: Office, path: Path) -> list[ArticleError]:
    """What is wrong with a file's text, whatever else is; nothing where it cannot be read."""
    try:
        text = sources.text_of(path)
    except ArticleError:
        return []
    line, profile = sources.profile_in(text)
    return [*_left(path, text), *_unknown_profile(office, f"{path}:{line}", profile)]


def _line(error: ArticleError) -> int:
    found = re.match(r".*?:(\d+): ", str(error))
    return int(found[1]) if found else 0


def _found(office: Office, draft: Draft, elsewhere: Sequence[str]) -> Iterator[ArticleError]:
    """Whatever stops a publication before the ledger is asked about other articles.

    ``elsewhere`` are the channels of other machines.
    """
    article, now, zone = draft.article, office.clock(), office.publisher.zone
    names = [channel.name for channel in office.channels]
    yield from _left(draft.path, draft.source)
    if article.embargoed_until and article.embargoed_until > now:
        yield ArticleError(
            f"{draft.at('embargoedUntil')}: under embargo until"
            f" {moment(article.embargoed_until, zone, 'en')} (publish it after that)"
        )
    if article.date and article.date > now + AHEAD:
        yield ArticleError(
            f"{draft.at('date')}: {moment(article.date, zone, 'en')} is still to come"
            " (give the date of publication; publish it when it is due)"
        )
    for name in (*(article.channels or ()), *article.overrides):
        if name not in (*names, *elsewhere):
            key = "channels" if name in (article.channels or ()) else "overrides"
            yield ArticleError(
                f"{draft.at(key)}: no channel {name!r} is configured (there are {', '.join(names)})"
            )
    if not _had_profile(office, draft):
        yield from _unknown_profile(office, draft.at("profile"), article.profile)
    yield from _expired(office, draft)


def _left(path: Path, text: str) -> Iterator[ArticleError]:
    for line, words in sources.placeholders(text):
        yield ArticleError(f"{path}:{line}: “{words}” is still to be replaced by your own words")


def _unknown_profile(office: Office, where: str, profile: str) -> Iterator[ArticleError]:
    """A profile that nothing knows is a slip: sections and lists would pass the article over."""
    named = (name for channel in office.channels for name in channel.profiles_named())
    known = list(dict.fromkeys((*PROFILES, *office.publisher.profiles, *named)))
    if profile and profile not in known:
        near = get_close_matches(profile.casefold(), known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        yield ArticleError(
            f"{where}: the profile '{profile}' is not known ({meant}; the office's"
            " own are named in publisher.profiles)"
        )


def _had_profile(office: Office, draft: Draft) -> bool:
    """Whether the article already stands with this profile, which was known then."""
    if not draft.article.profile:
        return True
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(draft.article.uri)
    return standing is not None and standing.item.article.profile == draft.article.profile


def _expired(office: Office, draft: Draft) -> Iterator[ArticleError]:
    """What is no news any more is not published; what was published can still be corrected."""
    expires = draft.article.expires
    if expires is None or expires > office.clock():
        return
    with office.ledger.reading() as db:
        if Catalogue(db).articles.standing(draft.article.uri) is None:
            yield ArticleError(
                f"{draft.at('expires')}: expired on {moment(expires, office.publisher.zone, 'en')}"
                " (give it a later date, or leave it unpublished)"
            )


def _refuse_to_write(office: Office, draft: Draft) -> None:
    """A rehearsal gives no file an identity that is not its own."""
    home = office.settings.folder
    if office.ledger.rehearsal and not is_below(draft.path, home):
        raise ArticleError(
            f"{draft.path}: has no uri yet, and a rehearsal writes one only into files in"
            f" {home.resolve()}: copy it there"
        )


def _refuse_renamed(office: Office, draft: Draft) -> None:
    """A published article whose uri line was lost or changed would be published twice."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        if uri and (catalogue.articles.standing(uri) or catalogue.revisions.was_minted(uri)):
            return
        before = published_as(catalogue, draft)
    if before is None or before.uri in (uri, sources.uri_in(draft.path)):
        return  # another process has just named or published it
    what = "its uri line has changed" if uri else "its uri line is gone"
    raise ArticleError(
        f"{draft.at('uri')}: this article was published, and {what} since: put it back"
        f' (uri: "{before.uri}"); if this is another article, --new'
    )


def _refuse_published(office: Office, draft: Draft) -> None:
    """What was published under another uri would stand twice everywhere."""
    article = draft.article
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        text = catalogue.articles.with_text(article)
        twin = text or catalogue.articles.with_headline(article, _week(office))
    if twin and twin.uri != sources.uri_in(draft.path):  # else it was just named by another process
        what = "this text" if text else "this headline"
        when = moment(twin.item.published, office.publisher.zone, "en")
        raise Resembles(
            draft.path,
            f"{draft.at('headline')}: {what} was published already, on {when}, from"
            f" {Path(twin.path).name}: if this is another article, --new; if it is the same one,"
            f' give it that one\'s identity (uri: "{twin.uri}")',
        )


def _refuse_twin(draft: Draft, seen: dict[tuple[str, str], Path]) -> None:
    """So would what comes twice by one command."""
    article = draft.article
    prints = {"text": text_print(article), "headline": headline_print(article)}
    for what, found in prints.items():
        twin = seen.setdefault((what, found), draft.path)
        if twin != draft.path:
            raise Resembles(
                draft.path,
                f"{draft.at('headline')}: {twin} has the same {what}: if they are two articles,"
                " --new; else publish one of them",
            )


def _week(office: Office) -> datetime:
    """When the last days began in which no weekly notice can have been published already."""
    today = office.clock().astimezone(office.publisher.zone).date()
    return datetime.combine(today - timedelta(days=RECURS - 1), time(), office.publisher.zone)


def _with_uri(office: Office, draft: Draft) -> Draft:
    if draft.article.uri:
        return draft
    with office.ledger.reading() as db:
        uri = _free_uri(office, Catalogue(db), draft)
    return replace(draft, article=replace(draft.article, uri=uri), minted=True)


def _named(office: Office, draft: Draft, report: Report) -> Draft:
    if not draft.minted:
        return draft
    with office.ledger.planning() as catalogue:
        uri = _free_uri(office, catalogue, draft)
        catalogue.revisions.mint(uri)  # whoever dies now is known by it afterwards
    with office.ledger.planning():  # one process at a time: anybody could hold the folder's lock
        sources.insert_uri(draft.path, uri)
    written = replace(sources.read(draft.path, office.publisher), minted=True)
    report.notes.append(f"{draft.path}: its identity was added: uri: {written.article.uri}")
    return written


def _free_uri(office: Office, catalogue: Catalogue, draft: Draft) -> str:
    """A uri that nothing has; today it is the same for this file, in a dry run and in earnest."""
    today = office.clock().astimezone(office.publisher.zone).date()
    for turn in count():
        place = f"{draft.path.resolve()} {today} {draft.article.headline} {turn}"
        drawn = sha256(place.encode(errors="backslashreplace")).digest()[:6]
        end = "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn)
        uri = sources.mint_uri(draft.article.headline, office.publisher, today, end)
        if not (catalogue.revisions.was_minted(uri) or catalogue.articles.standing(uri)):
            break
    return uri


def _is_another_file(one: Path, other: Path) -> bool:
    try:
        return not one.samefile(other)
    except OSError:
        return False  # it was moved, or lies on another machine
