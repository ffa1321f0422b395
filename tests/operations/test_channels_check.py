"""`channels check` says what is not in order at each destination, and leaves no trace anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from operations.test_channels import WALL
from support.newsroom import PASSWORD, TOKEN, Newsroom
from syndicate.config.loader import load
from syndicate.loopback.botapi import Http500, No
from syndicate.loopback.smtp import SmtpFault
from syndicate.office import Office
from syndicate.operations.inspection import inspect_channels
from syndicate.testing import OFFICE
from syndicate_telegram import Telegram

CHAT, TEST, AUDIT = -1001, -1002, -1003
SITE = {"description": "Kabar resmi. https://kantor.example/kontak"}


@pytest.fixture
def ready(room: Newsroom) -> Newsroom:
    """An office where everything is in order."""
    room.api.about[CHAT] = SITE
    room.change("telegram", test_chat="@kabar_uji", audit_chat="@pindah")
    return room


@pytest.fixture
def posts(ready: Newsroom) -> Newsroom:
    """The same with nothing but its Telegram channel."""
    ready.only("telegram")
    return ready


def wrong(room: Newsroom, *words: str) -> dict[str, str]:
    """What is not in order, by what it is."""
    answer = room.run("channels", "check", *words, "--json")
    document = answer.json
    assert answer.code == document["exit_code"]
    found = {one["what"]: one["detail"] for one in document["findings"] if not one["ok"]}
    assert answer.code == (3 if found else 0)
    assert all("\n" not in one["detail"] for one in document["findings"])
    return found


def told(room: Newsroom, what: str) -> str:
    """What is said of something that is in order."""
    document = room.run("channels", "check", "--json").json
    [detail] = [one["detail"] for one in document["findings"] if one["what"] == what and one["ok"]]
    return str(detail)


def test_where_all_is_well_it_says_so_line_by_line(ready: Newsroom) -> None:
    answer = ready.run("channels", "check")
    assert answer.code == 0, answer.said
    assert answer.err.splitlines()[1:] == []
    for line in (
        "telegram  token  ok  of @loopback_bot",
        "telegram  chat  ok  “kabar”, a channel, @kabar (-1001)",
        "telegram  right to post  ok  @loopback_bot may post",
        "telegram  right to pin  ok  @loopback_bot may pin",
        "telegram  link to the office  ok  the description names kantor.example",
        "telegram  test chat  ok  “kabar_uji”, a channel, @kabar_uji (-1002)",
        "feed  public address  ok  https://kantor.example/feed/rss.xml",
        "harian  sender  ok  redaksi@kantor.example may write",
    ):
        assert line in answer.out.splitlines()


def test_it_leaves_no_trace_before_the_first_publication(ready: Newsroom) -> None:
    ready.channels["arsip"] = dict(ready.channels["harian"]) | {"smtp": "maildir:letters/arsip"}
    ready.configure()
    before = ready.everything()
    answer = ready.run("channels", "check")
    assert answer.code == 0, answer.said
    after = ready.everything()
    assert (after.files, after.ledger) == (before.files, before.ledger)
    assert [path.name for path in ready.folder.iterdir()] == ["config.toml"]
    assert {one.method for one in ready.api.requests} == {"getMe", "getChat", "getChatMember"}
    assert not {"RCPT", "DATA"} & set(ready.smtp.commands)


def test_it_leaves_the_ledger_and_the_files_as_they_are(ready: Newsroom) -> None:
    ready.write()
    ready.publish()
    before = ready.everything()
    times = [path.stat().st_mtime_ns for path in (ready.feed, ready.feed.parent)]
    assert ready.run("channels", "check").code == 0
    after = ready.everything()
    assert (after.files, after.ledger) == (before.files, before.ledger)
    assert [path.stat().st_mtime_ns for path in (ready.feed, ready.feed.parent)] == times
    assert len(ready.posts) == 1


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], {"feed", "telegram", "harian"}),
        (["telegram"], {"telegram"}),
        (["harian", "feed"], {"harian", "feed"}),
    ],
)
def test_it_looks_at_the_channels_that_are_named_or_at_all(
    ready: Newsroom, names: list[str], shown: set[str]
) -> None:
    found = ready.run("channels", "check", *names, "--json").json["findings"]
    assert {one["channel"] for one in found} == shown
    if "telegram" not in shown:
        assert ready.api.requests == []


def test_an_unknown_name_is_wrong_usage(ready: Newsroom) -> None:
    answer = ready.run("channels", "check", "gone")
    assert answer.code == 2
    assert (
        "no channel 'gone' is configured (configured: feed, telegram, harian)" in answer.complaint
    )


def test_after_a_stop_no_further_channel_is_opened(ready: Newsroom) -> None:
    with ready.here():
        office = Office.open(load(Path("config.toml")), lambda: datetime.now(UTC), dry=True)
        office.stopping = lambda: True
        found = inspect_channels(office)
        office.close()
    assert found.exit_code == 3
    assert {one.detail for each in found.channels for one in each.findings} == {
        "stopped before it was tried: run the command again"
    }
    assert ready.api.requests == []


# where a channel leads


def test_another_place_than_the_ledger_s_is_said(ready: Newsroom) -> None:
    ready.write()
    ready.publish()
    assert told(ready, "token")
    ready.change("telegram", chat="@kabar_uji", test_chat="")
    ready.change("feed", directory="public/baru")
    answer = ready.run("channels", "check")
    assert answer.code == 3
    for name, where in (("telegram", "@kabar_uji (-1002), and the ledger's is -1001"),
                        ("feed", "baru, and the ledger's is")):  # fmt: skip
        assert f"{name}  destination  wrong  channels.{name}: it leads to" in answer.out
        assert where in answer.out
        assert f"`syndicate channels move {name}`" in answer.out


def test_a_place_where_another_channel_writes_is_said(posts: Newsroom) -> None:
    posts.write()
    posts.publish()
    posts.channels["siaran"] = posts.channels.pop("telegram")
    posts.configure()
    [said] = wrong(posts).values()
    assert "channels.siaran: it leads to @kabar (-1001), where channels.telegram writes" in said
    assert "syndicate channels rename telegram siaran" in said


def test_a_place_is_told_with_whether_anything_was_sent_there(posts: Newsroom) -> None:
    assert told(posts, "destination") == "@kabar (-1001); nothing has been sent there yet"
    posts.write()
    posts.publish()
    assert told(posts, "destination") == "@kabar (-1001)"


@pytest.mark.parametrize("where", ["open", "identity", "target", "close"])
def test_a_channel_that_breaks_stops_no_other(ready: Newsroom, where: str) -> None:
    (ready.folder / "wall.py").write_text(WALL)
    wall: dict[str, object] = {"kind": "./wall.py:Wall", "file": "wall.txt", "breaks": where}
    ready.channels = {"wall": wall, **ready.channels}
    ready.configure()
    [said] = wrong(ready).values()
    assert "unexpected: RuntimeError('the wall fell over')" in said
    assert "harian  relay  ok" in ready.run("channels", "check").out


def test_a_channel_that_cannot_look_is_at_least_opened(ready: Newsroom) -> None:
    (ready.folder / "wall.py").write_text(WALL)
    ready.channels = {"wall": {"kind": "./wall.py:Wall", "file": "wall.txt"}}
    ready.configure()
    answer = ready.run("channels", "check")
    assert answer.out == "wall  destination  ok  wall.txt; nothing has been sent there yet\n"
    assert answer.code == 0


# Telegram

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
    posts: Newsroom, change: Callable[[Newsroom], None], what: str, said: str
) -> None:
    change(posts)
    found = wrong(posts)
    assert list(found) == [what]
    assert said in found[what]
    assert "channels.telegram." in found[what]


@pytest.mark.parametrize("name", ["@kabar", "@KABAR", "kabar", "https://t.me/Kabar", "-1001"])
def test_a_chat_for_trials_that_is_the_chat_itself_gets_no_trial(
    posts: Newsroom, name: str
) -> None:
    posts.change("telegram", chat="-1001" if name == "-1001" else "@kabar", test_chat=name)
    posts.write()
    for words in (("publish", "kabar.md", "--test"), ("channels", "check")):
        answer = posts.run(*words)
        assert answer.code == 1
        assert answer.complaint.endswith(
            "channels.telegram.test_chat: it is the chat itself: name another chat for `publish"
            " --test`"
        )
    assert posts.api.posts == []


def test_a_trial_that_leads_to_the_chat_itself_by_its_number_is_refused(posts: Newsroom) -> None:
    posts.change("telegram", test_chat=str(CHAT))
    posts.write()
    answer = posts.run("publish", "kabar.md", "--test")
    assert answer.code == 3
    assert "channels.telegram.test_chat: -1001 is @kabar itself: name another chat" in answer.out
    assert posts.api.posts == []


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
    posts: Newsroom, change: Callable[[Newsroom], None], what: str, said: str
) -> None:
    change(posts)
    assert wrong(posts) == {}
    assert said in told(posts, what)


def test_no_secret_is_shown(ready: Newsroom) -> None:
    ready.environment["TG_TOKEN"] = TOKEN
    ready.change("harian", smtp=f"smtps://kantor:{PASSWORD.replace('/', '%2F')}@127.0.0.1:9")
    ready.change("telegram", api="http://127.0.0.1:9")
    for words in ([], ["--json"]):
        answer = ready.run("-v", "channels", "check", *words)
        assert answer.code == 3
        for secret in (TOKEN, PASSWORD, PASSWORD.replace("/", "%2F")):
            assert secret not in answer.said


def test_a_setting_that_pins_makes_the_right_to_pin_necessary(posts: Newsroom) -> None:
    posts.api.membership[CHAT] = {"status": ADMIN, "can_edit_messages": False}
    token = SecretStr(TOKEN)
    channel = Telegram(name="telegram", token=token, chat="@kabar", api=posts.api.url)
    vars(channel)["pin"] = True
    with channel:
        [found] = [one for one in channel.inspect(OFFICE) if one.what == "right to pin"]
    assert not found.ok
    assert found.detail.startswith("channels.telegram.pin: @loopback_bot may not pin in @kabar")


# letters and files


@pytest.mark.parametrize(
    ("fault", "what", "said"),
    [
        (SmtpFault(at="connect", do="refuse"), "destination", "refused the connection: 554"),
        (SmtpFault(at="mail", do="refuse"), "sender", "channels.harian.sender is not yours"),
        (
            SmtpFault(at="mail", do="hang up"),
            "sender",
            "channels.harian.smtp: cannot reach the relay",
        ),
    ],
)
def test_a_relay_that_does_not_take_letters_is_named(
    ready: Newsroom, fault: SmtpFault, what: str, said: str
) -> None:
    ready.smtp.faults.append(fault)
    found = wrong(ready, "harian")
    assert list(found) == [what]
    assert said in found[what]


def test_a_relay_is_told_with_how_it_was_reached(ready: Newsroom) -> None:
    assert told(ready, "relay").endswith("answers, not encrypted")


def blocked(room: Newsroom) -> Path:
    path = room.folder / "berkas"
    path.write_text("a file")
    return path


def test_a_folder_that_cannot_be_written_is_named(ready: Newsroom) -> None:
    path = blocked(ready)
    ready.change("feed", directory=str(path / "feed"))
    ready.change("harian", smtp=f"maildir:{path}/letters")
    assert f"{path} is not a folder" in wrong(ready, "feed")["folder"]
    assert "channels.harian.smtp: cannot write to /" in wrong(ready, "harian")["destination"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost:8000/feed", "localhost is each reader's own machine"),
        ("http://127.0.0.1/feed", "write the address of your site"),
        ("https://kantor.example/feed/rss.xml", "is not a folder"),
        ("https://kantor.example/?feed", "without a file's name"),
    ],
)
def test_a_public_address_that_readers_cannot_open_is_named(
    ready: Newsroom, url: str, said: str
) -> None:
    ready.change("feed", url=url)
    found = wrong(ready, "feed")["public address"]
    assert found.startswith("channels.feed.url: ")
    assert said in found
