"""A Bot API server on 127.0.0.1 that answers as Telegram does, for what we send and no more.

    with BotApi(chats={"@kabar": -1001000000001}) as api:
        channel = Telegram(name="tg", token=SecretStr(TOKEN), chat="@kabar", api=api.url)

What it holds is in ``api.posts``, what it was asked in ``api.requests``; what goes wrong next is
queued in ``api.faults``. The texts of its errors are those of Telegram's own server. Beside the
Bot API it has the page of each public channel, as t.me has: ``/s/kabar``.
"""

from __future__ import annotations

import json
import re
import socket
import socketserver
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from itertools import count
from threading import Event, RLock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from syndicate.loopback.http_faults import Speaks, said_by

TOKEN = "123456:LOOPBACK-TOKEN"  # noqa: S105  (opens nothing but this server)
CHATS = {"@kabar": -1001000000001, "@kabar_uji": -1001000000002}
BOT = {"id": 123456, "is_bot": True, "first_name": "Loopback", "username": "loopback_bot"}

TEXT_LIMIT, CAPTION_LIMIT, ENTITY_LIMIT = 4096, 1024, 100
PHOTO_LIMIT, DOCUMENT_LIMIT = 10 * 1024 * 1024, 50 * 1024 * 1024
ALBUM = 10  # messages
PAGE = 20  # messages on a channel's page
KEPT = timedelta(hours=48)  # what is older, a bot cannot delete
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)

Params = dict[str, str]
Files = dict[str, tuple[str, bytes]]  # by their fields: a name and the content


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture of a post: what was uploaded, or where it may be fetched."""

    content: bytes = b""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Document(Photo):
    """A file of a post, to be opened or kept."""

    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a post said from one moment on."""

    at: datetime
    text: str  # a caption, where there is a photo or a document
    entities: tuple[dict[str, Any], ...] = ()
    link_preview_options: dict[str, Any] | None = None
    photo: Photo | None = None
    document: Document | None = None
    is_animation: bool = False  # the photo moves

    @property
    def content(self) -> tuple[object, ...]:
        """What is compared to tell whether an edit changes anything."""
        said = self.text, self.entities, self.link_preview_options
        return *said, self.photo, self.document, self.is_animation

    @property
    def attached(self) -> Photo | None:
        """What its text is the caption of."""
        return self.photo or self.document


@dataclass(kw_only=True)
class Post:
    """One message in a chat, with everything it has ever said."""

    message_id: int
    chat_id: int
    sent: datetime
    silent: bool = False
    protect: bool = False
    deleted: bool = False
    thread: int = 0
    reply_to: int = 0
    album: int = 0  # the number of its first message
    origin: Post | None = None  # what it is a forwarded copy of
    versions: list[Version]

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def edits(self) -> list[Version]:
        return self.versions[1:]

    @property
    def text(self) -> str:
        """What it says now, a photo's caption included."""
        return self.now.text

    @property
    def caption(self) -> str | None:
        return self.now.text if self.now.attached else None

    @property
    def entities(self) -> tuple[dict[str, Any], ...]:
        return self.now.entities

    @property
    def link_preview_options(self) -> dict[str, Any] | None:
        return self.now.link_preview_options

    @property
    def photo(self) -> Photo | None:
        return self.now.photo

    @property
    def document(self) -> Document | None:
        return self.now.document


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call, as it came in."""

    method: str
    params: Params
    files: Files


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong once, at the next send, edit or delete, or the next ``on``."""

    on: str = ""  # a method's name

    def strikes(self, method: str) -> bool:
        return method == self.on if self.on else not method.startswith("get")


@dataclass(frozen=True, kw_only=True)
class Flood(Fault):
    """Too many requests: nothing is done."""

    retry_after: int = 1


@dataclass(frozen=True, kw_only=True)
class LostReply(Fault):
    """It is done, and the connection closes without an answer."""


@dataclass(frozen=True, kw_only=True)
class HalfReply(Fault):
    """It is done, and the connection closes in the middle of the answer."""


@dataclass(frozen=True, kw_only=True)
class Reset(Fault):
    """The connection is reset before the request is read: nothing is done."""


@dataclass(frozen=True, kw_only=True)
class Rude(Fault):
    """Nothing is done, and something else than an answer is said (``loopback.http_faults``)."""

    speak: Speaks


@dataclass(frozen=True, kw_only=True)
class Http500(Fault):
    """A page of HTML instead of an answer, of a proxy for instance."""

    done: bool = False
    status: int = 500


