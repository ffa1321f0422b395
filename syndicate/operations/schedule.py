"""Schedule revisions: read, checked and stored now, they go out at their minute, as they were read.

What is stored here lies apart from articles and revisions, so that no reader can see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

from syndicate import sources
from syndicate.channel import Channel
from syndicate.delivery.run import plan_lines
from syndicate.errors import ArticleError, Flaws
from syndicate.intake.naming import stored_path
from syndicate.intake.timing import due_time
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.approvals import APPROVED
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.catalogue.scheduled import Scheduled
from syndicate.model.joining import joined
from syndicate.model.reach import Reach
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.article_letters import letters_preview
from syndicate.operations.recording import Publication, record_act, tells_of_a_deadline
from syndicate.operations.sequence import Change, run_decision
from syndicate.operations.waiting_revisions import goes_out
from syndicate.planning.coming import REVISED
from syndicate.report import Line, Subject, when
from syndicate.sources import Draft, change_detection
from syndicate.text.coming_times import shown

SCHEDULED = "scheduled"  # the state of what goes out later
UNSCHEDULED = "unscheduled"  # what was called off
NOTHING_NEW = "nothing has changed since it was published: nothing is scheduled"
# what a publication of these drafts would be, within a transaction that is rolled back
Trial = Callable[[Office, Publication, Sequence[Draft], Catalogue], Change]


@dataclass(frozen=True, slots=True)
class Later:
    """An article's file that does not go out now."""

    draft: Draft
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A command's files: those that go out now, and those that go out later."""

    now: Sequence[Draft]
    later: Sequence[Later]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft that is about to be stored, and the file as it was read."""

    draft: StoredDraft
    read: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    """Publications of a command that go out later, as they are going to be."""

    prepared: Sequence[Prepared] = ()
    subjects: Sequence[Subject] = ()
    lines: Sequence[Line] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    audience: Sequence[Reach] = ()  # who will be told then, as it looks now


def parted(office: Office, request: Publication, drafts: Iterable[Draft]) -> Parted:
    """Part files by when they go out; what is published and unchanged cannot be scheduled."""
    at, notes = office.clock(), []
    now: list[Draft] = []
    later: list[Later] = []
    for draft in drafts:
        due = due_time(draft.article, request.at, at)
        is_unchanged = (draft.kept or draft.same_as) and not _is_news(office, request, draft)
        if due is None or (is_unchanged and not request.at):
            now.append(draft)
        elif is_unchanged:
            notes.append(f"{draft.path}: {NOTHING_NEW}")
        else:
            later.append(Later(draft, due))
    return Parted(now=now, later=later, notes=notes)


def _is_news(office: Office, request: Publication, draft: Draft) -> bool:
    if not request.notes.get(draft.path, request.note):
        return False
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(draft.article.uri)
    return standing is not None and tells_of_a_deadline(request, draft, standing)


def with_kept_ways(office: Office, request: Publication, drafts: Iterable[Draft]) -> Publication:
    """Return a request that moves what is scheduled with the note and the ways that it has.

    What a person says anew comes first, and another text needs a note of its own. So does what is
    to go out now: nobody may have meant that who publishes a whole folder. ArticleError where the
    files had different ways, as one command has one.
    """
    drafts = list(drafts)
    with office.ledger.reading() as db:
        schedule = Catalogue(db).schedule
        found = {
            draft.path: before.draft
            for draft in drafts
            if due_time(draft.article, request.at, office.clock())
            if (before := schedule.of(draft.article.uri))
            if change_detection.same_text(before.draft.source, draft.source)
        }
    revised = {path: stored.note for path, stored in found.items() if stored.kind in REVISED}
    if revised and not (request.note or request.minor):
        request = replace(request, notes={**revised, **request.notes})
    if not request.at:
        return request
    changed = [draft.path for draft in drafts if not (draft.kept or draft.same_as)]
    ways = {_ways(request, found.get(path)) for path in changed}
    if len(ways) > 1:
        raise ArticleError(
            f"{', '.join(map(str, changed))}: were not scheduled for the same channels, or not all"
            " with --notify-readers: give each another time by itself, or say both again"
        )
    for channels, backfill, notify_readers in ways:
        request = replace(
            request, channels=channels, backfill=backfill, notify_readers=notify_readers
        )
    return request


def _ways(request: Publication, stored: StoredDraft | None) -> tuple[Sequence[str], bool, bool]:
    """Return the channels, ``backfill`` and ``notify_readers`` that a file goes out with."""
    if stored is None:
        return tuple(request.channels), request.backfill, request.notify_readers
    return (
        tuple(request.channels) or stored.channels,
        request.backfill or (stored.backfill and not request.channels),
        request.notify_readers or stored.notify_readers,
    )


def prepare(
    office: Office, request: Publication, later: Sequence[Later], trial: Trial
) -> Scheduling:
    """Try what goes out later as if it were its minute; ArticleError for what cannot be said."""
    flaws, parts = Flaws(), []
    for due, group in groupby(sorted(later, key=lambda each: each.due), lambda each: each.due):
        with flaws.noting():
            parts.append(tried(office, request, due, [each.draft for each in group], trial))
    flaws.end()
    return joined(Scheduling, parts)


def store(
    office: Office, catalogue: Catalogue, prepared: Iterable[Prepared], at: datetime | None
) -> Iterator[str]:
    """Store drafts for their minute, each in the place of an earlier one; yield notes on them.

    ``at``: a person has named this time. Else what is scheduled already stays as it is, and what
    is held stays held, however often a whole folder is published.
    """
    for each in prepared:
        draft = each.draft
        standing = catalogue.articles.standing(draft.uri)
        if draft.after != (standing.version if standing else 0):
            raise ArticleError(
                f"{draft.file}: another command has just published it (run this one again)"
            )
        before = catalogue.schedule.of(draft.uri)
        if before and not at and _asks_no_more(before.draft, draft):
            state = "is held, and was to go out" if before.held else "goes out"
            yield f"{draft.file}: {state} on {shown(before.due, office.publisher.zone)}, as before"
            continue
        number = catalogue.drafts.store(draft, each.read.files)
        catalogue.schedule.put(number)
        if before and before.held and not at:
            catalogue.schedule.hold(draft.uri, before.held, before.why, asks=before.asks)
        assert draft.due is not None
        time = shown(draft.due, office.publisher.zone)
        record_act(office, catalogue, SCHEDULED, draft.uri, version=draft.after + 1, note=time)
        remarks = ["under embargo until then"] if at and draft.due > at else []
        if before and before.due != draft.due:
            remarks.append(f"no longer on {shown(before.due, office.publisher.zone)}")
        why = f" ({', '.join(remarks)})" if remarks else ""
        yield f"{draft.file}: goes out on {time}{why}"


def _asks_no_more(stored: StoredDraft, draft: StoredDraft) -> bool:
    """Return whether a draft says what is stored, and asks for no more, whenever it goes out.

    Who names no channels, or nobody to be told, as for a whole folder, leaves what is stored.
    """
    files = ([item.sha256 for item in each.article.media] for each in (stored, draft))
    ways = ((each.kind, each.note, each.backfill) for each in (stored, draft))
    same = change_detection.same_text(stored.source, draft.source)
    asks_more = draft.notify_readers and not stored.notify_readers
    asks_more = asks_more or draft.channels not in ((), stored.channels)
    return same and not asks_more and len(set(ways)) == 1 and next(files) == next(files)


def superseded(office: Office, catalogue: Catalogue, subjects: Iterable[Subject]) -> Iterator[str]:
    """Call off what was scheduled of articles that have just changed; yield notes on it.

    ArticleError for what somebody holds: that person may know why it must not go out.
    """
    subjects = list(subjects)
    coming = catalogue.schedule.among(subject.uri for subject in subjects)
    refuse_held(office, catalogue, [s.uri for s in subjects if s.kind != "unchanged"])
    for subject in subjects:
        if (found := coming.get(subject.uri)) is None:
            continue
        if subject.kind != "unchanged":
            yield from call_off(office, catalogue, subject.uri)
            continue
        time = shown(found.due, office.publisher.zone)
        yield f"{subject.path}: another text of it goes out on {time} (`syndicate hold` stops it)"


def refuse_held(office: Office, catalogue: Catalogue, uris: Iterable[str]) -> None:
    """Raise ArticleError for scheduled revisions that a person holds."""
    coming = catalogue.schedule.among(uris).values()
    Flaws([_held(office, each) for each in coming if each.held and not each.asks]).end()


def _held(office: Office, found: Scheduled) -> ArticleError:
    why = f" ({found.why})" if found.why else ""
    return ArticleError(
        f"{found.draft.file}: the revision for {shown(found.due, office.publisher.zone)} is held"
        f"{why}: release it first (syndicate release {found.uri}), give it another time with"
        " `publish --at`, or call it off with `hold --call-off`"
    )


def call_off(office: Office, catalogue: Catalogue, uri: str, why: str = "") -> list[str]:
    """Delete an article's scheduled revision, its text with it; return notes on it."""
    approved = catalogue.approvals.of(uri, (APPROVED,))
    taken = catalogue.schedule.take(uri)
    if taken is None:
        return []
    for request in approved:
        if request.draft == taken.draft.number:
            catalogue.approvals.end(request.id)
    time = shown(taken.due, office.publisher.zone)
    note = f"{time}: {why}" if why else time
    record_act(office, catalogue, UNSCHEDULED, uri, version=taken.draft.after + 1, note=note)
    return [f"{taken.draft.file}: the revision that was scheduled for {time} is called off"]


