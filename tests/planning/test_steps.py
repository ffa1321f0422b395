"""The plan as a table: what is there, what is said now, and what has to happen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from syndicate.model.delivery import Rendition
from syndicate.model.step import Action, Known
from syndicate.planning.steps import Abilities, Purpose, plan_step, plan_steps

OLD = Rendition(address="post", media_type="text/plain", content=b"old")
NEW = Rendition(address="post", media_type="text/plain", content=b"new")

ABLE = Abilities(revises=True, removes=True, repeats=False, identity="here")
FIXED = replace(ABLE, revises=False, removes=False)  # what it cannot change after publishing
KEEPING = replace(ABLE, removes=False)
REPEATING = replace(ABLE, repeats=True)

STANDS = Known(state="settled", wanted=OLD.fingerprint, present=OLD.fingerprint, version=1,
               reference="1", destination="here")  # fmt: skip
DUE = Known(state="due", wanted=OLD.fingerprint, present=None, version=1)
SENDING = replace(DUE, state="sending")
DOUBT = replace(DUE, state="in_doubt")
REFUSED = replace(DUE, state="refused")
BEHIND = replace(STANDS, state="due", wanted=NEW.fingerprint, version=2)  # its correction is due
ELSEWHERE = replace(STANDS, destination="there")
GONE = replace(STANDS, wanted=None, present=None, reference=None)

FIRST = Purpose(version=1, major=1)
AGAIN = Purpose(version=1, major=1, refresh=False)
CORRECTION = Purpose(version=2, major=2)
REFILE = Purpose(version=2, major=1)
WITHDRAWAL = Purpose(version=2, major=2, withdrawn=True)
KILL = replace(WITHDRAWAL, kill=True)
LISTING = Purpose(called=Action.CORRECT)  # a collection

NOTHING, CREATE, CORRECT = Action.NOTHING, Action.CREATE, Action.CORRECT
REMOVE, WITHDRAW, CANNOT = Action.REMOVE, Action.WITHDRAW, Action.CANNOT


@dataclass(frozen=True)
class Case:
    """One row: what is known, what is asked for, and the answer."""

    there: Known | None
    said: Rendition
    purpose: Purpose
    can: Abilities
    action: Action
    wanted: Rendition | None
    replaces: bool = False
    fallback: Rendition | None = None
    why: str = ""


CASES = {
    # nothing is there
    "new": Case(None, NEW, FIRST, ABLE, CREATE, NEW),
    "new, listed": Case(None, NEW, LISTING, ABLE, CREATE, NEW),
    "still waiting": Case(DUE, OLD, AGAIN, ABLE, CREATE, OLD),
    "waiting, corrected": Case(DUE, NEW, CORRECTION, ABLE, CREATE, NEW),
    "waiting, corrected, fixed": Case(DUE, NEW, CORRECTION, FIXED, CREATE, NEW),
    "refused before": Case(REFUSED, OLD, AGAIN, ABLE, CREATE, OLD),
    # it stands
    "as it was": Case(STANDS, OLD, AGAIN, ABLE, NOTHING, OLD),
    "corrected": Case(STANDS, NEW, CORRECTION, ABLE, CORRECT, NEW),
    "refiled": Case(STANDS, NEW, REFILE, ABLE, Action.REFILE, NEW),
    "corrected, fixed": Case(STANDS, NEW, CORRECTION, FIXED, CANNOT, NEW, why="cannot change"),
    "another form": Case(STANDS, NEW, AGAIN, ABLE, NOTHING, NEW, why="--refresh"),
    "refreshed": Case(STANDS, NEW, FIRST, ABLE, Action.REFRESH, NEW),
    "refreshed, fixed": Case(STANDS, NEW, FIRST, FIXED, CANNOT, NEW, why="cannot change"),
    "listed anew": Case(STANDS, NEW, LISTING, ABLE, CORRECT, NEW),
    "correction due": Case(BEHIND, NEW, replace(CORRECTION, refresh=False), ABLE, CORRECT, NEW),
    # withdrawn
    "withdrawn": Case(STANDS, NEW, WITHDRAWAL, ABLE, WITHDRAW, NEW, replaces=True),
    "withdrawn, fixed": Case(STANDS, NEW, WITHDRAWAL, FIXED, CANNOT, NEW, replaces=True,
                             why="cannot change"),
    "never said": Case(None, NEW, WITHDRAWAL, ABLE, NOTHING, None, why="nothing is here"),
    "taken away": Case(GONE, NEW, WITHDRAWAL, ABLE, NOTHING, None, why="nothing is here"),
    "waiting, withdrawn": Case(DUE, NEW, WITHDRAWAL, ABLE, WITHDRAW, NEW, replaces=True,
                               why="called off"),
    "waiting, withdrawn, fixed": Case(DUE, NEW, WITHDRAWAL, FIXED, WITHDRAW, NEW, replaces=True,
                                      why="called off"),
    "refused, withdrawn": Case(REFUSED, NEW, WITHDRAWAL, ABLE, WITHDRAW, NEW, replaces=True,
                               why="called off"),
    "being sent, withdrawn": Case(SENDING, NEW, WITHDRAWAL, ABLE, WITHDRAW, NEW, replaces=True,
                                  why="called off"),
    # killed
    "killed": Case(STANDS, NEW, KILL, ABLE, REMOVE, None, replaces=True, fallback=NEW),
    "killed where nothing goes": Case(STANDS, NEW, KILL, KEEPING, WITHDRAW, NEW, replaces=True),
    "killed, never said": Case(None, NEW, KILL, ABLE, NOTHING, None, why="nothing is here"),
    "killed, waiting": Case(
        DUE, NEW, KILL, ABLE, REMOVE, None, replaces=True, fallback=NEW, why="called off before"
    ),
    "killed, in doubt": Case(DOUBT, NEW, KILL, ABLE, REMOVE, None, replaces=True, fallback=NEW),
    "killed, the notice stands": Case(
        replace(STANDS, wanted=NEW.fingerprint, present=NEW.fingerprint, version=2),
        NEW, KILL, ABLE,
        NOTHING, NEW, replaces=True),
    # in doubt
    "in doubt": Case(DOUBT, OLD, AGAIN, ABLE, NOTHING, OLD, why="in doubt"),
    "in doubt, corrected": Case(DOUBT, NEW, CORRECTION, ABLE, CORRECT, NEW),
    "in doubt, corrected, fixed": Case(DOUBT, NEW, CORRECTION, FIXED, CORRECT, NEW),
    "in doubt, withdrawn": Case(DOUBT, NEW, WITHDRAWAL, ABLE, WITHDRAW, NEW, replaces=True),
    "in doubt, withdrawn, fixed": Case(DOUBT, NEW, WITHDRAWAL, FIXED, WITHDRAW, NEW,
                                       replaces=True),
    # it stands where this channel no longer publishes
    "elsewhere": Case(ELSEWHERE, OLD, AGAIN, ABLE, NOTHING, OLD, why="stands in there"),
    "elsewhere, corrected": Case(ELSEWHERE, NEW, CORRECTION, ABLE, CANNOT, NEW,
                                 why="no longer publishes"),
    "elsewhere, withdrawn": Case(ELSEWHERE, NEW, WITHDRAWAL, ABLE, CANNOT, NEW,
                                 why="no longer publishes"),
    "elsewhere, repeated": Case(ELSEWHERE, NEW, CORRECTION, REPEATING, CORRECT, NEW),
    "elsewhere, never reached": Case(ELSEWHERE, NEW, CORRECTION, replace(ABLE, identity=None),
                                     CORRECT, NEW),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_step(case: Case) -> None:
    found = plan_step(case.said, case.there, case.purpose, case.can)
    assert (found.action, found.rendition) == (case.action, case.wanted)
    assert (found.replaces, found.fallback) == (case.replaces, case.fallback)
    assert case.why in found.why
    assert bool(case.why) == bool(found.why)


@pytest.mark.parametrize(
    ("there", "can", "action", "why"),
    [
        (STANDS, ABLE, REMOVE, ""),
        (STANDS, KEEPING, CANNOT, "cannot delete"),
        (DUE, KEEPING, REMOVE, ""),  # it was never said: nothing has to be taken away
    ],
    ids=["stands", "stands for good", "waits"],
)
def test_what_is_no_longer_said_is_removed(
    there: Known, can: Abilities, action: Action, why: str
) -> None:
    [kept, gone] = plan_steps([OLD], {"post": STANDS, "other": there}, AGAIN, can)
    assert (kept.address, kept.action) == ("post", NOTHING)
    assert (gone.address, gone.action, gone.rendition) == ("other", action, None)
    assert why in gone.why


def test_what_is_gone_already_is_not_removed_again() -> None:
    assert list(plan_steps([], {"post": GONE}, AGAIN, ABLE)) == []


def test_addresses_are_planned_each_for_itself() -> None:
    renditions = [NEW, Rendition(address="second", media_type="text/plain", content=b"new")]
    steps = list(plan_steps(renditions, {"post": STANDS}, CORRECTION, ABLE))
    assert [(one.address, one.action) for one in steps] == [("post", CORRECT), ("second", CREATE)]
