"""Hold an article, and release it: what waits or is scheduled stops, and what is out stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from syndicate.channel import Scope
from syndicate.channel.collection import Collection
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, silent
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.reports.places import Place, places
from syndicate.model.article import PubStatus
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.annotating import annotate
from syndicate.operations.leftovers import leave_to_others
from syndicate.operations.recording import record_act
from syndicate.operations.schedule import (
    UNSCHEDULED,
    call_off,
    hold_scheduled,
    release_scheduled,
    scheduled_subject,
    scheduled_uri,
)
from syndicate.operations.sequence import (
    Change,
    change_report,
    changes_only,
    deliver_change,
    joined_changes,
    plan_and_write,
    register,
    run_decision,
    unsent_notes,
)
from syndicate.operations.withdraw import identify
from syndicate.planning.annotation_changes import AnnotationChanges
from syndicate.planning.coming import awaited, coming_lines, digest_line
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Wish
from syndicate.planning.shown import shown_version
from syndicate.report import Line, Report, Subject, line_of
from syndicate.system import stop
from syndicate.text.i18n import moment

HELD, RELEASED = "held", "released"
UNSENT = {  # what becomes of what has not been sent: of digests, and of letters about the article
    HELD: ("leaves it out", "waits until it is released"),
    RELEASED: ("contains it again", "goes out"),
}


@dataclass(frozen=True, kw_only=True)
class HoldRequest:
    """Request to hold an article, or to release it."""

    article: str  # a file or a uri
    note: str = ""  # for colleagues; no reader sees it
    call_off: bool = False  # only what is scheduled, which is deleted
    dry_run: bool = False

    @property
    def why(self) -> str:
        return " ".join(self.note.split())


Decision = Callable[[Office, HoldRequest, Standing, Catalogue], Change]


def hold(office: Office, request: HoldRequest, progress: Progress = silent) -> Report:
    """Withhold an article: nothing new of it goes out, from any machine, before it is released."""
    return _run(office, request, progress, HELD)


def release(office: Office, request: HoldRequest, progress: Progress = silent) -> Report:
    """Let a held article go on; a digest that closed meanwhile did not carry it, the next does."""
    return _run(office, request, progress, RELEASED)


def _run(office: Office, request: HoldRequest, progress: Progress, what: str) -> Report:
    dry = request.dry_run
    command = "hold" if what == HELD else "release"
    report = Report(command=command, dry_run=dry, notes=office.notes)
    refuse_older(office, dry=dry)
    uri = scheduled_uri(office, request.article)
    if request.call_off and not uri:
        raise ArticleError(
            f"{request.article}: nothing of it is scheduled (`syndicate status` lists all)"
        )
    if not (uri and (request.call_off or not _is_published(office, uri))):
        uri = identify(office, request.article)
    stop.go_on()
    decision = partial(_of_scheduled, what, office, request, uri)
    change = run_decision(office, decision, dry=dry)
    report.include(change_report(change))
    for warning in change.plan.warnings:
        report.warnings.append(warning)
        office.warn(warning)
    report.include(deliver_change(office, change, progress, dry=dry))
    report.lines += change.lines
    digests, letters = UNSENT[what]
    report.notes += unsent_notes(change, office.publisher.zone, digests=digests, letters=letters)
    return report


def _of_scheduled(
    what: str, office: Office, request: HoldRequest, uri: str, catalogue: Catalogue
) -> Change:
    """Stop, or let go on, what is scheduled of an article, and then what is published of it."""
    coming = catalogue.schedule.of(uri)
    if what == RELEASED:
        notes = release_scheduled(office, catalogue, uri)
    else:
        stop_it = call_off if request.call_off else hold_scheduled
        notes = stop_it(office, catalogue, uri, request.why)
    standing = catalogue.articles.standing(uri)
    if request.call_off or standing is None or (what == RELEASED and notes and not standing.held):
        if not notes:
            raise ArticleError(f"{request.article}: is not held (`syndicate status` shows it)")
        kind = UNSCHEDULED if request.call_off else what
        subjects = [scheduled_subject(office, coming, kind)] if coming else []
        return Change(notes=notes, articles=subjects)
    change = _decided(_held if what == HELD else _released, office, request, uri, catalogue)
    return replace(change, notes=(*change.notes, *notes))


def _is_published(office: Office, uri: str) -> bool:
    with office.ledger.reading() as db:
        return Catalogue(db).articles.standing(uri) is not None


def _decided(
    decision: Decision, office: Office, request: HoldRequest, uri: str, catalogue: Catalogue
) -> Change:
    """Decide under the planning lock, with the article as it stands there."""
    standing = catalogue.articles.standing(uri)
    assert standing is not None
    if standing.pub_status is PubStatus.CANCELED:
        raise ArticleError(
            f"{standing.file}: this article was withdrawn: nothing of it goes out but its notice"
            f" (to publish it again: syndicate reinstate {uri})"
        )
    register(office, catalogue, office.channels)
    return decision(office, request, standing, catalogue)


def _held(office: Office, request: HoldRequest, standing: Standing, catalogue: Catalogue) -> Change:
    uri, kind = standing.uri, "unchanged" if standing.held else HELD
    before = awaited(office, catalogue, [uri])
    annotations = AnnotationChanges(Hosting(office, catalogue), [uri])
    if not standing.held:
        _freeze_collections(office, catalogue, standing)
        catalogue.holds.hold(uri, office.clock())
        record_act(office, catalogue, HELD, uri, version=standing.version, note=request.why)
    wish = Wish(called=Action.REFRESH, diff=request.dry_run)
    facts = Facts(office=office, catalogue=catalogue, wish=wish)
    after = catalogue.articles.known(uri)
    facts, annotated = annotate(facts, annotations, [uri])
    change = _stopped(facts, after, annotated.also, dry=request.dry_run)
    unchanged = [uri] if standing.held else []
    left = leave_to_others(office, catalogue, [after, *annotated.also], unchanged=unchanged)
    lines = [
        *_place_lines(office, catalogue, uri),
        *_skipped_digests(office, catalogue, uri, [name for name in before if before[name]]),
        *left,
    ]
    return replace(changes_only(change), articles=[Subject.of(standing, kind)], lines=lines)


def _stopped(facts: Facts, held: Standing, also: Sequence[Standing], *, dry: bool) -> Change:
    """Stop an article where it waits; ``also`` no longer links to it, in posts neither.

    Its own posts are not planned: they stay as they are.
    """
    collections = facts.office.collections
    posts = [channel for channel in facts.office.channels if channel.scope is Scope.ARTICLE]
    of_it = plan_and_write(
        facts, collections, [held], also=also, revised=[held.uri], urgent=False, dry=dry
    )
    return joined_changes(
        [of_it, plan_and_write(facts, posts, [], also=also, urgent=False, dry=dry)]
    )


def _released(
    office: Office, request: HoldRequest, standing: Standing, catalogue: Catalogue
) -> Change:
    uri = standing.uri
    if not standing.held:
        raise ArticleError(f"{standing.file}: this article is not held (nothing was changed)")
    annotations = AnnotationChanges(Hosting(office, catalogue), [uri])
    catalogue.holds.release(uri)
    record_act(office, catalogue, RELEASED, uri, version=standing.version, note=request.why)
    facts = Facts(office=office, catalogue=catalogue, wish=Wish(diff=request.dry_run))
    after = catalogue.articles.known(uri)
    facts, annotated = annotate(facts, annotations, [uri])
    change = plan_and_write(
        facts, office.channels, [after], also=annotated.also, revised=[uri], dry=request.dry_run
    )
    left = leave_to_others(office, catalogue, [after, *annotated.also], new=True)
    warnings = (*change.plan.warnings, *_warnings(office, after))
    return replace(
        change,
        plan=replace(change.plan, warnings=warnings),
        articles=[Subject.of(standing, RELEASED)],
        lines=[*left, *coming_lines(office, catalogue, uri)],
    )


def _warnings(office: Office, standing: Standing) -> Iterator[str]:
    expires = standing.item.article.expires
    if standing.item.expired and expires:
        zone = office.publisher.zone
        yield (
            f"{standing.file}: expired on {moment(expires, zone, 'en')}, while it was held: what"
            " waited of it goes out all the same (if it should not: withdraw it)"
        )


def _freeze_collections(office: Office, catalogue: Catalogue, standing: Standing) -> None:
    """Let each collection go on showing of an article what its readers see now."""
    hosting, mine = Hosting(office, catalogue), catalogue.channels.having(standing.uri)
    configured = {channel.name: channel for channel in office.channels}
    for known in catalogue.channels.all():
        channel = configured.get(known.name)
        if known.id not in mine or not (channel is None or isinstance(channel, Collection)):
            continue
        version = shown_version(hosting, known, channel, standing)
        catalogue.collections.show_as(known.id, standing.uri, version)


def _place_lines(office: Office, catalogue: Catalogue, uri: str) -> Iterator[Line]:
    """Yield what of an article waits now, and what stays as it is."""
    for place in places(catalogue.db, edition=uri):
        if place.state != "settled":
            yield line_of(place, "hold", office.publisher.zone)
        if place.present:
            yield _stays(place)


def _stays(place: Place) -> Line:
    shown = f"version {place.present_version}" if place.present_version else "what is out"
    return Line(
        channel=place.channel, about=place.edition, address=place.address, action=Action.NOTHING,
        url=place.url, why=f"{shown} stays as it is (to take it back: withdraw it)",
    )  # fmt: skip


def _skipped_digests(
    office: Office, catalogue: Catalogue, uri: str, names: list[str]
) -> Iterator[Line]:
    """Yield the lists whose next digest would carry an article that is held."""
    for channel in office.lists:
        if channel.name in names:
            line = digest_line(office, catalogue, channel, uri)
            yield replace(line, action="hold", state=HELD, why=f"not {line.why}, unless released")
