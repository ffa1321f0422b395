"""What goes wrong at a destination: it waits, it is refused, and it never stops the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.direct_office import DirectOffice
from syndicate.ledger.database import engine
from syndicate.ledger.sending.queue import Queue
from syndicate.operations.digest import DigestRequest, digest
from syndicate.operations.tick import tick

Patch = pytest.MonkeyPatch


def later(patch: Patch, seconds: float) -> None:
    """Turn the database's clock forward."""
    wait = timedelta(seconds=seconds)
    patch.setattr(Queue, "clock", lambda _queue, db: engine.now(db) + wait)


@pytest.mark.parametrize("moment", ["open", "publish"])
def test_what_is_put_off_is_not_tried_before_its_time(
    room: DirectOffice, moment: str, monkeypatch: Patch
) -> None:
    """Guard: `ready` in Queue.work and Queue.claim."""
    room = room.having(wall="Wall")
    article = room.write("hello")
    room.mood("wall", moment, "later")  # in 600 seconds
    report = room.publish(article)
    assert (room.states("wall"), report.exit_code) == (["due"], 3)
    [why] = [line.why for line in report.lines]
    assert why.startswith("the wall is busy; it is tried again from ")
    room.mood("wall", moment, None)
    tried = room.tries("wall")
    for seconds in (0, 580):
        later(monkeypatch, seconds)
        room.publish(article)
        room.tick()
    assert (room.posts("wall"), room.tries("wall")) == ([], tried)
    later(monkeypatch, 601)
    room.tick()
    assert (room.texts("wall"), room.states("wall")) == (["hello"], ["settled"])


@pytest.mark.parametrize("mood", ["refused", "unexpected"])
def test_a_channel_that_does_not_open_stops_no_other(room: DirectOffice, mood: str) -> None:
    """Guard: `except Exception` in run_job."""
    room = room.having(a="Wall", b="Wall", c="Sheet")
    article = room.write("hello")
    room.mood("a", "open", mood)
    report = room.publish(article)
    assert (room.posts("a"), room.texts("b"), room.texts("c")) == ([], ["hello"], ["hello"])
    assert (room.states("a"), room.tries("a"), report.exit_code) == (["due"], [], 3)
    room.mood("a", "open", None)
    report = room.publish(article)
    assert (room.texts("a"), room.states("a"), report.exit_code) == (["hello"], ["settled"], 0)
    assert (room.texts("b"), room.texts("c")) == (["hello"], ["hello"])


def test_a_channel_that_cannot_even_say_it_stops_no_other(room: DirectOffice) -> None:
    """Guard: `except Exception` in channels._channel_plan."""
    room = room.having(a="Wall", b="Wall").changed("a", breaks=True)
    article = room.write("hello")
    report = room.publish(article)
    assert (room.posts("a"), room.texts("b"), report.exit_code) == ([], ["hello"], 3)
    assert report.problems == ["a: cannot compose it: ZeroDivisionError('nothing to say it with')"]
    report = room.changed("a", breaks=False).publish(article)
    assert (room.texts("a"), room.texts("b"), report.exit_code) == (["hello"], ["hello"], 0)


def test_a_digest_that_cannot_be_said_stops_no_other(room: DirectOffice) -> None:
    """Guard: digest closes each list for itself."""
    room = room.having(a="Letters", b="Letters")
    for name in ("a", "b"):
        room.subscribe(name, "ann@example.org")
    room.publish(room.write("hello"))
    evening = room.tomorrow()
    report = evening.changed("a", breaks=True).digest()
    assert (room.posts("a"), room.texts("b")) == ([], ["ann@example.org: hello"])
    assert (room.windows("a"), report.exit_code) == ([], 3)
    evening.digest()
    assert room.texts("a") == room.texts("b") == ["ann@example.org: hello"]


