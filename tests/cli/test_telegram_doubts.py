"""A Telegram post in doubt is looked for by `tick`: in the audit chat, or on the public page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from support.newsroom import TOKEN, Newsroom
from support.serving import served
from syndicate.loopback.botapi import Http500, LostReply

CHAT, AUDIT = -1001, -1003
NOWHERE = "http://127.0.0.1:9"
SURER = "channels.telegram.audit_chat, a chat of the office, would be surer"
Change = Callable[[Newsroom], None]


@dataclass(frozen=True)
class Row:
    """What the ledger has of the post in doubt."""

    state: str
    reference: str | None
    url: str | None
    why: str


def row(room: Newsroom) -> Row:
    found = room.rows(
        "SELECT state, reference, url, why FROM deliveries JOIN editions"
        f" ON editions.id = edition_id WHERE editions.key = '{room.uri()}'"
    )
    return Row(*found[0])


def outcomes(room: Newsroom) -> list[str]:
    """How each attempt at the post ended, oldest first."""
    return [str(outcome) for (outcome,) in room.rows(
        "SELECT outcome FROM attempts JOIN deliveries ON deliveries.id = delivery_id JOIN editions"
        f" ON editions.id = edition_id WHERE editions.key = '{room.uri()}' ORDER BY attempts.id"
    )]  # fmt: skip


def texts(room: Newsroom) -> list[str]:
    """The headlines that readers of the channel see, oldest first."""
    return [p.text.partition("\n")[0] for p in room.api.shown if p.chat_id == CHAT]


def copies(room: Newsroom) -> int:
    """How often something was copied for a look; none of the copies may be left."""
    there = [post for post in room.api.posts if post.chat_id == AUDIT]
    assert [post for post in there if not post.deleted] == []
    assert all(post.silent for post in there)
    return len(there)


def let_pass(room: Newsroom, minutes: int = 5) -> None:
    """Let everything have happened so much earlier, and end its pauses."""
    earlier = f"strftime('%Y-%m-%d %H:%M:%f000', {{}}, '-{minutes} minutes')"
    with closing(sqlite3.connect(room.ledger)) as db, db:
        for column in ("started_at", "ended_at"):
            db.execute(f"UPDATE attempts SET {column} = {earlier.format(column)}")
    room.let_pauses_end()


def lose(room: Newsroom, fault: LostReply | Http500 | None = None) -> None:
    """Publish an article, then one whose answer is lost."""
    room.write("awal.md", headline="Kabar awal")
    room.publish("awal.md")
    room.write()
    room.api.faults.append(fault or LostReply())
    assert room.run("publish", "kabar.md").code == 4
    assert row(room).state == "in_doubt"


def publish_later(room: Newsroom) -> None:
    """Publish another article five minutes later."""
    let_pass(room)
    room.write("akhir.md", headline="Kabar akhir")
    room.publish("akhir.md")


def never_stored(room: Newsroom) -> None:
    lose(room, Http500(done=False))


def deleted(room: Newsroom) -> None:
    """It came, and somebody took it away."""
    lose(room)
    room.api.post(2).deleted = True


def edited(room: Newsroom) -> None:
    """It came, and somebody changed it."""
    lose(room)
    post = room.api.post(2)
    other = replace(post.now, at=datetime.now(UTC), text="Kabar pertama\n\nIsi orang lain.")
    post.versions.append(other)


def has(**settings: object) -> Change:
    def change(room: Newsroom) -> None:
        room.change("telegram", **settings)
        lose(room)

    return change


def is_settled(room: Newsroom) -> None:
    """It is known where it stands, a correction gets there, and nothing was said twice."""
    assert row(room) == Row("settled", "2", "https://t.me/kabar/2", "")
    assert outcomes(room) == ["receipt"]
    said = texts(room)
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert "Isi yang benar." in room.api.post(2).text
    assert texts(room) == said
    assert said.count("Kabar pertama") == 1
    assert room.run("status").code == 0


@pytest.fixture
def audited(room: Newsroom) -> Newsroom:
    """An office with a chat of its own, and no way to the page."""
    room.only("telegram")
    room.change("telegram", audit_chat="@pindah", web=NOWHERE)
    return room


@pytest.fixture
def public(room: Newsroom) -> Newsroom:
    """An office whose channel's page can be read, without a chat of its own."""
    room.only("telegram")
    room.change("telegram", web=room.api.url)
    return room