@dataclass(frozen=True, kw_only=True)
class Garbage200(Fault):
    """It went well, says an answer that nobody can read."""

    done: bool = True


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """It is done, and the answer takes its time."""

    seconds: float = 1.0


@dataclass(frozen=True, kw_only=True)
class No(Fault):
    """Any other error: ``No(code=403, description="Forbidden: bot was kicked from the ...")``."""

    code: int = 400
    description: str = "Bad Request"


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after


class BotApi:
    """The server: starts with ``with``, on a free port of 127.0.0.1."""

    def __init__(
        self,
        *,
        tokens: Sequence[str] = (TOKEN,),
        chats: Mapping[str, int] = CHATS,
        port: int = 0,
    ) -> None:
        """``chats`` maps ``@name`` of a public channel, or a private one's title, to its number."""
        self.tokens = set(tokens)
        self.chats = dict(chats)
        # chat's number -> what is not as usual: of the chat (type, description), of the bot there
        self.about: dict[int, dict[str, Any]] = {}
        self.membership: dict[int, dict[str, Any]] = {}
        self.topics: dict[
            int, dict[int, bool]
        ] = {}  # chat -> its topics, and whether they are open
        self.posts: list[Post] = []
        self.requests: list[Request] = []
        self.pages: list[str] = []  # what was asked of the web page
        self.pinned: list[int] = []  # the newest last
        self.faults: list[Fault] = []
        self.closing = Event()
        self._port = port
        self._numbers = count(1)
        self._lock = RLock()

    @property
    def url(self) -> str:
        """For the adapter's setting ``api``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def shown(self) -> list[Post]:
        """What readers see now, oldest first."""
        with self._lock:
            return [post for post in self.posts if not post.deleted]

    def post(self, message_id: int) -> Post:
        """One post, deleted or not; message numbers are unique across the chats."""
        return next(post for post in self.posts if post.message_id == message_id)

    def age(self, message_id: int, hours: float) -> None:
        """Let a post have been sent so many hours ago."""
        self.post(message_id).sent = _now() - timedelta(hours=hours)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self._port), type("_", (_Handler,), {"api": self}))
        self._port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()

    def take_fault(self, method: str) -> Fault | None:
        """The first queued fault that this method meets; it strikes once."""
        with self._lock:
            struck = next((fault for fault in self.faults if fault.strikes(method)), None)
            if struck:
                self.faults.remove(struck)
            return struck

    def answer(self, token: str, method: str, params: Params, files: Files) -> object:
        """The ``result`` of a call, or ApiError."""
        with self._lock:
            self.requests.append(Request(method=method, params=params, files=files))
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
            _on_page(name, post, [n for n, album in albums.items() if album == post.message_id])
            for post in single[-PAGE:]
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

    def _is_pinned(self, post: Post, chat: int) -> bool:
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
        text, entities = _said(params, "text", "entities")
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if _utf16_length(text) > TEXT_LIMIT:
            raise ApiError(400, "Bad Request: message is too long")
        return self._send(
            params, Version(at=_now(), text=text, entities=entities, **_preview(params))
        )

    def _send_photo(self, params: Params, files: Files) -> object:
        self._chat(params)
        return self._send(params, _attached("photo", params.get("photo", ""), params, files))

    def _send_animation(self, params: Params, files: Files) -> object:
        self._chat(params)
        given = params.get("animation", "")
        return self._send(params, _attached("animation", given, params, files))

    def _send_document(self, params: Params, files: Files) -> object:
        self._chat(params)
        return self._send(params, _attached("document", params.get("document", ""), params, files))

    def _send_group(self, params: Params, files: Files) -> object:
        self._chat(params)
        group = _read_json(params.get("media", ""), "can't parse media JSON object")
        if not 2 <= len(group) <= ALBUM:
            raise ApiError(400, "Bad Request: group send failed")
        if len({one["type"] for one in group}) > 1:
            raise ApiError(400, "Bad Request: document can't be mixed with other media types")
        versions = [_in_group(one, files) for one in group]
        sent: list[dict[str, Any]] = []
        for version in versions:
            sent.append(self._send(params, version, album=sent[0]["message_id"] if sent else -1))
        return sent

    def _edit_text(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        text, entities = _said(params, "text", "entities")
        if post.now.attached:
            raise ApiError(400, "Bad Request: there is no text in the message to edit")
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if _utf16_length(text) > TEXT_LIMIT:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        return self._edit(
            post, Version(at=_now(), text=text, entities=entities, **_preview(params))
        )

    def _edit_caption(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        if not post.now.attached:
            raise ApiError(400, "Bad Request: there is no caption in the message to edit")
        text, entities = _said(params, "caption", "caption_entities")
        if _utf16_length(text) > CAPTION_LIMIT:
            raise ApiError(400, "Bad Request: MEDIA_CAPTION_TOO_LONG")
        return self._edit(post, replace(post.now, at=_now(), text=text, entities=entities))

    def _edit_media(self, params: Params, files: Files) -> object:
        post = self._to_edit(params)
        media = _read_json(params.get("media", ""), "can't parse InputMedia JSON object")
        if post.album and media.get("type") != ("photo" if post.photo else "document"):
            raise ApiError(400, "Bad Request: can't change media type in the media album")
        return self._edit(post, _edited(lambda: _in_group(media, files)))

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
        if _now() - post.sent > KEPT:
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
        self, params: Params, version: Version, origin: Post | None = None, album: int = 0
    ) -> dict[str, Any]:
        chat, number = self._chat(params), next(self._numbers)
        reply = _read_json(params.get("reply_parameters", "{}"), "can't parse reply parameters")
        above = int(reply.get("message_id", 0))
        if above and not any(p.message_id == above for p in self.shown if p.chat_id == chat["id"]):
            raise ApiError(400, "Bad Request: message to be replied not found")
        post = Post(
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

    def _edit(self, post: Post, version: Version) -> object:
        if version.content == post.now.content:
            raise ApiError(400, f"Bad Request: {NOT_MODIFIED}")
        post.versions.append(version)
        return self._message(post) | {"edit_date": int(version.at.timestamp())}

    def _to_edit(self, params: Params) -> Post:
        post = self._find(params)
        if post is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        return post

    def _find(self, params: Params) -> Post | None:
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

    def _message(self, post: Post) -> dict[str, Any]:
        head: dict[str, Any] = {
            "message_id": post.message_id,
            "date": int(post.sent.timestamp()),
            "chat": self._chat({"chat_id": str(post.chat_id)}),
        }
        if post.origin:
            told = self._message(post.origin)
            head["forward_origin"] = {"type": "channel"} | {
                name: told[name] for name in ("chat", "message_id", "date")
            }
        if post.now.attached is None:
            return head | {"text": post.text, "entities": list(post.entities)}
        said = {"caption": post.text, "caption_entities": list(post.entities)}
        head |= {"media_group_id": str(post.album)} if post.album else {}
        if post.document:
            return head | {"document": FILE | {"file_name": post.document.name}} | said
        return head | {"photo": [FILE | {"width": 1, "height": 1}]} | said


METHODS = {
    "getMe": BotApi._get_me,
    "sendChatAction": BotApi._send_action,
    "getChat": BotApi._get_chat,
    "getChatMember": BotApi._get_chat_member,
    "sendMessage": BotApi._send_message,
    "sendPhoto": BotApi._send_photo,
    "sendAnimation": BotApi._send_animation,
    "sendDocument": BotApi._send_document,
    "sendMediaGroup": BotApi._send_group,
    "pinChatMessage": BotApi._pin,
    "unpinChatMessage": BotApi._unpin,
    "editMessageText": BotApi._edit_text,
    "editMessageCaption": BotApi._edit_caption,
    "editMessageMedia": BotApi._edit_media,
    "deleteMessage": BotApi._delete,
    "forwardMessage": BotApi._forward,
}
FILE = {"file_id": "f", "file_unique_id": "u"}
GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)
RIGHTS = dict.fromkeys(
    (
        "can_be_edited", "can_manage_chat", "can_post_messages", "can_edit_messages",
        "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories",
    ),
    True,
)  # fmt: skip
PERMISSIONS = dict.fromkeys(
    (
        "is_member", "can_send_messages", "can_send_audios", "can_send_documents",
        "can_send_photos", "can_send_videos", "can_send_video_notes", "can_send_voice_notes",
        "can_send_polls", "can_send_other_messages", "can_add_web_page_previews",
        "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
        "can_edit_tag", "can_react_to_messages",
    ),
    True,
)  # fmt: skip
MEMBERS: dict[str, dict[str, Any]] = {
    "creator": {"is_anonymous": False},
    "administrator": {"is_anonymous": False} | RIGHTS,
    "member": {},
    "restricted": PERMISSIONS | {"until_date": 0},
    "left": {},
    "kicked": {"until_date": 0},
}


def _on_page(name: str, post: Post, album: Sequence[int]) -> str:
    """A message as t.me/s shows it, without its styles; an album's others beside its first."""
    text = escape(post.text).replace("\n", "<br/>")
    links = (f'<a href="https://t.me/{name}/{number}?single"></a>' for number in album)
    return (
        f'<div class="tgme_widget_message" data-post="{name}/{post.message_id}">{"".join(links)}'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        f'<time datetime="{post.sent.isoformat(timespec="seconds")}"></time></div>\n'
    )


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _now() -> datetime:
    return datetime.now(UTC)


