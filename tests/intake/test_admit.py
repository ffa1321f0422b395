"""Which article a file is: what may be a mistaken identity is asked about, and nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from support.direct_office import DirectOffice
from syndicate.errors import ArticleError
from syndicate.intake import admission
from syndicate.intake.duplicates import Resembles
from syndicate.ledger.schema import revisions
from syndicate.operations.recording import Publication, record
from syndicate.sources import Draft
from syndicate.testing import NOON


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    return room.having(wall="Board")


def unnamed(room: DirectOffice, slug: str = "hello") -> Path:
    """An article's file that has no uri yet."""
    path = room.write(slug)
    path.write_text(without_uri(path), encoding="utf-8")
    return path


def without_uri(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("uri:"))


def test_a_file_named_by_a_process_that_died_is_no_stranger(room: DirectOffice) -> None:
    """Guard: Revisions.was_minted in duplicates.refuse_stranger."""
    path = unnamed(room)
    with room.office() as office:
        admission.admit_all(office, [path], dry=False)  # and no further
    room.publish(path)
    assert room.texts("wall") == ["hello"]


def test_a_lost_ledgers_own_first_day_is_asked_about(room: DirectOffice) -> None:
    """Guard: the comparison of dates in duplicates.refuse_stranger."""
    path = unnamed(room)
    room.publish(path)
    room.forget()
    with pytest.raises(ArticleError, match=r"hello\.md:2: it is older than the ledger.*--new"):
        room.publish(path)
    assert room.texts("wall") == ["hello"]


def test_an_article_of_a_restored_ledgers_first_days_is_asked_about(room: DirectOffice) -> None:
    """Guard: `restored_at` in duplicates.refuse_stranger."""
    with room.office() as office:
        office.ledger.doubt_since_backup(NOON, letters_sent=False)
    tomorrow = room.tomorrow()
    tomorrow.publish(tomorrow.write("hello"))  # of after the restore
    with pytest.raises(ArticleError, match="--new"):
        tomorrow.publish(room.write("older", date="2026-08-14"))
    assert room.texts("wall") == ["hello"]


def test_a_uri_line_that_was_lost_is_asked_about_and_the_file_is_left_alone(
    room: DirectOffice,
) -> None:
    """Guard: duplicates.refuse_renamed."""
    path = room.write("hello")
    room.publish(path)
    path.write_text(without_uri(path).replace("story", "tale"), encoding="utf-8")
    before = path.read_bytes()
    uri = r'uri: "tag:example\.org,2026-08-15:hello"'
    with pytest.raises(ArticleError, match=rf"its uri line is missing.*{uri}.*--new"):
        room.publish(path)
    assert path.read_bytes() == before
    room.publish(path, new=True)
    assert room.texts("wall") == ["hello", "hello"]


def test_a_uri_line_that_was_changed_is_asked_about(room: DirectOffice) -> None:
    """Guard: duplicates.refuse_renamed."""
    path = room.write("hello")
    room.publish(path)
    path.write_text(path.read_text(encoding="utf-8").replace(":hello", ":hullo"), encoding="utf-8")
    with pytest.raises(ArticleError, match=r"hello\.md:2: .*its uri line has changed"):
        room.publish(path)
    assert room.texts("wall") == ["hello"]


def test_a_files_next_article_needs_no_question(room: DirectOffice) -> None:
    path = room.write("hello")
    room.publish(path)
    path.write_text("---\nheadline: Pasar murah\n---\n\nDi lapangan.\n", encoding="utf-8")
    room.publish(path)
    assert room.texts("wall") == ["hello", "Pasar murah"]


def test_a_changed_copy_beside_its_original_is_asked_about(room: DirectOffice) -> None:
    """Guard: the second half of duplicates.refuse_copy."""
    path = room.write("hello")
    room.publish(path)
    copy = room.home / "copy.md"
    copy.write_text(path.read_text(encoding="utf-8").replace("story", "tale"), encoding="utf-8")
    with pytest.raises(ArticleError, match=r"copy\.md:2: .*hello\.md has this uri, too"):
        room.publish(copy, note="it was wrong")
    room.publish(copy, note="it was wrong", same_article=True)
    assert room.texts("wall") == ["hello (it was wrong)"]


def test_a_moved_file_and_a_link_to_it_need_no_question(room: DirectOffice) -> None:
    path = room.write("hello")
    room.publish(path)
    moved = path.rename(room.home / "moved.md")
    moved.write_text(moved.read_text(encoding="utf-8").replace("story", "tale"), encoding="utf-8")
    room.publish(moved, note="it was wrong")
    path.symlink_to(moved)
    moved.write_text(moved.read_text(encoding="utf-8").replace("tale", "yarn"), encoding="utf-8")
    room.publish(path, note="wrong again")
    assert room.texts("wall") == ["hello (wrong again)"]


def test_a_copy_that_was_published_unchanged_is_not_the_articles_file(room: DirectOffice) -> None:
    """Guard: has_twin in recording._path."""
    path = room.write("hello")
    room.publish(path)
    copy = room.home / "copy.md"
    copy.write_bytes(path.read_bytes())
    room.publish(copy)
    copy.write_text(path.read_text(encoding="utf-8").replace("story", "tale"), encoding="utf-8")
    with pytest.raises(ArticleError, match=r"hello\.md has this uri, too"):
        room.publish(copy, note="it was wrong")