def hold_scheduled(office: Office, catalogue: Catalogue, uri: str, why: str = "") -> list[str]:
    """Keep an article's scheduled revision back until a person says otherwise; return notes."""
    found = catalogue.schedule.of(uri)
    if found is None:
        return []
    time = shown(found.due, office.publisher.zone)
    if found.held and not found.asks:
        return [f"{found.draft.file}: the revision for {time} is held already"]
    catalogue.schedule.hold(uri, office.clock(), why)
    note = f"{time}: {why}" if why else time
    record_act(office, catalogue, "held", uri, version=found.draft.after + 1, note=note)
    return [
        f"{found.draft.file}: the revision for {time} is held: it goes out after `syndicate"
        " release`, or at another time with `syndicate publish --at`"
    ]


def release_scheduled(office: Office, catalogue: Catalogue, uri: str) -> list[str]:
    """Let a revision that is held, or too late, go out at its time, or soon if that has passed."""
    found, now = catalogue.schedule.of(uri), office.clock()
    if found is None or (found.held is None and found.due > now):
        return []
    due = max(found.due, now)
    catalogue.schedule.release(uri, due)
    time = shown(due, office.publisher.zone)
    record_act(office, catalogue, "released", uri, version=found.draft.after + 1, note=time)
    return [f"{found.draft.file}: {goes_out(office, found.draft, due)}"]


