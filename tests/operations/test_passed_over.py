"""Cost follows the change: what is as it was is neither parsed nor rendered, and still compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from support.newsroom import EVENING, NOON, Newsroom
from syndicate.planning import hosting
from syndicate.sources import article_file
from syndicate.testing import PIXEL
from syndicate_feed import Feed
from syndicate_feed import files as feed_files
from syndicate_telegram import Telegram

PICTURE = [{"file": "foto.png", "alt": "Foto"}]


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office whose feed has pages; one article with a picture is published."""
    room.only("feed", "telegram")
    room.change("feed", pages=True)
    (room.folder / "foto.png").write_bytes(PIXEL)
    room.write(url=None, associations=PICTURE)
    room.publish()
    return room


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count what is parsed and what is rendered."""
    calls: list[str] = []

    def counting(owner: Any, name: str) -> None:
        method = getattr(owner, name)

        def counts(*given: Any, **named: Any) -> Any:
            calls.append(name)
            return method(*given, **named)

        patched.setattr(owner, name, counts)

    with monkeypatch.context() as patched:
        counting(article_file, "read_file")
        counting(Feed, "page")
        counting(Feed, "pieces")
        counting(Telegram, "render")
        yield calls


def test_what_has_not_changed_is_neither_parsed_nor_rendered(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as calls:
        answer = room.publish("--json", at=NOON)
    assert calls == []
    assert all(line["action"] == "nothing" for line in answer.json["lines"])


def test_only_the_changed_one_of_several_is_parsed_and_rendered(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.write("lain.md", headline="Lain", url=None)
    room.publish("lain.md")
    room.rewrite('"Lain"', '"Lain lagi"', "lain.md")
    with counted(monkeypatch) as calls:
        room.publish("kabar.md", "lain.md", "--minor", at=NOON)
    assert sorted(set(calls)) == ["page", "pieces", "read_file", "render"]
    assert calls.count("page") == 1
    assert calls.count("render") == 2  # once to be said, once to be proofread


@pytest.mark.parametrize("name", ["articles/*.html", "media/*.png", "rss.xml", "index.html"])
@pytest.mark.parametrize("is_lost", [True, False])
def test_a_lost_or_replaced_file_is_noticed(room: Newsroom, name: str, is_lost: bool) -> None:
    [path] = room.feed.glob(name)
    content = path.read_bytes()
    if is_lost:
        path.unlink()
    else:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))  # of the same size
    room.publish(at=NOON)
    assert path.read_bytes() == content


def test_a_replaced_picture_is_noticed(room: Newsroom) -> None:
    (room.folder / "foto.png").write_bytes(PIXEL + b"\0")
    assert room.run("publish", "kabar.md", at=NOON).code == 1  # a change needs a note
    room.publish("kabar.md", "--minor", at=NOON)
    assert PIXEL + b"\0" in [path.read_bytes() for path in room.feed.glob("media/*.png")]


def test_a_due_expiry_is_noticed(room: Newsroom) -> None:
    room.write("lain.md", headline="Lain", url=None, expires=NOON)
    room.publish("lain.md")
    assert len(room.entries) == 2
    room.publish("lain.md", at=EVENING)
    assert len(room.entries) == 1


def test_another_setting_renders_the_pages_again(room: Newsroom) -> None:
    [page] = room.feed.glob("articles/*.html")
    before = page.read_bytes()
    room.change("feed", title="Berita kantor")
    room.publish(at=NOON)
    assert page.read_bytes() != before


def test_another_version_of_the_program_renders_the_pages_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "VERSION", "another")
    with counted(monkeypatch) as calls:
        room.publish(at=NOON)
    assert {"page", "render"} <= set(calls)
    with counted(monkeypatch) as calls:
        room.publish(at=EVENING)
    assert calls == []


def test_a_form_that_is_not_taken_over_is_said_every_time(room: Newsroom) -> None:
    room.change("telegram", preview="none")
    for at in (NOON, EVENING):
        answer = room.publish("--json", at=at)
        [line] = [one for one in answer.json["lines"] if one["channel"] == "telegram"]
        assert line["why"] == "only its layout is new (update it with --refresh)"


@pytest.mark.parametrize("has_list", [False, True], ids=["no list", "a list"])
def test_the_ledger_is_asked_as_often_for_many_articles_as_for_few(
    room: Newsroom, has_list: bool
) -> None:
    if has_list:
        room.channels["harian"] = {
            "kind": "email", "title": "Kabar harian", "schedule": "daily 17:00",
            "smtp": room.smtp.url, "sender": "Redaksi <redaksi@kantor.example>",
            "mailbox": "berhenti@kantor.example",
        }  # fmt: skip
        room.configure()
        room.subscribe("ani@example.org")
    names = [f"lain{number}.md" for number in range(40)]
    for name in names:
        room.write(name, f"Isi {name}.", headline=f"Tentang {name}", url=None)
    room.publish(*names)
    few, many = (_statements(room, names[:count]) for count in (10, 40))
    assert many - few <= 3


def _statements(room: Newsroom, names: list[str]) -> int:
    said: list[str] = []

    def listen(*given: Any) -> None:
        said.append(given[2])

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        room.publish(*names, at=NOON)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    return len(said)


def test_a_folder_is_synced_once_for_a_group_of_files(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = feed_files.sync

    def noted(folder: Path) -> None:
        synced.append(folder.name)
        sync(folder)

    monkeypatch.setattr(feed_files, "sync", noted)
    names = [f"lain{number}.md" for number in range(10)]
    for name in names:
        room.write(name, f"Isi {name}.", headline=f"Tentang {name}", url=None)
    room.publish(*names)
    assert synced.count("articles") == 1
