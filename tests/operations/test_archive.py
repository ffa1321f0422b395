"""What was published stays published: a newer program or another setting corrects nothing."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import struct
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from support.newsroom import MORNING, NOON, REAL, Newsroom

ARCHIVE = Path(__file__).parents[1] / "data" / "archive"  # files, and their ledger
FILES = sorted(path.name for path in ARCHIVE.glob("*.md"))
SETTINGS = {
    "url": "https://baru.example",
    "language": "en",
    "timezone": "Asia/Jayapura",
    "name": "Kantor Baru",
    "email": "baru@kantor.example",
    "address": "Jl. Baru 9",
}


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        held = kind + data
        return struct.pack(">I", len(data)) + held + struct.pack(">I", zlib.crc32(held))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height)
    pieces = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


@pytest.fixture
def archive(room: Newsroom) -> Newsroom:
    """An office with eight articles that an earlier version of the program has published."""
    for path in ARCHIVE.iterdir():
        if path.suffix != ".sql":
            shutil.copy(path, room.folder)
    dump = (ARCHIVE / "ledger.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(room.ledger)) as db:
        db.executescript(dump.replace("@FOLDER@", str(room.folder.resolve())))
    room.ledger.chmod(0o600)
    room.feed.mkdir(parents=True)
    (room.feed / "rss.xml").touch()  # where nothing of a feed stands, its folder is waited for
    return room


@pytest.fixture
def out(room: Newsroom) -> Newsroom:
    """An office whose article, with two pictures, is published."""
    (room.folder / "foto.png").write_bytes(png(4, 3))
    (room.folder / "rapat.png").write_bytes(png(5, 3))
    room.write(
        body="Warga berkumpul.\n\n![Rapat](rapat.png)\n\nLihat [kami](/kontak).",
        associations=[{"file": "foto.png", "alt": "Warga"}],
        date="2026-05-04 08:00",
    )
    room.publish()
    return room


def set_publisher(room: Newsroom, key: str, value: str) -> None:
    path = room.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"(?m)^{key} = .*$", f"{key} = {json.dumps(value)}", text, count=1))


def read_otherwise(room: Newsroom, old: str, new: str) -> None:
    """Make the ledger's reading of its newest revisions one that today's program does not make."""
    with closing(sqlite3.connect(room.ledger)) as db, db:
        query = "UPDATE revisions SET document = replace(document, ?, ?), fingerprint = 'older'"
        assert db.execute(query, (old, new)).rowcount
        db.execute("DELETE FROM fragments")
        db.execute("UPDATE editions SET stamp = NULL")


def allow_in_the_ledger(room: Newsroom, line: str) -> None:
    """Put a line of front matter that today's program refuses into the file and its source."""
    path = room.folder / "kabar.md"
    text = path.read_text(encoding="utf-8").replace("\nheadline:", f"\n{line}\nheadline:", 1)
    path.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(room.ledger)) as db, db:
        db.execute("UPDATE revisions SET source = ?", (text,))


def edits(room: Newsroom) -> list[str]:
    return [one.method for one in room.api.requests if one.method.startswith("edit")]


def versions(room: Newsroom) -> list[tuple[str, int, str]]:
    found = room.rows("SELECT uri, version, updated_at FROM articles ORDER BY uri")
    return [(uri, version, updated) for uri, version, updated in found]


def assert_untouched(room: Newsroom, *words: str) -> None:
    """Publishing says that nothing has changed, and edits nothing."""
    before = versions(room)
    answer = room.run("publish", *words, "--json", at=REAL)
    assert answer.code == 0, answer.said
    assert {one["kind"] for one in answer.json["articles"]} == {"unchanged"}
    assert edits(room) == []
    assert versions(room) == before


def test_an_older_programs_archive_is_published_again_without_a_correction(
    archive: Newsroom,
) -> None:
    assert_untouched(archive, *FILES)
    assert archive.posts == []  # nothing is posted again either
    assert len(archive.entries) == len(FILES)  # the feed, whose other files were lost, is put back


