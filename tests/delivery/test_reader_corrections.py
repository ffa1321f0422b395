"""Each reader's next digest tells of the corrections that they lack: of what they got, once."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from support.direct_office import DirectOffice
from syndicate.ledger import Catalogue
from syndicate.ledger.reports.books import imbalances
from syndicate.ledger.schema import articles, letters, runs, variants
from syndicate.ledger.sending.runs import write_some
from syndicate.operations import digest_composition
from syndicate.operations.digest import CatchUp

ANN, BEN, CAT, DAN = (f"{name}@example.org" for name in ("ann", "ben", "cat", "dan"))
TOLD = "changed: hello 2 (it was wrong)"


@pytest.fixture
def read(room: DirectOffice) -> DirectOffice:
    """A list whose article Ann, Cat and Dan got, and another list beside it."""
    room = room.having(letters="Letters", other="PickyLetters")
    room = room.changed("other", not_about="hello")
    room.subscribe("letters", ANN, CAT, DAN)
    room.publish(room.write("hello"))
    room.tomorrow().digest(names=["letters"])
    return room.tomorrow()


def got(room: DirectOffice, name: str, reader: str) -> list[str]:
    """What a list's letters to a reader say, the oldest first."""
    return [text.partition(": ")[2] for text in room.texts(name) if text.startswith(reader)]


def let_pauses_end(room: DirectOffice) -> None:
    room.order(update(letters).values(not_before=None))
    room.order(update(runs).values(not_before=None))


def settled(room: DirectOffice) -> None:
    """See that the books balance, and nobody has two letters of one digest."""
    with room.office() as office, office.ledger.reading() as db:
        assert imbalances(db) == []
    digest = func.coalesce(variants.c.digest_id, letters.c.edition_id).label("digest")
    whose = select(letters.c.subscriber_id, digest).outerjoin(
        variants, variants.c.edition_id == letters.c.edition_id
    )
    digests = Counter((row.subscriber_id, row.digest) for row in room.ask(whose))
    assert set(digests.values()) == {1}


def test_who_came_later_is_not_told_of_what_they_never_got(read: DirectOffice) -> None:
    read.subscribe("letters", BEN)
    read.correct("hello", "hello 2")
    read.publish(read.write("again"))
    report = read.tomorrow(2).digest(names=["letters"])
    assert got(read, "letters", ANN)[1:] == [f"{TOLD}\nagain"]
    assert got(read, "letters", BEN) == ["again"]
    frozen = [line for line in report.lines if line.action == "frozen"]
    assert [line.why for line in frozen] == [
        "1 new, 1 corrected or withdrawn, 3 letters", "1 new, 0 corrected or withdrawn, 1 letter"
    ]  # fmt: skip
    assert frozen[1].about == f"{frozen[0].about}~2"
    settled(read)


def test_a_digest_of_corrections_alone_goes_to_those_who_got_the_article(
    read: DirectOffice,
) -> None:
    read.subscribe("letters", BEN)
    read.correct("hello", "hello 2")
    read.tomorrow(2).digest()
    assert got(read, "letters", ANN)[1:] == [TOLD]
    assert got(read, "letters", BEN) == []
    settled(read)


@pytest.mark.parametrize("only_corrections", [False, True])
def test_who_missed_a_digest_is_told_by_the_next_one(
    read: DirectOffice, only_corrections: bool
) -> None:
    read.correct("hello", "hello 2")
    if not only_corrections:
        read.publish(read.write("again"))
    read.mood("letters", f"publish {CAT}", "refused")
    day = read.tomorrow(2)
    day.digest()
    read.mood("letters", f"publish {CAT}", None)
    for number, missing in ((2, [TOLD]), (3, [])):
        day.publish(day.write(f"more-{number}"))
        day = read.tomorrow(number + 1)
        day.digest()
        assert got(read, "letters", CAT)[-1] == "\n".join([*missing, f"more-{number}"])
        assert got(read, "letters", ANN)[-1] == f"more-{number}"
    settled(read)


def test_another_list_tells_whom_the_first_one_no_longer_reaches(read: DirectOffice) -> None:
    read.subscribe("other", CAT, BEN)
    read.unsubscribe("letters", CAT)
    read.correct("hello", "hello 2")
    read.tomorrow(2).digest(names=["other"])
    assert got(read, "other", CAT) == [TOLD]
    assert got(read, "other", BEN) == []


def test_who_is_on_two_lists_is_told_by_one(read: DirectOffice) -> None:
    read.subscribe("other", ANN)
    read.correct("hello", "hello 2")
    read.publish(read.write("again"))
    read.tomorrow(2).digest(names=["letters"])
    read.tomorrow(2).digest(names=["other"])
    assert got(read, "letters", ANN)[-1] == f"{TOLD}\nagain"
    assert got(read, "other", ANN) == ["again"]
    read.correct("hello", "hello 3", note="it was wrong twice")
    read.tomorrow(3).digest(names=["other"])
    read.tomorrow(3).digest(names=["letters"])
    assert got(read, "other", ANN)[1:] == ["changed: hello 3 (it was wrong twice)"]
    assert got(read, "letters", ANN)[2:] == []
    assert got(read, "letters", CAT)[2:] == ["changed: hello 3 (it was wrong twice)"]


def test_a_later_letter_counts_more_than_one_whose_readers_are_only_counted(
    room: DirectOffice,
) -> None:
    """Guard: the order of terms in had_version."""
    room = room.having(letters="Letters", other="Letters")
    room.subscribe("letters", ANN)
    room.subscribe("other", CAT)
    room.publish(room.write("hello"))
    day = room.tomorrow()
    day.digest(names=["letters"])
    with room.tomorrow(2).office() as office:
        office.ledger.runs.tidy(timedelta(0))
    day.digest(names=["other"])
    day.correct("hello", "hello 2")
    told = [_to_tell(day)]
    day = room.tomorrow(2)
    day.digest(names=["letters"])
    assert [*told, _to_tell(day)] == [{"letters": 1, "other": 1}, {"letters": 0, "other": 1}]


