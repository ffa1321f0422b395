"""The clock of a command: the ledger's own, or a rehearsal's from $SYNDICATE_NOW."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from syndicate.cli.invocation import invocation

REHEARSAL_YEARS = range(1980, 2200)  # there are moments before and after it


def is_rehearsed() -> bool:
    """Return whether $SYNDICATE_NOW sets the clock."""
    return bool(os.environ.get("SYNDICATE_NOW"))


def rehearsed_clock() -> Callable[[], datetime] | None:
    """Return a clock that shows $SYNDICATE_NOW; None where the ledger's own is used."""
    text = os.environ.get("SYNDICATE_NOW")
    if not text:
        return None
    from syndicate.errors import UsageError

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in REHEARSAL_YEARS:
        raise UsageError(f"$SYNDICATE_NOW: write it like 2024-05-02T09:00:00+07:00, not {text!r}")
    return lambda: moment


def local_time(at: datetime) -> str:
    """Return a moment for people, by the office's clock: ``4 May 2026 17:00 WIB``."""
    from syndicate.text.i18n import moment

    assert invocation.zone, "dates are shown by an office's clock"
    return moment(at, invocation.zone, "en")
