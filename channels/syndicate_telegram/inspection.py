"""Inspect a bot's rights in its chats, and whether readers can tell whose chat it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndicate import Finding, Publisher
from syndicate_telegram.api.client import BotClient
from syndicate_telegram.api.errors import Declined
from syndicate_telegram.api.responses import checked_chat
from syndicate_telegram.bot_rights import FORMER_MEMBERS, BotRights

if TYPE_CHECKING:
    from telegram import ChatFullInfo, ChatMember

CHAT_TYPES = {"channel": "a channel", "group": "a group", "supergroup": "a group"}
# right: what is impossible without it, and its name in Telegram
CHANNEL_RIGHTS = {
    "post": ("nothing is published", "Post Messages"),
    "edit": ("posts that others made cannot be corrected", "Edit Messages of Others"),
    "delete": ("posts that others made cannot be removed", "Delete Messages of Others"),
}


@dataclass(frozen=True, kw_only=True)
class InspectedChats:
    """A channel's chats, and its settings that need rights there."""

    channel: str  # its name
    chat: str
    chat_id: str
    audit_chat: str
    test_chat: str
    public_page: str  # where posts in doubt are looked for without an audit chat; "" for nowhere
    thread: int
    pin: bool


def inspect_chats(
    chats: InspectedChats, client: BotClient, publisher: Publisher
) -> Iterator[Finding]:
    """Yield findings on all that a post needs: the bot, its chat, its rights, the other chats."""
    bot = client.call(lambda bot: bot.get_me())
    yield _passed("token", f"of @{bot.username}")
    inspection = ChatInspection(chats=chats, client=client, bot=f"@{bot.username}", bot_id=bot.id)
    yield from inspection.findings(publisher)


