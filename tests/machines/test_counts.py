"""Every number that a command says, on each database: a table over the commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import syndicate
from cli.newsroom import EVENING, NEXT_EVENING, Newsroom, newsroom

READERS = [f"{name}@pembaca.example" for name in ("ani", "budi", "cici")]


@pytest.fixture
def office(tmp_path: Path, ledger_url: str) -> Iterator[Newsroom]:
    """An office on each database in turn."""
    with newsroom(tmp_path / "kantor") as room:
        room.ledger_url = ledger_url.replace("+psycopg", "")
        room.configure()
        room.only("harian")
        yield room


def test_a_digest_says_how_many_letters_it_has(office: Newsroom) -> None:
    office.subscribe(*READERS)
    office.write()
    office.publish()
    assert (
        "1 new, 0 corrected or withdrawn, 3 letters"
        in office.run("digest", "--dry-run", at=EVENING).out
    )
    frozen, letters = office.run("digest", "--json", at=EVENING).json["lines"]
    assert frozen["why"] == "1 new, 0 corrected or withdrawn, 3 letters"
    assert letters["why"] == "3 sent"
    [kept] = office.run("status", "--json", at=EVENING).json["digests"]
    assert (kept["letters"], kept["states"]) == (3, {"sent": 3})
    assert "3 sent" in office.run("digest", "--status", at=EVENING).out


def test_a_digest_that_nobody_gets_says_so(office: Newsroom) -> None:
    office.write()
    office.publish()
    said = office.run("digest", at=EVENING).out
    assert "1 new, 0 corrected or withdrawn, 0 letters" in said
    assert "harian: nobody is on the list" in said
    office.write("dua.md", headline="Kabar kedua")
    office.publish("dua.md", at=EVENING)
    assert "harian: nobody is on the list" in office.run("tick", at=NEXT_EVENING).out


def test_no_count_of_rows_is_asked_of_a_statement_that_may_not_know_it() -> None:
    asks = [path for path in Path(syndicate.__file__).parent.rglob("*.py")
            if ".rowcount" in path.read_text(encoding="utf-8")]  # fmt: skip
    assert [path.name for path in asks] == ["engine.py"]  # affected()
