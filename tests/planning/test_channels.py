"""Deciding is pure: it reads the catalogue, writes nothing, and the same facts give one plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, event

from support.direct_office import DirectOffice
from syndicate.ledger import Catalogue, Standing
from syndicate.model.edition_keys import ANNOUNCEMENTS
from syndicate.office import Office
from syndicate.operations.sequence import register
from syndicate.planning.channels import make_plan
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Wish
from syndicate.planning.write import write_plan


@contextmanager
def statements(db: Connection) -> Iterator[list[str]]:
    """Collect the statements of a connection."""
    collected: list[str] = []

    def collect(*arguments: Any) -> None:
        collected.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", collect)
    try:
        yield collected
    finally:
        event.remove(db.engine, "before_cursor_execute", collect)


def corrected(office: Office, catalogue: Catalogue, uri: str) -> Standing:
    """Record a correction of an article."""
    before = catalogue.articles.standing(uri)
    assert before is not None
    article = replace(before.item.article, headline="hello again")
    catalogue.revisions.record(
        article, kind="correction", note="it was wrong", source="", path=before.path,
        at=office.clock(),
    )  # fmt: skip
    standing = catalogue.articles.standing(uri)
    assert standing is not None
    return standing


def test_deciding_writes_nothing_and_gives_the_same_plan_again(room: DirectOffice) -> None:
    """Guard: write.write_plan is the only function of planning that writes."""
    room = room.having(wall="Board", shelf="Shelf", letters="Letters")
    report = room.publish(room.write("hello"))
    with room.office() as office, office.ledger.planning(dry=True) as catalogue:
        register(office, catalogue, office.channels)
        standing = corrected(office, catalogue, report.articles[0].uri)
        wish = Wish(everything=True, diff=True)
        facts = Facts(office=office, catalogue=catalogue, wish=wish)
        with statements(catalogue.db) as executed:
            plan = make_plan(facts, office.channels, [standing])
            again = make_plan(facts, office.channels, [standing])
        assert all(statement.lstrip().startswith("SELECT") for statement in executed)
        assert executed
        assert plan == again
        assert {edition.channel.name for edition in plan.editions if edition.wants} == {
            "wall",
            "shelf",
        }
        write_plan(catalogue, plan)
        written = make_plan(facts, office.channels, [standing])
    wanted = [edition.key for edition in written.editions if edition.wants]
    assert wanted == [ANNOUNCEMENTS]  # sent as long as the change is still to be made