def test_a_renamed_file_without_its_uri_line_is_known_by_its_page(room: DirectOffice) -> None:
    """Guard: Articles.at_url in duplicates.published_as."""
    path = room.write("hello")
    room.publish(path)
    moved = path.rename(room.home / "moved.md")
    moved.write_text(without_uri(moved), encoding="utf-8")
    with pytest.raises(ArticleError, match="its uri line is missing"):
        room.publish(moved)
    assert room.texts("wall") == ["hello"]


def test_a_file_without_its_uri_line_can_be_withdrawn(room: DirectOffice) -> None:
    path = room.write("hello")
    room.publish(path)
    path.write_text(without_uri(path), encoding="utf-8")
    room.withdraw(path)
    assert room.texts("wall") == ["withdrawn: it was not so"]


def test_another_article_with_a_copied_uri_line_withdraws_nothing(room: DirectOffice) -> None:
    """Guard: wholly_different in withdraw._uri_of."""
    room.publish(room.write("hello"))
    other = room.home / "other.md"
    uri = "tag:example.org,2026-08-15:hello"
    other.write_text(f"---\nuri: {uri}\nheadline: Pasar murah\n---\n\nDi lapangan.\n")
    with pytest.raises(ArticleError, match=r"this uri belongs to “hello”.*name it by its uri"):
        room.withdraw(other)
    assert room.texts("wall") == ["hello"]


def copied(room: DirectOffice, path: Path, slug: str, headline: str) -> Path:
    """A file with another article's text under a name of its own."""
    copy = room.write(slug, headline)
    text = path.read_text(encoding="utf-8").rpartition("---\n")[2]
    head = copy.read_text(encoding="utf-8").rpartition("---\n")[0]
    copy.write_text(f"{head}---\n{text}", encoding="utf-8")
    return copy


def test_the_text_of_a_published_article_is_asked_about_for_ever(room: DirectOffice) -> None:
    """Guard: Articles.with_text in duplicates._refuse_published."""
    path = room.write("hello")
    path.write_text(path.read_text(encoding="utf-8") + "It is a long story, in words.\n")
    room.publish(path)
    later = room.tomorrow(days=300)
    copy = copied(later, path, "copy", "Another headline")
    with pytest.raises(Resembles, match=r"this text was published already.*hello\.md"):
        later.publish(copy)
    later.publish(copy, others=frozenset([copy]))
    assert room.texts("wall") == ["hello", "Another headline"]


@pytest.mark.parametrize(("days", "asked"), [(0, True), (6, True), (7, False), (8, False)])
def test_a_headline_is_asked_about_for_a_week(room: DirectOffice, days: int, asked: bool) -> None:
    """Guard: Articles.with_headline in duplicates._refuse_published."""
    room.publish(room.write("hello", "Market days"))
    later = room.tomorrow(days=days)
    copy = later.write("copy", "Market days", date=f"2026-08-{15 + days}")
    if asked:
        with pytest.raises(Resembles, match="this headline was published already"):
            later.publish(copy)
    else:
        later.publish(copy)
    assert len(room.texts("wall")) == 2 - asked


def test_another_reading_of_an_unchanged_file_is_no_revision(room: DirectOffice) -> None:
    """Guard: Draft.same_as in recording.kind_of."""
    path = room.write("hello")
    room.publish(path)
    with room.office() as office, office.ledger.planning() as catalogue:
        here = update(revisions).values(
            document=func.replace(revisions.c.document, "The story", "A tale"), fingerprint="old"
        )
        catalogue.db.execute(here)
    for given in ({}, {"refresh": True}, {}):
        [subject] = room.publish(path, **given).articles
        assert (subject.kind, subject.version) == ("unchanged", 1)
    with room.office() as office, office.ledger.reading() as db:
        [document] = db.scalars(select(revisions.c.document))
    assert "The story" in document  # since it was refreshed


def test_a_file_that_another_command_has_overtaken_is_not_passed_over(room: DirectOffice) -> None:
    """Guard: Draft.kept in recording.kind_of."""
    path = room.write("hello")
    room.publish(path)
    before = path.read_bytes()
    with room.office() as office:
        [draft] = admission.admit_all(office, [path], dry=False)
        room.correct("hello", "hello, hello")
        path.write_bytes(before)
        with (
            pytest.raises(ArticleError, match="another command has just published a newer text"),
            office.ledger.planning() as catalogue,
        ):
            record(office, catalogue, Publication(paths=[path]), draft)


def test_a_file_that_another_process_has_just_published_is_no_copy(
    room: DirectOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the comparison with the file's own uri in duplicates._refuse_published."""
    path = unnamed(room)
    read = admission._read

    def slowly(*given: Any, **named: Any) -> Draft:
        draft = read(*given, **named)
        monkeypatch.undo()
        room.publish(path)
        return draft

    monkeypatch.setattr(admission, "_read", slowly)
    room.publish(path)
    assert room.texts("wall") == ["hello"]
