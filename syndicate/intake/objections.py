"""Objections to an article by itself: embargo, dates, channels, profile, expiry, placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue
from syndicate.office import Office
from syndicate.sources import Draft
from syndicate.text.i18n import moment

DATE_TOLERANCE = timedelta(days=1)  # "this evening", or another zone's day


def objections(
    office: Office, draft: Draft, elsewhere: Sequence[str], due: datetime | None = None
) -> Iterator[ArticleError]:
    """Yield whatever stops a publication before the ledger is asked about other articles.

    ``elsewhere`` are the channels of other machines, and ``due`` is when it goes out; None: now.
    """
    yield from _placeholders(draft.path, draft.source)
    yield from _too_early(office, draft, due or office.clock())
    yield from _unknown_channels(office, draft, elsewhere)
    if not _had_profile(office, draft):
        yield from _unknown_profile(office, draft.at("profile"), draft.article.profile)
    if draft.article.expires:
        with office.ledger.reading() as db:
            yield from expired(office, Catalogue(db), draft)
    if due:
        yield from _expires_before(office, draft, due)


def text_objections(office: Office, path: Path, text: str) -> Iterator[ArticleError]:
    """Yield what can be found wrong with a text that is not read as an article."""
    line, profile = sources.profile_in(text)
    yield from _placeholders(path, text)
    yield from _unknown_profile(office, f"{path}:{line}", profile)


def _placeholders(path: Path, text: str) -> Iterator[ArticleError]:
    for line, words in sources.placeholders(text):
        yield ArticleError(
            f"{path}:{line}: “{words}” must be replaced by your own words", "placeholder"
        )


def _too_early(office: Office, draft: Draft, due: datetime) -> Iterator[ArticleError]:
    """Yield the error of an embargo, or a date, after the moment at which it goes out."""
    article, zone = draft.article, office.publisher.zone
    if article.embargoed_until and article.embargoed_until > due:
        yield ArticleError(
            f"{draft.at('embargoedUntil')}: under embargo until"
            f" {moment(article.embargoed_until, zone, 'en')} (`syndicate publish` schedules it)",
            "not-now",
        )
    if article.date and article.date > due + DATE_TOLERANCE:
        yield ArticleError(
            f"{draft.at('date')}: {moment(article.date, zone, 'en')} is in the future"
            " (write the date of publication, or schedule it for then with --at)",
            "not-now",
        )


def _expires_before(office: Office, draft: Draft, due: datetime) -> Iterator[ArticleError]:
    expires, zone = draft.article.expires, office.publisher.zone
    if expires and office.clock() < expires <= due:
        yield ArticleError(
            f"{draft.at('expires')}: expires on {moment(expires, zone, 'en')}, before it goes out"
            f" on {moment(due, zone, 'en')} (change one of the two)",
            "not-now",
        )


def _unknown_channels(
    office: Office, draft: Draft, elsewhere: Sequence[str]
) -> Iterator[ArticleError]:
    article, names = draft.article, [channel.name for channel in office.channels]
    for name in (*(article.channels or ()), *article.overrides):
        if name not in (*names, *elsewhere):
            key = "channels" if name in (article.channels or ()) else "overrides"
            is_of_profile = key == "channels" and key not in draft.lines
            where = f"profiles.{article.profile}.channels" if is_of_profile else draft.at(key)
            yield ArticleError(
                f"{where}: no channel {name!r} is configured (configured: {', '.join(names)})",
                "unknown-channel",
            )


def _unknown_profile(office: Office, where: str, profile: str) -> Iterator[ArticleError]:
    """Yield the error of a misspelt profile: sections and lists would pass the article over."""
    named = (name for channel in office.channels for name in channel.profiles_named())
    known = list(dict.fromkeys((*office.settings.profiles, *named)))
    if profile and profile not in known:
        near = get_close_matches(profile.casefold(), known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        yield ArticleError(
            f"{where}: the profile '{profile}' is not known ({meant}; add your own as"
            f" [profiles.{profile}])",
            "unknown-profile",
        )


def _had_profile(office: Office, draft: Draft) -> bool:
    """Return True where the article stands with this profile, which was known then."""
    if not draft.article.profile:
        return True
    if not draft.article.uri:
        return False
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(draft.article.uri)
    return standing is not None and standing.item.article.profile == draft.article.profile


def expired(office: Office, catalogue: Catalogue, draft: Draft) -> Iterator[ArticleError]:
    """Yield the error of a new article that is news no more; a published one can be corrected."""
    expires = draft.article.expires
    if expires is None or expires > office.clock():
        return
    if catalogue.articles.standing(draft.article.uri) is None:
        yield ArticleError(
            f"{draft.at('expires')}: expired on {moment(expires, office.publisher.zone, 'en')}"
            " (give it a later date, or leave it unpublished)",
            "not-now",
        )
