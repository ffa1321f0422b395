"""Adopt a post that stands already, put there by other hands or by a lost ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

from syndicate.channel import Channel, Scope
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, silent
from syndicate.errors import ArticleError, UsageError
from syndicate.intake.admission import admit_all
from syndicate.intake.naming import uri_notes, write_uris
from syndicate.ledger import Catalogue
from syndicate.model.delivery import Receipt
from syndicate.office import Office
from syndicate.operations.approval import Door, changed_articles, copies_of, use_approvals
from syndicate.operations.assigning import assign
from syndicate.operations.channels import destination_identity
from syndicate.operations.publish import refuse_unsayable
from syndicate.operations.recording import (
    Publication,
    record,
    record_correction,
    refuse_contradiction,
)
from syndicate.operations.resolve import receipt_named
from syndicate.operations.schedule import superseded
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    plan_and_write,
    register,
    run_decision,
)
from syndicate.planning.coming import awaited, digest_lines
from syndicate.planning.compare import abilities
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Wish
from syndicate.planning.write import Due
from syndicate.report import Report
from syndicate.sources import Draft, uri_date


def adopt(
    office: Office, path: Path, name: str, reference: str, note: str = "",
    progress: Progress = silent,
) -> Report:  # fmt: skip
    """Take a standing post on as an article's.

    It is made to say what the file says now; with a ``note`` it says that it was corrected.
    """
    [channel] = office.chosen([name])
    if channel.scope is not Scope.ARTICLE:
        raise UsageError(f"channel {name!r} has no single posts to adopt (use publish)")
    request = Publication(paths=[path], channels=[name], new=True, note=note or None)
    refuse_contradiction(request)
    report = Report(command="adopt", notes=office.notes)
    refuse_older(office)
    drafts = admit_all(office, [path], dry=False)
    refuse_unsayable(office, request, [channel], drafts)
    [draft] = write_uris(office, drafts)
    report.notes += uri_notes([draft])
    here = destination_identity(office, channel)
    receipt = receipt_named(office, channel, reference, here, draft.article.uri)
    copies = copies_of(office, changed_articles([draft]))
    door = Door(office=office, request=request, chosen=[channel], copies=copies)
    change = run_decision(office, partial(_adoption, door, channel, draft, receipt))
    report.include(change_report(change))
    adopted = deliver_change(office, change, progress)
    lines = tuple(replace(line, action="adopt") for line in adopted.lines)
    report.include(replace(adopted, lines=(*lines, *change.lines)))
    return report


def _adoption(
    door: Door, channel: Channel, draft: Draft, receipt: Receipt, catalogue: Catalogue
) -> Change:
    """Record the article, plan its post, and take the receipt on for it."""
    office, request, uri = door.office, door.request, draft.article.uri
    admission = door.admit(catalogue, [draft], [])
    for problem in admission.problems:
        raise ArticleError(problem)
    use_approvals(catalogue, admission.used)
    before = awaited(office, catalogue, [uri])
    standing = catalogue.articles.standing(uri)
    was_taken_on = standing is not None and catalogue.articles.was_taken_on(standing)
    recorded = record(office, catalogue, request, draft)
    if recorded.subject.kind == "original" or was_taken_on:
        _not_news(office, catalogue, draft)
        if request.note and not was_taken_on:
            record_correction(office, catalogue, draft, request.note)
    register(office, catalogue, [channel, *office.collections])
    facts = Facts(office=office, catalogue=catalogue, wish=Wish())
    assigned = assign(facts, [channel], [draft], request)
    change = plan_and_write(facts, [channel], assigned.standings, urgent=False)
    called_off = list(superseded(office, catalogue, [recorded.subject]))
    notes = (
        *recorded.notes,
        *called_off,
        *assigned.notes,
        *_take_receipt(catalogue, change.due, receipt),
    )
    kinds = {uri: recorded.subject.kind}
    lines = digest_lines(office, catalogue, [draft], kinds, before, chosen=office.channels)
    return replace(change, articles=[recorded.subject], notes=notes, lines=list(lines))


def _take_receipt(catalogue: Catalogue, due: Iterable[Due], receipt: Receipt) -> Iterator[str]:
    """Take a receipt on for what is planned; yield where the ledger has a place already."""
    for edition in due:
        channel = edition.plan.channel
        for step in edition.plan.steps:
            if step.rendition and step.rendition.follows:
                continue  # the receipt is of what it follows
            revises = abilities(channel).revises
            if not catalogue.deliveries.adopt(
                edition.number, step.address, receipt, revises=revises
            ):
                yield f"{channel.name}: the ledger already knows its place, which is kept"


def _not_news(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """Keep what stood before this ledger out of every digest: it may have been in one."""
    day = uri_date(draft.article.uri)
    if day is None:
        return
    then = datetime.combine(day, time(), office.publisher.zone)
    for channel in office.lists:
        known = office.remembered(catalogue, channel)
        before = min(then, known.first_seen - timedelta(seconds=1))
        catalogue.channels.never_news(known.id, draft.article.uri, before)
