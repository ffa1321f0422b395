"""A reply and the article that it answers lead to each other wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.direct_office import DirectOffice
from syndicate.errors import ArticleError
from syndicate.operations.status import ledger_status
from syndicate.testing import NOON

ORIGINAL = "tag:example.org,2026-08-15:a"


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    return room.having(board="NotedBoard", sheet="Sheet", list="Letters")


def reply(room: DirectOffice, to: str = ORIGINAL, slug: str = "b", **front: str) -> Path:
    path = room.write(slug)
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    text = path.read_text().replace("headline:", f'repliesTo: "{to}"\n{lines}headline:')
    path.write_text(text)
    return path


def says(room: DirectOffice) -> list[str]:
    texts = [text for name in ("board", "sheet") for text in room.texts(name) if text != "ribbon"]
    return [line for text in texts for line in text.splitlines()]


BOTH = ["a [answered by b]", "b [answers a]", "b [answers a]", "a [answered by b]"]


@pytest.mark.parametrize("together", [True, False])
def test_both_lead_to_each_other(room: DirectOffice, together: bool) -> None:
    paths = [room.write("a"), reply(room)]
    for group in [paths] if together else [[path] for path in paths]:
        room.publish(*group)
    assert says(room) == BOTH
    assert room.publish(*paths).exit_code == 0
    assert room.tick().lines == []
    assert says(room) == BOTH
    assert room.tries("board").count("revise: receipt") == (not together)


def test_a_correction_of_either_is_seen_at_the_other(room: DirectOffice) -> None:
    room.publish(room.write("a"))
    room.publish(reply(room))
    room.publish(room.write("a", "a2"), minor=True)
    assert says(room)[:2] == ["a2 [answered by b]", "b [answers a2]"]


def test_a_withdrawn_reply_is_answered_by_nobody(room: DirectOffice) -> None:
    room.publish(room.write("a"))
    path = reply(room)
    room.publish(path)
    room.withdraw(path)
    assert says(room)[0] == "a"
    assert "withdrawn: it was not so" in says(room)[1]


LEAVES = {
    "withdrawn": lambda room, path: room.withdraw(path),
    "killed": lambda room, path: room.withdraw(path, kill=True),
    "held": lambda room, path: room.hold(path),
}


@pytest.mark.parametrize("how", LEAVES)
def test_the_link_back_goes_with_the_reply_and_comes_again_with_it(
    room: DirectOffice, how: str
) -> None:
    path = reply(room)
    room.publish(room.write("a"), path)
    LEAVES[how](room, path)
    assert "answered by" not in "".join(says(room))
    assert says(room).count("a") == 2  # on the board and on the sheet
    if how == "held":
        assert says(room).count("b [answers a]") == 2  # what is out stays
        room.release(path)
    else:
        room.reinstate(path)
    assert says(room).count("a [answered by b]") == 2
    assert room.tick().lines == []


def test_letters_on_their_way_no_longer_lead_to_a_killed_reply(room: DirectOffice) -> None:
    """Guard: ``also`` in plan_and_write's recompose."""
    room.subscribe("list", "ani@example.org")
    path = reply(room, channels="[board]")
    room.publish(room.write("a"), path)
    evening = room.tomorrow()
    evening.mood("list", "open", "unavailable")
    evening.digest()
    evening.withdraw(path, kill=True)
    evening.mood("list", "open", None)
    evening.tick()
    assert room.texts("list") == ["ani@example.org: a"]


def test_readers_of_the_original_get_the_reply_whatever_their_list_is_about(
    room: DirectOffice,
) -> None:
    about = {"kind": "support.walls:PickyLetters", "folder": "list", "not_about": "b"}
    room = room.with_tables({**room.walls, "list": about})
    room.subscribe("list", "ani@example.org")
    room.publish(room.write("a"))
    room.tomorrow().tick()
    room.tomorrow().publish(reply(room), room.write("bb"))
    room.tomorrow(2).tick()
    letters = [row.says.decode() for row in room.letters("list")]
    assert letters == ["a", "b [answers a]"]


@pytest.mark.parametrize(
    ("kill", "wrong"), [(None, "the ledger does not know"), (False, ""), (True, "was removed")]
)
def test_what_cannot_be_looked_up_is_not_answered(
    room: DirectOffice, kill: bool | None, wrong: str
) -> None:
    if kill is not None:
        room.publish(room.write("a"))
        room.withdraw(room.home / "a.md", kill=kill)
    path = reply(room)
    if not wrong:
        room.publish(path)
        assert "b [answers a]" in says(room)
        return
    with pytest.raises(ArticleError, match=rf"b\.md:3: .*{wrong}"):
        room.publish(path)
    assert "b" not in "".join(says(room))


@pytest.mark.parametrize("together", [True, False])
def test_two_articles_do_not_answer_each_other(room: DirectOffice, together: bool) -> None:
    first, answer = reply(room, "tag:example.org,2026-08-15:b", "a"), reply(room)
    if not together:
        room.publish(room.write("a"))
        room.publish(answer)
        reply(room, "tag:example.org,2026-08-15:b", "a")
    with pytest.raises(ArticleError, match="two articles cannot answer each other"):
        room.publish(first, *([answer] if together else []), minor=True)


def test_an_answer_to_an_answer_is_no_circle(room: DirectOffice) -> None:
    answer = reply(room)
    room.publish(room.write("a"), answer)
    room.publish(reply(room, "tag:example.org,2026-08-15:b", "c"))
    assert "c [answers b]" in says(room)


def test_a_published_reply_to_what_was_killed_later_is_still_corrected(room: DirectOffice) -> None:
    path = room.write("a")
    room.publish(path)
    room.publish(reply(room))
    room.withdraw(path, kill=True)
    changed = reply(room)
    changed.write_text(changed.read_text().replace("The story", "The true story"))
    room.publish(changed, note="it was wrong")
    assert "b (it was wrong) [answers article of 14 August 2026 19:00 WIB]" in says(room)


def test_a_reply_that_is_due_stands_in_status_until_it_is_published(room: DirectOffice) -> None:
    path = room.write("a")
    path.write_text(path.read_text().replace("headline:", "replyDue: 2026-08-20\nheadline:"))
    room.publish(path)
    assert [row.uri for row in status(room).replies_due] == [ORIGINAL]
    assert status(room).exit_code == 0
    late = replace(room, now=NOON.replace(day=22))
    assert [row.is_late for row in status(late).replies_due] == [True]
    assert status(late).exit_code == 3
    late.publish(reply(room))
    assert status(late).replies_due == []


def status(room: DirectOffice) -> Any:
    with room.office() as office:
        return ledger_status(office)
