"""Carry plans out, channel by channel, and report how each step ended."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from functools import partial
from itertools import groupby

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.holding import held_editions
from syndicate.delivery.letters import mail
from syndicate.delivery.posts import deliver
from syndicate.delivery.rim import ChannelRun
from syndicate.ledger import KnownChannel
from syndicate.ledger.reports.places import places_in
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.edition_keys import SUBJECT
from syndicate.model.step import Action, Step
from syndicate.office import Office
from syndicate.planning.folders import is_here
from syndicate.planning.plan import EVERYTHING, EditionPlan, Plan
from syndicate.planning.write import Due
from syndicate.report import STATE_WORDS, Line, ReportPart, as_connected, line_of

Progress = Callable[[str, int], None]  # one more at a channel of this name; of how many, or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """ReportPart of one channel's turn."""

    problem: str = ""  # why it could not start
    notes: tuple[str, ...] = ()  # remarks of the destination
    unconnected: frozenset[str] = frozenset()  # its name, where no connection could be made


def silent(_channel: str, _total: int) -> None:
    """Show no progress."""


def deliver_all(office: Office, due: Sequence[Due], progress: Progress) -> ReportPart:
    """Deliver what is due; every channel has its turn, whatever became of the others."""
    turn = {channel.name: place for place, channel in enumerate(office.channels)}
    due = sorted(due, key=lambda edition: turn[edition.plan.channel.name])
    by_channel = {
        number: list(group)
        for number, group in groupby(due, key=lambda edition: edition.plan.known.id)
    }
    turns = {
        number: run_channel(
            office, group[0].plan.channel, group[0].plan.known, _numbers(group), progress
        )
        for number, group in by_channel.items()
    }
    unseen = {
        number: ran.problem
        for number, ran in turns.items()
        if ran.problem and not _is_here(office, by_channel[number][0])
    }
    unconnected = frozenset[str]().union(*(ran.unconnected for ran in turns.values()))
    lines = tuple(_outcome_lines(office, due, unseen, unconnected))
    problems = _problems(office, by_channel, turns)
    known = {f"{line.channel}: {line.why}" for line in lines}
    return ReportPart(
        lines=lines,
        notes=tuple(note for ran in turns.values() for note in ran.notes),
        problems=tuple(problem for problem in problems if problem not in known),
        unconnected=unconnected,
    )


def run_channel(
    office: Office, channel: Channel, known: KnownChannel, editions: list[int], progress: Progress,
    *, most: int = 0,
) -> Ran:  # fmt: skip
    """Deliver editions of one channel.

    ``most``: only so many letters of a digest.
    """
    remarks: list[str] = []

    def note_result(result: object) -> None:
        progress(channel.name, run.total)
        if isinstance(result, Receipt) and result.remark:
            remarks.append(f"{channel.name}: {result.remark}")

    run = ChannelRun(
        channel=channel,
        known=known,
        ledger=office.ledger,
        on_result=note_result,
        scrub=office.scrub,
        stopping=office.stopping,
        most=most,
        outside=partial(office.outside, channel),
        held=partial(held_editions, office, channel),
    )
    try:
        if isinstance(channel, MailingList):
            problem = mail(run, channel, editions)
        else:
            problem = deliver(run, editions)
    finally:
        office.acted = office.acted or run.acted
    unconnected = frozenset({channel.name} if run.is_unconnected else ())
    return Ran(problem=problem, notes=tuple(remarks), unconnected=unconnected)


def plan_lines(plan: Plan) -> Iterator[Line]:
    """Yield what would be done."""
    for edition in plan.editions:
        if _is_quiet(edition):
            continue
        for step in filter(_is_news, edition.steps):
            yield Line(
                channel=edition.channel.name,
                about=edition.key,
                address=step.address,
                action=step.action,
                why=step.why,
                diff=_diff(edition, step),
            )


def _numbers(group: Iterable[Due]) -> list[int]:
    return [due.number for due in group]


def _is_here(office: Office, due: Due) -> bool:
    return is_here(due.plan.channel, office.ledger.folders.known(due.plan.known.id))


def _outcome_lines(
    office: Office, due: Iterable[Due], unseen: Mapping[int, str], unconnected: Container[str]
) -> Iterator[Line]:
    """Yield where each planned step has ended, as the ledger knows it now.

    Nothing counts as done in a channel that is ``unseen``, whatever the ledger knows of it.
    """
    loud = [edition for edition in due if not _is_quiet(edition.plan)]
    with office.ledger.reading() as db:
        found = places_in(db, _numbers(loud))
    for edition in loud:
        for step in filter(_is_news, edition.plan.steps):
            if place := found.get(edition.number, {}).get(step.address):
                line = line_of(place, step.action, office.publisher.zone, why=step.why)
                why = unseen.get(edition.plan.known.id, "")
                if why and line.state == STATE_WORDS["settled"]:
                    line = replace(line, state=STATE_WORDS["due"], why=why)
                yield as_connected(line, unconnected)


def _problems(
    office: Office, by_channel: Mapping[int, Sequence[Due]], turns: Mapping[int, Ran]
) -> Iterator[str]:
    """Yield why channels could not start, where the ledger's rows do not say it."""
    for number, ran in turns.items():
        group = by_channel[number]
        if ran.problem and not _is_reported(office, group):
            yield f"{group[0].plan.channel.name}: {ran.problem}"


def _is_reported(office: Office, group: Iterable[Due]) -> bool:
    """Return whether the ledger's rows say why a channel could not start."""
    with office.ledger.reading() as db:
        return any(
            place.state == "due" and place.why
            for found in places_in(db, _numbers(group)).values()
            for place in found.values()
        )


def _is_quiet(edition: EditionPlan) -> bool:
    """Return whether nothing is to be reported: a picture, or an older page, is where it should be.

    So is a document about one subject.
    """
    beside = edition.key.startswith((*EVERYTHING, SUBJECT))
    return beside and all(step.action is Action.NOTHING for step in edition.steps)


def _is_news(step: Step) -> bool:
    """Return whether a step is reported: what only follows something else is when it changes."""
    follows = bool(step.rendition and step.rendition.follows)
    return not follows or step.action is not Action.NOTHING


def _diff(edition: EditionPlan, step: Step) -> str:
    """Return the text a reader sees now against the text they would see."""
    before = edition.before.get(step.address)
    if step.action in (Action.NOTHING, Action.CREATE) or before is None:
        return ""
    shown, coming = _as_lines(edition.channel, before), _as_lines(edition.channel, step.rendition)
    return "\n".join(unified_diff(shown, coming, "now", "then", lineterm="", n=1))


def _as_lines(channel: Channel, rendition: Rendition | None) -> list[str]:
    return channel.as_text(rendition).splitlines() if rendition else []
