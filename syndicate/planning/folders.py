"""Recognise a channel's folder as the one that the ledger knows: else nothing is written there.

An unmounted share is an empty folder under the same path, a mounted one has another path on each
machine. So a folder is known by a private mark in it, which is made with the first file.
"""

from __future__ import annotations

from secrets import token_hex

from syndicate.channel import Channel
from syndicate.channel.collection import Collection
from syndicate.errors import DeliveryError, Unavailable
from syndicate.ledger import KnownChannel, Ledger
from syndicate.ledger.catalogue.folders import Folder


def _marking(channel: Channel) -> Collection | None:
    """Return a channel that can keep marks in its folder; None for any other."""
    return channel if isinstance(channel, Collection) and channel.marks else None


def is_here(channel: Channel, folder: Folder) -> bool:
    """Return whether a channel can see what the ledger has there; True where it has no folder."""
    marking = _marking(channel)
    if marking is None:
        return True
    try:
        if folder.mark:
            return marking.has_mark(folder.mark)
        return not folder.holds or marking.shows_any(folder.holds)
    except DeliveryError:  # whoever writes there is told why
        return False


def has_mark(channel: Channel, mark: str) -> bool:
    """Return whether a channel leads to the folder with this mark; False for "" or no folder."""
    marking = _marking(channel)
    try:
        return bool(mark) and marking is not None and marking.has_mark(mark)
    except DeliveryError:
        return False


def is_same_place(channel: Channel, known: KnownChannel) -> bool:
    """Return whether a channel leads where the ledger knows it: by its mark, else by its path."""
    if known.mark and _marking(channel):
        return has_mark(channel, known.mark)
    return known.target == channel.target()


def recognise(ledger: Ledger, channel: Channel, known: KnownChannel) -> str:
    """Go on only where the ledger's receipts come from; returns the destination's identity.

    Refused or Unavailable for another place. A folder that nothing was written to gets its mark.
    """
    own, marking = channel.identity(), _marking(channel)
    if marking is None:
        ledger.destinations.recognise(known.id, channel.target(), own, place=own)
        return own
    folder, identity = ledger.folders.known(known.id), own
    if folder.mark and marking.has_mark(folder.mark):
        identity = folder.identity or own  # mounted elsewhere, it is the same
    ledger.destinations.recognise(known.id, channel.target(), identity, place=own)
    _see_to_mark(ledger, marking, known, folder)
    return identity


def _see_to_mark(ledger: Ledger, channel: Collection, known: KnownChannel, folder: Folder) -> None:
    mark = folder.mark
    if not mark:
        if folder.holds and not channel.shows_any(folder.holds):
            raise Unavailable(missing(known.name, channel))
        mark = _put_mark(ledger, channel, known)
    if not channel.has_mark(mark):
        raise Unavailable(missing(known.name, channel))


def _put_mark(ledger: Ledger, channel: Collection, known: KnownChannel) -> str:
    """Put a mark into a folder, then keep it: whoever dies in between locks nobody out."""
    made = token_hex(16)
    channel.put_mark(made)
    kept = ledger.folders.keep(known.id, made)
    if kept != made:
        channel.drop_mark(made)
    return kept


def missing(name: str, channel: Channel) -> str:
    """Explain that a folder is not the one that the ledger knows, and what to do."""
    folder = next(iter(channel.folders()))
    return (
        f"channels.{name}: {folder} is not the folder that the ledger knows: its mark is"
        " missing there, and nothing was written. Is a disk or share not mounted? Mount it and run"
        " again, or leave it to the machine that has it. If the folder was emptied or replaced on"
        f" purpose: syndicate channels move {name}"
    )
