"""Publish articles: read them, record them, plan for every channel, carry the plan out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from syndicate.channel import Channel
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, silent
from syndicate.editorial.examine import switched_off
from syndicate.errors import ArticleError, Flaws
from syndicate.intake.admission import admit
from syndicate.intake.naming import uri_notes, write_uris
from syndicate.intake.remote_media import Sizes, barred
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.reports.places import places
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.annotating import annotate
from syndicate.operations.approval import (
    Door,
    changed_articles,
    copies_of,
    use_approvals,
    with_approved_notes,
)
from syndicate.operations.assigning import Assigned, assign
from syndicate.operations.leftovers import leave_to_others
from syndicate.operations.notices import nothing_to_tell
from syndicate.operations.recording import Publication, Recorded, record
from syndicate.operations.schedule import (
    Scheduling,
    parted,
    prepare,
    store,
    superseded,
    with_kept_ways,
)
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    plan_and_write,
    register,
    run_decision,
    unsent_notes,
)
from syndicate.planning.annotation_changes import AnnotationChanges, concerned
from syndicate.planning.audience import digest_reach
from syndicate.planning.coming import REVISED, awaited, digest_lines, left_lines
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Wish
from syndicate.report import (
    STATE_WORDS,
    Line,
    Report,
    ReportPart,
    Subject,
    as_connected,
    line_of,
)
from syndicate.sources import Draft
from syndicate.system import stop

CALLED = {
    "original": Action.CREATE,
    "correction": Action.CORRECT,
    "refile": Action.REFILE,
    "unchanged": Action.REFRESH,
}
UNCHANGED = (Action.NOTHING, STATE_WORDS["settled"])


def publish(office: Office, request: Publication, progress: Progress = silent) -> Report:
    """Bring articles to every channel they are for, and report where they are."""
    report = Report(command="publish", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    chosen = office.chosen(request.channels)
    reading = read_articles(office, request, chosen)
    report.notes += reading.notes
    stop.go_on()  # else a later run would send what nobody has seen the beginning of
    request = with_kept_ways(office, request, reading.drafts)
    chosen = office.chosen(request.channels)
    request = with_approved_notes(office, request, reading.drafts)
    copies = copies_of(office, changed_articles(reading.drafts))
    door = Door(office=office, request=request, chosen=chosen, copies=copies)
    reading, scheduling = _parted(office, request, chosen, reading)
    dry = request.dry_run or bool(reading.flaws)
    warnings = _warnings(office, reading.drafts)  # before these texts are the known ones
    decision = partial(_decision, door, reading, scheduling)
    change = run_decision(office, decision, dry=dry)
    report.include(change_report(change))
    report.warnings += [*warnings, *change.plan.warnings]
    report.warnings += scheduling.warnings
    for warning in report.warnings:
        office.warn(warning)  # before anything is sent
    report.include(deliver_change(office, change, progress, dry=dry))
    if not dry and reading.drafts and not any(map(_is_change, report.lines)):
        report.include(_waiting(office, chosen, report.unconnected))
    report.lines += change.lines
    words = "contains the new text"
    report.notes += unsent_notes(change, office.publisher.zone, digests=words, letters=words)
    return report


def refuse_unsayable(
    office: Office, request: Publication, chosen: Sequence[Channel], drafts: Sequence[Draft]
) -> None:
    """Raise what a channel cannot say of the articles, before any file is given its uri."""
    reading = Reading(drafts=drafts)
    trial = partial(decide_publication, office, request, chosen, reading, trial=True)
    run_decision(office, trial, dry=True)


def plan_of(office: Office, request: Publication, reading: Reading) -> Report:
    """Return what a publication of these drafts would come to; ArticleError says why not."""
    chosen = office.chosen(request.channels)
    decision = partial(decide_publication, office, request, chosen, reading)
    change = run_decision(office, decision, dry=True)
    report = Report(command="publish", dry_run=True, warnings=list(change.plan.warnings))
    report.include(change_report(change))
    report.include(deliver_change(office, change, silent, dry=True))
    report.lines += change.lines
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Articles' files, as a command has read them."""

    drafts: Sequence[Draft]
    flaws: Sequence[ArticleError] = ()  # in other files; then nothing is published
    notes: Sequence[str] = ()


