"""Write to approvers: what is submitted, reminders, and what became of their answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import Connection

from syndicate.channel.mailing_list import MailingList, PlainLetter
from syndicate.config.approvers import Approver
from syndicate.errors import UsageError
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.catalogue.approvals import WAITING, Approval
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.people.approval_letters import (
    ASK,
    OPEN,
    REMIND,
    ApprovalLetter,
    letters_about,
)
from syndicate.model.delivery import Recipient, Rendition
from syndicate.office import Office
from syndicate.operations.approval import approver_named, asked_first, deputy_of
from syndicate.operations.renditions import changes_for_people, render_for_people
from syndicate.operations.request_letter import ApprovalRequest, compose_request
from syndicate.operations.waiting_revisions import is_too_long_ago
from syndicate.report import Line, Report, ReportPart, answered_by, state_word
from syndicate.subscribers.service_letters import ServiceLetter, known_lists
from syndicate.subscribers.service_mailing import Ending, Outages, send_begun
from syndicate.system.logs import unexpected
from syndicate.text.approval_words import approval_words
from syndicate.text.i18n import moment

log = logging.getLogger(__name__)

APPROVERS = "approvers"  # in the place of a channel's name
LETTER_ENDINGS = {"sent": "done", "off": "called off"}
OVER = "the request is over"
DECISIONS = ("approve", "reject")  # what answers are about that count


def tell_approvers(office: Office) -> ReportPart:
    """Send the letters to approvers that are due, and report them."""
    letters = office.ledger.approval_letters
    letters.end_dead_claims()
    due = letters.due()
    if not due:
        return ReportPart()
    mailing = _Mailing(office=office, known=known_lists(office))
    numbers = []
    for letter in due:
        if office.stopping():
            break
        if mailing.send(letter):
            numbers.append(letter.id)
    with office.ledger.reading() as db:
        lines = [line for line in approval_lines(db) if line.about in numbers]
    return ReportPart(
        lines=tuple(line.line for line in lines), problems=tuple(mailing.outages.problems)
    )


def remind_approvers(office: Office) -> ReportPart:
    """Remind those who have not decided in time, once; then ask their deputies, too."""
    after, at = office.settings.editorial.remind_after, office.clock()
    with office.ledger.planning() as catalogue:
        requests = catalogue.approvals
        for request in requests.all((WAITING,)):
            if at >= request.at + after and requests.mark_reminded(request.id, at):
                _book(office, catalogue, request, REMIND, _asked(catalogue.db, request))
            if at >= request.at + 2 * after and requests.mark_deputies(request.id, at):
                _book(office, catalogue, request, ASK, _deputies(office, request))
    sent = tell_approvers(office)
    return replace(sent, problems=(*sent.problems, *_unreached(office)))


def _unreached(office: Office) -> Iterator[str]:
    """Yield which approvers a request did not reach, or nobody knows whether it did."""
    with office.ledger.reading() as db:
        requests = Catalogue(db).approvals
        for letter in letters_about(db, states=("in_doubt", "refused")):
            request = requests.read(letter.approval)
            if request and request.state == WAITING:
                state = state_word(letter.state)
                yield (
                    f"{APPROVERS}: the letter to {letter.approver} about {request.file} is {state}:"
                    f" {letter.why} (syndicate resolve approval/{letter.id} …)"
                )


def _book(
    office: Office, catalogue: Catalogue, request: Approval, about: str, names: Sequence[str]
) -> None:
    letters = office.ledger.approval_letters
    for name in names:
        letters.book(catalogue.db, request.id, name, about, office.clock())


def _asked(db: Connection, request: Approval) -> list[str]:
    letters = letters_about(db, approval=request.id)
    return [letter.approver for letter in letters if letter.about == ASK]


def _deputies(office: Office, request: Approval) -> list[str]:
    """Return the deputies of all who were asked first, but for who submitted it."""
    found = (deputy_of(office, approver) for approver in asked_first(office, request.person))
    return [each.name for each in found if each and not each.is_person(request.person)]


def may_decide(office: Office, db: Connection, request: Approval) -> list[Approver]:
    """Return who may decide on a request: who would be asked now, and who was."""
    asked = (approver_named(office, name) for name in _asked(db, request))
    able = [*asked_first(office, request.person), *filter(None, asked)]
    return list({each.name: each for each in able if not each.is_person(request.person)}.values())


@dataclass(frozen=True, kw_only=True)
class _Mailing:
    """One sending of letters to approvers; each is committed before it leaves."""

    office: Office
    known: Mapping[str, KnownChannel]
    outages: Outages = field(default_factory=Outages)

    def send(self, letter: ApprovalLetter) -> bool:
        """Send a letter that is due; False where another process does."""
        letters, has_token = self.office.ledger.approval_letters, letter.about in (ASK, REMIND)
        token = letters.begin_with_token(letter.id) if has_token else ""
        if not (token if has_token else letters.begin(letter.id)):
            return False
        try:
            composed = self._composed(letter, token)
        except Exception as error:  # else it would stay claimed for as long as we live
            unexpected(log, f"{APPROVERS}: a letter could not be composed", error)
            composed = Ending(state="refused", why=self.office.scrub(f"{error}"))
        if isinstance(composed, Ending):
            letters.end(letter.id, composed.state, composed.why)
            return True
        edition = f"approval/{letter.approval}/{letter.id}"
        ending = send_begun(self.office, self.known, composed, edition, self.outages)
        letters.end(letter.id, ending.state, ending.why)
        return True

    def _composed(self, letter: ApprovalLetter, token: str) -> ServiceLetter | Ending:
        """Compose a letter; or say why nobody needs it any more, or why it has to wait."""
        office, sender = self.office, self.office.postman
        approver = approver_named(office, letter.approver)
        if approver is None:
            why = f"approvers.{letter.approver} is not configured any more"
            return Ending(state="off", why=why)
        if sender is None:
            return self._waiting("no letters can leave (set smtp and sender in [mail])")
        with office.ledger.reading() as db:
            catalogue = Catalogue(db)
            request = catalogue.approvals.read(letter.approval)
            draft = catalogue.approvals.draft_of(request) if request else None
            assert request is not None
            if not token:
                rendition = _answer(office, sender, request, letter)
            elif draft is None or request.state != WAITING:
                return Ending(state="off", why=OVER)
            else:
                question = _question(office, catalogue, request, draft, token)
                if letter.about == REMIND:
                    _mark(question, office)
                rendition = sender.whole_letter(office.publisher, question)
        if rendition is None:
            return self._waiting(f"{sender.name} writes no such letters")
        recipient = Recipient(id=f"approval{letter.id}", email=approver.email, token="")
        return ServiceLetter(sender=sender, rendition=rendition, recipient=recipient)

    def _waiting(self, why: str) -> Ending:
        problem = f"{APPROVERS}: {why}"
        self.outages.problems += [] if problem in self.outages.problems else [problem]
        return Ending(state="due", why=why)


def _question(
    office: Office, catalogue: Catalogue, request: Approval, draft: StoredDraft, token: str
) -> EmailMessage:
    """Compose the letter that asks for a decision."""
    sheet = ApprovalRequest(
        draft=draft,
        renditions=render_for_people(office, catalogue, draft),
        changes=changes_for_people(office, catalogue, draft),
        findings=request.findings,
        token=token,
    )
    return compose_request(office.publisher, sheet, catalogue.drafts.files(draft))


def _mark(question: EmailMessage, office: Office) -> None:
    """Let a letter say that it asks again."""
    mark, subject = approval_words(office.publisher.language)["remind"], question["Subject"]
    del question["Subject"]
    question["Subject"] = f"{mark}: {subject}"


def _at_terminal(words: Mapping[str, str], uri: str) -> str:
    return f"{words['at_terminal']}\nsyndicate approve {uri}\nsyndicate reject {uri} --note …"


def _answer(
    office: Office, sender: MailingList, request: Approval, letter: ApprovalLetter
) -> Rendition | None:
    """Compose what became of an approver's answer; it quotes nothing of the article."""
    words, counts = approval_words(office.publisher.language), letter.about in DECISIONS
    kind = letter.about if counts else "not_counted"
    name = request.headline or _without_headline(office, request)
    paragraphs = [words[kind], name, *_next(office, request, letter)]
    if not counts:
        paragraphs += [_at_terminal(words, request.uri)] if request.state == WAITING else []
    subject = f"{words[f'{kind}_subject']}: {name}"
    letter_ = PlainLetter(
        subject=subject, paragraphs=tuple(paragraphs), language=office.publisher.language
    )
    return sender.plain_letter(office.publisher, letter.at, letter_)


