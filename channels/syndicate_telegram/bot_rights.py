"""A bot's rights in a chat, by Telegram's rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telegram import ChatFullInfo, ChatMember

FORMER_MEMBERS = ("left", "kicked")


@dataclass(frozen=True, kw_only=True)
class BotRights:
    """The rights that publishing needs."""

    post: bool
    edit: bool  # what it did not post itself, too
    delete: bool
    pin: bool

    @classmethod
    def of(cls, member: ChatMember, chat: ChatFullInfo) -> BotRights:
        """Read them from a membership: https://core.telegram.org/bots/api#chatmember."""
        if member.status == "creator":
            return cls(post=True, edit=True, delete=True, pin=True)
        if chat.type == "channel":
            return cls._in_channel(member)
        return cls._in_group(member, chat)

    @classmethod
    def _in_channel(cls, member: ChatMember) -> BotRights:
        edit = _has(member, "can_edit_messages")  # and pin: in channels that is one right
        delete = _has(member, "can_delete_messages")
        return cls(post=_has(member, "can_post_messages"), edit=edit, delete=delete, pin=edit)

    @classmethod
    def _in_group(cls, member: ChatMember, chat: ChatFullInfo) -> BotRights:
        is_former = member.status in FORMER_MEMBERS
        is_member = not is_former and _has(member, "is_member", default=True)
        is_administrator = member.status == "administrator"
        permissions = member if member.status == "restricted" else chat.permissions
        may_send = is_administrator or _has(permissions, "can_send_messages", default=True)
        post = is_member and may_send  # and whoever posts may edit that at any time
        pin = is_administrator and _has(member, "can_pin_messages")
        return cls(post=post, edit=post, delete=post, pin=pin)


def _has(holder: object, right: str, *, default: bool = False) -> bool:
    value = getattr(holder, right, None)
    return default if value is None else bool(value)
