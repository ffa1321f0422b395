"""Carry plans out, channel by channel, and say how each step ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from difflib import unified_diff
from functools import partial
from itertools import groupby

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.letters import mail
from syndicate.delivery.posts import deliver
from syndicate.delivery.rim import ChannelRun
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.reports.places import places_in
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.edition_keys import SUBJECT
from syndicate.model.step import Action, Step
from syndicate.office import Office
from syndicate.planning.compare import Prepared
from syndicate.planning.folders import is_here
from syndicate.planning.prepare import EVERYTHING, Failed
from syndicate.report import STATE_WORDS, Line, Report, line_of
from syndicate.text.i18n import moment

Progress = Callable[[str, int], None]  # one more at a channel of this name; of how many, or 0


def silent(_channel: str, _total: int) -> None:
    """Show no progress."""


def carry_out(office: Office, prepared: list[Prepared], report: Report, progress: Progress) -> None:
    """Deliver what was planned; every channel has its turn, whatever became of the others."""
    turn = {channel.name: place for place, channel in enumerate(office.channels)}
    prepared = sorted(prepared, key=lambda plan: turn[plan.channel.name])
    problems: dict[str, str] = {}
    unseen: dict[int, str] = {}  # by channel, why nobody can see what stands there
    for _, plans in groupby(prepared, key=lambda plan: plan.known.id):
        mine = list(plans)
        problem = run_channel(
            office, mine[0].channel, mine[0].known, [p.edition for p in mine], progress, report
        )
        if problem and not _is_told(report, office, mine):
            problems[mine[0].channel.name] = problem
        if problem and not is_here(mine[0].channel, office.ledger.folders.known(mine[0].known.id)):
            unseen[mine[0].known.id] = problem
    tell_outcomes(office, prepared, report, unseen)
    said = {(line.channel, line.why) for line in report.lines}
    report.problems += [
        f"{name}: {why}" for name, why in problems.items() if (name, why) not in said
    ]


def run_channel(
    office: Office, channel: Channel, known: KnownChannel, editions: list[int], progress: Progress,
    report: Report, *, most: int = 0,
) -> str:  # fmt: skip
    """Deliver editions of one channel; returns why it could not begin, if so.

    ``most``: only so many letters of a digest.
    """

    def tell(result: object) -> None:
        progress(channel.name, run.total)
        if isinstance(result, Receipt) and result.remark:
            report.notes.append(f"{channel.name}: {result.remark}")

    run = ChannelRun(
        channel=channel, known=known, ledger=office.ledger, on_result=tell, scrub=office.scrub,
        stopping=office.stopping, most=most, outside=partial(office.outside, channel),
    )  # fmt: skip
    try:
        if isinstance(channel, MailingList):
            return mail(run, channel, editions)
        return deliver(run, editions)
    finally:
        office.acted = office.acted or run.acted
        report.unconnected |= {channel.name} if run.is_unconnected else set()


def tell_outcomes(
    office: Office, prepared: Iterable[Prepared], report: Report, unseen: Mapping[int, str]
) -> None:
    """Say where each planned step has ended, as the ledger knows it now.

    Nothing counts as done in a channel that is ``unseen``, whatever the ledger knows of it.
    """
    loud = [one for one in prepared if not _is_quiet(one)]
    with office.ledger.reading() as db:
        found = places_in(db, [one.edition for one in loud])
    for one in loud:
        for step in filter(_is_news, one.steps):
            if place := found.get(one.edition, {}).get(step.address):
                line = line_of(place, step.action, office.publisher.zone, why=step.why)
                why = unseen.get(one.known.id, "")
                is_seen = not why or line.state != STATE_WORDS["settled"]
                report.add(line if is_seen else replace(line, state=STATE_WORDS["due"], why=why))


def tell_plan(prepared: Iterable[Prepared], report: Report) -> None:
    """Say what would be done."""
    for one in prepared:
        if _is_quiet(one):
            continue
        for step in filter(_is_news, one.steps):
            report.lines.append(
                Line(
                    channel=one.channel.name,
                    about=one.key,
                    address=step.address,
                    action=step.action,
                    why=step.why,
                    diff=_diff(one, step),
                )
            )


def tell_digest(office: Office, channel: MailingList, uri: str, report: Report) -> None:
    """A digest says nothing now: say when it will."""
    with office.ledger.reading() as db:
        due = office.next_digest(Catalogue(db), channel)
    why = f"in the digest of {moment(due, office.publisher.zone, 'en')}"
    report.lines.append(Line(channel=channel.name, about=uri, address="", action="digest", why=why))


def tell_failed(failed: Iterable[Failed], report: Report) -> None:
    """Say which channels could not even say what they have to say."""
    report.problems += [f"{one.channel.name}: {one.why}" for one in failed]


def _is_quiet(one: Prepared) -> bool:
    """A picture that is where it should be is nobody's news, nor is an older page."""
    beside = one.key.startswith((*EVERYTHING, SUBJECT))
    return beside and all(s.action is Action.NOTHING for s in one.steps)


def _is_news(step: Step) -> bool:
    """What only follows something else is told of when it changes."""
    follows = bool(step.rendition and step.rendition.follows)
    return not follows or step.action is not Action.NOTHING


def _is_told(report: Report, office: Office, plans: list[Prepared]) -> bool:
    """Whether the ledger's rows will say why a channel could not begin."""
    with office.ledger.reading() as db:
        return any(
            place.state == "due" and place.why
            for found in places_in(db, [plan.edition for plan in plans]).values()
            for place in found.values()
        )


def _diff(one: Prepared, step: Step) -> str:
    """The text a reader sees now against the text they would see."""
    before = one.before.get(step.address)
    if step.action in (Action.NOTHING, Action.CREATE) or before is None:
        return ""
    now, then = _shown(one.channel, before), _shown(one.channel, step.rendition)
    return "\n".join(unified_diff(now, then, "now", "then", lineterm="", n=1))


def _shown(channel: Channel, rendition: Rendition | None) -> list[str]:
    return channel.as_text(rendition).splitlines() if rendition else []
