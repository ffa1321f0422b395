"""Settle a ledger that came from a backup: what may have been sent since is put in doubt."""

from __future__ import annotations

from enum import StrEnum

from syndicate.channel import Channel
from syndicate.delivery.evidence import unknown_entries
from syndicate.errors import UsageError
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.catalogue.folders import folder
from syndicate.model.article import Item
from syndicate.model.edition_keys import COLLECTION
from syndicate.office import Office
from syndicate.operations.digest import CatchUp, due_windows, pass_over
from syndicate.planning.facts import receipt_of
from syndicate.planning.folders import is_here
from syndicate.report import edition_name

# of what is scheduled: what a person can do when they have looked whether it stands anywhere
HELD = "look, then `syndicate publish --at`, `release` or `adopt`"


class LostDigests(StrEnum):
    """Answer to what became of the digests that a restored ledger knows nothing of."""

    SENT = "sent"
    UNSENT = "unsent"


def settle_restored(office: Office, digests: LostDigests | None) -> list[str]:
    """Put in doubt what may have been sent since the backup; return notes for a person."""
    with office.ledger.planning() as catalogue:
        zone = office.publisher.zone
        asked = [
            f"{name} {edition_name(key, zone)}" for name, key in catalogue.digests.letters_waiting()
        ]
        held = [each.draft.path for each in catalogue.schedule.all()]
        rewritten: list[str] = []
        for channel in office.channels:
            known = office.remembered(catalogue, channel)
            if _was_rewritten(catalogue, channel, known):
                rewritten.append(channel.name)
        for channel in office.lists:
            known = office.remembered(catalogue, channel)
            for window in due_windows(office, catalogue, channel, known, CatchUp.EACH):
                asked.append(f"{channel.name} {edition_name(window.key, zone)}")
                if digests is LostDigests.SENT:
                    pass_over(office, catalogue, channel, known, window)
        if asked and digests is None:
            raise UsageError(
                f"these digests may have been sent since the backup: {', '.join(asked)}:"
                " check a subscriber's inbox, then use --digests sent, or --digests"
                " unsent if none of them was sent"
            )
    doubtful = office.ledger.doubt_since_backup(
        office.clock(), letters_sent=digests is LostDigests.SENT
    )
    taken_on = _taken_on(office)
    office.ledger.generations.begin_anew(unknown_entries(office, *office.channels))
    notes = [f"{key}: recorded as sent" for key in asked if digests is LostDigests.SENT]
    notes += [f"{key}: the next tick sends it" for key in asked if digests is LostDigests.UNSENT]
    notes.append(
        f"{doubtful} in doubt (syndicate status lists them)" if doubtful else "nothing is in doubt"
    )
    notes += [f"{name}: was written after the backup" for name in rewritten]
    notes += [f"{path}: is scheduled, and may have gone out since: {HELD}" for path in held]
    notes += taken_on
    notes += [
        "first repeat every correction and withdrawal made since the backup: this ledger"
        " does not know them, and the next publication would undo them in a feed",
        "you will be asked about articles that it does not know",
    ]
    if office.lists:
        notes.append(
            "whoever left a list since the backup is on it again: see to them before the next"
            " digest (syndicate subscribers remove)"
        )
    return notes


def _taken_on(office: Office) -> list[str]:
    """Take on what feeds show and the ledger lacks: else the next publication would remove it."""
    notes = []
    with office.ledger.planning() as catalogue:
        for channel in office.collections:
            known = office.remembered(catalogue, channel)
            if not is_here(channel, folder(catalogue.db, known.id)):
                continue
            taken = [
                item
                for item in channel.recall_items(office.publisher)
                if _take_on(office, catalogue, known, item)
            ]
            if taken:
                notes.append(
                    f"{channel.name}: {len(taken)} of its entries were not known here: they"
                    " stay in it (withdraw URI, or adopt their posts elsewhere)"
                )
    return notes


def _take_on(office: Office, catalogue: Catalogue, known: KnownChannel, item: Item) -> bool:
    """Keep an entry in its feed; return whether it was unknown to the ledger, or to that."""
    uri = item.article.uri
    if not uri or known.id in catalogue.channels.having(uri):
        return False
    if catalogue.articles.standing(uri) is None:
        catalogue.revisions.take_on(item, office.clock())
    catalogue.channels.syndicate(known.id, uri, item.published)
    return True


def _was_rewritten(catalogue: Catalogue, channel: Channel, known: KnownChannel) -> bool:
    """Return whether a channel holds something else than this ledger put there."""
    edition = catalogue.editions.number(known.id, COLLECTION)
    if edition is None:
        return False
    if not is_here(channel, folder(catalogue.db, known.id)):
        return False
    for address, state in catalogue.deliveries.known(edition).items():
        present = catalogue.deliveries.present(edition, address)
        if present and state.state == "settled" and not channel.holds(present, receipt_of(state)):
            return True
    return False
