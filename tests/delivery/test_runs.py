"""A digest's run: put off, refused, stopped, sampled, paced, resolved as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from support import walls
from support.direct_office import DirectOffice
from syndicate.errors import Bounced, Deferred, DeliveryError, InDoubt, Unavailable, UsageError
from syndicate.ledger.schema import channels, runs, subscribers
from syndicate.ledger.schema import letters as rows
from syndicate.ledger.sending.backoff import MOST_TRIES, back_off
from syndicate.model.delivery import Delivery, Receipt
from syndicate.model.rate import Rate, Tolerance, rates, tolerance
from syndicate.operations import resolve as settle
from syndicate.operations.resolve import Answer
from syndicate.operations.status import Speed, mailings, speed
from syndicate.report import Report

PEOPLE = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan", "eve", "fay", "gus")]


@pytest.fixture
def letters(room: DirectOffice) -> DirectOffice:
    """A list of seven people, whose digest is due."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *PEOPLE)
    room.publish(room.write("hello"))
    return room.tomorrow()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, DeliveryError]:
    """What a recipient's mail system answers, by address; whoever is not here gets the letter."""
    said: dict[str, DeliveryError] = {}
    publish = walls.Letters.publish

    def publishes(self: walls.Letters, delivery: Delivery) -> Receipt:
        assert delivery.recipient
        if error := said.get(delivery.recipient.email):
            raise error
        return publish(self, delivery)

    monkeypatch.setattr(walls.Letters, "publish", publishes)
    return said


def let_pauses_end(room: DirectOffice) -> None:
    room.order(update(rows).values(not_before=None))
    room.order(update(runs).values(not_before=None))


def test_who_is_put_off_waits_longer_each_time_and_two_days_at_most(
    letters: DirectOffice, answers: dict[str, DeliveryError]
) -> None:
    answers[PEOPLE[0]] = Deferred("greylisted", "450 4.7.1")
    for tries in range(1, MOST_TRIES + 1):
        report = letters.digest()
        row = letters.letters("letters")[0]
        assert (row.tries, row.code, report.exit_code) == (tries, "450 4.7.1", 3)
        assert row.state == ("due" if tries < MOST_TRIES else "refused")
        assert letters.digest().exit_code == (3 if tries < MOST_TRIES else 0)  # not before its time
        assert letters.letters("letters")[0].tries == tries
        let_pauses_end(letters)
    assert letters.states("letters") == ["refused"] + ["sent"] * 6
    waits = [back_off(tries) for tries in range(1, MOST_TRIES)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=5)
    assert timedelta(days=1, hours=12) < sum(waits, timedelta(0)) < timedelta(days=3)


def test_a_refusal_is_booked_with_its_code_and_counted(
    letters: DirectOffice, answers: dict[str, DeliveryError]
) -> None:
    answers[PEOPLE[1]] = Bounced("no such user", "550 5.1.1")
    assert letters.digest().exit_code == 3
    row = letters.letters("letters")[1]
    assert (row.state, row.code, row.why) == ("refused", "550 5.1.1", "no such user")
    bob = letters.ask(subscribers.select().order_by(subscribers.c.id))[1]
    assert (bob.email, bob.bounces, bob.bounce) == (PEOPLE[1], 1, "550 5.1.1")
    assert letters.digest().exit_code == 0


def test_a_refused_letter_can_be_sent_once_more(
    letters: DirectOffice, answers: dict[str, DeliveryError]
) -> None:
    answers[PEOPLE[1]] = Bounced("no such user", "550 5.1.1")
    letters.digest()
    answers.clear()
    letters.resolve(letters.letters("letters")[1].id, None)
    assert letters.states("letters") == ["sent"] * 7


