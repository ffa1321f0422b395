"""Types of a Telegram channel's settings, checked when the configuration is read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from syndicate.model.hours import end_of_hours

CHAT_LINK = re.compile(r"(?:https?://)?(?:www\.)?(?:t|telegram)\.me/(?:s/)?", re.IGNORECASE)
SHORTEST_PACE_SECONDS = 0.001  # with 0 the pauses that Telegram asks for would not be shared
LOUD_URGENCIES = (1, 2)  # of ninjs: they wake people

# TOML may hold a number
ChatName = Annotated[str, BeforeValidator(lambda chat: str(chat) if type(chat) is int else chat)]


def _not_the_chat_itself(name: str, info: ValidationInfo) -> str:
    if name and normalized_name(name) == normalized_name(str(info.data.get("chat", ""))):
        raise ValueError("it is the chat itself: name another chat for `publish --test`")
    return name


def normalized_name(name: str) -> str:
    """Return a chat's name, however it is written: @Kabar, kabar or https://t.me/kabar."""
    return CHAT_LINK.sub("", name.strip()).removeprefix("@").rstrip("/").casefold()


TestChatName = Annotated[ChatName, AfterValidator(_not_the_chat_itself)]
Preview = Literal["above", "below", "photo", "none"]  # where the first picture stands
Length = Literal["full", "lead"] | Annotated[int, Field(ge=200)]  # or UTF-16 units
Seconds = Annotated[
    float, Field(ge=0, le=60), AfterValidator(lambda pace: max(pace, SHORTEST_PACE_SECONDS))
]
Thread = Annotated[int, Field(ge=0)]


def is_quiet(hours: str, at: datetime, zone: str, urgency: int) -> bool:
    """Return whether a moment is in the quiet hours, and the article is not urgent."""
    if urgency in LOUD_URGENCIES:
        return False
    return end_of_hours(hours, at, ZoneInfo(zone)) is not None
