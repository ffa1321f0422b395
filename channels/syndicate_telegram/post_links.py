"""Links to posts: what Telegram gives, and what a person copies."""

from __future__ import annotations

import re

from syndicate import Refused

LINK = re.compile(
    r"(?:https?://)?(?:t|telegram)\.me/(?:c/(?P<number>\d+)|(?:s/)?(?P<name>\w+))(?:/\d+)?"
    r"/(?P<id>\d{1,15})/?(?:\?\S*)?"
)


def link_to(number: str, chat: str, destination: str) -> str | None:
    """A post's address, as Telegram gives it; None where it has none."""
    if chat.startswith("@"):
        return f"https://t.me/{chat[1:]}/{number}"
    if destination.startswith("-100"):
        return f"https://t.me/c/{destination[4:]}/{number}"
    return None


def named(text: str, chat: str, destination: str, setting: str) -> tuple[int, str | None]:
    """The number and the address of the post that a person names.

    ``destination`` is the chat's own number, as far as it is known. Refused for what is no post
    of this chat.
    """
    if re.fullmatch(r"\d{1,15}", text):
        return int(text), link_to(text, chat, destination)
    found = LINK.fullmatch(text)
    if found is None:
        raise Refused(f"{text} is no post's link: give it as https://t.me/… or as its number")
    number, name = found["number"], found["name"]
    here = f"-100{number}" == destination if number else f"@{name}".lower() == chat.lower()
    unknown = not destination if number else not chat.startswith("@")
    if not (here or unknown):
        raise Refused(f"{text} leads elsewhere: {setting}.chat is {chat}")
    return int(found["id"]), link_to(found["id"], chat, destination) or text