def test_an_older_programs_feed_of_which_nothing_is_left_begins_anew_when_a_person_says_so(
    archive: Newsroom,
) -> None:
    """It may be a share that is not mounted."""
    shutil.rmtree(archive.feed)
    answer = archive.run("publish", *FILES, at=REAL)
    assert answer.code == 3, answer.said
    assert "syndicate channels move feed" in answer.said
    assert archive.run("channels", "move", "feed", at=REAL).code == 0
    assert_untouched(archive, *FILES)
    assert archive.posts == []
    assert len(archive.entries) == len(FILES)


def test_another_setting_of_the_publisher_corrects_nothing(archive: Newsroom) -> None:
    for key, value in SETTINGS.items():
        print(key)  # pytest shows it where the next line fails
        set_publisher(archive, key, value)
        assert_untouched(archive, *FILES)


def test_neither_does_it_where_today_s_program_published(out: Newsroom) -> None:
    for key, value in SETTINGS.items():
        print(key)
        set_publisher(out, key, value)
        assert_untouched(out, "kabar.md")


def test_another_reading_of_the_same_file_is_no_correction(out: Newsroom) -> None:
    read_otherwise(out, "Warga berkumpul", "Warga  hadir")
    before = out.posts
    assert_untouched(out, "kabar.md")
    assert out.posts == before
    assert "hadir" in out.entries[0]["content_html"]


def test_another_reading_reaches_everybody_with_refresh_and_is_no_correction(
    out: Newsroom,
) -> None:
    read_otherwise(out, "Warga berkumpul", "Warga  hadir")
    out.run("publish", "kabar.md", at=NOON)
    before = versions(out)
    answer = out.run("publish", "kabar.md", "--refresh", "--json", at=NOON)
    assert answer.code == 0, answer.said
    assert [one["kind"] for one in answer.json["articles"]] == ["unchanged"]
    assert "hadir" not in out.entries[0]["content_html"]
    assert "Warga berkumpul" in out.entries[0]["content_html"]
    assert not any("koreksi" in text.lower() for text in out.posts)
    assert versions(out) == before
    assert_untouched(out, "kabar.md")


def test_a_new_domain_is_in_relative_links_after_a_refresh(out: Newsroom) -> None:
    out.rewrite("url: ", "# url: ")
    out.run("publish", "kabar.md", "--minor")
    set_publisher(out, "url", "https://baru.example")
    out.publish("--refresh", at=NOON)
    assert 'href="https://baru.example/kontak"' in out.entries[0]["content_html"]
    assert out.rows("SELECT version FROM articles") == [(2,)]


def test_what_is_refused_today_keeps_no_unchanged_file_from_being_passed_over(
    out: Newsroom,
) -> None:
    allow_in_the_ledger(out, "kategori: umum")
    out.write("lain.md", "Isi yang lain.", headline="Kabar lain")
    answer = out.run("publish", "kabar.md", "lain.md", "--json", at=NOON)
    assert answer.code == 0, answer.said
    assert [one["kind"] for one in answer.json["articles"]] == ["unchanged", "original"]


def test_a_refresh_says_what_is_refused_today_and_sends_nothing(out: Newsroom) -> None:
    allow_in_the_ledger(out, "kategori: umum")
    effects = out.effects
    answer = out.run("publish", "kabar.md", "--refresh", at=NOON)
    assert answer.code == 1
    assert "kabar.md:3:" in answer.complaint
    assert out.effects == effects


def test_check_notes_what_is_refused_today_of_an_unchanged_file(out: Newsroom) -> None:
    allow_in_the_ledger(out, "kategori: umum")
    answer = out.run("check", "kabar.md", "--json", at=NOON)
    assert answer.code == 0, answer.said
    [note] = answer.json["notes"]
    assert "kabar.md:3:" in note
    assert "kategori" in note


