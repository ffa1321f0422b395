"""What cannot be undone is asked about at a terminal, where the question can be seen."""

from __future__ import annotations

import json

import pytest

from support.newsroom import EVENING, Newsroom
from support.terminal import at_a_terminal, terminal

LOG = "../log"
WORDS = {
    "withdraw": ["withdraw", "kabar.md", "--reason", "Dicabut."],
    "kill": ["withdraw", "kabar.md", "--reason", "Dicabut.", "--kill"],
    "remove": ["subscribers", "remove", "--list", "harian", "ani@pembaca.example"],
    "forget": ["subscribers", "forget", "ani@pembaca.example"],
}
ALL = pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)


@pytest.fixture
def office(room: Newsroom) -> Newsroom:
    room.write()
    room.publish()
    room.subscribe("ani@pembaca.example")
    return room


@ALL
def test_a_question_that_would_go_into_a_file_is_not_asked_and_nothing_is_done(
    office: Newsroom, words: list[str]
) -> None:
    before = office.everything()
    for files in ({2: LOG}, {1: LOG, 2: LOG}):
        (office.folder / LOG).unlink(missing_ok=True)
        with terminal(office, *words, files=files) as at:
            at.end()
        log = (office.folder / LOG).read_text(encoding="utf-8")
        assert at.code == 2, log
        [line] = [one for one in log.splitlines() if not one.startswith("rehearsal:")]
        assert "--yes" in line
        assert office.everything() == before


@ALL
def test_with_json_it_is_not_asked_either(office: Newsroom, words: list[str]) -> None:
    before = office.everything()
    with terminal(office, *words, "--json", files={1: LOG}) as at:
        at.end()
    said = json.loads((office.folder / LOG).read_text(encoding="utf-8"))
    assert (at.code, said["exit_code"]) == (2, 2)
    assert "--yes" in said["error"]
    assert office.everything() == before


@ALL
def test_it_is_asked_where_the_answer_alone_goes_elsewhere(
    office: Newsroom, words: list[str]
) -> None:
    before = office.remembered()
    with terminal(office, *words, files={1: LOG}) as at:
        at.read_until("[y/n]")
        assert office.remembered() == before
        at.type("y\n")
        at.end()
    assert at.code == 0
    assert office.remembered() != before


@ALL
def test_with_yes_it_is_done_whatever_goes_where(office: Newsroom, words: list[str]) -> None:
    before = office.remembered()
    at_a_terminal(office, *words, "--yes", files={2: LOG})
    assert office.remembered() != before


def test_a_dry_run_needs_no_answer(office: Newsroom) -> None:
    with terminal(office, *WORDS["withdraw"], "--dry-run", files={2: LOG}) as at:
        at.end()
    assert at.code == 0


def test_init_asks_where_it_is_seen(room: Newsroom) -> None:
    with terminal(room, "init", "baru", files={1: LOG}) as at:
        at.read_until("Name of the office")
        at.interrupt()
    (room.folder / LOG).unlink()
    with terminal(room, "init", "baru", files={2: LOG}) as at:
        at.end()
    assert at.code == 2
    assert "--name and --url" in (room.folder / LOG).read_text(encoding="utf-8")
    assert not (room.folder / "baru").exists()


def test_a_change_that_nobody_explains_is_not_published(office: Newsroom) -> None:
    office.rewrite("Isi", "Teks")
    before = office.effects
    with terminal(office, "publish", "kabar.md", files={2: LOG}) as at:
        at.end()
    assert at.code == 1
    assert "--note" in (office.folder / LOG).read_text(encoding="utf-8")
    assert office.effects == before
    assert office.run("publish", "kabar.md", "--minor", at=EVENING).code == 0
