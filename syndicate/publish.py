"""Publish articles: read them, write the revision down, plan for every channel, carry it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import choice

from syndicate import sources
from syndicate.article import PubStatus
from syndicate.carry import Progress, carry_out, silent, tell_failed, tell_plan
from syndicate.channel import Channel, HostsMedia, Scheduled, Scope
from syndicate.errors import ArticleError, UsageError
from syndicate.ledger import Catalogue, Standing
from syndicate.likeness import wholly_different
from syndicate.office import Office
from syndicate.plan import Action
from syndicate.prepare import Preparation, Wish
from syndicate.report import Line, Report, Subject
from syndicate.sources import Draft
from syndicate.words import moment

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CALLED = {
    "original": Action.CREATE,
    "correction": Action.CORRECT,
    "refile": Action.REFILE,
    "unchanged": Action.REFRESH,
}


class NoteNeeded(ArticleError):
    """A published article changed, and nobody said whether readers are to be told."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    paths: Sequence[Path]
    channels: Sequence[str] = ()
    note: str | None = None
    minor: bool = False
    refresh: bool = False
    new: bool = False
    same_article: bool = False
    dry_run: bool = False


def publish(office: Office, request: Request, progress: Progress = silent) -> Report:
    """Bring articles to every channel they are for, and say where they are."""
    report = Report(command="publish", dry_run=request.dry_run, notes=office.notes)
    chosen = office.chosen(request.channels)
    drafts = read_all(office, request.paths, report, dry=request.dry_run)
    wish_diff = Wish(refresh=request.refresh, diff=request.dry_run)
    with office.ledger.planning(dry=request.dry_run) as catalogue:
        kinds = [record(office, catalogue, request, draft, report) for draft in drafts]
        called = CALLED[kinds[-1]] if len(set(kinds)) == 1 else Action.CORRECT
        prepare = Preparation(office, catalogue, replace(wish_diff, called=called))
        plan_for(prepare, chosen, [draft.article.uri for draft in drafts], drafts)
    tell_failed(prepare.failed, report)
    if request.dry_run:
        tell_plan(prepare.prepared, report)
    else:
        carry_out(office, prepare.prepared, report, progress)
    _tell_digests(office, chosen, drafts, report)
    return report


def read_all(office: Office, paths: Sequence[Path], report: Report, *, dry: bool) -> list[Draft]:
    """Read and vet articles; a missing ``uri`` is inserted into its file before anything else."""
    drafts = [sources.read(path, office.publisher) for path in paths]
    for draft in drafts:
        _vet(draft, office.clock(), [channel.name for channel in office.channels])
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


def plan_for(
    prepare: Preparation,
    channels: Sequence[Channel],
    uris: Sequence[str],
    drafts: Sequence[Draft] = (),
) -> None:
    """Put articles into the channels they are for, and plan what each has to say."""
    catalogue = prepare.catalogue
    standings = [standing for uri in uris if (standing := catalogue.standing(uri))]
    for channel in sorted(channels, key=lambda one: not isinstance(one, HostsMedia)):
        known = prepare.office.remembered(catalogue, channel)
        for draft in drafts:
            standing = next(s for s in standings if s.uri == draft.article.uri)
            if _is_for(draft, channel) and channel.takes(standing.item):
                # not earlier than the channel was first seen: there its first window opens
                catalogue.syndicate(known.id, draft.article.uri, prepare.office.clock())
    for channel in channels:
        prepare.say(channel, standings)


def _vet(draft: Draft, now: datetime, names: Sequence[str]) -> None:
    """What stops a publication before the ledger is even looked at."""
    article = draft.article
    if article.embargoed_until and article.embargoed_until > now:
        raise ArticleError(
            f"{draft.at('embargoedUntil')}: under embargo until"
            f" {article.embargoed_until.isoformat(' ', 'minutes')} (publish it after that)"
        )
    if article.expires and article.expires <= now:
        raise ArticleError(
            f"{draft.at('expires')}: expired on {article.expires.isoformat(' ', 'minutes')}"
            " (give it a later date, or leave it unpublished)"
        )
    for name in (*(article.channels or ()), *article.overrides):
        if name not in names:
            key = "channels" if name in (article.channels or ()) else "overrides"
            raise ArticleError(
                f"{draft.at(key)}: no channel {name!r} is configured (there are {', '.join(names)})"
            )


