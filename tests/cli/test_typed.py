"""What a person types, and where: options after the command, help, the module."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from support.newsroom import Newsroom
from support.terminal import at_a_terminal


@pytest.mark.parametrize(
    "words", [["status"], ["history", "kabar.md"], ["ledger", "backup", "x.db"]]
)
@pytest.mark.parametrize("option", ["-c", "--config"])
def test_the_configuration_is_named_before_or_after_the_command(
    room: Newsroom, words: list[str], option: str
) -> None:
    room.write()
    room.publish()
    (room.folder / "config.toml").rename(room.folder / "lain.toml")
    assert room.run(*words).code == 1
    after = room.run(*words, option, "lain.toml")
    assert after.code == 0, after.said


@pytest.mark.parametrize("words", [["publish", "kabar.md", "-v"], ["-v", "publish", "kabar.md"]])
def test_verbose_says_a_cause_of_bad_input_in_a_line(room: Newsroom, words: list[str]) -> None:
    (room.folder / "kabar.md").write_text("---\nheadline: [a\n---\n\nIsi.\n", encoding="utf-8")
    answer = room.run(*words)
    assert answer.code == 1
    assert "Traceback" not in answer.err
    lines = [one for one in answer.err.splitlines() if not one.startswith("rehearsal:")]
    assert len(lines) <= 2, answer.err


@pytest.mark.parametrize("words", [["help"], ["help", "publish"], ["help", "ledger", "backup"]])
def test_help_is_a_command_too(room: Newsroom, words: list[str]) -> None:
    asked, flagged = room.run(*words), room.run(*words[1:], "--help")
    assert asked.code == 0
    assert asked.out.strip() == flagged.out.strip()


def test_help_on_an_unknown_command_names_those_there_are(room: Newsroom) -> None:
    answer = room.run("help", "ledger", "bakup")
    assert answer.code == 2
    assert "backup" in answer.complaint


def test_help_on_what_has_no_commands_below_it_says_so(room: Newsroom) -> None:
    answer = room.run("help", "publish", "kabar.md")
    assert answer.code == 2
    assert answer.complaint == "syndicate: publish has no subcommands (try: syndicate help publish)"


def test_the_program_is_a_module_that_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "--version"], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("syndicate ")
    assert done.returncode == 0


WITHOUT_RETURN = [
    ["withdraw", "kabar.md", "--reason", "Dicabut."],
    ["subscribers", "remove", "--list", "harian", "ani@example.org"],
    ["subscribers", "forget", "ani@example.org"],
]


@pytest.mark.parametrize("words", WITHOUT_RETURN, ids=lambda words: words[-2])
def test_what_cannot_be_undone_is_asked_about_at_a_terminal(
    room: Newsroom, words: list[str]
) -> None:
    room.write()
    room.publish()
    room.run("subscribers", "add", "--list", "harian", "ani@example.org")
    before = room.remembered()
    said = at_a_terminal(room, *words, type="\nn\n")
    assert "nothing was done" in said
    assert room.remembered() == before
    at_a_terminal(room, *words, type="y\n")
    assert room.remembered() != before


@pytest.mark.parametrize("words", WITHOUT_RETURN, ids=lambda words: words[-2])
@pytest.mark.parametrize("terminal", [True, False])
def test_with_yes_or_without_a_terminal_it_is_done_unasked(
    room: Newsroom, words: list[str], terminal: bool
) -> None:
    room.write()
    room.publish()
    room.run("subscribers", "add", "--list", "harian", "ani@example.org")
    before = room.remembered()
    if terminal:
        assert "[y/n]" not in at_a_terminal(room, *words, "--yes")
    else:
        assert room.run(*words).code == 0
    assert room.remembered() != before


@pytest.mark.parametrize("words", [["tick"], ["digest"]])
def test_nothing_to_do_is_nothing_to_say_in_a_pipe(room: Newsroom, words: list[str]) -> None:
    room.write()
    room.publish()
    assert room.run(*words).out == ""


@pytest.mark.parametrize("words", [["tick"], ["digest"]])
def test_nothing_to_do_is_said_at_a_terminal_and_in_json(room: Newsroom, words: list[str]) -> None:
    room.write()
    room.publish()
    assert "nothing is due" in at_a_terminal(room, *words)
    assert "nothing is due" in str(room.run(*words, "--json").json["notes"])


def test_init_asks_again_until_an_answer_can_be_right(room: Newsroom) -> None:
    (room.folder / "config.toml").unlink()
    answers = ["", 'Kantor "Baru"', "kantor.example", "https://kantor.example", "redaksi",
               "redaksi@kantor.example", "kabar", "@kabar", "@Kabar", "", "mail.example.org",
               "smtp://127.0.0.1:25"]  # fmt: skip
    shown = at_a_terminal(room, "init", type="".join(f"{one}\n" for one in answers))
    assert shown.count("Its website") == 2
    assert shown.count("A second, private channel") == 2
    assert "tests are not news" in shown
    config = tomllib.loads((room.folder / "config.toml").read_text())
    assert config["publisher"]["url"] == "https://kantor.example"
    assert config["channels"]["telegram"]["chat"] == "@kabar"
    assert config["channels"]["digest"]["smtp"] == "smtp://127.0.0.1:25"
    assert config["channels"]["digest"]["sender"].startswith('"Kantor')


def test_init_asks_nothing_where_there_is_a_configuration(room: Newsroom) -> None:
    shown = at_a_terminal(room, "init", type="X\n")
    assert "config.toml: already exists" in shown
    assert "Name of the office" not in shown