def read_articles(office: Office, request: Publication, chosen: Sequence[Channel]) -> Reading:
    """Read the articles' files, and write new uris into them."""
    admitted = admit(
        office, request.paths, dry=request.dry_run, new=request.new, anew=request.refresh,
        others=request.others, at=request.at, may_wait=True,
    )  # fmt: skip
    drafts, notes = list(admitted.drafts), []
    dry = request.dry_run or bool(admitted.flaws)
    if not dry and any(draft.minted for draft in drafts):
        refuse_unsayable(office, request, chosen, drafts)
        drafts = write_uris(office, drafts, request.at)
        notes = uri_notes(drafts)
    sizes = Sizes(own=office.sites, rehearsal=office.ledger.rehearsal)
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        articles.read(draft.article.uri for draft in drafts)
        before = {uri: articles.standing(uri) for draft in drafts if (uri := draft.article.uri)}
    measured = [
        _measured(office, draft, before.get(draft.article.uri), sizes, dry=dry) for draft in drafts
    ]
    return Reading(
        drafts=[draft for draft, _ in measured],
        flaws=admitted.flaws,
        notes=[
            *switched_off(office.settings.standards),
            *(note for draft in drafts for note in draft.check_notes),
            *notes,
            *(note for _, remarks in measured for note in remarks),
        ],
    )


def _measured(
    office: Office, draft: Draft, standing: Standing | None, sizes: Sizes, *, dry: bool
) -> tuple[Draft, Sequence[str]]:
    """Return a draft with the sizes of remote files, and notes; a dry run asks nobody for them.

    What would not be asked in earnest either is noted; a rehearsal looks no name up for that.
    """
    if draft.kept:
        return draft, ()
    known = standing.item.article if standing else None
    article = draft.article
    if dry and (known is None or known.fingerprint != article.fingerprint):
        return draft, () if office.ledger.rehearsal else tuple(barred(article, office.sites))
    same = bool(standing and draft.same_as == standing.version)
    measured = sizes.measured(article, known, same=same)
    return replace(draft, article=measured.article), measured.notes


def _parted(
    office: Office, request: Publication, chosen: Sequence[Channel], reading: Reading
) -> tuple[Reading, Scheduling]:
    """Part what goes out now from what goes out later, and try the latter.

    ArticleError for flaws where nothing goes out now; else they are kept for the decision.
    """
    parts = parted(office, request, reading.drafts)
    warnings = _warnings(office, [later.draft for later in parts.later])
    flaws, scheduling = Flaws(list(reading.flaws)), Scheduling()
    with flaws.noting():
        scheduling = prepare(office, request, parts.later, partial(_trial, chosen))
    if not parts.now:
        flaws.end()
    return replace(reading, drafts=parts.now, flaws=flaws.found), replace(
        scheduling,
        notes=[*parts.notes, *scheduling.notes],
        warnings=[*warnings, *scheduling.warnings],
    )


def _trial(
    chosen: Sequence[Channel], office: Office, request: Publication, drafts: Sequence[Draft],
    catalogue: Catalogue,
) -> Change:  # fmt: skip
    return decide_publication(office, request, chosen, Reading(drafts=drafts), catalogue)


def _decision(door: Door, reading: Reading, scheduling: Scheduling, catalogue: Catalogue) -> Change:
    """Publish what goes out now and store what goes out later: all of it, or nothing.

    What needs approval and has none is left out, and reported.
    """
    office, request, change = door.office, door.request, Change()
    admission = door.admit(catalogue, reading.drafts, scheduling.prepared)
    if admission.drafts or reading.flaws:
        reading = replace(reading, drafts=admission.drafts)
        change = decide_publication(office, request, door.chosen, reading, catalogue)
    use_approvals(catalogue, admission.used)
    notes = [*admission.notes, *superseded(office, catalogue, change.articles)]
    notes += [
        *scheduling.notes,
        *store(office, catalogue, admission.prepared, request.at),
    ]
    refused = {each.draft.uri for each in scheduling.prepared if each not in admission.prepared}
    return replace(
        change,
        articles=[*change.articles, *(s for s in scheduling.subjects if s.uri not in refused)],
        notes=[*change.notes, *notes],
        audience=[*change.audience, *scheduling.audience],
        problems=[*change.problems, *scheduling.problems, *admission.problems],
        lines=[*change.lines, *(line for line in scheduling.lines if line.about not in refused)],
    )


