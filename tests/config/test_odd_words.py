"""Names that no disk holds and settings that mean nothing are one line, and never unexpected."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.newsroom import REAL, Newsroom
from syndicate.config.loader import load
from syndicate.config.registry import make_channels
from syndicate.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
NAMES = {
    "long": "x" * 300 + ".md", "under a file": "kabar.md/x.md", "loop": "putar.md",
    "under a loop": "putar.md/x.md", "NUL": "a\0b.md", "no UTF-8": "\udcff.md",
    "long folders": "y/" * 3000 + "x.md",
}  # fmt: skip
COMMANDS = (
    ["check", "{}"], ["publish", "baru.md", "{}"], ["publish", "{}", "--dry-run"],
    ["withdraw", "{}", "--reason", "x"], ["status", "{}"], ["history", "{}"],
    ["adopt", "{}", "--channel", "telegram", "1"], ["-c", "{}", "status"],
    ["subscribers", "import", "--list", "harian", "{}"], ["subscribers", "bounce", "{}"],
    ["subscribers", "bounce", "maildir:{}"],
)  # fmt: skip
WRITING = (
    ["new", "Judul", "--file", "{}/x.md"], ["ledger", "backup", "{}"],
    ["init", "{}", "--name", "Kantor", "--url", "https://kantor.example"],
)  # fmt: skip
ODD: tuple[Any, ...] = (
    "", " ", "a\0b", "a\nb", "x" * 5000, 0, -1, 10**30, 1.5, float("inf"), float("nan"), True, [],
    [[]], {}, {"a": 1}, ["x"], [1], "${", "${NOPE}", "file:", "file:/etc", "file:\0",
    "file:~nobody-here/x", "WIB", "GMT+7", "Asia", "Asia/jakarta ", "../etc/passwd", "{", "{x}",
    "http://[", "https://x:99999/", "smtp://[", "imaps://[", "sqlite://", "postgresql://[",
    "daily 25:00", "٣/day", "~nobody-here/x",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_no_disk_holds_is_one_line(room: Newsroom, name: str) -> None:
    (room.folder / "putar.md").symlink_to("putar.md")
    room.write()
    room.publish()
    room.write("baru.md", "Isi lain sama sekali.", headline="Kabar baru")
    before = room.effects
    writing = WRITING if "\udcff" not in name and "putar" not in name else ()
    for words in (*COMMANDS, *writing):
        answer = room.run(*(word.format(name) for word in words))
        assert answer.code in (1, 2, 3), (words, answer.said)
        assert "unexpected" not in answer.said, words
        assert "Traceback" not in answer.said
    assert room.effects == before


def test_every_bad_name_is_said_and_the_others_are_looked_at(room: Newsroom) -> None:
    room.write(tanggal="besok")
    answer = room.run("publish", *list(NAMES.values())[:4], "kabar.md")
    lines = [line for line in answer.err.splitlines() if not line.startswith("rehearsal:")]
    assert len(lines) == 5, lines
    assert any("kabar.md:" in line for line in lines)


@pytest.mark.parametrize("zone", ["WIB", "GMT+7", "Asia/jakarta ", "Asia", "", "x" * 300])
def test_a_wrong_time_zone_is_named_with_a_right_one(room: Newsroom, zone: str) -> None:
    room.timezone = zone
    room.configure()
    for words in (["status"], ["-v", "status"], ["new", "Judul"]):
        answer = room.run(*words)
        assert answer.code == 1
        assert answer.complaint.startswith("syndicate: publisher.timezone: ")
        assert "like Asia/Jakarta (WIB)" in answer.complaint


def settings(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from settings(value, (*path, name))
        yield (*path, name)


@pytest.mark.soak
def test_whatever_a_setting_says_it_is_read_or_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TELEGRAM_TOKEN", "SMTP_PASSWORD", "IMAP_PASSWORD"):
        monkeypatch.setenv(name, "123456:AAAA")
    example, path = tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), tmp_path / "config.toml"
    refused: list[tuple[Any, Any, str]] = []
    for where in settings(example):
        for value in ODD:
            tables = copy.deepcopy(example)
            table = tables
            for name in where[:-1]:
                table = table[name]
            table[where[-1]] = value
            path.write_text("".join(f"{json.dumps(k)} = {toml(v)}\n" for k, v in tables.items()))
            try:
                make_channels(load(path))
            except ConfigError as error:
                refused.append((where, value, f"{error}"))
    assert len(refused) > 1000
    for where, value, message in refused:
        named = message.startswith(where[0]) or ".".join(where) in message  # by what refers to it
        assert named, (where, value, message)
        assert len(message) < 700, (where, value)


@pytest.mark.parametrize(
    ("channel", "setting"),
    [("feed", "title"), ("feed", "description"), ("feed", "language"), ("feed", "subjects"),
     ("harian", "title"), ("harian", "subject"), ("harian", "sender"), ("telegram", "web")],
)  # fmt: skip
@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x85"])
def test_a_control_character_in_a_setting_is_named(
    room: Newsroom, channel: str, setting: str, sign: str
) -> None:
    value = f"Kabar{sign}baru"
    room.change(channel, **{setting: [value] if setting == "subjects" else value})
    room.write()
    for words in (["status"], ["publish", "kabar.md", "--dry-run"]):
        answer = room.run(*words)
        assert answer.code == 1
        assert f"channels.{channel}.{setting}: holds a control character" in answer.complaint


def test_a_ledger_that_is_no_database_of_ours_is_named(room: Newsroom) -> None:
    write, kept = "write sqlite:///FILE or", "a ledger is kept in SQLite or PostgreSQL, not in"
    for url, why in (
        ("oracle://x", f"{kept} Oracle: {write}"), ("mysql://x/y", f"{kept} MySQL: {write}"),
        ("", write), ("postgresql://[", write), ("sqlite", write),
    ):  # fmt: skip
        room.ledger_url = url
        room.configure()
        answer = room.run("status")
        assert answer.code == 1
        assert answer.complaint.startswith(f"syndicate: ledger.url: {why}"), url


def toml(value: Any) -> str:
    """A value as TOML has it within a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value)


