"""Digests while they run: who leaves, what is taken back, and how much is under way."""

from __future__ import annotations

import pytest

from support import walls
from support.direct_office import DirectOffice
from syndicate.operations.digest import CatchUp

PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve", "fay", "gus")]


@pytest.fixture
def letters(room: DirectOffice) -> DirectOffice:
    """A list of seven people, with an article for its next digest."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE)
    room.publish(room.write("hello"))
    return room


def test_no_more_than_the_window_is_ever_under_way(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: `count` in Stream._start_group."""
    counts: list[int] = []
    monkeypatch.setattr(walls, "watchers", [lambda _verb: counts.append(letters.under_way())])
    letters.tomorrow().digest()
    assert len(letters.posts("letters")) == len(PEOPLE)
    assert max(counts) == walls.Letters.window
    assert letters.under_way() == 0


def test_who_leaves_between_the_freeze_and_the_sending_gets_nothing(letters: DirectOffice) -> None:
    """Guard: the EXISTS of turn_sql.START_SQL."""
    evening = letters.tomorrow()
    letters.mood("letters", "open", "unavailable")
    evening.digest()
    assert letters.states("letters") == ["due"] * len(PEOPLE)
    letters.unsubscribe("letters", PEOPLE[0])
    letters.mood("letters", "open", None)
    evening.digest()
    assert letters.texts("letters") == [f"{who}: hello" for who in PEOPLE[1:]]
    assert letters.states("letters") == ["off"] + ["sent"] * len(PEOPLE[1:])
    assert letters.letters("letters")[0].why == "no longer on the list"


