"""The nine laws of the ledger. Each test names the guard whose removal makes it fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, make_url, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from support import walls
from support.children import die, fork, in_child, wait_until
from support.direct_office import DirectOffice
from syndicate.errors import InDoubt, LedgerError, Refused
from syndicate.ledger import Started, Window, open_ledger
from syndicate.ledger.catalogue.digests import DigestLetters
from syndicate.ledger.database import engine
from syndicate.ledger.processes.waits import CLAIM_FOR
from syndicate.ledger.schema import (
    channels,
    deliveries,
    editions,
    holders,
    subscribers,
    subscriptions,
)
from syndicate.ledger.sending import outcomes
from syndicate.ledger.sending.queue import Queue
from syndicate.model.delivery import Receipt
from syndicate.operations.digest import CatchUp, close_due
from syndicate.system.process import Holder
from syndicate.testing import NOON

Patch = pytest.MonkeyPatch


def due(room: DirectOffice) -> Path:
    """An article that is wanted on the wall and has not got there."""
    room.mood("wall", "open", "unavailable")
    article = room.write("hello")
    room.publish(article)
    room.mood("wall", "open", None)
    assert room.states("wall") == ["due"]
    return article


def watch(patch: Patch, verb: str, look: object) -> None:
    """Do something at the moment of an effect."""

    def looks(said: str) -> None:
        if said == verb:
            assert callable(look)
            look()

    patch.setattr(walls, "watchers", [looks])


def later(patch: Patch, wait: timedelta) -> None:
    """Turn the database's clock forward."""
    patch.setattr(Queue, "clock", lambda _queue, db: engine.now(db) + wait)


def impatient(url: str, patch: Patch) -> str:
    """The same ledger for one who does not wait long for a lock."""
    patch.setattr(engine, "BUSY", 100)
    if url.startswith("sqlite"):
        return url
    quick = make_url(url).update_query_dict({"options": "-c lock_timeout=100"})
    return quick.render_as_string(hide_password=False)


# 1: nothing is sent that is not committed as started; nothing is started that was not claimed


