"""Evidence that the ledger is an old copy, or an emptied one: then nothing is sent with it.

A mark beside the ledger that it does not know, an entry of ours in a feed that it lacks, a token of
ours that it cannot have made. Posts that people made and partners' articles tell nothing.
"""

from __future__ import annotations

from syndicate.channel import Channel
from syndicate.channel.collection import Collection
from syndicate.errors import LedgerError, OldLedger
from syndicate.ledger import Catalogue
from syndicate.ledger.database.generations import older_because
from syndicate.office import Office
from syndicate.planning.folders import is_same_place
from syndicate.sources import is_ours

UNKNOWN_TOKEN = "a letter came back with the token of an unknown reader"  # noqa: S105


def refuse_older(office: Office, *, dry: bool = False) -> None:
    """Raise OldLedger for a ledger that is older than what was sent; a ``dry`` run notes it."""
    why = older(office)
    if why and not dry:
        raise OldLedger(why)
    if why:
        office.notes.append(why)


def older(office: Office) -> str:
    """Return what shows that the ledger is older than what was sent; "" where nothing does."""
    # these first: whoever sends something meanwhile writes the ledger before
    seen = office.ledger.generations.seen()
    shown = {channel.name: _of_ours(office, channel) for channel in office.collections}
    with office.ledger.reading() as db:
        if why := office.ledger.generations.older(db, seen):
            return why
        catalogue = Catalogue(db)
        known = {row.name: row for row in catalogue.channels.all()}
        for channel in office.collections:
            if channel.name in known and not is_same_place(channel, known[channel.name]):
                continue  # it has moved, or is not mounted, which is said: nothing is sent there
            if lacking := catalogue.articles.lacking(shown[channel.name]):
                where = f"{channel.target()} shows {lacking[0]}"
                return older_because(f"{where}, which it does not know")
    return ""


def unknown_entries(office: Office, *channels: Channel) -> list[str]:
    """Return the articles of ours that these channels show and the ledger lacks."""
    collections = [channel for channel in office.collections if channel in channels]
    shown = [uri for channel in collections for uri in _of_ours(office, channel)]
    with office.ledger.reading() as db:
        return Catalogue(db).articles.lacking(shown)


def refuse_unknown_reader(office: Office, subscriber: int) -> None:
    """Record that a token of ours names a reader newer than this ledger, and raise LedgerError."""
    if office.ledger.lists.is_beyond(subscriber):
        office.ledger.generations.doubt(UNKNOWN_TOKEN)
        raise LedgerError(older_because(UNKNOWN_TOKEN))


def _of_ours(office: Office, channel: Collection) -> list[str]:
    return [uri for uri in channel.recall() if is_ours(uri, office.publisher)]