def _with_uri(office: Office, draft: Draft, report: Report, *, dry: bool) -> Draft:
    if draft.article.uri:
        return draft
    chance = "".join(choice(ALPHABET) for _ in range(6))
    today = office.clock().astimezone(office.publisher.zone).date()
    uri = sources.mint_uri(draft.article.headline, office.publisher, today, chance)
    if dry:
        return replace(draft, article=replace(draft.article, uri=uri), minted=True)
    sources.insert_uri(draft.path, uri)
    named = replace(sources.read(draft.path, office.publisher), minted=True)
    report.notes.append(f"{draft.path}: its identity was added: uri: {named.article.uri}")
    return named


def record(
    office: Office, catalogue: Catalogue, request: Request, draft: Draft, report: Report
) -> str:
    """Write a draft down as what it is: an original, a correction, a refile, or unchanged."""
    standing = catalogue.standing(draft.article.uri)
    kind, note = _kind(office, request, draft, standing)
    path = str(draft.path.absolute())
    version = standing.version if standing else 0
    if kind == "unchanged":
        catalogue.reread(draft.article, version, path)
        if request.note:
            report.notes.append(f"{draft.path}: nothing in it has changed; the note was not used")
    else:
        version = catalogue.record(
            draft.article, kind=kind, note=note, source=draft.source, path=path,
            at=office.clock(), published=draft.article.date,
        )  # fmt: skip
    catalogue.keep_media(draft.files)
    report.articles.append(
        Subject(uri=draft.article.uri, headline=draft.article.headline, path=str(draft.path),
                version=version, kind=kind)
    )  # fmt: skip
    return kind


def _kind(
    office: Office, request: Request, draft: Draft, standing: Standing | None
) -> tuple[str, str]:
    if standing is None:
        _refuse_stranger(office, request, draft)
        return "original", ""
    if standing.pub_status is PubStatus.CANCELED:
        raise ArticleError(
            f"{draft.at('uri')}: this article was withdrawn; what was withdrawn is not published"
            " again (write it anew: a copy without its uri line)"
        )
    if standing.fingerprint == draft.article.fingerprint:
        return "unchanged", ""
    if not request.same_article and wholly_different(standing.item.article, draft.article):
        raise ArticleError(
            f"{draft.at('uri')}: this uri belongs to “{standing.item.article.headline}”, and"
            " nothing of that is left here: for a new article take the uri line out of the file;"
            " if it is the same one, --same-article"
        )
    if request.minor:
        return "refile", ""
    if request.note:
        return "correction", " ".join(request.note.split())
    raise NoteNeeded(
        f"{draft.path}: it was published and has changed since: --note “what was wrong” tells"
        " readers of the correction, --minor changes it silently"
    )


def _refuse_stranger(office: Office, request: Request, draft: Draft) -> None:
    """An article that is older than the ledger was published before it, as far as anyone knows."""
    dated = sources.uri_date(draft.article.uri)
    if request.new or draft.minted or dated is None:
        return
    zone, ledger = office.publisher.zone, office.ledger
    older = dated < ledger.created.astimezone(zone).date()
    if ledger.restored_at:
        older = older or dated <= ledger.restored_at.astimezone(zone).date()
    if older:
        raise ArticleError(
            f"{draft.at('uri')}: it is older than the ledger, which does not know it: if it was"
            " never published, --new; if it stands somewhere,"
            f" syndicate adopt {draft.path} --channel NAME URL-OR-ID"
        )


def _is_for(draft: Draft, channel: Channel) -> bool:
    return draft.article.channels is None or channel.name in draft.article.channels


def _tell_digests(
    office: Office, chosen: Sequence[Channel], drafts: Sequence[Draft], report: Report
) -> None:
    """A digest says nothing now: say when it will."""
    zone = office.publisher.zone
    for channel in chosen:
        if channel.scope is not Scope.DIGEST or not isinstance(channel, Scheduled):
            continue
        said = moment(channel.schedule.next(office.clock(), zone), zone, "en")
        for draft, subject in zip(drafts, report.articles, strict=True):
            if subject.kind in ("original", "correction") and _is_for(draft, channel):
                report.lines.append(
                    Line(channel=channel.name, about=draft.article.uri, address="",
                         action="digest", why=f"in the digest of {said}")
                )  # fmt: skip


def refuse_contradiction(request: Request) -> None:
    """Words of the command that cannot both be meant."""
    if request.note and request.minor:
        raise UsageError("--note and --minor contradict each other: take one of them")
