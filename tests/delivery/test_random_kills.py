"""Kill the process at random moments of a story of publications, corrections and digests."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from support import walls
from support.children import fork
from support.deaths import PEOPLE, numbers
from support.direct_office import DirectOffice
from syndicate.testing import NOON


@dataclass
class Told:
    """Article as its readers should find it."""

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
    """Random publications, corrections, withdrawals and digests, and what is due after them."""

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
        """Return something to do, which may be done again."""
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
