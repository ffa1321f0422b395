"""What a person sees at a terminal: bars that end, questions that say what they are about."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest

from support.newsroom import Newsroom
from support.screen import screen
from support.terminal import terminal
from syndicate.cli.invocation import begin
from syndicate.cli.signals import stoppable
from syndicate.loopback.smtp import SmtpFault
from syndicate.system import stop

BAR = "━╸╺"
QUESTION = "What was wrong?"
LONG = "\n\n".join(f"Paragraf ke-{n} tentang rapat pleno di kecamatan." for n in range(12))


@pytest.mark.parametrize(
    ("written", "columns", "seen"),
    [
        ("a\r\nb\r\n", 80, ["a", "b", ""]),
        ("bar ━━\r\x1b[2Kline\r\n", 80, ["line", ""]),
        ("one\r\ntwo\r\x1b[1A\x1b[2Kthree", 80, ["three", "two"]),
        ("\x1b[?25l\x1b[32mdone\x1b[0m", 80, ["done"]),
        ("1234567", 5, ["12345", "67"]),
        ("abc\rx", 80, ["xbc"]),
    ],
)
def test_the_screen_of_these_tests_is_a_terminal_s(
    written: str, columns: int, seen: list[str]
) -> None:
    assert screen(written, columns) == seen


# bars


def test_a_bar_has_ended_before_the_lines_that_follow(room: Newsroom) -> None:
    room.change("harian", connections=1, schedule="daily 11:00")
    room.subscribe(*(f"pembaca{n}@pembaca.example" for n in range(15)))
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="mail", do="wait", seconds=0.02))
    with terminal(room, "digest") as at:
        seen = at.end()
    assert any(sign in at.written for sign in BAR), "there was no bar to end"
    assert not any(sign in row for sign in BAR for row in seen), seen
    assert [row.split()[0] for row in seen] == ["rehearsal:", "channel", "harian", "harian"]
    assert "15 sent" in seen[-1]


def test_who_stops_a_run_under_its_bar_reads_that_on_a_line_of_its_own(room: Newsroom) -> None:
    room.change("harian", connections=1, schedule="daily 11:00")
    room.subscribe(*(f"pembaca{n}@pembaca.example" for n in range(15)))
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="mail", do="wait", seconds=0.1))
    with terminal(room, "digest") as at:
        at.read_until("/15")
        at.interrupt()
        seen = at.end()
    assert "stopping: work in progress has 5 seconds (Ctrl-C again: stop at once)" in seen
    assert not any(sign in row for sign in BAR for row in seen), seen
    assert at.code == 3


def test_a_narrow_terminal_shows_no_empty_lines_in_a_table(room: Newsroom) -> None:
    with terminal(room, "channels", "check", columns=60) as at:
        at.end()
    rows = screen(at.written, 60)
    assert ["channel", "what", "where,", "why"] in [row.split() for row in rows]
    assert "" not in rows[:-1], rows


class Interrupted(io.RawIOBase):
    """A terminal that is interrupted while a line is on its way to it."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        first, self.written = not self.written, self.written + bytes(data)
        if first:
            os.kill(os.getpid(), signal.SIGINT)
        return len(data)


def test_who_stops_a_command_while_it_writes_breaks_nothing() -> None:
    """A letter was in doubt: what Ctrl-C said came into the middle of the bar's writing."""
    line = Interrupted()
    with redirect_stderr(io.TextIOWrapper(io.BufferedWriter(line), line_buffering=True)) as err:
        begin()
        with stoppable():
            err.write("a bar\n")
            until = time.monotonic() + 10
            while b"stopping" not in line.written and time.monotonic() < until:
                time.sleep(0.01)
    assert stop.is_asked()
    stop.forget()
    assert line.written.decode().splitlines() == [
        "a bar", "stopping: work in progress has 5 seconds (Ctrl-C again: stop at once)"
    ]  # fmt: skip


# the question what was wrong


@pytest.fixture
def changed(room: Newsroom) -> Newsroom:
    """An office whose long article is published, and whose file has changed since."""
    room.write(body=LONG)
    room.publish()
    return room


def at_the_question(room: Newsroom, *words: str) -> list[str]:
    """What the screen shows while the question waits; nobody answers it."""
    with terminal(room, "publish", "kabar.md", *words) as at:
        return at.read_until(QUESTION)


def test_the_question_shows_the_file_what_changed_and_no_default(changed: Newsroom) -> None:
    changed.rewrite("ke-7 tentang rapat", "ke-7 tentang sidang")
    changed.rewrite('headline: "Kabar pertama"', 'headline: "Kabar kedua"')
    before = changed.effects
    seen = at_the_question(changed)
    at = seen.index("kabar.md has changed since it was published:")
    assert seen[at + 1 :] == [
        '  - headline: "Kabar pertama"',
        '  + headline: "Kabar kedua"',
        "  - Paragraf ke-7 tentang rapat pleno di kecamatan.",
        "  + Paragraf ke-7 tentang sidang pleno di kecamatan.",
        "What was wrong? (readers see this; - for a silent fix):",
    ]
    assert changed.effects == before


