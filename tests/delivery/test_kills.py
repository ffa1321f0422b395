"""Kill the process anywhere and run again at once: nothing is lost, and nothing is doubled.

The points are the steps of one delivery (want, claim, start, effect, end) and every commit, each
before and after. What can be searched or repeated is there exactly once afterwards; what cannot is
there at most once, and listed in doubt where nobody can know.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from sqlalchemy import Connection, Engine, event, update
from sqlalchemy.engine.default import DefaultDialect

from support import postgres, walls
from support.children import die, fork, in_child
from support.direct_office import DirectOffice
from support.onlookers import look_away
from syndicate.ledger import Letters, Queue, open_ledger, opening
from syndicate.ledger.catalogue.deliveries import Deliveries
from syndicate.ledger.catalogue.digests import DigestLetters
from syndicate.ledger.database.engine import connect
from syndicate.ledger.schema import channels
from syndicate.testing import NOON

TOMORROW = NOON + timedelta(days=1)
PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve", "fay", "gus")]
STEPS = ("want", "claim", "start", "effect", "end")
POST_COMMITS = ("planning", "recognise", "advance", "me", "claim", "start", "end")
LETTER_COMMITS = (
    "planning", "tidy", "recognise", "me", "claim", "advance", "turn", "end_dead_claims", "finish"
)  # fmt: skip
SEARCHED, REPEATED, NEITHER = "SearchableWall", "Slate", "Wall"
CHANGING = ("SearchableBoard", "Sheet", "Board")  # the same, and can be changed as well
UNSURE = (NEITHER, "Board")

# it is committed that it is being sent, and not how that ended
DOUBTFUL = ("after commit of start", "before effect", "after effect", "before end", "after end",
            "before commit of end")  # fmt: skip
SAID = ("after effect", "before end", "after end", "before commit of end")


def points(commits: tuple[str, ...]) -> list[str]:
    """Every place to die at, by name."""
    named = [*STEPS, *(f"commit of {name}" for name in commits)]
    return [f"{when} {what}" for what in named for when in ("before", "after")]


warm = cache(connect)


@pytest.fixture(autouse=True)
def warm_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One engine for a ledger's many openings: it has its statements compiled already."""
    monkeypatch.setattr(opening, "connect", warm)


@pytest.fixture(scope="module")
def ledgers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """The URL of one ledger on each database, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def url_of(database: str) -> str:
            url = f"sqlite:///{tmp_path_factory.mktemp('kills') / 'ledger.db'}"
            if database == "postgresql":
                server = request.getfixturevalue("postgres_url")
                url = stack.enter_context(postgres.database(server))
                stack.callback(look_away)
            open_ledger(url, NOON).close()
            return url

        yield url_of


@pytest.fixture(params=["sqlite", "postgresql"])
def one_ledger(request: pytest.FixtureRequest, ledgers: Callable[[str], str]) -> str:
    """One ledger for the whole matrix, each of whose cells has a channel of its own."""
    return ledgers(request.param)


numbers = count()


@pytest.fixture
def home(one_ledger: str, tmp_path: Path) -> DirectOffice:
    """An office on that ledger."""
    return DirectOffice(home=tmp_path, url=one_ledger, walls={})


def own(room: DirectOffice, kind: str) -> tuple[DirectOffice, str, str]:
    """A channel that nobody else uses, and a name for an article; nothing waits for the others."""
    with warm(room.url).begin() as db:
        db.execute(update(channels).values(retired=True))
    number = next(numbers)
    return room.having(**{f"wall{number}": kind}), f"wall{number}", f"story-{number}"


# dying


def die_at(point: str, effect: tuple[type, str], nth: int = 1) -> None:
    """Let this process, a child, end at a point, when it comes there for the nth time."""
    when, _, what = point.partition(" ")
    if what.startswith("commit of "):
        _die_at_commit(when, what.removeprefix("commit of "), nth)
        return
    places: dict[str, tuple[type, str]] = {
        "want": (Deliveries, "want"),
        "claim": (Queue, "claim"),
        "start": (Queue, "_start"),
        "effect": effect,
        "end": (Queue, "_end"),
    }
    if effect[0] is walls.Letters:
        places |= {
            "want": (DigestLetters, "address_subscribers"),
            "claim": (Letters, "claim"),
            "start": (Letters, "_held"),
            "end": (Letters, "_end"),
        }
    owner, name = places[what]
    names = (name, "want_new") if (owner, name) == (Deliveries, "want") else (name,)
    for name in names:  # what stands nowhere yet is wanted by a method of its own
        setattr(owner, name, _deadly(getattr(owner, name), when, nth))


def _deadly(method: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = count(1)

    def dies(*args: Any) -> Any:
        last = next(calls) == nth
        if last and when == "before":
            die()
        result = method(*args)
        if last:
            die()
        return result

    return dies


def _die_at_commit(when: str, whose: str, nth: int) -> None:
    commits = each_commit()
    calls = count(1)

    def strike(moment: str, name: str) -> None:
        if name == whose and moment == when and next(calls) == nth:
            die()

    commits.append(strike)


def each_commit() -> list[Callable[[str, str], None]]:
    """Callbacks for (before or after, whose) of every commit that writes, from now on."""
    looking: list[Callable[[str, str], None]] = []
    coming: list[str] = []

    def comes(db: Connection) -> None:
        coming.append("" if db.get_execution_options().get("reads") else _whose())

    commit: Callable[..., None] = DefaultDialect.do_commit

    def commits(dialect: DefaultDialect, connection: Any) -> None:
        name = coming.pop() if coming else _whose()  # without an event: a bare transaction
        for moment in ("before", "after"):
            if moment == "after":
                commit(dialect, connection)
            for look in looking if name else ():
                look(moment, name)

    event.listen(Engine, "commit", comes)
    DefaultDialect.do_commit = commits  # type: ignore[method-assign]
    return looking


def _whose() -> str:
    """The ledger's method that is about to commit."""
    frame = sys._getframe(1)
    while "syndicate/ledger" not in frame.f_code.co_filename or "engine.py" in (
        frame.f_code.co_filename
    ):
        assert frame.f_back is not None
        frame = frame.f_back
    return frame.f_code.co_name


