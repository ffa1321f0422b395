"""The tests every channel has to pass; subclass ``ChannelTests`` to run them on yours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from html import escape

import pytest

from syndicate.channel import Channel, Finds, Removes, Repeatable, Revises, Scope
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.errors import InDoubt
from syndicate.model.annotations import Related
from syndicate.model.delivery import Absent, Delivery, Receipt
from syndicate.testing.samples import (
    ANSWER,
    DAY,
    HARD,
    HELLO,
    NOON,
    OFFICE,
    ORIGINAL,
    PICTURE,
    PIXEL,
    answered,
    corrected,
    deliveries,
    edition,
    ended,
    item,
    publish,
    reminded,
    withdrawn,
)


class ChannelTests(ABC):
    """Say how to make your channel and what its destination shows; inherit the rest."""

    @abstractmethod
    def make_channel(self) -> Channel: ...

    @abstractmethod
    def shown(self) -> list[str]:
        """The text of everything readers can see at the destination now, one string a thing."""

    @pytest.fixture
    def channel(self) -> Iterator[Channel]:
        with self.make_channel() as channel:
            yield channel

    @pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
    def test_renders_anything(self, text: str) -> None:
        channel = self.make_channel()
        escaped = escape(text.replace("\x00", ""))
        hard = replace(
            HELLO, headline=text[:300], lead=text, html=f"<p>{escaped}</p>", markdown=text
        )
        related = Related(uri=HELLO.uri, headline=text[:300], url="https://example.org/other")
        beside = replace(reminded(hard), replies_to=related, replies=(related,))
        states = (item(hard), corrected(hard, text[:300]), withdrawn(hard, text[:300]))
        for state in (*states, ended(hard), beside):
            for rendition in channel.render(edition(channel, state)):
                assert len(channel.as_text(rendition)) <= channel.limit

    def test_renders_the_same_twice(self) -> None:
        first, second = self.make_channel(), self.make_channel()
        assert list(first.render(edition(first, item()))) == list(
            second.render(edition(second, item()))
        )

    def test_renders_a_correction_differently_and_shows_its_note(self) -> None:
        channel = self.make_channel()
        fixed = replace(HELLO, headline="Hello, World!")
        before = list(channel.render(edition(channel, item())))
        after = list(channel.render(edition(channel, corrected(fixed))))
        assert [r.fingerprint for r in before] != [r.fingerprint for r in after]
        if channel.scope is not Scope.DIGEST:  # a digest says it among its corrections
            assert all("The year was wrong." in channel.as_text(r) for r in after)

    def test_a_withdrawal_shows_its_reason_and_not_the_text(self) -> None:
        channel = self.make_channel()
        if channel.scope is Scope.DIGEST:
            pytest.skip("a digest says it among its corrections")
        for rendition in channel.render(edition(channel, withdrawn())):
            assert "It was not so." in channel.as_text(rendition)
            assert "It begins." not in channel.as_text(rendition)

    def test_an_answer_and_what_it_answers_lead_to_each_other(self) -> None:
        channel = self.make_channel()
        made = list(channel.render(edition(channel, answered())))
        for related in (ORIGINAL, ANSWER):  # a collection's index need not say it
            saying = [r for r in made if related.headline in channel.as_text(r)]
            assert any(related.url in channel.shown(r).addresses for r in saying)

    def test_says_that_it_is_over_where_readers_are_to_see_it(self) -> None:
        channel = self.make_channel()
        still = item(replace(HELLO, expires=NOON + DAY))
        before = [r.fingerprint for r in channel.render(edition(channel, still))]
        after = [r.fingerprint for r in channel.render(edition(channel, ended()))]
        assert all(new != old for new, old in zip(after, before, strict=True))

    def test_reminds_of_a_deadline_beside_what_it_published_or_in_a_digest(self) -> None:
        channel = self.make_channel()
        made = list(channel.render(edition(channel, reminded())))
        for rendition in made:
            others = [other.address for other in made if other is not rendition]
            assert not rendition.reminds or rendition.follows in others
        if channel.scope is Scope.DIGEST:
            near = replace(edition(channel), reminders=(reminded(),))
            assert all(HELLO.headline in channel.as_text(r) for r in channel.render(near))

    def test_addresses_are_unique(self) -> None:
        channel = self.make_channel()
        addresses = [r.address for r in channel.render(edition(channel, item()))]
        assert addresses
        assert len(addresses) == len(set(addresses))

    def test_publishes(self, channel: Channel) -> None:
        todo = deliveries(channel, edition(channel, item()))
        receipts = publish(channel, todo)
        assert all(receipt.reference for receipt in receipts)
        assert sum("Hello, world" in text for text in self.shown()) == len(todo)

    def test_publishing_again_changes_nothing(self, channel: Channel) -> None:
        if not isinstance(channel, Repeatable):
            pytest.skip("not repeatable")
        todo = deliveries(channel, edition(channel, item()))
        first = publish(channel, todo)
        before = self.shown()
        assert publish(channel, todo) == first
        assert self.shown() == before

    def test_revises_in_place_however_often(self, channel: Channel) -> None:
        if not isinstance(channel, Revises):
            pytest.skip("cannot revise")
        fixed = replace(HELLO, headline="Hello, World!")
        before = deliveries(channel, edition(channel, item()))
        after = deliveries(channel, edition(channel, corrected(fixed)))
        receipts = self._stamped(channel, publish(channel, before))
        count = len(self.shown())
        for _ in range(2):
            receipts = [
                self._stamped(channel, [channel.revise(new, receipt)])[0]
                for new, receipt in zip(after, receipts, strict=True)
            ]
        assert len(self.shown()) == count
        assert all("Hello, World!" in text for text in self.shown())

    def test_removes_however_often(self, channel: Channel) -> None:
        if not isinstance(channel, Removes):
            pytest.skip("cannot remove")
        todo = deliveries(channel, edition(channel, item()))
        for receipt in self._stamped(channel, publish(channel, todo)):
            channel.remove(receipt)
            channel.remove(receipt)
        assert self.shown() == []

    def test_finds_what_it_published(self, channel: Channel) -> None:
        if not isinstance(channel, Finds):
            pytest.skip("cannot find")
        delivery, *_ = deliveries(channel, edition(channel, item()))
        assert not isinstance(_found(channel, delivery), Receipt)
        [receipt] = publish(channel, [delivery])
        assert _found(channel, delivery) in (receipt, None)

    def test_sees_whether_it_still_stands(self, channel: Channel) -> None:
        if type(channel).holds is Channel.holds:
            pytest.skip("cannot compare")
        todo = deliveries(channel, edition(channel, item()))
        other = deliveries(channel, edition(channel, corrected(HELLO)))
        for delivery, new, receipt in zip(todo, other, publish(channel, todo), strict=True):
            assert channel.holds(delivery.rendition, receipt)
            assert not channel.holds(new.rendition, receipt)

    def test_looks_around_and_changes_nothing(self, channel: Channel) -> None:
        if type(channel).inspect is Channel.inspect:
            pytest.skip("looks at nothing")
        publish(channel, deliveries(channel, edition(channel, item())))
        before = self.shown()
        findings = list(channel.inspect(OFFICE))
        assert findings
        assert all(finding.what and finding.detail for finding in findings)
        setting = f"channels.{channel.name}."
        wrong = [finding.detail for finding in findings if not finding.ok]
        assert [detail for detail in wrong if setting not in detail] == []
        assert self.shown() == before

    def test_hosts_a_picture_where_it_says(self, channel: Channel) -> None:
        if not (isinstance(channel, Collection) and channel.hosts):
            pytest.skip("hosts no media")
        rendition = channel.host(PICTURE)
        receipt = channel.publish(
            Delivery(key="0" * 32, rendition=rendition, files={PICTURE.sha256: PIXEL})
        )
        assert receipt.url == channel.media_url(PICTURE)

    def test_puts_a_page_where_it_says(self, channel: Channel) -> None:
        if not (isinstance(channel, Collection) and channel.hosts):
            pytest.skip("hosts no pages")
        before = None
        for state in (item(), corrected(replace(HELLO, headline="Hello, World!")), withdrawn()):
            rendition = channel.page(edition(channel, state))
            assert before in (None, rendition.address)
            before = rendition.address
            receipt = channel.publish(Delivery(key="0" * 32, rendition=rendition, stood=True))
            assert receipt.url == channel.page_url(state.article)
            assert state.article.headline in channel.as_text(rendition)

    def test_says_a_collection_as_its_pieces_together(self) -> None:
        channel = self.make_channel()
        if not isinstance(channel, Collection):
            pytest.skip("is no collection")
        second = replace(HELLO, uri=f"{HELLO.uri}-2", headline="Second")
        items = (item(), corrected(second), withdrawn(replace(HELLO, uri=f"{HELLO.uri}-3")))
        what = edition(channel, *items)
        pieces = list(channel.pieces(items, OFFICE))
        alone = [piece for item in items for piece in channel.pieces([item], OFFICE)]
        assert pieces == alone
        assert list(channel.assemble(replace(what, items=()), pieces)) == list(channel.render(what))

    def test_tells_of_what_changed_and_of_what_waited(self) -> None:
        channel = self.make_channel()
        if not isinstance(channel, Collection):
            pytest.skip("is no collection")
        assert list(channel.announce({}, [])) == []
        changed = {r.address: r.fingerprint for r in channel.render(edition(channel, item()))}
        changes = list(channel.announce(changed, []))
        assert list(channel.announce({}, changes)) == changes
        removals = list(channel.announce(dict.fromkeys(changed, ""), changes))
        assert [r.address for r in removals] == [r.address for r in changes]
        pairs = zip(changes, removals, strict=True)
        assert all(change.fingerprint != removal.fingerprint for change, removal in pairs)

    def test_recognises_its_folder_by_a_mark(self, channel: Channel) -> None:
        if not (isinstance(channel, Collection) and channel.marks):
            pytest.skip("keeps no marks")
        assert list(channel.folders())
        assert not channel.has_mark("first")
        for _ in range(2):
            channel.put_mark("first")
        assert channel.has_mark("first")
        assert not channel.has_mark("second")
        for _ in range(2):
            channel.drop_mark("first")
        assert not channel.has_mark("first")

    def test_reads_back_what_it_shows(self, channel: Channel) -> None:
        if not isinstance(channel, Collection) or type(channel).recall is Collection.recall:
            pytest.skip("reads nothing back")
        assert list(channel.recall()) == []
        receipts = publish(channel, deliveries(channel, edition(channel, item())))
        assert channel.shows_any([receipt.reference for receipt in receipts])
        assert list(channel.recall()) == [HELLO.uri]
        assert [item.article.uri for item in channel.recall_items(OFFICE)] in ([], [HELLO.uri])

    def test_reviews_a_digest(self) -> None:
        channel = self.make_channel()
        if not isinstance(channel, MailingList):
            pytest.skip("is no mailing list")
        digest = edition(channel, item())
        [rendition] = channel.render(digest)
        findings = [*channel.review(digest), *channel.review(digest, rendition)]
        assert all(finding.what and finding.detail for finding in findings)

    def _stamped(self, channel: Channel, receipts: list[Receipt]) -> list[Receipt]:
        return [replace(receipt, destination=channel.identity()) for receipt in receipts]


def _found(channel: Finds, delivery: Delivery) -> Receipt | Absent | None:
    """Return what a search finds; None where it cannot tell."""
    try:
        return channel.find(delivery)
    except InDoubt:
        return None
