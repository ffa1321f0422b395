"""What two machines write at once: neither fails, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from syndicate.errors import Bounced
from syndicate.ledger import Joiner, Joining, Ledger, ReaderRequest, ReadLetter, open_ledger
from syndicate.ledger.people.replies import JOIN
from syndicate.ledger.people.strangers import MOST_TO_ONE
from syndicate.ledger.schema import disowned, editions, forgotten, letters, strangers
from syndicate.ledger.sending.letter_outcomes import Started
from syndicate.ledger.sending.runs import freeze, letter_counts, replace_stencil
from syndicate.model.delivery import Receipt, Rendition

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
MANY = 300
PEOPLE = [Joiner(email=f"p{number:03}@pembaca.example") for number in range(MANY)]
LETTER = Rendition(address="", media_type="message/rfc822", content=b"Kabar")
T = TypeVar("T")


@pytest.fixture(
    params=[pytest.param("sqlite_ledger", marks=pytest.mark.soak), "postgres_ledger"],
    ids=["sqlite", "postgresql"],
)
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh ledger; on SQLite, which has one writer at a time, by `make soak`."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def two(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """One ledger with two lists, opened by two machines."""
    first, second = (open_ledger(ledger_url, NOW) for _ in range(2))
    with first.planning() as catalogue:
        for name in ("harian", "pekanan"):
            catalogue.channels.register(name, "email", "list", NOW)
    for one in (first, second):
        one.processes.me()
    yield first, second
    first.close()
    second.close()


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do these at the same time; what any of them raises is raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], T]) -> T:
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return [one.result() for one in [threads.submit(do, deed) for deed in deeds]]


def _done(deed: Callable[..., object], *given: object) -> None:
    deed(*given)


def test_two_imports_of_the_same_people_add_each_once(two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    found = at_once(
        lambda: one.lists.add(1, PEOPLE, NOW), lambda: other.lists.add(1, PEOPLE[::-1], NOW)
    )
    assert one.lists.count(1) == MANY
    for how, back in zip(found[0], found[1][::-1], strict=True):
        assert {how, back} == {Joining.ADDED, Joining.KNOWN}


def test_two_imports_to_two_lists_wait_for_each_other_in_no_ring(
    two: tuple[Ledger, Ledger],
) -> None:
    one, other = two
    at_once(lambda: one.lists.add(1, PEOPLE, NOW), lambda: other.lists.add(2, PEOPLE[::-1], NOW))
    assert (one.lists.count(1), one.lists.count(2)) == (MANY, MANY)


def test_who_is_forgotten_twice_at_once_is_forgotten(two: tuple[Ledger, Ledger]) -> None:
    one = two[0]
    one.lists.add(1, PEOPLE[:20], NOW)
    for joiner in PEOPLE[:20]:
        at_once(*(partial(ledger.privacy.forget, joiner.email) for ledger in two))
    assert one.lists.count(1) == 0
    with one.reading() as db:
        assert db.scalar(select(func.count()).select_from(forgotten)) == 20


def test_who_is_forgotten_while_an_import_adds_them_is_on_no_list(
    two: tuple[Ledger, Ledger],
) -> None:
    one, other = two
    for joiner in PEOPLE[:20]:
        one.lists.add(1, [joiner], NOW)
        at_once(
            partial(_done, one.privacy.forget, joiner.email),
            partial(_done, other.lists.add, 2, [joiner], NOW),
        )
    assert (one.lists.count(1), one.lists.count(2)) == (0, 0)


def test_two_people_disown_the_same_entries_at_once(two: tuple[Ledger, Ledger]) -> None:
    uris = [f"tag:kantor.example,2026:{number}" for number in range(MANY)]
    one, other = two
    at_once(lambda: one.generations.disown(uris), lambda: other.generations.disown(uris[::-1]))
    with one.reading() as db:
        assert db.scalar(select(func.count()).select_from(disowned)) == MANY


def test_two_machines_remember_the_same_letters_of_an_inbox(two: tuple[Ledger, Ledger]) -> None:
    lying = [ReadLetter(key=f"{number}", for_a_person=True) for number in range(MANY)]
    one, other = two
    for _ in range(3):
        at_once(
            lambda: one.read_letters.remember("here", lying),
            lambda: other.read_letters.remember("here", lying[::-1]),
            lambda: other.read_letters.still_there("here"),
        )
    assert len(one.read_letters.known("here")) == MANY


def test_a_stranger_s_measure_holds_for_all_machines_together(two: tuple[Ledger, Ledger]) -> None:
    def ask(ledger: Ledger, number: int) -> None:
        email = f"ani+{number}@pembaca.example"
        with ledger.replies.once(f"{number}", NOW) as db:
            assert db is not None
            if ledger.strangers.may_get(db, 1, JOIN, email, NOW):
                wish = ReaderRequest(channel=1, wants=JOIN, email=email, at=NOW)
                assert ledger.replies.ask(db, wish)
                ledger.strangers.note(db, 1, JOIN, email, NOW)

    at_once(*(partial(ask, two[number % 2], number) for number in range(4)))
    with two[0].reading() as db:
        assert db.scalar(select(func.count()).select_from(strangers)) == MOST_TO_ONE


def test_one_machine_takes_a_letter_and_the_other_one_waits_and_finds_it_read(
    two: tuple[Ledger, Ledger],
) -> None:
    def take(ledger: Ledger) -> bool:
        with ledger.replies.once("surat", NOW) as db:
            return db is not None

    assert sorted(at_once(lambda: take(two[0]), lambda: take(two[1]))) == [False, True]


def frozen(ledger: Ledger, channel: int) -> int:
    """A digest with a letter for everybody on a list."""
    with ledger.planning() as catalogue:
        key = f"{channel}"
        values = {"channel_id": channel, "key": key, "closed_at": NOW, "status": "frozen"}
        number = catalogue.db.execute(editions.insert().values(**values)).inserted_primary_key
        assert number is not None
        freeze(catalogue.db, number[0], channel, LETTER)
        return int(number[0])


@pytest.mark.soak
def test_letters_of_two_lists_that_bounce_off_the_same_readers_end_in_no_ring(
    two: tuple[Ledger, Ledger],
) -> None:
    for channel in (1, 2):
        two[0].lists.add(channel, PEOPLE, NOW)
    both = [frozen(two[0], channel) for channel in (1, 2)]

    deeds = []
    for ledger, edition, step in zip(two, both, (1, -1), strict=True):
        block = ledger.letters.claim(edition)
        assert block is not None
        begun = ledger.letters.turn(block, [], list(block.people), edition).started
        ended = [(letter, Bounced("no such reader", "5.1.1")) for letter in begun[::step]]
        deeds.append(partial(ledger.letters.turn, block, ended, [], edition, [block]))
    at_once(*deeds)
    for ledger in two:
        ledger.letters.hang_up()
    with two[0].reading() as db:
        refused = select(func.count()).where(letters.c.state == "refused")
        assert db.scalar(refused) == 2 * MANY
    assert (two[0].lists.count(1), two[0].lists.count(2)) == (0, 0)


def test_a_withdrawal_while_letters_are_started_waits_in_no_ring(
    two: tuple[Ledger, Ledger],
) -> None:
    two[0].lists.add(1, PEOPLE, NOW)
    edition = frozen(two[0], 1)

    def send(ledger: Ledger) -> None:
        block = ledger.letters.claim(edition)
        ended: list[tuple[Started, Receipt]] = []
        todo = list(block.people)[::-1] if block else []
        while block and todo:
            group, todo = todo[:7], todo[7:]
            turn = ledger.letters.turn(block, ended, group, edition)
            ended = [(letter, Receipt(reference="250")) for letter in turn.started]
            if turn.over:
                break
        if block:
            ledger.letters.turn(block, ended, [], edition, [block])
        ledger.letters.hang_up()

    def withdraw() -> None:
        with two[1].planning() as catalogue:
            replace_stencil(catalogue.db, edition, None)

    at_once(lambda: send(two[0]), withdraw)
    with two[0].reading() as db:
        assert set(letter_counts(db, edition)) <= {"sent", "off"}
