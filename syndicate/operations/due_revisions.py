"""Publish scheduled revisions whose minute has come: by ``tick``, each as it was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from syndicate.delivery.run import Progress
from syndicate.errors import Flaws, SyndicateError
from syndicate.intake.objections import expired
from syndicate.intake.remote_copies import RemoteCopies
from syndicate.intake.replies import refuse_lost_reply
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.catalogue.scheduled import Scheduled
from syndicate.office import Office
from syndicate.operations.approval import approval_needed, copies_of, use_approvals
from syndicate.operations.publish import Reading, decide_publication
from syndicate.operations.recording import Publication
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    joined_parts,
    run_decision,
)
from syndicate.operations.waiting_revisions import is_late, other_machine, question, ways
from syndicate.report import ReportPart
from syndicate.sources import Draft


def publish_due(office: Office, progress: Progress) -> ReportPart:
    """Publish what is due; what is too late, or cannot be said any more, stays and is reported."""
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        at = catalogue.not_far_ahead(office.clock())
        due = catalogue.schedule.due(at)
        asking = [each for each in catalogue.schedule.all() if each.asks]
    parts = [ReportPart(problems=tuple(question(office, each) for each in asking))]
    for each in sorted(due, key=_is_reply):  # behind what it answers, of the same minute or not
        if office.stopping():
            break
        parts.append(_published(office, each, at, progress))
    return joined_parts(parts)


def _published(office: Office, due: Scheduled, at: datetime, progress: Progress) -> ReportPart:
    if is_late(office, due, at):
        return ReportPart(problems=(question(office, due),))
    advice = ways(office, due.draft)
    if machine := other_machine(office, due.draft):
        return ReportPart(problems=(f"{due.draft.file}: waits for {machine} ({advice})",))
    copies = copies_of(office, [due.draft.article])
    try:
        change = run_decision(office, partial(_decision, office, due, copies))
    except SyndicateError as error:
        why = "; ".join(office.scrub(str(error)).splitlines())
        return ReportPart(problems=(f"{why}: it does not go out like this ({advice})",))
    outcome = deliver_change(office, change, progress)
    return joined_parts([change_report(change), outcome, ReportPart(lines=tuple(change.lines))])


def _is_reply(scheduled: Scheduled) -> bool:
    return bool(scheduled.draft.article.replies_to)


def _refuse_overtaken(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """Raise ArticleError for what could be published when it was stored, and cannot any more."""
    Flaws(list(expired(office, catalogue, draft))).end()
    refuse_lost_reply(office, catalogue, draft)


def _decision(office: Office, due: Scheduled, copies: RemoteCopies, catalogue: Catalogue) -> Change:
    """Record the revision and delete it from the schedule, in one transaction.

    Nothing is done where another machine was quicker, or a person has changed their mind.
    ArticleError where it cannot go out any more, or needs an approval that it does not have.
    """
    if catalogue.schedule.of(due.uri) != due:
        return Change()
    draft = due.draft
    read = Draft(article=draft.article, path=Path(draft.path), source=draft.source)
    _refuse_overtaken(office, catalogue, read)
    approval = approval_needed(office, catalogue, draft, copies)
    catalogue.schedule.take(due.uri)
    use_approvals(catalogue, [approval] if approval else [])
    request, reading = _request(draft), Reading(drafts=[read])
    acting = replace(office, person=draft.person)
    return decide_publication(acting, request, office.chosen(draft.channels), reading, catalogue)


def _request(draft: StoredDraft) -> Publication:
    """Return the request that the draft was stored by; what it may be mistaken for was checked."""
    path = Path(draft.path)
    notes = {} if draft.kind == "original" else {path: draft.note}
    return Publication(
        paths=[path], channels=draft.channels, notes=notes, backfill=draft.backfill, new=True,
        notify_readers=draft.notify_readers, same_article=True,
    )  # fmt: skip
