"""Inspect a bot's rights in its chats, and whether readers can tell whose chat it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndicate import Finding, Publisher
from syndicate_telegram.api import responses
from syndicate_telegram.api.client import Wire
from syndicate_telegram.api.errors import Declined

if TYPE_CHECKING:
    from telegram import ChatFullInfo, ChatMember

    from syndicate_telegram import Telegram

KINDS = {"channel": "a channel", "group": "a group", "supergroup": "a group"}
FORMER = ("left", "kicked")
# right: what it is for, and how Telegram calls it
SWITCHES = {
    "post": ("nothing is published", "Post Messages"),
    "edit": ("posts that others made cannot be corrected", "Edit Messages of Others"),
    "delete": ("posts that others made cannot be removed", "Delete Messages of Others"),
}


@dataclass(frozen=True, kw_only=True)
class Rights:
    """A bot's rights in a chat."""

    post: bool
    edit: bool  # what it did not post itself, too
    delete: bool
    pin: bool

    @classmethod
    def of(cls, member: ChatMember, chat: ChatFullInfo) -> Rights:
        """By Telegram's rules: https://core.telegram.org/bots/api#chatmember."""
        if member.status == "creator":
            return cls(post=True, edit=True, delete=True, pin=True)
        if chat.type == "channel":
            return cls._in_channel(member)
        return cls._in_group(member, chat)

    @classmethod
    def _in_channel(cls, member: ChatMember) -> Rights:
        edit = _has(member, "can_edit_messages")  # and pin: in channels that is one right
        delete = _has(member, "can_delete_messages")
        return cls(post=_has(member, "can_post_messages"), edit=edit, delete=delete, pin=edit)

    @classmethod
    def _in_group(cls, member: ChatMember, chat: ChatFullInfo) -> Rights:
        is_there = member.status not in FORMER and _has(member, "is_member", default=True)
        held_by = member if member.status == "restricted" else chat.permissions
        may_send = member.status == "administrator" or _has(held_by, "can_send_messages", True)
        post = is_there and may_send  # and whoever posts may edit that at any time
        pin = member.status == "administrator" and _has(member, "can_pin_messages")
        return cls(post=post, edit=post, delete=post, pin=pin)


def _has(of: object, right: str, default: bool = False) -> bool:
    value = getattr(of, right, None)
    return default if value is None else bool(value)


def findings(channel: Telegram, wire: Wire, publisher: Publisher) -> Iterator[Finding]:
    """Everything a post needs: the bot, its chat, its rights there, and the other chats."""
    bot = wire.ask(lambda bot: bot.get_me())
    yield Finding(what="token", ok=True, detail=f"of @{bot.username}")
    yield from Look(channel, wire, f"@{bot.username}", bot.id).around(publisher)


