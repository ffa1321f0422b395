"""Send digests: close the windows that are due, freeze what they say, send it to everybody."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
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
from syndicate.model.delivery import Receipt, Recipient
from syndicate.office import Office
from syndicate.operations.canaries import send_canaries
from syndicate.operations.digest_composition import (
    Composed,
    ComposedDigest,
    DigestComposer,
    freeze_digest,
    parts_of,
)
from syndicate.operations.leftovers import take_over, waiting_for_others
from syndicate.operations.missed import freeze_missed
from syndicate.operations.sequence import joined_parts
from syndicate.planning import editions
from syndicate.planning.channels import letter_review
from syndicate.report import Line, Report, ReportPart, letters_line, line_of
from syndicate.system.logs import unexpected
from syndicate.text import counted
from syndicate.text.i18n import moment

log = logging.getLogger(__name__)


class CatchUp(StrEnum):
    """Choice of what becomes of windows that nobody closed in time."""

    MERGE = "merge"  # one digest of all of them
    EACH = "each"  # a digest for each
    SKIP = "skip"  # only the newest; what the others held is not sent


@dataclass(frozen=True, kw_only=True)
class DigestRequest:
    """Request to close and send digests."""

    names: Sequence[str] = ()
    dry_run: bool = False
    catch_up: CatchUp = CatchUp.MERGE
    to: str | None = None  # a proof's address
    sample: int = 0  # only to so many; the rest waits
    resume: bool = False  # go on with what was halted


def digest(office: Office, request: DigestRequest, progress: Progress = silent) -> Report:
    """Close what is due and send it; what an earlier run left is sent first."""
    report = Report(command="digest", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    channels = _digest_channels(office, request.names)
    if not (request.dry_run or request.to):
        report.include(take_over(office, progress))
        report.include(waiting_for_others(office))
    for channel in channels:
        if office.stopping():
            report.problems.append(f"{channel.name}: stopped before it was tried")
            continue
        try:
            report.include(_of_list(office, channel, request, progress))
        except LedgerError:
            raise
        except Exception as error:  # a list that fails never stops the others
            unexpected(log, f"{channel.name}: its digest failed", error)
            why = (
                f"{error}" if isinstance(error, SyndicateError) else f"cannot compose it: {error!r}"
            )
            report.problems.append(f"{channel.name}: {office.scrub(why)}")
    return report


def _of_list(
    office: Office, channel: MailingList, request: DigestRequest, progress: Progress
) -> ReportPart:
    """Close what is due of one list and send it; or send a proof of it."""
    if request.to:
        return _proof(office, channel, request.to)
    with office.ledger.planning(dry=request.dry_run) as catalogue:
        known = office.remembered(catalogue, channel)
        if lost := _renamed(office, catalogue, channel, known):
            return ReportPart(problems=(lost,))
        closed = close_due(office, catalogue, channel, known, request.catch_up)
        waiting = [number for number, _ in catalogue.editions.waiting(known.id)]
        outcome = _windows(office, catalogue, channel, closed, dry=request.dry_run)
        if request.dry_run and not closed:
            outcome = joined_parts([outcome, _so_far(office, catalogue, channel, known)])
    if request.dry_run:
        return outcome
    if closed:
        office.ledger.runs.tidy(office.settings.keep)
    for number in waiting if request.resume else ():
        office.ledger.runs.resume(number)
    canaries = ReportPart()
    if not request.sample:
        canaries = send_canaries(office, channel, known)
    ran = run_channel(office, channel, known, waiting, progress, most=request.sample)
    lines = tuple(_letters(office, waiting, sampled=bool(request.sample)))
    is_reported = any(ran.problem in line.why for line in (*outcome.lines, *lines))
    problem = f"{channel.name}: {ran.problem}"
    sent = ReportPart(
        lines=lines,
        notes=ran.notes,
        problems=(problem,) if ran.problem and not is_reported else (),
        unconnected=ran.unconnected,
    )
    return joined_parts([outcome, canaries, sent])


def _renamed(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel
) -> str:
    """Explain why a list without readers may be another one, renamed; "" where it is not."""
    readers = catalogue.digests.readers
    former = [each for each in _gone_lists(office, catalogue, channel) if readers(each.id)]
    if not former or readers(known.id):
        return ""
    return (
        f"{channel.name}: this list has no subscribers, and {former[0].name} is no longer"
        f" configured: nothing was closed (syndicate channels rename {former[0].name}"
        f" {channel.name}; if it is a new list: syndicate subscribers add --list"
        f" {channel.name} ADDRESS)"
    )


def _gone_lists(office: Office, catalogue: Catalogue, channel: MailingList) -> list[KnownChannel]:
    """Return the lists of the same kind that the ledger has in use, and the configuration not."""
    gone, known = set(office.gone(catalogue)), catalogue.channels.all()
    return [each for each in known if each.name in gone and each.kind == channel.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A window that was just closed, and what it says."""

    number: int
    window: Window
    digest: ComposedDigest | None = None  # None where it is not sent


