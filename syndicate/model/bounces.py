"""Bounces of one address, and when they end its subscription: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_SOFT_BOUNCES = 5  # that are not final, until an address is given up
BOUNCE_INTERVAL = timedelta(days=60)  # from one to the next, for them to count as a row
# no such mailbox, no such domain, none that takes mail (RFC 3463, 7505)
HARD_STATUS = re.compile(r"5\.1\.(?:1|2|3|10)")


@dataclass(frozen=True, slots=True)
class Bounces:
    """Count of bounces of one address; enough of them end its subscription."""

    count: int
    final: bool


def count_bounce(code: str, before: int, last: datetime | None, at: datetime) -> Bounces:
    """One more: a returned letter's status (``5.1.1``), or our relay's answer (``550 5.1.1``).

    That there is no such mailbox or domain is final. Any other status may be about us, or pass: a
    policy, a quota, a full mailbox. It counts, and so does what our own relay says: it may be wrong
    about everybody.
    """
    count = before + 1 if last is not None and at - last <= BOUNCE_INTERVAL else 1
    return Bounces(count, bool(HARD_STATUS.fullmatch(code)) or count >= MOST_SOFT_BOUNCES)
