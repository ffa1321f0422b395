"""Assign articles to the channels they are for, and say which channels are newer than they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.channel import Channel, Scope
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.model.step import Action
from syndicate.operations.recording import Publication
from syndicate.planning.coming import is_for, takes
from syndicate.planning.facts import Facts
from syndicate.report import Line
from syndicate.sources import Draft

OLDER = "older than this channel (to send it there all the same, use --backfill)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Articles of a command, each in the channels that it is for."""

    standings: Sequence[Standing]
    notes: Sequence[str]
    lines: Sequence[Line]  # channels to which articles do not go unasked


def assign(
    facts: Facts, channels: Sequence[Channel], drafts: Sequence[Draft], request: Publication
) -> Assigned:
    """Put articles into the channels they are for."""
    catalogue, uris = facts.catalogue, [draft.article.uri for draft in drafts]
    catalogue.articles.read(uris)
    catalogue.channels.read(uris)
    standings = {uri: standing for uri in uris if (standing := catalogue.articles.standing(uri))}
    notes: list[str] = []
    lines: list[Line] = []
    for channel in sorted(channels, key=lambda channel: not channel.hosts):
        known = facts.known(channel)
        for draft in drafts:
            uri, standing = draft.article.uri, standings[draft.article.uri]
            if not is_for(draft, channel):
                if known.id in catalogue.channels.having(uri):
                    notes.append(_stays(channel, standing))
            elif not takes(catalogue, channel, known.id, standing.item):
                continue
            elif _is_older(catalogue, channel, known, draft, request):
                why = _seems_renamed(catalogue, channel, known)
                lines.append(_older_line(channel, uri, why, dry=request.dry_run))
            else:
                # not earlier than the channel was first seen: then its first window opens
                held = standing.held is not None
                catalogue.channels.syndicate(known.id, uri, facts.office.clock(), held=held)
    return Assigned(standings=list(standings.values()), notes=notes, lines=lines)


def _stays(channel: Channel, standing: Standing) -> str:
    return (
        f"{standing.file}: no longer meant for {channel.name}, where it was published: it"
        " stays there and is still corrected (only `withdraw` removes it)"
    )


def _older_line(channel: Channel, uri: str, why: str, *, dry: bool) -> Line:
    return Line(
        channel=channel.name, about=uri, address="", action=Action.NOTHING, why=why or OLDER,
        state="refused" if why and not dry else "",
    )  # fmt: skip


def _is_older(
    catalogue: Catalogue, channel: Channel, known: KnownChannel, draft: Draft, request: Publication
) -> bool:
    """Return whether an article is older than a channel, and nobody asks for it there.

    A collection holds everything.
    """
    if channel.scope is Scope.COLLECTION or request.asks_for(draft, channel):
        return False
    return catalogue.channels.is_older(draft.article.uri, known)


def _seems_renamed(catalogue: Catalogue, channel: Channel, known: KnownChannel) -> str:
    """Explain why nothing was sent to a new channel: it may be one that writes there already."""
    for other in catalogue.channels.all():
        place = (other.kind, other.target)
        if other.id != known.id and place == (channel.kind, channel.target()):
            return (
                f"channels.{channel.name}: it leads to {other.target}, where channels.{other.name}"
                " writes: nothing was sent"
                f" (`syndicate channels rename {other.name} {channel.name}` if it is the same"
                " channel)"
            )
    return ""
