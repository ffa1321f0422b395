"""What is out can be corrected, refiled and taken back, and every channel says so."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from support.newsroom import (
    EVENING,
    MORNING,
    NEXT_EVENING,
    NOON,
    Newsroom,
    part,
)
from support.terminal import at_a_terminal
from syndicate.testing import PIXEL

NOTE = "Nama kantor salah tulis."
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def out(room: Newsroom) -> Newsroom:
    """An office whose article is published, and whose file has changed since."""
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    return room


def feed_texts(room: Newsroom) -> list[str]:
    names = ("rss.xml", "atom.xml", "feed.json")
    return [(room.feed / name).read_text(encoding="utf-8") for name in names]


def updated(room: Newsroom) -> list[str | None]:
    """Every ``updated`` of the Atom feed: the feed's own, then its entries'."""
    tree = ET.parse(room.feed / "atom.xml")
    return [element.text for element in tree.iter(f"{ATOM}updated")]


def test_a_changed_article_asks_for_note_or_minor_where_nobody_can_be_asked(out: Newsroom) -> None:
    before = out.remembered(), out.effects, feed_texts(out)
    answer = out.run("publish", "kabar.md", at=NOON)
    assert answer.code == 1
    assert "--note" in answer.complaint
    assert "--minor" in answer.complaint
    assert (out.remembered(), out.effects, feed_texts(out)) == before


def test_note_and_minor_contradict_each_other(out: Newsroom) -> None:
    before = out.everything()
    answer = out.run("publish", "kabar.md", "--note", NOTE, "--minor")
    assert answer.code == 2
    assert out.everything() == before


def test_a_correction_shows_its_note_in_feed_post_and_letter(out: Newsroom) -> None:
    assert out.run("digest", at=EVENING).code == 0
    out.publish("--note", NOTE, at="2026-05-04T18:00:00+07:00")
    assert "Isi yang benar." in out.post.text
    assert f"RALAT (4 Mei 2026 18.00 WIB): {NOTE}" in out.post.text
    assert all(NOTE in text and "Isi yang benar." in text for text in feed_texts(out))
    assert out.run("digest", at=NEXT_EVENING).code == 0
    letter = out.letters[-1]
    assert NOTE in part(letter, "plain")
    assert NOTE in part(letter, "html")


def test_a_correction_before_the_first_letter_is_in_it(out: Newsroom) -> None:
    out.publish("--note", NOTE, at=NOON)
    out.run("digest", at=EVENING)
    [letter] = out.letters
    assert "Isi yang benar." in part(letter, "plain")
    assert part(letter, "plain").count("Kabar pertama") == 1


def test_a_correction_moves_updated_and_keeps_published(out: Newsroom) -> None:
    [before] = out.entries
    out.publish("--note", NOTE, at=NOON)
    [after] = out.entries
    assert after["id"] == before["id"]
    assert after["date_published"] == before["date_published"]
    assert after["date_modified"] > before["date_published"]
    assert set(updated(out)) == {NOON}


def test_a_minor_fix_is_silent(out: Newsroom) -> None:
    out.run("digest", at=EVENING)
    [before], moments = out.entries, updated(out)
    out.publish("--minor", at="2026-05-04T18:00:00+07:00")
    [after] = out.entries
    assert "Isi yang benar." in out.post.text
    assert "RALAT" not in out.post.text
    assert "Isi yang benar." in after["content_html"]
    assert after.get("date_modified") == before.get("date_modified")
    assert updated(out) == moments
    assert out.run("digest", at=NEXT_EVENING).code == 0
    assert len(out.letters) == 1


def test_the_note_stays_when_a_minor_fix_follows(out: Newsroom) -> None:
    out.publish("--note", NOTE, at=NOON)
    out.rewrite("benar.", "benar sekali.")
    out.publish("--minor", at=EVENING)
    assert "benar sekali." in out.post.text
    assert NOTE in out.post.text
    assert all(NOTE in text for text in feed_texts(out))


def test_two_corrections_keep_both_notes_in_the_ledger(out: Newsroom) -> None:
    out.publish("--note", NOTE, at=NOON)
    out.rewrite("benar.", "benar sekali.")
    out.publish("--note", "Juga ini.", at=EVENING)
    said = out.run("history", "kabar.md", "--json").json["history"]
    assert [(one["what"], one["detail"]) for one in said if not one["channel"]] == [
        ("original", ""), ("correction", NOTE), ("correction", "Juga ini."),
    ]  # fmt: skip
    assert len(out.api.posts) == 1


def test_a_note_without_a_change_is_said_to_be_unused(room: Newsroom) -> None:
    room.write()
    room.publish()
    before = room.remembered()
    answer = room.publish("--note", NOTE)
    assert "the note was not used" in answer.out
    assert room.remembered() == before


def test_a_note_on_what_is_published_for_the_first_time_is_said_to_be_unused(
    room: Newsroom,
) -> None:
    room.write()
    answer = room.publish("--note", NOTE)
    assert "kabar.md: this is its first publication; the note was not used" in answer.out
    assert NOTE not in room.post.text


@pytest.mark.parametrize(
    ("typed", "kind", "shows_note"), [(NOTE, "correction", True), ("-", "refile", False)]
)
def test_at_a_terminal_it_asks_what_was_wrong(
    out: Newsroom, typed: str, kind: str, shows_note: bool
) -> None:
    said = at_a_terminal(out, "publish", "kabar.md", type=f"{typed}\n")
    assert "What was wrong?" in said
    assert "Isi yang benar." in out.post.text
    assert (NOTE in out.post.text) is shows_note
    [(stored,)] = out.rows("SELECT kind FROM revisions WHERE version = 2")
    assert stored == kind


def test_at_a_terminal_enter_is_no_answer(out: Newsroom) -> None:
    at_a_terminal(out, "publish", "kabar.md", type=f"\n  \n{NOTE}\n")
    assert out.rows("SELECT kind FROM revisions WHERE version = 2") == [("correction",)]


@pytest.mark.parametrize("typed", ["y", "Ya.", "tidak", "N", " yes! ", "ok", "?"])
def test_at_a_terminal_yes_and_no_are_no_note(out: Newsroom, typed: str) -> None:
    said = at_a_terminal(out, "publish", "kabar.md", type=f"{typed}\n{NOTE}\n")
    assert said.count("What was wrong?") == 2
    assert f"“{typed.strip()}” does not say what was wrong" in said
    assert out.rows("SELECT kind, note FROM revisions WHERE version = 2") == [("correction", NOTE)]


def test_at_a_terminal_the_question_names_a_picture_that_is_another_one(room: Newsroom) -> None:
    (room.folder / "a.png").write_bytes(PIXEL)
    room.write(associations=[{"file": "a.png"}])
    room.publish()
    (room.folder / "a.png").write_bytes(PIXEL + b"2")
    said = at_a_terminal(room, "publish", "kabar.md", type=f"{NOTE}\n")
    assert "~ a.png: the file was replaced" in said.partition("What was wrong?")[0]


def test_at_a_terminal_the_question_shows_what_changed(out: Newsroom) -> None:
    out.rewrite("Isi yang benar.", "Isi yang benar, dengan satu kalimat lagi.")
    said = at_a_terminal(out, "publish", "kabar.md", type=f"{NOTE}\n")
    before, _, _ = said.partition("What was wrong?")
    assert "kabar.md has changed since it was published:" in before
    assert "- Isi kabar." in before
    assert "+ Isi yang benar, dengan satu kalimat lagi." in before
    assert "━" not in before, "a bar would erase the question"


@pytest.fixture
def both(room: Newsroom) -> Newsroom:
    """Two published articles, both changed since."""
    for name, headline in (("a.md", "Kabar banjir"), ("b.md", "Lomba desa")):
        room.write(name, f"{headline} kemarin.", headline=headline)
        room.publish(name)
        room.rewrite("kemarin", "hari ini", name)
    return room


def test_at_a_terminal_each_changed_file_gets_a_note_of_its_own(both: Newsroom) -> None:
    said = at_a_terminal(both, "publish", "a.md", "b.md", type="Harinya salah.\n-\n")
    assert said.count("What was wrong?") == 2
    found = both.rows("SELECT kind, note FROM revisions WHERE version = 2 ORDER BY uri")
    assert sorted(found) == [("correction", "Harinya salah."), ("refile", "")]


@pytest.mark.parametrize("way", [[], ["--dry-run"], ["--yes"]])
def test_one_note_for_several_changed_files_is_refused(both: Newsroom, way: list[str]) -> None:
    before = both.effects
    answer = both.run("publish", "a.md", "b.md", "--note", "Harinya salah.", *way)
    assert answer.code == 1
    assert "a.md, b.md: have changed" in answer.complaint
    assert "--minor" in answer.complaint
    assert both.effects == before
    assert both.run("publish", "a.md", "--note", "Harinya salah.").code == 0
    assert both.run("publish", "a.md", "b.md", "--note", "Harinya salah.").code == 0


def test_links_are_whole_on_a_narrow_terminal(room: Newsroom) -> None:
    name = "kabar-yang-namanya-panjang.md"
    room.write(name, headline="Kabar " + "panjang " * 12)
    [post] = [
        one for one in room.publish(name, "--json").json["lines"] if "t.me" in str(one["url"])
    ]
    for words in (["publish", name], ["status"], ["status", name]):
        said = at_a_terminal(room, *words, columns=40)
        assert post["url"] in said
        assert room.uri(name) in said
        assert " \r\n" not in said, "blanks at the end would be lines of their own"


def test_at_a_terminal_nothing_is_asked_with_yes_or_json(out: Newsroom) -> None:
    for words in (["--yes"], ["--json"]):
        assert "What was wrong?" not in at_a_terminal(out, "publish", "kabar.md", *words)
    assert "Isi kabar." in out.post.text


def test_a_terminal_gets_a_table_and_colours_unless_no_color_is_set(room: Newsroom) -> None:
    room.write()
    room.publish()
    plain = at_a_terminal(room, "publish", "kabar.md")
    coloured = at_a_terminal(room, "publish", "kabar.md", no_color=False)
    assert "where, why" in plain
    assert "\x1b[3" not in plain
    assert "\x1b[32mdone" in coloured
    assert "\x1b" not in room.run("publish", "kabar.md").said


# taking back


REASON = "Jadwal dicabut."


def test_a_withdrawal_puts_a_notice_with_its_reason_everywhere(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    [before] = room.entries
    room.run("digest", at=EVENING)
    answer = room.run("withdraw", "kabar.md", "--reason", REASON, at=EVENING)
    assert answer.code == 0, answer.said
    assert REASON in room.post.text
    assert "Isi kabar." not in room.post.text
    [after] = room.entries
    assert after["id"] == before["id"]
    assert all(REASON in text and "Isi kabar." not in text for text in feed_texts(room))
    room.run("digest", at=NEXT_EVENING)
    letter = room.letters[-1]
    assert REASON in part(letter, "plain")
    assert REASON in part(letter, "html")


def test_withdrawing_again_changes_nothing(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.run("withdraw", "kabar.md", "--reason", REASON)
    before = room.everything()
    answer = room.run("withdraw", room.uri(), "--reason", REASON)
    assert answer.code == 0
    assert room.everything() == before


def test_withdrawn_before_its_digest_it_is_in_no_letter(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.write("lain.md", "Yang lain.", headline="Kabar lain")
    room.publish("kabar.md", "lain.md")
    room.run("withdraw", "kabar.md", "--reason", REASON, at=NOON)
    room.run("digest", at=EVENING)
    [letter] = room.letters
    assert "Kabar lain" in part(letter, "plain")
    assert "Kabar pertama" not in part(letter, "plain")
    assert "Kabar pertama" not in part(letter, "html")


def test_what_was_withdrawn_is_not_published_again(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.run("withdraw", "kabar.md", "--reason", REASON)
    before = room.everything()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "withdrawn" in answer.complaint
    assert room.everything() == before


@pytest.mark.parametrize("words", [["--reason", " "], ["--reason", ""]])
def test_a_withdrawal_needs_a_reason(room: Newsroom, words: list[str]) -> None:
    room.write()
    room.publish()
    before = room.everything()
    assert room.run("withdraw", "kabar.md", *words).code == 2
    assert room.everything() == before


@pytest.mark.parametrize("which", ["kabar.md", "tag:kantor.example,2026-05-04:tidak-ada"])
def test_what_was_never_published_cannot_be_withdrawn(room: Newsroom, which: str) -> None:
    room.write()
    before = room.everything()
    answer = room.run("withdraw", which, "--reason", REASON)
    assert answer.code == 1
    assert which in answer.complaint
    assert room.everything().files == before.files
    assert room.effects == 0


def test_a_withdrawal_by_uri_needs_no_file(room: Newsroom) -> None:
    room.write()
    room.publish()
    uri = room.uri()
    (room.folder / "kabar.md").unlink()
    assert room.run("withdraw", uri, "--reason", REASON).code == 0
    assert REASON in room.post.text


def test_kill_removes_the_post_and_keeps_the_notice_in_the_feed(room: Newsroom) -> None:
    room.write()
    room.publish()
    answer = room.run("withdraw", "kabar.md", "--reason", REASON, "--kill")
    assert answer.code == 0
    assert room.posts == []
    assert all(REASON in text for text in feed_texts(room))


def test_kill_after_two_days_leaves_the_notice(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.api.age(room.post.message_id, hours=49)
    answer = room.run("withdraw", "kabar.md", "--reason", REASON, "--kill")
    assert answer.code == 0, answer.said
    assert REASON in room.post.text
    assert "Isi kabar." not in room.post.text
    asked = len(room.api.requests)
    assert room.run("withdraw", "kabar.md", "--reason", REASON, "--kill").code == 0
    assert len(room.api.requests) == asked


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_withdrawal_says_when_the_lists_are_told(room: Newsroom, dry: tuple[str, ...]) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.write("lain.md", headline="Kabar lain")
    room.publish()
    room.run("digest", at=EVENING)
    room.publish("lain.md", at=EVENING)
    words = ("--reason", REASON, "--json", *dry)
    carried = room.run("withdraw", "kabar.md", *words, at=EVENING).json
    never = room.run("withdraw", "lain.md", *words, at=EVENING).json
    assert [one["why"] for one in carried["lines"] if one["action"] == "digest"] == [
        "in the digest of 5 May 2026 17:00 WIB"
    ]
    assert "digest" not in {one["action"] for one in never["lines"]}


def test_a_notice_can_be_killed_later(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.run("withdraw", "kabar.md", "--reason", REASON, at=MORNING)
    assert room.run("withdraw", "kabar.md", "--reason", REASON, "--kill", at=NOON).code == 0
    assert room.posts == []
