"""Telegram: one post per article, corrected and withdrawn in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Self

from syndicate import (
    ABSENT,
    Absent,
    Delivery,
    Deviation,
    Difference,
    Edition,
    Errand,
    Finding,
    Finds,
    InDoubt,
    Notifies,
    OfficeMessage,
    Previews,
    Published,
    Publisher,
    Receipt,
    Refused,
    Removes,
    Rendition,
    Revises,
    View,
)
from syndicate.channel.settings import Hours, Patience, SecretStr, WebUrl
from syndicate.system.local import leads_here
from syndicate_telegram.api.client import BotClient, Timing
from syndicate_telegram.api.downloads import FILE_SECONDS, Downloader
from syndicate_telegram.api.errors import Declined, Endpoint
from syndicate_telegram.api.messages import Messages, SendOptions
from syndicate_telegram.api.responses import checked_chat
from syndicate_telegram.api.sending import Sender
from syndicate_telegram.doubts.forwarding import ForwardingReader
from syndicate_telegram.doubts.public_page import PageReader
from syndicate_telegram.doubts.search import Doubt, Reader, find_post
from syndicate_telegram.editing import Editor
from syndicate_telegram.inspection import InspectedChats, inspect_chats
from syndicate_telegram.limits import TEXT_UNITS
from syndicate_telegram.post import Post
from syndicate_telegram.post_links import parse_post_link, post_url
from syndicate_telegram.published_post import PIN, PublishedPost, chat_id
from syndicate_telegram.receipts import pin_receipt, sent_receipt
from syndicate_telegram.rendering.compose import (
    compose_post,
    compose_reminder,
    compose_reply,
)
from syndicate_telegram.rendering.layout import PostOptions
from syndicate_telegram.rendering.remarks import post_remarks
from syndicate_telegram.settings import (
    LOUD_URGENCIES,
    ChatName,
    Length,
    Preview,
    Seconds,
    TestChatName,
    Thread,
    is_quiet,
)

POST = "post"  # an address beside PIN; each correction may have one too


@dataclass(kw_only=True)
class Telegram(Revises, Removes, Finds, Notifies, Previews):
    """Posts every article in a Telegram channel or group and keeps it up to date there.

    token: the bot's token, from @BotFather; the bot must be an administrator of the chat
    chat: @name of a public channel, or the number of a private one (-100…)
    test_chat: where `publish --test` posts
    api: the Bot API server
    audit_chat: a chat of the office, to which messages are copied to look for a post in doubt
    web: the site of public channels' pages, on which posts in doubt are looked for as well
    preview: the first picture: `above` or `below` the text as a large preview where it has a
        public address, else as a photo; `photo` always as a photo (1,024 characters); `none`.
        Several are an album where the text fits its caption (1,024), with `photo` always
    length: `full`: as much of the text as fits; `lead`: its beginning; or a number of characters.
        A link leads to the rest, at the article's `url`; without a `url` nothing is left out
    thread: the topic's number, in a group with topics
    silent: post without a sound
    quiet: post without a sound in these hours, except urgency 1 and 2: 22:00-06:00
    hold_hours: post nothing in these hours but urgency 1 and 2 and withdrawals: 22:00-06:00
    pace: seconds from one post or edit to the next, on all machines together
    patience: seconds that Telegram may take to answer; twice as long after an upload
    protect: keep readers from forwarding or saving the posts
    pin: keep posts of urgency 1 and 2 at the top until they expire or are withdrawn
    reply_on_correction: also announce a correction in a reply, since an edit notifies nobody
    """

    kind: ClassVar[str] = "telegram"
    limit: ClassVar[int] = TEXT_UNITS
    timing: ClassVar[Timing] = Timing()
    _main_chat = ""  # the readers', where a rehearsal or a message of the office must not go
    _setting = ""  # that names the chat instead; "" where it stands in another table

    token: SecretStr
    chat: ChatName
    test_chat: TestChatName = ""
    api: WebUrl = "https://api.telegram.org"
    audit_chat: ChatName = ""
    web: WebUrl = "https://t.me"
    preview: Preview = "above"
    length: Length = "full"
    thread: Thread = 0
    silent: bool = False
    quiet: Hours = ""
    hold_hours: Hours = ""
    pace: Seconds = 1.0
    patience: Patience = 30
    protect: bool = False
    pin: bool = False
    reply_on_correction: bool = False

    def render(self, edition: Edition) -> Iterator[Rendition]:
        [item] = edition.items
        post = compose_post(item, edition.publisher, self._options)
        yield Rendition(
            address=POST, media_type="application/json", content=post.content, media=post.files
        )
        is_urgent = post.urgency in LOUD_URGENCIES
        if self.pin and is_urgent and not (item.withdrawal or item.expired):
            yield Rendition(
                address=PIN, media_type="application/json", content=b'{"pin": true}', follows=POST
            )
        for version in (c.version for c in item.corrections if self.reply_on_correction):
            content = compose_reply(item, edition.publisher, version).content
            address = f"correction-{version}"
            yield Rendition(
                address=address,
                media_type="application/json",
                content=content,
                follows=POST,
                tells=version,
            )

        for reminder in item.reminders:
            yield Rendition(
                address=f"reminder-{reminder.key}",
                media_type="application/json",
                content=compose_reminder(item, edition.publisher, reminder).content,
                follows=POST,
                reminds=reminder.key,
            )

    def remarks(self, edition: Edition) -> Iterator[str]:
        [item] = edition.items
        return post_remarks(item, edition.publisher, self._options)

    def remarks_in_place(self, edition: Edition, receipts: Mapping[str, Receipt]) -> Iterator[str]:
        [item] = edition.items
        shape = PublishedPost.from_receipt(receipts[POST]).shape if POST in receipts else None
        return post_remarks(item, edition.publisher, self._options, shape)

    def views(self, edition: Edition) -> Iterator[View]:
        from syndicate_telegram.previews import post_views

        [item] = edition.items
        remarks, language = self.remarks(edition), edition.publisher.language
        return post_views(list(self.render(edition)), item, language, remarks, PIN)

    def as_text(self, rendition: Rendition) -> str:
        is_pin = rendition.address == PIN
        return "(pinned)" if is_pin else Post.read(rendition.content).plain_text

    def publish(self, delivery: Delivery) -> Receipt:
        self._client.begin_effect()
        followed = PublishedPost.from_receipt(delivery.followed) if delivery.followed else None
        if delivery.rendition.address == PIN:
            assert followed
            self._messages.pin((followed.chat, followed.message_id))
            return pin_receipt(followed)
        post = Post.read(delivery.rendition.content)
        now = delivery.started or datetime.now(UTC)
        options = SendOptions(
            thread=self.thread,
            silent=self.silent or is_quiet(self.quiet, now, post.zone, post.urgency),
            protect=self.protect,
            reply_to=followed.message_id if followed else 0,
        )
        sent = self._sender.send(chat_id(self.chat), post, delivery.files, options)
        return sent_receipt(sent, post)

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        self._client.begin_effect()
        if delivery.rendition.address == PIN:
            return receipt
        post = Post.read(delivery.rendition.content)
        published = PublishedPost.from_receipt(receipt)
        edited = Editor(sender=self._sender).edit(published, post, delivery.files)
        return edited.receipt(receipt)

    def obstacle(self, receipt: Receipt, rendition: Rendition) -> str:
        if rendition.address == PIN:
            return ""
        return PublishedPost.from_receipt(receipt).obstacle(Post.read(rendition.content))

    def remove(self, receipt: Receipt) -> None:
        self._client.begin_effect()
        published = PublishedPost.from_receipt(receipt)
        is_pin = published.kind == PIN
        remove = self._messages.unpin if is_pin else self._messages.delete
        for number in published.message_ids:
            remove((published.chat, number))

    def find(self, delivery: Delivery) -> Receipt | Absent:
        if delivery.rendition.address == PIN:
            return self._find_pin(delivery)
        post, now = Post.read(delivery.rendition.content), delivery.now or datetime.now(UTC)
        before, after = (
            PublishedPost.from_receipt(neighbour) if neighbour else None
            for neighbour in delivery.neighbours
        )
        is_readable = self.audit_chat or self.protect
        doubt = Doubt(
            text=post.sent_text,
            chat=self.chat,
            started=delivery.started,
            before=before.message_ids[-1] if before else None,
            after=after.message_id if after else None,
            message_count=post.message_count,
            surer_setting="" if is_readable else f"channels.{self.name}.audit_chat",
        )
        number = find_post(doubt, list(self._readers(is_fresh=doubt.is_fresh(now))), now)
        if isinstance(number, Absent):
            return number
        published = PublishedPost.numbered_from(number, post, self.chat)
        return Receipt(
            reference=published.reference, url=post_url(str(number), self.chat, self._identity)
        )

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

    def receipt(self, link: str, destination: str, rendition: Rendition | None = None) -> Receipt:
        """Make a receipt from a post's link, which must lead into this chat, or its number."""
        number, url = parse_post_link(link, self.chat, destination, f"channels.{self.name}")
        published = PublishedPost(chat=self.chat, message_ids=(number,))
        if rendition and rendition.address == PIN:
            return pin_receipt(published)
        if rendition:
            post = Post.read(rendition.content)
            published = PublishedPost.numbered_from(number, post, self.chat)
        return Receipt(reference=published.reference, url=url)

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        return "" if leads_here(self.api) else f"channels.{self.name}.api"

    def rehearsal(self) -> Telegram:
        if not self.test_chat:
            raise Refused(
                f"channels.{self.name}.test_chat: not set: name the chat for `publish --test`"
            )
        # topics are the main chat's own
        trial = replace(self, chat=self.test_chat, test_chat="", thread=0)
        trial._main_chat, trial.office_sites = self.chat, self.office_sites
        trial._setting = f"channels.{self.name}.test_chat: "
        return trial

    def errand(self, to: str, message: OfficeMessage, publisher: Publisher) -> Errand:
        if not re.fullmatch(r"@\w{4,}|-?\d+", to):
            raise ValueError(f"{to!r} is no chat: write @name or its number")
        # topics and quiet hours are the readers' chat's own
        channel = replace(
            self, chat=to, test_chat="", audit_chat="", thread=0, silent=False, quiet=""
        )
        channel._main_chat = self.chat
        post = Post(text=f"{message.subject}\n\n{message.text}")
        rendition = Rendition(address=POST, media_type="application/json", content=post.content)
        return Errand(channel=channel, rendition=rendition)

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        chats = InspectedChats(
            channel=self.name,
            chat=self.chat,
            chat_id=self._identity,
            audit_chat=self.audit_chat,
            test_chat=self.test_chat,
            public_page=f"{self.web}/s/{self.chat[1:]}" if self._is_public else "",
            thread=self.thread,
            pin=self.pin,
        )
        return inspect_chats(chats, self._client, publisher)

    def compare(self, standing: Iterable[Published]) -> Iterable[Difference]:
        from syndicate_telegram.audit import compared_by_copies, compared_on_page

        if self._is_public and leads_here(self.api) and not leads_here(self.web):
            detail = f"channels.{self.name}.web leads away from this machine, unlike its api"
            return (Difference(what=Deviation.UNREAD, detail=detail),)
        if self._is_public:
            page = PageReader(self.web, self.chat[1:], self.patience)
            return compared_on_page(page, self.chat, self._identity, standing)
        if self.audit_chat:
            [reader] = self._readers(is_fresh=True)
            assert isinstance(reader, ForwardingReader)
            return compared_by_copies(reader, standing)
        detail = f"posts in {self.chat} can be read only with channels.{self.name}.audit_chat"
        return (Difference(what=Deviation.UNREAD, detail=detail),)

    def __enter__(self) -> Self:
        endpoint = Endpoint(channel=self.name, chat=self.chat, api=self.api)
        timing = replace(self.timing, answer=min(self.patience, self.timing.answer))
        client = BotClient(self.token, endpoint, timing).__enter__()
        try:
            self._identity = _numeric_id(client, self.chat)
            if self._main_chat:
                self._refuse_main_chat(client)
        except BaseException:
            client.__exit__()
            raise
        self._client, self._messages = client, Messages(client)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._client.__exit__()

    def _refuse_main_chat(self, client: BotClient) -> None:
        """Refuse to write for others than readers in the main chat, however that is named."""
        with suppress(Declined):  # a main chat that the bot does not see yet is another
            if _numeric_id(client, self._main_chat) == self._identity:
                raise Refused(
                    f"{self._setting}{self.chat} is {self._main_chat} itself: name another chat"
                    " (nothing was posted)"
                )

    @property
    def _options(self) -> PostOptions:
        return PostOptions(channel=self.name, preview=self.preview, length=self.length)

    @property
    def _sender(self) -> Sender:
        downloader = Downloader(
            setting=f"channels.{self.name}",
            office_sites=self.office_sites,
            patience=min(FILE_SECONDS, self.patience),
        )
        return Sender(messages=self._messages, downloader=downloader)

    @property
    def _is_public(self) -> bool:
        return self.chat.startswith("@")

    def _readers(self, *, is_fresh: bool) -> Iterator[Reader]:
        """Yield the ways to look for a post, the surer one first."""
        if blind := self.blind():
            raise InDoubt(blind)
        if self.audit_chat:
            self._client.begin_effect()
            yield ForwardingReader(
                self._client,
                setting=f"channels.{self.name}.audit_chat",
                chat=self._identity,
                audit_chat=chat_id(self.audit_chat),
            )
        if self._is_public and not is_fresh:  # the page is some time behind
            yield PageReader(self.web, self.chat[1:], self.patience)

    def _find_pin(self, delivery: Delivery) -> Receipt | Absent:
        """Return ABSENT if it is not the newest pin: pinning twice harms nobody."""
        assert delivery.followed
        self._client.begin_effect()
        published = PublishedPost.from_receipt(delivery.followed)
        is_pinned = self._messages.pinned_id(published.chat) == published.message_id
        return pin_receipt(published) if is_pinned else ABSENT


def _numeric_id(client: BotClient, chat: str) -> str:
    return str(client.call(lambda bot: checked_chat(bot.get_chat(chat_id(chat)))).id)
