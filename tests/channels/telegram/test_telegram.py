"""Publish, correct, withdraw and rehearse posts in a Telegram channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from pydantic import TypeAdapter

from support.telegram_channel import (
    HOSTED,
    INDONESIAN,
    LONG,
    PHOTO_HELLO,
    delivery,
    hasty_telegram,
    marked,
    marked_post,
    published,
)
from syndicate import Article, Receipt, Refused
from syndicate.loopback.botapi import CHATS, LOOPBACK_TOKEN, BotApi
from syndicate.testing import (
    HELLO,
    PICTURE,
    PIXEL,
    ChannelTests,
    corrected,
    edition,
    item,
    withdrawn,
)
from syndicate_telegram import Telegram


class TestTelegram(ChannelTests):
    @pytest.fixture(autouse=True)
    def bot_api(self) -> Iterator[None]:
        with BotApi() as self.api:
            yield

    def make_channel(self) -> Telegram:
        return hasty_telegram(self.api.url)

    def shown(self) -> list[str]:
        return [post.text for post in self.api.shown]


def test_a_chat_may_be_a_bare_number() -> None:
    given = {"name": "tg", "token": LOOPBACK_TOKEN, "chat": -1001234}
    assert TypeAdapter(Telegram).validate_python(given).chat == "-1001234"


def test_a_text_arrives_with_its_card_and_its_manner(api: BotApi) -> None:
    with hasty_telegram(api.url, silent=True, protect=True) as channel:
        receipt = published(channel, item(replace(INDONESIAN, media=(HOSTED,))))
    [post] = api.posts
    assert receipt == Receipt(
        reference="1", url="https://t.me/kabar/1", destination=str(CHATS["@kabar"])
    )
    assert (post.silent, post.protect) == (True, True)
    assert post.link_preview_options == {
        "url": HOSTED.url,
        "prefer_large_media": True,
        "show_above_text": True,
    }
    assert marked(post.text, list(post.entities)) == marked_post(item(INDONESIAN)).replace(
        "</a>\n\n#", "</a>\nFoto: A dot\n\n#"
    )


def test_without_a_picture_no_link_shows_its_page(api: BotApi, channel: Telegram) -> None:
    published(channel, item(INDONESIAN))
    assert api.posts[0].link_preview_options == {"is_disabled": True}


def test_a_local_picture_is_uploaded(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(replace(HELLO, media=(PICTURE,))))
    [post] = api.posts
    assert post.photo
    assert post.photo.content == PIXEL
    assert (post.caption or "").startswith("Hello, world")
    assert receipt.reference.startswith("photo:1:")
    assert receipt.url == "https://t.me/kabar/1"


def test_a_private_channel_gives_its_own_kind_of_link() -> None:
    with (
        BotApi(chats={"Ruang dalam": -1001234}) as api,
        hasty_telegram(api.url, chat="-1001234") as channel,
    ):
        assert published(channel, item()).url == "https://t.me/c/1234/1"
        assert channel.identity() == "-1001234"


OTHER = replace(PICTURE, sha256="f" * 64)


@pytest.mark.parametrize(
    ("before", "after", "method"),
    [
        (HELLO, replace(HELLO, headline="New"), "editMessageText"),
        (HELLO, replace(HELLO, headline="New", media=(HOSTED,)), "editMessageText"),
        (PHOTO_HELLO, replace(PHOTO_HELLO, headline="New"), "editMessageCaption"),
        (PHOTO_HELLO, replace(PHOTO_HELLO, headline="New", media=(OTHER,)), "editMessageMedia"),
    ],
)
def test_a_correction_edits_what_stands_there(
    api: BotApi, channel: Telegram, before: Article, after: Article, method: str
) -> None:
    receipt = published(channel, item(before))
    new = replace(
        delivery(channel, corrected(after)), files={PICTURE.sha256: PIXEL, "f" * 64: PIXEL + b"2"}
    )
    edited = channel.revise(new, receipt)
    assert channel.revise(new, edited) == edited
    [post] = api.shown
    assert post.text.startswith("New\n\nCORRECTION (14 August 2026 20:00 WIB): The year was")
    assert (len(post.edits), bool(post.photo)) == (1, before is PHOTO_HELLO)
    assert {r.method for r in api.requests if r.method.startswith("edit")} == {method} | (
        {"editMessageCaption"} if method == "editMessageMedia" else set()
    )
    if OTHER in after.media:
        assert post.photo
        assert post.photo.content == PIXEL + b"2"


@pytest.mark.parametrize("before", [HELLO, PHOTO_HELLO, LONG], ids=["text", "photo", "long"])
def test_a_withdrawal_puts_the_notice_in_place_of_any_post(
    api: BotApi, channel: Telegram, before: Article
) -> None:
    receipt = published(channel, item(before))
    channel.revise(delivery(channel, withdrawn(before)), receipt)
    [post] = api.shown
    assert post.text.startswith("WITHDRAWN: Hello, world\n\nThis article has been withdrawn.")
    assert "It was not so." in post.text


@pytest.mark.parametrize("said", ["1", "https://t.me/kabar/1", "t.me/s/KABAR/1?single"])
@pytest.mark.parametrize("before", [HELLO, PHOTO_HELLO], ids=["text", "photo"])
def test_a_reference_that_a_person_gave_is_enough(
    api: BotApi, channel: Telegram, before: Article, said: str
) -> None:
    there = published(channel, item(before))
    receipt = channel.receipt(said, there.destination)
    assert receipt == Receipt(reference="1", url=there.url)
    receipt = replace(receipt, destination=there.destination)
    fixed = replace(before, headline="New")
    edited = channel.revise(delivery(channel, corrected(fixed)), receipt)
    channel.revise(delivery(channel, withdrawn(fixed)), edited)
    assert [version.text[:5] for version in api.posts[0].edits[:1]] == ["New\n\n"]
    assert api.posts[0].text.startswith("WITHDRAWN: New")
    channel.remove(receipt)
    assert api.shown == []


@pytest.mark.parametrize(
    ("chat", "said", "answer"),
    [
        ("@kabar", "https://t.me/lain/1", "https://t.me/lain/1 leads to another chat"),
        ("@kabar", "https://t.me/c/999/1", "leads to another chat"),
        ("-100555", "https://t.me/c/556/1", "leads to another chat"),
        ("@kabar", "https://example.org/1", "is not a link to a post"),
        ("@kabar", "seventeen", "is not a link to a post"),
        ("@kabar", "https://t.me/kabar", "is not a link to a post"),
    ],
)
def test_a_link_into_another_chat_is_refused(
    channel: Telegram, chat: str, said: str, answer: str
) -> None:
    with pytest.raises(Refused, match=answer):
        replace(channel, chat=chat).receipt(said, "-100555")


@pytest.mark.parametrize("said", ["7", "https://t.me/c/555/7", "https://t.me/c/555/3/7"])
def test_a_private_post_has_its_link(channel: Telegram, said: str) -> None:
    there = replace(channel, chat="-100555").receipt(said, "-100555")
    assert there == Receipt(reference="7", url="https://t.me/c/555/7")


def test_a_long_correction_of_a_photo_is_refused_with_advice(channel: Telegram) -> None:
    short = replace(PHOTO_HELLO, url=None)
    receipt = published(channel, item(short))
    with pytest.raises(Refused, match=r"post 1 in .* is a photo, and its caption holds 1,024"):
        channel.revise(delivery(channel, corrected(replace(short, html=LONG.html))), receipt)


def test_a_text_does_not_become_a_photo(channel: Telegram) -> None:
    receipt = published(channel, item(HELLO))
    with pytest.raises(Refused, match="is text, and a text cannot become a photo: give the"):
        channel.revise(delivery(channel, corrected(PHOTO_HELLO)), receipt)


def test_a_correction_of_a_post_that_is_gone_says_what_to_do(
    api: BotApi, channel: Telegram
) -> None:
    receipt = published(channel, item())
    api.posts[0].deleted = True
    with pytest.raises(Refused, match=r"no longer in @kabar, .* --not-sent posts it again"):
        channel.revise(delivery(channel, corrected(HELLO)), receipt)


def test_a_post_is_edited_where_its_receipt_says(api: BotApi) -> None:
    with hasty_telegram(api.url) as first:
        receipt = published(first, item())
    with hasty_telegram(api.url, chat="@kabar_uji") as second:
        second.revise(delivery(second, corrected(HELLO)), receipt)
    assert len(api.posts[0].edits) == 1


def test_nothing_older_than_48_hours_is_removed(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item())
    api.age(1, hours=49)
    with pytest.raises(Refused, match="48 hours"):
        channel.remove(receipt)
    assert len(api.shown) == 1


def test_a_rehearsal_goes_to_the_test_chat(api: BotApi) -> None:
    channel = hasty_telegram(api.url, test_chat="@kabar_uji")
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert [post.chat_id for post in api.posts] == [CHATS["@kabar_uji"]]
    with pytest.raises(Refused, match=r"channels\.tg\.test_chat: not set"):
        hasty_telegram(api.url).rehearsal()


def test_a_rehearsal_goes_without_the_main_chat_s_topic(api: BotApi) -> None:
    api.topics[CHATS["@kabar"]] = {7: True}
    api.topics[CHATS["@kabar_uji"]] = {}
    channel = hasty_telegram(api.url, test_chat="@kabar_uji", thread=7)
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert [(post.chat_id, post.thread) for post in api.posts] == [(CHATS["@kabar_uji"], 0)]
    with channel:
        channel.publish(delivery(channel, item()))
    assert (api.posts[1].chat_id, api.posts[1].thread) == (CHATS["@kabar"], 7)


def test_a_rehearsal_in_the_chat_itself_by_another_name_is_refused(api: BotApi) -> None:
    number = str(CHATS["@kabar"])
    for chat, other in (("@kabar", number), (number, "@kabar")):
        channel = hasty_telegram(api.url, chat=chat, test_chat=other)
        with pytest.raises(Refused, match=rf"channels\.tg\.test_chat: {other} is .* itself"):
            channel.rehearsal().__enter__()
    assert api.posts == []


def test_a_rehearsal_needs_no_place_in_the_chat_that_is_not_there_yet(api: BotApi) -> None:
    channel = hasty_telegram(api.url, chat="@belum_ada", test_chat="@kabar_uji")
    with channel.rehearsal() as rehearsal:
        rehearsal.publish(delivery(channel, item()))
    assert len(api.posts) == 1


def test_a_preview_shows_where_the_link_leads() -> None:
    channel = hasty_telegram()
    [rendition] = channel.render(
        edition(channel, item(replace(HELLO, html="<p>👍 It begins.</p>")))
    )
    assert channel.as_text(rendition) == (
        "Hello, world\n\n👍 It begins.\n\nRead more: https://example.org/hello\n\n#greetings"
    )


def test_it_can_be_opened_again(api: BotApi) -> None:
    channel = hasty_telegram(api.url)
    for _ in range(2):
        with channel:
            published(channel, item())
    assert len(api.posts) == 2


def test_nothing_heavy_is_imported_with_the_channel() -> None:
    import subprocess
    import sys

    code = (
        "import sys, syndicate_telegram;print({'telegram', 'httpx', 'asyncio'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"


@pytest.mark.parametrize(
    ("hours", "clock", "urgency", "quiet"),
    [
        ("22:00-06:00", "22:00", 0, True),
        ("22:00-06:00", "05:59", 3, True),
        ("22:00-06:00", "06:00", 0, False),
        ("22:00-06:00", "23:00", 2, False),
        ("12:00-13:00", "12:30", 0, True),
        ("12:00-13:00", "13:00", 0, False),
        ("", "23:00", 0, False),
    ],
)
def test_a_post_in_quiet_hours_makes_no_sound(
    api: BotApi, hours: str, clock: str, urgency: int, quiet: bool
) -> None:
    with hasty_telegram(api.url, quiet=hours) as channel:
        one = delivery(channel, item(replace(HELLO, urgency=urgency)))
        started = datetime.fromisoformat(f"2026-08-14T{clock}:00+07:00")
        channel.publish(replace(one, started=started))
    sent = api.requests[-1].params
    assert (sent.get("disable_notification") == "true") is quiet


def test_a_post_goes_to_its_topic(api: BotApi) -> None:
    with hasty_telegram(api.url, thread=7) as channel:
        published(channel, item())
    assert api.requests[-1].params["message_thread_id"] == "7"
