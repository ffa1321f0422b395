"""Links to posts: those that Telegram gives, and those that a person copies. Pure."""

from __future__ import annotations

import re

from syndicate import Refused

MESSAGE_ID = re.compile(r"\d{1,15}")
POST_LINK = re.compile(
    r"(?:https?://)?(?:t|telegram)\.me/(?:c/(?P<chat_number>\d+)|(?:s/)?(?P<chat_name>\w+))"
    r"(?:/\d+)?/(?P<message_id>\d{1,15})/?(?:\?\S*)?"
)


def post_url(message_id: str, chat: str, chat_number: str) -> str | None:
    """Return a post's address, as Telegram gives it; None where it has none."""
    if chat.startswith("@"):
        return f"https://t.me/{chat[1:]}/{message_id}"
    if chat_number.startswith("-100"):
        return f"https://t.me/c/{chat_number[4:]}/{message_id}"
    return None


def parse_post_link(text: str, chat: str, chat_number: str, setting: str) -> tuple[int, str | None]:
    """Return the message id and the address of the post that a person names.

    ``chat_number`` is "" where it is not known. Refused for a link to another chat.
    """
    if MESSAGE_ID.fullmatch(text):
        return int(text), post_url(text, chat, chat_number)
    link = POST_LINK.fullmatch(text)
    if link is None:
        raise Refused(
            f"{text} is not a link to a post: give the post's link, https://t.me/…, or its number"
        )
    number, name = link["chat_number"], link["chat_name"]
    if number:
        leads_elsewhere = bool(chat_number) and f"-100{number}" != chat_number
    else:
        leads_elsewhere = chat.startswith("@") and f"@{name}".lower() != chat.lower()
    if leads_elsewhere:
        raise Refused(f"{text} leads to another chat: {setting}.chat is {chat}")
    return int(link["message_id"]), post_url(link["message_id"], chat, chat_number) or text
