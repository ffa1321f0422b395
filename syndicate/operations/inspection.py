"""Inspect every channel's destination, without an effect anywhere or a trace."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from syndicate.channel import Channel, Finding
from syndicate.delivery.rim import open_channel
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
class ChannelFindings:
    """Findings at one channel."""

    channel: str
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class Inspection:
    """Findings at all channels; ``exit_code`` is what the shell gets."""

    channels: list[ChannelFindings] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """Return 3 where something is not in order."""
        findings = (finding for channel in self.channels for finding in channel.findings)
        return 0 if all(finding.ok for finding in findings) else 3

    def to_json(self) -> dict[str, Any]:
        findings = [
            {"channel": channel.channel} | asdict(finding)
            for channel in self.channels
            for finding in channel.findings
        ]
        return {"findings": findings, "exit_code": self.exit_code}


def inspect_channels(office: Office, names: Iterable[str] = ()) -> Inspection:
    """Look at the channels of these names, at all where there are none."""
    known = office.ledger.known_channels()
    channels = [_inspected(office, channel, known) for channel in office.chosen(names)]
    if readable := tuple(_readable(office.settings.holding)):
        channels.append(ChannelFindings(channel="", findings=readable))
    return Inspection(channels=channels)


def _readable(files: Iterable[Path]) -> Iterator[Finding]:
    """Yield a finding for each file with secrets in it that everybody can read."""
    for path in dict.fromkeys(files):
        if is_open_to_all(path):
            detail = (
                f"{path}: everyone on this machine can read the secret in it (run chmod"
                f" 600 {shlex.quote(str(path))})"
            )
            yield Finding(what="secrets", ok=False, detail=detail)


def _inspected(
    office: Office, channel: Channel, known: Mapping[str, KnownChannel]
) -> ChannelFindings:
    findings = (
        replace(finding, detail=squeeze(office.scrub(finding.detail)))
        for finding in _findings(office, channel, known)
    )
    return ChannelFindings(channel=channel.name, findings=tuple(findings))


def _findings(
    office: Office, channel: Channel, known: Mapping[str, KnownChannel]
) -> Iterator[Finding]:
    if office.stopping():
        yield Finding(
            what=DESTINATION, ok=False, detail="stopped before it was tried: run the command again"
        )
        return
    what = DESTINATION
    try:
        with open_channel(channel):
            yield destination_finding(channel, channel.identity(), known)
            if channel.name in known:
                yield from _not_here(office.ledger, channel, known[channel.name])
            what = REST
            with stop.waiting(patient=True):
                yield from channel.inspect(office.publisher)
    except (DeliveryError, stop.Stopped) as error:
        yield Finding(what=what, ok=False, detail=str(error))
    except Exception as error:  # a channel that breaks keeps nobody from looking at the others
        unexpected(log, f"{channel.name}: {what} could not be checked", error)
        yield Finding(what=what, ok=False, detail=f"unexpected: {error!r}")


def _not_here(ledger: Ledger, channel: Channel, known: KnownChannel) -> Iterator[Finding]:
    if not is_here(channel, ledger.folders.known(known.id)):
        yield Finding(what="mark", ok=False, detail=missing(known.name, channel))


def destination_finding(
    channel: Channel, identity: str, known: Mapping[str, KnownChannel]
) -> Finding:
    """Check that a channel leads where its posts are, and where no other channel writes."""
    name, recorded = channel.name, known.get(channel.name)
    before = recorded.identity if recorded else None
    if recorded and has_mark(channel, recorded.mark):
        before = identity  # mounted elsewhere, it is the same
    where = identity if identity == channel.target() else f"{channel.target()} ({identity})"
    if before not in (None, identity):
        detail = (
            f"channels.{name}: it leads to {where}, and the ledger's is {before}: set it back, or"
            f" `syndicate channels move {name}` if the destination has moved"
        )
        return Finding(what=DESTINATION, ok=False, detail=detail)
    if other := _other_there(channel, identity, known):
        detail = (
            f"channels.{name}: it leads to {where}, where channels.{other} writes: name another"
            f" place (`syndicate channels rename {other} {name}` if it is the same channel)"
        )
        return Finding(what=DESTINATION, ok=False, detail=detail)
    detail = where if before else f"{where}; nothing has been sent there yet"
    return Finding(what=DESTINATION, ok=True, detail=detail)


def _other_there(channel: Channel, identity: str, known: Mapping[str, KnownChannel]) -> str:
    """Return the other channel that writes to the same destination; "" if there is none."""
    for other in known.values():
        place = other.target if other.mark else other.identity
        if other.name != channel.name and (other.kind, place) == (channel.kind, identity):
            return other.name
    return ""
