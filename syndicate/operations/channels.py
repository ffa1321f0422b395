"""Tell the ledger what became of a channel: moved, renamed, retired, or in order again."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.channel import Channel
from syndicate.delivery.evidence import refuse_older, unknown_entries
from syndicate.delivery.rim import open_channel
from syndicate.errors import ConfigError, UsageError
from syndicate.ledger import Catalogue, KnownChannel, Waiting
from syndicate.office import Office
from syndicate.operations.waiting_revisions import ways
from syndicate.planning.compare import abilities
from syndicate.planning.folders import has_mark, is_here, recognise
from syndicate.subscribers.reply_processor import release_held


def move(office: Office, name: str) -> str:
    """Go on where the configuration now leads: the channel's destination moved.

    It says nothing about a ledger that seems to be an old copy: only ``restored`` is.
    """
    [channel] = office.chosen([name])
    known = _known(office, name)
    refuse_older(office)  # what another place shows than the ledger's is not looked at
    identity = destination_identity(office, channel, anywhere=True)
    if has_mark(channel, known.mark):
        return f"{name}: has not moved: the folder that the ledger knows is {channel.target()}"
    same = known.target == channel.target() and known.identity in (None, identity)
    if same and is_here(channel, office.ledger.folders.known(known.id)):
        return f"{name}: has not moved: it is at {identity}, as the ledger has it"
    office.ledger.destinations.move(
        known.id, channel.target(), identity, repeats=abilities(channel).repeats
    )
    if same:
        return f"{name}: starts again in {identity}: the next tick or publish writes everything"
    office.ledger.generations.disown(unknown_entries(office, channel))
    return f"{name}: was {known.identity or known.target}, continues at {identity}"


def resume(office: Office, name: str) -> list[Waiting]:
    """Let a channel wait no more; returns what it waited for. Nothing is sent yet."""
    return office.ledger.destinations.resume(_known(office, name).id)


def let_leave(office: Office, name: str) -> Mapping[str, int]:
    """Let those leave a list who were too many to be believed; return what became of how many."""
    is_a_list = any(channel.name == name for channel in office.lists)
    return release_held(office, name) if is_a_list else {}


def rename(office: Office, old: str, new: str) -> str:
    """Give a channel the name that it has in the configuration now; it is the same channel."""
    if new not in office.settings.channels:
        raise ConfigError(f"channels.{new}: first give the channel this name in the configuration")
    office.ledger.destinations.rename(old, new)
    return f"{old} is now {new}"


def retire(office: Office, name: str) -> str:
    """Retire a channel that no machine has any more: nothing waits for it, what it said stays."""
    known = _known(office, name)
    if name in office.settings.channels:
        raise UsageError(
            f"channels.{name}: first remove it from the configuration of every machine"
        )
    _refuse_scheduled(office, name)
    office.ledger.destinations.retire(known.id)
    return (
        f"{name}: retired: nothing waits for it any more, and what was published stays where it is"
    )


def _refuse_scheduled(office: Office, name: str) -> None:
    """Raise UsageError where revisions that go out later were scheduled for a channel by name."""
    with office.ledger.reading() as db:
        coming = [each.draft for each in Catalogue(db).schedule.all()]
    for draft in coming:
        if name in draft.channels:
            raise UsageError(
                f"{name}: {draft.file} is scheduled for it ({ways(office, draft)}; then retire the"
                " channel)"
            )


def destination_identity(office: Office, channel: Channel, *, anywhere: bool = False) -> str:
    """Ask a destination who it is: the one that the ledger knows, or ``anywhere``."""
    with office.ledger.planning() as catalogue:
        known = office.remembered(catalogue, channel)
    with open_channel(channel):
        return channel.identity() if anywhere else recognise(office.ledger, channel, known)


def _known(office: Office, name: str) -> KnownChannel:
    known = office.ledger.known_channels()
    if name not in known:
        raise UsageError(
            f"the ledger does not know channel {name!r}: nothing has been sent there yet"
        )
    return known[name]
