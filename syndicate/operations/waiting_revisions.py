"""Say of scheduled revisions when they go out, why they wait, and what a person can do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.catalogue.scheduled import Scheduled
from syndicate.office import Office
from syndicate.text.coming_times import shown


def is_late(office: Office, scheduled: Scheduled, at: datetime) -> bool:
    """Return whether it is too late for a revision to go out without a question."""
    return scheduled.held is None and is_too_long_ago(office, scheduled.due, at)


def is_too_long_ago(office: Office, due: datetime, at: datetime) -> bool:
    """Return whether what was due then waits for a person (``editorial.late``)."""
    return at - due > office.settings.editorial.late


def goes_out(office: Office, draft: StoredDraft, due: datetime) -> str:
    """Say when a revision goes out, and which machine has to send it if this one cannot."""
    at = office.clock()
    if is_too_long_ago(office, due, at):
        time = shown(due, office.publisher.zone)
        return f"was to go out on {time}, too long ago (editorial.late): {ways(office, draft)}"
    is_past = due <= at
    time = "with the next tick" if is_past else f"on {shown(due, office.publisher.zone)}"
    machine = other_machine(office, draft)
    return f"goes out {time}{f', from {machine}' if machine else ''}"


def question(office: Office, scheduled: Scheduled) -> str:
    """Ask a person what is to become of a revision; the same words as long as it waits."""
    draft, time = scheduled.draft, shown(scheduled.due, office.publisher.zone)
    machine = "" if scheduled.why else other_machine(office, draft)
    why = scheduled.why or "it did not go out in time (editorial.late)"
    waits = f" for {machine}" if machine else f": {why}"
    return f"{draft.file}: was to go out on {time} and waits{waits} ({ways(office, draft)})"


def other_machine(office: Office, draft: StoredDraft) -> str:
    """Say which machine has to send a revision that names channels this one lacks; "": none."""
    here = {channel.name for channel in office.channels}
    lacking = [name for name in draft.channels if name not in here]
    if not lacking:
        return ""
    settings = ", ".join(f"channels.{name}" for name in lacking)
    return f"a machine that has {', '.join(lacking)} (this one lacks {settings})"


def ways(office: Office, draft: StoredDraft) -> str:
    """Return the commands to choose from for a revision that does not go out by itself.

    They name the file without its folder: the desk is told of them by others' servers.
    """
    publish, hold = f"syndicate publish {Path(draft.path).name}", f"syndicate hold {draft.uri}"
    if other_machine(office, draft):
        return f"for other channels: {publish} --channel NAME; for none: {hold} --call-off"
    return f"syndicate release {draft.uri}, {publish}, {publish} --at TIME, or {hold}"
