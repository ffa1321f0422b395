"""Report of what a command did or would do, for people and as one JSON document."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.ledger import DigestCount, Place, Standing
from syndicate.ledger.processes.waits import HELD
from syndicate.ledger.reports.books import Imbalance
from syndicate.model.edition_keys import letter_parts, variant_of
from syndicate.model.reach import Reach
from syndicate.system.scrubbing import masked_address
from syndicate.text import counted
from syndicate.text.i18n import moment

STATE_WORDS = {
    "settled": "done",
    "due": "waiting",
    "claimed": "under way",
    "sending": "under way",
    "refused": "refused",
    "in_doubt": "in doubt",
    "held": "held",  # of an article that is withheld
    # letters
    "sent": "done",
    "off": "called off",
    "given_up": "given up",
}
UNMENDED = ("waiting", "under way", "refused", "in doubt")
UNSHOWN = frozenset(("idle", "lasting", "unconnected", "reported_before"))  # in JSON
LETTER_NAMES = {
    "urgent": "urgent letter of {uri}",
    "notice": "letter on version {number} of {uri}",
    "released": "letter of {uri}, which digest {number} left out",
}
LETTER_WORDS = STATE_WORDS | {"sent": "sent", "sending": "being sent"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Result in one channel, done or planned, for one article or file."""

    channel: str
    about: str  # an article's uri, "collection", a digest's key
    address: str
    action: str
    state: str = ""  # "" in a dry run; "done", "waiting", "refused", "in doubt"
    url: str | None = None
    why: str = ""
    resolve: str = ""  # what a person can tell the ledger of it, as commands
    diff: str = ""

    @property
    def is_idle(self) -> bool:
        """True where nothing was done, nor is anything to be done: a digest's empty window."""
        return self.action == "empty"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One article of a command."""

    uri: str
    headline: str
    path: str
    version: int
    kind: str  # original, correction, refile, withdrawal, unchanged
    at: str | None = None  # when it goes out, where it is scheduled; RFC 3339

    @classmethod
    def of(cls, standing: Standing, kind: str) -> Subject:
        """Return an article as it stands, and what a command has made of it."""
        return cls(
            uri=standing.uri, headline=standing.item.headline, path=standing.path,
            version=standing.version, kind=kind,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """Part of a report: what came of one step of a command."""

    articles: tuple[Subject, ...] = ()
    audience: tuple[Reach, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    idle: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    unconnected: frozenset[str] = frozenset()

    def without(self, action: str) -> ReportPart:
        """Return the same without the lines of an action."""
        return replace(self, lines=tuple(line for line in self.lines if line.action != action))


@dataclass(kw_only=True)
class Report:
    """A command's answer; ``exit_code`` is what the shell gets.

    4: something is in doubt. 3: something was refused, waits, or is under way elsewhere.
    """

    command: str
    dry_run: bool = False
    articles: list[Subject] = field(default_factory=list)
    audience: list[Reach] = field(default_factory=list)  # who is told of what changed, or is not
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    idle: set[str] = field(default_factory=set)  # those notes that cron need not mail to anybody
    lasting: set[str] = field(default_factory=set)  # those that it mails once
    warnings: list[str] = field(default_factory=list)  # what readers will not get as it was typed
    unconnected: set[str] = field(default_factory=set)  # channels: no connection could be made
    problems: list[str] = field(default_factory=list)  # a channel that could not start
    reported_before: set[str] = field(default_factory=set)  # fingerprints: an earlier tick had it

    def include(self, part: ReportPart | Report) -> None:
        """Add what came of a step; a note that is there already is not repeated."""
        self.articles += part.articles
        self.audience += part.audience
        self.lines += part.lines
        self.notes += [note for note in part.notes if note not in self.notes]
        self.idle |= part.idle
        self.lasting |= part.lasting
        self.problems += part.problems
        self.unconnected |= part.unconnected

    @property
    def unmended(self) -> set[str]:
        """The fingerprints of what stays as it is until somebody or something mends it."""
        lines = {fingerprint(line) for line in self.lines if line.state in UNMENDED}
        return lines.union(map(fingerprint, (*self.problems, *self.lasting)))

    def was_reported(self, line: Line | str) -> bool:
        """Return True for what an earlier tick has reported: cron need not mail it again."""
        return bool(self.reported_before) and fingerprint(line) in self.reported_before

    @property
    def exit_code(self) -> int:
        states = {line.state for line in self.lines}
        if "in doubt" in states:
            return 4
        if states & {"refused", "waiting", "under way"} or self.problems:
            return 3
        if self.dry_run and any(line.action == "cannot" for line in self.lines):
            return 3
        return 0

    def to_json(self) -> dict[str, Any]:
        document = asdict(self) | {"exit_code": self.exit_code}
        return {name: value for name, value in document.items() if name not in UNSHOWN}


def as_connected(line: Line, unconnected: Container[str]) -> Line:
    """Return a line as refused where no connection can be made: it is no matter of time."""
    is_refused = line.channel in unconnected and line.state == STATE_WORDS["due"]
    return replace(line, state=STATE_WORDS["refused"]) if is_refused else line


def fingerprint(line: Line | str) -> str:
    """Name a line or a sentence, without telling what is in it."""
    return sha256(repr(line).encode()).hexdigest()


def edition_name(key: str, zone: ZoneInfo) -> str:
    """Name an edition for people: a digest by the end of its window, a letter by what it is."""
    kind, uri, number = letter_parts(key)
    if kind:
        return LETTER_NAMES[kind].format(uri=uri, number=number)
    digest, number = variant_of(key)
    try:
        name = moment(datetime.fromisoformat(digest), zone, "en")
    except ValueError:
        return key
    return f"{name}, edition {number}" if number else name


def mailing_name(key: str, zone: ZoneInfo) -> str:
    """Name the letters of a list for people, within a sentence."""
    name = edition_name(key, zone)
    return f"the {name}" if letter_parts(key)[0] else f"the digest of {name}"


def state_word(state: str) -> str:
    """A delivery's state, for people."""
    return STATE_WORDS[state]


