"""What a letter that came back says of the address: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST = 5  # that are not final, until an address is given up
TOGETHER = timedelta(days=60)  # from one to the next, for them to count as a row
HARD = re.compile(r"5\.(?!7\.|2\.2$)\d{1,3}\.\d{1,3}")  # RFC 3463


@dataclass(frozen=True, slots=True)
class Bounces:
    """How often letters to one address came back, and whether that is the end of it."""

    count: int
    final: bool


def counted(code: str, before: int, last: datetime | None, at: datetime) -> Bounces:
    """One more: a returned letter's status (``5.1.1``), or our relay's answer (``550 5.1.1``).

    A status of class 5 is final, but for 5.7, where a policy refused us and every reader of that
    provider would be lost for our relay's bad name, and for 5.2.2, a full mailbox. What our own
    relay says counts, and is not final by itself: it may be wrong about everybody.
    """
    count = before + 1 if last is not None and at - last <= TOGETHER else 1
    return Bounces(count, bool(HARD.fullmatch(code)) or count >= MOST)
