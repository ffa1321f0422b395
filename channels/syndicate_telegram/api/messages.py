"""Send, edit, delete and pin messages in a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndicate import Refused
from syndicate_telegram.api import responses
from syndicate_telegram.api.client import Wire
from syndicate_telegram.api.errors import NOT_MODIFIED, NOT_THERE, NOTHING_PINNED, accepting
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    from telegram import Bot, Message

Files = Mapping[str, bytes]  # by their sha256
Place = tuple[int | str, int]  # a chat, a message


@dataclass(frozen=True, kw_only=True)
class Manner:
    """The options of a message, apart from its content."""

    thread: int = 0
    silent: bool = False
    protect: bool = False
    reply_to: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        from telegram import ReplyParameters

        return {
            "message_thread_id": self.thread or None,
            "disable_notification": self.silent,
            "protect_content": self.protect,
            "reply_parameters": ReplyParameters(self.reply_to) if self.reply_to else None,
        }


class Chat:
    """The messages of one bot's chats, over an open line."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def say(self, chat: int | str, post: Post, files: Files, manner: Manner) -> Message:
        """Send it, an album in one go; returns the message with its words."""
        return self._wire.say(lambda bot: _sending(bot, chat, post, files, manner.parameters))

    def change_text(self, place: Place, post: Post) -> None:
        chat, number = place
        self._change(
            lambda bot: bot.edit_message_text(
                post.text,
                chat,
                number,
                entities=_entities(post.entities),
                link_preview_options=_card(post),
            )
        )

    def change_caption(self, place: Place, post: Post) -> None:
        chat, number = place
        self._change(
            lambda bot: bot.edit_message_caption(
                chat,
                number,
                caption=post.caption,
                caption_entities=_entities(post.caption_entities),
            )
        )

    def change_attachment(
        self, place: Place, post: Post, attachment: Attachment, files: Files, *, captioned: bool
    ) -> None:
        """Show another picture or document there; the words are the first message's."""
        chat, number = place
        [media] = _group(post, [attachment], files, captioned=captioned)
        self._change(lambda bot: bot.edit_message_media(media, chat, number))

    def delete(self, place: Place) -> None:
        with accepting(NOT_THERE):
            self._wire.do(lambda bot: bot.delete_message(*place))

    def pin(self, place: Place) -> None:
        """Keep it at the top; the post itself has woken whom it should."""
        self._wire.do(lambda bot: bot.pin_chat_message(*place, disable_notification=True))

    def unpin(self, place: Place) -> None:
        with accepting(NOTHING_PINNED):
            self._wire.do(lambda bot: bot.unpin_chat_message(*place))

    def pinned(self, chat: int | str) -> int | None:
        """The newest pinned message."""
        message = self._wire.ask(lambda bot: responses.chat(bot.get_chat(chat))).pinned_message
        return message.message_id if message else None

    def _change(self, call: Callable[[Bot], Awaitable[object]]) -> None:
        with accepting(NOT_MODIFIED):
            self._wire.ask(call)


async def _sending(
    bot: Bot, chat: int | str, post: Post, files: Files, parameters: dict[str, Any]
) -> Message:
    if not post.sent:
        words, card = _entities(post.entities), _card(post)
        return await responses.message(
            bot.send_message(
                chat, post.text, entities=words, link_preview_options=card, **parameters
            )
        )
    if len(post.sent) > 1:
        group = _group(post, post.sent, files, captioned=True)
        return await responses.first(bot.send_media_group(chat, group, **parameters))
    [attachment] = post.sent
    caption: dict[str, Any] = {
        "caption": post.caption,
        "caption_entities": _entities(post.caption_entities),
    }
    material = _material(attachment, files)
    if attachment.moves:
        caption |= {"filename": "animation.gif"}
        return await responses.message(bot.send_animation(chat, material, **caption, **parameters))
    if post.shape == "photo":
        return await responses.message(bot.send_photo(chat, material, **caption, **parameters))
    caption |= {"filename": attachment.name}
    return await responses.message(bot.send_document(chat, material, **caption, **parameters))


def _group(
    post: Post, attachments: Sequence[Attachment], files: Files, *, captioned: bool
) -> list[Any]:
    """Attachments as the Bot API takes several; the first one has the words."""
    from telegram import InputMediaAnimation, InputMediaDocument, InputMediaPhoto

    words: dict[str, Any] = {
        "caption": post.caption,
        "caption_entities": _entities(post.caption_entities),
    }
    group: list[Any] = []
    for attachment in attachments:
        caption: dict[str, Any] = words if captioned and not group else {}
        material = _material(attachment, files)
        if attachment.moves:
            group.append(InputMediaAnimation(material, filename="animation.gif", **caption))
        elif post.kind == "photo":
            group.append(InputMediaPhoto(material, **caption))
        else:
            group.append(InputMediaDocument(material, filename=attachment.name, **caption))
    return group


def _material(attachment: Attachment, files: Files) -> Any:
    """A picture or document as python-telegram-bot takes it: bytes or an address."""
    if not attachment.file:
        return attachment.url
    if attachment.file not in files:
        raise Refused("a picture's file is not at hand: publish the article's file again")
    return files[attachment.file]


def _captioned(post: Post) -> dict[str, Any]:
    return {"caption": post.caption, "caption_entities": _entities(post.caption_entities)}


def _entities(given: Sequence[dict[str, Any]]) -> list[Any]:
    from telegram import MessageEntity

    return [MessageEntity(**entity) for entity in given]


def _card(post: Post) -> Any:
    from telegram import LinkPreviewOptions

    if not post.card:
        return LinkPreviewOptions(is_disabled=True)  # else any link's page may show up
    return LinkPreviewOptions(url=post.card, prefer_large_media=True, show_above_text=post.above)
