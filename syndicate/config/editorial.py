"""``[editorial]``: how the office's desk works, before and after publishing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

DURATION = re.compile(r"(\d{1,4})\s*(m|h|d)")
TWO_PERSON = "two-person"  # another person approves what one submits
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """Read ``30m``, ``6h`` or ``2d``; ValueError says what to write."""
    found = DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError('write minutes, hours or days, like "30m", "6h" or "2d"')
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _readable(text: str) -> str:
    duration(text)
    return text


Duration = Annotated[str, AfterValidator(_readable)]


@dataclass(frozen=True, kw_only=True)
class Editorial:
    """Rules of the desk."""

    late: timedelta = timedelta(hours=6)  # by how much a scheduled revision may go out unasked
    approval: str = "none"  # or TWO_PERSON
    remind_after: timedelta = timedelta(hours=4)  # that a request waits until approvers hear again


class EditorialSettings(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    late: Duration = "6h"
    approval: Literal["none", "two-person"] = "none"
    remind_after: Duration = "4h"

    def rules(self) -> Editorial:
        return Editorial(
            late=duration(self.late), approval=self.approval,
            remind_after=duration(self.remind_after),
        )  # fmt: skip
