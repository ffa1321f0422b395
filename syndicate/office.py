"""The office at work: its configuration, its channels and its ledger, opened once a command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from syndicate.channel import Channel
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.config.loader import Settings
from syndicate.config.locked import secrets_among
from syndicate.config.registry import make_channels, make_postman, secrets_of
from syndicate.errors import ConfigError, LedgerError, UsageError
from syndicate.ledger import (
    Catalogue,
    KnownChannel,
    Ledger,
    NoLedgerError,
    look_at_ledger,
    open_ledger,
    refuse_lost,
)
from syndicate.ledger.catalogue import leftovers
from syndicate.ledger.database.generations import beside
from syndicate.model.article import Publisher
from syndicate.model.delivery import Rendition
from syndicate.model.person import Person
from syndicate.network.http import proxy_passwords
from syndicate.network.public import Site
from syndicate.system.owners import refuse_root
from syndicate.system.scrubbing import scrubber

AWAY = "leads away from this machine, which a rehearsal never does: nothing was sent there"
MEMORY_URL = "sqlite:///:memory:"
Clock = Callable[[], datetime]
Opens = Callable[[Channel], bool]  # whether a command is going to open a channel


@dataclass(kw_only=True)
class Office:
    """Context of a command. ``clock`` is editorial time: aware, and rehearsable.

    It is the ledger's, which all its machines share, unless it was set.
    """

    settings: Settings
    channels: list[Channel]
    ledger: Ledger
    clock: Clock
    scrub: Callable[[str], str]
    notes: list[str] = field(default_factory=list)  # for the person at the command line
    warn: Callable[[str], None] = lambda _warning: None  # at once, before anything is sent
    stopping: Callable[[], bool] = lambda: False
    person: Person = field(default_factory=Person)  # who acts
    acted: bool = False  # something may have left: from here on no error means "nothing was sent"

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Clock | None = None,
        *,
        dry: bool = False,
        rehearsed: bool = False,
        looks: bool = True,
        reads: bool = False,
        as_root: bool = False,
        opens: Opens | None = None,
    ) -> Office:
        """Make the channels and open the ledger; ``dry`` makes no ledger where there is none.

        ``rehearsed``: the clock was set. Then a real ledger is only opened for what ``looks``.
        ``reads``: not even the ledger is written, which may be one that cannot be.
        ``as_root``: root means to write among somebody else's files.
        ``opens``: it says something by these channels, whose secrets must be set.
        """
        channels = make_channels(settings)
        if not reads:
            refuse_root(_written(settings, channels), as_root=as_root)
        lacking = list(_lacking(settings, channels, opens)) if opens else []
        if lacking and not looks:
            raise ConfigError("; ".join(lacking))
        scrub = scrubber({*settings.secrets, *secrets_of(channels), *proxy_passwords()})
        notes = [f"{why}: it is needed to send anything" for why in lacking]
        ledger = _ledger(
            settings,
            clock and clock(),
            notes.append,
            dry=dry,
            rehearsed=rehearsed,
            looks=looks,
            reads=reads,
        )
        try:
            if not (dry or looks):
                ledger.clock.refuse_far_off()
        except LedgerError:
            ledger.close()
            raise
        shown = ledger.office_clock(clock, rehearsed=rehearsed)
        return cls(
            settings=settings,
            channels=channels,
            ledger=ledger,
            clock=shown,
            scrub=scrub,
            notes=notes,
        )

    @property
    def publisher(self) -> Publisher:
        return self.settings.publisher

    @property
    def lists(self) -> list[MailingList]:
        """Return the channels that people subscribe to."""
        return [channel for channel in self.channels if isinstance(channel, MailingList)]

    @cached_property
    def postman(self) -> MailingList | None:
        """Return what writes letters to single people: ``[mail]``, else the first list, if any."""
        return make_postman(self.settings) or next(iter(self.lists), None)

    @property
    def collections(self) -> list[Collection]:
        """Return the channels that show articles together, like feeds."""
        return [channel for channel in self.channels if isinstance(channel, Collection)]

    @property
    def host(self) -> Collection | None:
        """Return the channel that gives articles' pictures and pages a public address."""
        return next((channel for channel in self.collections if channel.hosts), None)

    @property
    def sites(self) -> frozenset[Site]:
        """The office's own, which may lie inside its network."""
        return next((channel.office_sites for channel in self.channels), frozenset())

    def outside(self, channel: Channel, rendition: Rendition | None = None) -> str:
        """Explain why a rehearsal leaves something unpublished; "" where it may be sent."""
        if not self.ledger.rehearsal:
            return ""
        setting = channel.outside(self.settings.folder, rendition)
        return f"{setting}: {AWAY}" if setting else ""

    def close(self) -> None:
        self.ledger.close()

    def chosen(self, names: Iterable[str]) -> list[Channel]:
        """The channels of these names, all if there are none; UsageError for a wrong one."""
        wanted = list(names)
        by_name = {channel.name: channel for channel in self.channels}
        for name in wanted:
            if name not in by_name:
                raise UsageError(
                    f"no channel {name!r} is configured (configured: {', '.join(by_name)})"
                )
        return [channel for channel in self.channels if not wanted or channel.name in wanted]

    def remembered(self, catalogue: Catalogue, channel: Channel) -> KnownChannel:
        """A channel as the ledger knows it; first seen now if it is new."""
        target, now = channel.target(), self.clock()
        return catalogue.channels.register(channel.name, channel.kind, target, now, channel.origin)

    def next_digest(self, catalogue: Catalogue, channel: MailingList) -> datetime:
        """When a list's next window ends that is not closed yet."""
        now, taken = self.clock(), self.closed_ahead(catalogue, channel)
        return channel.schedule.next_but(taken, now, self.publisher.zone)

    def closed_ahead(self, catalogue: Catalogue, channel: Channel) -> list[datetime]:
        """The ends of a list's windows that were closed ahead of their time."""
        known = next((row for row in catalogue.channels.all() if row.name == channel.name), None)
        return catalogue.windows.closed_ahead(known.id, self.clock()) if known else []

    def gone(self, catalogue: Catalogue) -> list[str]:
        """Channels that the ledger has in use, and the configuration has not."""
        configured = [channel.name for channel in self.channels]
        return list(leftovers.channels_elsewhere(catalogue.db, configured).values())


