"""What is due to a channel that this machine's configuration lacks: another one does it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime

from syndicate.channel import Channel
from syndicate.delivery.recompose import recompose
from syndicate.delivery.run import Progress, carry_out, tell_failed
from syndicate.errors import SyndicateError
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue import leftovers
from syndicate.model.article import Article
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.urgent import UrgentMailing, freeze_urgent, send_urgent
from syndicate.planning.compare import Wish
from syndicate.planning.prepare import Preparation
from syndicate.report import Line, Report


def leave(
    office: Office, catalogue: Catalogue, standings: Iterable[Standing], *, new: bool = False,
    unchanged: Container[str] = (),
) -> list[Line]:  # fmt: skip
    """Leave what became of articles to machines with the channels that this one lacks.

    ``new``: also to channels that have had nothing of them yet, if their files mean them. Of what
    is ``unchanged`` only that is told which still waits.
    """
    db, lines = catalogue.db, []
    for number, name in lacking(office, catalogue).items():
        for one in standings:
            if one.uri in unchanged:
                waits = leftovers.is_left(db, number, one.uri)
            else:
                is_new = new and one.version == 1 and is_meant(one.item.article, name)
                waits = is_new or leftovers.concerns(db, number, one.uri)
            if waits:
                leftovers.leave(db, number, one.uri, office.clock())
                why = f"left to a machine that has this channel: {how(name)}"
                lines.append(
                    Line(channel=name, about=one.uri, address="", action="leave", state="waiting",
                         why=why)
                )  # fmt: skip
    return lines


def lacking(office: Office, catalogue: Catalogue) -> dict[int, str]:
    """The channels that the ledger has in use and this machine's configuration lacks, by number."""
    return leftovers.lacking(catalogue.db, [channel.name for channel in office.channels])


def is_meant(article: Article, channel: str) -> bool:
    """Whether an article's file means it for a channel of this name."""
    return article.channels is None or channel in article.channels


def how(name: str) -> str:
    """What a person can do about a channel that a machine lacks."""
    return (
        f"channels.{name} is not in this machine's configuration (if it is called otherwise now:"
        f" syndicate channels rename {name} NEW; if no machine has it any more: syndicate channels"
        f" retire {name})"
    )


def leftover_lines(office: Office, catalogue: Catalogue, uri: str | None = None) -> Iterator[Line]:
    """Say of articles, or of one, what is left to machines with the channels that this one lacks.

    What this one can do itself the next tick does.
    """
    lacked = lacking(office, catalogue)
    for known in catalogue.channels.all():
        why = "the next tick does it"
        if known.id in lacked:
            why = f"left to a machine that has this channel: {how(known.name)}"
        for one, _ in leftovers.left(catalogue.db, known.id):
            if uri in (None, one):
                yield Line(channel=known.name, about=one, address="", action="left",
                           state="waiting", why=why)  # fmt: skip


def tell_waiting(office: Office, report: Report) -> None:
    """Say what waits for a machine that has a channel, and that lists are another one's."""
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        for number, name in lacking(office, catalogue).items():
            if count := leftovers.waits(db, number):
                things = "1 thing waits" if count == 1 else f"{count} things wait"
                report.problems.append(f"{name}: {things} for a machine that has it: {how(name)}")
            elif catalogue.digests.readers(number):
                note = f"{name}: its digests are left to a machine that has it: {how(name)}"
                report.notes.append(note)
                report.idle.add(note)


def take_over(office: Office, report: Report, progress: Progress) -> None:
    """Plan and do what machines without these channels had to leave."""
    with office.ledger.planning() as catalogue:
        known = {one.name: one.id for one in catalogue.channels.all()}
        mine = [channel for channel in office.channels if channel.name in known]
        left = {one.name: leftovers.left(catalogue.db, known[one.name]) for one in mine}
        if not any(left.values()):
            return
        prepare = Preparation(office, catalogue, Wish(refresh=True))
        mailings: list[UrgentMailing] = []
        for channel in mine:
            for uri, at in left[channel.name]:
                _syndicate(catalogue, channel, known[channel.name], uri, at)
            uris = [uri for uri, _ in left[channel.name]]
            mailings += _said(prepare, channel, known[channel.name], uris, report)
        prepare.announce()
    tell_failed(prepare.failed, report)
    changed = [
        one for one in prepare.prepared if any(s.action is not Action.NOTHING for s in one.steps)
    ]
    carry_out(office, changed, report, progress)
    send_urgent(office, mailings, report, progress)
    report.lines = [line for line in report.lines if line.action != Action.NOTHING]


def _syndicate(catalogue: Catalogue, channel: Channel, number: int, uri: str, at: datetime) -> None:
    standing = catalogue.articles.standing(uri)
    assert standing is not None
    item = standing.item
    if item.withdrawal is None and is_meant(item.article, channel.name) and channel.takes(item):
        catalogue.channels.syndicate(number, uri, at)


def _said(
    prepare: Preparation, channel: Channel, number: int, uris: Sequence[str], report: Report
) -> Iterator[UrgentMailing]:
    """Plan what a channel says of each article; what it cannot say stays left, and is told."""
    catalogue = prepare.catalogue
    for uri in uris:
        standing = catalogue.articles.standing(uri)
        assert standing is not None
        try:
            prepare.say([channel], [standing])
        except SyndicateError as error:
            report.problems.append(f"{channel.name}: {prepare.office.scrub(str(error))}")
            continue
        recompose(prepare, [uri])
        leftovers.take(catalogue.db, number, uri)
        yield from freeze_urgent(prepare, [channel], [standing])
