"""The settings of a Telegram channel: what they may say, checked when the file is read."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
LINK = re.compile(r"(?:https?://)?(?:www\.)?(?:t|telegram)\.me/(?:s/)?", re.IGNORECASE)
LEAST_PACE = 0.001  # seconds; with 0 the pauses that Telegram asks for would not be shared
LOUD = (1, 2)  # ninjs urgencies that wake people

# TOML may hold a number
ChatName = Annotated[str, BeforeValidator(lambda chat: str(chat) if type(chat) is int else chat)]


def _hours(text: str) -> str:
    if text and not HOURS.fullmatch(text):
        raise ValueError("write it like 22:00-06:00")
    return text


def _another(name: str, info: ValidationInfo) -> str:
    if name and folded(name) == folded(str(info.data.get("chat", ""))):
        raise ValueError("it is the chat itself: name another one, for trials")
    return name


def folded(name: str) -> str:
    """A chat's name, however it is written: @Kabar, kabar or https://t.me/kabar."""
    return LINK.sub("", name.strip()).removeprefix("@").rstrip("/").casefold()


TestChatName = Annotated[ChatName, AfterValidator(_another)]
QuietHours = Annotated[str, AfterValidator(_hours)]
Length = Literal["full", "lead"] | Annotated[int, Field(ge=200)]
Seconds = Annotated[float, Field(ge=0, le=60), AfterValidator(lambda pace: max(pace, LEAST_PACE))]
Thread = Annotated[int, Field(ge=0)]


def is_quiet(hours: str, at: datetime, zone: str, urgency: int) -> bool:
    """Return whether a moment is in the quiet hours, and the article is not urgent."""
    found = HOURS.fullmatch(hours)
    if found is None or urgency in LOUD:
        return False
    start, end = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    now = at.astimezone(ZoneInfo(zone)).time()
    return start <= now < end if start < end else now >= start or now < end
