"""Send, edit, delete and pin messages in a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndicate import Refused
from syndicate_telegram.api.client import BotClient
from syndicate_telegram.api.errors import NOT_MODIFIED, NOT_THERE, NOTHING_PINNED, accepting
from syndicate_telegram.api.responses import checked_album, checked_chat, checked_message
from syndicate_telegram.post import Attachment, Post

if TYPE_CHECKING:
    from telegram import Bot, Message

Files = Mapping[str, bytes]  # by their sha256
MessageAddress = tuple[int | str, int]  # chat_id, message_id
ANIMATION_NAME = "animation.gif"


@dataclass(frozen=True, kw_only=True)
class SendOptions:
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


class Messages:
    """The messages of one bot's chats."""

    def __init__(self, client: BotClient) -> None:
        self._client = client

    def send(self, chat: int | str, post: Post, files: Files, options: SendOptions) -> Message:
        """Send a post, an album in one call; return the message with its text."""
        return self._client.call_once(lambda bot: _send(bot, chat, post, files, options.parameters))

    def edit_text(self, address: MessageAddress, post: Post) -> None:
        chat, number = address
        self._edit(
            lambda bot: bot.edit_message_text(
                post.text,
                chat,
                number,
                entities=_message_entities(post.entities),
                link_preview_options=_link_preview(post),
            )
        )

    def edit_caption(self, address: MessageAddress, post: Post) -> None:
        self._edit(lambda bot: bot.edit_message_caption(*address, **_caption(post)))

    def edit_media(
        self,
        address: MessageAddress,
        post: Post,
        attachment: Attachment,
        files: Files,
        *,
        captioned: bool,
    ) -> None:
        """Show another picture or document there; an album's first message has the text."""
        [media] = _input_media(post, [attachment], files, captioned=captioned)
        self._edit(lambda bot: bot.edit_message_media(media, *address))

    def delete(self, address: MessageAddress) -> None:
        with accepting(NOT_THERE):
            self._client.call_for_true(lambda bot: bot.delete_message(*address))

    def pin(self, address: MessageAddress) -> None:
        """Keep a message at the top, silently: it has notified readers when it was sent."""
        self._client.call_for_true(
            lambda bot: bot.pin_chat_message(*address, disable_notification=True)
        )

    def unpin(self, address: MessageAddress) -> None:
        with accepting(NOTHING_PINNED):
            self._client.call_for_true(lambda bot: bot.unpin_chat_message(*address))

    def pinned_id(self, chat: int | str) -> int | None:
        """Return the id of the newest pinned message."""
        pinned = self._client.call(lambda bot: checked_chat(bot.get_chat(chat))).pinned_message
        return pinned.message_id if pinned else None

    def _edit(self, method: Callable[[Bot], Awaitable[object]]) -> None:
        with accepting(NOT_MODIFIED):
            self._client.call(method)


async def _send(
    bot: Bot, chat: int | str, post: Post, files: Files, parameters: dict[str, Any]
) -> Message:
    if not post.sent_attachments:
        text: dict[str, Any] = {
            "entities": _message_entities(post.entities),
            "link_preview_options": _link_preview(post),
        }
        return await checked_message(bot.send_message(chat, post.text, **text, **parameters))
    if post.message_count > 1:
        group = _input_media(post, post.sent_attachments, files, captioned=True)
        return await checked_album(bot.send_media_group(chat, group, **parameters))
    [attachment] = post.sent_attachments
    media, parameters = _file_or_url(attachment, files), _caption(post) | parameters
    if attachment.moves:
        call = bot.send_animation(chat, media, filename=ANIMATION_NAME, **parameters)
    elif post.shape == "photo":
        call = bot.send_photo(chat, media, **parameters)
    else:
        call = bot.send_document(chat, media, filename=attachment.name, **parameters)
    return await checked_message(call)


def _input_media(
    post: Post, attachments: Sequence[Attachment], files: Files, *, captioned: bool
) -> list[Any]:
    """Return attachments as the Bot API takes several; the first one has the caption."""
    return [
        _input_medium(post, attachment, files, _caption(post) if captioned and not index else {})
        for index, attachment in enumerate(attachments)
    ]


def _input_medium(
    post: Post, attachment: Attachment, files: Files, caption: Mapping[str, Any]
) -> Any:
    from telegram import InputMediaAnimation, InputMediaDocument, InputMediaPhoto

    media = _file_or_url(attachment, files)
    if attachment.moves:
        return InputMediaAnimation(media, filename=ANIMATION_NAME, **caption)
    if post.kind == "photo":
        return InputMediaPhoto(media, **caption)
    return InputMediaDocument(media, filename=attachment.name, **caption)


def _file_or_url(attachment: Attachment, files: Files) -> Any:
    """Return a picture or document as python-telegram-bot takes it: bytes or an address."""
    if not attachment.file:
        return attachment.url
    if attachment.file not in files:
        raise Refused("the file of a picture is missing: publish the article's file again")
    return files[attachment.file]


def _caption(post: Post) -> dict[str, Any]:
    entities = _message_entities(post.caption_entities)
    return {"caption": post.caption, "caption_entities": entities}


def _message_entities(stored: Sequence[dict[str, Any]]) -> list[Any]:
    from telegram import MessageEntity

    return [MessageEntity(**entity) for entity in stored]


def _link_preview(post: Post) -> Any:
    from telegram import LinkPreviewOptions

    if not post.card:
        return LinkPreviewOptions(is_disabled=True)  # else any link's page may show up
    return LinkPreviewOptions(url=post.card, prefer_large_media=True, show_above_text=post.above)
