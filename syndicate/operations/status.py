"""What is where: the ledger for people, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.evidence import older
from syndicate.errors import ArticleError
from syndicate.ledger import DigestCount, Happening, Place, Standing, Waiting
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.database.engine import connect
from syndicate.ledger.people.replies import held
from syndicate.ledger.processes.moves import place_of
from syndicate.ledger.reports.dead_claims import (
    AbandonedBlock,
    abandoned_deliveries,
    abandoned_letters,
)
from syndicate.ledger.reports.digests import digests, given_up, newest_runs, unfinished
from syndicate.ledger.reports.history import history, uris
from syndicate.ledger.reports.places import letters_in, places
from syndicate.ledger.reports.waiting import waiting
from syndicate.ledger.sending.letters import DIED as LETTER_DIED
from syndicate.ledger.sending.queue import DIED
from syndicate.model.edition_keys import PAGE_PREFIX
from syndicate.office import Office
from syndicate.operations.ledger_watch import MachineTicks, Watched, machines
from syndicate.operations.leftovers import leftover_lines
from syndicate.planning.collect import Documents
from syndicate.planning.hosting import Hosting
from syndicate.planning.overdue import Alert
from syndicate.report import Line, given_up_line, letters_line, line_of, state_word, when

if TYPE_CHECKING:
    from sqlalchemy import Connection


FEW = 3  # letters that wait alone, when all others have left: it is told whose they are


@dataclass(kw_only=True)
class ArticleStatus:
    """One article and every place where it stands."""

    uri: str
    headline: str
    version: int
    pub_status: str
    places: list[Line]


@dataclass(kw_only=True)
class Status:
    """Everything the office asks for: articles, digests, and what needs somebody."""

    articles: list[ArticleStatus] = field(default_factory=list)
    open: list[Line] = field(default_factory=list)
    digests: list[DigestCount] = field(default_factory=list)
    next_digests: dict[str, str] = field(default_factory=dict)
    closed_ahead: dict[str, list[str]] = field(default_factory=dict)  # digests of the future
    waiting: list[Waiting] = field(default_factory=list)  # until when and why
    leaving: dict[str, int] = field(default_factory=dict)  # who are too many, until a person looks
    unconfigured: list[str] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)  # what should have happened by now
    ticks: list[MachineTicks] = field(default_factory=list)  # of each machine
    backup: str | None = None  # when the newest known copy was made
    missing: str = ""  # that there is no ledger yet where the configuration names one
    older: str = ""  # what shows that the ledger is older than what was sent
    clock: str = ""  # what is wrong with this machine's
    clock_off: int = 0  # seconds that it is ahead of the database's; negative: behind
    far_off: bool = False  # too many of them: nothing is written from here
    rehearsal: bool = False  # whether the ledger is one: then nothing of it has reached a reader

    @property
    def exit_code(self) -> int:
        """3 where something waits, was refused, or nothing is sent at all; 4 for a doubt."""
        states = {line.state for line in self.open}
        if "in doubt" in states:
            return 4
        waits = states or self.leaving or self.alerts
        return 3 if waits or self.older or self.far_off else 0

    def to_json(self) -> dict[str, Any]:
        from dataclasses import asdict

        document = asdict(self)
        lists = ("digests", "waiting", "alerts", "ticks")
        for one in (row for name in lists for row in document[name]):
            for name, value in one.items():
                one[name] = when(value) if isinstance(value, datetime) else value
        return document | {"exit_code": self.exit_code}


def status(office: Office, uri: str | None = None, *, latest: int = 20) -> Status:
    """The whole ledger, newest articles first, or one article."""
    clock = office.ledger.clock
    found = Status(
        rehearsal=office.ledger.rehearsal, older=older(office), clock=clock.remark,
        missing=_missing(office),
        clock_off=int(clock.off.total_seconds()), far_off=clock.is_far_off,
    )  # fmt: skip
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        names = [uri] if uri else [name for name, _ in uris(db)[:latest]]
        lost = abandoned_deliveries(db, office.ledger.processes)
        still = [_as_left(one, lost) for one in places(db, open_only=True)]
        for name in names:
            standing = catalogue.articles.standing(name)
            if standing is None:
                raise ArticleError(f"{name}: the ledger does not know it")
            found.articles.append(_article(standing, _where(office, catalogue, standing, still)))
        found.open = [
            to_line(one, office.publisher.zone) for one in still if uri is None or _is_of(one, uri)
        ]
        found.open += leftover_lines(office, catalogue, uri)
        if uri is None:
            letters = abandoned_letters(db, office.ledger.processes)
            found.open += _open_letters(db, office.publisher.zone, letters)
            found.digests = [_with_lost(one, letters) for one in digests(db)]
            found.waiting = waiting(db)
            found.unconfigured = office.gone(catalogue)
            found.leaving = held(db)
            for channel in office.lists:
                _add_times(office, catalogue, channel, found)
            watched = Watched(office, catalogue, found.digests)
            found.alerts = list(watched.alerts())
            found.ticks = machines(watched.ticks, office.clock())
            found.backup = when(watched.backup)
    return found


def _missing(office: Office) -> str:
    """Say that there is no ledger; "" where there is one."""
    if office.ledger.is_kept:
        return ""
    place = place_of(connect(office.settings.ledger_url))
    return (
        f"there is no ledger at {place} yet: the first command that writes makes one (is ledger.url"
        " right?)"
    )


def _as_left(place: Place, lost: set[int]) -> Place:
    """What a dead process had begun is in doubt by now, and what it held is due."""
    if place.delivery not in lost:
        return place
    if place.state == "sending" and not place.present:
        return replace(place, state="in_doubt", why=DIED)
    return replace(place, state="due")


def _with_lost(one: DigestCount, lost: Iterable[AbandonedBlock]) -> DigestCount:
    """The same for the letters of a digest."""
    gone = sum(block.sending for block in lost if block.edition == one.edition)
    if not gone:
        return one
    counts = Counter(one.states) + Counter(in_doubt=gone)
    counts.subtract({"sending": gone})
    return replace(one, states=dict(+counts))


def _add_times(office: Office, catalogue: Catalogue, channel: MailingList, found: Status) -> None:
    found.next_digests[channel.name] = office.next_digest(catalogue, channel).isoformat()
    if ahead := office.closed_ahead(catalogue, channel):
        zone = office.publisher.zone
        found.closed_ahead[channel.name] = [one.astimezone(zone).isoformat() for one in ahead]


@dataclass(frozen=True)
class Speed:
    """How fast a run is, in letters a second, and how many seconds it still takes."""

    rate: float | None = None
    left: float | None = None

    def __str__(self) -> str:
        if self.rate is None:
            return ""
        said = f", {self.rate:.1f} a second"
        return f"{said}, {self.left:.0f} s to go" if self.left else said


def speed(one: DigestCount) -> Speed:
    """A run's speed since it was started; unknown where it was not, or rests."""
    if one.halted or one.not_before or one.started is None or one.latest is None:
        return Speed()
    took = (one.latest - one.started).total_seconds()
    sent, due = one.states.get("sent", 0), one.states.get("due", 0)
    if took <= 0 or not sent:
        return Speed()
    return Speed(sent / took, due * took / sent)


