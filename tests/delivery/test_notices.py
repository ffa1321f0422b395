"""Who got an article is told at once of its correction or withdrawal: once a person, by one letter.

On both databases, by the operations themselves; two lists, whose digests close at the same hour.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from delivery.test_races import race
from support import walls
from support.deaths import TOMORROW, die_at, kill_during
from support.direct_office import DirectOffice
from syndicate.ledger.schema import channels, letters, notices, runs
from syndicate.report import Report

ANN, BOB, CID, DAN, EVE = (f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve"))
READERS = {"first": [ANN, BOB, EVE], "second": [ANN, CID, DAN]}
NOTED = "changed: b (it was wrong)"
SLUGS = iter(range(1000))


@pytest.fixture
def slug() -> str:
    return f"notice-{next(SLUGS)}"


@pytest.fixture
def out(home: DirectOffice, slug: str) -> DirectOffice:
    """An office whose two lists have carried an article, the evening before."""
    home.order(update(channels).values(retired=True))
    names = {name: f"{name}-{slug}" for name in READERS}
    room = home.having(**dict.fromkeys(names.values(), "Letters"))
    for name, people in READERS.items():
        room.subscribe(names[name], *people)
    room.publish(room.write(slug))
    evening = room.at(TOMORROW)
    evening.digest()
    assert told(evening, slug) == Counter()
    return evening


def told(room: DirectOffice, slug: str) -> Counter[str]:
    """By list and reader, every letter since the article itself.

    That one may open with what readers lack of the articles of earlier tests, which other lists
    of theirs have carried.
    """
    return Counter(
        f"{name.partition('-')[0]} {text}"
        for name in room.walls
        for text in room.texts(name)
        if not text.endswith((f": {slug}", f"\n{slug}"))
    )


def once(*pairs: str) -> Counter[str]:
    return Counter(f"{pair}@example.org: {NOTED}" for pair in pairs)


def notify(room: DirectOffice, slug: str, headline: str = "b", **given: object) -> Report:
    return room.correct(slug, headline, notify_readers=True, **given)


def counts(report: Report) -> dict[str, int]:
    return {
        f"{reach.by} {reach.channel.partition('-')[0]}".strip(): reach.count
        for reach in report.audience
    }


ALL = ("first ann", "first bob", "first eve", "second cid", "second dan")


def test_everybody_is_told_once_by_the_list_that_carried_it_first(
    out: DirectOffice, slug: str
) -> None:
    report = notify(out, slug)
    assert told(out, slug) == once(*ALL)
    assert counts(report) == {"letter first": 3, "letter second": 2}
    for again in (
        partial(notify, out, slug),
        out.tick,
        out.at(TOMORROW + timedelta(days=1)).digest,
    ):
        assert again().exit_code == 0
    assert told(out, slug) == once(*ALL)


def test_who_left_is_told_by_another_list_or_not_at_all(out: DirectOffice, slug: str) -> None:
    first, second = out.walls
    out.unsubscribe(first, ANN)
    out.unsubscribe(first, BOB)
    out.unsubscribe(second, DAN)
    out.subscribe(second, EVE)
    out.unsubscribe(first, EVE)
    out.subscribe(second, "fay@example.org")
    report = notify(out, slug)
    assert told(out, slug) == once("second ann", "second cid", "second eve")
    assert counts(report) == {"letter second": 3, "gone": 2}
    [row] = out.ask(select(notices).where(notices.c.uri.endswith(slug)))
    assert (row.version, row.gone, row.ended_at is None) == (2, 2, False)


def test_a_plan_counts_them_and_writes_nothing(out: DirectOffice, slug: str) -> None:
    first, _ = out.walls
    out.unsubscribe(first, BOB)
    before = out.remembered()
    plan = notify(out, slug, dry_run=True)
    assert counts(plan) == {"letter first": 2, "letter second": 2, "gone": 1}
    assert out.remembered() == before
    assert counts(out.correct(slug, "b")) == {"digest first": 2, "digest second": 2, "gone": 1}


def test_readers_whose_rows_are_counts_are_counted(out: DirectOffice, slug: str) -> None:
    out.order(update(runs).values(ended_at=TOMORROW - timedelta(days=400)))
    with out.office() as office:
        office.ledger.runs.tidy(timedelta(days=90))
    report = notify(out, slug)
    assert told(out, slug) == Counter()
    assert counts(report) == {"tallied": 6, "digest first": 3, "digest second": 2}
    assert report.audience[0].text.startswith("not told at once: who got 6 letters so long ago")


def test_a_second_correction_reaches_each_once_more(out: DirectOffice, slug: str) -> None:
    first, _ = out.walls
    out.mood(first, f"publish {BOB}", "unavailable")  # his first notice does not leave
    notify(out, slug)
    out.mood(first, f"publish {BOB}", None)
    report = out.correct(slug, "c", note="still wrong", notify_readers=True)
    assert report.exit_code == 0
    later = Counter(f"{pair}@example.org: changed: c (still wrong)" for pair in ALL)
    assert told(out, slug) == once(*(pair for pair in ALL if pair != "first bob")) + later
    assert out.tick().exit_code == 0
    assert told(out, slug).total() == 9


@pytest.mark.parametrize("kill", [False, True])
def test_a_withdrawal_is_told_without_its_text(out: DirectOffice, slug: str, kill: bool) -> None:
    out.withdraw(out.home / f"{slug}.md", kill=kill, notify_readers=True)
    texts = {text.partition(": ")[2] for text in told(out, slug)}
    assert texts == {"changed: withdrawn: it was not so"}
    assert told(out, slug).total() == len(ALL)


def test_what_is_asked_for_later_is_told_then(out: DirectOffice, slug: str) -> None:
    out.correct(slug, "b")
    assert told(out, slug) == Counter()
    notify(out, slug)
    assert told(out, slug) == once(*ALL)


def test_a_doubtful_letter_counts_as_one_that_came_and_a_refused_one_does_not(
    out: DirectOffice, slug: str
) -> None:
    numbers = [row.subscriber_id for row in out.letters(next(iter(out.walls)))]
    for number, state in zip(numbers, ("sending", "in_doubt", "refused"), strict=True):
        out.order(update(letters).where(letters.c.subscriber_id == number).values(state=state))
    assert counts(notify(out, slug, dry_run=True)) == {"letter first": 2, "letter second": 2}


def test_a_list_that_cannot_compose_it_is_told_and_tried_again(
    out: DirectOffice, slug: str
) -> None:
    _, second = out.walls
    broken = out.changed(second, breaks=True)
    report = notify(broken, slug)
    assert report.exit_code == 3
    assert any(second in problem and "next tick" in problem for problem in report.problems)
    assert told(out, slug) == once("first ann", "first bob", "first eve")
    out.tick()
    assert told(out, slug) == once(*ALL)


def test_another_machine_tells_the_readers_of_its_list(out: DirectOffice, slug: str) -> None:
    first, second = out.walls
    here = out.with_tables({first: out.walls[first]})
    there = out.with_tables({second: out.walls[second]})
    out.unsubscribe(first, ANN)
    report = notify(here, slug)
    assert counts(report) == {"letter first": 2, "elsewhere": 3}
    there.tick()
    assert told(out, slug) == once(
        "first bob", "first eve", *(f"second {w}" for w in ("ann", "cid", "dan"))
    )


def test_the_same_correction_by_six_machines_is_told_once(out: DirectOffice, slug: str) -> None:
    """Guards: notices' and editions' unique keys, within Ledger.planning."""
    out.write(slug, "b")
    race(out, lambda: notify(out, slug))
    out.tick()
    assert told(out, slug) == once(*ALL)


KILLED = ("before want", "after want", "before commit of planning", "after commit of planning",
          "before claim", "after commit of turn", "before effect", "after effect",
          "before end")  # fmt: skip


@pytest.mark.parametrize("point", KILLED)
def test_a_notice_killed_is_told_to_each_at_most_once(
    out: DirectOffice, slug: str, point: str
) -> None:
    article: Path = out.write(slug, "b")
    act = partial(out.publish, article, note="it was wrong", notify_readers=True)
    kill_during(out, partial(die_at, point, (walls.Letters, "publish")), act)
    under_way = sum(row.state == "sending" for name in out.walls for row in out.letters(name))
    act()
    out.tick()
    found = told(out, slug)
    assert set(found.values()) == {1}
    states = Counter(row.state for name in out.walls for row in out.letters(name))
    assert states == Counter(sent=6 + len(ALL) - under_way, in_doubt=under_way)
    assert found.keys() <= once(*ALL).keys()
