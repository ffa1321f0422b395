"""Read a chat's messages by forwarding them to a chat of the office."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from syndicate import DeliveryError, InDoubt
from syndicate_telegram.api.client import BotClient
from syndicate_telegram.api.errors import Declined
from syndicate_telegram.api.responses import checked_chat, checked_message
from syndicate_telegram.doubts.search import ChatMessage, NoMessage

if TYPE_CHECKING:
    from telegram import Message

NO_MESSAGE = "message to forward not found"
PROTECTED = "message can't be forwarded"


class ForwardingReader:
    """Reads a message as its silent copy in a chat of the office, which is then deleted."""

    def __init__(
        self, client: BotClient, *, setting: str, chat: str, audit_chat: int | str
    ) -> None:
        self._client, self._setting = client, setting
        self._chat, self._audit_chat = int(chat), audit_chat
        self._audit_id: int | None = None

    def newest(self) -> None:
        """Return None: the Bot API does not tell."""

    def read(self, number: int) -> ChatMessage | NoMessage:
        audit_id = self._checked_audit_id()
        try:
            copy = self._client.call(
                lambda bot: checked_message(
                    bot.forward_message(audit_id, self._chat, number, disable_notification=True)
                )
            )
        except Declined as declined:
            if NO_MESSAGE in declined.answer:
                return NoMessage.MISSING
            if PROTECTED in declined.answer:
                return NoMessage.UNREAD
            raise self._cannot_copy(declined) from None
        self._delete(audit_id, copy.message_id)
        return ChatMessage(copy.text or copy.caption or "", _sent_at(copy))

    def _checked_audit_id(self) -> int:
        """Return the audit chat's id; a copy must never be seen in the channel itself."""
        if self._audit_id is None:
            try:
                chat = self._client.call(lambda bot: checked_chat(bot.get_chat(self._audit_chat)))
            except Declined as declined:
                raise self._cannot_copy(declined) from None
            self._audit_id = chat.id
        if self._audit_id == self._chat:
            raise InDoubt(f"{self._setting}: it is the channel itself: name a chat of the office")
        return self._audit_id

    def _cannot_copy(self, declined: Declined) -> InDoubt:
        return InDoubt(
            f"{self._setting}: Telegram copies nothing into {self._audit_chat}"
            f" ({declined.answer}): make the bot a member who may write there"
        )

    def _delete(self, audit_id: int, number: int) -> None:
        with suppress(DeliveryError):  # a copy too many harms nobody there
            self._client.call(lambda bot: bot.delete_message(audit_id, number))


def _sent_at(copy: Message) -> datetime:
    return copy.forward_origin.date if copy.forward_origin else copy.date
