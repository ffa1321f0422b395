"""Telegram: one post per article, corrected and taken back in place."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Self

from syndicate import (
    Absent,
    Channel,
    Delivery,
    Edition,
    Finding,
    Finds,
    InDoubt,
    Inspects,
    Paced,
    Publisher,
    Receipt,
    Refused,
    Rehearses,
    Removes,
    Rendition,
    Revises,
    Scope,
)
from syndicate.settings import SecretStr, WebUrl
from syndicate.text import utf16_length
from syndicate_telegram.errors import (
    NO_CAPTION,
    NO_TEXT,
    NOT_MODIFIED,
    NOT_THERE,
    Declined,
    Place,
    accepting,
)
from syndicate_telegram.inspection import findings
from syndicate_telegram.post import CAPTION_LIMIT, TEXT_LIMIT, Picture, Post, compose
from syndicate_telegram.reading import Forwarding, Page
from syndicate_telegram.search import Doubt, Reader, settled
from syndicate_telegram.settings import ChatName, Length, QuietHours, Seconds, Thread, is_quiet
from syndicate_telegram.wire import Timing, Wire

if TYPE_CHECKING:
    from telegram import Bot, Message

REFERENCE = re.compile(r"(?:(?P<photo>photo):)?(?P<id>\d+)(?::(?P<picture>\w+))?")
LINK = re.compile(
    r"(?:https?://)?(?:t|telegram)\.me/(?:c/(?P<number>\d+)|(?:s/)?(?P<name>\w+))(?:/\d+)?"
    r"/(?P<id>\d+)/?(?:\?\S*)?"
)


@dataclass(kw_only=True)
class Telegram(Channel, Revises, Removes, Finds, Paced, Rehearses, Inspects):
    """Posts every article in a Telegram channel or group and keeps it up to date there.

    token: the bot's, from @BotFather; the bot must be an administrator of the chat
    chat: @name of a public channel, or the number of a private one (-100…)
    test_chat: where `publish --test` posts
    api: the Bot API server
    audit_chat: a chat of the office; a post in doubt is looked for by copying messages there
    web: where public channels have their pages; there a post in doubt is looked for, too
    preview: the first picture: `above` or `below` the text as a large preview where it has a
        public address, else as a photo; `photo` always as a photo (1,024 characters); `none`
    length: `full`: as much of the text as fits; `lead`: its beginning; or a number of characters.
        What is left out is behind the article's `url`; without one the text is whole
    thread: the topic's number, in a group with topics
    silent: post without a sound
    quiet: post without a sound in these hours, but for urgency 1 and 2: 22:00-06:00
    pace: seconds from one post or edit to the next, whichever machine makes it
    protect: let nobody forward or save the posts
    """

    kind: ClassVar[str] = "telegram"
    scope: ClassVar[Scope] = Scope.ARTICLE
    limit: ClassVar[int] = TEXT_LIMIT
    timing: ClassVar[Timing] = Timing(patience=30)

    token: SecretStr
    chat: ChatName
    test_chat: ChatName = ""
    api: WebUrl = "https://api.telegram.org"
    audit_chat: ChatName = ""
    web: WebUrl = "https://t.me"
    preview: Picture = "above"
    length: Length = "full"
    thread: Thread = 0
    silent: bool = False
    quiet: QuietHours = ""
    pace: Seconds = 1.0
    protect: bool = False

    def render(self, edition: Edition) -> Iterator[Rendition]:
        [item] = edition.items
        post = compose(item, edition.publisher, self.name, self.preview, self.length)
        media = (post.photo,) if post.upload else ()
        yield Rendition("post", "application/json", post.content, media)

    def as_text(self, rendition: Rendition) -> str:
        return Post.read(rendition.content).plain

    def publish(self, delivery: Delivery) -> Receipt:
        post = Post.read(delivery.rendition.content)
        now = delivery.started or datetime.now(UTC)
        silent = self.silent or is_quiet(self.quiet, now, post.zone, post.urgency)
        if post.photo:
            photo = _material(post, delivery.files)
            sent = self._wire.say(
                lambda bot: bot.send_photo(
                    _chat(self.chat),
                    photo,
                    caption=post.text,
                    caption_entities=_entities(post),
                    message_thread_id=self.thread or None,
                    disable_notification=silent,
                    protect_content=self.protect,
                )
            )
        else:
            sent = self._wire.say(
                lambda bot: bot.send_message(
                    _chat(self.chat),
                    post.text,
                    entities=_entities(post),
                    link_preview_options=_card(post),
                    message_thread_id=self.thread or None,
                    disable_notification=silent,
                    protect_content=self.protect,
                )
            )
        return _receipt(sent, post)

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        post, there = Post.read(delivery.rendition.content), Standing.read(receipt)
        if post.photo and not there.is_photo:
            there = self._recognised(post, there)
        if not there.is_photo:
            there = self._revise_text(post, there)
        elif post.photo and _short(post) != there.picture:
            there = self._revise_photo(post, delivery.files, there)
        else:
            self._revise_caption(post, there)
        return replace(receipt, reference=there.reference)

    def obstacle(self, before: Rendition, after: Rendition) -> str:
        was, will = Post.read(before.content), Post.read(after.content)
        if will.photo and not was.photo:
            return (
                "the post is text, and a text cannot become a photo: give the picture a public"
                f" address (a feed hosts it), or set channels.{self.name}.preview to none"
            )
        if was.photo and utf16_length(will.text) > CAPTION_LIMIT:
            return (
                f"the post is a photo, and its caption holds {CAPTION_LIMIT:,} characters: shorten"
                " the article, or take the post back with `withdraw --kill` and publish it anew"
            )
        return ""

    def remove(self, receipt: Receipt) -> None:
        there = Standing.read(receipt)
        with accepting(NOT_THERE):
            self._wire.ask(lambda bot: bot.delete_message(there.chat, there.id))

    def find(self, delivery: Delivery) -> Receipt | Absent:
        post, now = Post.read(delivery.rendition.content), datetime.now(UTC)
        before, after = (Standing.read(one).id if one else None for one in delivery.neighbours)
        doubt = Doubt(
            text=post.text, chat=self.chat, started=delivery.started, before=before, after=after,
            surer="" if self.audit_chat or self.protect else f"channels.{self.name}.audit_chat",
        )  # fmt: skip
        found = settled(doubt, list(self._readers(doubt.is_fresh(now))), now)
        if isinstance(found, Absent):
            return found
        there = Standing(chat=self.chat, id=found, is_photo=bool(post.photo), picture=_short(post))
        return Receipt(there.reference, _link(self.chat, self._identity, str(found)))

    def blind(self) -> str:
        if self.audit_chat or self._is_public:
            return ""
        return (
            f"look whether the post is in {self.chat} (with channels.{self.name}.audit_chat, a chat"
            " of the office, this is looked up)"
        )

    def target(self) -> str:
        return self.chat

    def identity(self) -> str:
        return self._identity

    def receipt(self, said: str, destination: str) -> Receipt:
        """A post's link, which must lead into this chat, or its number."""
        if re.fullmatch(r"\d+", said):
            return Receipt(said, _link(self.chat, destination, said))
        found = LINK.fullmatch(said)
        if found is None:
            raise Refused(f"{said} is no post's link: give it as https://t.me/… or as its number")
        number, name = found["number"], found["name"]
        here = f"-100{number}" == destination if number else f"@{name}".lower() == self.chat.lower()
        unknown = not destination if number else not self.chat.startswith("@")
        if not (here or unknown):
            raise Refused(f"{said} leads elsewhere: channels.{self.name}.chat is {self.chat}")
        return Receipt(found["id"], _link(self.chat, destination, found["id"]) or said)

    def rehearsal(self) -> Telegram:
        if not self.test_chat:
            raise Refused(
                f"channels.{self.name}.test_chat: not set: name the chat for `publish --test`"
            )
        return replace(self, chat=self.test_chat, test_chat="")

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        return findings(self, self._wire, publisher)

    def __enter__(self) -> Self:
        place = Place(name=self.name, chat=self.chat, api=self.api)
        wire = Wire(self.token, place, self.timing).__enter__()
        try:
            self._identity = str(wire.ask(lambda bot: bot.get_chat(_chat(self.chat))).id)
        except BaseException:
            wire.__exit__()
            raise
        self._wire = wire
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._wire.__exit__()

    @property
    def _is_public(self) -> bool:
        return self.chat.startswith("@")

    def _readers(self, fresh: bool) -> Iterator[Reader]:
        """The ways to look for a post, the surer one first."""
        if blind := self.blind():
            raise InDoubt(blind)
        if self.audit_chat:
            yield Forwarding(
                self._wire,
                setting=f"channels.{self.name}.audit_chat",
                chat=self._identity,
                audit_chat=_chat(self.audit_chat),
            )
        if self._is_public and not fresh:  # the page is some time behind
            yield Page(self.web, self.chat[1:])

    def _edit(self, call: Callable[[Bot], Awaitable[object]]) -> None:
        with accepting(NOT_MODIFIED):
            self._wire.ask(call)

    def _recognised(self, post: Post, there: Standing) -> Standing:
        """A photo after all: a reference that a person gave does not tell what it is."""
        photo = replace(there, is_photo=True)
        try:
            self._revise_caption(post, photo)
        except Declined as declined:
            if NO_CAPTION not in declined.answer:
                raise
            raise Refused(
                f"{there.words} is text, and a text cannot become a photo: give the picture a"
                f" public address (a feed hosts it), or set channels.{self.name}.preview to none"
            ) from None
        return photo

    def _revise_text(self, post: Post, there: Standing) -> Standing:
        """Change a text; it may turn out to be a photo."""
        try:
            self._edit(
                lambda bot: bot.edit_message_text(
                    post.text,
                    there.chat,
                    there.id,
                    entities=_entities(post),
                    link_preview_options=_card(post),
                )
            )
        except Declined as declined:
            if NO_TEXT not in declined.answer:
                raise
            there = replace(there, is_photo=True)
            self._revise_caption(post, there)
        return there

    def _revise_caption(self, post: Post, there: Standing) -> None:
        if utf16_length(post.text) > CAPTION_LIMIT:
            raise Refused(
                f"{there.words} is a photo, and its caption holds {CAPTION_LIMIT:,} characters:"
                " shorten the article, or take the post back with `withdraw --kill` and publish"
                " the article anew"
            )
        self._edit(
            lambda bot: bot.edit_message_caption(
                there.chat, there.id, caption=post.text, caption_entities=_entities(post)
            )
        )

    def _revise_photo(self, post: Post, files: Mapping[str, bytes], there: Standing) -> Standing:
        from telegram import InputMediaPhoto

        media = InputMediaPhoto(
            _material(post, files), caption=post.text, caption_entities=_entities(post)
        )
        self._edit(lambda bot: bot.edit_message_media(media, there.chat, there.id))
        return replace(there, picture=_short(post))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a post stands, and what it is: what a receipt's reference tells.

    ``17`` is a text, ``photo:17:PICTURE`` a photo. A person may give a post's link instead.
    """

    chat: int | str
    id: int
    is_photo: bool = False
    picture: str = ""  # names the photo, to tell whether a correction brings another

    @classmethod
    def read(cls, receipt: Receipt) -> Standing:
        found = REFERENCE.fullmatch(receipt.reference.strip())
        if found is None:
            raise Refused(f"{receipt.reference} names no post: give its number or its link")
        return cls(
            chat=_chat(receipt.destination),
            id=int(found["id"]),
            is_photo=bool(found["photo"]),
            picture=found["picture"] or "",
        )

    @property
    def reference(self) -> str:
        if not self.is_photo:
            return str(self.id)
        return f"photo:{self.id}:{self.picture}" if self.picture else f"photo:{self.id}"

    @property
    def words(self) -> str:
        return f"post {self.id} in {self.chat}"


def _chat(name: str) -> int | str:
    return int(name) if re.fullmatch(r"-?\d+", name) else name


def _link(chat: str, destination: str, number: str) -> str | None:
    """A post's address, as Telegram gives it."""
    if chat.startswith("@"):
        return f"https://t.me/{chat[1:]}/{number}"
    if destination.startswith("-100"):
        return f"https://t.me/c/{destination[4:]}/{number}"
    return None


def _receipt(sent: Message, post: Post) -> Receipt:
    there = Standing(
        chat=sent.chat_id,
        id=sent.message_id,
        is_photo=bool(post.photo),
        picture=_short(post),
    )
    return Receipt(there.reference, sent.link)


def _short(post: Post) -> str:
    """A name for the photo that fits into a reference."""
    return sha256(post.photo.encode()).hexdigest()[:16] if post.photo else ""


def _material(post: Post, files: Mapping[str, bytes]) -> Any:
    """The photo as python-telegram-bot takes it: bytes or an address."""
    if not post.upload:
        return post.photo
    if post.photo not in files:
        raise Refused("the picture's file is not at hand: publish the article's file again")
    return files[post.photo]


def _entities(post: Post) -> list[Any]:
    from telegram import MessageEntity

    return [MessageEntity(**entity) for entity in post.entities]


def _card(post: Post) -> Any:
    from telegram import LinkPreviewOptions

    if not post.card:
        return LinkPreviewOptions(is_disabled=True)  # else any link's page may show up
    return LinkPreviewOptions(url=post.card, prefer_large_media=True, show_above_text=post.above)
