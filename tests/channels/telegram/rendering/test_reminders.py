"""Short posts that remind of a deadline, as a reader gets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate import Item, Publisher, Reminder
from syndicate.testing import HELLO, item, withdrawn
from syndicate_telegram.rendering.compose import compose_reminder

OFFICE = Publisher(name="Kabar", url="https://kabar.example", timezone="Asia/Jakarta")
CLOSES = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PPK = replace(
    HELLO, headline="Rekrutmen PPK", profile="rekrutmen", language="id", expires=CLOSES,
    url="https://kabar.example/ppk",
)  # fmt: skip


def post(state: Item, before: timedelta) -> Any:
    when = CLOSES - before
    return compose_reminder(state, OFFICE, Reminder(moment=when, at=when, expires=CLOSES))


@pytest.mark.parametrize(
    ("given", "before", "text"),
    [
        ({}, 7 * DAY, "Tinggal 7 hari: Rekrutmen PPK, ditutup 12 Mei 2026 16.00 WIB"),
        ({}, 7 * DAY - HOUR / 2, "Tinggal 7 hari: Rekrutmen PPK, ditutup 12 Mei 2026 16.00 WIB"),
        ({}, 5.5 * DAY, "Tinggal 5 hari: Rekrutmen PPK, ditutup 12 Mei 2026 16.00 WIB"),
        ({}, DAY, "Tinggal 1 hari: Rekrutmen PPK, ditutup 12 Mei 2026 16.00 WIB"),
        ({}, 20 * HOUR, "Tinggal 20 jam: Rekrutmen PPK, ditutup 12 Mei 2026 16.00 WIB"),
        (
            {"profile": "pengumuman"},
            DAY,
            "Tinggal 1 hari: Rekrutmen PPK, sampai 12 Mei 2026 16.00 WIB",
        ),
        ({"language": "en"}, 2 * DAY, "2 days left: Rekrutmen PPK, closes 12 May 2026 16:00 WIB"),
        (
            {"expires": CLOSES + 7 * DAY},
            DAY,
            "Batas waktu berubah: Rekrutmen PPK, ditutup 19 Mei 2026 16.00 WIB",
        ),
    ],
)
def test_a_reminder_says_how_long_it_still_is(
    given: dict[str, Any], before: timedelta, text: str
) -> None:
    made = post(item(replace(PPK, **given)), before)
    first, more = made.text.split("\n")
    assert first == text
    assert more in ("Baca selengkapnya", "Read more")
    assert PPK.url in [entity.get("url") for entity in made.entities]


def test_a_reminder_without_a_page_is_one_line() -> None:
    assert "\n" not in post(item(replace(PPK, url=None)), DAY).text


def test_a_reminder_of_what_is_over_or_withdrawn_says_that() -> None:
    over = post(item(PPK, expired=True, ended=True), DAY).text
    assert over.startswith("Pendaftaran ditutup (12 Mei 2026 16.00 WIB): Rekrutmen PPK")
    assert post(withdrawn(PPK), DAY).text.startswith("DITARIK: Rekrutmen PPK")
