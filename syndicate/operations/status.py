"""Report what the ledger holds and what needs somebody (``syndicate status``), also as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.evidence import older
from syndicate.errors import ArticleError
from syndicate.ledger import DigestCount, Place, Standing, Waiting
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.catalogue.approvals import FORCED
from syndicate.ledger.catalogue.notices import NoticeCount
from syndicate.ledger.database.engine import connect
from syndicate.ledger.people.replies import held
from syndicate.ledger.processes.moves import place_of
from syndicate.ledger.reports.dead_claims import (
    abandoned_deliveries,
    abandoned_letters,
)
from syndicate.ledger.reports.digests import digests, newest_runs, unfinished
from syndicate.ledger.reports.history import uris
from syndicate.ledger.reports.places import letters_in, places
from syndicate.ledger.reports.waiting import current_waits
from syndicate.ledger.sending.queue import POST_UNSURE
from syndicate.model.edition_keys import PAGE_PREFIX
from syndicate.office import Office
from syndicate.operations.approval_letters import approval_status
from syndicate.operations.approvals_open import ApprovalStatus, open_approvals
from syndicate.operations.deadlines_ahead import (
    ReminderAhead,
    ReplyAhead,
    reminders_ahead,
    replies_ahead,
)
from syndicate.operations.followers import follower_status
from syndicate.operations.hold import HELD
from syndicate.operations.ledger_watch import LedgerWatch, MachineTicks, machines
from syndicate.operations.leftovers import leftover_lines
from syndicate.operations.open_letters import (
    left_by,
    letter_states,
    open_letters,
    to_line,
    with_lost,
)
from syndicate.operations.partners import partner_status
from syndicate.operations.upcoming import Coming, coming
from syndicate.planning.collection_documents import Documents
from syndicate.planning.hosting import Hosting
from syndicate.planning.overdue import Alert
from syndicate.report import Line, state_word, when

if TYPE_CHECKING:
    pass


@dataclass(kw_only=True)
class ArticleStatus:
    """One article and every place where it stands."""

    uri: str
    headline: str
    version: int
    pub_status: str
    notices: list[NoticeCount]  # letters that told its readers at once what became of it
    places: list[Line]


@dataclass(frozen=True, kw_only=True)
class HeldArticle:
    """One article of which nothing goes out until it is released."""

    uri: str
    headline: str
    since: datetime
    note: str  # for colleagues
    person: str  # who held it

    @property
    def line(self) -> str:
        """Return it as a line, with the command that releases it."""
        by = f" by {self.person}" if self.person else ""
        note = f": {self.note}" if self.note else ""
        return f"held{by}: {self.headline}{note} (syndicate release {self.uri})"


@dataclass(kw_only=True)
class Status:
    """State of the ledger: articles, digests, and what needs somebody."""

    articles: list[ArticleStatus] = field(default_factory=list)
    held: list[HeldArticle] = field(default_factory=list)  # the longest first
    open: list[Line] = field(default_factory=list)
    digests: list[DigestCount] = field(default_factory=list)
    next_digests: dict[str, str] = field(default_factory=dict)
    closed_ahead: dict[str, list[str]] = field(default_factory=dict)  # digests of the future
    waiting: list[Waiting] = field(default_factory=list)  # until when and why
    leaving: dict[str, int] = field(default_factory=dict)  # who are too many, until a person looks
    unconfigured: list[str] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)  # scheduled revisions, the next one first
    approvals: list[ApprovalStatus] = field(default_factory=list)  # the longest first
    reminders: list[ReminderAhead] = field(default_factory=list)  # of deadlines, the next first
    replies_due: list[ReplyAhead] = field(default_factory=list)  # (right of reply)
    alerts: list[Alert] = field(default_factory=list)  # what should have happened by now
    ticks: list[MachineTicks] = field(default_factory=list)  # of each machine
    backup: str | None = None  # when the newest known copy was made
    missing: str = ""  # there is no ledger yet where the configuration names one
    older: str = ""  # evidence that the ledger is older than what was sent
    clock: str = ""  # fault of this machine's clock
    clock_off: int = 0  # seconds that it is ahead of the database's; negative: behind
    far_off: bool = False  # too many of them: nothing is written from here
    rehearsal: bool = False  # the ledger is one: nothing of it has reached a reader

    @property
    def exit_code(self) -> int:
        """Return 3 where something waits, was refused, or nothing is sent at all; 4 for a doubt."""
        states = {line.state for line in self.open} - {"held"}
        if "in doubt" in states:
            return 4
        asks = any(each.state == "asks" for each in self.coming)
        is_late = any(reply.is_late for reply in self.replies_due)
        is_forced = any(each.state == FORCED for each in self.approvals)
        waits = states or self.leaving or self.alerts or asks or is_late or is_forced
        return 3 if waits or self.older or self.far_off else 0

    def to_json(self) -> dict[str, Any]:
        from dataclasses import asdict

        document = asdict(self)
        lists = ("held", "digests", "waiting", "alerts", "ticks", "reminders", "replies_due",
                 "approvals")  # fmt: skip
        notices = [notice for article in document["articles"] for notice in article["notices"]]
        for row in (*notices, *(row for name in lists for row in document[name])):
            for name, value in row.items():
                row[name] = when(value) if isinstance(value, datetime) else value
        return document | {"exit_code": self.exit_code}


def ledger_status(office: Office, uri: str | None = None, *, latest: int = 20) -> Status:
    """Report the whole ledger, newest articles first, or one article."""
    status = _of_ledger(office)
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        status.coming += coming(office, catalogue, uri)
        status.held = [_held(catalogue, each) for each in catalogue.articles.held()]
        _add_articles(office, catalogue, status, uri, latest)
        status.open += leftover_lines(office, catalogue, uri)
        single = (partner_status, follower_status, approval_status)
        status.open += [line for letters in single for line in letters(db, uri)]
        status.approvals = list(open_approvals(office, catalogue, uri))
        status.reminders = reminders_ahead(office, catalogue, uri)
        status.replies_due = replies_ahead(office, catalogue, uri)
        if uri is None:
            _add_office(office, catalogue, status)
    return status


def _of_ledger(office: Office) -> Status:
    """Report the ledger's own state; not in a transaction, as it reads by another connection."""
    clock = office.ledger.clock
    return Status(
        rehearsal=office.ledger.rehearsal,
        older=older(office),
        clock=clock.remark,
        missing=_missing(office),
        clock_off=int(clock.off.total_seconds()),
        far_off=clock.is_far_off,
    )