def close_due(
    office: Office,
    catalogue: Catalogue,
    channel: MailingList,
    known: KnownChannel,
    catch_up: CatchUp,
) -> list[Closed]:
    """Freeze every window that has ended: items, letters and recipients, in one transaction."""
    closed = [
        _close(office, catalogue, channel, known, window)
        for window in due_windows(office, catalogue, channel, known, catch_up)
    ]
    if closed:
        freeze_missed(office, catalogue, channel, known)
        catalogue.tidy(office.clock(), office.settings.keep)
    return closed


def _close(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel, window: Window
) -> Closed:
    digest = None
    if window.status != "skipped":
        digest = DigestComposer(office, catalogue, channel, known, window).whole()
        status = "empty" if digest.own.edition.is_empty else "frozen"
        window = replace(window, status=status)
        digest.needed.settle()
    if digest and window.status == "frozen":
        number = freeze_digest(catalogue, channel, known, window, digest)
    else:
        number = catalogue.windows.close(known.id, window, {})
    _pass_by(office, catalogue, known, window)
    return Closed(number=number, window=window, digest=digest)


def pass_over(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel, window: Window
) -> None:
    """Close a window whose digest was sent, as a person knows, without sending it again.

    What it held counts as carried: its corrections are told.
    """
    composer = DigestComposer(office, catalogue, channel, known, window)
    carried = parts_of(composer.everything())
    catalogue.windows.close(known.id, replace(window, status="skipped"), carried)
    composer.needed.settle()
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
    """Return the windows [opened, closed) that have ended and were not closed.

    The first one starts when the channel was first seen. One that was closed ahead of its time
    moves none of them.
    """
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


def _window(opened: datetime, closed: datetime) -> Window:
    return Window(key=editions.window_key(closed), opened=opened, closed=closed, status="frozen")


def _digest_channels(office: Office, names: Sequence[str]) -> list[MailingList]:
    wanted = office.chosen(names)
    chosen = [channel for channel in office.lists if channel in wanted]
    for name in names:
        if name not in [channel.name for channel in chosen]:
            raise UsageError(f"channel {name!r} sends no digests")
    return chosen


def _windows(
    office: Office, catalogue: Catalogue, channel: MailingList, closed: Sequence[Closed], *,
    dry: bool,
) -> ReportPart:  # fmt: skip
    """Report which windows were closed, or when the next one is."""
    if not closed:
        due = moment(office.next_digest(catalogue, channel), office.publisher.zone, "en")
        note = f"{channel.name}: nothing is due; the next digest closes on {due}"
        return ReportPart(notes=(note,), idle=frozenset({note}))
    return joined_parts(
        [_closed_window(office, catalogue, channel, window, dry=dry) for window in closed]
    )


def _closed_window(
    office: Office, catalogue: Catalogue, channel: MailingList, closed: Closed, *, dry: bool
) -> ReportPart:
    digest, window = closed.digest, closed.window
    if digest is None or window.status != "frozen":
        why = "skipped" if digest is None else "nothing new"
        line = _window_line(channel, window.key, window.status, why)
        return ReportPart(lines=(line,))
    parts = [_edition_part(channel, each, window.status, dry=dry) for each in digest.composed]
    if not catalogue.digests.recipients(closed.number):
        parts.append(ReportPart(notes=(_nobody(office, catalogue, channel),)))
    return joined_parts(parts)


