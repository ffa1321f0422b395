"""A collection holds what it should, says only what has changed, and in an order that holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from support import walls
from support.direct_office import DirectOffice
from syndicate.ledger.schema import fragments
from syndicate.testing import NOON


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    return room.having(shelf="Shelf")


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What is said anew, from now on."""
    heard: list[str] = []
    walls.watchers.append(lambda verb: heard.append(verb))
    yield heard
    walls.watchers.clear()


def sheets(room: DirectOffice) -> dict[str, list[str]]:
    """What is on each sheet."""
    return {
        path.name[2:]: path.read_text().splitlines()
        for path in sorted(room.folder("shelf").glob("0-*"))
        if path.name != "0-neighbour"
    }


def write(
    room: DirectOffice, slug: str, headline: str = "", *, subjects: str = "[]", **more: Any
) -> Path:
    path = room.write(slug, headline)
    lines = "".join(f"{key}: {value}\n" for key, value in {"subjects": subjects, **more}.items())
    path.write_text(path.read_text().replace("---\n", f"---\n{lines}", 1))
    return path


def publish(room: DirectOffice, *slugs: str) -> list[Path]:
    """Articles an hour apart."""
    paths = []
    for hours, slug in enumerate(slugs):
        paths.append(write(room, slug))
        report = room.at(NOON + timedelta(hours=hours)).publish(paths[-1])
        assert report.exit_code == 0, report.lines
    return paths


def pieces(said: list[str]) -> list[str]:
    """What was said anew; what is new is proofread before, which says it twice."""
    made = [one.removeprefix("say ") for one in said if one.startswith("say ")]
    said.clear()
    return list(dict.fromkeys(made))


def test_only_what_has_changed_is_said_anew(room: DirectOffice, said: list[str]) -> None:
    room = room.changed("shelf", items=3, subjects=["x"])
    publish(room, "a", "b")
    assert pieces(said) == ["a", "b"]
    room.publish(room.home / "b.md")
    assert pieces(said) == []
    room.correct("a", "a again")
    assert pieces(said) == ["a again"]
    assert sheets(room)["sheet"] == ["b", "a again (it was wrong)"]
    room = room.changed("shelf", template="[{}]")  # how everything looks
    room.publish(room.home / "b.md")
    assert sorted(pieces(said)) == ["a again", "b"]
    assert sheets(room)["sheet"] == ["[b]", "[a again (it was wrong)]"]


def test_what_is_kept_is_what_is_shown(room: DirectOffice) -> None:
    publish(room, "a", "b", "c", "d")
    kept = [row.uri.rpartition(":")[2] for row in room.ask(select(fragments))]
    assert sorted(kept) == ["c", "d"]


def test_the_archive_has_everything_page_by_page(room: DirectOffice) -> None:
    publish(room, "a", "b", "c", "d", "e")
    assert sheets(room) == {
        "page-1": ["b", "a"], "page-2": ["d", "c"], "sheet": ["e", "d", "(2 pages)"]
    }  # fmt: skip
    room.correct("a", "a again")
    assert sheets(room)["page-1"] == ["b", "a again (it was wrong)"]


def test_an_archive_that_is_long_overdue_is_made(room: DirectOffice) -> None:
    room = room.changed("shelf", items=50)
    [*_, last] = publish(room, "a", "b", "c", "d", "e", "f", "g")
    room = room.changed("shelf", items=1)
    report = room.publish(last)
    assert len([name for name in sheets(room) if name.startswith("page")]) == 7
    made = [line.action for line in report.lines if "page-" in line.address]
    assert made == ["create"] * 7


def test_a_subject_is_the_same_in_any_case_and_spacing(room: DirectOffice) -> None:
    room = room.changed("shelf", subjects=["Kota  Kita"])
    room.publish(write(room, "a", subjects='["kota kita", "KOTA KITA"]'))
    room.at(NOON + timedelta(hours=1)).publish(write(room, "b", subjects='["kota"]'))
    assert sheets(room)["about-Kota  Kita"] == ["a"]
    room.publish(write(room, "b", subjects='[" KOTA  kita "]'), minor=True)
    assert sheets(room)["about-Kota  Kita"] == ["b", "a"]
    room.publish(write(room, "a", subjects="[]"), minor=True)
    assert sheets(room)["about-Kota  Kita"] == ["b"]


def test_a_notice_stays_for_its_time(room: DirectOffice) -> None:
    room = room.changed("shelf", days=7)
    [path, _] = publish(room, "a", "b")
    room.withdraw(path)
    for days, there in ((6, True), (8, False), (9, False)):
        assert room.tomorrow(days).tick().exit_code == 0
        assert ("withdrawn: it was not so" in sheets(room)["sheet"]) is there
    assert "withdrawn: it was not so" in sheets(room)["page-1"]


