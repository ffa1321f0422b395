"""Submit articles for approval: read, checked and stored now, they wait for another person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from syndicate.channel import Channel
from syndicate.config.approvers import Approver
from syndicate.delivery.evidence import refuse_older
from syndicate.errors import ArticleError, Flaws, UsageError
from syndicate.intake.remote_copies import RemoteCopies
from syndicate.intake.timing import due_time
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.approvals import APPROVED, WAITING, Approval
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.people.approval_letters import ASK
from syndicate.office import Office
from syndicate.operations.approval import (
    UNCHANGED,
    Door,
    asked_first,
    binding_of,
    changed_articles,
    copies_of,
    end_requests,
    needs_approval,
    published,
    refuse_nameless,
)
from syndicate.operations.approval_letters import tell_approvers
from syndicate.operations.publish import Reading, decide_publication, read_articles
from syndicate.operations.recording import Publication, record_act
from syndicate.operations.schedule import Prepared, call_off, refuse_held, tried
from syndicate.operations.sequence import Change
from syndicate.report import Report, Subject
from syndicate.sources import Draft
from syndicate.system import stop
from syndicate.text.coming_times import shown

SUBMITTED = "submitted"
REPLACED = "it was submitted again"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One article that is about to wait for approval."""

    prepared: Prepared
    copies: RemoteCopies = field(default_factory=RemoteCopies)

    @property
    def stored(self) -> StoredDraft:
        return self.prepared.draft

    @property
    def binding(self) -> str:
        return binding_of(self.stored, self.copies.of(self.stored.article))


def submit(office: Office, request: Publication) -> Report:
    """Store articles as they are to go out, and ask those who decide on them by letter."""
    report = Report(command="submit", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    refuse_nameless(office.person, "submit")
    chosen = office.chosen(request.channels)
    reading = read_articles(office, request, chosen)
    Flaws(list(reading.flaws)).end()
    report.notes += reading.notes
    asked = _asked(office, reading.drafts)
    copies = copies_of(office, changed_articles(reading.drafts))
    submissions = [*_submissions(office, request, chosen, reading.drafts, copies)]
    report.articles = [_subject(each) for each in submissions]
    report.warnings = [line for draft in reading.drafts for line in draft.warnings()]
    stop.go_on()
    if request.dry_run:
        report.notes += [
            f"{each.stored.file}: {_names(asked)} would be asked" for each in submissions
        ]
        return report
    with office.ledger.planning() as catalogue:
        for each in submissions:
            report.notes += _submitted(office, catalogue, each, asked)
    report.include(tell_approvers(office))
    return report


def _asked(office: Office, drafts: Sequence[Draft]) -> list[Approver]:
    """Return who is asked to decide; UsageError where nobody needs to, or nobody is left."""
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        for draft in drafts:
            before = published(catalogue, draft.article.uri)
            if not needs_approval(office, draft.article, before):
                raise UsageError(
                    f"{draft.path}: needs no approval (editorial.approval, profiles.NAME.approval):"
                    f" `syndicate publish {draft.path}`"
                )
    asked = asked_first(office, office.person)
    if not asked:
        raise UsageError(
            f"approvers: nobody but {office.person.name} could approve it (write another table"
            " [approvers.NAME], or a deputy)"
        )
    return asked


def _submissions(
    office: Office, request: Publication, chosen: Sequence[Channel], drafts: Sequence[Draft],
    copies: RemoteCopies,
) -> Iterator[Submission]:  # fmt: skip
    """Yield what would go out of each file; ArticleError for what cannot."""
    flaws = Flaws()
    for draft in drafts:
        with flaws.noting():
            if failures := copies.failures(draft.article):
                raise ArticleError(
                    f"{draft.path}: nobody could approve what cannot be seen: {'; '.join(failures)}"
                )
            due = due_time(draft.article, request.at, office.clock())
            found = tried(office, request, due, [draft], partial(_trial, chosen)).prepared
            found = found or _further(office, request, chosen, draft)
            if not found:
                raise ArticleError(f"{draft.path}: nothing has changed since it was published")
            yield Submission(prepared=found[0], copies=copies)
    flaws.end()


def _further(
    office: Office, request: Publication, chosen: Sequence[Channel], draft: Draft
) -> Sequence[Prepared]:
    """Return an unchanged article that is to go to further channels; nothing for any other."""
    if request.at:
        return ()
    door = Door(office=office, request=request, chosen=chosen)
    with office.ledger.planning(dry=True) as catalogue:
        stored = door.stored(catalogue, draft)
    return [Prepared(stored, draft)] if stored and stored.kind == UNCHANGED else []


def _trial(
    chosen: Sequence[Channel], office: Office, request: Publication, drafts: Sequence[Draft],
    catalogue: Catalogue,
) -> Change:  # fmt: skip
    return decide_publication(office, request, chosen, Reading(drafts=drafts), catalogue)


def _submitted(
    office: Office, catalogue: Catalogue, submission: Submission, asked: Sequence[Approver]
) -> Iterator[str]:
    """Keep a request in the place of an older one, and book its letters; yield notes on it."""
    stored, uri = submission.stored, submission.stored.uri
    standing = catalogue.articles.standing(uri)
    if stored.after != (standing.version if standing else 0):
        raise ArticleError(
            f"{stored.file}: another command has just published it (run this one again)"
        )
    if same := _same(catalogue, submission):
        state = "waits for approval" if same.state == WAITING else "was approved"
        yield f"{stored.file}: exactly this {state} already (`syndicate status` shows it)"
        return
    refuse_held(office, catalogue, [uri])
    yield from end_requests(office, catalogue, uri, REPLACED)
    yield from call_off(office, catalogue, uri, REPLACED)
    article, files = stored.article, {**submission.prepared.read.files}
    files |= submission.copies.files(article)
    request = Approval(
        uri=uri, version=stored.after + 1, headline=article.headline, path=stored.path,
        binding=submission.binding, pictures=submission.copies.of(article),
        findings=submission.prepared.read.findings, due=stored.due, at=office.clock(),
        person=office.person, state=WAITING, draft=catalogue.drafts.store(stored, files),
    )  # fmt: skip
    number = catalogue.approvals.add(request)
    for approver in asked:
        letters = office.ledger.approval_letters
        letters.book(catalogue.db, number, approver.name, ASK, office.clock())
    record_act(
        office, catalogue, SUBMITTED, uri, version=request.version, note=_time(office, stored)
    )
    then = f"goes out on {_time(office, stored)} once it is approved" if stored.due else "waits"
    yield f"{stored.file}: {then}: {_names(asked)} may approve it"


def _same(catalogue: Catalogue, submission: Submission) -> Approval | None:
    """Return a request that asks for exactly this already."""
    found = catalogue.approvals.of(submission.stored.uri, (WAITING, APPROVED))
    version, binding = submission.stored.after + 1, submission.binding
    return next((r for r in found if (r.version, r.binding) == (version, binding)), None)


def _subject(submission: Submission) -> Subject:
    stored = submission.stored
    return Subject(
        uri=stored.uri, headline=stored.article.headline, path=stored.path,
        version=stored.after + 1, kind=stored.kind,
        at=stored.due.isoformat() if stored.due else None,
    )  # fmt: skip


def _time(office: Office, stored: StoredDraft) -> str:
    return shown(stored.due, office.publisher.zone) if stored.due else ""


def _names(asked: Sequence[Approver]) -> str:
    return ", ".join(approver.name for approver in asked)
