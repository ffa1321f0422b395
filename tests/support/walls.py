"""Channels whose destination is a folder of posts: what was said stays there to be counted."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar, Self

from syndicate.channel import (
    Channel,
    Finds,
    Removes,
    Repeatable,
    Revises,
    Scope,
)
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList, Outcome
from syndicate.channel.settings import ConfigPath, ScheduleField
from syndicate.errors import DeliveryError, InDoubt, Refused, Unavailable
from syndicate.model.article import Edition, Item, Publisher
from syndicate.model.delivery import ABSENT, Absent, Delivery, Receipt, Rendition
from syndicate.model.schedule import Schedule

MOODS: dict[str, Exception] = {
    "refused": Refused("the wall says no"),
    "unavailable": Unavailable("the wall is wet"),
    "later": Unavailable("the wall is busy", 600),
    "in doubt": InDoubt("nobody saw it"),
    "unexpected": ZeroDivisionError("the wall fell down"),
}

watchers: list[Callable[[str], object]] = []  # they are told of each effect, at its moment


@dataclass(frozen=True, slots=True)
class Post:
    """One thing that readers can see."""

    number: int  # in the order of saying, unless it could be repeated
    key: str  # the delivery's
    text: str


@dataclass(kw_only=True)
class Wall(Channel):
    """What is said here stays, nobody can look, and saying it again says it twice.

    ``set_mood`` makes an effect fail, in whatever process it happens.
    """

    kind = "support.walls:Wall"
    scope = Scope.ARTICLE

    folder: ConfigPath
    at: str = ""  # the destination's own name; the folder if there is none
    template: str = "{}"
    breaks: bool = False  # whether it cannot even say it

    def render(self, edition: Edition) -> Iterator[Rendition]:
        if self.breaks:
            raise ZeroDivisionError("nothing to say it with")
        [item] = edition.items
        yield Rendition(
            address="post",
            media_type="text/plain",
            content=self.template.format(said(item)).encode(),
        )

    def publish(self, delivery: Delivery) -> Receipt:
        self.obey("publish")
        path = put_up(self.folder, delivery)
        self.obey("published")
        return Receipt(reference=path.name)

    def target(self) -> str:
        return str(self.folder)

    def identity(self) -> str:
        return self.at or self.target()

    def __enter__(self) -> Self:
        self.obey("open")
        self.folder.mkdir(exist_ok=True)
        return self

    def obey(self, verb: str) -> None:
        """Let the test look on, then fail as the mood says."""
        for look in watchers:
            look(verb)
        mood = _mood(self.folder, verb)
        if mood.exists():
            raise MOODS[mood.read_text()]


class SearchableWall(Wall, Finds):
    """A wall that can be looked at."""

    def find(self, delivery: Delivery) -> Receipt | Absent:
        assert delivery.started is not None
        self.obey("find")
        found = [path for path in _posts(self.folder) if path.name.endswith(delivery.key)]
        return Receipt(reference=found[0].name) if found else ABSENT


class Slate(Wall, Repeatable):
    """Saying the same again changes nothing, for an hour."""

    repeatable_for: ClassVar[timedelta] = timedelta(hours=1)

    def publish(self, delivery: Delivery) -> Receipt:
        self.obey("publish")
        path = self.folder / f"0-{delivery.key}"
        write(path, text_of(delivery))
        return Receipt(reference=path.name)


class Board(Wall, Revises, Removes):
    """A wall whose posts can be changed and taken down, and not searched."""

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        self.obey("revise")
        write(self.folder / receipt.reference, text_of(delivery))
        self.obey("revised")
        return receipt

    def remove(self, receipt: Receipt) -> None:
        self.obey("remove")
        (self.folder / receipt.reference).unlink(missing_ok=True)


class SearchableBoard(Board, SearchableWall):
    """A board that can be looked at as well."""


class NotedBoard(SearchableBoard):
    """A board with a ribbon on what has not expired, and a note under what was corrected."""

    def render(self, edition: Edition) -> Iterator[Rendition]:
        yield from super().render(edition)
        [item] = edition.items
        if not (item.expired or item.withdrawal):
            yield Rendition(
                address="ribbon", media_type="text/plain", content=b"ribbon", follows="post"
            )
        for one in item.corrections:
            note = f"note: {one.note}".encode()
            told = Rendition(
                address=f"note-{one.version}", media_type="text/plain", content=note, follows="post"
            )
            yield replace(told, tells=one.version)
        for reminder in item.reminders:
            yield Rendition(
                address=f"reminder-{reminder.key}", media_type="text/plain",
                content=f"reminder: {said(item)}, {reminder.expires - reminder.at} left".encode(),
                follows="post", reminds=reminder.key,
            )  # fmt: skip

    def publish(self, delivery: Delivery) -> Receipt:
        if not delivery.followed:
            return super().publish(delivery)
        assert (self.folder / delivery.followed.reference).exists()
        self.obey(f"follow {delivery.rendition.address}")
        return Receipt(reference=put_up(self.folder, delivery).name)


class Sheet(Slate, Collection):
    """One file with everything that is live, as a feed is one."""

    scope = Scope.COLLECTION
    repeatable_for = timedelta.max
    items = 20

    def render(self, edition: Edition) -> Iterator[Rendition]:
        yield from Collection.render(self, edition)

    def pieces(self, items: Sequence[Item], publisher: Publisher) -> Iterator[bytes]:
        return (self.template.format(said(item)).encode() for item in items)

    def assemble(self, edition: Edition, pieces: Sequence[bytes]) -> Iterator[Rendition]:
        yield Rendition(address="sheet", media_type="text/plain", content=b"\n".join(pieces))

    def publish(self, delivery: Delivery) -> Receipt:
        self.obey("publish")
        write(self.folder / "0-sheet", text_of(delivery))
        return Receipt(reference="0-sheet")

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        return self.publish(delivery)

    def remove(self, receipt: Receipt) -> None:
        (self.folder / receipt.reference).unlink(missing_ok=True)

    def holds(self, rendition: Rendition, receipt: Receipt) -> bool:
        path = self.folder / receipt.reference
        return path.exists() and path.read_bytes() == rendition.content


@dataclass(kw_only=True)
class Shelf(Sheet):
    """A sheet for everything, one for each subject and for each page of the archive.

    A neighbour is told of each change; ``pieces`` is watched as ``say HEADLINE``.
    """

    items: int = 2
    subjects: tuple[str, ...] = ()
    days: int = 0  # that a notice stays
    archives = True

    @property
    def keeps_notices(self) -> timedelta | None:
        return timedelta(days=self.days) if self.days else None

    def pieces(self, items: Sequence[Item], publisher: Publisher) -> Iterator[bytes]:
        for item in items:
            for look in watchers:
                look(f"say {item.article.headline}")
            yield self.template.format(said(item)).encode()

    def assemble(self, edition: Edition, pieces: Sequence[bytes]) -> Iterator[Rendition]:
        name = f"about-{edition.subject}" if edition.subject else "sheet"
        name = f"page-{edition.page}" if edition.page else name
        more = [f"({edition.pages} pages)".encode()] if edition.pages else []
        yield Rendition(address=name, media_type="text/plain", content=b"\n".join([*pieces, *more]))

    def announce(
        self, changed: Mapping[str, str], waiting: Iterable[Rendition]
    ) -> Iterator[Rendition]:
        names = {name for one in waiting for name in one.content.decode().split()} | set(changed)
        if names:
            seen = "".join(changed.values())[:4]
            yield Rendition(
                address="neighbour",
                media_type="text/plain",
                content=" ".join(sorted(names)).encode() + b"\n" * (int(seen or "0", 16) % 7),
            )

    def publish(self, delivery: Delivery) -> Receipt:
        name = delivery.rendition.address
        self.obey(f"put {name}")
        write(self.folder / f"0-{name}", text_of(delivery))
        return Receipt(reference=f"0-{name}")


@dataclass(kw_only=True)
class Letters(Wall, MailingList):
    """A letter for every subscriber, several under way at once."""

    kind = "support.walls:Letters"
    scope = Scope.DIGEST

    schedule: ScheduleField = Schedule.parse("daily 17:00")  # noqa: RUF009 - it is frozen
    immediate: bool = False
    window: int = 3

    def render(self, edition: Edition) -> Iterator[Rendition]:
        if self.breaks:
            raise ZeroDivisionError("nothing to say it with")
        news = [said(item) for item in edition.items]
        news += [f"reminder: {said(item)}" for item in edition.reminders]
        changes = [f"changed: {said(item)}" for item in edition.corrections]
        yield Rendition(
            address="", media_type="text/plain", content="\n".join(changes + news).encode()
        )

    def publish_all(self, deliveries: Iterator[Delivery | None]) -> Iterator[Outcome]:
        under_way: deque[Delivery] = deque()
        for delivery in filter(None, deliveries):
            under_way.append(delivery)
            if len(under_way) == self.window:
                yield self._posted(under_way.popleft())
        while under_way:
            yield self._posted(under_way.popleft())

    def _posted(self, delivery: Delivery) -> Outcome:
        assert delivery.recipient is not None
        self.obey("stream")
        try:
            self.obey(f"publish {delivery.recipient.email}")
            return Outcome(delivery, self.publish(delivery))
        except DeliveryError as error:
            return Outcome(delivery, error)


@dataclass(kw_only=True)
class PickyLetters(Letters):
    """Letters without the articles whose headline begins in this way."""

    not_about: str = ""

    def takes(self, item: Item) -> bool:
        return not item.article.headline.startswith(self.not_about)


class SearchableLetters(Letters, SearchableWall):
    """Letters whose copies are kept where one can look."""


def said(item: Item) -> str:
    """An article in one line: its newest correction's note or why it was withdrawn are there."""
    if item.withdrawal:
        return f"withdrawn: {item.withdrawal.reason}"
    notes = [f" ({one.note})" for one in item.corrections[-1:]]
    notes += [f" [answers {item.replies_to.headline}]"] if item.replies_to else []
    notes += [f" [answered by {reply.headline}]" for reply in item.replies]
    return "".join(("ended: " if item.ended else "", item.article.headline, *notes))