def _without_headline(office: Office, request: Approval) -> str:
    """Name a request whose article was killed: nobody is shown its headline again."""
    when = moment(request.at, office.publisher.zone, office.publisher.language)
    return approval_words(office.publisher.language)["submitted"].format(when=when)


def _next(office: Office, request: Approval, letter: ApprovalLetter) -> Iterator[str]:
    words, person = approval_words(office.publisher.language), request.person.name
    if letter.about == "approve" and request.due:
        when = moment(request.due, office.publisher.zone, office.publisher.language)
        yield words[_way_out(office, request.due)].format(when=when, uri=request.uri)
    elif letter.about == "approve":
        yield words["to_publish"].format(person=person)
    elif letter.about not in DECISIONS:
        yield words[letter.about].format(person=person)


def _way_out(office: Office, due: datetime) -> str:
    """Return the key of the words for what becomes of an approved article that has a time."""
    now = office.clock()
    if is_too_long_ago(office, due, now):
        return "too_long_ago"
    return "goes_out" if due > now else "goes_out_now"


@dataclass(frozen=True, kw_only=True)
class LetterLine:
    """A letter to an approver as a line; ``about`` is its number."""

    about: int
    line: Line


def approval_lines(db: Connection, uri: str | None = None) -> list[LetterLine]:
    """Return all letters to approvers as lines: of all articles, or of one."""
    requests = Catalogue(db).approvals
    found = requests.all() if uri is None else requests.of(uri)
    return [
        LetterLine(about=letter.id, line=_line(request, letter))
        for request in found
        for letter in letters_about(db, approval=request.id)
    ]