def _add_articles(
    office: Office, catalogue: Catalogue, status: Status, uri: str | None, latest: int
) -> None:
    """Add the newest articles, or one, and what of them is not settled."""
    db, zone = catalogue.db, office.publisher.zone
    lost = abandoned_deliveries(db, office.ledger.processes)
    unsettled = [_as_left(place, lost) for place in places(db, open_only=True)]
    states = {(place.channel, place.edition): state_word(place.state) for place in unsettled}
    lost_letters = abandoned_letters(db, office.ledger.processes)
    states |= letter_states(db, lost_letters)
    for name in [uri] if uri else [name for name, _ in uris(db)[:latest]]:
        standing = catalogue.articles.standing(name)
        if standing is None and (status.coming or catalogue.approvals.of(name)):
            continue  # it is not published yet
        if standing is None:
            raise ArticleError(f"{name}: the ledger does not know it")
        lines = _where(office, catalogue, standing, states)
        status.articles.append(_article(standing, lines, catalogue.notices.counted(name)))
    chosen = (place for place in unsettled if uri is None or _is_of(place, uri))
    status.open += [to_line(place, zone) for place in chosen]
    if uri:
        carrying = {(name, key) for name, key, _ in catalogue.digests.carrying(uri)}
        status.open += open_letters(db, zone, lost_letters, carrying)


def _add_office(office: Office, catalogue: Catalogue, status: Status) -> None:
    """Add the digests, what waits, and what should have happened by now."""
    db = catalogue.db
    lost = abandoned_letters(db, office.ledger.processes)
    status.open += open_letters(db, office.publisher.zone, lost)
    status.digests = [with_lost(digest, lost) for digest in digests(db)]
    status.waiting = current_waits(db)
    status.unconfigured = office.gone(catalogue)
    status.leaving = held(db)
    for channel in office.lists:
        _add_times(office, catalogue, channel, status)
    watch = LedgerWatch(office, catalogue, status.digests)
    status.alerts = list(watch.alerts())
    status.ticks = machines(watch.ticks, office.clock())
    status.backup = when(watch.backup)


def _held(catalogue: Catalogue, standing: Standing) -> HeldArticle:
    assert standing.held
    acts = [act for act in catalogue.acts.of(standing.uri) if act.what == HELD]
    return HeldArticle(
        uri=standing.uri,
        headline=standing.item.headline,
        since=standing.held,
        note=acts[-1].note if acts else "",
        person=acts[-1].person.name if acts else "",
    )