def _said(
    params: Params, text_name: str, entities_name: str
) -> tuple[str, tuple[dict[str, Any], ...]]:
    """A text as Telegram keeps it: trimmed, with its entities checked against it."""
    if params.get("parse_mode"):
        raise ApiError(400, "Bad Request: can't parse entities: this server takes no parse_mode")
    given = params.get(text_name, "")
    entities = _read_json(params.get(entities_name, "[]"), "can't parse entities JSON object")
    _check_entities(given, entities)
    lead = _utf16_length(given) - _utf16_length(given.lstrip())
    text = given.strip()
    kept = (_moved(entity, lead, _utf16_length(text)) for entity in entities[:ENTITY_LIMIT])
    return text, tuple(entity for entity in kept if entity["length"] > 0)


def _moved(entity: dict[str, Any], lead: int, length: int) -> dict[str, Any]:
    start = max(entity["offset"] - lead, 0)
    end = min(entity["offset"] - lead + entity["length"], length)
    return entity | {"offset": start, "length": end - start}


def _check_entities(text: str, entities: list[dict[str, Any]]) -> None:
    raw = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        if entity["type"] == "text_link" and (why := _wrong(entity["url"])):
            raise ApiError(400, f"Bad Request: Entity URL '{entity['url']}' is invalid: {why}")
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if end * 2 > len(raw):
            what = f"entity beginning at UTF-16 offset {start} ends after the end of the text"
            raise ApiError(400, f"Bad Request: {what} at UTF-16 offset {end}")
        for verb, offset in (("begins", start), ("ends", end)):
            if b"\xdc" <= raw[offset * 2 + 1 : offset * 2 + 2] <= b"\xdf":
                what = f"entity {verb} in a middle of a UTF-16 symbol at byte offset {offset * 2}"
                raise ApiError(400, f"Bad Request: {what}")