@pytest.mark.parametrize(
    ("mood", "state", "code"),
    [
        ("refused", "refused", 3),
        ("unavailable", "due", 3),
        ("in doubt", "in_doubt", 4),
        ("unexpected", "in_doubt", 4),
    ],
)
def test_an_effect_that_fails_stops_no_other(
    room: DirectOffice, mood: str, state: str, code: int
) -> None:
    """Guard: attempted turns whatever was raised into a result."""
    room = room.having(a="Wall", b="Wall")
    room.mood("a", "publish", mood)
    report = room.publish(room.write("hello"))
    assert (room.states("a"), room.states("b"), report.exit_code) == ([state], ["settled"], code)


def test_a_search_that_fails_leaves_the_doubt(room: DirectOffice) -> None:
    """Guard: `except Exception` in looked_for."""
    room = room.having(a="SearchableWall", b="Wall")
    article = room.write("hello")
    room.mood("a", "published", "unexpected")
    room.publish(article)
    room.mood("a", "published", None)
    room.mood("a", "find", "unexpected")
    assert room.publish(article).exit_code == 4
    assert (room.states("a"), room.texts("a")) == (["in_doubt"], ["hello"])
    assert room.publish(article, room.write("next")).exit_code == 4
    assert (room.states("a"), room.texts("a")) == (["in_doubt", "settled"], ["hello", "next"])
    room.mood("a", "find", None)
    assert room.publish(article).exit_code == 0
    assert (room.states("a"), room.texts("a")) == (["settled"] * 2, ["hello", "next"])


def test_a_kill_falls_back_to_the_notice_where_removal_is_refused(room: DirectOffice) -> None:
    """Guard: `fallback` in outcomes._instead."""
    room = room.having(wall="Board")
    article = room.write("hello")
    room.publish(article)
    room.mood("wall", "remove", "refused")
    report = room.withdraw(article, kill=True)
    assert room.texts("wall") == ["withdrawn: it was not so"]
    assert (room.states("wall"), report.exit_code) == (["settled"], 0)
    assert room.tries("wall") == ["publish: receipt", "remove: refused", "revise: receipt"]
    room.withdraw(article, kill=True)
    assert room.texts("wall") == ["withdrawn: it was not so"]


def test_what_cannot_be_changed_is_refused_and_kept(room: DirectOffice) -> None:
    room = room.having(wall="Wall")
    room.publish(room.write("hello"))
    for _ in range(2):
        report = room.correct("hello", "hello again")
        assert report.exit_code == 3
    assert (room.texts("wall"), room.states("wall")) == (["hello"], ["refused"])


def test_running_again_changes_nothing(room: DirectOffice) -> None:
    room = room.having(a="Wall", b="Slate", c="Board", d="Sheet")
    article = room.write("hello")
    for _ in range(3):
        assert room.publish(article).exit_code == 0
    for name in room.walls:
        assert room.texts(name) == ["hello"]
        assert room.tries(name) == ["publish: receipt"]


def test_whoever_is_asked_to_stop_ends_between_two_effects(room: DirectOffice) -> None:
    room = room.having(a="Wall")
    article = room.write("hello")
    with room.office() as office:
        office.stopping = lambda: True
        room.publish_in(office, article)
    assert (room.posts("a"), room.states("a")) == ([], ["due"])
    assert room.publish(article).exit_code == 0
    assert room.texts("a") == ["hello"]


def test_a_command_that_is_told_to_end_begins_nothing_and_says_that_something_waits(
    room: DirectOffice,
) -> None:
    room = room.having(wall="Wall", letters="Letters")
    room.subscribe("letters", "ann@example.org")
    article = room.write("hello")
    room.mood("wall", "open", "later")
    room.publish(article)
    room.mood("wall", "open", None)
    evening = room.tomorrow(2)
    for act in (tick, lambda office: digest(office, DigestRequest())):
        with evening.office() as office:
            office.stopping = lambda: True
            report = act(office)
        assert report.exit_code == 3
        assert any("stopped" in problem for problem in report.problems)
    assert (room.posts("wall"), room.posts("letters")) == ([], [])
