"""Answers that are what they should be: python-telegram-bot makes its objects of anything."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from syndicate_telegram.api.errors import Malformed

if TYPE_CHECKING:
    from telegram import ChatFullInfo, Message

NAME = re.compile(r"\w{1,64}", re.ASCII)
LARGEST = 2**53  # of a number, as the Bot API has them


async def message(call: Awaitable[Message]) -> Message:
    """The message that a call is answered by; Malformed where it is none."""
    return _message(await call)


async def first(call: Awaitable[Sequence[Message]]) -> Message:
    """The first message of an album; Malformed where it is none."""
    found = await call
    if not isinstance(found, list | tuple) or not found:
        raise Malformed
    return _message(found[0])


async def chat(call: Awaitable[ChatFullInfo]) -> ChatFullInfo:
    """The chat that a call is answered by; Malformed where it is none."""
    found = await call
    _look_at_chat(found)
    if pinned := found.pinned_message:
        _number(pinned.message_id)
    return found


def _message(found: Message) -> Message:
    if _number(getattr(found, "message_id", None)) <= 0:
        raise Malformed
    _look_at_chat(found.chat)
    origin = found.forward_origin
    for moment in (found.date, origin.date if origin else found.date):
        if not isinstance(moment, datetime):
            raise Malformed
    for words in (found.text, found.caption):
        if not isinstance(words, str | None):
            raise Malformed
    return found


def _look_at_chat(found: object) -> None:
    _number(getattr(found, "id", None))
    name = getattr(found, "username", None)
    if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
        raise Malformed


def _number(value: object) -> int:
    if type(value) is not int or abs(value) > LARGEST:  # True is an int
        raise Malformed
    return value
