"""Who left is told once, whichever database remembers it, and may come back once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.ledger import Joiner, Joining, Ledger, open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people.goodbyes import ClosedReturn
from syndicate.ledger.people.lists import COMPLAINED, LEFT, REMOVED, close_way_back, record_bounce

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger with two lists; Ani is on both, Budi on the first."""
    opened = open_ledger(ledger_url, NOW)
    with opened.planning() as catalogue:
        for name in ("harian", "pekanan"):
            catalogue.channels.register(name, "email", "list", NOW)
    opened.lists.add(1, [Joiner(email=ANI), Joiner(email=BUDI)], NOW)
    opened.lists.add(2, [Joiner(email=ANI)], NOW)
    opened.processes.me()  # before several threads ask
    yield opened
    opened.close()


def leave(ledger: Ledger, subscriber: int = 1, channel: int | None = None) -> int:
    with transaction(ledger.engine) as db:
        return ledger.goodbyes.unsubscribe(db, subscriber, NOW, channel=channel)


def test_what_somebody_left_at_once_is_one_letter(ledger: Ledger) -> None:
    assert leave(ledger) == 2
    assert leave(ledger) == 0
    [letter] = ledger.goodbyes.due(NOW)
    assert [(one.channel, one.email, one.at) for one in letter] == [(1, ANI, NOW), (2, ANI, NOW)]


def test_one_process_says_it_and_no_other(ledger: Ledger) -> None:
    leave(ledger)
    [letter] = ledger.goodbyes.due(NOW)
    with ThreadPoolExecutor(4) as threads:
        begun = list(threads.map(lambda _: ledger.goodbyes.begin(letter), range(4)))
    assert sorted(begun) == [False, False, False, True]
    assert ledger.goodbyes.due(NOW) == []
    ledger.goodbyes.end(letter, over=False, why="later")
    assert ledger.goodbyes.due(NOW) == [letter]
    assert ledger.goodbyes.begin(letter)
    ledger.goodbyes.end(letter, over=True)
    assert ledger.goodbyes.due(NOW) == []