def killed(room: DirectOffice, arm: Callable[[], None], act: Callable[[], object]) -> None:
    """Do something in a child that does not survive it."""

    def life() -> None:
        arm()
        act()

    assert in_child(room.url, life) == -signal.SIGKILL


# posts


def commits_of(room: DirectOffice, act: Callable[[], object]) -> list[str]:
    """Whose commits there are, in order, as a child of ours sees them."""
    told = room.home / "commits"

    def tells(moment: str, name: str) -> None:
        if moment == "before":
            with told.open("a") as file:
                print(name, file=file)

    def listens() -> None:
        each_commit().append(tells)
        act()

    assert in_child(room.url, listens) == 0
    return told.read_text().split()


def test_every_commit_of_a_post_is_a_point(home: DirectOffice) -> None:
    room, _, slug = own(home, "Wall")
    article = room.write(slug)
    names = commits_of(room, lambda: room.publish(article))
    assert names == [*POST_COMMITS, "claim"]  # once more: there is nothing left


def test_every_commit_of_a_letter_is_a_point(home: DirectOffice) -> None:
    room, name, slug = own(home, "Letters")
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
    room, name, slug = own(home, kind)
    article = room.write(slug)
    effect = (getattr(walls, kind), "publish")
    killed(room, partial(die_at, point, effect), lambda: room.publish(article))
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
    room, name, slug = own(home, kind)
    article = room.write(slug)
    room.publish(article)
    if verb == "remove":
        act: Callable[[], object] = partial(room.withdraw, article, kill=True)
    else:
        act = partial(room.correct, slug, "another")
    killed(room, partial(die_at, point, (getattr(walls, kind), verb)), act)
    assert room.states(name) == ["sending"]
    act()
    assert room.states(name) == ["settled"]
    assert room.texts(name) == ([] if verb == "remove" else ["another (it was wrong)"])


# letters


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
    room, name, slug = own(home, "Letters")
    room.subscribe(name, *PEOPLE)
    room.publish(room.write(slug))
    evening = room.at(TOMORROW)
    killed(room, partial(die_at, point, (walls.Letters, "publish"), 2),
           partial(evening.digest, sample=5))  # fmt: skip
    evening.digest()
    evening.tick()
    assert sum(row.state != "due" for row in room.letters(name)) <= 5
    assert {row.state for row in room.letters(name)} <= {"sent", "in_doubt", "due"}
    evening.digest(resume=True)
    assert "due" not in {row.state for row in room.letters(name)}


def _letters_killed(home: DirectOffice, kind: str, point: str, nth: int) -> None:
    room, name, slug = own(home, kind)
    room.subscribe(name, *PEOPLE)
    room.publish(room.write(slug))
    evening = room.at(TOMORROW)
    arm = partial(die_at, point, (walls.Letters, "publish"), nth)
    killed(room, arm, evening.digest)
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


# at random


@dataclass
class Told:
    """What an article's readers should find."""

    slug: str
    uri: str
    day: int
    revision: int = 1
    withdrawn: bool = False
    carried: bool = False  # a digest has closed over it

    @property
    def text(self) -> str:
        if self.withdrawn:
            return "withdrawn: it was not so"
        note = " (it was wrong)" if self.revision > 1 else ""
        return f"{self.slug} v{self.revision}{note}"


