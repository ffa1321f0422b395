"""Approve and reject what was submitted, by letter or at a terminal; review what was forced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from syndicate import sources
from syndicate.channel.mailing_list import Reply
from syndicate.config.approvers import Approver
from syndicate.delivery.evidence import refuse_older
from syndicate.errors import ArticleError, UsageError
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.approvals import (
    APPROVED,
    FORCED,
    REJECTED,
    REVIEWED,
    WAITING,
    Approval,
)
from syndicate.ledger.people.approval_letters import letter_of
from syndicate.ledger.people.replies import hear
from syndicate.model.person import Person
from syndicate.office import Office
from syndicate.operations.approval import approver_named, refuse_nameless
from syndicate.operations.approval_letters import OVER, may_decide, tell_approvers
from syndicate.operations.recording import record_act
from syndicate.operations.waiting_revisions import goes_out
from syndicate.report import Report, Subject
from syndicate.subscribers.reply_processor import Decided
from syndicate.text import folded

STATE_AFTER = {"approve": APPROVED, "reject": REJECTED}
UNREAD = "answers to a request for approval, left unread for you"


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """Decision of a person at a terminal."""

    article: str  # a file or a uri
    note: str = ""

    @property
    def why(self) -> str:
        return " ".join(self.note.split())


def approve(office: Office, request: DecisionRequest) -> Report:
    """Approve what was submitted of an article: it goes out at its time, or can be published."""
    return _at_terminal(office, request, APPROVED)


def reject(office: Office, request: DecisionRequest) -> Report:
    """Reject what was submitted of an article; who submitted it takes it back like this."""
    if not request.why:
        raise UsageError("--note: write why it is rejected; who submitted it reads that")
    return _at_terminal(office, request, REJECTED)


def review(office: Office, request: DecisionRequest) -> Report:
    """Note that a person has looked at what was published without approval."""
    report = Report(command="review", notes=office.notes)
    refuse_older(office)
    refuse_nameless(office.person, "review")
    with office.ledger.planning() as catalogue:
        forced = _asked(catalogue, request.article, FORCED)
        if _is_same(forced.person, office.person):
            raise UsageError(
                f"{request.article}: {office.person.name} has published it without approval:"
                " somebody else has to review it"
            )
        catalogue.approvals.review(forced.id, office.person, office.clock())
        version = forced.version
        record_act(office, catalogue, REVIEWED, forced.uri, version=version, note=request.why)
    report.articles = [_subject(forced, REVIEWED)]
    return report


def _at_terminal(office: Office, request: DecisionRequest, state: str) -> Report:
    command = next(command for command in STATE_AFTER if STATE_AFTER[command] == state)
    report = Report(command=command, notes=office.notes)
    refuse_older(office)
    refuse_nameless(office.person, command)
    with office.ledger.planning() as catalogue:
        asked = _asked(catalogue, request.article, WAITING)
        _refuse_stranger(office, catalogue, asked, state)
        report.notes += _decided(office, catalogue, asked, state, office.person, request.why)
    report.articles = [_subject(asked, state)]
    report.include(tell_approvers(office))
    return report


def _asked(catalogue: Catalogue, article: str, state: str) -> Approval:
    """Return an article's newest request in a state; ArticleError where there is none."""
    found = catalogue.approvals.all((state,))
    uri = article if article.startswith("tag:") else sources.uri_in(Path(article))
    path = str(Path(article).absolute())
    mine = [each for each in found if (each.uri == uri if uri else each.path == path)]
    if mine:
        return mine[-1]
    what = "is not waiting for approval" if state == WAITING else "was not published by force"
    raise ArticleError(f"{article}: {what} (`syndicate status` lists what is)")


