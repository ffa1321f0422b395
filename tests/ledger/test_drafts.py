"""A draft is kept whole before it is published, and at most one of an article is scheduled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.errors import NotStorable
from syndicate.ledger import Catalogue, Ledger, open_ledger
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.schema import media, scheduled
from syndicate.model.article import Article, Dateline, InfoSource, Media
from syndicate.model.person import Person

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
PICTURE = "a" * 64
DRAFT = StoredDraft(
    article=Article(
        uri="tag:kantor.example,2026:satu", headline="Kabar", html="<p>Isi.</p>", lead="Isi.",
        date=NOW, dateline=Dateline("Antara", "Antara"), subjects=("pilkada",),
        info_sources=(InfoSource(name="Dinas", role="originator"),),
        overrides={"feed": {"headline": "Lain"}}, channels=("feed",), embargoed_until=LATER,
        media=(Media(file="a.png", sha256=PICTURE, size=3, media_type="image/png"),),
    ),
    source="---\n", path="/kantor/kabar.md", kind="correction", note="Tanggal keliru.", after=1,
    channels=("feed",), due=LATER, stored=NOW, person=Person("Ani", "ani@kantor"),
)  # fmt: skip
OTHERS: dict[str, dict[str, Any]] = {
    "text": {"article": replace(DRAFT.article, html="<p>Lain.</p>")},
    "picture": {"article": replace(DRAFT.article, media=())},
    "own words": {"article": replace(DRAFT.article, overrides={})},
    "channels": {"article": replace(DRAFT.article, channels=None)},
    "named channels": {"channels": ()},
    "note": {"note": ""},
    "kind": {"kind": "refile"},
    "time": {"due": None},
    "backfill": {"backfill": True},
}


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url, NOW)
    yield opened
    opened.close()


def stored(ledger: Ledger, draft: StoredDraft = DRAFT) -> int:
    with ledger.planning() as catalogue:
        number = catalogue.drafts.store(draft, {PICTURE: b"png"})
        catalogue.schedule.put(number)
    return number


def test_a_draft_comes_back_whole_with_its_files(ledger: Ledger) -> None:
    number = stored(ledger)
    with ledger.reading() as db:
        found = Catalogue(db).drafts.read(number)
        assert found == replace(DRAFT, number=number)
        assert found.fingerprint == DRAFT.fingerprint
        assert db.scalar(media.select()) == PICTURE


@pytest.mark.parametrize("what", OTHERS)
def test_whatever_an_approval_binds_changes_the_fingerprint(what: str) -> None:
    assert replace(DRAFT, **OTHERS[what]).fingerprint != DRAFT.fingerprint


@pytest.mark.parametrize(
    "same", [{"path": "/lain.md"}, {"person": Person("Budi")}, {"stored": LATER}]
)
def test_who_stored_it_and_where_it_lies_is_not_bound(same: dict[str, Any]) -> None:
    assert replace(DRAFT, **same).fingerprint == DRAFT.fingerprint


def test_a_later_draft_takes_the_place_of_a_scheduled_one(ledger: Ledger) -> None:
    first = stored(ledger)
    second = stored(ledger, replace(DRAFT, due=LATER + timedelta(hours=1)))
    with ledger.reading() as db:
        catalogue = Catalogue(db)
        assert [one.draft.number for one in catalogue.schedule.all()] == [second]
        assert catalogue.drafts.read(first) is None


def test_two_cannot_be_scheduled_of_one_article(ledger: Ledger) -> None:
    stored(ledger)
    with pytest.raises(NotStorable):
        schedule_another(ledger)


def schedule_another(ledger: Ledger) -> None:
    """Do what another machine would do that did not look first."""
    with ledger.planning() as catalogue:
        number = catalogue.drafts.store(DRAFT)
        row = {"uri": DRAFT.uri, "draft_id": number, "due_at": NOW}
        catalogue.db.execute(scheduled.insert().values(**row))


def test_what_is_taken_leaves_no_text_and_is_taken_once(ledger: Ledger) -> None:
    number = stored(ledger)
    with ledger.planning() as catalogue:
        assert catalogue.schedule.take(DRAFT.uri) is not None
        assert catalogue.schedule.take(DRAFT.uri) is None
        assert catalogue.drafts.read(number) is None


def test_what_is_due_waits_for_its_time_and_for_whoever_holds_it(ledger: Ledger) -> None:
    stored(ledger)
    with ledger.planning() as catalogue:
        schedule = catalogue.schedule
        assert schedule.due(LATER - timedelta(seconds=1)) == []
        assert [one.uri for one in schedule.due(LATER)] == [DRAFT.uri]
        schedule.hold(DRAFT.uri, NOW, "Tunggu.", asks=True)
        assert schedule.due(LATER) == []
        [held] = schedule.all()
        assert (held.held, held.why, held.asks) == (NOW, "Tunggu.", True)
        schedule.release(DRAFT.uri, LATER)
        assert [one.uri for one in schedule.due(LATER)] == [DRAFT.uri]
        assert schedule.due(LATER)[0].why == ""


def test_after_a_restore_a_person_looks_at_each_scheduled_revision(ledger: Ledger) -> None:
    stored(ledger)
    ledger.doubt_since_backup(NOW, letters_sent=False)
    with ledger.planning() as catalogue:
        assert catalogue.schedule.due(LATER) == []
        assert [one.asks for one in catalogue.schedule.all()] == [True]
