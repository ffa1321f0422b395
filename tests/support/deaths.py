"""Points of a delivery at which a process can be killed, and an office whose processes are."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, update
from sqlalchemy.engine.default import DefaultDialect

from support import postgres, walls
from support.children import die, in_child
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
    """Return every place to die at, by name."""
    named = [*STEPS, *(f"commit of {name}" for name in commits)]
    return [f"{when} {what}" for what in named for when in ("before", "after")]


warm = cache(connect)


@pytest.fixture
def warm_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep one engine for a ledger's many openings: it has its statements compiled already."""
    monkeypatch.setattr(opening, "connect", warm)


@pytest.fixture(scope="module")
def ledgers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """Return the URL of one ledger on each database, made when it is first asked for."""
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
    """Return one ledger for the whole matrix, each of whose cells has a channel of its own."""
    return ledgers(request.param)


numbers = count()


@pytest.fixture
def home(warm_engines: None, one_ledger: str, tmp_path: Path) -> DirectOffice:
    """Return an office on that ledger."""
    return DirectOffice(home=tmp_path, url=one_ledger, walls={})


def with_own_channel(room: DirectOffice, kind: str) -> tuple[DirectOffice, str, str]:
    """Return an office with a channel of its own, its name, and a name for an article."""
    with warm(room.url).begin() as db:
        db.execute(update(channels).values(retired=True))
    number = next(numbers)
    return room.having(**{f"wall{number}": kind}), f"wall{number}", f"story-{number}"


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
        setattr(owner, name, deadly(getattr(owner, name), when, nth))


def deadly(method: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = count(1)

    def dies(*args: Any, **given: Any) -> Any:
        last = next(calls) == nth
        if last and when == "before":
            die()
        result = method(*args, **given)
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
    """Return the callbacks for (before or after, whose) of every commit that writes from now on."""
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
    """Return the ledger's method that is about to commit."""
    frame = sys._getframe(1)
    while "syndicate/ledger" not in frame.f_code.co_filename or "engine.py" in (
        frame.f_code.co_filename
    ):
        assert frame.f_back is not None
        frame = frame.f_back
    return frame.f_code.co_name


def kill_during(room: DirectOffice, arm: Callable[[], None], act: Callable[[], object]) -> None:
    """Do something in a child that does not survive it."""

    def life() -> None:
        arm()
        act()

    assert in_child(room.url, life) == -signal.SIGKILL
