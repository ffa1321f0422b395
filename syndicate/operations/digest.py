"""Digests: close the windows that are due, freeze what they say, send it to everybody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.letters import SAMPLED
from syndicate.delivery.run import Progress, run_channel, silent
from syndicate.delivery.single import send_once
from syndicate.errors import InDoubt, LedgerError, SyndicateError, UsageError
from syndicate.ledger import Catalogue, KnownChannel, Window
from syndicate.ledger.reports.digests import digests
from syndicate.ledger.reports.places import letters_in
from syndicate.model.article import Edition
from syndicate.model.delivery import Receipt, Recipient, Rendition
from syndicate.office import Office
from syndicate.operations.leftovers import take_over, tell_waiting
from syndicate.planning import editions
from syndicate.planning.compare import Wish
from syndicate.planning.prepare import Preparation, reviewed
from syndicate.report import Line, Report, letters_line, line_of
from syndicate.system.logs import unexpected
from syndicate.text.i18n import moment

log = logging.getLogger(__name__)


class CatchUp(StrEnum):
    """What becomes of windows that nobody closed in time."""

    MERGE = "merge"  # one digest of all of them
    EACH = "each"  # a digest for each
    SKIP = "skip"  # only the newest; what the others held is not sent


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    names: Sequence[str] = ()
    dry_run: bool = False
    catch_up: CatchUp = CatchUp.MERGE
    to: str | None = None  # a proof's address
    sample: int = 0  # only to so many; the rest waits
    resume: bool = False  # go on with what was halted


def digest(office: Office, request: Request, progress: Progress = silent) -> Report:
    """Close what is due and send it; what an earlier run left is sent first."""
    report = Report(command="digest", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    channels = _digest_channels(office, request.names)
    if not (request.dry_run or request.to):
        take_over(office, report, progress)
        tell_waiting(office, report)
    for channel in channels:
        if office.stopping():
            report.problems.append(f"{channel.name}: stopped before its turn")
            continue
        try:
            if request.to:
                _proof(office, channel, request.to, report)
            else:
                _send(office, channel, request, progress, report)
        except LedgerError:
            raise
        except Exception as error:  # a list that fails never stops the others
            unexpected(log, f"{channel.name}: its digest failed", error)
            said = f"{error}" if isinstance(error, SyndicateError) else f"cannot say it: {error!r}"
            report.problems.append(f"{channel.name}: {office.scrub(said)}")
    return report


def _send(
    office: Office, channel: MailingList, request: Request, progress: Progress, report: Report
) -> None:
    with office.ledger.planning(dry=request.dry_run) as catalogue:
        known = office.remembered(catalogue, channel)
        if lost := _renamed(office, catalogue, channel, known):
            report.problems.append(lost)
            return
        closed = close_due(office, catalogue, channel, known, request.catch_up)
        waiting = [number for number, _ in catalogue.editions.waiting(known.id)]
        _tell_windows(office, catalogue, channel, closed, report, dry=request.dry_run)
        if request.dry_run and not closed:
            _so_far(office, catalogue, channel, known, report)
    if not request.dry_run:
        if closed:
            office.ledger.runs.tidy(office.settings.keep)
        for number in waiting if request.resume else ():
            office.ledger.runs.resume(number)
        problem = run_channel(
            office, channel, known, waiting, progress, report, most=request.sample
        )
        _tell_letters(office, waiting, report, sampled=bool(request.sample))
        if problem and not any(problem in line.why for line in report.lines):
            report.problems.append(f"{channel.name}: {problem}")


def _renamed(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel
) -> str:
    """A list without readers, beside one that the configuration lost, may be that one renamed."""
    there = {one.name for one in office.channels}
    gone = [
        one
        for one in catalogue.channels.all()
        if one.name not in there and one.kind == channel.kind and catalogue.digests.readers(one.id)
    ]
    if not gone or catalogue.digests.readers(known.id):
        return ""
    return (
        f"{channel.name}: nobody is on this list, and {gone[0].name} is no longer configured:"
        f" nothing was closed (syndicate channels rename {gone[0].name} {channel.name}; if it is a"
        f" new list: syndicate subscribers add --list {channel.name} ADDRESS)"
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """A window that was just closed, and what its letter says."""

    number: int
    edition: Edition
    window: Window
    rendition: Rendition | None = None


def close_due(
    office: Office,
    catalogue: Catalogue,
    channel: MailingList,
    known: KnownChannel,
    catch_up: CatchUp,
) -> list[Closed]:
    """Freeze every window that has ended: items, letter and recipients, in one transaction."""
    closed = []
    for window in due_windows(office, catalogue, channel, known, catch_up):
        edition = compose(office, catalogue, channel, known, window)
        something = bool(edition.items or edition.corrections)
        if window.status != "skipped":
            window = replace(window, status="frozen" if something else "empty")
        carried = {"new": edition.items, "correction": edition.corrections}
        number = catalogue.windows.close(
            known.id, window, carried if window.status == "frozen" else {}
        )
        _pass_by(office, catalogue, known, window)
        rendition = None
        if window.status == "frozen":
            [rendition] = channel.render(edition)
            catalogue.digests.address_subscribers(number, known.id, rendition)
        closed.append(Closed(number, edition, window, rendition))
    if closed:
        catalogue.tidy(office.clock(), office.settings.keep)
    return closed


def pass_over(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel, window: Window
) -> None:
    """Close a window whose digest was sent, as a person knows, without sending it again.

    What it held counts as carried: its corrections are told.
    """
    edition = compose(office, catalogue, channel, known, window)
    carried = {"new": edition.items, "correction": edition.corrections}
    catalogue.windows.close(known.id, replace(window, status="skipped"), carried)
    _pass_by(office, catalogue, known, window)


def _pass_by(office: Office, catalogue: Catalogue, known: KnownChannel, window: Window) -> None:
    assert window.closed
    catalogue.windows.pass_by(known.id, window.closed, office.clock())


def due_windows(
    office: Office,
    catalogue: Catalogue,
    channel: MailingList,
    known: KnownChannel,
    catch_up: CatchUp,
) -> list[Window]:
    """The windows [opened, closed) that have ended and were not closed; the first one starts
    when the channel was first seen. One that was closed ahead of its time moves none of them."""
    zone, at = office.publisher.zone, office.clock()
    opened = (catalogue.windows.last_closed(known.id, at) or known.first_seen).astimezone(zone)
    ends = list(channel.schedule.between(opened, at, zone))
    if not ends:
        return []
    if catch_up is CatchUp.MERGE:
        return [_window(opened, ends[-1])]
    starts = [opened, *ends[:-1]]
    windows = [_window(start, end) for start, end in zip(starts, ends, strict=True)]
    if catch_up is CatchUp.SKIP:
        windows[:-1] = [replace(window, status="skipped") for window in windows[:-1]]
    return windows


def compose(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel, window: Window
) -> Edition:
    """What a digest of this window says, as things stand now."""
    prepare = Preparation(office, catalogue, Wish())
    assert window.closed, "an urgent article has no window"
    worded = prepare.hosting.worded
    return editions.digest(
        worded(catalogue.windows.unsent(known.id, window.closed, office.clock()), channel),
        worded(catalogue.windows.carried_and_changed(known.id), channel),
        office.publisher, opened=window.opened, closed=window.closed, key=window.key,
        number=catalogue.digests.issue(known.id, window.key),
    )  # fmt: skip


def _window(opened: datetime, closed: datetime) -> Window:
    return Window(key=editions.window_key(closed), opened=opened, closed=closed, status="frozen")


def _digest_channels(office: Office, names: Sequence[str]) -> list[MailingList]:
    wanted = office.chosen(names)
    chosen = [channel for channel in office.lists if channel in wanted]
    for name in names:
        if name not in [channel.name for channel in chosen]:
            raise UsageError(f"channel {name!r} sends no digests")
    return chosen


def _tell_windows(
    office: Office, catalogue: Catalogue, channel: MailingList,
    closed: list[Closed], report: Report, *, dry: bool,
) -> None:  # fmt: skip
    if not closed:
        due = moment(office.next_digest(catalogue, channel), office.publisher.zone, "en")
        note = f"{channel.name}: nothing is due; the next digest closes on {due}"
        report.notes.append(note)
        report.idle.add(note)
    for one in closed:
        edition, window = one.edition, one.window
        letters = catalogue.digests.recipients(one.number)
        if window.status == "frozen":
            why = f"{_held(edition)}, {letters} letter{'s' * (letters != 1)}"
            if dry and one.rendition:
                why += reviewed(channel, edition, one.rendition, report.notes)
            if not letters:
                report.notes.append(_nobody(office, catalogue, channel))
        else:
            why = "nothing to say" if window.status == "empty" else "skipped"
        report.lines.append(
            Line(channel=channel.name, about=window.key, address="", action=window.status,
                 why=why, diff=_headlines(edition) if dry else "")
        )  # fmt: skip


def _so_far(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel, report: Report
) -> None:
    """What the next digest says as things stand; nothing of it is frozen."""
    zone = office.publisher.zone
    opened = (
        catalogue.windows.last_closed(known.id, office.clock()) or known.first_seen
    ).astimezone(zone)
    window = _window(opened, office.next_digest(catalogue, channel))
    edition = compose(office, catalogue, channel, known, window)
    if not (edition.items or edition.corrections):
        return
    [rendition] = channel.render(edition)
    readers = catalogue.digests.readers(known.id)
    why = f"so far {_held(edition)}, {readers} letter{'s' * (readers != 1)}"
    why += reviewed(channel, edition, rendition, report.notes)
    report.lines.append(
        Line(channel=channel.name, about=window.key, address="", action="open", why=why,
             diff=_headlines(edition))
    )  # fmt: skip


def _held(edition: Edition) -> str:
    return f"{len(edition.items)} new, {len(edition.corrections)} corrected or withdrawn"


def _headlines(edition: Edition) -> str:
    return "\n".join(i.article.headline for i in (*edition.corrections, *edition.items))


def _nobody(office: Office, catalogue: Catalogue, channel: MailingList) -> str:
    name = channel.name
    said = f"{name}: nobody is on the list (syndicate subscribers add --list {name} ADDRESS)"
    for gone in office.gone(catalogue)[:1]:
        said += f"; if it was called {gone} before: syndicate channels rename {gone} {name}"
    return said


def _tell_letters(office: Office, numbers: Sequence[int], report: Report, *, sampled: bool) -> None:
    """What of each digest has left, and one by one what needs somebody."""
    with office.ledger.reading() as db:
        for one in sorted(digests(db, numbers=numbers), key=lambda one: one.edition):
            line = letters_line(one)
            if sampled and one.halted.startswith(SAMPLED) and set(one.states) <= {"sent", "due"}:
                line = replace(line, state="done")  # more was not asked for
            report.lines.append(line)
            for place in letters_in(db, one.edition, ("refused", "in_doubt")):
                report.lines.append(line_of(place, "letter", office.publisher.zone))


def _proof(office: Office, channel: MailingList, address: str, report: Report) -> None:
    """What the next digest would say now, to one address; the ledger keeps no trace of it."""
    with office.ledger.planning(dry=True) as catalogue:
        known = office.remembered(catalogue, channel)
        opened = catalogue.windows.last_closed(known.id, office.clock()) or known.first_seen
        now = office.clock().astimezone(office.publisher.zone)
        window = Window(
            key=f"proof {now.isoformat()}",
            opened=opened,
            closed=now + timedelta(seconds=1),
            status="frozen",
        )
        edition = compose(office, catalogue, channel, known, window)
    if not (edition.items or edition.corrections):
        report.notes.append(f"{channel.name}: there is nothing to say yet; no proof was sent")
        return
    [rendition] = channel.render(edition)
    recipient = Recipient("proof", address, "proof")
    result = send_once(office, channel, edition.key, rendition, recipient=recipient)
    sent = isinstance(result, Receipt)
    state = "done" if sent else "in doubt" if isinstance(result, InDoubt) else "refused"
    report.lines.append(
        Line(channel=channel.name, about=edition.key, address=address, action="proof",
             state=state, why="" if sent else str(result))
    )  # fmt: skip
