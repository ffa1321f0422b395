"""Two texts are compared word by word, so that a reader sees what was changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syndicate.model.article import Article, Dateline, InfoSource, Media
from syndicate.text.article_diff import article_changes
from syndicate.text.word_diff import around_changes, marked, word_changes

LONG = " ".join(f"kata{n}" for n in range(40))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Rapat hari Senin.", "Rapat hari Selasa.", "Rapat hari [-Senin.-] {+Selasa.+}"),
        ("", "Baru.", "{+Baru.+}"),
        ("Lama.", "", "[-Lama.-]"),
        ("sama   saja\n\n", "sama saja", "sama saja"),
        ("satu\ndua", "satu\ndua\ntiga", "satu\ndua {+tiga+}"),
        # one word between two changes is no landmark: the passage is read as a whole
        ("pukul 8 di aula", "jam 9 di kantor", "[-pukul 8 di aula-] {+jam 9 di kantor+}"),
        ("yang yang yang", "yang yang yang", "yang yang yang"),
        ("Piagam", "Pia\u0301gam", "[-Piagam-] {+Pi\u00e1gam+}"),
        (f"{LONG} lama {LONG}", f"{LONG} baru {LONG}",
         "… kata38 kata39 [-lama-] {+baru+} kata0 kata1 …"),
    ],
)  # fmt: skip
def test_what_was_removed_and_added_is_marked(before: str, after: str, shown: str) -> None:
    assert marked(around_changes(word_changes(before, after), words=2)) == shown


@pytest.mark.parametrize(
    ("before", "after"),
    [("ya\n" * 9_000, "ya\n" * 8_000 + "tidak\n" * 1_000),
     ("ya tidak " * 900, "tidak ya ya " * 600),
     ("\n".join(f"a{n}" for n in range(9_000)), "\n".join(f"b{n}" for n in range(9_000)))],
)  # fmt: skip
def test_texts_that_repeat_or_share_nothing_are_compared_by_few_looks(
    before: str, after: str
) -> None:
    found = word_changes(before, after)
    words = [passage.text.split() for passage in found]
    assert sum(map(len, words)) <= len(before.split()) + len(after.split())
    assert len(found) <= 3


def test_every_field_that_readers_notice_is_compared() -> None:
    base = Article(uri="tag:x,2026:a", lead="", language="id", headline="Kabar", html="")
    before = replace(
        base, html='<p>Isi <a href="https://a.example/?x&amp;y">ini</a></p>',
        media=(Media(file="foto.png", alt="Aula", sha256="aa" * 32, media_type="image/png"),),
        by="Tim", subjects=("pilkada",), expires=datetime(2026, 5, 1, tzinfo=UTC),
    )  # fmt: skip
    after = replace(
        base, headline="Kabar baru", html='<p>Isi <a href="https://b.example/">ini</a></p>',
        description="Singkat", dateline=Dateline("BENGKALIS"), url="https://kantor.example/a",
        media=(Media(file="foto.png", alt="Aula", sha256="bb" * 32, media_type="image/png"),),
        by="Tim", subjects=("pilkada", "kpu"), expires=datetime(2026, 5, 2, tzinfo=UTC),
        info_sources=(InfoSource(name="KPU", role="originator"),), urgency=2,
        overrides={"telegram": {"headline": "Pendek"}},
    )  # fmt: skip
    zone = ZoneInfo("Asia/Jakarta")
    found = {field.name: marked(field.passages) for field in article_changes(before, after, zone)}
    assert found == {
        "headline": "Kabar {+baru+}",
        "description": "{+Singkat+}",
        "dateline": "{+BENGKALIS+}",
        "links": "[-https://a.example/?x&y-] {+https://b.example/+}",
        "pictures": "foto.png · Aula · [-aaaaaaaaaaaa-] {+bbbbbbbbbbbb+}",
        "infoSources": "{+KPU originator+}",
        "subjects": "pilkada {+kpu+}",
        "urgency": "{+2+}",
        "expires": "[-1-] {+2+} May 2026 07:00 WIB",
        "url": "{+https://kantor.example/a+}",
        "overrides.telegram.headline": "{+Pendek+}",
    }
    assert article_changes(before, before, zone) == ()
