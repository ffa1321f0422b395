"""Whatever an office does in whatever order, readers see what they may, once; the books balance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import Connection, false, text, update

from support.desk_machine import Desk
from support.desk_office import destinations
from support.desk_script import play
from syndicate.delivery import recompose
from syndicate.errors import InDoubt
from syndicate.ledger import Letters
from syndicate.ledger.catalogue import articles
from syndicate.ledger.catalogue.approvals import WAITING
from syndicate.ledger.catalogue.scheduled import Schedule
from syndicate.ledger.processes.claims import FREE
from syndicate.ledger.schema import deliveries
from syndicate.ledger.sending import consequences, letters, queue, turn_sql
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer
from syndicate.operations import approval, decide, due_revisions, open_notices, sequence, submit
from syndicate.operations.notices import Noticed
from syndicate_feed import site
from syndicate_telegram import Telegram


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[BotApi, SmtpServer]]:
    with destinations() as made:
        yield made


def run(servers: tuple[BotApi, SmtpServer], examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Desk", (Desk,), {"servers": servers})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            phases=(Phase.generate,), database=None, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.mark.timeout(900)  # much is done at once, which a busy machine takes long for
def test_readers_see_what_they_may_once_whatever_the_office_does(
    servers: tuple[BotApi, SmtpServer],
) -> None:
    run(servers, examples=2, steps=40)


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_thousands_of_steps(servers: tuple[BotApi, SmtpServer]) -> None:
    run(servers, examples=50, steps=60)


# the invariants see what they are for: each fault is planted, and the script goes wrong with it

Patch = pytest.MonkeyPatch
DIGEST = ("time_passes", 480, True)
SOON = ("time_passes", 30, True)
HEALTHY = ("a_destination_fails", "mended")
PUT_OFF = ("a_destination_fails", "450 for all")


def _hold_is_ignored(patch: Patch) -> None:
    patch.setattr(queue, "is_held", false)


def _letters_keep_what_was_withdrawn(patch: Patch) -> None:
    patch.setattr(recompose, "_recomposed", lambda *_: iter(()))


def _a_doubt_is_tried_again(patch: Patch) -> None:
    blind = replace(consequences.CONSEQUENCES[InDoubt], state="due")
    patch.setitem(consequences.CONSEQUENCES, InDoubt, blind)


def _an_embargo_leaks(patch: Patch) -> None:
    due = Schedule.due
    patch.setattr(Schedule, "due", lambda self, at: due(self, at + timedelta(hours=6)))


def _a_page_keeps_notes_after_a_kill(patch: Patch) -> None:
    told = articles._told

    def kept(changes: Any) -> Any:
        return told([SimpleNamespace(**{**change._mapping, "kill": False}) for change in changes])

    patch.setattr(articles, "_told", kept)
    patch.setattr(site, "_shown_corrections", lambda item: item.corrections)


def _a_letter_is_lost_from_the_books(patch: Patch) -> None:
    end = Letters._end

    def ends(self: Letters, db: Connection, *given: Any) -> None:
        end(self, db, *given)
        db.execute(text("DELETE FROM letters WHERE state = 'due' AND tries > 0"))

    patch.setattr(Letters, "_end", ends)


def _a_dead_claim_is_due_again(patch: Patch) -> None:
    def due_again(db: Connection, which: Any, why: str) -> int:
        again = update(deliveries).where(which).values(**FREE, state="due")
        return db.execute(again).rowcount

    patch.setattr(queue, "end_claims", due_again)


def _who_left_is_written_to(patch: Patch) -> None:
    anybody = turn_sql.START_SQL.replace("AND s.ended_at IS NULL", "")
    patch.setattr(turn_sql, "START_SQL", anybody)
    patch.setattr(letters, "_active", lambda _channel: text("1 = 1"))
    turn_sql.start_statement.cache_clear()


def _an_edit_is_lost(patch: Patch) -> None:
    patch.setattr(Telegram, "revise", lambda self, delivery, receipt: receipt)


def _a_doubtful_letter_is_sent_again(patch: Patch) -> None:
    _a_doubt_is_tried_again(patch)


def _nobody_is_told_at_once(patch: Patch) -> None:
    nobody = Noticed(letters=[], unreached=[], failed=[])
    for module in (sequence, open_notices):
        patch.setattr(module, "freeze_notices", lambda *_: nobody)


def _nobody_has_to_approve(patch: Patch) -> None:
    patch.setattr(approval.Door, "_found", lambda *_: None)


def _who_submits_approves(patch: Patch) -> None:
    patch.setattr(decide, "_refuse_stranger", lambda *_: None)


def _an_approval_is_not_needed_at_its_minute(patch: Patch) -> None:
    def scheduled(office: Any, catalogue: Any, submission: Any, asked: Any) -> Any:
        yield from submitted(office, catalogue, submission, asked)
        [found] = catalogue.approvals.of(submission.stored.uri, (WAITING,))
        catalogue.schedule.put(found.draft)

    submitted = submit._submitted
    patch.setattr(submit, "_submitted", scheduled)
    patch.setattr(due_revisions, "approval_needed", lambda *_: None)


FAULTS: dict[Callable[[Patch], None], list[tuple[Any, ...]]] = {
    _hold_is_ignored: [("a_destination_fails", "flood"), ("publish",), ("hold",), SOON],
    _letters_keep_what_was_withdrawn: [
        ("publish",), PUT_OFF, DIGEST, ("withdraw", False, False), HEALTHY, SOON,
    ],
    _a_doubt_is_tried_again: [("a_destination_fails", "lost reply"), ("publish",), SOON],
    _an_embargo_leaks: [("schedule", 300), SOON],
    _a_page_keeps_notes_after_a_kill: [
        ("publish",), ("correct", "note"), ("withdraw", True, False),
    ],
    _a_letter_is_lost_from_the_books: [("publish",), PUT_OFF, DIGEST],
    _a_dead_claim_is_due_again: [
        ("schedule", 3), ("time_passes", 5, False),
        ("a_process_dies", ("after", "a post is sent", 1), ("tick", None)), SOON,
    ],
    _who_left_is_written_to: [
        ("publish",), PUT_OFF, DIGEST,
        ("people_and_machines_come_and_go", "leave", "ani@pembaca.example"), HEALTHY, SOON,
    ],
    _an_edit_is_lost: [("publish",), ("correct", "note")],
    _a_doubtful_letter_is_sent_again: [
        ("publish",), ("a_destination_fails", "no answer to the dot"), DIGEST, HEALTHY, SOON,
    ],
    _nobody_has_to_approve: [
        ("publish",), ("another",), ("publish",), ("publish_without_approval",),
    ],
    _who_submits_approves: [
        ("publish",), ("another",), ("publish",), ("publish_without_approval",), ("approve",),
    ],
    _an_approval_is_not_needed_at_its_minute: [
        ("publish",), ("another",), ("schedule", 3), SOON,
    ],
    _nobody_is_told_at_once: [("publish",), DIGEST, ("correct", "notify")],
}  # fmt: skip


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def test_the_invariants_see_a_fault(
    servers: tuple[BotApi, SmtpServer], fault: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    play(servers, *FAULTS[fault])
    with monkeypatch.context() as patch:
        fault(patch)
        try:
            with pytest.raises(AssertionError):
                play(servers, *FAULTS[fault])
        finally:
            turn_sql.start_statement.cache_clear()