@pytest.mark.parametrize(
    "words",
    [
        ["subscribers", "import", "--list", "harian", "t.csv", "--columns", "{}"],
        ["subscribers", "import", "--list", "harian", "t.csv", "--columns", "email={}"],
        ["subscribers", "import", "--list", "harian", "t.csv", "--columns", "{}=Surel"],
        ["digest", "--to", "{}"], ["digest", "--catch-up", "{}"], ["digest", "{}"],
        ["subscribers", "add", "--list", "{}", "ani@example.org"],
        ["subscribers", "add", "--list", "harian", "{}"],
        ["publish", "kabar.md", "--channel", "{}"], ["new", "Judul", "--profile", "{}"],
        ["unsubscribe", "{}"], ["rejoin", "{}"], ["resolve", "{}", "--not-sent"],
        ["ledger", "restored", "--digests", "{}"], ["channels", "rename", "{}", "{}"],
        ["subscribers", "export", "--person", "{}"], ["help", "{}"],
    ],
    ids=lambda words: " ".join(words),
)  # fmt: skip
def test_an_option_s_odd_value_is_one_line(room: Newsroom, words: list[str]) -> None:
    room.write()
    (room.folder / "t.csv").write_text("Surel,Nama\nani@example.org,Ani\n", encoding="utf-8")
    for odd in (
        "x" * 100_000,
        "=",
        ",",
        ",=,",
        "a\0b",
        "\x1b[31m",
        "\udcff",
        "é" * 500,
        "a\nb",
        "[(",
    ):
        answer = room.run(*(word.format(odd) for word in words), at=REAL)
        assert "unexpected" not in answer.said, (odd[:9], answer.said[:300])
        assert "Traceback" not in answer.said
        assert "\x1b" not in answer.err
        assert all(len(line) < 4500 for line in answer.err.splitlines()), (
            odd[:9],
            answer.err[:500],
        )