def _line(request: Approval, letter: ApprovalLetter) -> Line:
    is_asked = letter.state in ("in_doubt", "refused")
    return Line(
        channel=APPROVERS, about=request.uri, address=letter.approver, action="letter",
        state=LETTER_ENDINGS.get(letter.state) or state_word(letter.state), why=letter.why,
        resolve=answered_by(f"approval/{letter.id}") if is_asked else "",
    )  # fmt: skip


def approval_status(db: Connection, uri: str | None) -> list[Line]:
    """Return the letters to approvers that are not at rest, of all articles or of one."""
    open_ = {letter.id for letter in letters_about(db, states=OPEN)}
    return [each.line for each in approval_lines(db, uri) if each.about in open_] if open_ else []


def resolve_approval_letter(office: Office, number: int, state: str) -> Report:
    """Settle a letter to an approver at a person's word, and send what is due."""
    report = Report(command="resolve", notes=office.notes)
    letters = office.ledger.approval_letters
    letters.end_dead_claims()
    if not letters.settle(number, state):
        raise UsageError(
            f"approval/{number} is neither in doubt nor refused: see `syndicate status`"
        )
    report.include(tell_approvers(office))
    with office.ledger.reading() as db:
        report.lines = [each.line for each in approval_lines(db) if each.about == number]
    return report
