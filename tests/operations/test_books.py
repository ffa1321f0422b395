"""Letters that were frozen are counted again at each look, and one that is missing is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select

from support.direct_office import DirectOffice
from syndicate.ledger.reports.books import imbalances
from syndicate.ledger.schema import letters
from syndicate.operations.status import ledger_status


def test_a_letter_that_is_in_no_state_is_told_by_tick_and_status(
    ledger_url: str, tmp_path: Path
) -> None:
    room = DirectOffice(tmp_path, ledger_url, {}).having(list="Letters")
    room.subscribe("list", "ani@example.org", "budi@example.org", "citra@example.org")
    room.publish(room.write("kabar"))
    later = room.tomorrow()
    assert later.tick().exit_code == 0
    with later.office() as office, office.ledger.reading() as db:
        assert imbalances(db) == []
    [first, *_] = [row.subscriber_id for row in later.ask(select(letters.c.subscriber_id))]
    later.order(delete(letters).where(letters.c.subscriber_id == first))
    found = later.tick()
    assert found.exit_code == 3
    [problem] = found.problems
    assert "3 letters frozen, and 2 accounted for (2 sent)" in problem
    with later.office() as office:
        status = ledger_status(office)
    assert status.exit_code == 3
    assert [(alert.what, alert.about) for alert in status.alerts] == [("books", "list")]