def _refuse_stranger(office: Office, catalogue: Catalogue, asked: Approval, state: str) -> None:
    """Refuse who may not decide; who submitted something may take it back."""
    person = office.person
    if _is_same(asked.person, person):
        if state == REJECTED:
            return
        raise UsageError(f"{asked.file}: {person.name} has submitted it: somebody else approves it")
    able = may_decide(office, catalogue.db, asked)
    if not any(approver.is_person(person) for approver in able):
        names = ", ".join(approver.name for approver in able) or "nobody"
        raise UsageError(f"{asked.file}: {person.name} may not decide on it ({names} may)")


def _is_same(one: Person, other: Person) -> bool:
    return folded(one.name) == folded(other.name)


def _decided(
    office: Office, catalogue: Catalogue, asked: Approval, state: str, person: Person, note: str
) -> list[str]:
    """Write a decision down, and schedule what has a time; return notes on it."""
    draft = catalogue.approvals.draft_of(asked)
    if state == APPROVED and (draft is None or is_stale(catalogue, asked)):
        raise ArticleError(
            f"{asked.file}: another version was published since it was submitted"
            f" (`syndicate submit {asked.file}` asks anew)"
        )
    catalogue.approvals.decide(asked.id, state, person, office.clock(), note)
    office.ledger.approval_letters.call_off(catalogue.db, asked.id, OVER)
    acting = replace(office, person=person)
    record_act(acting, catalogue, state, asked.uri, version=asked.version, note=note)
    if state == REJECTED:
        catalogue.approvals.drop_draft(asked)
        return []
    if draft and asked.due:
        catalogue.schedule.put(draft.number)
        return [f"{asked.file}: {goes_out(office, draft, asked.due)}"]
    return [f"{asked.file}: `syndicate publish {asked.file}` publishes it"]


def is_stale(catalogue: Catalogue, asked: Approval) -> bool:
    """Return whether another version was published since a request was made."""
    standing = catalogue.articles.standing(asked.uri)
    return asked.version != (standing.version if standing else 0) + 1


def _subject(asked: Approval, state: str) -> Subject:
    return Subject(
        uri=asked.uri, headline=asked.headline, path=asked.path, version=asked.version, kind=state,
        at=asked.due.isoformat() if asked.due else None,
    )  # fmt: skip


def decide_by_letter(office: Office, reply: Reply) -> Decided:
    """Do what an approver's answer says, once; an answer that does not count is answered, too."""
    with office.ledger.planning() as catalogue:
        letter = letter_of(catalogue.db, reply.token)
        asked = catalogue.approvals.read(letter.approval) if letter else None
        approver = approver_named(office, letter.approver) if letter else None
        if not (letter and asked and approver):
            return _for_a_person("an answer to a request for approval holds no token of ours")
        if reply.email.casefold() != approver.email.casefold():
            return _for_a_person(
                f"an answer in the name of {approver.name} to the request for approval of"
                f" {asked.headline!r} does not come from their address, and does not count"
            )
        if not hear(catalogue.db, reply.key, office.clock()):
            return Decided(what="read before")
        about = _answered(office, catalogue, reply, asked, approver)
        letters = office.ledger.approval_letters
        letters.book(catalogue.db, asked.id, approver.name, about, office.clock())
    counts = about in STATE_AFTER
    what = STATE_AFTER[about] if counts else "not counted among approvers' answers"
    return Decided(what=what, approved=about == "approve")


def _for_a_person(why: str) -> Decided:
    return Decided(what=UNREAD, for_a_person=True, problem=f"{why} (look into the mailbox)")


def _answered(
    office: Office, catalogue: Catalogue, reply: Reply, asked: Approval, approver: Approver
) -> str:
    """Decide where an answer counts; return what the letter that answers it is about."""
    if not reply.authentication:
        return "unvouched"
    if asked.state != WAITING:
        return "over"
    if approver.is_person(asked.person):
        return "forbidden"
    if not reply.about:
        return "unclear"
    if reply.about == "approve" and is_stale(catalogue, asked):
        return "stale"
    person = Person(name=approver.name, account=reply.authentication)
    _decided(office, catalogue, asked, STATE_AFTER[reply.about], person, reply.detail)
    return reply.about
