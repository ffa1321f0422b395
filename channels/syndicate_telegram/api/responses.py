"""Check the Bot API's answers: python-telegram-bot makes its objects of anything."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from syndicate_telegram.api.errors import Malformed

if TYPE_CHECKING:
    from telegram import ChatFullInfo, Message

USERNAME = re.compile(r"\w{1,64}", re.ASCII)
LARGEST_ID = 2**53  # of the Bot API


async def checked_message(call: Awaitable[Message]) -> Message:
    """Return the message that a call is answered by; Malformed where it is none."""
    return _checked_message(await call)


async def checked_album(call: Awaitable[Sequence[Message]]) -> Message:
    """Return the first message of an album; Malformed where it is none."""
    messages = await call
    if not isinstance(messages, list | tuple) or not messages:
        raise Malformed
    return _checked_message(messages[0])


async def checked_chat(call: Awaitable[ChatFullInfo]) -> ChatFullInfo:
    """Return the chat that a call is answered by; Malformed where it is none."""
    chat = await call
    _check_chat(chat)
    if pinned := chat.pinned_message:
        _checked_id(pinned.message_id)
    return chat


def _checked_message(message: Message) -> Message:
    if _checked_id(getattr(message, "message_id", None)) <= 0:
        raise Malformed
    _check_chat(message.chat)
    origin = message.forward_origin
    for moment in (message.date, origin.date if origin else message.date):
        if not isinstance(moment, datetime):
            raise Malformed
    for text in (message.text, message.caption):
        if not isinstance(text, str | None):
            raise Malformed
    return message


def _check_chat(chat: object) -> None:
    _checked_id(getattr(chat, "id", None))
    name = getattr(chat, "username", None)
    if name is not None and not (isinstance(name, str) and USERNAME.fullmatch(name)):
        raise Malformed


def _checked_id(value: object) -> int:
    if type(value) is not int or abs(value) > LARGEST_ID:  # True is an int
        raise Malformed
    return value
