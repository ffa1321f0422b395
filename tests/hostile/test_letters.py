"""What a hostile letter costs, and what it is taken for: 100 ms each, whatever it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.hostile.letters import LETTERS, MIB, TOKEN
from syndicate.channel.mailing_list import Meaning, Reply
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

GOAL, BEARABLE = 0.1, 0.3  # seconds of the processor; the second on a machine with much to do
MARKS = Marks(
    bounces="kembali+{token}@kantor.example", unsubscribe="https://kantor.example/l/{token}",
    mailbox="daftar@kantor.example", lists=("kabar-harian", "Kabar Harian"),
)  # fmt: skip
EVERY = 3  # of so many letters, one is for `make test`
# what the rest of the letter says counts, however much is around it
LEAVES = {
    "parameters", "empty parameters", "quoted parameters", "parameters in quotes",
    "100,000 header lines", "a header of a megabyte", "a header of a million lines",
    "headers without names", "a preamble of lines", "one result of a megabyte",
}  # fmt: skip
RETURNED = {
    "groups of fields", "fields of one group", "groups of nothing", "a field of a megabyte",
    "a reason of refusals", "a status of comments", "an action of a megabyte",
    "a report in base64", "a report with a long text",
}  # fmt: skip


def taken(content: bytes) -> tuple[Reply, float]:
    """What a letter is taken for, and the processor's time for it: the better of two."""
    seconds = []
    for _ in range(2):
        began = time.process_time()
        reply = classify(content, MARKS)
        seconds.append(time.process_time() - began)
        if seconds[-1] <= GOAL:
            break
    return reply, min(seconds)


def warm_up() -> None:
    """Compile the patterns, and load what is loaded when it is first needed."""
    for kind in ("text/html", "text/plain"):
        classify(f"Return-Path: <>\nFrom: MAILER-DAEMON@a\nContent-Type: {kind}\n\n"
                   "undeliverable: 550 no".encode(), MARKS)  # fmt: skip


def cost_of(letters: dict[str, Callable[[], bytes]]) -> dict[str, tuple[float, Reply]]:
    warm_up()
    found = {}
    for name, made in letters.items():
        reply, seconds = taken(made()[:MIB])
        found[name] = (seconds, reply)
    return found


def check(found: dict[str, tuple[float, Reply]]) -> None:
    slow = {name: seconds for name, (seconds, _) in found.items() if seconds > BEARABLE}
    name, (seconds, _) = max(found.items(), key=lambda one: one[1][0])
    print(f"{len(found)} letters; the worst: {name!r}, {seconds:.3f} s")
    assert slow == {}
    for name, (_, reply) in found.items():
        assert len(reply.key) == 32
        if name in LEAVES:
            assert (reply.meaning, reply.token) == (Meaning.LEAVE, ""), name
        elif name in RETURNED:
            assert (reply.meaning, reply.token) == (Meaning.BOUNCED, TOKEN), name
        else:
            assert reply.meaning in (Meaning.OTHER, Meaning.NOTHING), name


def test_the_kinds_are_many() -> None:
    assert len(LETTERS) > 120
    assert set(LETTERS) >= LEAVES | RETURNED


def test_a_hostile_letter_costs_little_and_is_taken_for_what_it_is() -> None:
    """Each costs seconds or minutes, or a gigabyte, where a parser takes it as it is."""
    check(cost_of(dict(list(LETTERS.items())[::EVERY])))


@pytest.mark.soak
def test_every_hostile_letter_costs_little_and_is_taken_for_what_it_is() -> None:
    check(cost_of(LETTERS))


HEAVIEST = ("thousands of parts in parts", "parts of a letter", "noise in a letter", "zlib")
PEAK = (
    "import sys; sys.path.insert(0, sys.argv[1])\n"
    "from hostile import test_letters\n"
    "from support.hostile import letters, memory\n"
    "for name in sys.argv[2:]:\n"
    "    test_letters.taken(letters.LETTERS[name]()[: letters.MIB])\n"
    "print(memory.peak())\n"
)


def test_no_letter_needs_much_memory() -> None:
    tests = str(Path(__file__).parents[1])
    words = [sys.executable, "-c", PEAK, tests, *HEAVIEST]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 150 * 1024  # KiB, the interpreter and the tests themselves included
