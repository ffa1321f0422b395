"""`channels check` of a Telegram channel: the bot's rights, its chats, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from support.channel_checks import AUDIT, CHAT, SITE, detail_in_order, wrong_findings
from support.newsroom import TOKEN, Newsroom
from syndicate.loopback.botapi import Http500, No
from syndicate.testing import OFFICE
from syndicate_telegram import Telegram

ADMIN = "administrator"


def is_in(chat: int, status: str, **rights: Any) -> Callable[[Newsroom], None]:
    def change(room: Newsroom) -> None:
        room.api.membership[chat] = {"status": status} | rights

    return change


def is_group(chat: int, permissions: dict[str, bool] | None = None) -> Callable[[Newsroom], None]:
    def change(room: Newsroom) -> None:
        room.api.about[chat] = SITE | {"type": "supergroup"}
        if permissions is not None:
            room.api.about[chat]["permissions"] = permissions

    return change


def describes(text: str) -> Callable[[Newsroom], None]:
    return lambda room: room.api.about.update({CHAT: {"description": text}})


def has(**settings: object) -> Callable[[Newsroom], None]:
    return lambda room: room.change("telegram", **settings)


def fails(fault: No | Http500) -> Callable[[Newsroom], None]:
    return lambda room: room.api.faults.append(fault)


def all_of(*changes: Callable[[Newsroom], None]) -> Callable[[Newsroom], None]:
    def change(room: Newsroom) -> None:
        for one in changes:
            one(room)

    return change


OTHERS = {"audit_chat": "", "test_chat": ""}
INACCESSIBLE = No(on="getChatMember", description="Bad Request: member list is inaccessible")


@pytest.mark.parametrize(
    ("change", "what", "said"),
    [
        (has(token="123456:WRONG"), "destination", "channels.telegram.token: Telegram does not"),
        (has(chat="@tiada"), "destination", "channels.telegram.chat: Telegram knows no chat @tia"),
        (has(api="http://127.0.0.1:9"), "destination", "channels.telegram.api: http://127.0.0.1:9"),
        (fails(Http500(on="getChatMember")), "the rest", "channels.telegram.api: no usable answer"),
        (is_in(CHAT, ADMIN, can_post_messages=False), "right to post",
         "channels.telegram.chat: @loopback_bot may not post in @kabar, so that nothing is"
         " published: switch on “Post Messages” for it"),
        (is_in(CHAT, ADMIN, can_delete_messages=False), "right to delete", "“Delete Messages"),
        (is_in(CHAT, ADMIN, can_edit_messages=False), "right to edit", "“Edit Messages of"),
        (is_in(CHAT, "left"), "rights", "its status there is “left”: in the channel's settings"),
        (is_in(CHAT, "kicked"), "rights", "channels.telegram.chat: @loopback_bot is not an admin"),
        (is_in(CHAT, "member"), "rights", "“member”"),
        (fails(INACCESSIBLE), "rights", "(member list is inaccessible)"),
        (all_of(is_group(CHAT), is_in(CHAT, "left")), "rights", "“left”"),
        (describes(""), "link to the office",
         "channels.telegram.chat: the description of @kabar does not name your site, which"
         " shows readers that the channel is not a fake: write https://kantor.example"),
        (describes("https://kantor.example.jahat.example"), "link to the office", "not a fake"),
        (describes("tanya@kantor.example"), "link to the office", "not a fake"),
        (describes("https://bukan-kantor.example"), "link to the office", "not a fake"),
        (has(audit_chat="@tiada"), "audit chat",
         "channels.telegram.audit_chat: @loopback_bot sees no chat @tiada (chat not"),
        (has(audit_chat="@kabar"), "audit chat", "audit_chat: it is the channel itself"),
        (has(audit_chat=str(CHAT)), "audit chat", "audit_chat: it is the channel itself"),
        (is_in(AUDIT, "member"), "audit chat", "@loopback_bot may not write in “pindah”, a chan"),
        (all_of(is_group(AUDIT), is_in(AUDIT, "left")), "audit chat", "make it a member who may"),
        (all_of(is_group(AUDIT), is_in(AUDIT, "restricted", can_send_messages=False)),
         "audit chat", "may not write in “pindah”, a group"),
        (all_of(is_group(AUDIT, {"can_send_messages": False}), is_in(AUDIT, "member")),
         "audit chat", "may not write"),
        (has(test_chat=str(CHAT)), "test chat",
         "channels.telegram.test_chat: it is the chat itself: name another"),
        (has(test_chat="@tiada"), "test chat", "channels.telegram.test_chat: @loopback_bot sees"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_to_do(
    telegram_ready: Newsroom, change: Callable[[Newsroom], None], what: str, said: str
) -> None:
    change(telegram_ready)
    found = wrong_findings(telegram_ready)
    assert list(found) == [what]
    assert said in found[what]
    assert "channels.telegram." in found[what]


@pytest.mark.parametrize("name", ["@kabar", "@KABAR", "kabar", "https://t.me/Kabar", "-1001"])
def test_a_chat_for_trials_that_is_the_chat_itself_gets_no_trial(
    telegram_ready: Newsroom, name: str
) -> None:
    telegram_ready.change("telegram", chat="-1001" if name == "-1001" else "@kabar", test_chat=name)
    telegram_ready.write()
    for words in (("publish", "kabar.md", "--test"), ("channels", "check")):
        answer = telegram_ready.run(*words)
        assert answer.code == 1
        assert answer.complaint.endswith(
            "channels.telegram.test_chat: it is the chat itself: name another chat for `publish"
            " --test`"
        )
    assert telegram_ready.api.posts == []


def test_a_trial_that_leads_to_the_chat_itself_by_its_number_is_refused(
    telegram_ready: Newsroom,
) -> None:
    telegram_ready.change("telegram", test_chat=str(CHAT))
    telegram_ready.write()
    answer = telegram_ready.run("publish", "kabar.md", "--test")
    assert answer.code == 3
    assert "channels.telegram.test_chat: -1001 is @kabar itself: name another chat" in answer.out
    assert telegram_ready.api.posts == []


@pytest.mark.parametrize(
    ("change", "what", "said"),
    [
        (is_in(CHAT, "creator"), "right to delete", "@loopback_bot may delete"),
        (all_of(is_group(CHAT), is_in(CHAT, "member")), "right to edit", "edit its own posts"),
        (all_of(is_group(CHAT), is_in(CHAT, "member")), "right to pin", "may not pin, and need"),
        (all_of(is_group(CHAT), is_in(CHAT, ADMIN, can_pin_messages=True)), "right to pin",
         "may pin"),
        (all_of(is_group(CHAT), is_in(CHAT, "restricted")), "right to post", "may post"),
        (all_of(is_group(CHAT), is_in(CHAT, "member")), "chat", "“kabar”, a group, @kabar (-1001)"),
        (all_of(is_group(AUDIT), is_in(AUDIT, "member")), "audit chat",
         "“pindah”, a group, @pindah (-1003); posts in doubt are looked for there"),
        (has(audit_chat=""), "audit chat", "none; posts in doubt are looked for on https://t.me/s/"),
        (all_of(has(chat=str(CHAT), audit_chat=""),), "audit chat", "look for posts in doubt"),
        (describes("WWW.KANTOR.EXAMPLE."), "link to the office", "names kantor.example"),
        (describes("situs: berita.kantor.example/"), "link to the office", "names"),
    ],
)  # fmt: skip
def test_what_is_in_order_is_told_as_it_is(
    telegram_ready: Newsroom, change: Callable[[Newsroom], None], what: str, said: str
) -> None:
    change(telegram_ready)
    assert wrong_findings(telegram_ready) == {}
    assert said in detail_in_order(telegram_ready, what)


def test_a_setting_that_pins_makes_the_right_to_pin_necessary(telegram_ready: Newsroom) -> None:
    telegram_ready.api.membership[CHAT] = {"status": ADMIN, "can_edit_messages": False}
    token = SecretStr(TOKEN)
    channel = Telegram(name="telegram", token=token, chat="@kabar", api=telegram_ready.api.url)
    vars(channel)["pin"] = True
    with channel:
        [found] = [one for one in channel.inspect(OFFICE) if one.what == "right to pin"]
    assert not found.ok
    assert found.detail.startswith("channels.telegram.pin: @loopback_bot may not pin in @kabar")