def mailings(office: Office, names: Sequence[str]) -> list[DigestCount]:
    """How the letters of lists stand: of every unfinished run, and of each list's newest."""
    chosen = {channel.name for channel in office.chosen(names)}
    with office.ledger.reading() as db:
        lost = abandoned_letters(db, office.ledger.processes)
        found = digests(db, numbers=[*unfinished(db), *newest_runs(db)])
    return [_with_lost(one, lost) for one in found if one.channel in chosen]


def troubled(office: Office, one: DigestCount) -> list[Line]:
    """The letters of a digest that were refused for good or are in doubt, one by one."""
    zone = office.publisher.zone
    with office.ledger.reading() as db:
        lost = abandoned_letters(db, office.ledger.processes)
        troubled = letters_in(db, one.edition, ("refused", "in_doubt"))
        return [to_line(place, zone) for place in (*troubled, *_left_by(db, one, lost))]


def _left_by(db: Connection, one: DigestCount, lost: Sequence[AbandonedBlock]) -> Iterator[Place]:
    """The letters of a digest that a dead process was sending."""
    mine = [block for block in lost if block.edition == one.edition and block.sending]
    for place in letters_in(db, one.edition, ("sending",)) if mine else ():
        number = place.subscriber or 0
        if any(block.first <= number <= block.last for block in mine):
            yield replace(place, state="in_doubt", why=LETTER_DIED)


def _open_letters(db: Connection, zone: ZoneInfo, lost: Sequence[AbandonedBlock]) -> Iterator[Line]:
    for one in (_with_lost(each, lost) for each in digests(db, numbers=unfinished(db))):
        yield letters_line(one)
        for place in _left_by(db, one, lost):
            yield to_line(place, zone)
        left = one.states.get("due", 0) + one.states.get("deferred", 0)
        states = ("in_doubt", "due") if one.paused and left <= FEW else ("in_doubt",)
        for place in letters_in(db, one.edition, states):
            yield to_line(place, zone)
    unsent = given_up(db)
    for one in digests(db, numbers=list(unsent)):
        yield given_up_line(one, *unsent[one.edition])


def article_history(office: Office, uri: str) -> list[Happening]:
    """Everything that happened to an article, oldest first."""
    with office.ledger.reading() as db:
        if Catalogue(db).articles.standing(uri) is None:
            raise ArticleError(f"{uri}: the ledger does not know it")
        return history(db, uri)


def to_line(place: Place, zone: ZoneInfo) -> Line:
    """A place as a line of a report; a subscriber's address is masked."""
    said = "there" if place.present else "nothing is there"
    if place.present and place.present_version:
        said = f"version {place.present_version}"
    if place.state == "in_doubt":
        said = "not known"
    return line_of(place, said, zone)


def _article(standing: Standing, lines: list[Line]) -> ArticleStatus:
    return ArticleStatus(
        uri=standing.uri,
        headline=standing.item.article.headline,
        version=standing.version,
        pub_status=standing.pub_status,
        places=lines,
    )


def _is_of(place: Place, uri: str) -> bool:
    return place.edition in (uri, f"{PAGE_PREFIX}{uri}")


def _where(
    office: Office, catalogue: Catalogue, standing: Standing, still: list[Place]
) -> list[Line]:
    """An article's own posts, the collections that hold it, the digests that carried it."""
    states = {(place.channel, place.edition): state_word(place.state) for place in still}
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
    """(channel, edition's key, 0): the documents of collections that hold an article."""
    known = {one.name: one for one in catalogue.channels.all()}
    hosting = Hosting(office, catalogue)
    for channel in office.collections:
        if channel.name in known:
            collection = Documents(hosting, channel, known[channel.name], office.publisher)
            at = catalogue.not_far_ahead(office.clock())
            for one in collection.documents(at, [uri], closing=False):
                if uri in dict(one.held):
                    yield channel.name, one.edition.key, 0