def _wrong(url: str) -> str:
    """Why an address may be no link's, in TDLib's words; "" if it may."""
    if not url.lower().startswith(("http://", "https://")):
        return "Unsupported URL protocol"
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    if found := re.fullmatch(r"(.*):([^:\]]*)", host, re.DOTALL):
        host = found[1]
        if not found[2].isdecimal() or not 0 < int(found[2]) <= 65535:
            return "Wrong port number specified in the URL"
    if not host or host == ".":
        return "URL host is empty"
    if host[0] == "[" and host[-1] == "]":
        return ""
    if re.search(r"[\x00-\x20\"#/<>?@\[\\\]^`{|}\x7f]|%(?![0-9a-fA-F]{2})", host):
        return "Disallowed character in URL host"
    return "" if "." in host else "Wrong HTTP URL"


def _attached(kind: str, given: str, params: Params, files: Files) -> Version:
    text, entities = _said(params, "caption", "caption_entities")
    if _utf16_length(text) > CAPTION_LIMIT:
        raise ApiError(400, "Bad Request: message caption is too long")
    said = Version(at=_now(), text=text, entities=entities)
    if kind == "document":
        return replace(said, document=_document(given, files))
    return replace(said, photo=_photo(given, files, kind), is_animation=kind == "animation")


def _in_group(media: dict[str, Any], files: Files) -> Version:
    """What an InputMedia object says."""
    params = {"caption": media.get("caption", "")}
    params["caption_entities"] = json.dumps(media.get("caption_entities", []))
    return _attached(media.get("type", ""), media.get("media", ""), params, files)


def _edited(say: Callable[[], Version]) -> Version:
    """An edit that is too long is refused in other words."""
    try:
        return say()
    except ApiError as error:
        if "caption is too long" in error.description:
            raise ApiError(400, "Bad Request: MEDIA_CAPTION_TOO_LONG") from None
        raise


def _preview(params: Params) -> dict[str, Any]:
    given = params.get("link_preview_options")
    what = "can't parse link preview options JSON object"
    return {"link_preview_options": _read_json(given, what) if given else None}


def _photo(given: str, files: Files, kind: str) -> Photo:
    if given.startswith(("http://", "https://")):
        return Photo(url=given)
    _, content = _uploaded(given, kind or "photo", files, PHOTO_LIMIT)
    if not content.startswith(PICTURES):
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return Photo(content=content)


