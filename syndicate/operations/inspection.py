"""Whether every channel's destination is in order, without an effect anywhere or a trace."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from syndicate.channel import Channel, Finding
from syndicate.delivery.rim import opened
from syndicate.errors import DeliveryError
from syndicate.ledger import KnownChannel, Ledger
from syndicate.office import Office
from syndicate.planning.folders import has_mark, is_here, missing
from syndicate.system import stop
from syndicate.system.disk import is_open_to_all
from syndicate.system.logs import unexpected
from syndicate.text import squeeze

log = logging.getLogger(__name__)

DESTINATION, REST = "destination", "the rest"


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """What was found at one channel."""

    channel: str
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class Inspection:
    """What was found at all of them; ``exit_code`` is what the shell gets."""

    channels: list[Inspected] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """3 where something is not in order."""
        return 0 if all(one.ok for each in self.channels for one in each.findings) else 3

    def to_json(self) -> dict[str, Any]:
        findings = [
            {"channel": each.channel} | asdict(one)
            for each in self.channels
            for one in each.findings
        ]
        return {"findings": findings, "exit_code": self.exit_code}


def inspection(office: Office, names: Iterable[str] = ()) -> Inspection:
    """Look at the channels of these names, at all where there are none."""
    known = office.ledger.known_channels()
    chosen = office.chosen(names)
    found = [_inspected(office, channel, known) for channel in chosen]
    readable = tuple(_readable(office.settings.holding))
    return Inspection(
        channels=[*found, *([Inspected(channel="", findings=readable)] if readable else [])]
    )


def _readable(files: Iterable[Path]) -> Iterator[Finding]:
    """The files with secrets in them that are open to everybody."""
    for path in dict.fromkeys(files):
        if is_open_to_all(path):
            where = shlex.quote(str(path))
            says = (
                f"{path}: everybody on this machine can read the secret in it (chmod 600 {where})"
            )
            yield Finding(what="secrets", ok=False, detail=says)


def _inspected(office: Office, channel: Channel, known: Mapping[str, KnownChannel]) -> Inspected:
    found = (
        Finding(what=one.what, ok=one.ok, detail=squeeze(office.scrub(one.detail)))
        for one in _findings(office, channel, known)
    )
    return Inspected(channel=channel.name, findings=tuple(found))


def _findings(
    office: Office, channel: Channel, known: Mapping[str, KnownChannel]
) -> Iterator[Finding]:
    if office.stopping():
        yield Finding(
            what=DESTINATION, ok=False, detail="stopped before its turn: run the command again"
        )
        return
    what = DESTINATION
    try:
        with opened(channel):
            yield destination(channel, channel.identity(), known)
            if channel.name in known:
                yield from _not_here(office.ledger, channel, known[channel.name])
            what = REST
            with stop.waiting(patient=True):
                yield from channel.inspect(office.publisher)
    except (DeliveryError, stop.Stopped) as error:
        yield Finding(what=what, ok=False, detail=str(error))
    except Exception as error:  # a channel that breaks keeps nobody from looking at the others
        unexpected(log, f"{channel.name}: {what} could not be looked at", error)
        yield Finding(what=what, ok=False, detail=f"unexpected: {error!r}")


def _not_here(ledger: Ledger, channel: Channel, known: KnownChannel) -> Iterator[Finding]:
    if not is_here(channel, ledger.folders.known(known.id)):
        yield Finding(what="mark", ok=False, detail=missing(known.name, channel))


def destination(channel: Channel, identity: str, known: Mapping[str, KnownChannel]) -> Finding:
    """Whether a channel leads where the ledger has its posts, and where no other channel writes."""
    name, mine = channel.name, known.get(channel.name)
    before = mine.identity if mine else None
    if mine and has_mark(channel, mine.mark):
        before = identity  # mounted elsewhere, it is the same
    where = identity if identity == channel.target() else f"{channel.target()} ({identity})"
    if before not in (None, identity):
        return Finding(
            what=DESTINATION, ok=False,
            detail=f"channels.{name}: it leads to {where}, and the ledger's is {before}: set it"
            f" back, or `syndicate channels move {name}` if the destination has moved",
        )  # fmt: skip
    for other in known.values():
        place = other.target if other.mark else other.identity
        if other.name != name and (other.kind, place) == (channel.kind, identity):
            return Finding(
                what=DESTINATION, ok=False,
                detail=f"channels.{name}: it leads to {where}, where channels.{other.name} writes:"
                f" name another place (`syndicate channels rename {other.name} {name}` if it is the"
                " same channel)",
            )  # fmt: skip
    return Finding(
        what=DESTINATION,
        ok=True,
        detail=where if before else f"{where}; nothing was sent there yet",
    )