def _to_tell(room: DirectOffice) -> dict[str, int]:
    """How many readers each list has to tell of a correction."""
    with room.office() as office, office.ledger.reading() as db:
        catalogue = Catalogue(db)
        [uri] = db.scalars(select(articles.c.uri))
        return {
            known.name: catalogue.corrections.counted(known.id, [uri]).get(uri, 0)
            for known in catalogue.channels.all()
        }


def test_a_letter_that_left_with_the_corrected_words_needs_no_correction(
    room: DirectOffice,
) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", ANN, CAT)
    room.publish(room.write("hello"))
    room.mood("letters", f"publish {CAT}", "later")
    day = room.tomorrow()
    day.digest()
    day.correct("hello", "hello 2")
    room.mood("letters", f"publish {CAT}", None)
    let_pauses_end(room)
    day.digest()
    day.publish(day.write("again"))
    room.tomorrow(2).digest()
    assert got(room, "letters", CAT) == ["hello 2 (it was wrong)", "again"]
    assert got(room, "letters", ANN) == ["hello", f"{TOLD}\nagain"]


def test_an_old_letter_that_is_tried_again_is_followed_by_its_correction(
    read: DirectOffice,
) -> None:
    read.subscribe("letters", BEN)
    read.publish(read.write("first"))
    read.mood("letters", f"publish {BEN}", "refused")
    day = read.tomorrow(2)
    day.digest()
    read.mood("letters", f"publish {BEN}", None)
    day.correct("first", "first 2")
    day.publish(day.write("again"))
    day = read.tomorrow(3)
    day.digest()
    assert got(read, "letters", BEN) == ["again"]
    with day.office() as office:
        edition = day.windows("letters")[1].id
        office.ledger.runs.settle(edition, "sent", of="refused")
    day.publish(day.write("more"))
    read.tomorrow(4).digest()
    assert got(read, "letters", BEN)[1:] == ["changed: first 2 (it was wrong)\nmore"]
    assert got(read, "letters", ANN)[-1] == "more"


def test_what_was_held_when_it_was_to_be_told_is_told_when_it_is_released(
    read: DirectOffice,
) -> None:
    read.correct("hello", "hello 2")
    read.publish(read.write("again"))
    read.mood("letters", f"publish {CAT}", "later")
    day = read.tomorrow(2)
    day.digest()
    day.hold(read.home / "hello.md")
    read.mood("letters", f"publish {CAT}", None)
    let_pauses_end(read)
    day.tick()
    assert got(read, "letters", CAT)[1:] == ["again"]
    day.release(read.home / "hello.md")
    day.publish(day.write("more"))
    read.tomorrow(3).digest()
    assert got(read, "letters", CAT)[2:] == [f"{TOLD}\nmore"]
    assert got(read, "letters", ANN)[2:] == ["more"]


def test_an_edition_beside_is_composed_anew_as_well(read: DirectOffice) -> None:
    read.subscribe("letters", BEN)
    read.correct("hello", "hello 2")
    read.publish(read.write("again"), read.write("more"))
    for reader in (ANN, BEN):
        read.mood("letters", f"publish {reader}", "later")
    day = read.tomorrow(2)
    day.digest()
    day.withdraw(read.home / "again.md")
    for reader in (ANN, BEN):
        read.mood("letters", f"publish {reader}", None)
    let_pauses_end(read)
    day.tick()
    assert got(read, "letters", ANN)[1:] == [f"{TOLD}\nmore"]
    assert got(read, "letters", BEN) == ["more"]
    read.tomorrow(3).digest()
    assert got(read, "letters", CAT)[2:] == ["changed: withdrawn: it was not so"]
    assert got(read, "letters", ANN)[2:] == []
    settled(read)


@pytest.mark.parametrize("at_once", [2, 5_000])
def test_small_sets_share_an_edition_with_all_that_any_of_them_needs(
    room: DirectOffice, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(digest_composition, "MOST_EDITIONS", 2)
    monkeypatch.setattr(sys.modules[write_some.__module__], "LETTERS_AT_ONCE", at_once)
    room = room.having(letters="Letters")
    room.subscribe("letters", ANN, BEN)
    day = room
    for number, reader in enumerate((CAT, DAN, ""), start=1):
        day.publish(day.write(f"a{number}"))
        day = room.tomorrow(number)
        day.digest()
        if reader:
            day.subscribe("letters", reader)
    for number in (1, 2):
        day.correct(f"a{number}", f"A{number}")
    day.publish(day.write("new"))
    room.tomorrow(4).digest()
    both = "changed: A1 (it was wrong)\nchanged: A2 (it was wrong)\nnew"
    assert got(room, "letters", ANN)[-1] == got(room, "letters", BEN)[-1] == both
    later = "changed: A2 (it was wrong)\nnew"
    assert got(room, "letters", CAT)[-1] == got(room, "letters", DAN)[-1] == later
    settled(room)


def test_each_of_several_digests_at_once_tells_of_a_correction_once(read: DirectOffice) -> None:
    read.correct("hello", "hello 2")
    read.publish(read.write("again"))
    read.tomorrow(2).publish(read.write("more"))
    read.tomorrow(3).digest(catch_up=CatchUp.EACH)
    assert got(read, "letters", ANN)[1:] == [f"{TOLD}\nagain", "more"]