def decide_publication(
    office: Office, request: Publication, chosen: Sequence[Channel], reading: Reading,
    catalogue: Catalogue, *, trial: bool = False,
) -> Change:  # fmt: skip
    """Record the articles, and decide what each channel is to say of them.

    What is wrong with any of them is raised when all of it is found.
    """
    flaws = Flaws(list(reading.flaws))
    register(office, catalogue, office.channels)  # what is published from now on is not older
    before = awaited(office, catalogue, [draft.article.uri for draft in reading.drafts])
    annotations = AnnotationChanges(Hosting(office, catalogue), concerned(reading.drafts))
    recorded = _record(office, catalogue, request, reading.drafts)
    done = [article for article in recorded if isinstance(article, Recorded)]
    subjects = [article.subject for article in done]
    for article in recorded:
        with flaws.noting():
            if isinstance(article, ArticleError):
                raise article
    with flaws.noting():
        _refuse_one_note_for_many(request, subjects)
    kinds = {subject.uri: subject.kind for subject in subjects}
    drafts = [draft for draft in reading.drafts if draft.article.uri in kinds]
    facts = _facts(office, catalogue, request, drafts, kinds, trial=trial)
    facts, annotated = annotate(facts, annotations, kinds)
    assigned = assign(facts, chosen, drafts, request)
    revised = [uri for uri, kind in kinds.items() if kind in REVISED]
    unchanged = [subject for subject in subjects if subject.kind == "unchanged"]
    untold = [*nothing_to_tell(catalogue, unchanged if request.notify_readers else ())]
    with flaws.noting():
        dry = request.dry_run or trial or bool(flaws.found)
        change = plan_and_write(
            facts,
            chosen,
            assigned.standings,
            also=annotated.also,
            revised=revised,
            notify=request.notified(kinds),
            dry=dry,
        )
    flaws.end()
    coming = [*digest_lines(office, catalogue, drafts, kinds, before, chosen=chosen,
                            named=request.channels)]  # fmt: skip
    audience = [*change.audience, *digest_reach(office, catalogue, coming)]
    left = [*left_lines(office, catalogue, kinds, chosen), *coming]
    left += _left_to_others(facts, request, assigned, kinds, annotated.also)
    notes = [note for article in done for note in article.notes]
    notes += [*assigned.notes, *annotated.notes, *untold]
    return replace(
        change, articles=subjects, notes=notes, lines=[*assigned.lines, *left], audience=audience
    )


def _left_to_others(
    facts: Facts, request: Publication, assigned: Assigned, kinds: Mapping[str, str],
    also: Sequence[Standing],
) -> list[Line]:  # fmt: skip
    """Leave what has changed to machines with the channels that this one lacks."""
    unchanged = [uri for uri, kind in kinds.items() if kind == "unchanged"]
    changed, new = [*assigned.standings, *also], not request.channels
    return leave_to_others(facts.office, facts.catalogue, changed, new=new, unchanged=unchanged)


def _record(
    office: Office, catalogue: Catalogue, request: Publication, drafts: Sequence[Draft]
) -> list[Recorded | ArticleError]:
    """Record the articles in their order; return each as it was recorded, or its flaw."""
    catalogue.articles.read(draft.article.uri for draft in drafts)
    recorded: list[Recorded | ArticleError] = []
    for place, draft in enumerate(drafts, 1):
        try:
            turn = place - 1, len(drafts) - place
            recorded.append(record(office, catalogue, request, draft, turn))
        except ArticleError as error:
            recorded.append(error)
    return recorded


def _facts(
    office: Office, catalogue: Catalogue, request: Publication, drafts: Sequence[Draft],
    kinds: Mapping[str, str], *, trial: bool,
) -> Facts:  # fmt: skip
    again, several = request.refresh, set(kinds.values())
    # a collection's change, where it is due to articles of these kinds
    called = CALLED[several.pop()] if len(several) == 1 else Action.CORRECT
    return Facts(
        office=office,
        catalogue=catalogue,
        wish=Wish(
            refresh=again, everything=again, diff=request.dry_run, trial=trial, called=called
        ),
        drafts={draft.article.uri: draft for draft in drafts},
        changed=frozenset(uri for uri, kind in kinds.items() if kind != "unchanged"),
    )


def _refuse_one_note_for_many(request: Publication, subjects: Iterable[Subject]) -> None:
    """Refuse a note on several articles: readers of another are not told what was wrong in one."""
    corrected = [subject.path for subject in subjects if subject.kind == "correction"]
    if request.note and len(corrected) > 1:
        names = ", ".join(corrected)
        raise ArticleError(
            f"{names}: have changed, and --note says what was wrong in one article:"
            " publish each with its own note (or all with --minor, silently)"
        )


def _warnings(office: Office, drafts: Sequence[Draft]) -> list[str]:
    """Return what the office's rules warn of: in full where a text is not as it was last."""
    with office.ledger.reading() as db:
        catalogue, uris = Catalogue(db), [draft.article.uri for draft in drafts]
        before = catalogue.articles.sources(uris)
        before |= {uri: each.draft.source for uri, each in catalogue.schedule.among(uris).items()}
    return [line for draft in drafts for line in draft.warnings(before.get(draft.article.uri, ""))]


def _is_change(line: Line) -> bool:
    """Return whether something was done, or is reported already; a coming digest is neither."""
    return bool(line.state) and (line.action, line.state) != UNCHANGED


def _waiting(office: Office, chosen: Sequence[Channel], unconnected: Container[str]) -> ReportPart:
    """Report what of the channels still waits, where the command itself had nothing to do."""
    names = {channel.name for channel in chosen}
    with office.ledger.reading() as db:
        found = places(db, states=("due", "claimed", "sending"))
    lines = (
        line_of(place, "retry", office.publisher.zone) for place in found if place.channel in names
    )
    return ReportPart(lines=tuple(as_connected(line, unconnected) for line in lines))