def test_what_has_expired_leaves_and_stays_in_the_archive(room: DirectOffice) -> None:
    room = room.changed("shelf", subjects=["x"])
    expires = (NOON + timedelta(hours=5)).isoformat()
    room.publish(write(room, "a", subjects='["x"]', expires=expires))
    room.at(NOON + timedelta(hours=1)).publish(write(room, "b", subjects='["x"]'))
    assert room.tomorrow().tick().exit_code == 0
    assert sheets(room) == {
        "page-1": ["b", "a"], "sheet": ["b", "(1 pages)"], "about-x": ["b"]
    }  # fmt: skip


def test_a_tick_alone_says_nothing_anew(room: DirectOffice, said: list[str]) -> None:
    publish(room, "a", "b")
    said.clear()
    room = room.changed("shelf", template="[{}]")
    assert room.tick().exit_code == 0
    assert room.tick().lines == []
    assert [one for one in said if one.startswith(("say", "put"))] == []


# order


def puts(said: list[str]) -> list[str]:
    done = [one.removeprefix("put ") for one in said if one.startswith("put ")]
    said.clear()
    return done


def test_what_is_pointed_to_comes_first_and_the_news_of_it_last(
    room: DirectOffice, said: list[str]
) -> None:
    room = room.changed("shelf", items=1, subjects=["x"])
    room.publish(write(room, "a", subjects='["x"]'))
    assert puts(said) == ["page-1", "about-x", "sheet", "neighbour"]


def test_nothing_overtakes_what_it_points_to(room: DirectOffice, said: list[str]) -> None:
    room = room.changed("shelf", items=1, subjects=["x"])
    publish(room, "a")
    said.clear()
    room.mood("shelf", "put page-2", "unavailable")
    room = room.at(NOON + timedelta(hours=1))
    report = room.publish(write(room, "b"))
    assert report.exit_code == 3
    assert puts(said) == ["page-2"]
    waiting = {line.address: line.why for line in report.lines}
    assert waiting["page-2"] == "the wall is wet"
    assert waiting["sheet"] == waiting["neighbour"] == "comes after archive/2"
    assert room.tick().exit_code == 3
    assert puts(said) == ["page-2"]
    room.mood("shelf", "put page-2", None)
    assert room.tick().exit_code == 0
    assert puts(said) == ["page-2", "sheet", "neighbour"]
    assert sheets(room)["sheet"] == ["b", "(2 pages)"]


def test_what_was_refused_is_tried_by_the_next_publication(
    room: DirectOffice, said: list[str]
) -> None:
    room = room.changed("shelf", items=1)
    room.mood("shelf", "put page-1", "refused")
    assert room.publish(write(room, "a")).exit_code == 3
    said.clear()
    assert room.tick().exit_code == 3  # a refusal waits for a person
    assert puts(said) == []
    room.mood("shelf", "put page-1", None)
    assert room.publish(write(room, "b")).exit_code == 0
    assert puts(said) == ["page-1", "page-2", "sheet", "neighbour"]


# whom it tells


def told(room: DirectOffice) -> list[str]:
    return (room.folder("shelf") / "0-neighbour").read_text().split()


def test_the_neighbour_is_told_of_changes_and_of_nothing_else(
    room: DirectOffice, said: list[str]
) -> None:
    room = room.changed("shelf", items=9, subjects=["x"])
    path = write(room, "a")
    assert room.publish(path).exit_code == 0
    assert told(room) == ["about-x", "sheet"]
    said.clear()
    room.publish(path)
    room.tick()
    assert puts(said) == []
    room.correct("a", "a again")
    assert told(room) == ["sheet"]


def test_what_was_not_told_is_told_with_the_next_change(room: DirectOffice) -> None:
    room = room.changed("shelf", items=9, subjects=["x"])
    room.mood("shelf", "put neighbour", "unavailable")
    report = room.publish(write(room, "a"))
    assert report.exit_code == 3
    assert sheets(room)["sheet"] == ["a"]
    room.correct("a", "a again")
    room.mood("shelf", "put neighbour", None)
    assert room.tick().exit_code == 0
    assert told(room) == ["about-x", "sheet"]


@pytest.mark.parametrize("mood", ["in doubt", "unexpected"])
def test_telling_twice_is_better_than_not_at_all(room: DirectOffice, mood: str) -> None:
    room.mood("shelf", "put neighbour", mood)
    assert room.publish(write(room, "a")).exit_code == 4
    room.mood("shelf", "put neighbour", None)
    assert room.tick().exit_code == 0
    assert told(room) == ["sheet"]