def _ledger(
    settings: Settings,
    now: datetime | None,
    notify: Callable[[str], None],
    *,
    dry: bool,
    rehearsed: bool,
    looks: bool,
    reads: bool,
) -> Ledger:
    """Open the configured ledger, or an empty one in memory where none may be made."""
    url, config, timeouts = settings.ledger_url, settings.path, settings.timeouts
    if dry and _missing(url):
        refuse_lost(url)
        url = MEMORY_URL
    if reads and url != MEMORY_URL:
        ledger = look_at_ledger(url, now, rehearsed=rehearsed, config=config, timeouts=timeouts)
        if ledger is not None:
            return ledger
    opening = partial(
        open_ledger,
        now=now,
        notify=notify,
        rehearsed=rehearsed,
        looks=looks,
        config=config,
        timeouts=timeouts,
    )
    url = MEMORY_URL if reads else url
    try:
        return opening(url, plans=dry and url != MEMORY_URL)
    except NoLedgerError:
        return opening(MEMORY_URL)


def files_of(settings: Settings) -> Iterator[Path]:
    """The configuration and the ledger with their marks, and the folders that hold them."""
    kept = [settings.path.absolute()]
    prefix = "sqlite:///"
    if settings.ledger_url.startswith(prefix):
        kept.append(Path(settings.ledger_url.removeprefix(prefix)))
    for file in kept:
        yield from (file, file.parent)
        if file.name:  # a root folder is no file, which opening it tells
            yield beside(file)


def _written(settings: Settings, channels: Iterable[Channel]) -> Iterator[Path]:
    """Yield the paths that belong to the office: its files, and its channels' folders."""
    yield from files_of(settings)
    for channel in channels:
        yield from channel.folders()


def _lacking(settings: Settings, channels: Sequence[Channel], opens: Opens) -> Iterator[str]:
    """Yield what is not set: secrets of what is opened, and settings that may be published."""
    for channel in channels:
        unset = settings.unset.get(channel.name, {})
        secrets = secrets_among(type(channel), unset) if unset else ()
        yield from (why for name, why in unset.items() if name not in secrets or opens(channel))


def _missing(url: str) -> bool:
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return False
    try:
        os.stat(url.removeprefix(prefix))
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # there is something, and opening it will tell what
        return False
    return False