def test_an_effect_happens_after_its_start_is_committed(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    """Guard: Queue._start, which writes the attempt and `sending`."""
    room = room.having(wall="Wall")
    seen: list[object] = []
    watch(
        monkeypatch,
        "publish",
        lambda: seen.append((room.states("wall"), room.tries("wall"))),
    )
    room.publish(room.write("hello"))
    assert seen == [(["sending"], ["publish: None"])]


def test_letters_leave_after_their_start_is_committed(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    """Guard: Stream._start_group, which commits before it hands out."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org", "bob@example.org")
    room.publish(room.write("hello"))
    counts: list[int] = []
    watch(monkeypatch, "stream", lambda: counts.append(room.under_way()))
    room.at(NOON + timedelta(days=1)).digest()
    assert counts == [2, 2]


def test_what_was_not_claimed_is_not_started(room: DirectOffice) -> None:
    """Guard: `ours` in Queue._start."""
    room = room.having(wall="Wall")
    due(room)
    row = room.row("wall")
    with room.office() as mine, room.office() as other:
        assert mine.ledger.queue.claim(row.edition_id, row.id, 9) == []  # nothing after it
        assert mine.ledger.queue.start([row.id]) == []
        assert other.ledger.queue.claim(row.edition_id, 0, 9) == [row.id]
        assert mine.ledger.queue.start([row.id]) == []
        assert len(other.ledger.queue.start([row.id])) == 1


# 2: a claim names its holder; a dead one's ends at once, a living one's does not


@pytest.mark.parametrize(
    ("started", "state"), [(False, "due"), (True, "in_doubt")], ids=["claimed", "started"]
)
def test_a_dead_holders_claim_ends_at_once(room: DirectOffice, started: bool, state: str) -> None:
    """Guard: Processes.dead (Holder.proven_dead, on PostgreSQL the advisory lock)."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id

    def hold() -> None:
        with room.office() as office:
            claimed = office.ledger.queue.claim(edition, 0, 1)
            if started:
                office.ledger.queue.start(claimed)
            die()

    in_child(room.url, hold)
    assert room.states("wall") == ["sending" if started else "claimed"]
    with room.office() as office:
        office.ledger.queue.end_dead_claims()
    assert room.states("wall") == [state]


def test_a_living_holders_claim_does_not_end(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: the comparison of starts in Holder.proven_dead; on PostgreSQL Heartbeat."""
    room = room.having(wall="Wall")
    article = room.write("hello")
    go_on = room.home / "go on"

    def slowly() -> None:
        watch(monkeypatch, "publish", lambda: wait_until(go_on.exists))
        room.publish(article)

    other = fork(room.url, slowly)
    wait_until(lambda: (room.home / "ledger.db").exists() or "postgresql" in room.url)
    wait_until(lambda: _is_sending(room))
    report = room.publish(article)
    assert (room.states("wall"), room.posts("wall")) == (["sending"], [])
    assert report.exit_code == 3
    go_on.touch()
    assert other.wait() == 0
    assert (room.states("wall"), room.texts("wall")) == (["settled"], ["hello"])
    assert room.tries("wall") == ["publish: receipt"]


def _is_sending(room: DirectOffice) -> bool:
    try:
        return room.states("wall") == ["sending"]
    except Exception:  # the tables may not be there yet
        return False


@pytest.mark.parametrize(
    ("changes", "dead"),
    [
        ({}, False),
        ({"host": "elsewhere"}, False),
        ({"boot": "an earlier one"}, True),
        ({"started": "1"}, True),
        ({"pid": 2**22 + 1}, True),
        ({"host": "elsewhere", "boot": "another", "pid": 1}, False),
    ],
)
def test_only_a_process_of_this_host_is_proven_dead(changes: dict[str, object], dead: bool) -> None:
    """Guard: the comparisons in Holder.proven_dead, one each."""
    me = Holder.me()
    facts: dict[str, object] = {
        "host": me.host,
        "boot": me.boot,
        "pid": me.pid,
        "started": me.started,
    }
    assert Holder(**{**facts, **changes}).proven_dead() is dead  # type: ignore[arg-type]


def test_another_hosts_claim_ends_only_by_time(sqlite_ledger: str, tmp_path: Path) -> None:
    """Guard: the host in Holder.proven_dead, and `claimed_until` in end_dead_claims."""
    room = DirectOffice(home=tmp_path, url=sqlite_ledger, walls={}).having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as office:
        office.ledger.queue.claim(edition, 0, 1)
    room.order(update(holders).values(host="elsewhere", pid=2**22 + 1))
    for wait, state in ((CLAIM_FOR - timedelta(minutes=1), "claimed"), (CLAIM_FOR, "due")):
        with room.office() as office, pytest.MonkeyPatch.context() as patch:
            later(patch, wait)
            office.ledger.queue.end_dead_claims()
        assert room.states("wall") == [state]


def test_a_claim_that_nobody_ends_ends_by_time(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: `claimed_until` in end_dead_claims."""
    room = room.having(wall="Wall")
    due(room)
    with room.office() as holder, room.office() as other:
        holder.ledger.queue.claim(room.row("wall").edition_id, 0, 1)
        other.ledger.queue.end_dead_claims()
        assert room.states("wall") == ["claimed"]
        later(monkeypatch, CLAIM_FOR + timedelta(seconds=1))
        other.ledger.queue.end_dead_claims()
        assert room.states("wall") == ["due"]


# 3: in doubt: look, or say the very same again, or leave it to a person


@pytest.mark.parametrize("happened", [False, True], ids=["unsaid", "said"])
@pytest.mark.parametrize(
    ("kind", "said_by_us"),
    [("Wall", 0), ("SearchableBoard", 1), ("Slate", 1)],
)
def test_a_doubt_is_settled_by_looking_or_repeating_or_not_at_all(
    room: DirectOffice, kind: str, said_by_us: int, happened: bool
) -> None:
    """Guard: settle_doubt; a blind retry doubles what was said."""
    room = room.having(wall=kind)
    article = doubtful(room, happened)
    for _ in range(2):
        room.publish(article)
    if said_by_us:
        assert (room.texts("wall"), room.states("wall")) == (["hello"], ["settled"])
    else:
        assert (room.texts("wall"), room.states("wall")) == (["hello"] * happened, ["in_doubt"])


def doubtful(room: DirectOffice, happened: bool) -> Path:
    """An article that may or may not have been said."""
    article = room.write("hello")
    is_slate = room.walls["wall"]["kind"] == "support.walls:Slate"
    moment = "published" if happened and not is_slate else "publish"
    room.mood("wall", moment, "in doubt")
    report = room.publish(article)
    room.mood("wall", moment, None)
    assert report.exit_code == 4
    assert room.states("wall") == ["in_doubt"]
    return article


def test_what_is_said_again_is_the_very_same(room: DirectOffice) -> None:
    """Guard: settle_doubt says the attempt's rendition, not the wanted one."""
    room = room.having(wall="Slate")
    doubtful(room, True)
    before = room.row("wall")
    room.mood("wall", "publish", "in doubt")
    room.correct("hello", "hello again")
    row = room.row("wall")
    assert (row.state, row.attempt_id) == ("in_doubt", before.attempt_id)
    room.mood("wall", "publish", None)
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        watch(patch, "publish", lambda: seen.append(room.row("wall").state))
        room.tick()
    assert seen == ["in_doubt"]
    row = room.row("wall")  # a slate cannot be revised: the newer text is refused, the old stands
    assert room.texts("wall") == ["hello"]
    assert (row.says, row.state) == (b"hello", "refused")


def test_nothing_is_repeated_after_its_time(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: _still_repeatable."""
    room = room.having(wall="Slate")
    article = doubtful(room, False)
    later(monkeypatch, timedelta(hours=1, minutes=1))
    room.publish(article)
    assert (room.states("wall"), room.posts("wall")) == (["in_doubt"], [])


def test_not_having_found_it_is_no_proof(room: DirectOffice) -> None:
    """Guard: looked_for leaves a doubt alone whose search fails."""
    room = room.having(wall="SearchableWall")
    article = doubtful(room, True)
    room.mood("wall", "find", "in doubt")
    room.publish(article)
    assert (room.states("wall"), room.texts("wall")) == (["in_doubt"], ["hello"])


# 4: only a publish can be in doubt


@pytest.mark.parametrize(("moment", "mood"), [("revise", "in doubt"), ("revised", "unexpected")])
def test_a_doubtful_revise_is_due_again(
    room: DirectOffice, moment: str, mood: str, monkeypatch: Patch
) -> None:
    """Guard: `attempt.verb is not Verb.PUBLISH` in outcomes._fail."""
    room = room.having(wall="Board")
    room.publish(room.write("hello"))
    room.mood("wall", moment, mood)
    room.correct("hello", "hello again")
    assert room.states("wall") == ["due"]
    room.mood("wall", moment, None)
    room.tick()
    assert room.states("wall") == ["due"]  # not at once
    later(monkeypatch, outcomes.DOUBTFUL_AGAIN_AFTER)
    room.tick()
    assert (room.states("wall"), room.texts("wall")) == (
        ["settled"],
        ["hello again (it was wrong)"],
    )


@pytest.mark.parametrize("verb", ["revise", "remove"])
def test_a_revise_or_removal_that_was_killed_is_due_again(
    room: DirectOffice, verb: str, monkeypatch: Patch
) -> None:
    """Guard: `unsure` in queue.end_claims."""
    room = room.having(wall="Board")
    article = room.write("hello")
    room.publish(article)

    def change() -> None:
        watch(monkeypatch, verb, die)
        if verb == "revise":
            room.correct("hello", "hello again")
        else:
            room.withdraw(article, kill=True)

    in_child(room.url, change)
    assert room.states("wall") == ["sending"]
    room.tick()
    assert room.states("wall") == ["settled"]
    assert room.texts("wall") == (["hello again (it was wrong)"] if verb == "revise" else [])


# 5: a late receipt counts unless a newer attempt began


def test_a_late_receipt_counts(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: outcomes._settle takes it in whatever state the delivery is."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as slow, room.office() as other:
        [attempt] = slow.ledger.queue.start(slow.ledger.queue.claim(edition, 0, 1))
        later(monkeypatch, CLAIM_FOR * 2)
        other.ledger.queue.end_dead_claims()
        assert room.states("wall") == ["in_doubt"]
        slow.ledger.queue.end([(attempt, Receipt(reference="42"))])
    row = room.row("wall")
    assert (row.state, row.reference, row.says) == ("settled", "42", b"hello")


def test_a_late_receipt_counts_for_whoever_claimed_it_meanwhile(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    """Guard: `claimed` in outcomes._settling, and Queue._start reads again what is there."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as slow, room.office() as other:
        [attempt] = slow.ledger.queue.start(slow.ledger.queue.claim(edition, 0, 1))
        later(monkeypatch, CLAIM_FOR * 2)
        other.ledger.queue.end_dead_claims()
        other.ledger.doubts.absent(attempt)
        claimed = other.ledger.queue.claim(edition, 0, 1)
        slow.ledger.queue.end([(attempt, Receipt(reference="42"))])
        assert room.states("wall") == ["claimed"]
        assert other.ledger.queue.start(claimed) == []
    row = room.row("wall")
    assert (row.state, row.reference) == ("settled", "42")


@pytest.mark.parametrize(
    "late",
    [Receipt(reference="42"), Refused("no"), InDoubt("?")],
    ids=["receipt", "refused", "in doubt"],
)
def test_a_late_answer_does_not_count_once_a_newer_attempt_began(
    room: DirectOffice, monkeypatch: Patch, late: Receipt | Refused | None
) -> None:
    """Guard: `newest` in outcomes._fail and outcomes._settling."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as slow, room.office() as other:
        [old] = slow.ledger.queue.start(slow.ledger.queue.claim(edition, 0, 1))
        later(monkeypatch, CLAIM_FOR * 2)
        other.ledger.queue.end_dead_claims()
        other.ledger.doubts.absent(old)
        [new] = other.ledger.queue.start(other.ledger.queue.claim(edition, 0, 1))
        slow.ledger.queue.end([(old, late)])
        row = room.row("wall")
        assert (row.state, row.reference, row.attempt_id) == ("sending", None, new.id)
        other.ledger.queue.end([(new, Receipt(reference="43"))])
    assert room.row("wall").reference == "43"


# 6: before each effect the wanted state is read again


def test_the_newest_wanted_wins_at_the_start(room: DirectOffice) -> None:
    """Guard: Queue._start reads `wanted` itself."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as office:
        claimed = office.ledger.queue.claim(edition, 0, 1)
        room.correct("hello", "hello again")
        [attempt] = office.ledger.queue.start(claimed)
        assert attempt.rendition is not None
        assert attempt.rendition.content == b"hello again (it was wrong)"


@pytest.mark.parametrize(
    ("kind", "kill", "claimed"),
    [
        ("Wall", False, False),
        ("Board", False, True),
        ("Board", True, False),
        ("Board", True, True),
        ("Slate", False, True),
    ],
)
def test_what_is_withdrawn_before_it_was_said_is_never_said(
    room: DirectOffice, kind: str, kill: bool, claimed: bool
) -> None:
    """Guard: plan.step gives what nothing stands for as `replaces`; Queue._start."""
    room = room.having(wall=kind)
    article = due(room)
    with room.office() as office:
        if claimed:
            taken = office.ledger.queue.claim(room.row("wall").edition_id, 0, 1)
        room.mood("wall", "open", "unavailable")
        room.withdraw(article, kill=kill)
        room.mood("wall", "open", None)
        if claimed:
            assert office.ledger.queue.start(taken) == []
    room.tick()
    assert (room.posts("wall"), room.states("wall")) == ([], ["settled"])


@pytest.mark.parametrize("kill", [False, True], ids=["notice", "kill"])
def test_a_withdrawal_overtakes_what_is_being_sent(
    room: DirectOffice, monkeypatch: Patch, kill: bool
) -> None:
    """Guard: outcomes._settle lets it be due again where something else is wanted by now."""
    room = room.having(wall="Board")
    article = room.write("hello")

    def withdraw() -> None:
        monkeypatch.undo()
        room.withdraw(article, kill=kill)

    watch(monkeypatch, "publish", withdraw)
    room.publish(article)
    room.tick()
    assert room.texts("wall") == ([] if kill else ["withdrawn: it was not so"])
    assert room.states("wall") == ["settled"]


# 7: a digest is frozen once


def test_a_window_is_closed_once(room: DirectOffice) -> None:
    """Guard: the unique constraints (channel, key) and (channel, closed_at) of editions."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    with room.office() as office:
        known = office.ledger.known_channels()["letters"]
        first = Window(key="a", opened=NOON, closed=NOON + timedelta(days=1), status="frozen")
        with office.ledger.planning() as catalogue:
            catalogue.windows.close(known.id, first, {})
        for again in (
            Window(key="b", opened=NOON, closed=NOON + timedelta(days=1), status="frozen"),
            Window(key="a", opened=NOON, closed=NOON + timedelta(days=2), status="frozen"),
        ):
            refused = pytest.raises(LedgerError, match=r"(?i)unique")
            with refused, office.ledger.planning() as catalogue:
                catalogue.windows.close(known.id, again, {})
    assert len(room.windows("letters")) == 1


def test_a_digest_may_be_run_as_often_as_one_likes(room: DirectOffice) -> None:
    """Guard: due_windows begins where the last window ended."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    for hours in (1, 24, 25, 26, 48, 49):
        room.at(NOON + timedelta(hours=hours)).digest()
    assert room.texts("letters") == ["ann@example.org: hello"]
    assert [w.status for w in room.windows("letters")] == ["frozen", "empty"]


def test_the_first_window_starts_when_the_channel_was_first_seen(room: DirectOffice) -> None:
    """Guard: `first_seen` in due_windows."""
    room = room.having(wall="Wall", letters="Letters")
    early = room.write("early")
    room.publish(early, channels=["wall"])
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    room.at(NOON + timedelta(days=1)).digest()
    [window] = room.windows("letters")
    assert room.texts("letters") == ["ann@example.org: hello"]
    with room.office() as office:
        assert office.ledger.known_channels()["letters"].first_seen == NOON
    assert str(window.opened_at)[:19] == str(NOON)[:19]


def test_a_freeze_is_all_or_nothing(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: close_due works within one planning transaction."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    tomorrow = room.at(NOON + timedelta(days=1))
    with monkeypatch.context() as patch:
        patch.setattr(DigestLetters, "address_subscribers", lambda *_: 1 // 0)
        assert tomorrow.digest().exit_code == 3
    assert room.windows("letters") == []
    tomorrow.digest()
    assert room.texts("letters") == ["ann@example.org: hello"]


# 8: constraints before ifs; no transaction is open during an effect; nobody waits


@pytest.mark.parametrize("kind", ["Wall", "Letters"])
def test_no_transaction_is_open_during_an_effect(
    room: DirectOffice, kind: str, monkeypatch: Patch
) -> None:
    """Guard: Queue.start and Letters.turn end their transaction before they return."""
    room = room.having(wall=kind)
    if kind == "Letters":
        room.subscribe("wall", "ann@example.org")
    article = room.write("hello")
    seen: list[bool] = []
    watch(monkeypatch, "publish", lambda: seen.append(_can_write(room)))
    room.publish(article)
    room.at(NOON + timedelta(days=1)).digest()
    assert seen == [True]


def _can_write(room: DirectOffice) -> bool:
    """Whether nobody has a transaction open (SQLite: nobody writes)."""
    if room.url.startswith("sqlite"):
        other = create_engine(room.url, connect_args={"timeout": 0, "isolation_level": None})
        try:
            with other.connect() as db:
                db.execute(text("BEGIN IMMEDIATE"))
                db.execute(text("ROLLBACK"))
        except OperationalError:
            return False
        finally:
            other.dispose()
        return True
    busy = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    )
    return bool(room.ask(busy)[0][0] == 0)


def test_claims_do_not_wait_for_what_another_one_holds(
    postgres_ledger: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    """Guard: SKIP LOCKED in Queue.claim."""
    url = impatient(postgres_ledger, monkeypatch)
    room = DirectOffice(home=tmp_path, url=url, walls={}).having(wall="Wall")
    room.mood("wall", "open", "unavailable")
    room.publish(room.write("hello"))
    row = room.row("wall")
    locker = create_engine(url)
    with room.office() as office, locker.connect() as db, db.begin():
        db.execute(deliveries.select().where(deliveries.c.id == row.id).with_for_update())
        assert office.ledger.queue.claim(row.edition_id, 0, 9) == []
    locker.dispose()


def test_who_has_claimed_letters_has_them_alone(room: DirectOffice) -> None:
    """Guard: `taken` in letters._next."""
    room = room.having(letters="Letters")
    room.subscribe("letters", *(f"{name}@example.org" for name in ("ann", "bob", "cid")))
    room.publish(room.write("hello"))
    room.mood("letters", "open", "unavailable")
    room.at(NOON + timedelta(days=1)).digest()
    number = room.letters("letters")[0].edition_id
    mine, other = open_ledger(room.url, NOON), open_ledger(room.url, NOON)
    first, second = mine.letters.claim(number, 2), other.letters.claim(number, 9)
    assert first
    assert second
    people = [*first.people.values(), *second.people.values()]
    assert people == ["ann@example.org", "bob@example.org", "cid@example.org"]
    assert mine.letters.claim(number) is None
    mine.letters.turn(None, [], [], number, [first])
    again = other.letters.claim(number)
    assert again
    assert again.people == first.people
    for ledger in (mine, other):
        ledger.close()


def test_sqlite_writes_ahead_and_to_the_disk(sqlite_ledger: str) -> None:
    """Guard: engine._configure_sqlite."""
    ledger = open_ledger(sqlite_ledger, NOON)
    with ledger.reading() as db:
        pragmas = [
            db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    ledger.close()
    assert pragmas == ["wal", 2, 1]


def test_what_must_be_there_once_cannot_be_there_twice(room: DirectOffice) -> None:
    """Guard: the unique constraints of the schema."""
    room = room.having(wall="Wall", letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    row = room.row("wall")
    with room.office() as office:
        known = office.ledger.known_channels()
    wall, letters = known["wall"], known["letters"]
    [someone] = room.ask(subscribers.select())
    again = {"kind": "x", "target": "x", "first_seen_at": NOON}
    twice = [
        insert(deliveries).values(edition_id=row.edition_id, address="post", state="due"),
        insert(editions).values(channel_id=wall.id, key=row.key),
        insert(channels).values(name="wall", key="other", **again),
        insert(channels).values(name="other", key="wall", **again),
        insert(subscribers).values(email="ann@example.org"),
        insert(subscriptions).values(
            channel_id=letters.id, subscriber_id=someone.id, started_at=NOON
        ),
    ]
    for statement in twice:
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            room.order(statement)


# 9: reading the catalogue and writing a plan share one lock


def test_one_plans_at_a_time(room: DirectOffice, monkeypatch: Patch) -> None:
    """Guard: Ledger.planning (BEGIN IMMEDIATE; the ledger's row FOR NO KEY UPDATE)."""
    open_ledger(room.url, NOON).close()
    url = impatient(room.url, monkeypatch)
    mine, other = open_ledger(url, NOON), open_ledger(url, NOON)
    with mine.planning(), pytest.raises(LedgerError, match="lock"), other.planning():
        pass
    with other.planning(), other.reading():  # and reports never wait
        pass
    mine.close()
    other.close()


def test_who_looked_for_an_older_doubt_says_nothing_of_a_newer_one(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    """Guard: `newest` in Doubts.absent: two ticks look, and one of them has tried it once more."""
    room = room.having(wall="Wall")
    due(room)
    edition = room.row("wall").edition_id
    with room.office() as slow, room.office() as other:
        [old] = slow.ledger.queue.start(slow.ledger.queue.claim(edition, 0, 1))
        slow.ledger.queue.end([(old, InDoubt("?"))])
        other.ledger.doubts.absent(old)
        [new] = other.ledger.queue.start(other.ledger.queue.claim(edition, 0, 1))
        other.ledger.queue.end([(new, InDoubt("?"))])
        slow.ledger.doubts.absent(old)
    row = room.row("wall")
    assert (row.state, row.attempt_id) == ("in_doubt", new.id)


def test_who_looked_for_an_older_letter_says_nothing_of_a_newer_one(room: DirectOffice) -> None:
    """Guard: `tries` in Letters.found."""
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    with room.tomorrow().office() as office:
        with office.ledger.planning() as catalogue:
            [channel] = office.lists
            known = office.remembered(catalogue, channel)
            [closed] = close_due(office, catalogue, channel, known, CatchUp.MERGE)
        letters, edition = office.ledger.letters, closed.number

        def tried() -> tuple[Started, datetime]:
            block = letters.claim(edition)
            assert block is not None
            [begun] = letters.turn(block, [], list(block.people), edition).started
            letters.turn(block, [(begun, InDoubt("?"))], [], edition, [block])
            [(seen, _, since)] = letters.doubts(edition)
            return seen, since

        old, since = tried()
        letters.found(edition, old, None, since)  # whoever is quicker
        tried()
        letters.found(edition, old, None, since)
        letters.hang_up()
    assert room.states("letters") == ["in_doubt"]
