"""Every command has help with an example and a place in docs/commands.md; every command that a
page shows can be said."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from support.pages import PAGES, ROOT, commands, page, sections
from syndicate.cli.app import app


@cache
def program() -> Any:  # typer brings its own click, whose types have no public name
    return typer.main.get_command(app)


def leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command and its full name: ``publish``, ``ledger backup``."""
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from leaves(command, full)
        else:
            yield full, command


COMMANDS = dict(leaves(program()))
REFERENCE = sections(page("docs/commands.md"))
SHOWN = [
    (path, words)
    for path in PAGES
    for words in commands(path.read_text(encoding="utf-8"))
    if words != ["--version"]  # which ends the program where it is read
]


def options(command: Any) -> set[str]:
    return {word for one in command.params for word in one.opts if word.startswith("--")}


def section(name: str) -> str:
    [body] = [
        text for head, text in REFERENCE.items() if f"{head} ".startswith(f"syndicate {name} ")
    ]
    return body


def example(command: Any) -> str:
    """The words after ``Example:``, a command of one paragraph."""
    said: str = command.help or ""
    return said.partition("Example:")[2].strip()


def parse(words: list[str]) -> str:
    """Read a command line as the program does, without running it; the command's name."""
    command, path = program(), ""
    context = command.make_context("syndicate", list(words))
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        path = f"{path} {name}".strip()
        context = command.make_context(name, rest, parent=context)
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_with_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert len(command.help.partition("Example:")[0].strip()) > 20
    first, *words = shlex.split(example(command).partition("|")[0])
    assert first == "syndicate"
    assert parse(words) == name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_section_with_all_its_options(name: str) -> None:
    told = set(re.findall(r"`(--[a-z-]+)\b", section(name)))
    assert told == options(COMMANDS[name]) - {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_shows_its_command(name: str) -> None:
    assert name in [parse(words) for words in commands(section(name))]


def test_every_section_is_of_a_command() -> None:
    assert len(REFERENCE) == len(COMMANDS)


def test_the_options_of_all_commands_are_told() -> None:
    beginning = page("docs/commands.md").partition("\n## ")[0]
    assert all(f"`{word}" in beginning for word in options(program()) - {"--help"})


@pytest.mark.parametrize(
    ("path", "words"), SHOWN, ids=[f"{p.relative_to(ROOT)} {' '.join(w)}" for p, w in SHOWN]
)
def test_a_command_that_a_page_shows_can_be_said(path: Path, words: list[str]) -> None:
    assert parse(words) in COMMANDS


def test_commands_in_running_text_exist() -> None:
    wrong = []
    for path in PAGES:
        for said in re.findall(r"`syndicate ([a-z][^`]*)`", path.read_text(encoding="utf-8")):
            one, two = [*said.split(), ""][:2]
            if not {one, f"{one} {two}"} & COMMANDS.keys():
                wrong.append(f"{path.name}: {said}")
    assert wrong == []
