"""Kill the process anywhere and run again at once: nothing is lost, and nothing is doubled.

The points are the steps of one delivery (want, claim, start, effect, end) and every commit, each
before and after. What can be searched or repeated is there exactly once afterwards; what cannot is
there at most once, and listed in doubt where nobody can know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from _pytest.mark import ParameterSet

from support import walls
from support.children import in_child
from support.deaths import (
    CHANGING,
    DOUBTFUL,
    LETTER_COMMITS,
    NEITHER,
    PEOPLE,
    POST_COMMITS,
    REPEATED,
    SAID,
    SEARCHED,
    TOMORROW,
    UNSURE,
    die_at,
    each_commit,
    kill_during,
    points,
    with_own_channel,
)
from support.direct_office import DirectOffice


def commits_of(room: DirectOffice, act: Callable[[], object]) -> list[str]:
    """Return the names of the commits, in order, as a child of ours sees them."""
    listing = room.home / "commits"

    def tells(moment: str, name: str) -> None:
        if moment == "before":
            with listing.open("a") as file:
                print(name, file=file)

    def listens() -> None:
        each_commit().append(tells)
        act()

    assert in_child(room.url, listens) == 0
    return listing.read_text().split()


def test_every_commit_of_a_post_is_a_point(home: DirectOffice) -> None:
    room, _, slug = with_own_channel(home, "Wall")
    article = room.write(slug)
    names = commits_of(room, lambda: room.publish(article))
    assert names == [*POST_COMMITS, "claim"]  # once more: there is nothing left


def test_every_commit_of_a_letter_is_a_point(home: DirectOffice) -> None:
    room, name, slug = with_own_channel(home, "Letters")
    room.subscribe(name, *PEOPLE)
    room.publish(room.write(slug))
    names = commits_of(room, room.at(TOMORROW).digest)
    assert list(dict.fromkeys(names)) == list(LETTER_COMMITS)


def cells() -> Iterator[ParameterSet]:
    """Every database, kind and point; `make test` leaves some of PostgreSQL's to `make soak`."""
    for database in ("sqlite", "postgresql"):
        for kind in (SEARCHED, REPEATED, NEITHER, *CHANGING):
            for point in points(POST_COMMITS):
                easy = database == "sqlite" or (kind == NEITHER and point in DOUBTFUL)
                marks = [] if easy and kind not in CHANGING else [pytest.mark.soak]
                yield pytest.param(database, kind, point, marks=marks)


@pytest.mark.parametrize(("one_ledger", "kind", "point"), list(cells()), indirect=["one_ledger"])
def test_a_post_killed(home: DirectOffice, kind: str, point: str) -> None:
    _post_killed(home, kind, point)


def _post_killed(home: DirectOffice, kind: str, point: str) -> None:
    room, name, slug = with_own_channel(home, kind)
    article = room.write(slug)
    effect = (getattr(walls, kind), "publish")
    kill_during(room, partial(die_at, point, effect), lambda: room.publish(article))
    was = room.states(name)
    assert (was == ["sending"]) == (point in DOUBTFUL)

    report = room.publish(article)

    if kind in UNSURE and point in DOUBTFUL:
        assert room.states(name) == ["in_doubt"]
        assert room.texts(name) == [slug] * (point in SAID)
        assert report.exit_code == 4
        [line] = report.lines
        assert line.resolve.startswith(f"syndicate resolve {room.row(name).id} --sent")
    else:
        assert (room.states(name), room.texts(name)) == (["settled"], [slug])
        assert report.exit_code == 0
        row = room.row(name)
        assert row.says == row.should_say == slug.encode()


