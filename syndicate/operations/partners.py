"""Tell partners of corrections, withdrawals and kills: a letter to each, whatever the digests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from syndicate.channel.mailing_list import MailingList
from syndicate.config.partners import Partner
from syndicate.errors import UsageError
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.people.partners import OPEN, PartnerLetter, partner_rows
from syndicate.ledger.people.single_letters import OVERTAKEN, SETTLED_BY_PERSON
from syndicate.ledger.processes.withheld import withheld
from syndicate.ledger.reports.versions import killed_through
from syndicate.model.delivery import Recipient
from syndicate.office import Office
from syndicate.operations.partner_letters import PartnerNews
from syndicate.report import Line, Report, ReportPart, answered_by, state_word
from syndicate.subscribers.service_letters import ServiceLetter
from syndicate.subscribers.service_mailing import Outages, send_each

PARTNERS = "partners"  # in the place of a channel's name
TOLD = ("correction", "withdrawal", "reinstatement")  # kinds of revisions that they are told of
ENDINGS = {"sent": "done", "off": "called off", "noted": "done"}


def book_partners(
    office: Office, catalogue: Catalogue, standings: Sequence[Standing],
    changed: Collection[str], revised: Collection[str],
) -> list[Line]:  # fmt: skip
    """Book in a planning transaction who has or is told of these articles; return the letters.

    An article that is new to a partner is noted alone: they are not written to before it changes.
    Who has it is told even if this machine's configuration lacks them: another one may not.
    """
    partners, at, lines = office.ledger.partners, office.clock(), []
    for standing in standings:
        uri, version = standing.uri, standing.version
        if uri not in changed and uri not in revised:
            continue
        holding = partners.holding(catalogue.db, uri) if version > 1 else set[str]()
        configured = [partner.name for partner in office.settings.partners]
        holders = [
            name for name in dict.fromkeys([*configured, *sorted(holding)]) if name in holding
        ]
        for name in holders if uri in revised and standing.kind in TOLD else ():
            if partners.book(catalogue.db, name, uri, version, at):
                lines.append(_planned(name, uri))
        for partner in office.settings.partners if uri in changed else ():
            if partner.name not in holding and _is_new_to(partner, standing, catalogue):
                partners.note(catalogue.db, partner.name, uri, version, at)
    return lines


def _is_new_to(partner: Partner, standing: Standing, catalogue: Catalogue) -> bool:
    """Return whether an article is a partner's from now on: published first, or given a subject."""
    article, version = standing.item.article, standing.version
    if standing.item.withdrawal or not partner.takes(article.subjects):
        return False
    before = catalogue.articles.at_version(standing.uri, version - 1) if version > 1 else None
    return before is None or not partner.takes(before.subjects)


def _planned(name: str, uri: str) -> Line:
    why = "is told of it by a letter"
    return Line(channel=PARTNERS, about=uri, address=name, action="letter", why=why)


def tell_partners(office: Office) -> ReportPart:
    """Send the letters to partners that are due, and report them."""
    partners, outages = office.ledger.partners, Outages()
    partners.end_dead_claims()
    endings = send_each(office, partners, partners.due(), _PartnerWriter(office), outages)
    lines = [
        line_of_partner(replace(letter, state=ending.state, why=ending.why))
        for letter, ending in endings
    ]
    return ReportPart(lines=tuple(lines), problems=tuple(outages.problems))


def line_of_partner(letter: PartnerLetter) -> Line:
    """Return a letter to a partner as a line, with what a person can answer."""
    return Line(
        channel=PARTNERS, about=letter.uri, address=letter.partner, action="letter",
        state=ENDINGS.get(letter.state) or state_word(letter.state), why=letter.why,
        resolve=settling("partner", letter.id, letter.state),
    )  # fmt: skip


def settling(kind: str, number: int, state: str) -> str:
    """Return the command that settles a letter; "" for one that needs none."""
    if state == "due":
        return "syndicate tick"
    return answered_by(f"{kind}/{number}") if state in SETTLED_BY_PERSON else ""


@dataclass(frozen=True)
class _PartnerWriter:
    """Writer of letters to partners."""

    office: Office

    def sender(self, letter: PartnerLetter) -> MailingList | str:
        partner = self._partner(letter)
        if partner is None:
            return (
                f"partners.{letter.partner} is not in this machine's configuration: it waits for a"
                f" machine that has it (or: syndicate resolve partner/{letter.id} --give-up)"
            )
        named = next((c for c in self.office.lists if c.name == partner.list), None)
        sender = named if partner.list else self.office.postman
        return sender or (
            "no mailing list of this machine could write it: it waits for a machine with one"
        )

    def _partner(self, letter: PartnerLetter) -> Partner | None:
        partners = self.office.settings.partners
        return next((each for each in partners if each.name == letter.partner), None)

    def edition(self, letter: PartnerLetter) -> str:
        return f"partner/{letter.uri}~{letter.version}"

    def compose(self, letter: PartnerLetter, sender: MailingList) -> ServiceLetter | str:
        office, partner = self.office, self._partner(letter)
        assert partner is not None
        news = _news(office, partner, letter)
        if news is None:
            return OVERTAKEN
        rendition = sender.plain_letter(office.publisher, letter.at, news.letter())
        if rendition is None:
            return f"{sender.name} writes no such letters"
        recipient = Recipient(id=partner.name, email=partner.email, token="")
        return ServiceLetter(sender=sender, rendition=rendition, recipient=recipient)


def _news(office: Office, partner: Partner, letter: PartnerLetter) -> PartnerNews | None:
    """Return what became of an article since a partner got it; None for what is overtaken."""
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        standing = articles.standing(letter.uri)
        if standing is None or standing.major_version > letter.version:
            return None
        before = office.ledger.partners.version_before(db, letter)
        is_killed = before <= killed_through(db, letter.uri)  # no letter repeats its words
        known = None if is_killed else articles.at_version(letter.uri, before)
    return PartnerNews(
        publisher=office.publisher, standing=standing, before=known,
        language=partner.language or office.publisher.language,
    )  # fmt: skip


def partner_status(db: Connection, uri: str | None) -> list[Line]:
    """Return the letters to partners that are not at rest, of all articles or of one."""
    held, rows = withheld(db), partner_rows(db, uri=uri, states=OPEN)
    return [as_held(line_of_partner(row), held) for row in rows]


def as_held(line: Line, held: Collection[str]) -> Line:
    """Return the line of a letter that waits; it is held where its article is."""
    if line.about in held and line.state == state_word("due"):
        return replace(line, state=state_word("held"), why="its article is held", resolve="")
    return line


def resolve_partner(office: Office, number: int, state: str) -> Report:
    """Settle a letter to a partner at a person's word, and send what is due."""
    report = Report(command="resolve", notes=office.notes)
    office.ledger.partners.end_dead_claims()
    if not office.ledger.partners.settle(number, state):
        raise UsageError(
            f"partner/{number} is neither in doubt nor refused: see `syndicate status`"
        )
    report.include(tell_partners(office))
    with office.ledger.reading() as db:
        rows = partner_rows(db)
    report.lines = [line_of_partner(row) for row in rows if row.id == number]
    return report
