"""Words are kept for as long as they are somewhere, or should be."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from syndicate.ledger import open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import media, renditions
from syndicate.ledger.sending.renditions import files, forget_unused, keep, rendition_for
from syndicate.model.delivery import Rendition
from syndicate.model.step import Action, Step
from syndicate.testing import NOON, PICTURE, PIXEL

HELLO = Rendition(
    address="post", media_type="text/plain", content=b"hello", media=(PICTURE.sha256,)
)


def kept(db: Connection) -> int:
    return len(db.execute(select(renditions.c.id)).all())


def test_the_same_words_are_kept_once(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with transaction(ledger.engine) as db:
        db.execute(media.insert().values(sha256=PICTURE.sha256, content=PIXEL))
        number = keep(db, HELLO)
        assert keep(db, HELLO) == number
        assert kept(db) == 1
        assert rendition_for(db, number, "post") == HELLO
        assert files(db, HELLO) == {PICTURE.sha256: PIXEL}
        forget_unused(db, number, None)
        assert kept(db) == 0
    ledger.close()


@pytest.mark.parametrize("wanted", [True, False], ids=["wanted", "a fallback"])
def test_words_that_are_wanted_are_not_forgotten(ledger_url: str, wanted: bool) -> None:
    ledger = open_ledger(ledger_url, NOON)
    with ledger.planning() as catalogue:
        channel = catalogue.channels.register("wall", "wall", "there", NOON)
        edition = catalogue.editions.open(channel.id, "hello")
        step = Step(address="post", action=Action.CREATE, rendition=HELLO)
        if not wanted:
            step = Step(address="post", action=Action.REMOVE, rendition=None, fallback=HELLO)
        catalogue.deliveries.want(edition, step, 1)
        forget_unused(catalogue.db, keep(catalogue.db, HELLO))
        assert kept(catalogue.db) == 1
    ledger.close()


def test_nobody_forgets_what_another_one_is_about_to_want(postgres_ledger: str) -> None:
    """Guard: the locks in keep and forget_unused."""
    ledger = open_ledger(postgres_ledger, NOON)
    with transaction(ledger.engine) as db:
        number = keep(db, HELLO)
    with transaction(ledger.engine) as db:
        assert keep(db, HELLO) == number
        with transaction(ledger.engine) as other:
            forget_unused(other, number)
        assert rendition_for(db, number, "post") == HELLO
    ledger.close()
