"""The office's day: what it does at which hour, each as the command of the same name does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syndicate.config.loader import Settings
from syndicate.errors import SyndicateError
from syndicate.loopback.botapi import BotApi, ChatPost, Version
from syndicate.loopback.smtp import ReceivedLetter, SmtpServer
from syndicate.office import Office
from syndicate.operations.digest import DigestRequest, digest
from syndicate.operations.publish import publish
from syndicate.operations.recording import Publication
from syndicate.operations.status import Status, ledger_status
from syndicate.operations.withdraw import WithdrawalRequest, withdraw
from syndicate.report import Report
from syndicate.subscribers import people

LIST_NAME = "harian"
READERS = ("sari@warga.example", "budi@sekolah.example", "redaksi@koran.example")
NEWS, BUS = "articles/internet-desa.md", "articles/bus-sekolah.md"
WRONG, RIGHT = "07.30–20.00", "07.30–21.00"
NOTE = f"Jam layanan tertulis {WRONG} WIB; yang benar {RIGHT} WIB."
REASON = (
    "Senin 17 Agustus hari libur nasional. Dinas Perhubungan menunda layanan ini dan akan"
    " mengumumkan jadwal baru."
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing the office does."""

    name: str
    at: str  # local time
    title: str
    command: str  # as it would be typed
    do: Callable[[Office, Path], Report]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An act that is over, and what it came to."""

    act: Act
    at: datetime
    report: Report


@dataclass(frozen=True, kw_only=True)
class Saying:
    """Content of a post from a moment on."""

    moment: Moment
    version: Version


@dataclass(frozen=True, kw_only=True)
class Told:
    """A post, with everything it has said."""

    number: int
    chat: str
    sayings: tuple[Saying, ...]

    @property
    def link(self) -> str:
        return f"https://t.me/{self.chat.lstrip('@')}/{self.number}"


@dataclass(kw_only=True)
class Day:
    """Course of the demo's day, and what the two servers held in the end."""

    settings: Settings
    moments: list[Moment] = field(default_factory=list)
    posts: list[Told] = field(default_factory=list)
    letters: list[tuple[Moment, ReceivedLetter]] = field(default_factory=list)
    standing: Status = field(default_factory=Status)

    def moment(self, name: str) -> Moment:
        return next(moment for moment in self.moments if moment.act.name == name)


def _subscribe(office: Office, folder: Path) -> Report:
    joined = people.add_addresses(office, LIST_NAME, READERS, source="demo")
    return Report(command="subscribers", notes=[joined.summary])


def _publish(path: str) -> Callable[[Office, Path], Report]:
    return lambda office, folder: publish(office, Publication(paths=[folder / path]))


def _digest(office: Office, folder: Path) -> Report:
    return digest(office, DigestRequest())


def _correct(office: Office, folder: Path) -> Report:
    path = folder / NEWS
    path.write_text(path.read_text(encoding="utf-8").replace(WRONG, RIGHT), encoding="utf-8")
    return publish(office, Publication(paths=[path], note=NOTE))


def _withdraw(office: Office, folder: Path) -> Report:
    return withdraw(office, WithdrawalRequest(article=str(folder / BUS), reason=REASON))


ACTS = (
    Act(
        name="subscribed",
        at="2026-08-13T19:00",
        title="Three readers subscribe",
        command=f"syndicate subscribers add --list {LIST_NAME} sari@… budi@… redaksi@…",
        do=_subscribe,
    ),
    Act(
        name="published",
        at="2026-08-14T16:30",
        title="An article goes out",
        command=f"syndicate publish {NEWS}",
        do=_publish(NEWS),
    ),
    Act(
        name="second",
        at="2026-08-14T16:40",
        title="A second one follows",
        command=f"syndicate publish {BUS}",
        do=_publish(BUS),
    ),
    Act(
        name="again",
        at="2026-08-14T16:45",
        title="The same command again: nothing is said twice",
        command=f"syndicate publish {BUS}",
        do=_publish(BUS),
    ),
    Act(
        name="digest",
        at="2026-08-14T17:00",
        title="The evening digest leaves",
        command="syndicate digest",
        do=_digest,
    ),
    Act(
        name="corrected",
        at="2026-08-14T17:20",
        title="The first article is corrected",
        command=f'syndicate publish {NEWS} --note "{NOTE}"',
        do=_correct,
    ),
    Act(
        name="withdrawn",
        at="2026-08-14T18:00",
        title="The second one is withdrawn",
        command=f'syndicate withdraw {BUS} --reason "{REASON}"',
        do=_withdraw,
    ),
    Act(
        name="next digest",
        at="2026-08-15T17:00",
        title="The next digest opens with both",
        command="syndicate digest",
        do=_digest,
    ),
)


def play(settings: Settings, api: BotApi, smtp: SmtpServer) -> Day:
    """Act by act, each in an office of its own, as one command after the other."""
    day = Day(settings=settings)
    moments: dict[tuple[int, int], Moment] = {}  # (post, version): when it was first there
    for act in ACTS:
        at = datetime.fromisoformat(act.at).replace(tzinfo=settings.publisher.zone)
        with _office(settings, at) as office:
            report = act.do(office, settings.folder)
            day.standing = ledger_status(office)
        if report.exit_code or day.standing.open:
            raise SyndicateError(f"the demo's `{act.command}` went wrong: {_trouble(report)}")
        # the servers' clocks are real: what is new there since the last act is this act's
        moment = Moment(act=act, at=at, report=report)
        day.moments.append(moment)
        for post in api.posts:
            for number, _ in enumerate(post.versions):
                moments.setdefault((post.message_id, number), moment)
        day.letters += [(moment, letter) for letter in smtp.letters[len(day.letters) :]]
    day.posts = [_told(post, api, moments) for post in api.posts]
    return day


def _told(post: ChatPost, api: BotApi, moments: Mapping[tuple[int, int], Moment]) -> Told:
    sayings = (
        Saying(moment=moments[post.message_id, number], version=version)
        for number, version in enumerate(post.versions)
    )
    chat = next(name for name, number in api.chats.items() if number == post.chat_id)
    return Told(number=post.message_id, chat=chat, sayings=tuple(sayings))


@contextmanager
def _office(settings: Settings, at: datetime) -> Iterator[Office]:
    office = Office.open(settings, lambda: at, rehearsed=True)
    try:
        yield office
    finally:
        office.close()


def _trouble(report: Report) -> str:
    lines = [f"{line.channel}: {line.why}" for line in report.lines if line.state != "done"]
    return "; ".join([*report.problems, *lines])
