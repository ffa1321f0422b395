"""What a person tells the ledger: how a doubt ended, what stands already, where a channel went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from syndicate.channel import Channel, Scope
from syndicate.delivery.evidence import refuse_older, unknown_entries
from syndicate.delivery.rim import open_channel
from syndicate.delivery.run import Progress, run_channel, silent
from syndicate.errors import ConfigError, UsageError
from syndicate.intake.admission import admit_all
from syndicate.intake.naming import uri_notes, write_uris
from syndicate.ledger import Catalogue, KnownChannel, Place, Waiting
from syndicate.ledger.catalogue.folders import folder
from syndicate.ledger.reports.digests import digests
from syndicate.ledger.reports.places import places, standing_at
from syndicate.model.article import Item
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.edition_keys import COLLECTION
from syndicate.office import Office
from syndicate.operations.digest import CatchUp, due_windows, pass_over
from syndicate.operations.publish import assign, refuse_unsayable
from syndicate.operations.recording import (
    Publication,
    record,
    record_correction,
    refuse_contradiction,
)
from syndicate.operations.sequence import Change, carried_out, decided, planned, register, reported
from syndicate.planning.coming import awaited, digest_lines
from syndicate.planning.compare import abilities
from syndicate.planning.facts import Facts
from syndicate.planning.folders import has_mark, is_here, recognise
from syndicate.planning.plan import Wish
from syndicate.planning.write import Due
from syndicate.report import Outcome, Report, letters_line, line_of, said_key
from syndicate.sources import Draft, uri_date
from syndicate.subscribers.reply_processor import release_held

NUMBER = re.compile(
    r"(?P<number>\d{1,18})(?:/(?P<subscriber>\d{1,18}))?", re.ASCII
)  # as status shows it


class Answer(StrEnum):
    """What a person knows of a delivery that the ledger does not."""

    SENT = "sent"  # it is there
    NOT_SENT = "not sent"  # it is not there, and is to be sent
    GIVE_UP = "give up"  # it need not be sent any more


class Digests(StrEnum):
    """What became of the digests that a restored ledger knows nothing of."""

    SENT = "sent"
    UNSENT = "unsent"


def resolve(
    office: Office, named: str, answer: Answer, said: str = "", progress: Progress = silent
) -> Report:
    """Settle a doubt or a refusal; ``said`` is where it is, if it was sent.

    ``named`` is a delivery's number, or ``EDITION/SUBSCRIBER`` of a letter.
    """
    found = NUMBER.fullmatch(named)
    if found is None:
        raise UsageError(f"{named!r} is no number that `syndicate status` shows")
    if found["subscriber"]:
        return resolve_letters(
            office, int(found["number"]), answer, int(found["subscriber"]), progress
        )
    delivery = int(found["number"])
    report = Report(command="resolve", notes=office.notes)
    refuse_older(office)
    office.ledger.queue.end_dead_claims()
    place = _place(office, delivery)
    [channel] = office.chosen([place.channel])
    if answer is Answer.SENT:
        destination = office.ledger.known_channels()[channel.name].identity or ""
        words = office.ledger.resolutions.attempted(delivery)
        receipt = _receipt(office, channel, said, destination, place.edition, words)
        office.ledger.resolutions.sent(delivery, receipt)
    elif answer is Answer.NOT_SENT:
        office.ledger.resolutions.not_sent(delivery)
    else:
        office.ledger.resolutions.give_up(delivery)
    report.include(_go_on(office, channel, place.edition_number, progress))
    report.lines.append(line_of(_place(office, delivery), "resolve", office.publisher.zone))
    return report


def resolve_letters(
    office: Office, edition: int, answer: Answer, subscriber: int | None = None,
    progress: Progress = silent, *, refused: bool = False,
) -> Report:  # fmt: skip
    """Say what became of a digest's letters that are in doubt; or of one, refused ones too.

    ``refused``: of all that were refused, after what they were refused for was put right.
    """
    report = Report(command="resolve", notes=office.notes)
    refuse_older(office)
    office.ledger.letters.end_dead_claims()
    with office.ledger.reading() as db:
        found = digests(db, numbers=[edition])
    if not found:
        raise UsageError(f"there is no digest {edition} (`syndicate status` lists them)")
    [channel] = office.chosen([found[0].channel])
    becomes = {Answer.SENT: "sent", Answer.NOT_SENT: "due", Answer.GIVE_UP: "given_up"}[answer]
    of = ("in_doubt",) if subscriber is None else ("in_doubt", "refused")
    of = ("refused",) if refused else of
    runs = office.ledger.runs
    if not sum(runs.settle(edition, becomes, of=state, subscriber=subscriber) for state in of):
        which = "no letter of" if subscriber is None else f"letter {edition}/{subscriber} of"
        what = "in doubt" if subscriber is None else "neither in doubt nor refused"
        what = "refused" if refused else what
        digest = said_key(found[0].key, office.publisher.zone)
        raise UsageError(f"{which} digest {digest} is {what}: see `syndicate status`")
    report.include(_go_on(office, channel, edition, progress))
    with office.ledger.reading() as db:
        report.lines += map(letters_line, digests(db, numbers=[edition]))
    return report


def _place(office: Office, delivery: int) -> Place:
    with office.ledger.reading() as db:
        found = places(db, delivery=delivery)
    if not found:
        raise UsageError(f"there is no delivery {delivery} (`syndicate status` lists them)")
    return found[0]


def adopt(
    office: Office, path: Path, name: str, reference: str, note: str = "",
    progress: Progress = silent,
) -> Report:  # fmt: skip
    """Take on a post that stands already, put there by other hands or by a lost ledger.

    It is made to say what the file says now; with a ``note`` it says that it was corrected.
    """
    [channel] = office.chosen([name])
    if channel.scope is not Scope.ARTICLE:
        raise UsageError(f"channel {name!r} has no posts of its own to adopt (publish does it)")
    request = Publication(paths=[path], channels=[name], new=True, note=note or None)
    refuse_contradiction(request)
    report = Report(command="adopt", notes=office.notes)
    refuse_older(office)
    drafts = admit_all(office, [path], dry=False)
    refuse_unsayable(office, request, [channel], drafts)
    [draft] = write_uris(office, drafts)
    report.notes += uri_notes([draft])
    here = _identity(office, channel)
    receipt = _receipt(office, channel, reference, here, draft.article.uri)
    change = decided(
        office, partial(_adoption, office, request, channel, draft, receipt), dry=False
    )
    report.include(reported(change))
    adopted = carried_out(office, change, progress)
    lines = tuple(replace(line, action="adopt") for line in adopted.lines)
    report.include(replace(adopted, lines=(*lines, *change.lines)))
    return report


def _adoption(
    office: Office, request: Publication, channel: Channel, draft: Draft, receipt: Receipt,
    catalogue: Catalogue,
) -> Change:  # fmt: skip
    """Record the article, plan its post, and take the receipt on for it."""
    uri = draft.article.uri
    before = awaited(office, catalogue, [uri])
    standing = catalogue.articles.standing(uri)
    was_taken_on = standing is not None and catalogue.articles.was_taken_on(standing)
    recorded = record(office, catalogue, request, draft)
    if recorded.subject.kind == "original" or was_taken_on:
        _not_news(office, catalogue, draft)
        if request.note and not was_taken_on:
            record_correction(office, catalogue, draft, request.note)
    register(office, catalogue, [channel, *office.collections])
    facts = Facts(office=office, catalogue=catalogue, wish=Wish())
    assigned = assign(facts, [channel], [draft], request)
    change = planned(facts, [channel], assigned.standings, urgent=False)
    notes = (*recorded.notes, *assigned.notes, *_adopted(catalogue, change.due, receipt))
    kinds = {uri: recorded.subject.kind}
    lines = digest_lines(office, catalogue, [draft], kinds, before, chosen=office.channels)
    return replace(change, articles=[recorded.subject], notes=notes, lines=list(lines))


def _adopted(catalogue: Catalogue, due: Iterable[Due], receipt: Receipt) -> Iterator[str]:
    """Take a receipt on for what is planned; yield where the ledger has a place already."""
    for one in due:
        channel = one.plan.channel
        for step in one.plan.steps:
            if step.rendition and step.rendition.follows:
                continue  # the receipt is of what it follows
            revises = abilities(channel).revises
            if not catalogue.deliveries.adopt(one.number, step.address, receipt, revises=revises):
                yield f"{channel.name}: the ledger has its place already; it is kept"


def _not_news(office: Office, catalogue: Catalogue, draft: Draft) -> None:
    """What stood before this ledger is announced in no digest: it may have been in one."""
    day = uri_date(draft.article.uri)
    if day is None:
        return
    then = datetime.combine(day, time(), office.publisher.zone)
    for channel in office.lists:
        known = office.remembered(catalogue, channel)
        before = min(then, known.first_seen - timedelta(seconds=1))
        catalogue.channels.never_news(known.id, draft.article.uri, before)


def move(office: Office, name: str) -> str:
    """The channel's destination moved: go on where the configuration now leads.

    It is no word about a ledger that seems to be an old copy: only ``restored`` is.
    """
    [channel] = office.chosen([name])
    known = _known(office, name)
    refuse_older(office)  # what another place shows than the ledger's is not looked at
    identity = _identity(office, channel, anywhere=True)
    if has_mark(channel, known.mark):
        return f"{name}: has not moved: the folder that the ledger knows is {channel.target()}"
    same = known.target == channel.target() and known.identity in (None, identity)
    if same and is_here(channel, office.ledger.folders.known(known.id)):
        return f"{name}: has not moved: it is at {identity}, as the ledger has it"
    office.ledger.destinations.move(
        known.id, channel.target(), identity, repeats=abilities(channel).repeats
    )
    if same:
        return f"{name}: begins anew in {identity}: the next tick or publication writes all of it"
    office.ledger.generations.disown(unknown_entries(office, channel))
    return f"{name}: was {known.identity or known.target}, goes on at {identity}"


def resume(office: Office, name: str) -> list[Waiting]:
    """Let a channel wait no more; returns what it waited for. Nothing is sent yet."""
    return office.ledger.destinations.resume(_known(office, name).id)


def let_leave(office: Office, name: str) -> Mapping[str, int]:
    """Let those leave a list who were too many to be believed; what became of how many."""
    is_a_list = any(one.name == name for one in office.lists)
    return release_held(office, name) if is_a_list else {}


def rename(office: Office, old: str, new: str) -> str:
    """A channel has another name in the configuration now; it is the same channel."""
    if new not in office.settings.channels:
        raise ConfigError(f"channels.{new}: give the channel this name in the configuration first")
    office.ledger.destinations.rename(old, new)
    return f"{old} is now {new}"


def retire(office: Office, name: str) -> str:
    """No machine has the channel any more: nothing waits for it, and what it said stays there."""
    known = _known(office, name)
    if name in office.settings.channels:
        raise UsageError(f"channels.{name}: take it out of every configuration first")
    office.ledger.destinations.retire(known.id)
    return f"{name}: retired: nothing waits for it any more, and what it has said stays where it is"


def restored(office: Office, digests: Digests | None) -> list[str]:
    """The ledger came from a backup: say what may have been sent since, and send none of it."""
    with office.ledger.planning() as catalogue:
        zone = office.publisher.zone
        asked = [
            f"{name} {said_key(key, zone)}" for name, key in catalogue.digests.letters_waiting()
        ]
        rewritten: list[str] = []
        for channel in office.channels:
            known = office.remembered(catalogue, channel)
            if _was_rewritten(catalogue, channel, known):
                rewritten.append(channel.name)
        for channel in office.lists:
            known = office.remembered(catalogue, channel)
            for window in due_windows(office, catalogue, channel, known, CatchUp.EACH):
                asked.append(f"{channel.name} {said_key(window.key, zone)}")
                if digests is Digests.SENT:
                    pass_over(office, catalogue, channel, known, window)
        if asked and digests is None:
            raise UsageError(
                f"these digests may have left since the backup was made: {', '.join(asked)}: look"
                " into an inbox, then say --digests sent, or --digests unsent if none of them did"
            )
    doubtful = office.ledger.restored(office.clock(), letters_sent=digests is Digests.SENT)
    said_of_feeds = _taken_on(office)
    office.ledger.generations.begin_anew(unknown_entries(office, *office.channels))
    said = [f"{key}: taken as sent" for key in asked if digests is Digests.SENT]
    said += [f"{key}: the next tick sends it" for key in asked if digests is Digests.UNSENT]
    said.append(
        f"{doubtful} in doubt (syndicate status lists them)" if doubtful else "nothing is in doubt"
    )
    said += [f"{name}: was written after the backup" for name in rewritten]
    said += said_of_feeds
    said += [
        "first of all repeat every correction and withdrawal made since the backup: this ledger"
        " does not know them, and the next publication would undo them in a feed",
        "articles that it does not know are asked about",
    ]
    if office.lists:
        said.append(
            "whoever left a list since the backup is on it again: see to them before the next"
            " digest (syndicate subscribers remove)"
        )
    return said


def _taken_on(office: Office) -> list[str]:
    """Take on what feeds show and the ledger lacks: else the next publication would remove it."""
    told = []
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
                told.append(
                    f"{channel.name}: {len(taken)} of its entries were not known here: they"
                    " stay in it (withdraw URI, or adopt their posts elsewhere)"
                )
    return told


def _take_on(office: Office, catalogue: Catalogue, known: KnownChannel, item: Item) -> bool:
    """Whether an entry was unknown to the ledger, or to its feed; it is kept in that."""
    uri = item.article.uri
    if not uri or known.id in catalogue.channels.having(uri):
        return False
    if catalogue.articles.standing(uri) is None:
        catalogue.revisions.take_on(item, office.clock())
    catalogue.channels.syndicate(known.id, uri, item.published)
    return True


def _was_rewritten(catalogue: Catalogue, channel: Channel, known: KnownChannel) -> bool:
    """Whether a channel holds something else than this ledger put there."""
    edition = catalogue.editions.number(known.id, COLLECTION)
    if edition is None:
        return False
    if not is_here(channel, folder(catalogue.db, known.id)):
        return False
    for address, there in catalogue.deliveries.known(edition).items():
        said = catalogue.deliveries.present(edition, address)
        receipt = Receipt(there.reference or "", there.url, there.destination or "")
        if said and there.state == "settled" and not channel.holds(said, receipt):
            return True
    return False


def _receipt(
    office: Office, channel: Channel, said: str, destination: str, edition: str,
    words: Rendition | None = None,
) -> Receipt:  # fmt: skip
    """Where something stands, as a person says it; nothing else of this channel may stand there."""
    receipt = channel.receipt(said.strip(), destination, words)
    receipt = replace(receipt, destination=destination)
    if not receipt.reference:
        raise UsageError("say where it is: its link, or its number")
    with office.ledger.reading() as db:
        for place in standing_at(db, channel.name, receipt):
            if place.edition != edition:
                raise UsageError(
                    f"{said}: the ledger has another article there: {place.edition}"
                    f" (syndicate status {place.edition})"
                )
    return receipt


def _identity(office: Office, channel: Channel, *, anywhere: bool = False) -> str:
    """Ask the destination who it is; it is the one that the ledger knows, or ``anywhere``."""
    with office.ledger.planning() as catalogue:
        known = office.remembered(catalogue, channel)
    with open_channel(channel):
        return channel.identity() if anywhere else recognise(office.ledger, channel, known)


def _known(office: Office, name: str) -> KnownChannel:
    known = office.ledger.known_channels()
    if name not in known:
        raise UsageError(f"the ledger does not know channel {name!r}: nothing was sent there yet")
    return known[name]


def _go_on(office: Office, channel: Channel, edition: int, progress: Progress) -> Outcome:
    """Deliver what an answer has made due."""
    known = office.ledger.known_channels()[channel.name]
    ran = run_channel(office, channel, known, [edition], progress)
    return Outcome(
        notes=ran.notes,
        problems=(f"{channel.name}: {ran.problem}",) if ran.problem else (),
        unconnected=ran.unconnected,
    )