@dataclass(frozen=True)
class Look:
    """One bot's look at the chats of one channel."""

    channel: Telegram
    wire: Wire
    bot: str  # its @name
    number: int

    def around(self, publisher: Publisher) -> Iterator[Finding]:
        chat = self._chat(self.channel.identity())
        yield Finding(what="chat", ok=True, detail=_described(chat))
        yield from self._rights(chat)
        yield self._link_back(chat, publisher)
        yield self._audit(chat)
        if self.channel.thread:
            yield self._topic(chat)
        if self.channel.test_chat:
            yield self._test(chat)

    def _setting(self, name: str = "chat") -> str:
        return f"channels.{self.channel.name}.{name}"

    def _chat(self, name: str) -> ChatFullInfo:
        return self.wire.ask(lambda bot: responses.chat(bot.get_chat(name)))

    def _member(self, chat: ChatFullInfo) -> ChatMember:
        return self.wire.ask(lambda bot: bot.get_chat_member(chat.id, self.number))

    # what the bot may do

    def _rights(self, chat: ChatFullInfo) -> Iterator[Finding]:
        try:
            member = self._member(chat)
        except Declined as declined:  # channels tell it to their administrators alone
            yield self._stranger(f"Telegram does not say what it may do ({declined.answer})")
            return
        if member.status in FORMER or (chat.type == "channel" and member.status == "member"):
            yield self._stranger(f"its status there is “{member.status}”")
            return
        rights = Rights.of(member, chat)
        for name in SWITCHES:
            yield self._right(name, getattr(rights, name), chat)
        yield self._pin(rights.pin, chat)

    def _stranger(self, why: str) -> Finding:
        return Finding(
            what="rights", ok=False,
            detail=f"{self._setting()}: {self.bot} is no administrator of {self.channel.chat}:"
            f" {why}: in the channel's settings choose Administrators, Add Admin",
        )  # fmt: skip

    def _right(self, name: str, has: bool, chat: ChatFullInfo) -> Finding:
        what = f"right to {name}"
        if has:
            own = chat.type != "channel" and name != "post"
            return Finding(
                what=what, ok=True, detail=f"{self.bot} may {name}{' its own posts' if own else ''}"
            )
        without, switch = SWITCHES[name]
        do = f"switch on “{switch}”" if chat.type == "channel" else "let it send messages"
        return Finding(
            what=what, ok=False,
            detail=f"{self._setting()}: {self.bot} may not {name} in {self.channel.chat}, and so"
            f" {without}: {do} for it",
        )  # fmt: skip

    def _pin(self, has: bool, chat: ChatFullInfo) -> Finding:
        if has:
            return Finding(what="right to pin", ok=True, detail=f"{self.bot} may pin")
        if not self.channel.pin:
            return Finding(
                what="right to pin", ok=True, detail=f"{self.bot} may not pin, and need not"
            )
        switch = "Edit Messages of Others" if chat.type == "channel" else "Pin Messages"
        return Finding(
            what="right to pin", ok=False,
            detail=f"{self._setting('pin')}: {self.bot} may not pin in {self.channel.chat}: make it"
            f" an administrator with “{switch}”, or take the setting out",
        )  # fmt: skip

    # whose chat it is

    def _link_back(self, chat: ChatFullInfo, publisher: Publisher) -> Finding:
        host = urlsplit(publisher.url).hostname or publisher.url
        if names_host(chat.description or "", host):
            return Finding(
                what="link to the office", ok=True, detail=f"the description names {host}"
            )
        return Finding(
            what="link to the office", ok=False,
            detail=f"{self._setting()}: the description of {self.channel.chat} does not name your"
            " site, by which readers tell the office's channel from a false one: write"
            f" {publisher.url} into it",
        )  # fmt: skip

    # the other chats

    def _audit(self, chat: ChatFullInfo) -> Finding:
        what, setting, name = "audit chat", self._setting("audit_chat"), self.channel.audit_chat
        if not name:
            page = f"{self.channel.web}/s/{self.channel.chat.removeprefix('@')}"
            blind = "posts in doubt are yours to look for" if self.channel.blind() else ""
            return Finding(
                what=what,
                ok=True,
                detail=f"none; {blind or f'posts in doubt are looked for on {page}'}",
            )
        audit = self._other(setting, name)
        if isinstance(audit, str):
            return Finding(what=what, ok=False, detail=audit)
        if audit.id == chat.id:
            return Finding(
                what=what,
                ok=False,
                detail=f"{setting}: it is the channel itself: name a chat of the office",
            )
        if not self._may_write(audit):
            return Finding(
                what=what, ok=False,
                detail=f"{setting}: {self.bot} may not write in {_described(audit)}: make it a"
                " member who may, or an administrator who may post",
            )  # fmt: skip
        return Finding(
            what=what, ok=True, detail=f"{_described(audit)}; posts in doubt are looked for there"
        )

    def _topic(self, chat: ChatFullInfo) -> Finding:
        """Check that the topic exists and is open; only a typing notice reveals it."""
        setting, number = self._setting("thread"), self.channel.thread
        if not chat.is_forum:
            return Finding(
                what="topic",
                ok=False,
                detail=f"{setting}: {_described(chat)} has no topics: take the setting out",
            )
        try:
            self.wire.ask(
                lambda bot: bot.send_chat_action(chat.id, "typing", message_thread_id=number)
            )
        except Declined as declined:
            return Finding(what="topic", ok=False, detail=str(declined))
        return Finding(what="topic", ok=True, detail=f"number {number}")

    def _test(self, chat: ChatFullInfo) -> Finding:
        setting = self._setting("test_chat")
        found = self._other(setting, self.channel.test_chat)
        if isinstance(found, str):
            return Finding(what="test chat", ok=False, detail=found)
        if found.id == chat.id:
            return Finding(
                what="test chat",
                ok=False,
                detail=f"{setting}: it is the chat itself: name another, for trials",
            )
        return Finding(what="test chat", ok=True, detail=_described(found))

    def _other(self, setting: str, name: str) -> ChatFullInfo | str:
        """Another chat, or why there is none."""
        try:
            return self._chat(name)
        except Declined as declined:
            return (
                f"{setting}: {self.bot} sees no chat {name} ({declined.answer}): write its @name or"
                " its number (-100…), and make the bot a member"
            )

    def _may_write(self, chat: ChatFullInfo) -> bool:
        try:
            return Rights.of(self._member(chat), chat).post
        except Declined:
            return False


def names_host(text: str, host: str) -> bool:
    """Return whether a text names a site, a part of it or a page on it, but no mail address."""
    name = re.escape(host.removeprefix("www."))
    return bool(re.search(rf"(?<![\w@-]){name}(?![\w-]|\.\w)", text, re.IGNORECASE))


def _described(chat: ChatFullInfo) -> str:
    kind = KINDS.get(chat.type, "a private conversation")
    public = f", @{chat.username}" if chat.username else ""
    return f"“{chat.title or chat.first_name}”, {kind}{public} ({chat.id})"
