"""Calls of the Bot API: each method's answer, from the posts that are kept here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from threading import Event, RLock
from typing import Any

from syndicate.loopback.botapi.content import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Files,
    Params,
    as_edit,
    attached,
    code_units,
    formatted_text,
    link_preview,
    of_input_media,
    read_json,
    utc_now,
)
from syndicate.loopback.botapi.faults import ApiError, ApiFault
from syndicate.loopback.botapi.members import GIFTS, MEMBERS
from syndicate.loopback.botapi.posts import ChatPost, Version
from syndicate.loopback.botapi.public_page import message_html

BOT = {"id": 123456, "is_bot": True, "first_name": "Loopback", "username": "loopback_bot"}

MOST_ALBUM_POSTS = 10  # messages
PAGE_POSTS = 20  # messages on a channel's page
DELETABLE_FOR = timedelta(hours=48)  # what is older, a bot cannot delete
NOT_MODIFIED_ANSWER = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One call, as it came in."""

    method: str
    params: Params
    files: Files


class Calls:
    """Chats and posts of one server, and its answers; nothing here is of HTTP."""

    def __init__(self, *, tokens: Sequence[str], chats: Mapping[str, int]) -> None:
        self.tokens = set(tokens)
        self.chats = dict(chats)
        # chat's number -> what is not as usual: of the chat (type, description), of the bot there
        self.about: dict[int, dict[str, Any]] = {}
        self.membership: dict[int, dict[str, Any]] = {}
        self.topics: dict[int, dict[int, bool]] = {}  # chat -> its topics: is each open?
        self.posts: list[ChatPost] = []
        self.requests: list[ApiCall] = []
        self.pages: list[str] = []  # requests for the web page
        self.pinned: list[int] = []  # the newest last
        self.faults: list[ApiFault] = []
        self.closing = Event()
        self._numbers = count(1)
        self._lock = RLock()

    @property
    def shown(self) -> list[ChatPost]:
        """Posts that readers see now, oldest first."""
        with self._lock:
            return [post for post in self.posts if not post.deleted]

    def post(self, message_id: int) -> ChatPost:
        """One post, deleted or not; message numbers are unique across the chats."""
        return next(post for post in self.posts if post.message_id == message_id)

    def age(self, message_id: int, hours: float) -> None:
        """Let a post have been sent so many hours ago."""
        self.post(message_id).sent = utc_now() - timedelta(hours=hours)

    def take_fault(self, method: str) -> ApiFault | None:
        """The first queued fault that this method meets; it strikes once."""
        with self._lock:
            struck = next((fault for fault in self.faults if fault.strikes(method)), None)
            if struck:
                self.faults.remove(struck)
            return struck

    def answer(self, token: str, method: str, params: Params, files: Files) -> object:
        """The ``result`` of a call, or ApiError."""
        with self._lock:
            self.requests.append(ApiCall(method=method, params=params, files=files))
            if not re.fullmatch(r"\d+:[\w-]+", token):
                raise ApiError(404, "Not Found")
            if token not in self.tokens:
                raise ApiError(401, "Unauthorized")
            do = METHODS.get(method)
            if do is None:
                raise ApiError(404, "Not Found: method not found")
            return do(self, params, files)

    def page(self, name: str, before: int) -> str | None:
        """The public page of a channel: its newest messages, or those before a number."""
        with self._lock:
            chat = self.chats.get(f"@{name}")
            shown = [p for p in self.shown if p.chat_id == chat and p.message_id < before]
        single = [post for post in shown if post.album in (0, post.message_id)]
        albums = {post.message_id: post.album for post in shown if post.album}
        page = (
            message_html(name, post, [n for n, album in albums.items() if album == post.message_id])
            for post in single[-PAGE_POSTS:]
        )
        return None if chat is None else "".join(page)

    def _get_me(self, params: Params, files: Files) -> object:
        return BOT | {"can_join_groups": True, "can_read_all_group_messages": False}

    def _get_chat(self, params: Params, files: Files) -> object:
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
        chat = self._chat(params)
        top = [post for post in self.shown if self._is_pinned(post, chat["id"])]
        pinned = {"pinned_message": self._message(top[-1])} if top else {}
        return chat | more | self.about.get(chat["id"], {}) | pinned

    def _is_pinned(self, post: ChatPost, chat: int) -> bool:
        return post.chat_id == chat and post.message_id in self.pinned

    def _send_action(self, params: Params, files: Files) -> object:
        self._topic(self._chat(params)["id"], params)
        return True

    def _topic(self, chat: int, params: Params) -> int:
        """The topic a message is for; ApiError where it is not there, or closed."""
        thread = int(params.get("message_thread_id", 0))
        topics = self.topics.get(chat)
        if thread and topics is not None:
            if thread not in topics:
                raise ApiError(400, "Bad Request: message thread not found")
            if not topics[thread]:
                raise ApiError(400, "Bad Request: TOPIC_CLOSED")
        return thread

    def _get_chat_member(self, params: Params, files: Files) -> object:
        chat = self._chat(params)["id"]
        if params.get("user_id") != str(BOT["id"]):
            raise ApiError(400, "Bad Request: member not found")
        here = {"status": "administrator"} | self.membership.get(chat, {})
        return {"user": BOT} | MEMBERS[here["status"]] | here

    def _send_message(self, params: Params, files: Files) -> object:
        text, entities = formatted_text(params, "text", "entities")
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if code_units(text) > TEXT_LIMIT:
            raise ApiError(400, "Bad Request: message is too long")
        return self._send(
            params, Version(at=utc_now(), text=text, entities=entities, **link_preview(params))
        )

    def _send_photo(self, params: Params, files: Files) -> object:
        self._chat(params)
        return self._send(params, attached("photo", params.get("photo", ""), params, files))

    def _send_animation(self, params: Params, files: Files) -> object:
        self._chat(params)
        given = params.get("animation", "")
        return self._send(params, attached("animation", given, params, files))

    def _send_document(self, params: Params, files: Files) -> object:
        self._chat(params)
        return self._send(params, attached("document", params.get("document", ""), params, files))

    def _send_group(self, params: Params, files: Files) -> object:
        self._chat(params)
        group = read_json(params.get("media", ""), "can't parse media JSON object")
        if not 2 <= len(group) <= MOST_ALBUM_POSTS:
            raise ApiError(400, "Bad Request: group send failed")
        if len({media["type"] for media in group}) > 1:
            raise ApiError(400, "Bad Request: document can't be mixed with other media types")
        versions = [of_input_media(media, files) for media in group]
        sent: list[dict[str, Any]] = []
        for version in versions:
            sent.append(self._send(params, version, album=sent[0]["message_id"] if sent else -1))
        return sent

    def _edit_text(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        text, entities = formatted_text(params, "text", "entities")
        if post.now.attached:
            raise ApiError(400, "Bad Request: there is no text in the message to edit")
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if code_units(text) > TEXT_LIMIT:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        return self._edit(
            post, Version(at=utc_now(), text=text, entities=entities, **link_preview(params))
        )

    def _edit_caption(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        if not post.now.attached:
            raise ApiError(400, "Bad Request: there is no caption in the message to edit")
        text, entities = formatted_text(params, "caption", "caption_entities")
        if code_units(text) > CAPTION_LIMIT:
            raise ApiError(400, "Bad Request: MEDIA_CAPTION_TOO_LONG")
        return self._edit(post, replace(post.now, at=utc_now(), text=text, entities=entities))

    def _edit_media(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        media = read_json(params.get("media", ""), "can't parse InputMedia JSON object")
        if post.album and media.get("type") != ("photo" if post.photo else "document"):
            raise ApiError(400, "Bad Request: can't change media type in the media album")
        return self._edit(post, as_edit(lambda: of_input_media(media, files)))

    def _forward(self, params: Params, files: Files) -> object:
        origin = self._find(params | {"chat_id": params.get("from_chat_id", "")})
        if origin is None:
            raise ApiError(400, "Bad Request: message to forward not found")
        if origin.protect:
            raise ApiError(400, "Bad Request: message can't be forwarded")
        return self._send(params, origin.now, origin)

    def _delete(self, params: Params, files: Files) -> object:
        post = self._find(params)
        if post is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        if utc_now() - post.sent > DELETABLE_FOR:
            raise ApiError(400, "Bad Request: message can't be deleted for everyone")
        post.deleted = True
        self.pinned = [number for number in self.pinned if number != post.message_id]
        return True

    def _pin(self, params: Params, files: Files) -> object:
        post = self._find(params)
        if post is None:
            raise ApiError(400, "Bad Request: message to pin not found")
        if post.message_id not in self.pinned:
            self.pinned.append(post.message_id)
            next(self._numbers)  # of the message that says so
        return True

    def _unpin(self, params: Params, files: Files) -> object:
        post = self._find(params)
        if post is None or post.message_id not in self.pinned:
            raise ApiError(400, "Bad Request: message to unpin not found")
        self.pinned.remove(post.message_id)
        return True

    def _send(
        self, params: Params, version: Version, origin: ChatPost | None = None, album: int = 0
    ) -> dict[str, Any]:
        chat, number = self._chat(params), next(self._numbers)
        reply = read_json(params.get("reply_parameters", "{}"), "can't parse reply parameters")
        above = int(reply.get("message_id", 0))
        if above and not any(p.message_id == above for p in self.shown if p.chat_id == chat["id"]):
            raise ApiError(400, "Bad Request: message to be replied not found")
        post = ChatPost(
            message_id=number,
            chat_id=chat["id"],
            sent=version.at,
            silent=params.get("disable_notification") == "true",
            protect=params.get("protect_content") == "true",
            thread=self._topic(chat["id"], params),
            reply_to=above,
            album=number if album < 0 else album,
            origin=origin,
            versions=[version],
        )
        self.posts.append(post)
        return self._message(post)

    def _edit(self, post: ChatPost, version: Version) -> object:
        if version.content == post.now.content:
            raise ApiError(400, f"Bad Request: {NOT_MODIFIED_ANSWER}")
        post.versions.append(version)
        return self._message(post) | {"edit_date": int(version.at.timestamp())}

    def _to_edit(self, params: Params) -> ChatPost:
        post = self._find(params)
        if post is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        return post

    def _find(self, params: Params) -> ChatPost | None:
        chat, number = self._chat(params)["id"], params.get("message_id", "")
        if not number.isdigit():
            raise ApiError(400, "Bad Request: message identifier is not specified")
        found = (p for p in self.shown if p.chat_id == chat and p.message_id == int(number))
        return next(found, None)

    def _chat(self, params: Params) -> dict[str, Any]:
        asked = params.get("chat_id", "")
        if not asked:
            raise ApiError(400, "Bad Request: chat_id is empty")
        for name, number in self.chats.items():
            if asked == str(number) or (name[:1] == "@" and asked.lower() == name.lower()):
                public = {"username": name[1:]} if name[:1] == "@" else {}
                kind = self.about.get(number, {}).get("type", "channel")
                return {"id": number, "type": kind, "title": name.lstrip("@")} | public
        raise ApiError(400, "Bad Request: chat not found")

    def _message(self, post: ChatPost) -> dict[str, Any]:
        head: dict[str, Any] = {
            "message_id": post.message_id,
            "date": int(post.sent.timestamp()),
            "chat": self._chat({"chat_id": str(post.chat_id)}),
        }
        if post.origin:
            original = self._message(post.origin)
            head["forward_origin"] = {"type": "channel"} | {
                name: original[name] for name in ("chat", "message_id", "date")
            }
        if post.now.attached is None:
            return head | {"text": post.text, "entities": list(post.entities)}
        caption = {"caption": post.text, "caption_entities": list(post.entities)}
        head |= {"media_group_id": str(post.album)} if post.album else {}
        if post.document:
            return head | {"document": FILE_IDS | {"file_name": post.document.name}} | caption
        return head | {"photo": [FILE_IDS | {"width": 1, "height": 1}]} | caption


METHODS = {
    "getMe": Calls._get_me,
    "sendChatAction": Calls._send_action,
    "getChat": Calls._get_chat,
    "getChatMember": Calls._get_chat_member,
    "sendMessage": Calls._send_message,
    "sendPhoto": Calls._send_photo,
    "sendAnimation": Calls._send_animation,
    "sendDocument": Calls._send_document,
    "sendMediaGroup": Calls._send_group,
    "pinChatMessage": Calls._pin,
    "unpinChatMessage": Calls._unpin,
    "editMessageText": Calls._edit_text,
    "editMessageCaption": Calls._edit_caption,
    "editMessageMedia": Calls._edit_media,
    "deleteMessage": Calls._delete,
    "forwardMessage": Calls._forward,
}
FILE_IDS = {"file_id": "f", "file_unique_id": "u"}