@dataclass(frozen=True, kw_only=True)
class ChatInspection:
    """An inspection of the chats of one channel."""

    chats: InspectedChats
    client: BotClient
    bot: str  # its @name
    bot_id: int

    def findings(self, publisher: Publisher) -> Iterator[Finding]:
        chat = self._chat(self.chats.chat_id)
        yield _passed("chat", _described(chat))
        yield from self._rights(chat)
        yield self._link_to_office(chat, publisher)
        yield self._audit_chat(chat)
        if self.chats.thread:
            yield self._topic(chat)
        if self.chats.test_chat:
            yield self._test_chat(chat)

    def _setting(self, name: str = "chat") -> str:
        return f"channels.{self.chats.channel}.{name}"

    def _chat(self, name: str) -> ChatFullInfo:
        return self.client.call(lambda bot: checked_chat(bot.get_chat(name)))

    def _member(self, chat: ChatFullInfo) -> ChatMember:
        return self.client.call(lambda bot: bot.get_chat_member(chat.id, self.bot_id))

    def _rights(self, chat: ChatFullInfo) -> Iterator[Finding]:
        try:
            member = self._member(chat)
        except Declined as declined:  # channels tell it to their administrators alone
            reason = f"Telegram does not say what it may do ({declined.answer})"
            yield self._not_administrator(reason)
            return
        is_reader = chat.type == "channel" and member.status == "member"
        if is_reader or member.status in FORMER_MEMBERS:
            yield self._not_administrator(f"its status there is “{member.status}”")
            return
        rights = BotRights.of(member, chat)
        for name in CHANNEL_RIGHTS:
            yield self._right(name, chat, granted=getattr(rights, name))
        yield self._right_to_pin(chat, granted=rights.pin)

    def _not_administrator(self, reason: str) -> Finding:
        return _failed(
            "rights",
            f"{self._setting()}: {self.bot} is not an administrator of {self.chats.chat}:"
            f" {reason}: in the channel's settings choose Administrators, Add Admin",
        )

    def _right(self, name: str, chat: ChatFullInfo, *, granted: bool) -> Finding:
        is_channel = chat.type == "channel"
        if granted:
            own = "" if is_channel or name == "post" else " its own posts"
            return _passed(f"right to {name}", f"{self.bot} may {name}{own}")
        without, right = CHANNEL_RIGHTS[name]
        fix = f"switch on “{right}” for it" if is_channel else "let it send messages"
        return _failed(
            f"right to {name}",
            f"{self._setting()}: {self.bot} may not {name} in {self.chats.chat}, so that"
            f" {without}: {fix}",
        )

    def _right_to_pin(self, chat: ChatFullInfo, *, granted: bool) -> Finding:
        what = "right to pin"
        if granted:
            return _passed(what, f"{self.bot} may pin")
        if not self.chats.pin:
            return _passed(what, f"{self.bot} may not pin, and need not")
        right = "Edit Messages of Others" if chat.type == "channel" else "Pin Messages"
        return _failed(
            what,
            f"{self._setting('pin')}: {self.bot} may not pin in {self.chats.chat}: make it an"
            f" administrator with “{right}”, or remove the setting",
        )

    def _link_to_office(self, chat: ChatFullInfo, publisher: Publisher) -> Finding:
        what, host = "link to the office", urlsplit(publisher.url).hostname or publisher.url
        if names_host(chat.description or "", host):
            return _passed(what, f"the description names {host}")
        return _failed(
            what,
            f"{self._setting()}: the description of {self.chats.chat} does not name your"
            " site, which shows readers that the channel is not a fake: write"
            f" {publisher.url} into it",
        )

    def _audit_chat(self, chat: ChatFullInfo) -> Finding:
        what, setting, name = "audit chat", self._setting("audit_chat"), self.chats.audit_chat
        if not name:
            return _passed(what, f"none; {self._search_without_audit_chat()}")
        audit_chat = self._other_chat(setting, name)
        if isinstance(audit_chat, str):
            return _failed(what, audit_chat)
        if audit_chat.id == chat.id:
            return _failed(what, f"{setting}: it is the channel itself: name a chat of the office")
        if not self._may_write(audit_chat):
            return _failed(
                what,
                f"{setting}: {self.bot} may not write in {_described(audit_chat)}: make it a member"
                " who may, or an administrator who may post",
            )
        return _passed(what, f"{_described(audit_chat)}; posts in doubt are looked for there")

    def _search_without_audit_chat(self) -> str:
        if not self.chats.public_page:
            return "you will have to look for posts in doubt yourself"
        return f"posts in doubt are looked for on {self.chats.public_page}"

    def _topic(self, chat: ChatFullInfo) -> Finding:
        """Check that the topic exists and is open; only a typing notice reveals it."""
        setting, number = self._setting("thread"), self.chats.thread
        if not chat.is_forum:
            return _failed(
                "topic", f"{setting}: {_described(chat)} has no topics: remove the setting"
            )
        try:
            self.client.call(
                lambda bot: bot.send_chat_action(chat.id, "typing", message_thread_id=number)
            )
        except Declined as declined:
            return _failed("topic", str(declined))
        return _passed("topic", f"number {number}")

    def _test_chat(self, chat: ChatFullInfo) -> Finding:
        setting = self._setting("test_chat")
        test_chat = self._other_chat(setting, self.chats.test_chat)
        if isinstance(test_chat, str):
            return _failed("test chat", test_chat)
        if test_chat.id == chat.id:
            return _failed(
                "test chat",
                f"{setting}: it is the chat itself: name another chat for `publish --test`",
            )
        return _passed("test chat", _described(test_chat))

    def _other_chat(self, setting: str, name: str) -> ChatFullInfo | str:
        """Return another chat, or why there is none."""
        try:
            return self._chat(name)
        except Declined as declined:
            return (
                f"{setting}: {self.bot} sees no chat {name} ({declined.answer}): write its @name or"
                " its number (-100…), and make the bot a member"
            )

    def _may_write(self, chat: ChatFullInfo) -> bool:
        try:
            return BotRights.of(self._member(chat), chat).post
        except Declined:
            return False


def names_host(text: str, host: str) -> bool:
    """Return whether a text names a site, a part of it or a page on it, but no mail address."""
    name = re.escape(host.removeprefix("www."))
    return bool(re.search(rf"(?<![\w@-]){name}(?![\w-]|\.\w)", text, re.IGNORECASE))


def _passed(what: str, detail: str) -> Finding:
    return Finding(what=what, ok=True, detail=detail)


def _failed(what: str, detail: str) -> Finding:
    return Finding(what=what, ok=False, detail=detail)


def _described(chat: ChatFullInfo) -> str:
    kind = CHAT_TYPES.get(chat.type, "a private conversation")
    username = f", @{chat.username}" if chat.username else ""
    return f"“{chat.title or chat.first_name}”, {kind}{username} ({chat.id})"
