"""Changes for a channel that this machine's configuration lacks: another machine makes them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from syndicate.channel import Channel
from syndicate.delivery.run import Progress
from syndicate.errors import SyndicateError
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue import leftovers
from syndicate.model.article import Article
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.sequence import (
    Change,
    change_report,
    changes_only,
    deliver_change,
    joined_changes,
    joined_parts,
    plan_and_write,
    register,
    run_decision,
)
from syndicate.planning.announcements import announcement_plan
from syndicate.planning.coming import takes
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Wish
from syndicate.planning.write import write_plan
from syndicate.report import Line, ReportPart


def leave_to_others(
    office: Office, catalogue: Catalogue, standings: Iterable[Standing], *, new: bool = False,
    unchanged: Container[str] = (),
) -> list[Line]:  # fmt: skip
    """Leave what became of articles to machines with the channels that this one lacks.

    ``new``: also to channels that have had nothing of them yet, if their files mean them. Of what
    is ``unchanged`` only that is reported which still waits.
    """
    db, lines = catalogue.db, []
    for number, name in lacked_channels(office, catalogue).items():
        for standing in standings:
            if standing.uri in unchanged:
                waits = leftovers.is_left(db, number, standing.uri)
            else:
                is_new = new and standing.version == 1 and is_meant(standing.item.article, name)
                waits = is_new or leftovers.concerns(db, number, standing.uri)
            if waits:
                leftovers.add_leftover(db, number, standing.uri, office.clock())
                why = f"waits for a machine that has this channel: {advice(name)}"
                lines.append(
                    Line(channel=name, about=standing.uri, address="", action="leave",
                         state="waiting", why=why)
                )  # fmt: skip
    return lines


def lacked_channels(office: Office, catalogue: Catalogue) -> dict[int, str]:
    """Return by number the channels in use that this machine's configuration lacks."""
    return leftovers.channels_elsewhere(catalogue.db, [channel.name for channel in office.channels])


def is_meant(article: Article, channel: str) -> bool:
    """Return whether an article's file means it for a channel of this name."""
    return article.channels is None or channel in article.channels


def advice(name: str) -> str:
    """Return what a person can do about a channel that a machine lacks."""
    return (
        f"channels.{name} is not in this machine's configuration (if it has a new name:"
        f" syndicate channels rename {name} NEW; if no machine uses it any more: syndicate"
        f" channels retire {name})"
    )


def leftover_lines(office: Office, catalogue: Catalogue, uri: str | None = None) -> Iterator[Line]:
    """Yield what is left of articles, or of one, to machines with the channels that this one lacks.

    What this one can do itself the next tick does.
    """
    lacked = lacked_channels(office, catalogue)
    for known in catalogue.channels.all():
        why = "the next tick does it"
        if known.id in lacked:
            why = f"waits for a machine that has this channel: {advice(known.name)}"
        for article, _ in leftovers.changes_left(catalogue.db, known.id):
            if uri in (None, article):
                yield Line(channel=known.name, about=article, address="", action="left",
                           state="waiting", why=why)  # fmt: skip


def waiting_for_others(office: Office) -> ReportPart:
    """Report what waits for a machine that has a channel, and which lists are another one's."""
    problems: list[str] = []
    notes: list[str] = []
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        for number, name in lacked_channels(office, catalogue).items():
            if count := leftovers.count_waiting(db, number):
                things = "1 thing waits" if count == 1 else f"{count} things wait"
                problems.append(f"{name}: {things} for a machine that has it: {advice(name)}")
            elif catalogue.digests.readers(number):
                notes.append(f"{name}: its digests wait for a machine that has it: {advice(name)}")
    return ReportPart(problems=tuple(problems), notes=tuple(notes), idle=frozenset(notes))


def take_over(office: Office, progress: Progress) -> ReportPart:
    """Plan and do what machines without these channels had to leave."""
    change = run_decision(office, lambda catalogue: _decision(office, catalogue))
    outcome = deliver_change(office, changes_only(change), progress)
    return joined_parts([change_report(change), outcome]).without(Action.NOTHING)


def _decision(office: Office, catalogue: Catalogue) -> Change:
    known = {channel.name: channel.id for channel in catalogue.channels.all()}
    mine = [channel for channel in office.channels if channel.name in known]
    left = {
        channel.name: leftovers.changes_left(catalogue.db, known[channel.name]) for channel in mine
    }
    if not any(left.values()):
        return Change()
    register(office, catalogue, office.collections)
    facts = Facts(office=office, catalogue=catalogue, wish=Wish(refresh=True))
    changes = []
    for channel in mine:
        for uri, at in left[channel.name]:
            _syndicate(catalogue, channel, known[channel.name], uri, at)
        uris = [uri for uri, _ in left[channel.name]]
        changes += [_take_over(facts, channel, known[channel.name], uri) for uri in uris]
    change = joined_changes(changes)
    plan = announcement_plan(facts, change.plan)
    return joined_changes([change, Change(plan=plan, due=write_plan(catalogue, plan))])


def _syndicate(catalogue: Catalogue, channel: Channel, number: int, uri: str, at: datetime) -> None:
    standing = catalogue.articles.known(uri)
    item, held = standing.item, standing.held is not None
    is_taken = takes(catalogue, channel, number, item)
    if item.withdrawal is None and is_meant(item.article, channel.name) and is_taken:
        catalogue.channels.syndicate(number, uri, at, held=held)


def _take_over(facts: Facts, channel: Channel, number: int, uri: str) -> Change:
    """Plan what a channel says of an article; what it cannot say stays left, and is reported."""
    catalogue = facts.catalogue
    standing = catalogue.articles.known(uri)
    try:
        change = plan_and_write(facts, [channel], [standing], revised=[uri], announces=False)
    except SyndicateError as error:
        return Change(problems=[f"{channel.name}: {facts.office.scrub(str(error))}"])
    leftovers.forget_left(catalogue.db, number, uri)
    return change
