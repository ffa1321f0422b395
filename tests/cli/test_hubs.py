"""Who is told of a feed's changes: hubs, and commands of the office's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.feed_folder import BASE, MAIN, Hub, everything, links, page_of, titles
from support.newsroom import EVENING, NOON, REAL, Newsroom
from support.serving import served


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    return room


@pytest.fixture
def hub() -> Iterator[Hub]:
    with served(Hub()) as server:
        yield server


FEEDS = [f"{BASE}/{name}" for name in ("atom.xml", "feed.json", "rss.xml")]


def test_hubs_are_told_of_every_change_and_of_nothing_else(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url])
    room.write()
    room.run("publish", "kabar.md", "--dry-run")
    assert hub.told == []
    room.publish()
    assert hub.told == [{"hub.mode": ["publish"], "hub.url": FEEDS}]
    assert links(room.feed / "atom.xml", "hub") == links(room.feed / "rss.xml", "hub") == [hub.url]
    assert json.loads((room.feed / "feed.json").read_text())["hubs"] == [
        {"type": "WebSub", "url": hub.url}
    ]
    room.publish()
    room.run("tick")
    assert len(hub.told) == 1
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.", at=NOON)
    room.rewrite("Isi yang benar.", "Isi kabar.")
    room.publish("--note", "Isinya benar.", at=EVENING)
    assert len(hub.told) == 3


def test_a_hub_that_fails_is_told_by_the_next_run(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url], subjects=["pilkada"])
    hub.code = 503
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"waiting  channels.feed.hubs: {hub.url} answered 503" in answer.out
    assert titles(room) == ["Kabar pertama"]
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.run("publish", "kabar.md", "--minor")
    hub.code = 202
    hub.told.clear()
    assert room.run("tick", at=NOON).code == 0
    [told] = hub.told
    assert told["hub.url"] == [
        *FEEDS,
        *(f.replace(BASE, f"{BASE}/subjects/pilkada") for f in FEEDS),
    ]
    assert room.run("status").code == 0


def test_a_hub_that_is_gone_and_no_longer_named_is_forgotten(room: Newsroom) -> None:
    room.change("feed", hubs=["http://127.0.0.1:1/"])
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "http://127.0.0.1:1/ cannot be reached" in answer.out
    room.change("feed", hubs=[])
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--minor")
    assert room.run("status").code == 0


def test_what_waits_for_a_hub_that_is_no_longer_named_is_dropped_and_said(
    room: Newsroom, hub: Hub
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code = 503
    room.write()
    assert room.run("publish", "kabar.md").code == 3
    hub.told.clear()
    hub.code = 204
    room.change("feed", hubs=[])
    answer = room.run("tick", at=NOON)
    assert answer.code == 0
    assert f"feed: hub/{hub.url} is no longer named in the configuration" in answer.out
    assert hub.told == []
    assert room.run("status").code == 0
    assert "no longer named" not in room.run("tick", at=NOON).out


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (["{files}"], "{files} is not a program"),
        (["./{files}"], "./{files} is not a program"),
        (["sh", "-c", "cat {files}"], "'cat {files}': write '{files}' as a word of its own"),
    ],
)
def test_a_file_of_the_feed_is_never_the_program(
    room: Newsroom, after: list[str], says: str
) -> None:
    room.change("feed", after=after)
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 1
    assert f"channels.feed.after: {says}" in answer.said


def test_a_command_that_is_no_longer_set_runs_nothing_else(room: Newsroom) -> None:
    """What waited for it names files of the feed: none of them may be taken for a program."""
    command(room, 23)
    room.change("feed", after=["./push.sh"])
    room.write()
    assert room.run("publish", "kabar.md", at=REAL).code == 3
    pushed(room)
    for name in MAIN:
        program = room.feed / name
        program.write_text(f'#!/bin/sh\ntouch "{room.folder}/hacked"\n')
        program.chmod(0o755)
    room.change("feed", after=[])
    answer = room.run("tick", at=REAL)
    assert answer.code == 0
    assert "feed: after is no longer named in the configuration" in answer.out
    assert not (room.folder / "hacked").exists()
    assert pushed(room) == []


@pytest.mark.parametrize("words", [("tick",), ("publish", "kabar.md", "--minor")])
def test_what_no_longer_has_anybody_to_tell_is_not_said_to_be_done(
    room: Newsroom, hub: Hub, words: tuple[str, ...]
) -> None:
    path = command(room)
    room.change("feed", after=[str(path)], hubs=[hub.url])
    room.write()
    room.publish(at=REAL)  # both were told once
    command(room, 23)
    hub.code = 503
    room.rewrite("Isi kabar", "Isi lain")
    assert room.run("publish", "kabar.md", "--minor", at=REAL).code == 3
    pushed(room)
    hub.told.clear()
    room.change("feed", after=[], hubs=[])
    room.rewrite("Isi lain", "Isi baru")
    answer = room.run(*words, at=REAL)
    assert answer.code == 0
    for what in ("after", f"hub/{hub.url}"):
        assert f"feed: {what} is no longer named in the configuration" in answer.out
        assert f"feed  {what}" not in answer.out
    assert pushed(room) == []
    assert hub.told == []
    assert room.run("tick", at=REAL).out == ""


@pytest.mark.parametrize("code", [307, 308])
def test_a_hub_that_sends_the_request_on_is_followed(room: Newsroom, hub: Hub, code: int) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "/moved/"
    room.write()
    answer = room.publish()
    assert hub.moved == [{"hub.mode": ["publish"], "hub.url": FEEDS}]
    told = f"{hub.url} has moved to {hub.url.replace('/push/', '/moved/')}; write that address"
    assert (told in answer.out) == (code == 308)


@pytest.mark.parametrize("code", [307, 308])
def test_a_hub_on_this_machine_sends_nothing_on_to_another(
    room: Newsroom, hub: Hub, code: int
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "http://192.0.2.1:9/push/"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"{hub.url} has moved to http://192.0.2.1:9/push/" in answer.out


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/push/", "/round/"])
def test_a_hub_that_sends_in_circles_is_not_said_to_have_moved(
    room: Newsroom, hub: Hub, code: int, target: str
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target, hub.next = code, target, "/push/"
    room.write()
    answer = room.run("publish", "kabar.md")
    goes_on = target == "/push/" or code in (307, 308)
    assert (f"channels.feed.hubs: {hub.url} redirects in circles" in answer.out) == goes_on
    assert ("has moved to" in answer.out) == (not goes_on)


@pytest.mark.parametrize(
    ("code", "target", "shown"),
    [
        (301, "https://u:rahasia@hub.example/new", "https://hub.example/new"),
        (308, "https://u:rahasia@hub.example/lain", "https://hub.example/lain"),
    ],
)
def test_where_a_hub_has_moved_to_is_told_without_a_password(
    room: Newsroom, hub: Hub, code: int, target: str, shown: str
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, target
    room.write()
    answer = room.run("publish", "kabar.md")
    assert "rahasia" not in answer.said
    assert f"has moved to {shown}" in answer.said


@pytest.mark.parametrize("code", [301, 302, 303])
def test_a_hub_that_has_moved_is_named_with_where_to(room: Newsroom, hub: Hub, code: int) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, "https://hub.example/new"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"{hub.url} has moved to https://hub.example/new; write that address" in answer.out


@pytest.mark.parametrize("code", [301, 304, 307, 308])
@pytest.mark.parametrize("target", ["", None])
def test_a_hub_that_does_not_say_where_to_is_waited_for_and_in_no_doubt(
    room: Newsroom, hub: Hub, code: int, target: str | None
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = code, target
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert f"channels.feed.hubs: {hub.url} answered {code} without a new address" in answer.out
    assert "waiting" in answer.out
    hub.code, hub.target = 204, ""
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert hub.told[-1]["hub.url"] == FEEDS


def test_a_hub_that_does_not_say_where_to_in_the_end_is_waited_for(
    room: Newsroom, hub: Hub
) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = 308, "/round/"
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "answered 308 without a new address" in answer.out


def test_a_hub_that_sends_in_circles_is_left(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url])
    hub.code, hub.target = 308, "/push/"
    room.write()
    assert room.run("publish", "kabar.md").code == 3
    assert len(hub.told) == 4


def command(room: Newsroom, code: int = 0) -> Path:
    """A program that writes down where it ran, and with what."""
    path = room.folder / "push.sh"
    path.write_text(
        f'#!/bin/sh\nfor name in "$@"; do echo "$name" >> "{room.folder}/pushed"; done\n'
        f'pwd >> "{room.folder}/where"\necho "no room" >&2\nexit {code}\n'
    )
    path.chmod(0o755)
    return path


def pushed(room: Newsroom) -> list[str]:
    path = room.folder / "pushed"
    names = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def test_a_command_is_run_with_the_files_that_changed(room: Newsroom) -> None:
    command(room)
    everything(room)
    room.change("feed", after=["./push.sh", "--", "{files}", "host:to"])
    room.publish(at=REAL)
    page = f"articles/{page_of(room).name}"
    [picture] = (room.feed / "media").iterdir()
    before = pushed(room)
    assert before[0] == "--"
    assert before[-1] == "host:to"
    beside = ["archive/1.xml", page, f"media/{picture.name}"]
    feeds = [f"subjects/pilkada/{name}" for name in ("atom.xml", "feed.json", "rss.xml")]
    assert before[1:-1] == [*beside, *feeds, *MAIN]
    assert (room.folder / "where").read_text().splitlines() == [str(room.feed)]
    room.publish(at=REAL)
    assert pushed(room) == []
    room.run("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill", at=REAL)
    assert f"media/{picture.name}" in pushed(room)  # it is gone, and is to be purged
    assert not picture.exists()


def test_without_a_place_of_their_own_the_files_come_last(room: Newsroom) -> None:
    command(room)
    room.change("feed", after=["./push.sh", "to"])
    room.write()
    room.publish(at=REAL)
    assert pushed(room) == ["to", *MAIN]


def test_a_command_that_fails_is_run_again_and_undoes_nothing(room: Newsroom) -> None:
    command(room, 23)
    room.change("feed", after=["./push.sh"])
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "channels.feed.after: " in answer.out
    assert "push.sh ended with 23 (no room)" in answer.out
    assert titles(room) == ["Kabar pertama"]
    pushed(room)
    command(room)
    assert room.run("tick", at=REAL).code == 0
    assert pushed(room) == MAIN


def test_a_command_that_is_not_there_is_told_of_before_and_after(room: Newsroom) -> None:
    room.change("feed", after=["./gone.sh", "$(touch hacked); echo"])
    room.write()
    assert "gone.sh is not there: install it" in room.run("channels", "check", "feed").out
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "gone.sh cannot be run (No such file or directory)" in answer.out
    command(room)
    room.change("feed", after=["./push.sh", "$(touch hacked); `touch hacked`"])
    room.publish(at=REAL)
    assert pushed(room)[0] == "$(touch hacked); `touch hacked`"
    assert not list(room.folder.rglob("hacked"))


def test_a_command_that_never_ends_is_ended(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate_feed.announce.COMMAND_SECONDS", 0.3)
    (room.folder / "push.sh").write_text("#!/bin/sh\nsleep 60 & wait\n")
    (room.folder / "push.sh").chmod(0o755)
    room.change("feed", after=["./push.sh"])
    room.write()
    answer = room.run("publish", "kabar.md", at=REAL)
    assert answer.code == 3
    assert "push.sh took longer than 0.3 s" in answer.out


def test_who_is_told_is_in_the_plan_of_a_dry_run(room: Newsroom, hub: Hub) -> None:
    room.change("feed", hubs=[hub.url], after=["./push.sh"])
    room.write()
    said = room.run("publish", "kabar.md", "--dry-run").out
    assert f"hub/{hub.url}" in said
    assert "announce" in said
    assert hub.told == []