@pytest.mark.parametrize("point", DOUBTFUL)
@pytest.mark.parametrize(
    ("one_ledger", "kind", "verb"),
    [
        ("sqlite", "Board", "revise"),
        ("sqlite", "Board", "remove"),
        ("sqlite", "Sheet", "revise"),
        ("postgresql", "Board", "revise"),
        pytest.param("postgresql", "Board", "remove", marks=pytest.mark.soak),
        pytest.param("postgresql", "Sheet", "revise", marks=pytest.mark.soak),
    ],
    indirect=["one_ledger"],
)
def test_a_change_killed_is_made_after_all(
    home: DirectOffice, kind: str, verb: str, point: str
) -> None:
    room, name, slug = with_own_channel(home, kind)
    article = room.write(slug)
    room.publish(article)
    if verb == "remove":
        act: Callable[[], object] = partial(room.withdraw, article, kill=True)
    else:
        act = partial(room.correct, slug, "another")
    kill_during(room, partial(die_at, point, (getattr(walls, kind), verb)), act)
    assert room.states(name) == ["sending"]
    act()
    assert room.states(name) == ["settled"]
    assert room.texts(name) == ([] if verb == "remove" else ["another (it was wrong)"])


def letter_points() -> Iterator[ParameterSet]:
    """Every place to die at; what happens for each letter or group, in mid-run as well."""
    for database in ("sqlite", "postgresql"):
        for point in points(LETTER_COMMITS):
            often = point.split()[-1] in ("start", "effect", "end", "turn")
            easy = database == "sqlite" or not often
            yield pytest.param(database, point, 1, marks=[] if easy else [pytest.mark.soak])
            if often:
                marks = [] if database == "sqlite" else [pytest.mark.soak]
                yield pytest.param(database, point, 4, marks=marks)


@pytest.mark.parametrize(
    ("one_ledger", "point", "nth"), list(letter_points()), indirect=["one_ledger"]
)
def test_letters_killed(home: DirectOffice, point: str, nth: int) -> None:
    _letters_killed(home, "Letters", point, nth)


@pytest.mark.parametrize("point", ["before effect", "after effect", "after end"])
def test_searchable_letters_killed(home: DirectOffice, point: str) -> None:
    _letters_killed(home, "SearchableLetters", point, 3)


@pytest.mark.parametrize("point", ["before effect", "after effect", "after end"])
def test_a_sample_killed_is_no_more_than_a_sample(home: DirectOffice, point: str) -> None:
    room, name, slug = with_own_channel(home, "Letters")
    room.subscribe(name, *PEOPLE)
    room.publish(room.write(slug))
    evening = room.at(TOMORROW)
    kill_during(room, partial(die_at, point, (walls.Letters, "publish"), 2),
           partial(evening.digest, sample=5))  # fmt: skip
    evening.digest()
    evening.tick()
    assert sum(row.state != "due" for row in room.letters(name)) <= 5
    assert {row.state for row in room.letters(name)} <= {"sent", "in_doubt", "due"}
    evening.digest(resume=True)
    assert "due" not in {row.state for row in room.letters(name)}


def _letters_killed(home: DirectOffice, kind: str, point: str, nth: int) -> None:
    room, name, slug = with_own_channel(home, kind)
    room.subscribe(name, *PEOPLE)
    room.publish(room.write(slug))
    evening = room.at(TOMORROW)
    arm = partial(die_at, point, (walls.Letters, "publish"), nth)
    kill_during(room, arm, evening.digest)
    under_way = {row.id for row in room.letters(name) if row.state == "sending"}
    assert len(under_way) <= walls.Letters.window

    report = evening.digest()

    [window] = room.windows(name)
    rows = room.letters(name)
    letters = Counter(post.key for post in room.posts(name))
    assert (window.status, len(rows)) == ("frozen", len(PEOPLE))
    assert max(letters.values()) == 1
    if kind == "SearchableLetters":
        under_way = set()
    assert {row.id for row in rows if row.state == "in_doubt"} == under_way
    assert sum(row.state == "sent" for row in rows) == len(PEOPLE) - len(under_way)
    told = set(room.texts(name))
    sent = [PEOPLE[n] for n, row in enumerate(rows) if row.state == "sent"]
    assert {f"{who}: {slug}" for who in sent} <= told
    assert report.exit_code == (4 if under_way else 0)
