"""A relay with bad intent, or none at all: whatever it does at whatever step, the digest ends."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from support.hostile.smtp_cells import CELLS, CERTIFICATE, Result, office, prepared, sent
from support.hostile.table import faults_at, faults_found
from syndicate.ledger.processes.waits import CLAIM_FOR
from syndicate.loopback.smtp import SMTP_EXTENSIONS, SmtpFault, SmtpServer, Step
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS
from syndicate.testing import NOON

TESTS = Path(__file__).parent.parent
LETTERS = import_module("syndicate.ledger.sending.letters")  # not the table of that name
SLACK = 5.0  # seconds beyond the deadline
SAMPLE = list(CELLS)[::3]  # each fault at some steps, each step with some faults
EXIT = {"sent": 0, "due": 3, "in_doubt": 4}


def tried(folder: Path, patience: float, names: Sequence[str]) -> dict[str, Any]:
    """What a table's process says."""
    prepared(folder / "office")
    done = subprocess.run(
        [sys.executable, "-m", "support.hostile.smtp_cells", f"{folder}", f"{patience}", *names],
        env={**os.environ, "PYTHONPATH": f"{TESTS}"}, capture_output=True, text=True,
        timeout=patience * 5 + 100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wrong(name: str, result: dict[str, Any], patience: float) -> Iterator[str]:
    """What is not as it must be."""
    cell, deadline = CELLS[name], min(2 * patience, LONGEST_EXCHANGE_SECONDS)
    states, said, taken = result["states"], result["said"], result["taken"]
    if states != [cell.booked]:
        yield f"{states}, not {cell.booked}: {said}"
    if result["code"] != EXIT[cell.booked]:
        yield f"exit code {result['code']}"
    if result["seconds"] > deadline + SLACK:
        yield f"{result['seconds']:.1f} s"
    if "unexpected:" in said or "Error(" in said or not said.isprintable():
        yield f"{said}"
    if cell.booked == "due" and taken:
        yield "the relay has it"
    if cell.booked == "sent" and taken != 1:
        yield f"the relay has {taken}"
    if cell.booked != "sent" and ("channels.harian" not in said or "127.0.0.1:9 " in said):
        yield f"nobody is told why: {said}"
    if "_ssl.c" in said or "[SSL" in said:
        yield f"{said}"


def test_whatever_a_relay_does_at_any_step_the_digest_ends_and_is_booked_as_it_was(
    tmp_path: Path,
) -> None:
    assert len(SAMPLE) >= 45
    assert faults_found(tmp_path, SAMPLE, tried, wrong) == []


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_it_is_so_in_every_cell(tmp_path: Path) -> None:
    assert faults_found(tmp_path, list(CELLS), tried, wrong) == []


@pytest.mark.soak
def test_it_does_so_within_the_time_that_offices_give_it(tmp_path: Path) -> None:
    by_fault = {cell.do: name for name, cell in reversed(CELLS.items()) if cell.at != "quit"}
    names = [*by_fault.values(), "mail × say nothing", "dot × say nothing", "connect × drip"]
    assert faults_at(tmp_path, 60.0, list(dict.fromkeys(names)), tried, wrong) == []


# several connections, several letters


def digest(
    folder: Path, faults: Sequence[SmtpFault], *, readers: int, connections: int = 1,
    patience: float = 1.0, extensions: Sequence[str] = SMTP_EXTENSIONS, **given: Any,
) -> tuple[Result, list[str]]:  # fmt: skip
    """Send a digest to so many readers; what became of it, and who has it."""
    prepared(folder, readers)
    with SmtpServer(faults=faults, extensions=extensions) as server:
        room = office(folder, server.url, patience=patience, connections=connections, **given)
        result = sent(room, server)
        return result, [letter.recipient for letter in server.letters]


def stuck(at: Step, count: int) -> list[SmtpFault]:
    """The first connections hear nothing at a step."""
    return [SmtpFault(at=at, do="say nothing", nth=number) for number in range(1, count + 1)]


def slow(seconds: float, *steps: Step) -> list[SmtpFault]:
    return [SmtpFault(at=step, do="wait", seconds=seconds) for step in steps]


SIDE_BY_SIDE: dict[str, Callable[[Path], None]] = {}


def side_by_side(scenario: Callable[[Path], None]) -> Callable[[Path], None]:
    """Try it beside the others: most of them only wait."""
    SIDE_BY_SIDE[scenario.__name__] = scenario
    return scenario


@side_by_side
def connections_that_are_stuck_before_a_letter_hold_back_none(folder: Path) -> None:
    result, readers = digest(folder, stuck("mail", 3), readers=60, connections=4)
    assert result.code == 0, result.said
    assert len(readers) == len(set(readers)) == 60
    assert result.seconds < 1 + SLACK


@side_by_side
def connections_that_are_stuck_at_a_letter_s_end_leave_only_that_one_in_doubt(
    folder: Path,
) -> None:
    result, readers = digest(folder, stuck("dot", 3), readers=60, connections=4)
    assert Counter(result.states) == {"sent": 57, "in_doubt": 3}
    assert len(readers) == len(set(readers))
    assert result.seconds < 2 + SLACK


@side_by_side
def a_stuck_connection_holds_back_no_short_list_either(folder: Path) -> None:
    result, _ = digest(folder, stuck("dot", 1), readers=3, connections=2)
    assert Counter(result.states) == {"sent": 2, "in_doubt": 1}
    assert result.seconds < 2 + SLACK


@side_by_side
def a_relay_that_drips_and_takes_each_letter_gets_them_all(folder: Path) -> None:
    faults = [SmtpFault(at="dot", do="drip", seconds=0.095)]  # a letter in 1.6 s
    result, _ = digest(folder, faults, readers=2)
    assert result.code == 0, result.said
    assert result.seconds > 3


@side_by_side
def a_relay_that_takes_its_time_at_every_step_gets_them_all(folder: Path) -> None:
    faults = slow(0.7, "mail", "rcpt", "data", "dot")  # a letter in 2.8 s
    result, _ = digest(folder, faults, readers=2, extensions=())
    assert result.code == 0, result.said
    assert result.seconds > 4


@side_by_side
def where_nothing_moves_the_run_ends_however_many_letters_there_are(folder: Path) -> None:
    faults = [SmtpFault(at="dot", do="say nothing")]
    result, _ = digest(folder, faults, readers=300, connections=8)
    assert result.code == 4
    assert Counter(result.states).keys() == {"due", "in_doubt"}
    assert Counter(result.states)["in_doubt"] <= 8
    assert result.seconds < 2 + SLACK


@side_by_side
def where_no_letter_begins_the_run_ends_and_all_wait(folder: Path) -> None:
    result, _ = digest(folder, [SmtpFault(at="rcpt", do="drip", seconds=0.4)], readers=300)
    assert set(result.states) == {"due"}
    assert result.code == 3
    assert "gave no complete answer within 1 s" in result.said
    assert result.seconds < 2 + SLACK


@side_by_side
def a_connection_that_is_never_made_holds_up_nothing(folder: Path) -> None:
    faults = [SmtpFault(at="connect", do="say nothing", nth=number) for number in (2, 3, 4)]
    result, _ = digest(folder, faults, readers=60, connections=4, patience=60)
    assert result.code == 0
    assert result.seconds < SLACK


@side_by_side
def a_goodbye_that_is_not_answered_holds_up_nothing(folder: Path) -> None:
    faults = [SmtpFault(at="quit", do="say nothing")]
    result, _ = digest(folder, faults, readers=20, messages=1, patience=60)
    assert result.code == 0
    assert result.seconds < SLACK


@side_by_side
def a_relay_that_answers_everything_twice_gets_no_letter_twice(folder: Path) -> None:
    steps: tuple[Step, ...] = ("mail", "rcpt", "data", "dot", "rset")
    faults = [SmtpFault(at=step, do="twice") for step in steps]
    result, readers = digest(folder, faults, readers=5)
    assert set(result.states) == {"due"}
    assert readers == []


@side_by_side
def a_relay_that_ends_each_letter_with_two_answers_gets_each_once(folder: Path) -> None:
    result, readers = digest(folder, [SmtpFault(at="dot", do="twice")], readers=5)
    assert result.code == 0, result.said
    assert len(readers) == len(set(readers)) == 5


@side_by_side
def a_relay_that_goes_in_the_middle_is_not_waited_for_longer_than_for_a_letter(
    folder: Path,
) -> None:
    gone = [SmtpFault(at="connect", do="hang up", nth=number) for number in range(2, 30)]
    result, _ = digest(folder, [SmtpFault(at="sent", do="hang up", nth=3), *gone], readers=20)
    assert Counter(result.states) == {"sent": 3, "due": 17}
    assert result.code == 3
    assert result.seconds < 2 + SLACK


@side_by_side
def another_list_gets_its_digest_while_a_relay_is_silent(folder: Path) -> None:
    prepared(folder, 2)
    with SmtpServer(faults=[SmtpFault(at="dot", do="say nothing")]) as bad, SmtpServer() as good:
        room = office(folder, bad.url, patience=1)
        walls = dict(room.walls["harian"])
        other = room.with_tables({"harian": walls, "pekan": walls | {"smtp": good.url}})
        today = other.at(NOON)
        today.subscribe("pekan", "bob@pembaca.example")
        today.publish(today.write("lagi"))
        began = time.monotonic()
        assert other.digest().exit_code == 4
        assert time.monotonic() - began < 2 + SLACK
        assert [letter.recipient for letter in good.letters] == ["bob@pembaca.example"]


@side_by_side
def a_relay_floods_no_encrypted_line_either(folder: Path) -> None:
    prepared(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    for manner in ("flood", "run on", "garble"):
        with SmtpServer(faults=[SmtpFault(at="mail", do=manner)], tls=context) as server:
            room = office(folder, server.url, patience=1)
            result = sent(room, server)
        assert result.states == ["due"]
        assert result.seconds < 2 + SLACK


def test_what_moves_goes_on_and_what_does_not_ends(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(SIDE_BY_SIDE)) as threads:
        running = {
            name: threads.submit(scenario, tmp_path / name)
            for name, scenario in SIDE_BY_SIDE.items()
        }
    failed = {name: one.exception() for name, one in running.items() if one.exception()}
    assert not failed


# law 2: a claim lives longer than every timeout of an effect


def test_a_claim_outlives_the_slowest_letter_to_one_person() -> None:
    answers = 4 * LONGEST_EXCHANGE_SECONDS  # to MAIL, RCPT, DATA and the letter
    lost = (
        2 * LONGEST_EXCHANGE_SECONDS
    )  # a connection, and nearly as long until it is lost and made again
    assert lost + LONGEST_EXCHANGE_SECONDS + answers < CLAIM_FOR.total_seconds()


@pytest.mark.soak
def test_what_moves_slowly_keeps_its_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LETTERS, "CLAIM_FOR", timedelta(seconds=1.5))
    monkeypatch.setattr(LETTERS, "RENEW_SECONDS", 0.1)
    prepared(tmp_path / "office", readers=3)
    with SmtpServer(faults=slow(1.0, "dot")) as server:
        room = office(tmp_path / "office", server.url, connections=1)
        with ThreadPoolExecutor(1) as threads, room.office() as other:
            running = threads.submit(sent, room, server)
            seen: set[str] = set()
            while not running.done():
                other.ledger.letters.end_dead_claims()
                seen |= set(room.states("harian"))
                time.sleep(0.05)
        assert running.result().states == ["sent"] * 3
    assert "in_doubt" not in seen