def test_a_run_stops_by_itself_where_too_many_are_refused(
    letters: DirectOffice, answers: dict[str, DeliveryError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: Stream._count."""
    monkeypatch.setattr(walls.Letters, "failures", Tolerance(20, 5))
    answers |= {who: Bounced("no such user", "550 5.1.1") for who in PEOPLE[:2]}
    report = letters.digest()
    assert report.exit_code == 3
    assert "2 of the first 2 letters were refused" in str(report.lines)
    assert letters.posts("letters") == [] or len(letters.posts("letters")) < 5
    before = len(letters.posts("letters"))
    letters.tick()
    assert len(letters.posts("letters")) == before
    assert letters.digest(resume=True).exit_code == 3  # those who were refused
    assert len(letters.posts("letters")) == 5


def test_a_sample_leaves_the_rest_until_somebody_says_so(letters: DirectOffice) -> None:
    report = letters.digest(sample=2)
    assert len(letters.posts("letters")) == 2
    assert "--resume" in str(report.lines)
    letters.tick()
    assert len(letters.posts("letters")) == 2
    assert letters.digest(resume=True).exit_code == 0
    assert len(letters.posts("letters")) == 7


def whole(room: DirectOffice, answer: Answer) -> Report:
    number = room.letters("letters")[0].edition_id
    with room.office() as office:
        return settle.resolve_letters(office, number, answer)


@pytest.mark.parametrize(("answer", "more"), [(Answer.SENT, 0), (Answer.NOT_SENT, 7)])
def test_all_doubts_of_a_digest_are_settled_at_once(
    letters: DirectOffice, answer: Answer, more: int
) -> None:
    letters.mood("letters", "published", "in doubt")
    assert letters.digest().exit_code == 4
    letters.mood("letters", "published", None)
    assert letters.states("letters") == ["in_doubt"] * 7
    before = [post.key for post in letters.posts("letters")]
    assert whole(letters, answer).exit_code == 0
    after = [post.key for post in letters.posts("letters")]
    assert after[: len(before)] == before
    assert sorted(after[len(before) :]) == sorted(before)[:more]  # the same Message-IDs
    assert letters.states("letters") == ["sent"] * 7
    with pytest.raises(UsageError, match="no letter of"):
        whole(letters, answer)


def test_doubts_are_said_again_where_the_list_says_so(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: `resend_in_doubt` in letters."""
    letters.mood("letters", "published", "in doubt")
    letters.digest()
    letters.mood("letters", "published", None)
    assert letters.tick().exit_code == 4
    monkeypatch.setattr(walls.Letters, "resend_in_doubt", True)
    assert letters.tick().exit_code == 0
    assert letters.states("letters") == ["sent"] * 7
    assert len({post.key for post in letters.posts("letters")}) == 7


def test_a_relay_that_asks_for_a_pause_gets_it_and_the_run_goes_on(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: _send_all waits where something has left already."""
    publish_all = walls.Letters.publish_all
    pauses = [Unavailable("not so fast", 0.01), Unavailable("not so fast", 0.01)]

    def tires(self: walls.Letters, deliveries: object) -> object:
        for number, outcome in enumerate(publish_all(self, deliveries)):  # type: ignore[arg-type]
            yield outcome
            if number == 1 and pauses:
                raise pauses.pop()

    monkeypatch.setattr(walls.Letters, "publish_all", tires)
    report = letters.digest()
    assert pauses == []
    assert report.exit_code == 4  # what the wall had pulled, and said nothing of
    done = letters.states("letters")
    assert set(done) == {"sent", "in_doubt"}
    assert done.count("in_doubt") == 2 + 1


def test_a_rate_is_kept_by_whoever_sends(room: DirectOffice) -> None:
    room = room.having(letters="Letters")
    with room.office() as office, office.ledger.planning() as catalogue:
        channel = office.remembered(catalogue, office.channels[0]).id
    with room.office() as one, room.office() as other:
        a, b = one.ledger.pace, other.ledger.pace
        slow = rates("5/second")
        assert a.grant(channel, 9, slow)[0] == 5
        granted, wait = b.grant(channel, 9, slow)
        assert granted == 0
        assert 0 < wait <= 1
    with room.office() as one:
        room_left = rates("7/day")
        one.ledger.pace.pause(channel, 0)
        let_turns_begin(room)
        assert one.ledger.pace.grant(channel, 5, room_left)[0] == 5
        assert one.ledger.pace.grant(channel, 5, room_left)[0] == 2
        granted, wait = one.ledger.pace.grant(channel, 5, room_left)
        assert granted == 0
        assert timedelta(hours=23).total_seconds() < wait <= timedelta(days=1).total_seconds() + 60


def let_turns_begin(room: DirectOffice) -> None:
    room.order(update(channels).values(next_at=None))


def test_what_a_rate_leaves_for_later_waits_for_it(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls.Letters, "rate", (Rate(4, 86400),))
    report = letters.digest()
    assert len(letters.posts("letters")) == 4
    assert report.exit_code == 3
    assert "4/day" in str(report)
    letters.tick()
    assert len(letters.posts("letters")) == 4
    monkeypatch.setattr(walls.Letters, "rate", ())
    let_pauses_end(letters)
    assert letters.tick().exit_code == 0
    assert len(letters.posts("letters")) == 7


@pytest.mark.parametrize(
    ("read", "text"),
    [(rates, "fast"), (rates, "0/second"), (rates, "5/fortnight"), (tolerance, "10%"),
     (tolerance, "101% of 5"), (tolerance, "5% of 0")],
)  # fmt: skip
def test_a_wrong_rate_is_no_rate(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        read(text)


def test_rates_and_tolerances_read_as_they_are_written() -> None:
    assert rates("14/second, 50000/day") == (Rate(14, 1), Rate(50000, 86400))
    assert [str(rate) for rate in rates("14 / Second,50000/day")] == ["14/second", "50000/day"]
    assert rates("") == ()
    assert tolerance("10 % of 200") == Tolerance(10, 200)
    assert str(tolerance("10% of 200")) == "10% of 200"
    assert tolerance("") is None


def test_a_pause_makes_no_sample_larger(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: Stream._claimed lives as long as the run."""
    tire(monkeypatch, after=1, error=Unavailable("not so fast", 0.01))
    letters.digest(sample=4)
    states = letters.states("letters")
    assert len(letters.posts("letters")) == states.count("sent") == 4 - states.count("in_doubt")
    assert states.count("due") == 3


@pytest.mark.parametrize("error", [KeyError("surprise"), InDoubt("who knows")])
def test_a_channel_that_breaks_says_so(
    letters: DirectOffice, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tire(monkeypatch, after=1, error=error)
    report = letters.digest()
    assert report.exit_code != 0
    assert str(error) in str(report.lines)


def test_what_keeps_one_digest_is_not_said_of_another_that_is_over(letters: DirectOffice) -> None:
    letters.digest()
    [run] = letters.ask(runs.select())
    with letters.office() as office:
        office.ledger.runs.postpone(run.edition_id, "the relay is gone", None)
    [run] = letters.ask(runs.select())
    assert run.why == ""


def tire(monkeypatch: pytest.MonkeyPatch, *, after: int, error: Exception) -> None:
    """Have the list break once, after so many letters."""
    publish_all, errors = walls.Letters.publish_all, [error]

    def tires(self: walls.Letters, deliveries: object) -> object:
        for number, outcome in enumerate(publish_all(self, deliveries), 1):  # type: ignore[arg-type]
            yield outcome
            if number == after and errors:
                raise errors.pop()

    monkeypatch.setattr(walls.Letters, "publish_all", tires)


def test_a_run_that_rests_has_no_time_left(letters: DirectOffice) -> None:
    letters.digest(sample=2)
    with letters.office() as office:
        [resting] = mailings(office, ["letters"])
        assert speed(resting) == Speed()
        office.ledger.runs.resume(resting.edition)
        [going] = mailings(office, ["letters"])
        assert speed(going).left