def test_a_text_that_an_older_ledger_does_not_hold_is_not_shown_as_new(changed: Newsroom) -> None:
    changed.change_ledger("UPDATE revisions SET source = ''")
    changed.rewrite("ke-7 tentang rapat", "ke-7 tentang sidang")
    changed.rewrite('headline: "Kabar pertama"', 'headline: "Kabar kedua"')
    seen = at_the_question(changed)
    said = "\n".join(seen)
    assert "the older file is not in the ledger" in said
    assert "- headline: Kabar pertama\n  + headline: Kabar kedua" in said
    assert "+ Paragraf ke-7 tentang sidang pleno di kecamatan." in said
    assert "ke-3" not in said


@pytest.mark.parametrize("key", ["Ctrl-C", "Ctrl-D"])
def test_who_leaves_the_question_has_done_nothing(changed: Newsroom, key: str) -> None:
    changed.rewrite("ke-7", "ke-77")
    before = changed.effects, changed.rows("SELECT count(*) FROM revisions")
    with terminal(changed, "publish", "kabar.md") as at:
        at.read_until(QUESTION)
        at.type("\x04") if key == "Ctrl-D" else at.interrupt()
        seen = at.end()
    assert at.code == 1
    assert seen[-1] == "syndicate: stopped"
    assert (changed.effects, changed.rows("SELECT count(*) FROM revisions")) == before


@pytest.mark.parametrize(
    "words",
    [["withdraw", "kabar.md", "--reason", "Salah."], ["subscribers", "forget", "a@b.example"]],
    ids=lambda words: words[0],
)
def test_so_it_is_at_every_question(changed: Newsroom, words: list[str]) -> None:
    with terminal(changed, *words) as at:
        at.read_until("[y/n]")
        at.interrupt()
        seen = at.end()
    assert (at.code, seen[-1]) == (1, "syndicate: stopped")


def test_a_withdrawal_names_what_it_takes_back_before_it_asks(changed: Newsroom) -> None:
    with terminal(changed, "withdraw", "kabar.md", "--reason", "Salah.") as at:
        seen = at.read_until("[y/n]")
    asked = "Withdraw “Kabar pertama” everywhere? Readers will see the reason: “Salah.” [y/n]:"
    assert seen[-1].startswith(asked)
    for words, said in (
        (["hilang.md", "--reason", "Salah."], "hilang.md: cannot be read"),
        (["kabar.md", "--reason", " "], "--reason: write a sentence on why"),
        (["tag:kantor.example,2026:tiada", "--reason", "Salah."], "the ledger does not know it"),
    ):
        with terminal(changed, "withdraw", *words) as at:
            seen = at.end()
        assert said in seen[-1], "nothing is asked about what cannot be done"


# several files


def test_one_note_for_many_does_not_hide_what_else_is_wrong(room: Newsroom) -> None:
    for name, headline in (("a.md", "Kabar banjir"), ("b.md", "Lomba desa"), ("d.md", "Panen")):
        room.write(name, f"{headline} kemarin.", headline=headline)
    room.publish("a.md", "b.md", "d.md")
    for name in ("a.md", "b.md"):
        room.rewrite("kemarin", "hari ini", name)
    (room.folder / "c.md").write_text("---\nheadline: [a\n---\n\nIsi.\n", encoding="utf-8")
    room.write("e.md", "Isi surat.", headline="Surat", profile="brita")
    before = room.everything()
    answer = room.run("publish", *(f"{name}.md" for name in "abce"), "--note", "Harinya.")
    lines = [row.removeprefix("syndicate: ") for row in answer.err.splitlines()]
    assert answer.code == 1
    assert {re.split("[:,]", row)[0] for row in lines} == {"rehearsal", "a.md", "c.md", "e.md"}
    assert sum("a.md, b.md: have changed" in row for row in lines) == 1
    assert room.everything() == before


def test_files_that_are_gone_are_named_beside_it(room: Newsroom) -> None:
    for name, headline in (("a.md", "Kabar banjir"), ("b.md", "Lomba desa")):
        room.write(name, f"{headline} kemarin.", headline=headline)
        room.publish(name)
        room.rewrite("kemarin", "hari ini", name)
    answer = room.run("publish", "a.md", "hilang.md", "b.md", ".", "--note", "salah", "--json")
    said = answer.json["error"].splitlines()
    assert [Path(row.partition(":")[0].partition(",")[0]).name for row in said] == [
        "hilang.md", "", "a.md",
    ]  # fmt: skip