def text_of(delivery: Delivery) -> str:
    """What a delivery says, and to whom."""
    to = f"{delivery.recipient.email}: " if delivery.recipient else ""
    return to + delivery.rendition.content.decode()


def shown(folder: Path) -> list[Post]:
    """Everything that readers can see, oldest first."""
    found = []
    for path in _posts(folder):
        number, _, key = path.name.partition("-")
        found.append(Post(int(number), key, path.read_text()))
    return found


def set_mood(folder: Path, verb: str, mood: str | None) -> None:
    """Make an effect fail from now on; None lets it succeed again."""
    path = _mood(folder, verb)
    if mood is None:
        path.unlink()
    else:
        assert mood in MOODS
        path.write_text(mood)


def put_up(folder: Path, delivery: Delivery) -> Path:
    """Put up one more post, all of it or nothing; what is there already stays."""
    part = folder / f".part-{os.getpid()}"
    part.write_text(text_of(delivery))
    for number in count(len(_posts(folder)) + 1):
        path = folder / f"{number:04}-{delivery.key}"
        with suppress(FileExistsError):
            os.link(part, path)
            part.unlink()
            return path
    raise AssertionError


def write(path: Path, text: str) -> None:
    """Write a whole file or nothing."""
    part = path.with_name(f".part-{os.getpid()}")
    part.write_text(text)
    part.replace(path)


def _posts(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*-*"))


def _mood(folder: Path, verb: str) -> Path:
    return folder.with_name(f"{folder.name}.{verb}.mood")
