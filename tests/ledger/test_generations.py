"""What was sent is marked in the ledger and beside it; whatever dies, no mark is false evidence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support import walls
from support.children import die, in_child
from support.direct_office import DirectOffice
from syndicate.errors import LedgerError
from syndicate.ledger.database import generations
from syndicate.ledger.database.generations import read
from syndicate.operations import restore

OLDER = "older than what was sent"
Patch = pytest.MonkeyPatch


def mark(room: DirectOffice) -> Path:
    with room.office() as office:
        found = office.ledger.generations.file
    assert found is not None
    return found


def test_a_copy_that_is_put_back_is_recognised_on_either_database(room: DirectOffice) -> None:
    room = room.having(wall="Wall")
    room.publish(room.write("first"))
    back = room.remembered()
    room.publish(room.write("second"))
    room.recall(back)
    with pytest.raises(LedgerError, match=OLDER):
        room.publish(room.write("third"))
    with pytest.raises(LedgerError, match=OLDER):
        room.tick()
    with room.office() as office:
        restore.settle_restored(office, None)
    room.publish(room.write("third"), new=True)
    assert room.texts("wall") == ["first", "second", "third"]


def test_it_lies_beside_the_ledger_or_else_beside_the_configuration(room: DirectOffice) -> None:
    room = room.having(wall="Wall")
    room.publish(room.write("hello"))
    name = ".ledger.db" if room.url.startswith("sqlite") else ".config.toml"
    assert mark(room) == room.home / f"{name}.generation"
    assert mark(room).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("when", ["before the file is written", "while it is written"])
def test_a_death_between_the_two_is_no_evidence(
    room: DirectOffice, when: str, monkeypatch: Patch
) -> None:
    room = room.having(wall="Wall")
    room.publish(room.write("first"))
    before = read(mark(room))

    def dies() -> None:
        at = "write" if when.startswith("before") else "os.replace"
        monkeypatch.setattr(f"syndicate.ledger.database.generations.{at}", lambda *_: die())
        room.publish(room.write("second"))

    assert in_child(room.url, dies) != 0
    assert read(mark(room)) == before
    assert room.publish(room.write("second")).exit_code == 0
    assert room.texts("wall") == ["first", "second"]
    assert read(mark(room)) != before


def test_a_copy_from_the_midst_of_a_run_is_an_old_one(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    if not room.url.startswith("sqlite"):
        pytest.skip("PostgreSQL has its own backups")
    room = room.having(letters="Letters")
    room.subscribe("letters", *(f"reader{n}@example.org" for n in range(20)))
    room.publish(room.write("hello"))
    room = room.tomorrow()
    copies: list[dict[str, list[dict[str, Any]]]] = []

    def copy(verb: str) -> None:
        if verb == "publish" and not copies:
            copies.append(room.remembered())
            with room.office() as office:
                office.ledger.backup(room.home / "copy.db")

    monkeypatch.setattr(walls, "watchers", [copy])
    room.digest()
    assert len(room.texts("letters")) == 20
    room.recall(copies[0])
    with pytest.raises(LedgerError, match=OLDER):
        room.digest()
    assert len(room.texts("letters")) == 20


def test_every_machine_that_shares_a_ledger_notices(room: DirectOffice, tmp_path: Path) -> None:
    """Each has a file of its own, and is behind the others at times."""
    if room.url.startswith("sqlite"):
        pytest.skip("one machine")
    one = room.having(wall="Wall")
    (tmp_path / "two").mkdir()
    two = replace(one, home=tmp_path / "two", walls={"wall": {**one.walls["wall"], "folder": "w"}})
    two = replace(two, walls={"wall": {**one.walls["wall"], "folder": str(one.folder("wall"))}})
    one = replace(one, walls=two.walls)
    one.publish(one.write("a"))
    back = one.remembered()
    two.publish(two.write("b"))
    one.recall(back)
    with pytest.raises(LedgerError, match=OLDER):
        two.tick()
    one.tick()  # it knows of nothing later: only its neighbour does
    one.publish(one.write("c"))
    with pytest.raises(LedgerError, match=OLDER):  # and no number that was reached again hides it
        two.tick()
    with one.office() as office:
        restore.settle_restored(office, None)
    assert two.tick().exit_code == 0  # one person's word is enough for all of them
    two.publish(two.write("d"), new=True)
    one.publish(one.write("e"), new=True)
    assert one.texts("wall") == ["a", "b", "c", "d", "e"]


def test_marks_that_are_made_at_once_are_all_known(room: DirectOffice) -> None:
    with room.office() as office:
        marks = office.ledger.generations
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: marks.advance(), range(8)))
        marks.advance()


def test_a_ledger_that_falls_back_while_it_is_used_is_noticed_before_the_next_effect(
    room: DirectOffice, monkeypatch: Patch
) -> None:
    room = room.having(one="Wall", two="Wall")
    room.publish(room.write("first"))
    back = room.remembered()
    room.publish(room.write("second"))
    seen: list[str] = []

    def falls_back(verb: str) -> None:
        if verb == "publish" and not seen:
            seen.append(verb)
            last = read(mark(room))
            assert last is not None
            generations.write(mark(room), generations.Mark(last.number + 5, "0" * 32))

    monkeypatch.setattr(walls, "watchers", [falls_back])
    with pytest.raises(LedgerError, match=OLDER):
        room.publish(room.write("third"))
    assert room.texts("two") == ["first", "second"]
    assert back