# by copying into the audit chat


def test_what_is_there_is_found_at_once_by_a_copy(audited: Newsroom) -> None:
    lose(audited)
    assert audited.run("tick").code == 0
    assert copies(audited) == 1
    is_settled(audited)


def test_what_is_there_is_found_before_a_later_post(audited: Newsroom) -> None:
    lose(audited)
    publish_later(audited)
    assert audited.run("tick").code == 0
    assert copies(audited) == 1
    is_settled(audited)


def test_the_next_publication_looks_as_well(audited: Newsroom) -> None:
    lose(audited)
    audited.publish()
    assert copies(audited) == 1
    is_settled(audited)


def test_what_is_withdrawn_in_doubt_becomes_a_notice_where_it_is_found(audited: Newsroom) -> None:
    lose(audited)
    answer = audited.run("withdraw", "kabar.md", "--reason", "Salah semua.")
    assert answer.code == 0  # the withdrawal itself looks
    assert "Salah semua." in audited.api.post(2).text
    assert len(texts(audited)) == 2
    assert copies(audited) == 1


@pytest.mark.parametrize("lost", [never_stored, deleted])
def test_what_is_gone_is_sent_once_more(audited: Newsroom, lost: Change) -> None:
    lost(audited)
    publish_later(audited)
    assert texts(audited) == ["Kabar awal", "Kabar akhir"]
    assert audited.run("tick").code == 0
    copies(audited)
    assert texts(audited) == ["Kabar awal", "Kabar akhir", "Kabar pertama"]
    assert (row(audited).state, outcomes(audited)) == ("settled", ["absent", "receipt"])
    assert row(audited).reference == str(audited.api.shown[-1].message_id)
    audited.publish()
    audited.run("tick")
    assert len(texts(audited)) == 3


@pytest.mark.parametrize("lost", [never_stored, deleted])
def test_what_is_gone_and_withdrawn_is_never_sent(audited: Newsroom, lost: Change) -> None:
    lost(audited)
    audited.run("withdraw", "kabar.md", "--reason", "Salah semua.")
    publish_later(audited)
    assert audited.run("tick").code == 0
    copies(audited)
    assert texts(audited) == ["Kabar awal", "Kabar akhir"]
    assert audited.run("status").code == 0


@pytest.mark.parametrize(
    ("lost", "why", "looked"),
    [
        (edited, "message 2 has its headline, but another text", True),
        (has(protect=True), "message 2 cannot be read: look", False),
        (has(audit_chat="@kabar"), "channels.telegram.audit_chat: it is the channel itself", False),
        (has(audit_chat=str(CHAT)), "channels.telegram.audit_chat: it is the channel", False),
        (has(audit_chat="@tiada"),
         "channels.telegram.audit_chat: Telegram copies nothing into @tiada (chat not found)",
         False),
    ],
)  # fmt: skip
def test_what_a_copy_does_not_prove_is_left_to_a_person(
    audited: Newsroom, lost: Change, why: str, looked: bool
) -> None:
    lost(audited)
    publish_later(audited)
    before = texts(audited)
    for _ in range(2):
        let_pass(audited)
        assert audited.run("tick").code == 4
    assert row(audited).state == "in_doubt"
    assert why in row(audited).why
    assert "resolve" in audited.run("status").out
    assert outcomes(audited) == ["in_doubt"]
    assert texts(audited) == before
    assert bool(copies(audited)) is looked


def test_what_an_editor_changed_is_put_right_once_a_person_says_where_it_is(
    audited: Newsroom,
) -> None:
    edited(audited)
    publish_later(audited)
    assert audited.run("tick").code == 4
    [(number,)] = audited.rows("SELECT id FROM deliveries WHERE state = 'in_doubt'")
    assert audited.run("resolve", str(number), "--sent", "https://t.me/kabar/2").code == 0
    assert row(audited) == Row("settled", "2", "https://t.me/kabar/2", "")
    assert texts(audited).count("Kabar pertama") == 1


@pytest.mark.parametrize(
    ("later", "why"),
    [(None, "it may still arrive"), (let_pass, "only a later post proves that it is lost")],
)
def test_what_may_still_be_on_its_way_is_not_sent_again(
    audited: Newsroom, later: Change | None, why: str
) -> None:
    never_stored(audited)
    if later:
        later(audited)
    assert audited.run("tick").code == 4
    assert (row(audited).state, texts(audited)) == ("in_doubt", ["Kabar awal"])
    assert why in row(audited).why


