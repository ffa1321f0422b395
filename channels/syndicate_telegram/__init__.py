"""Telegram: one post per article, corrected and taken back in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Self

from syndicate import (
    ABSENT,
    Absent,
    Delivery,
    Edition,
    Finding,
    Finds,
    InDoubt,
    Publisher,
    Receipt,
    Refused,
    Removes,
    Rendition,
    Revises,
)
from syndicate.channel.settings import Patience, SecretStr, WebUrl
from syndicate.system.local import leads_here
from syndicate_telegram.api import responses
from syndicate_telegram.api.client import Timing, Wire
from syndicate_telegram.api.downloads import EACH, Fetcher, Loss, told
from syndicate_telegram.api.errors import NO_CAPTION, NO_TEXT, Declined, Place
from syndicate_telegram.api.messages import Chat, Manner
from syndicate_telegram.api.sending import change_attachment, change_text, say
from syndicate_telegram.doubts.reading import Forwarding, Page
from syndicate_telegram.doubts.search import Doubt, Reader, settled
from syndicate_telegram.inspection import findings
from syndicate_telegram.post import TEXT_LIMIT, Post
from syndicate_telegram.post_links import link_to, named
from syndicate_telegram.published_post import Standing, chat_id
from syndicate_telegram.rendering.compose import Picture, compose, remarks, reply
from syndicate_telegram.settings import (
    LOUD,
    ChatName,
    Length,
    QuietHours,
    Seconds,
    TestChatName,
    Thread,
    is_quiet,
)

POST, PIN = "post", "pin"  # addresses; each correction may have one too


@dataclass(kw_only=True)
class Telegram(Revises, Removes, Finds):
    """Posts every article in a Telegram channel or group and keeps it up to date there.

    token: the bot's, from @BotFather; the bot must be an administrator of the chat
    chat: @name of a public channel, or the number of a private one (-100…)
    test_chat: where `publish --test` posts
    api: the Bot API server
    audit_chat: a chat of the office; a post in doubt is looked for by copying messages there
    web: where public channels have their pages; there a post in doubt is looked for, too
    preview: the first picture: `above` or `below` the text as a large preview where it has a
        public address, else as a photo; `photo` always as a photo (1,024 characters); `none`.
        Several are an album where the text fits its caption (1,024), with `photo` always
    length: `full`: as much of the text as fits; `lead`: its beginning; or a number of characters.
        What is left out is behind the article's `url`; without one the text is whole
    thread: the topic's number, in a group with topics
    silent: post without a sound
    quiet: post without a sound in these hours, but for urgency 1 and 2: 22:00-06:00
    pace: seconds from one post or edit to the next, whichever machine makes it
    patience: seconds that Telegram may take to answer; to an upload twice as long
    protect: let nobody forward or save the posts
    pin: keep posts of urgency 1 and 2 at the top until they expire or are withdrawn
    reply_on_correction: also tell of a correction under the post, since an edit wakes nobody
    """

    kind: ClassVar[str] = "telegram"
    limit: ClassVar[int] = TEXT_LIMIT
    timing: ClassVar[Timing] = Timing()
    _main = ""  # of a rehearsal: the chat that it must not go to

    token: SecretStr
    chat: ChatName
    test_chat: TestChatName = ""
    api: WebUrl = "https://api.telegram.org"
    audit_chat: ChatName = ""
    web: WebUrl = "https://t.me"
    preview: Picture = "above"
    length: Length = "full"
    thread: Thread = 0
    silent: bool = False
    quiet: QuietHours = ""
    pace: Seconds = 1.0
    patience: Patience = 30
    protect: bool = False
    pin: bool = False
    reply_on_correction: bool = False

    def render(self, edition: Edition) -> Iterator[Rendition]:
        [item] = edition.items
        post = compose(item, edition.publisher, self.name, self.preview, self.length)
        yield Rendition(POST, "application/json", post.content, post.files)
        if self.pin and post.urgency in LOUD and not (item.withdrawal or item.expired):
            yield Rendition(PIN, "application/json", b'{"pin": true}', follows=POST)
        for version in (c.version for c in item.corrections if self.reply_on_correction):
            content = reply(item, edition.publisher, version).content
            address = f"correction-{version}"
            yield Rendition(address, "application/json", content, follows=POST, tells=version)

    def remarks(self, edition: Edition) -> Iterator[str]:
        [item] = edition.items
        return remarks(item, edition.publisher, self.name, self.preview, self.length)

    def remarks_in_place(self, edition: Edition, receipts: Mapping[str, Receipt]) -> Iterator[str]:
        [item] = edition.items
        shape = Standing.read(receipts[POST]).shape if POST in receipts else None
        return remarks(item, edition.publisher, self.name, self.preview, self.length, shape)

    def as_text(self, rendition: Rendition) -> str:
        return "(pinned)" if rendition.address == PIN else Post.read(rendition.content).plain

    def publish(self, delivery: Delivery) -> Receipt:
        self._wire.begin()
        above = Standing.read(delivery.followed) if delivery.followed else None
        if delivery.rendition.address == PIN:
            assert above
            self._doing.pin((above.chat, above.id))
            return _pinned(above)
        post = Post.read(delivery.rendition.content)
        now = delivery.started or datetime.now(UTC)
        manner = Manner(
            thread=self.thread,
            silent=self.silent or is_quiet(self.quiet, now, post.zone, post.urgency),
            protect=self.protect,
            reply_to=above.id if above else 0,
        )
        sent = say(self._doing, chat_id(self.chat), post, delivery.files, manner, self._fetcher)
        standing = Standing.of(
            sent.post if sent.lost else post, sent.message.chat_id, sent.message.message_id
        )
        if sent.lost:  # an album takes nothing more: its pictures are not compared with others
            standing = replace(standing, names=(), is_bare=bool(post.sent and not sent.post.sent))
        waits = standing.is_bare and len(post.sent) == 1
        lacks = told(loss for loss in sent.lost if waits and loss.may_pass)
        return Receipt(standing.reference, sent.message.link, remark=told(sent.lost), lacks=lacks)

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        self._wire.begin()
        if delivery.rendition.address == PIN:
            return receipt
        post, standing = Post.read(delivery.rendition.content), Standing.read(receipt)
        if standing.can_get(post):
            return self._complete(post, delivery.files, standing, receipt)
        is_open = not (standing.kind or standing.is_bare)
        if is_open and (post.shape != "text" or len(standing.ids) > 1):
            standing = self._recognised(post, standing)
        if problem := standing.obstacle(post):
            raise Refused(f"{standing.words}: {problem}")
        lost: list[Loss] = []
        if standing.kind:
            standing = self._revise_attached(post, delivery.files, standing, lost)
        else:
            standing = self._revise_text(post, delivery.files, standing, lost)
        return _without(replace(receipt, reference=standing.reference), lost)

    def obstacle(self, receipt: Receipt, rendition: Rendition) -> str:
        if rendition.address == PIN:
            return ""
        return Standing.read(receipt).obstacle(Post.read(rendition.content))

    def remove(self, receipt: Receipt) -> None:
        self._wire.begin()
        standing = Standing.read(receipt)
        undo = self._doing.unpin if standing.kind == PIN else self._doing.delete
        for number in standing.ids:
            undo((standing.chat, number))

    def find(self, delivery: Delivery) -> Receipt | Absent:
        if delivery.rendition.address == PIN:
            return self._find_pin(delivery)
        post, now = Post.read(delivery.rendition.content), delivery.now or datetime.now(UTC)
        before, after = (
            Standing.read(neighbour) if neighbour else None for neighbour in delivery.neighbours
        )
        doubt = Doubt(
            text=post.words,
            chat=self.chat,
            started=delivery.started,
            before=before.ids[-1] if before else None,
            after=after.id if after else None,
            parts=post.parts,
            surer="" if self.audit_chat or self.protect else f"channels.{self.name}.audit_chat",
        )
        found = settled(doubt, list(self._readers(doubt.is_fresh(now))), now)
        if isinstance(found, Absent):
            return found
        standing = Standing.of(post, self.chat, found)
        return Receipt(standing.reference, link_to(str(found), self.chat, self._identity))

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
        number, url = named(link, self.chat, destination, self._setting)
        standing = Standing(chat=self.chat, ids=(number,))
        if rendition and rendition.address == PIN:
            return _pinned(standing)
        if rendition:
            standing = Standing.of(Post.read(rendition.content), self.chat, number)
        return Receipt(standing.reference, url)

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        return "" if leads_here(self.api) else f"channels.{self.name}.api"

    def rehearsal(self) -> Telegram:
        if not self.test_chat:
            raise Refused(
                f"channels.{self.name}.test_chat: not set: name the chat for `publish --test`"
            )
        # topics are the main chat's own
        trial = replace(self, chat=self.test_chat, test_chat="", thread=0)
        trial._main, trial.office_sites = self.chat, self.office_sites
        return trial

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        return findings(self, self._wire, publisher)

    def __enter__(self) -> Self:
        place = Place(name=self.name, chat=self.chat, api=self.api)
        timing = replace(self.timing, answer=min(self.patience, self.timing.answer))
        wire = Wire(self.token, place, timing).__enter__()
        try:
            self._identity = str(
                wire.ask(lambda bot: responses.chat(bot.get_chat(chat_id(self.chat)))).id
            )
            if self._main:
                self._refuse_main(wire)
        except BaseException:
            wire.__exit__()
            raise
        self._wire, self._doing = wire, Chat(wire)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._wire.__exit__()

    def _refuse_main(self, wire: Wire) -> None:
        """A trial is posted nowhere but in a chat of its own."""
        with suppress(Declined):  # a main chat that the bot does not see yet is another
            main = wire.ask(lambda bot: responses.chat(bot.get_chat(chat_id(self._main))))
            if str(main.id) == self._identity:
                raise Refused(
                    f"channels.{self.name}.test_chat: {self.chat} is {self._main} itself: name"
                    " another chat (nothing was posted)"
                )

    @property
    def _setting(self) -> str:
        return f"channels.{self.name}"

    @property
    def _fetcher(self) -> Fetcher:
        return Fetcher(
            setting=self._setting, own=self.office_sites, patience=min(EACH, self.patience)
        )

    @property
    def _is_public(self) -> bool:
        return self.chat.startswith("@")

    def _readers(self, fresh: bool) -> Iterator[Reader]:
        """The ways to look for a post, the surer one first."""
        if blind := self.blind():
            raise InDoubt(blind)
        if self.audit_chat:
            self._wire.begin()
            yield Forwarding(
                self._wire,
                setting=f"channels.{self.name}.audit_chat",
                chat=self._identity,
                audit_chat=chat_id(self.audit_chat),
            )
        if self._is_public and not fresh:  # the page is some time behind
            yield Page(self.web, self.chat[1:], self.patience)

    def _find_pin(self, delivery: Delivery) -> Receipt | Absent:
        """Pinning twice harms nobody: what is not the newest pin is pinned again."""
        assert delivery.followed
        self._wire.begin()
        above = Standing.read(delivery.followed)
        return _pinned(above) if self._doing.pinned(above.chat) == above.id else ABSENT

    def _complete(
        self, post: Post, files: Mapping[str, bytes], standing: Standing, receipt: Receipt
    ) -> Receipt:
        """Give a text what it lacks, if that can be had by now; its words are right either way."""
        [attachment] = post.sent
        place, lost = (standing.chat, standing.id), None
        try:
            lost = change_attachment(
                self._doing, place, post, attachment, files, self._fetcher, captioned=True
            )
        except Declined:
            pass
        else:
            if lost is None:
                whole = Standing.of(post, standing.chat, standing.id)
                return replace(receipt, reference=whole.reference, lacks="")
        change_text(self._doing, place, replace(post, attachments=(), shape="text"))
        return _without(receipt, [lost] if lost else [])

    def _recognised(self, post: Post, standing: Standing) -> Standing:
        """A photo after all: a reference that a person gave does not tell what it is."""
        if not post.caption:
            return standing
        try:
            self._doing.change_caption((standing.chat, standing.id), post)
        except Declined as declined:
            if NO_CAPTION not in declined.answer:
                raise
            return standing
        return replace(standing, kind=post.kind or "photo")

    def _revise_text(
        self, post: Post, files: Mapping[str, bytes], standing: Standing, lost: list[Loss]
    ) -> Standing:
        """Change a text; it may turn out to be a photo."""
        try:
            change_text(self._doing, (standing.chat, standing.id), post)
        except Declined as declined:
            if NO_TEXT not in declined.answer:
                raise
            standing = replace(standing, kind=post.kind or "photo")
            if problem := standing.obstacle(post):
                raise Refused(f"{standing.words}: {problem}") from None
            return self._revise_attached(post, files, standing, lost)
        return standing

    def _revise_attached(
        self, post: Post, files: Mapping[str, bytes], standing: Standing, lost: list[Loss]
    ) -> Standing:
        """Change what is attached, as far as Telegram takes it, and the words in any case."""
        changed = [] if post.is_notice else standing.changed(post)
        stuck: set[int] = set()
        for number, attachment in changed:
            place, captioned = (standing.chat, number), number == standing.id
            loss = change_attachment(
                self._doing, place, post, attachment, files, self._fetcher, captioned=captioned
            )
            if loss:
                stuck.add(number)
                lost.append(loss)
        if standing.id not in dict(changed) or standing.id in stuck:
            self._doing.change_caption((standing.chat, standing.id), post)
        if post.is_notice or len(standing.ids) != len(post.attachments):
            return standing
        return standing.showing(post, stuck)


def _without(receipt: Receipt, lost: Sequence[Loss]) -> Receipt:
    """The receipt of a change that some pictures or documents are left out of."""
    return replace(
        receipt,
        remark=told(loss for loss in lost if not loss.may_pass),
        lacks=told(loss for loss in lost if loss.may_pass),
    )


def _pinned(standing: Standing) -> Receipt:
    pin = replace(standing, kind=PIN, ids=standing.ids[:1], names=(), is_bare=False)
    return Receipt(pin.reference)