def _edition_part(
    channel: MailingList, composed: Composed, action: str, *, dry: bool, before: str = ""
) -> ReportPart:
    """Report one edition of a digest; a dry run also its size, remarks and headlines."""
    edition, notes = composed.edition, tuple[str, ...]()
    why = f"{before}{_counted(edition, composed.readers)}"
    if dry:
        [rendition] = channel.render(edition)
        review = letter_review(channel, edition, rendition)
        why, notes = why + review.size, review.remarks
    diff = _headlines(edition) if dry else ""
    line = _window_line(channel, edition.key, action, why, diff)
    return ReportPart(lines=(line,), notes=notes)


def _window_line(channel: MailingList, key: str, action: str, why: str, diff: str = "") -> Line:
    return Line(channel=channel.name, about=key, address="", action=action, why=why, diff=diff)


def _so_far(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel
) -> ReportPart:
    """Report what the next digest says as things stand; nothing of it is frozen."""
    zone = office.publisher.zone
    opened = (
        catalogue.windows.last_closed(known.id, office.clock()) or known.first_seen
    ).astimezone(zone)
    window = _window(opened, office.next_digest(catalogue, channel))
    digest = DigestComposer(office, catalogue, channel, known, window).whole()
    return joined_parts(
        [
            _edition_part(channel, each, "open", dry=True, before="so far ")
            for each in digest.composed
            if not each.edition.is_empty
        ]
    )


def _counted(edition: Edition, letters: int) -> str:
    new, changed = len(edition.items), len(edition.corrections)
    near = f", {len(edition.reminders)} reminded of" if edition.reminders else ""
    return f"{new} new, {changed} corrected or withdrawn{near}, {counted(letters, 'letter')}"


def _headlines(edition: Edition) -> str:
    items = (*edition.corrections, *edition.reminders, *edition.items)
    return "\n".join(item.article.headline for item in items)


def _nobody(office: Office, catalogue: Catalogue, channel: MailingList) -> str:
    name = channel.name
    note = f"{name}: the list has no subscribers (syndicate subscribers add --list {name} ADDRESS)"
    for former in (each.name for each in _gone_lists(office, catalogue, channel)[:1]):
        note += f"; if it was called {former} before: syndicate channels rename {former} {name}"
    return note


def _letters(office: Office, numbers: Sequence[int], *, sampled: bool) -> Iterator[Line]:
    """Yield what of each digest has left, and each letter that needs somebody."""
    with office.ledger.reading() as db:
        for count in sorted(digests(db, numbers=numbers), key=lambda count: count.edition):
            line = letters_line(count)
            if (
                sampled
                and count.halted.startswith(SAMPLED)
                and set(count.states) <= {"sent", "due"}
            ):
                line = replace(line, state="done")  # more was not asked for
            yield line
            for place in letters_in(db, count.edition, ("refused", "in_doubt")):
                yield line_of(place, "letter", office.publisher.zone)


def _proof(office: Office, channel: MailingList, address: str) -> ReportPart:
    """Send what the next digest would say now to one address; the ledger keeps no trace of it."""
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
        edition = DigestComposer(office, catalogue, channel, known, window).everything()
    if edition.is_empty:
        return ReportPart(notes=(f"{channel.name}: there is nothing new yet; no proof was sent",))
    [rendition] = channel.render(edition)
    recipient = Recipient(id="proof", email=address, token="proof")  # noqa: S106
    result = send_once(office, channel, edition.key, rendition, recipient=recipient)
    sent = isinstance(result, Receipt)
    state = "done" if sent else "in doubt" if isinstance(result, InDoubt) else "refused"
    line = Line(
        channel=channel.name, about=edition.key, address=address, action="proof", state=state,
        why="" if sent else str(result),
    )  # fmt: skip
    return ReportPart(lines=(line,))