def test_two_clicks_at_once_are_one_leaving(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as threads:
        ended = list(threads.map(lambda _: leave(ledger, channel=1), range(4)))
    assert sorted(ended) == [0, 0, 0, 1]


def test_two_ways_back_at_once_are_one_subscription(ledger: Ledger) -> None:
    leave(ledger, channel=1)
    [[one]] = ledger.goodbyes.due(NOW)
    token = ledger.goodbyes.token(one, "harian")
    with ThreadPoolExecutor(4) as threads:
        back = list(threads.map(lambda _: ledger.goodbyes.restore(token, NOW), range(4)))
    assert sum(found is not None for found in back) == 1
    assert [one.ended for one in ledger.lists.of(ANI) if one.list_name == "harian"] == [NOW, None]
    assert ledger.goodbyes.due(NOW) == []


def test_a_way_back_of_one_list_is_none_to_another(ledger: Ledger) -> None:
    leave(ledger)
    [[one, _]] = ledger.goodbyes.due(NOW)
    assert ledger.goodbyes.restore(ledger.goodbyes.token(one, "pekanan"), NOW) is None
    assert ledger.goodbyes.restore(ledger.goodbyes.token(one, "harian"), NOW) is not None


def test_a_way_back_ends_after_a_month_and_is_forgotten(ledger: Ledger) -> None:
    leave(ledger, channel=1)
    [[one]] = ledger.goodbyes.due(NOW)
    month = NOW + timedelta(days=30)
    assert ledger.goodbyes.restore(ledger.goodbyes.token(one, "harian"), month) is None
    assert ledger.goodbyes.due(NOW + timedelta(days=7)) == []


def close(ledger: Ledger, why: str = COMPLAINED, channel: int | None = None) -> None:
    with transaction(ledger.engine) as db:
        close_way_back(db, [1], why, channel=channel)


def test_a_way_back_that_is_closed_says_why(ledger: Ledger) -> None:
    leave(ledger)
    [[one, other]] = ledger.goodbyes.due(NOW)
    close(ledger, REMOVED, channel=1)
    assert ledger.goodbyes.due(NOW) == [(other,)]
    close(ledger)
    assert ledger.goodbyes.due(NOW) == []
    for leaving, name in ((one, "harian"), (other, "pekanan")):
        token = ledger.goodbyes.token(leaving, name)
        assert ledger.goodbyes.restore(token, NOW) == ClosedReturn(COMPLAINED)
    assert ledger.lists.count(1) == 1


@pytest.mark.parametrize("over", [True, False], ids=["sent or in doubt", "put off"])
def test_a_complaint_while_a_goodbye_is_sent_ends_the_way_back_and_it(
    ledger: Ledger, over: bool
) -> None:
    leave(ledger)
    [letter] = ledger.goodbyes.due(NOW)
    assert ledger.goodbyes.begin(letter)
    close(ledger)
    ledger.goodbyes.end(letter, over=over)
    assert ledger.goodbyes.due(NOW) == []
    token = ledger.goodbyes.token(letter[0], "harian")
    assert ledger.goodbyes.restore(token, NOW) == ClosedReturn(COMPLAINED)


def test_an_import_while_a_goodbye_is_sent_lets_nobody_try_it_again(ledger: Ledger) -> None:
    leave(ledger, channel=1)
    [letter] = ledger.goodbyes.due(NOW)
    assert ledger.goodbyes.begin(letter)
    ledger.lists.add(1, [Joiner(email=ANI, ended=LEFT)], NOW)
    ledger.goodbyes.end(letter, over=False, why="put off")
    assert ledger.goodbyes.due(NOW) == []
    assert ledger.goodbyes.restore(ledger.goodbyes.token(letter[0], "harian"), NOW) is not None


@pytest.mark.parametrize("ended", ["complained", "bounced", "bounced 550 5.1.1"])
def test_an_import_that_says_more_than_that_they_left_closes_every_way_back(
    ledger: Ledger, ended: str
) -> None:
    leave(ledger)
    [letter] = ledger.goodbyes.due(NOW)
    ledger.lists.add(1, [Joiner(email=ANI, ended=ended), Joiner(email=BUDI, ended=LEFT)], NOW)
    assert ledger.goodbyes.due(NOW) == []
    back = ledger.goodbyes.restore(ledger.goodbyes.token(letter[1], "pekanan"), NOW)
    assert back == ClosedReturn(ended.split()[0])


def test_what_an_import_says_of_the_time_before_somebody_came_back_closes_nothing(
    ledger: Ledger,
) -> None:
    leave(ledger, channel=2)
    before = NOW - timedelta(days=1)
    gone = Joiner(email=ANI, ended="bounced", ended_at=before)
    assert ledger.lists.add(1, [gone], NOW) == [Joining.KEPT]
    assert len(ledger.goodbyes.due(NOW)) == 1


def test_who_came_back_otherwise_and_left_again_is_told_of_the_last_time_alone(
    ledger: Ledger,
) -> None:
    leave(ledger, channel=1)
    later = NOW + timedelta(hours=1)
    ledger.lists.add(1, [Joiner(email=ANI)], later, again=True)
    with transaction(ledger.engine) as db:
        ledger.goodbyes.unsubscribe(db, 1, later, channel=1)
    [[one]] = ledger.goodbyes.due(later)
    assert one.at == later


def test_a_goodbye_after_a_closed_way_back_is_a_new_one(ledger: Ledger) -> None:
    leave(ledger, channel=1)
    close(ledger)
    ledger.lists.add(1, [Joiner(email=ANI)], NOW, again=True)
    leave(ledger, channel=1)
    [[one]] = ledger.goodbyes.due(NOW)
    assert ledger.goodbyes.restore(ledger.goodbyes.token(one, "harian"), NOW) is not None


@pytest.mark.parametrize(("code", "due"), [("5.1.1", 0), ("5.1.10", 0), ("4.2.2", 1)])
def test_a_final_bounce_alone_silences_a_goodbye(ledger: Ledger, code: str, due: int) -> None:
    leave(ledger)
    with transaction(ledger.engine) as db:
        assert not record_bounce(db, 1, code, NOW)
    assert len(ledger.goodbyes.due(NOW)) == due


def test_who_leaves_while_the_office_removes_them_hears_nothing(ledger: Ledger) -> None:
    with ThreadPoolExecutor(2) as threads:
        clicked = threads.submit(ledger.goodbyes.end_one, 1, 1, NOW)
        removed = threads.submit(ledger.lists.end, 1, ANI, LEFT, NOW)
        assert clicked.result() != removed.result()
    assert ledger.goodbyes.due(NOW) == []


def test_a_restored_ledger_opens_no_way_back_that_was_closed(ledger: Ledger) -> None:
    leave(ledger)
    [[one, _]] = ledger.goodbyes.due(NOW)
    close(ledger)
    ledger.doubt_since_backup(NOW, letters_sent=True)
    token = ledger.goodbyes.token(one, "harian")
    assert ledger.goodbyes.restore(token, NOW) == ClosedReturn(COMPLAINED)


def test_who_is_forgotten_leaves_no_goodbye(ledger: Ledger) -> None:
    leave(ledger)
    assert [one["list"] for one in (ledger.privacy.person(ANI) or {})["goodbyes"]] == [
        "harian", "pekanan",
    ]  # fmt: skip
    assert ledger.privacy.forget(ANI).known
    assert ledger.goodbyes.due(NOW) == []


def test_an_import_that_says_who_left_ends_their_subscription(ledger: Ledger) -> None:
    before, after = NOW - timedelta(days=1), NOW + timedelta(days=1)
    people = [
        Joiner(email=ANI, ended=LEFT, ended_at=before), Joiner(email=BUDI, ended=LEFT),
        Joiner(email="cici@pembaca.example", ended="bounced"),
        Joiner(email="cici@pembaca.example"),
    ]  # fmt: skip
    assert ledger.lists.add(1, people, after) == [
        Joining.KEPT, Joining.ENDED, Joining.LEFT, Joining.LEFT,
    ]  # fmt: skip
    assert [one.email for one in ledger.lists.on(1)] == [ANI]
    gone = Joiner(email=ANI, ended=LEFT, ended_at=after)
    assert ledger.lists.add(1, [gone], after) == [Joining.ENDED]
    assert ledger.goodbyes.due(after) == []