def test_what_cannot_be_copied_is_found_on_the_page(audited: Newsroom) -> None:
    audited.change("telegram", protect=True, web=audited.api.url)
    lose(audited)
    assert audited.run("tick").code == 4  # the page is some time behind
    assert audited.api.pages == []
    let_pass(audited)
    assert audited.run("tick").code == 0
    assert audited.api.pages == ["/s/kabar"]
    is_settled(audited)


# on the public page


def test_what_the_page_shows_is_found_after_two_minutes(public: Newsroom) -> None:
    lose(public)
    assert public.run("tick").code == 4
    assert public.api.pages == []
    let_pass(public)
    assert public.run("tick").code == 0
    assert public.api.pages == ["/s/kabar"]
    is_settled(public)


def test_the_page_is_turned_back_to_the_post_in_doubt(public: Newsroom) -> None:
    lose(public)
    by_hand(public, 45)
    let_pass(public)
    assert public.run("tick").code == 0
    assert public.api.pages == ["/s/kabar", "/s/kabar?before=28", "/s/kabar?before=8"]
    is_settled(public)


def by_hand(room: Newsroom, count: int) -> None:
    """Let an editor post."""
    for number in range(count):
        said = {"chat_id": str(CHAT), "text": f"Siaran {number}"}
        room.api.answer(TOKEN, "sendMessage", said, {})


def test_what_the_page_shows_all_around_and_not_is_sent_once_more(public: Newsroom) -> None:
    never_stored(public)
    publish_later(public)
    assert public.run("tick").code == 0
    assert texts(public) == ["Kabar awal", "Kabar akhir", "Kabar pertama"]
    assert outcomes(public) == ["absent", "receipt"]


@pytest.mark.parametrize(
    ("lost", "later", "why"),
    [
        (deleted, publish_later, f"message 2 cannot be read ({SURER})"),
        (deleted, let_pass, "only a later post proves that it is lost"),
        (edited, publish_later, "message 2 has its headline, but another text"),
    ],
)
def test_what_the_page_does_not_prove_is_left_to_a_person(
    public: Newsroom, lost: Change, later: Change, why: str
) -> None:
    lost(public)
    later(public)
    before = texts(public)
    assert public.run("tick").code == 4
    assert row(public).state == "in_doubt"
    assert why in row(public).why
    assert texts(public) == before
    assert public.api.pages


class Missing(BaseHTTPRequestHandler):
    """A site that has no such page."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def site() -> Iterator[str]:
    with served(HTTPServer(("127.0.0.1", 0), Missing)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_page_that_is_not_there_is_named(public: Newsroom, site: str) -> None:
    lose(public)
    pages = {f"{public.api.url}/lain": "shows no messages (302)", site: "shows no messages (404)"}
    for web, why in (pages | {NOWHERE: "cannot be read (Connection refused)"}).items():
        public.change("telegram", web=web)
        let_pass(public)
        assert public.run("tick").code == 4
        assert row(public).why == f"{web}/s/kabar {why}: look yourself"
    public.change("telegram", web=public.api.url)
    let_pass(public)
    assert public.run("tick").code == 0
    is_settled(public)


# where nobody can look


def test_where_nothing_can_be_seen_a_person_is_asked_and_telegram_is_not(room: Newsroom) -> None:
    room.only("telegram")
    room.change("telegram", chat=str(CHAT))
    lose(room)
    asked = len(room.api.requests)
    for words in (("tick",), ("publish", "kabar.md")):
        assert room.run(*words).code == 4
        let_pass(room)
        assert room.run(*words).code == 4
    assert (len(room.api.requests), room.api.pages) == (asked, [])
    assert "with channels.telegram.audit_chat, a chat of the office, this" in row(room).why
    room.change("telegram", audit_chat="@pindah")
    let_pass(room)
    assert room.run("tick").code == 0
    assert (row(room).state, row(room).reference, copies(room)) == ("settled", "2", 1)


def test_where_nothing_can_be_seen_what_is_due_is_sent_all_the_same(room: Newsroom) -> None:
    room.only("telegram")
    room.change("telegram", chat=str(CHAT))
    lose(room)
    publish_later(room)
    assert texts(room) == ["Kabar awal", "Kabar pertama", "Kabar akhir"]