class Story:
    """Publishes, corrects, withdraws and sends digests as chance has it, and knows what is due."""

    def __init__(self, home: DirectOffice, seed: int) -> None:
        self.chance = random.Random(seed)
        self.prefix = f"random{next(numbers)}"
        kinds = ("Sheet", "SearchableBoard", "Slate", "Wall", "Letters")
        self.room = home.having(**{f"{self.prefix}{kind}".lower(): kind for kind in kinds})
        self.sheet, self.board, self.slate, self.wall, self.letters = self.room.walls
        self.told: list[Told] = []
        self.day = 0
        self.room.subscribe(self.letters, *PEOPLE)

    def next(self) -> Callable[[], object]:
        """Something to do, which may be done again."""
        standing = [one for one in self.told if not one.withdrawn]
        kind = self.chance.choice(["publish", "correct", "correct", "withdraw", "digest"])
        if kind == "digest":
            return self._digest()
        if kind == "publish" or not standing:
            return self._publish()
        return getattr(self, f"_{kind}")(self.chance.choice(standing))  # type: ignore[no-any-return]

    def _now(self) -> DirectOffice:
        return self.room.at(NOON + timedelta(days=self.day))

    def _publish(self) -> Callable[[], object]:
        slug = f"{self.prefix}-{len(self.told):03}"
        article = self.room.write(slug, f"{slug} v1")
        self.told.append(Told(slug, f"tag:example.org,2026-08-14:{slug}", self.day))
        return partial(self._now().publish, article)

    def _correct(self, one: Told) -> Callable[[], object]:
        one.revision += 1
        return partial(self._now().correct, one.slug, f"{one.slug} v{one.revision}")

    def _withdraw(self, one: Told) -> Callable[[], object]:
        one.withdrawn = True
        return partial(self._now().withdraw, self.room.home / f"{one.slug}.md")

    def _digest(self) -> Callable[[], object]:
        self.day += 1
        for one in self.told:
            one.carried = one.carried or not one.withdrawn
        return self._now().digest

    # what must be true at the end

    def check(self) -> None:
        self._check_posts(self.board, {one.text for one in self.told if not one.withdrawn})
        self._check_posts(self.slate, None)
        self._check_wall()
        self._check_sheet()
        self._check_letters()

    def _check_posts(self, name: str, standing: set[str] | None) -> None:
        """Nothing is lost and nothing is there twice; what can be changed is as it should be."""
        posts = self.room.posts(name)
        assert len(posts) == len({post.key for post in posts}) == len(self.told)
        assert set(self.room.states(name)) <= {"settled", "refused"}
        if standing is not None:
            texts = {post.text for post in posts}
            assert texts - {"withdrawn: it was not so"} == standing
            assert set(self.room.states(name)) == {"settled"}

    def _check_wall(self) -> None:
        posts, rows = self.room.posts(self.wall), self.room.rows(self.wall)
        assert len(posts) == len({post.key for post in posts})
        assert len(rows) == len(self.told)
        assert {row.state for row in rows} <= {"settled", "refused", "in_doubt"}
        said = sum(row.says is not None for row in rows)
        unsure = sum(row.state == "in_doubt" for row in rows)
        assert said + unsure == len(rows)
        assert said <= len(posts) <= said + unsure

    def _check_sheet(self) -> None:
        newest = self.told[: -walls.Sheet.items - 1 : -1]
        assert self.room.texts(self.sheet) == ["\n".join(one.text for one in newest)]
        assert self.room.states(self.sheet) == ["settled"]

    def _check_letters(self) -> None:
        posts, rows = self.room.posts(self.letters), self.room.letters(self.letters)
        letters = Counter(post.key for post in posts)
        assert not letters or max(letters.values()) == 1
        assert {row.state for row in rows} <= {"sent", "in_doubt"}
        sent = sum(row.state == "sent" for row in rows)
        assert sent <= len(posts) <= len(rows)
        frozen = {row.edition_id: row.says.decode() for row in rows if row.says}
        for one in self.told:
            lines = "\n".join(frozen.values()).split("\n")
            news = [line for line in lines if line.startswith(f"{one.slug} v")]
            assert len(news) == one.carried
        windows = self.room.windows(self.letters)
        assert len(windows) == self.day
        frozen_windows = sum(window.status == "frozen" for window in windows)
        assert len(rows) == frozen_windows * len(PEOPLE)


@pytest.mark.parametrize(
    ("one_ledger", "kills"),
    [("sqlite", 14), ("postgresql", 6)],
    indirect=["one_ledger"],
)
def test_kills_at_random_moments(home: DirectOffice, kills: int) -> None:
    _killed_at_random(home, kills, seed=20260814)


@pytest.mark.soak
def test_two_hundred_kills_at_random_moments(home: DirectOffice) -> None:
    _killed_at_random(home, 200, seed=1)


def _killed_at_random(home: DirectOffice, kills: int, seed: int) -> None:
    story = Story(home, seed)
    began = time.monotonic()
    story.next()()
    takes = time.monotonic() - began
    survived = 0
    for _ in range(kills):
        act = story.next()
        child = fork(story.room.url, act)
        time.sleep(story.chance.uniform(0, takes))
        survived += child.kill() == 0
        act()
    assert survived < kills
    story.check()