def _missing(office: Office) -> str:
    """Say that there is no ledger; "" where there is one."""
    if office.ledger.is_kept:
        return ""
    place = place_of(connect(office.settings.ledger_url))
    return (
        f"there is no ledger at {place} yet: the first command that writes creates one"
        " (check ledger.url if you expected one)"
    )


def _as_left(place: Place, lost: set[int]) -> Place:
    """Put in doubt what a dead process had begun, and make due what it held."""
    if place.delivery not in lost:
        return place
    if place.state == "sending" and not place.present:
        return replace(place, state="in_doubt", why=POST_UNSURE)
    return replace(place, state="due")


def _add_times(office: Office, catalogue: Catalogue, channel: MailingList, status: Status) -> None:
    status.next_digests[channel.name] = office.next_digest(catalogue, channel).isoformat()
    if ahead := office.closed_ahead(catalogue, channel):
        zone = office.publisher.zone
        status.closed_ahead[channel.name] = [end.astimezone(zone).isoformat() for end in ahead]


@dataclass(frozen=True)
class Speed:
    """Speed of a run in letters a second, and the seconds that it still takes."""

    rate: float | None = None
    left: float | None = None

    def __str__(self) -> str:
        if self.rate is None:
            return ""
        speed = f", {self.rate:.1f} a second"
        return f"{speed}, {self.left:.0f} s to go" if self.left else speed


def speed(digest: DigestCount) -> Speed:
    """Return a run's speed since it was started; unknown where it was not, or rests."""
    rests = digest.halted or digest.not_before
    if rests or digest.started is None or digest.latest is None:
        return Speed()
    seconds = (digest.latest - digest.started).total_seconds()
    sent, due = digest.states.get("sent", 0), digest.states.get("due", 0)
    if seconds <= 0 or not sent:
        return Speed()
    return Speed(sent / seconds, due * seconds / sent)


def mailings(office: Office, names: Sequence[str]) -> list[DigestCount]:
    """Count the letters of lists: of every unfinished run, and of each list's newest."""
    chosen = {channel.name for channel in office.chosen(names)}
    with office.ledger.reading() as db:
        lost = abandoned_letters(db, office.ledger.processes)
        found = digests(db, numbers=[*unfinished(db), *newest_runs(db)])
    return [with_lost(digest, lost) for digest in found if digest.channel in chosen]


def troubled(office: Office, digest: DigestCount) -> list[Line]:
    """Return the letters of a digest that were refused for good or are in doubt, one by one."""
    zone = office.publisher.zone
    with office.ledger.reading() as db:
        lost = abandoned_letters(db, office.ledger.processes)
        refused = letters_in(db, digest.edition, ("refused", "in_doubt"))
        return [to_line(place, zone) for place in (*refused, *left_by(db, digest, lost))]


def _article(standing: Standing, lines: list[Line], notices: list[NoticeCount]) -> ArticleStatus:
    return ArticleStatus(
        uri=standing.uri,
        headline=standing.item.headline,
        version=standing.version,
        pub_status=standing.pub_status,
        notices=notices,
        places=lines,
    )


def _is_of(place: Place, uri: str) -> bool:
    return place.edition in (uri, f"{PAGE_PREFIX}{uri}")


def _where(
    office: Office, catalogue: Catalogue, standing: Standing, states: Mapping[tuple[str, str], str]
) -> list[Line]:
    """Return an article's own posts, the collections that hold it, the digests that carried it."""
    zone = office.publisher.zone
    lines = [to_line(place, zone) for place in places(catalogue.db, edition=standing.uri)]
    found = [*_listing(office, catalogue, standing.uri), *catalogue.digests.carrying(standing.uri)]
    for name, key, version in found:
        state = states.get((name, key), "done")
        shown = version or (standing.version if state == "done" else 0)
        action = f"version {shown}" if shown else "listed"
        lines.append(Line(channel=name, about=key, address="", action=action, state=state))
    return lines


def _listing(office: Office, catalogue: Catalogue, uri: str) -> Iterator[tuple[str, str, int]]:
    """Yield (channel, edition's key, 0) of the collections' documents that hold an article."""
    known = {channel.name: channel for channel in catalogue.channels.all()}
    hosting = Hosting(office, catalogue)
    for channel in office.collections:
        if channel.name in known:
            collection = Documents(hosting, channel, known[channel.name], office.publisher)
            at = catalogue.not_far_ahead(office.clock())
            for document in collection.documents(at, [uri]):
                if uri in dict(document.held):
                    yield channel.name, document.edition.key, 0