def letter_counts(states: Mapping[str, int]) -> str:
    """Count a digest's letters by state: ``58 sent, 2 waiting``."""
    return ", ".join(f"{n} {LETTER_WORDS.get(s, s)}" for s, n in sorted(states.items()))


def leaving_line(name: str, count: int) -> str:
    """Say that more leave a list without a token than are believed, and what to do."""
    return (
        f"{name}: {count} who wrote in a day that they leave, without a token, stay on it for now:"
        f" they are more than usual (channels.{name}.leavers), and somebody may write in their"
        f" names; look into the mailbox, then syndicate channels resume {name}"
    )


def letters_line(digest: DigestCount) -> Line:
    """A digest's letters as one line; what a person is waited for stands in it."""
    order = ("in_doubt", "due", "deferred", "sending", "refused")
    worst = next((state for state in order if state in digest.states), "sent")
    state = "waiting" if worst == "deferred" else state_word(worst)
    if digest.held and state == "waiting":
        state = "held"
    anew = (
        "composed again, because an article in it was corrected or withdrawn"
        if digest.composed > 1
        else ""
    )
    why = (
        f"paused, and one letter is tried each time: {digest.why}" if digest.paused else digest.why
    )
    held = "an article in it is held" if digest.held else ""
    reasons = [letter_counts(digest.states), anew, held or digest.halted or why or digest.put_off]
    doubts = f"syndicate resolve {digest.edition} --all-sent   or   --all-again"
    return Line(
        channel=digest.channel,
        about=digest.key,
        address="",
        action="letters",
        state=state,
        why=": ".join(filter(None, reasons)),
        resolve=doubts if worst == "in_doubt" else "",
    )


def imbalance_line(books: Imbalance, zone: ZoneInfo) -> str:
    """Say that a digest's letters do not add up, and what to do."""
    states = letter_counts(books.states) or "none"
    return (
        f"{books.channel}: the books of its digest of {edition_name(books.key, zone)} do not"
        f" balance: {counted(books.frozen, 'letter')} frozen, and {books.found} accounted for"
        f" ({states}): something else has changed the ledger: keep a copy of it, and compare"
        f" digest {books.edition} with a backup before you resolve anything"
    )


def given_up_line(digest: DigestCount, count: int, why: str) -> Line:
    """Letters that were refused for our sake, and how they are sent after all."""
    again = f"syndicate resolve {digest.edition} --again-refused"
    reason = f"{letter_counts({'refused': count})}, not counted as bounces: {why}"
    return Line(
        channel=digest.channel,
        about=digest.key,
        address="",
        action="letters",
        state="refused",
        why=f"{reason}: solve the problem, then {again}",
    )


def line_of(place: Place, action: str, zone: ZoneInfo, *, why: str = "") -> Line:
    """An address as the ledger knows it now; a subscriber's is masked. ``why`` if it is done.

    What has to pause is told when it goes on, in the office's ``zone``.
    """
    return Line(
        channel=place.channel,
        about=place.edition,
        address=place.address if place.email is None else masked_address(place.email),
        action=action,
        state=_state_of(place),
        url=place.url,
        why=_reason(place, zone) if place.state != "settled" else why or _lasting(place),
        resolve=resolve_command(place),
    )


def _lasting(place: Place) -> str:
    """Return the reason of what is settled; not until when it waited before it was called off."""
    return "" if place.why.startswith(HELD) else place.why


def _state_of(place: Place) -> str:
    if place.held:
        return STATE_WORDS["held"]
    return "given up" if place.given_up else state_word(place.state)


def _reason(place: Place, zone: ZoneInfo) -> str:
    """Explain why it is not at rest; a doubtful letter can be looked up in a log by its key."""
    if place.held:
        return "its article is held"
    if place.state == "due" and place.not_before:
        again = f"it is tried again from {moment(place.not_before, zone, 'en')}"
        return "; ".join(filter(None, (place.why, again)))
    if place.state == "in_doubt" and place.email:
        return f"{place.why} (its Message-ID begins with {place.key})"
    return place.why


def resolve_command(place: Place) -> str:
    """Return the commands that answer where the ledger cannot know or get further."""
    letter = place.email is not None
    answers = []
    if place.state == "in_doubt":
        answers = ["--sent REF", "--not-sent"]
    elif (place.state == "refused" and letter) or (place.state == "refused" and place.present):
        answers = ["--not-sent"]
    if answers and (letter or place.state == "refused"):
        answers.append("--give-up")
    number = f"{place.edition_number}/{place.subscriber}" if letter else f"{place.delivery}"
    return answered_by(number, *answers) if answers else ""


def answered_by(name: str, *answers: str) -> str:
    """Return the commands that settle what has this name; without ``answers`` a single letter's."""
    known = answers or ("--sent REF", "--not-sent", "--give-up")
    return f"syndicate resolve {name} {'   or   '.join(known)}"


def when(moment: datetime | None) -> str | None:
    """A moment for JSON."""
    return moment.isoformat() if moment else None