def _document(given: str, files: Files) -> Document:
    if given.startswith(("http://", "https://")):
        return Document(url=given, name=given.rpartition("/")[2])
    name, content = _uploaded(given, "document", files, DOCUMENT_LIMIT)
    return Document(content=content, name=name)


def _uploaded(given: str, kind: str, files: Files, limit: int) -> tuple[str, bytes]:
    found = files.get(given.removeprefix("attach://") or kind)
    if found is None:
        raise ApiError(400, f"Bad Request: there is no {kind} in the request")
    if not found[1]:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if len(found[1]) > limit:
        raise ApiError(413, "Request Entity Too Large")
    return found


def _read_json(text: str, complaint: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ApiError(400, f"Bad Request: {complaint}") from None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *given: Any) -> None:
        self._lines: set[socket.socket] = set()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._lines.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End what callers keep open."""
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller may hang up whenever it likes."""


class _Handler(BaseHTTPRequestHandler):
    api: BotApi
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.api.pages.append(self.path)
        asked = urlsplit(self.path)
        before = int(dict(parse_qsl(asked.query)).get("before", 2**31))
        page = self.api.page(asked.path.removeprefix("/s/"), before)
        if page is None:
            self._reply(302, b"", "text/html", {"Location": "/"})
        else:
            self._reply(200, page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        token, _, method = self.path.removeprefix("/bot").partition("/")
        fault = self.api.take_fault(method)
        if isinstance(fault, Reset):
            return self._reset()
        params, files = _read_body(self.headers.get("Content-Type", ""), self._body())
        if isinstance(fault, Rude):
            self.close_connection = True
            return said_by(fault.speak, self.connection, self.api.closing)
        if _is_done(fault):
            status, answer = self._done(token, method, params, files)
        else:
            logged = Request(method=method, params=params, files=files)
            self.api.requests.append(logged)
        match fault:
            case LostReply():
                self.close_connection = True
            case HalfReply():
                self.close_connection = True
                self._reply(status, b'{"ok": true, "res', "application/json", size=1000)
            case Http500():
                self._reply(fault.status, b"<html><h1>Server Error</h1></html>", "text/html")
            case Garbage200():
                self._reply(200, b"<html>Welcome to the hotel's network</html>", "text/html")
            case Flood():
                seconds = fault.retry_after
                error = ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
                self._reply_json(*_failure(error))
            case No():
                self._reply_json(*_failure(ApiError(fault.code, fault.description)))
            case Slow():
                self.api.closing.wait(fault.seconds)
                self._reply_json(status, answer)
            case _:
                self._reply_json(status, answer)
        return None

    def _done(
        self, token: str, method: str, params: Params, files: Files
    ) -> tuple[int, dict[str, Any]]:
        try:
            return 200, {"ok": True, "result": self.api.answer(token, method, params, files)}
        except ApiError as error:
            return _failure(error)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reply_json(self, status: int, answer: dict[str, Any]) -> None:
        wait = answer.get("parameters", {}).get("retry_after")
        extra = {"Retry-After": str(wait)} if wait else {}
        self._reply(status, json.dumps(answer).encode(), "application/json", extra)

    def _reply(
        self, status: int, body: bytes, media_type: str, extra: Mapping[str, str] | None = None,
        size: int = 0,
    ) -> None:  # fmt: skip
        """``size`` is what is promised, where that is not what is sent."""
        self.send_response(status, HTTPStatus(status).phrase)
        length = str(size or len(body))
        headers = {"Content-Type": media_type, "Content-Length": length} | dict(extra or {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """The requests are in ``api.requests``."""


def _is_done(fault: Fault | None) -> bool:
    if isinstance(fault, Flood | No):
        return False
    return fault.done if isinstance(fault, Http500 | Garbage200) else True


def _failure(error: ApiError) -> tuple[int, dict[str, Any]]:
    answer = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after:
        answer["parameters"] = {"retry_after": error.retry_after}
    return error.code, answer


def _read_body(content_type: str, body: bytes) -> tuple[Params, Files]:
    """The fields and the files of a form."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}
    params, files = {}, {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name, head
        if named := re.search(rb'filename="([^"]*)"', head):
            files[name[1].decode()] = named[1].decode(), content.removesuffix(b"\r\n")
        else:
            params[name[1].decode()] = content.removesuffix(b"\r\n").decode()
    return params, files


__all__ = [
    "CHATS",
    "TOKEN",
    "BotApi",
    "Document",
    "Fault",
    "Flood",
    "Garbage200",
    "HalfReply",
    "Http500",
    "LostReply",
    "No",
    "Photo",
    "Post",
    "Request",
    "Reset",
    "Rude",
    "Slow",
    "Version",
]