def test_what_is_refused_today_can_be_withdrawn_and_asked_after(out: Newsroom) -> None:
    allow_in_the_ledger(out, "kategori: umum")
    assert out.run("status", "kabar.md", at=NOON).code == 0
    assert out.run("withdraw", "kabar.md", "--reason", "Keliru.", at=NOON).code == 0
    assert "Keliru." in out.posts[0]


def test_what_is_refused_today_still_goes_to_a_new_channel(out: Newsroom) -> None:
    allow_in_the_ledger(out, "kategori: umum")
    out.channels["kedua"] = out.channels["telegram"] | {"chat": "@pindah"}
    out.configure()
    answer = out.run("publish", "kabar.md", "--channel", "kedua", at=NOON)
    assert answer.code == 0, answer.said
    assert len(out.posts) == 4  # two pictures each


UNNOTICED = [
    ("\n", "\r\n"),
    ("---\nuri", "\ufeff---\nuri"),
    ("(/kontak).\n", "(/kontak)."),
    ("(/kontak).\n", "(/kontak).\n\n\n"),
    ("headline: ", "headline:   "),
    ("date: ", "# tanggal terbit\ndate: "),
    ("headline: ", "expires: 2030-01-01\nheadline: "),
    ("headline: ", "channels: [telegram, feed, harian]\nheadline: "),
    ("headline: ", "edNote: sudah dibaca dua kali\nheadline: "),
]


def test_what_no_reader_notices_is_no_change_whatever_today_s_reading_is(out: Newsroom) -> None:
    path = out.folder / "kabar.md"
    as_it_was = path.read_bytes()
    for old, new in UNNOTICED:
        print(ascii(new))  # pytest shows it where a line below fails
        read_otherwise(out, "Warga berkumpul", "Warga  hadir")
        data = as_it_was.replace(old.encode(), new.encode())
        assert data != as_it_was
        path.write_bytes(data)
        assert_untouched(out, "kabar.md")
        assert_untouched(out, "kabar.md")


def test_a_uri_line_written_otherwise_is_no_change(out: Newsroom) -> None:
    read_otherwise(out, "Warga berkumpul", "Warga  hadir")
    uri = out.uri()
    out.rewrite(f'uri: "{uri}"\n', "")
    out.rewrite("date:", f"uri: {uri}\ndate:")
    assert_untouched(out, "kabar.md")


@pytest.mark.parametrize("name", ["foto.png", "rapat.png"])
def test_a_picture_replaced_under_its_name_is_a_change(out: Newsroom, name: str) -> None:
    (out.folder / name).write_bytes(png(9, 9))
    answer = out.run("publish", "kabar.md", at=NOON)
    assert answer.code == 1
    assert "--note" in answer.complaint
    assert out.publish("--note", "Foto tertukar.", at=NOON).code == 0
    assert out.rows("SELECT version FROM articles") == [(2,)]


def test_a_changed_text_is_a_correction_whatever_was_read_before(out: Newsroom) -> None:
    read_otherwise(out, "Warga berkumpul", "Warga  hadir")
    out.rewrite("Warga berkumpul", "Warga bubar")
    assert out.run("publish", "kabar.md", at=NOON).code == 1
    assert out.publish("--note", "Sudah bubar.", at=NOON).code == 0
    assert "bubar" in out.posts[0]


def test_a_remote_picture_of_an_unchanged_file_is_not_asked_for(room: Newsroom) -> None:
    room.write(associations=[{"file": "http://127.0.0.1:9/foto.png", "alt": "Foto"}])
    room.publish()
    read_otherwise(room, "Isi kabar", "Isi  lama")
    answer = room.run("publish", "kabar.md", "--refresh", at=NOON)
    assert answer.code == 0, answer.said
    assert "127.0.0.1:9" not in answer.out


def test_an_expiry_that_was_added_holds_and_its_reading_stays(out: Newsroom) -> None:
    out.rewrite("headline: ", "expires: 2026-05-04T10:00:00+07:00\nheadline: ")
    assert out.run("publish", "kabar.md", at=MORNING).code == 0
    assert out.run("tick", at=NOON).code == 0
    assert out.entries == []