def test_who_leaves_while_letters_are_claimed_gets_nothing(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: Queue._start asks for the subscription itself."""

    def leave(_verb: str) -> None:
        monkeypatch.undo()
        letters.unsubscribe("letters", PEOPLE[-1])

    evening = letters.tomorrow()
    monkeypatch.setattr(walls, "watchers", [at_moment("stream", leave)])
    evening.digest()
    assert letters.texts("letters") == [f"{who}: hello" for who in PEOPLE[:-1]]


def test_who_joins_after_the_freeze_waits_for_the_next_one(letters: DirectOffice) -> None:
    evening = letters.tomorrow()
    letters.mood("letters", "open", "unavailable")
    evening.digest()
    letters.subscribe("letters", "late@example.org")
    letters.mood("letters", "open", None)
    evening.digest()
    assert "late@example.org: hello" not in letters.texts("letters")


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with another"])
def test_a_withdrawal_in_mid_digest_recomposes_what_has_not_left(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """Guard: recompose.recompose; Letters.turn reads the newest stencil itself."""
    if not alone:
        letters.publish(letters.write("other"))

    def withdraw(_verb: str) -> None:
        monkeypatch.undo()
        letters.withdraw(letters.home / "hello.md")

    monkeypatch.setattr(walls, "watchers", [at_moment("stream", withdraw)])
    letters.tomorrow().digest()
    started = walls.Letters.window  # when the first of them left
    before = "hello" if alone else "hello\nother"
    told = [f"{who}: {before}" for who in PEOPLE[:started]]
    untold = [] if alone else [f"{who}: other" for who in PEOPLE[started:]]
    assert letters.texts("letters") == told + untold
    rest = "off" if alone else "sent"
    assert letters.states("letters") == ["sent"] * started + [rest] * (len(PEOPLE) - started)

    letters.tomorrow(days=2).digest()  # who has read it is told, and nobody else
    again = letters.texts("letters")[len(told + untold) :]
    assert again == [f"{who}: changed: withdrawn: it was not so" for who in PEOPLE[:started]]


def test_a_withdrawn_correction_is_not_announced_to_those_who_wait(letters: DirectOffice) -> None:
    """Guard: DigestLetters.unfinished looks at both parts."""
    letters.tomorrow().digest()
    letters.tomorrow().correct("hello", "hello again")
    letters.mood("letters", "open", "unavailable")
    letters.tomorrow(days=2).digest()
    letters.tomorrow(days=2).withdraw(letters.home / "hello.md")
    letters.mood("letters", "open", None)
    letters.tomorrow(days=2).digest()
    told = letters.texts("letters")[len(PEOPLE) :]
    assert told == [f"{who}: changed: withdrawn: it was not so" for who in PEOPLE]


def test_a_doubtful_letter_that_was_not_sent_goes_without_what_was_withdrawn(
    letters: DirectOffice,
) -> None:
    """Guard: recompose reaches whatever may not have left."""
    letters.publish(letters.write("other"))
    letters.mood("letters", "publish", "in doubt")
    evening = letters.tomorrow()
    evening.digest()
    letters.mood("letters", "publish", None)
    evening.withdraw(letters.home / "hello.md")
    evening.resolve(letters.letters("letters")[0].id, None)
    assert letters.texts("letters") == [f"{PEOPLE[0]}: other"]
    evening.resolve(letters.letters("letters")[1].id, "seen")
    assert letters.states("letters")[:3] == ["sent", "sent", "in_doubt"]
    assert len(letters.posts("letters")) == 1


def test_a_list_that_cannot_be_recomposed_stops_no_withdrawal(letters: DirectOffice) -> None:
    """Guard: `except Exception` in recompose.recompose."""
    room = letters.with_tables({**letters.walls, **letters.having(board="Board").walls})
    room.publish(room.home / "hello.md", room.write("other"), backfill=True)
    room.mood("letters", "open", "unavailable")
    evening = room.tomorrow()
    evening.digest()
    report = evening.changed("letters", breaks=True).withdraw(room.home / "hello.md")
    assert room.texts("board") == ["withdrawn: it was not so", "other"]
    assert report.exit_code == 3
    assert evening.withdraw(room.home / "hello.md").exit_code == 0
    room.mood("letters", "open", None)
    evening.digest()
    assert room.texts("letters") == [f"{who}: other" for who in PEOPLE]


def at_moment(verb: str, act: object) -> object:
    """A watcher that acts at one verb."""

    def looks(said: str) -> None:
        if said == verb:
            assert callable(act)
            act(said)

    return looks


def test_a_correction_opens_the_next_digest_and_no_other(letters: DirectOffice) -> None:
    letters.tomorrow().digest()
    letters.tomorrow().correct("hello", "hello again")
    letters.tomorrow().publish(letters.write("other"))
    for days in (2, 3):
        letters.tomorrow(days=days).digest()
    second = letters.texts("letters")[len(PEOPLE) :]
    said = "changed: hello again (it was wrong)\nother"
    assert second == [f"{who}: {said}" for who in PEOPLE]


def test_one_refused_letter_stops_no_other(letters: DirectOffice) -> None:
    letters.mood("letters", f"publish {PEOPLE[1]}", "refused")
    report = letters.tomorrow().digest()
    assert letters.states("letters") == ["sent", "refused", *["sent"] * 5]
    assert (report.exit_code, len(letters.posts("letters"))) == (3, 6)
    letters.tomorrow().digest()
    assert len(letters.posts("letters")) == 6


@pytest.mark.parametrize("mood", ["unavailable", "unexpected"])
def test_a_stream_that_breaks_leaves_the_rest_their_turn(letters: DirectOffice, mood: str) -> None:
    """Guard: Stream._finish: what was pulled is in doubt, the rest is let go."""
    letters.mood("letters", "stream", mood)
    letters.tomorrow().digest()
    window = walls.Letters.window
    rest = ["due"] * (len(PEOPLE) - window)
    assert letters.states("letters") == ["in_doubt"] * window + rest
    assert letters.posts("letters") == []
    letters.mood("letters", "stream", None)
    letters.tomorrow().digest()
    assert letters.texts("letters") == [f"{who}: hello" for who in PEOPLE[window:]]


@pytest.mark.parametrize(
    ("catch_up", "statuses", "letters_each"),
    [
        (CatchUp.MERGE, ["frozen"], ["one\ntwo"]),
        (CatchUp.EACH, ["frozen", "empty", "frozen"], ["one", "two"]),
        (CatchUp.SKIP, ["skipped", "skipped", "frozen"], ["two"]),
    ],
)
def test_windows_that_nobody_closed_are_caught_up_with(
    room: DirectOffice, catch_up: CatchUp, statuses: list[str], letters_each: list[str]
) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("one"))
    room.tomorrow(days=2).publish(room.write("two"))
    room.tomorrow(days=3).digest(catch_up=catch_up)
    assert [window.status for window in room.windows("letters")] == statuses
    assert room.texts("letters") == [f"ann@example.org: {said}" for said in letters_each]
    room.tomorrow(days=3).digest(catch_up=catch_up)
    assert len(room.windows("letters")) == len(statuses)
