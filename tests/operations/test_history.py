"""History of an article: versions, differences, what stood where when; and no text after a kill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from support import chromium
from support.newsroom import EVENING, NEXT_EVENING, NOON, REAL, Newsroom
from syndicate.operations.history_page import OVERRIDES
from syndicate.text.article_diff import FIELDS
from syndicate.text.history_words import HISTORY_ENGLISH, HISTORY_INDONESIAN, history_words

MARKER = "abrakadabra"
LOADS = re.compile(
    r"<(?:script|link|img|iframe|object|embed|form)\b|\b(?:src|srcset|action)=|url\(|@import"
)


def history(room: Newsroom, *words: str, at: str = NEXT_EVENING) -> Any:
    answer = room.run("history", "kabar.md", "--json", *words, at=at)
    assert answer.code == 0, answer.said
    return answer.json


def page(room: Newsroom, *words: str, at: str = NEXT_EVENING) -> str:
    (room.folder / "riwayat.html").unlink(missing_ok=True)
    answer = room.run("history", "kabar.md", "-o", "riwayat.html", *words, at=at)
    assert answer.code == 0, answer.said
    return (room.folder / "riwayat.html").read_text(encoding="utf-8")


def changed(diff: dict[str, Any]) -> dict[str, list[str]]:
    """The words of each field that did not stay."""
    return {
        field["name"]: [p["text"] for p in field["passages"] if p["change"] != "same"]
        for field in diff["fields"]
    }


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of databases meanwhile."""
    found: list[str] = []

    def keep(_line: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


@pytest.fixture
def corrected(room: Newsroom) -> Newsroom:
    """An article in three versions, the second of which was in a digest."""
    room.write(body="Rapat hari Senin di aula.", description="Rapat")
    room.subscribe("ani@example.org", "budi@example.org")
    assert room.run("--as", "Ani", "publish", "kabar.md").code == 0
    room.rewrite("Senin", "Selasa")
    room.publish("--note", "Harinya keliru.", at=NOON)
    assert room.run("digest", at=EVENING).code == 0
    room.rewrite("Kabar pertama", "Kabar kedua")
    room.publish("--minor", at=NEXT_EVENING)
    return room


def test_versions_have_their_time_person_note_and_differences(corrected: Newsroom) -> None:
    found = history(corrected)
    shown = [(each["kind"], each["person"], each["note"]) for each in found["versions"]]
    assert shown == [
        ("original", "Ani", ""), ("correction", "", "Harinya keliru."), ("refile", "", "")
    ]  # fmt: skip
    assert all(each["account"] for each in found["versions"])
    [last] = found["diffs"]
    assert (last["from"], last["to"]) == (2, 3)
    assert changed(last) == {"headline": ["pertama", "kedua"]}
    [other] = history(corrected, "--diff", "1..3")["diffs"]
    assert changed(other) == {"headline": ["pertama", "kedua"], "text": ["Senin", "Selasa"]}
    said = corrected.run("history", "kabar.md", "--diff", "1..2", at=NEXT_EVENING).out
    assert "text: Rapat hari [-Senin-] {+Selasa+} di aula." in said
    assert "correction" in said
    assert "Harinya keliru." in said
    assert "Ani (" in said


def test_versions_that_are_not_there_are_named(corrected: Newsroom) -> None:
    for wrong in ("1..9", "3", "a..b", "0..1"):
        answer = corrected.run("history", "kabar.md", "--diff", wrong, at=NEXT_EVENING)
        assert answer.code == 2
        assert answer.complaint.startswith("syndicate: --diff: ")
    answer = corrected.run("history", "kabar.md", "-o", "tiada/riwayat.html", at=NEXT_EVENING)
    assert (answer.code, answer.out) == (2, "")
    assert answer.complaint.startswith("syndicate: --html: tiada/riwayat.html cannot be written")


def test_letters_are_counted_and_nobody_s_address_is_shown(corrected: Newsroom) -> None:
    found = history(corrected)
    [digest] = found["digests"]
    assert (digest["channel"], digest["version"], digest["letters"]) == ("harian", 2, {"sent": 2})
    shown = (page(corrected), f"{found}", corrected.run("history", "kabar.md", at=NOON).out)
    assert [text for text in shown if "example.org" in text] == []
    assert "2 terkirim" in shown[0]


def test_what_stood_where_follows_from_the_attempts(room: Newsroom) -> None:
    room.only("feed", "telegram")
    room.change("feed", pages=True)
    path = room.write()
    path.write_text(path.read_text().replace("url: ", "by: "))  # without a page of its own
    room.publish(at=REAL)
    room.rewrite("Isi", "Inti")
    room.publish("--note", "Kata pertama keliru.", at=REAL)
    words = ("withdraw", "kabar.md", "--reason", "Tidak benar.", "--kill", "--yes")
    assert room.run(*words, at=REAL).code == 0
    found = history(room, at=REAL)
    by_place: dict[str, list[dict[str, Any]]] = {}
    for stay in found["stood"]:
        by_place.setdefault(f"{stay['channel']} {stay['address'][:8]}", []).append(stay)
    versions = {place: [s["version"] for s in stays] for place, stays in by_place.items()}
    assert versions == {
        "telegram post": [1, 2], "feed collecti": [1, 2, 3], "feed articles": [1, 2, 3]
    }  # fmt: skip
    for stays in by_place.values():
        assert all(one["until"] == two["since"] for one, two in pairwise(stays))
        assert all(stay["url"] for stay in stays if stay["stands"])
    stands = {place: stays[-1]["stands"] for place, stays in by_place.items()}
    assert stands == {"telegram post": False, "feed collecti": True, "feed articles": True}
    [post] = [each for each in found["receipts"] if each["channel"] == "telegram"]
    tried = [(each["verb"], each["version"], each["outcome"]) for each in post["attempts"]]
    assert tried == [("publish", 1, "receipt"), ("revise", 2, "receipt"), ("remove", 3, "receipt")]
    assert_only_the_new_post_has_a_link(room)


def assert_only_the_new_post_has_a_link(room: Newsroom) -> None:
    plan = room.run("reinstate", "kabar.md", "--note", "Sudah diperiksa.", "--dry-run", at=REAL)
    assert "telegram: 1 post new" in plan.out
    assert room.run("reinstate", "kabar.md", "--note", "Sudah diperiksa.", at=REAL).code == 0
    found = history(room, at=REAL)
    posts = [stay for stay in found["stood"] if stay["channel"] == "telegram"]
    assert [(stay["version"], bool(stay["url"])) for stay in posts] == [
        (1, False), (2, False), (4, True)
    ]  # fmt: skip
    events = [event for event in found["history"] if event["channel"] == "telegram"]
    linked = [event["version"] for event in events if event["detail"].startswith("http")]
    assert linked == [4]


def test_what_is_only_scheduled_has_a_history(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    assert room.run("publish", "kabar.md", "--at", "2026-05-05 08:00").code == 0
    found = history(room)
    assert (found["pub_status"], found["version"], found["versions"]) == ("scheduled", 0, [])
    assert [event["what"] for event in found["history"]] == ["scheduled"]
    assert "Kabar pertama  (scheduled)" in room.run("history", "kabar.md").out
    assert "dijadwalkan" in page(room)
    assert room.run("history", "kabar.md", "--diff", "1..2").code == 2


def test_a_letter_of_its_own_is_named_in_words(room: Newsroom) -> None:
    """Guard: letter_parts."""
    room.only("harian")
    room.subscribe("ani@example.org")
    room.write()
    room.publish()
    room.run("digest", at=EVENING)
    room.rewrite("Isi", "Inti")
    room.publish("--note", "Kata pertama keliru.", "--notify-readers", at=EVENING)
    name = f"letter on version 2 of {room.uri()}"
    for words in (("history", "kabar.md"), ("status",), ("digest", "--status")):
        said = room.run(*words, at=EVENING).out
        assert name in said
        assert "notice/" not in said
    assert "surat tentang perubahannya, " in page(room, at=EVENING)


def test_after_a_kill_no_text_of_what_was_killed_is_shown(room: Newsroom) -> None:
    room.only("telegram", "harian")
    room.subscribe("ani@example.org")
    room.write(headline=f"Nama {MARKER}", body=f"Isi {MARKER}.", description=f"Ringkas {MARKER}")
    room.publish()
    room.rewrite("Isi", "Teks")
    room.publish("--note", f"Bukan {MARKER} yang lain.", at=NOON)
    before = [
        page(room, at=NOON), f"{history(room, at=NOON)}", room.run("history", "kabar.md").out
    ]  # fmt: skip
    assert all(MARKER in text.replace(room.uri(), "") for text in before)
    words = ("withdraw", "kabar.md", "--reason", "Menyebut anak.", "--kill", "--yes")
    assert room.run(*words, at=EVENING).code == 0
    shown = [page(room)]
    for pair in ("1..2", "2..3", "1..3", "2..2"):
        shown += [page(room, "--diff", pair), f"{history(room, '--diff', pair)}"]
        shown.append(room.run("history", "kabar.md", "--diff", pair, at=NEXT_EVENING).said)
    # the uri, made from the first headline, is the article's name for ever, in every channel
    assert [text for text in shown if MARKER in text.replace(room.uri(), "")] == []
    assert all("Menyebut anak." in text for text in shown)
    found = history(room)
    assert [(each["version"], each["killed"]) for each in found["versions"]] == [
        (1, True), (2, True), (3, True)
    ]  # fmt: skip
    assert "dihapus pada 4 Mei 2026 17.01 WIB" in shown[0]


@pytest.mark.parametrize(
    ("language", "title"), [("id", "Riwayat artikel"), ("en", "History of an")]
)
def test_the_page_loads_nothing_and_is_in_the_office_s_language(
    corrected: Newsroom, language: str, title: str
) -> None:
    corrected.language = language
    corrected.configure()
    found = page(corrected)
    assert LOADS.findall(found) == []
    assert "default-src 'none'" in found
    assert f'<html lang="{language}">' in found
    assert title in found
    assert "<del>pertama</del> <ins>kedua</ins>" in found
    assert "<del>Senin</del> <ins>Selasa</ins>" in found  # of each version from the last
    assert page(corrected) == found


def test_what_an_article_says_is_text_on_the_page(room: Newsroom) -> None:
    room.only("telegram")
    room.write(headline="Rumus <script>alert(1)</script> & lain", body="Nilai `<b onclick=x>`.")
    room.publish()
    found = page(room)
    assert "<script" not in found
    assert "<b onclick" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; lain" in found


@pytest.mark.skipif(chromium.browser() is None, reason="there is no browser")
@pytest.mark.parametrize(("width", "dark"), [(375, False), (1200, True)])
def test_the_page_can_be_read_by_everybody(corrected: Newsroom, width: int, dark: bool) -> None:
    page(corrected)
    content = (corrected.folder / "riwayat.html").read_bytes()
    policy = re.compile(rb"<meta http-equiv[^>]*>")  # it keeps the examiner's script out, too
    found = chromium.axe(policy.sub(b"", content), width, dark=dark)
    assert (found["violations"], found["scrolls"]) == ([], False)


def test_a_long_history_takes_no_more_statements(room: Newsroom) -> None:
    room.only("telegram")
    room.write(body="Isi 0.")
    room.publish()
    counts = []
    for versions in (3, 9):
        for number in range(1, versions):
            room.write(body=f"Isi {versions} {number}.", uri=room.uri())
            room.publish("--minor")
        with statements() as asked:
            history(room)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_every_word_of_the_page_is_in_both_languages() -> None:
    assert HISTORY_ENGLISH.keys() == HISTORY_INDONESIAN.keys()
    assert [name for name in FIELDS if name not in HISTORY_ENGLISH] == []
    assert OVERRIDES[:-1] in HISTORY_ENGLISH
    assert history_words("id-ID") is HISTORY_INDONESIAN
    assert history_words("de") is HISTORY_ENGLISH
    template = Path("syndicate/operations/history_page.html.jinja")
    if template.exists():
        named = re.findall(r"words\.(\w+)", template.read_text(encoding="utf-8"))
        assert sorted(set(named) - HISTORY_ENGLISH.keys()) == []


def test_a_page_is_never_written_over_another_file(room: Newsroom) -> None:
    room.write()
    room.publish()
    for name in ("config.toml", "kabar.md", "syndicate.db"):
        before = (room.folder / name).read_bytes()
        answer = room.run("history", "kabar.md", "--html", name)
        assert (answer.code, answer.complaint) == (
            2, f"syndicate: --html: {name}: already exists (choose another name)"
        )  # fmt: skip
        assert (room.folder / name).read_bytes() == before
