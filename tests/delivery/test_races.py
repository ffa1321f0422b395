"""Six processes on one ledger: what one of them says, the others do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.children import fork, wait_until
from support.direct_office import DirectOffice

PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve")]


def race(room: DirectOffice, act: Callable[[], object], runners: int = 6) -> None:
    """Do the same in several processes at once."""
    go = room.home / "go"

    def run() -> None:
        wait_until(go.exists)
        act()

    children = [fork(room.url, run) for _ in range(runners)]
    go.touch()
    assert [child.wait() for child in children] == [0] * runners
    go.unlink()


@pytest.mark.parametrize("kind", ["Wall", "Board"])
def test_six_publishers_say_it_once(room: DirectOffice, kind: str) -> None:
    """Guards: Ledger.planning, the state in Queue.claim. The ledger is made in the race, too."""
    room = room.having(wall=kind)
    article = room.write("hello")
    race(room, lambda: room.publish(article))
    assert (room.texts("wall"), room.states("wall")) == (["hello"], ["settled"])
    assert room.tries("wall") == ["publish: receipt"]


def test_six_publishers_of_six_articles_leave_a_sheet_of_all(room: DirectOffice) -> None:
    """Guard: Ledger.planning, without which one plan is made without the others' articles."""
    room = room.having(sheet="Sheet")
    with room.office():
        pass
    go = room.home / "go"

    def run(slug: str) -> Callable[[], object]:
        article = room.write(slug)

        def publish() -> None:
            wait_until(go.exists)
            room.publish(article)

        return publish

    children = [fork(room.url, run(f"story-{n}")) for n in range(6)]
    go.touch()
    assert [child.wait() for child in children] == [0] * 6
    room.tick()
    (sheet,) = room.texts("sheet")  # in whatever order they came
    assert sorted(sheet.split("\n")) == [f"story-{n}" for n in range(6)]
    assert room.states("sheet") == ["settled"]


def test_six_digests_at_once_close_one_window_and_send_each_letter_once(room: DirectOffice) -> None:
    """Guards: the planners' lock and the unique window; SKIP LOCKED claims."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE)
    room.publish(room.write("hello"))
    race(room, room.tomorrow().digest)
    room.tomorrow().digest()
    assert [window.status for window in room.windows("letters")] == ["frozen"]
    assert sorted(room.texts("letters")) == [f"{who}: hello" for who in PEOPLE]
    assert room.states("letters") == ["sent"] * len(PEOPLE)
    assert [row.tries for row in room.letters("letters")] == [1] * len(PEOPLE)


def test_six_corrections_at_once_leave_one_newest(room: DirectOffice) -> None:
    room = room.having(wall="Board")
    article = room.write("hello")
    room.publish(article)
    room.write("hello", "hello again")
    race(room, lambda: room.publish(article, note="it was wrong"))
    room.tick()
    assert room.texts("wall") == ["hello again (it was wrong)"]
    assert room.tries("wall") == ["publish: receipt", "revise: receipt"]
