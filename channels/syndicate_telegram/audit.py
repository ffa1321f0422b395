"""Compare posts with the ledger, as far as a chat can be read; nothing is edited or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from syndicate import DeliveryError, Deviation, Difference, Published
from syndicate_telegram.doubts.forwarding import ForwardingReader
from syndicate_telegram.doubts.public_page import PageReader
from syndicate_telegram.doubts.search import ChatMessage, NoMessage, visible_text
from syndicate_telegram.post import Post
from syndicate_telegram.post_links import post_url
from syndicate_telegram.published_post import PIN, PublishedPost

MOST_COPIES = (
    15  # posts that are copied to be read: Telegram lets a bot send 20 a minute to a group
)
FRESH = "it was posted or edited only now, and the public page may be behind"


@dataclass(kw_only=True)
class _Unread:
    """Posts that could not be read: how many, and why."""

    why: dict[str, int] = field(default_factory=dict)

    def add(self, why: str) -> None:
        self.why[why] = self.why.get(why, 0) + 1

    def differences(self) -> Iterator[Difference]:
        for why, count in self.why.items():
            posts = "a post was" if count == 1 else f"{count} posts were"
            yield Difference(what=Deviation.UNREAD, detail=f"{posts} not read: {why}")


def compared_on_page(
    reader: PageReader, chat: str, identity: str, standing: Iterable[Published]
) -> Iterator[Difference]:
    """Yield what differs from a public channel's page, which shows its newest messages."""
    messages, unread, tracked = reader.all(), _Unread(), set[int]()
    oldest = min(messages, default=0)
    for published in standing:
        numbers = PublishedPost.from_receipt(published.receipt).message_ids
        tracked.update(numbers)
        if published.rendition.address == PIN or not published.rendition.content:
            continue
        if not messages or min(numbers) < oldest:
            unread.add(f"the public page shows no older ones than {oldest}" if messages else
                       "the public page shows no messages")  # fmt: skip
        elif problem := _unsure(published, numbers, messages):
            unread.add(problem)
        elif difference := _on_page(published, numbers, messages):
            yield difference
    first = min(tracked, default=None)
    for number, message in sorted(messages.items()):
        if first is not None and number > first and number not in tracked and not message.service:
            yield Difference(
                what=Deviation.UNTRACKED, address=f"{number}",
                url=post_url(f"{number}", chat, identity), detail="the ledger knows no such post",
            )  # fmt: skip
    yield from unread.differences()


def compared_by_copies(
    reader: ForwardingReader, standing: Iterable[Published]
) -> Iterator[Difference]:
    """Yield what differs from silent copies of the newest posts in a chat of the office."""
    unread, copied, problem = _Unread(), 0, ""
    for published in standing:
        if published.rendition.address == PIN or not published.rendition.content:
            continue
        if problem or copied >= MOST_COPIES:
            unread.add(problem or f"only the newest {MOST_COPIES} are copied to be read")
            continue
        copied += 1
        number = PublishedPost.from_receipt(published.receipt).message_id
        try:
            message = reader.read(number)
        except DeliveryError as error:
            problem = str(error)
            unread.add(problem)
            continue
        if message is NoMessage.UNREAD:
            unread.add("Telegram lets nobody copy it")
        elif difference := _on_page(
            published, (number,), {number: message} if isinstance(message, ChatMessage) else {}
        ):
            yield difference
    yield from unread.differences()


def _unsure(published: Published, numbers: Iterable[int], messages: dict[int, ChatMessage]) -> str:
    """Return why a page proves nothing of a post; "" where it does."""
    shown = [messages.get(number) for number in numbers]
    if published.fresh and not (shown[0] and _says(published, shown[0])):
        return FRESH
    is_blank = shown[0] is not None and not shown[0].text and _expected(published)
    return "the public page shows it without its text" if is_blank else ""


def _on_page(
    published: Published, numbers: Iterable[int], messages: dict[int, ChatMessage]
) -> Difference | None:
    """Return how a post differs from what is shown; None where it does not."""
    missing = [number for number in numbers if number not in messages]
    first = messages.get(next(iter(numbers)))
    if first is not None and not missing and _says(published, first):
        return None
    receipt = published.receipt
    what = Deviation.EDITED if first is not None and not missing else Deviation.GONE
    detail = "its words are others" if what is Deviation.EDITED else "somebody deleted it"
    if missing and first is not None:
        detail = f"of the album {', '.join(map(str, missing))} was deleted"
    number = f"{next(iter(numbers))}"
    return Difference(
        what=what, published=published, address=number, url=receipt.url, detail=detail
    )


def _says(published: Published, message: ChatMessage) -> bool:
    return visible_text(message.text) == visible_text(_expected(published))


def _expected(published: Published) -> str:
    """Return a post's text, or its caption where it was sent as a picture or document."""
    post = Post.read(published.rendition.content)
    return post.caption if PublishedPost.from_receipt(published.receipt).kind else post.text