def scheduled_subject(office: Office, found: Scheduled, kind: str) -> Subject:
    """Return what is scheduled, and what a command has made of it."""
    draft = found.draft
    return Subject(
        uri=draft.uri, headline=draft.article.headline, path=draft.path, version=draft.after + 1,
        kind=kind, at=when(found.due.astimezone(office.publisher.zone)),
    )  # fmt: skip


def scheduled_uri(office: Office, article: str) -> str:
    """Return the uri of an article of which a revision is scheduled, "" for any other.

    ``article`` is its uri, or its file, which may have been deleted.
    """
    with office.ledger.reading() as db:
        schedule = Catalogue(db).schedule
        uri = article if article.startswith("tag:") else sources.uri_in(Path(article))
        if uri:
            return uri if schedule.of(uri) else ""
        path = str(Path(article).absolute())
        return next((each.uri for each in schedule.all() if each.draft.path == path), "")


def tried(
    office: Office, request: Publication, due: datetime | None, drafts: Sequence[Draft],
    trial: Trial,
) -> Scheduling:  # fmt: skip
    """Try drafts as if it were their minute; None: as soon as somebody publishes them."""
    clock = (lambda: due) if due else office.clock
    then = replace(office, clock=clock, notes=[])  # the digest it will be in, its age …
    as_if = replace(request, dry_run=True)
    change = run_decision(then, lambda catalogue: trial(then, as_if, drafts, catalogue), dry=True)
    subjects = {subject.uri: subject for subject in change.articles}
    changed = [draft for draft in drafts if subjects[draft.article.uri].kind != "unchanged"]
    previews = [letters_preview(mailing) for mailing in change.mailings]
    lines = [*plan_lines(change.plan), *(line for part in previews for line in part.lines)]
    return Scheduling(
        prepared=[
            Prepared(_stored(office, request, due, draft, subjects[draft.article.uri]), draft)
            for draft in changed
        ],
        subjects=[
            subject if subject.kind == "unchanged" else replace(subject, at=when(due))
            for subject in subjects.values()
        ],
        lines=list(_lines([*lines, *change.lines], dry=request.dry_run)) if changed else [],
        notes=[
            *change.notes, *change.plan.notes, *(note for part in previews for note in part.notes),
            *(f"{draft.path}: {NOTHING_NEW}" for draft in drafts if draft not in changed),
        ],
        problems=[f"{failed.channel.name}: {failed.why}" for failed in change.plan.failed],
        warnings=change.plan.warnings,
        audience=change.audience if changed else (),
    )  # fmt: skip


def _lines(found: Iterable[Line], *, dry: bool) -> Iterator[Line]:
    for line in found:
        if line.action == Action.NOTHING:
            if line.why:
                yield line
        else:
            yield line if dry else replace(line, state=SCHEDULED, diff="")


def _stored(
    office: Office, request: Publication, due: datetime | None, draft: Draft, subject: Subject
) -> StoredDraft:
    is_correction = subject.kind == "correction"
    note = request.notes.get(draft.path, request.note or "") if is_correction else ""
    return as_stored(
        office, request, draft, kind=subject.kind, note=note, after=subject.version - 1, due=due
    )


def as_stored(
    office: Office, request: Publication, draft: Draft, *, kind: str, note: str, after: int,
    due: datetime | None = None,
) -> StoredDraft:  # fmt: skip
    """Return a draft as it is stored, with all that the command decides on it."""
    return StoredDraft(
        article=draft.article, source=draft.source, path=stored_path(draft), kind=kind,
        note=" ".join(note.split()), after=after, channels=tuple(request.channels),
        backfill=request.backfill, notify_readers=request.notify_readers, due=due,
        stored=office.clock(), person=office.person,
    )  # fmt: skip


def named_channels(office: Office, draft: StoredDraft) -> list[Channel]:
    """Return the channels of this machine that a stored draft is for."""
    meant = draft.article.channels
    return [
        channel
        for channel in office.channels
        if channel.name in (draft.channels or (channel.name,))
        and (meant is None or channel.name in meant)
    ]
