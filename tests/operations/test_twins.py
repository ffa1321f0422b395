"""What is published already is not posted twice unasked; whatever is wrong is said at once."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from support.newsroom import MORNING, NOON, REAL, Newsroom
from support.terminal import at_a_terminal

TEXT = "Rapat pleno rekapitulasi tingkat kecamatan digelar di aula kantor camat pada hari Senin."
UNTITLED = "headline: Kabar pertama"


@pytest.fixture
def out(room: Newsroom) -> Newsroom:
    """An office with one published article."""
    room.write(body=TEXT)
    room.publish()
    return room


def later(days: int) -> str:
    return f"{date(2026, 5, 4) + timedelta(days=days)}T09:00:00+07:00"


def asked(room: Newsroom, *names: str, at: str = NOON) -> list[str]:
    """What a publication that may be a second one complains of; nothing has happened."""
    before, files = room.effects, [(room.folder / name).read_bytes() for name in names]
    answer = room.run("publish", *names, at=at)
    assert answer.code == 1, answer.said
    assert (room.effects, [(room.folder / name).read_bytes() for name in names]) == (before, files)
    return [line for line in answer.err.splitlines() if not line.startswith("rehearsal:")]


@pytest.mark.parametrize("days", [0, 1, 400])
def test_a_published_text_under_a_new_identity_is_asked_about(out: Newsroom, days: int) -> None:
    out.write("salinan.md", TEXT, headline="Judul yang lain sama sekali")
    [said] = asked(out, "salinan.md", at=later(days))
    assert "salinan.md:2: this text was published already" in said
    assert "kabar.md" in said
    assert "--new" in said
    assert out.uri() in said


@pytest.mark.parametrize(
    "text",
    [
        TEXT.upper(),
        TEXT.replace(" ", "\n"),
        TEXT.replace("aula", "**aula**").replace("Senin.", "Senin!"),
        f"\n\n{TEXT}\n\n",
    ],
)
def test_a_text_that_is_only_set_otherwise_is_the_same(out: Newsroom, text: str) -> None:
    out.write("salinan.md", text, headline="Judul yang lain")
    [said] = asked(out, "salinan.md")
    assert "this text" in said


LINKED = f"{TEXT} Daftarnya ada di [laman kami](https://kantor.example/daftar?a=1&b=2)."
SPELLINGS = {
    "a comment at its start": (TEXT, f"<!-- catatan -->{TEXT}"),
    "a comment within it": (TEXT, TEXT.replace("aula", "<!-- catatan\nredaksi --> aula")),
    "a comment within a word": (TEXT, TEXT.replace("kecamatan", "keca<!-- x -->matan")),
    "a comment that parts a word": (TEXT, TEXT.replace("camat", "<!-- x --> camat")),
    "a comment of its own": (TEXT, f"<!-- catatan -->\n\n{TEXT}"),
    "a comment at its end": (TEXT, f"{TEXT}\n\n<!-- catatan -->"),
    "a link's other spelling": (
        LINKED,
        LINKED.replace("(https://kantor", "(<HTTP://www.Kantor").replace("2)", "2>)"),
    ),
    "a link by reference": (
        LINKED,
        f"{LINKED.partition('(')[0]}[1].\n\n[1]: https://kantor.example/daftar?a=1&amp;b=2 'x'",
    ),
    "a link's title": (LINKED, LINKED.replace("b=2)", 'b=2 "Daftar")')),
    "an element": (TEXT, f'<p class="isi" title="Rapat">{TEXT.replace("aula", "<b>aula</b>")}</p>'),
    "signs nobody sees": (TEXT, TEXT.replace("kecamatan", "ke\u00adca\u200bmatan\ufeff")),
    "underscores": (TEXT, TEXT.replace("aula", "_aula_")),
    "an address in brackets": (
        f"{TEXT} https://kantor.example/daftar",
        f"{TEXT} <https://kantor.example/daftar>",
    ),
}


@pytest.mark.parametrize(("text", "again"), SPELLINGS.values(), ids=SPELLINGS)
def test_what_nobody_reads_makes_no_other_text(room: Newsroom, text: str, again: str) -> None:
    room.only("feed")
    room.write(body=text)
    room.publish()
    room.write("salinan.md", again, headline="Judul yang lain sama sekali")
    [said] = asked(room, "salinan.md")
    assert "this text was published already" in said


def test_a_short_text_with_another_link_is_another_one(room: Newsroom) -> None:
    room.only("feed")
    room.write(body="Hasil seleksi dapat diunduh [di sini](https://kantor.example/1).")
    room.publish()
    other = "Hasil seleksi dapat diunduh [di sini](https://kantor.example/2)."
    room.write("lain.md", other, headline="Hasil seleksi kedua")
    assert room.run("publish", "lain.md", at=NOON).code == 0


def test_a_uri_of_ones_own_changes_nothing(out: Newsroom) -> None:
    out.write("salinan.md", TEXT, uri="tag:kantor.example,2026-05-05:lain", headline="Lain")
    [said] = asked(out, "salinan.md", at=later(1))
    assert "this text" in said


@pytest.mark.parametrize("headline", ["Kabar pertama", "KABAR  pertama", "Kabar pertama!"])
def test_a_headline_of_this_week_is_asked_about(out: Newsroom, headline: str) -> None:
    out.write("lain.md", "Isi yang lain sama sekali, tentang hal lain.", headline=headline)
    [said] = asked(out, "lain.md", at=later(6))
    assert "lain.md:2: this headline was published already" in said


def test_a_weekly_notice_is_not_asked_about(out: Newsroom) -> None:
    out.write("lain.md", "Isi yang lain sama sekali, tentang hal lain.")
    assert out.run("publish", "lain.md", at=later(7)).code == 0
    assert len(out.posts) == 2


def test_the_ledgers_time_decides_and_not_the_front_matters(room: Newsroom) -> None:
    room.write(body=TEXT, date="2026-01-04")
    room.publish()
    room.write("lain.md", "Isi yang lain sama sekali, tentang hal lain.", date="2026-03-04")
    [said] = asked(room, "lain.md")
    assert "this headline" in said


@pytest.mark.parametrize("way", [["--new"], ["--new", "--json"]])
def test_with_new_it_is_published(out: Newsroom, way: list[str]) -> None:
    out.write("salinan.md", TEXT)
    assert out.run("publish", "salinan.md", *way, at=NOON).code == 0
    assert len(out.posts) == 2
    assert out.run("publish", "salinan.md", at=NOON).code == 0  # and known from now on


def test_short_texts_are_alike_without_being_the_same(out: Newsroom) -> None:
    out.write("satu.md", "Simak infografis berikut.", headline="Tahapan pertama")
    out.write("dua.md", "Simak infografis berikut.", headline="Tahapan kedua")
    assert out.run("publish", "satu.md", "dua.md", at=NOON).code == 0
    out.write("tiga.md", "Simak infografis berikut.", headline="Tahapan kedua")
    [said] = asked(out, "tiga.md", at=later(30))
    assert "this text" in said


def test_what_was_corrected_is_known_by_its_newest_text(out: Newsroom) -> None:
    out.rewrite("aula kantor camat", "gedung serbaguna")
    out.publish("--note", "Tempat berubah.", at=NOON)
    newest = TEXT.replace("aula kantor camat", "gedung serbaguna")
    out.write("salinan.md", newest, headline="Lain")
    [said] = asked(out, "salinan.md", at=later(20))
    assert "this text" in said


def test_what_was_withdrawn_can_be_written_anew(out: Newsroom) -> None:
    assert out.run("withdraw", "kabar.md", "--reason", "Keliru.").code == 0
    out.write("salinan.md", TEXT, url="https://kantor.example/baru")
    assert out.run("publish", "salinan.md", at=NOON).code == 0


def test_two_files_of_one_command_are_asked_about_too(room: Newsroom) -> None:
    room.write("satu.md", TEXT, headline="Satu")
    room.write("dua.md", TEXT, headline="Dua")
    room.write("tiga.md", "Isi yang lain sama sekali, tentang hal lain.", headline="Satu")
    first, second = asked(room, "satu.md", "dua.md", "tiga.md")
    assert "dua.md:2: satu.md has the same text" in first
    assert "tiga.md:2: satu.md has the same headline" in second
    answer = room.run("check", "satu.md", "dua.md", "tiga.md", "--json", at=NOON)
    assert [line.partition(": if")[0] for line in answer.found] == [
        "dua.md:2: satu.md has the same text", "tiga.md:2: satu.md has the same headline"
    ]  # fmt: skip


def test_check_and_a_dry_run_ask_as_well(out: Newsroom) -> None:
    out.write("salinan.md", TEXT)
    assert "this text" in out.run("publish", "salinan.md", "--dry-run", at=NOON).err
    answer = out.run("check", "salinan.md", at=NOON)
    assert answer.code == 1
    assert "this text" in answer.out


@pytest.mark.parametrize(("typed", "posts"), [("y\n", 2), ("n\n", 1), ("\ny\n", 2), ("\nn\n", 1)])
def test_at_a_terminal_it_is_a_question_without_a_default(
    out: Newsroom, typed: str, posts: int
) -> None:
    out.write("salinan.md", TEXT)
    said = at_a_terminal(out, "publish", "salinan.md", type=typed)
    assert "Is this another article?" in said
    assert len(out.posts) == posts


def test_a_ledger_of_an_earlier_version_knows_its_texts(room: Newsroom) -> None:
    archive = Path(__file__).parents[1] / "data" / "archive"
    with closing(sqlite3.connect(room.ledger)) as db:
        dump = (archive / "ledger.sql").read_text(encoding="utf-8")
        db.executescript(dump.replace("@FOLDER@", str(room.folder.resolve())))
    room.ledger.chmod(0o600)
    for name in ("utama.png", "perahu.png"):
        shutil.copy(archive / name, room.folder)
    text = (archive / "siaran.md").read_text(encoding="utf-8").rpartition("---\n")[2]
    room.write("salinan.md", text, headline="Judul lain")
    [said] = asked(room, "salinan.md", at=REAL)
    assert "this text" in said
    assert "siaran.md" in said


# all that is wrong, at once


def test_every_bad_file_is_named_and_nothing_is_sent(room: Newsroom) -> None:
    room.write("baik.md", TEXT)
    room.write("satu.md", TEXT, tanggal="besok")
    room.write("dua.md", "", headline="Kosong")
    (room.folder / "tiga.md").write_bytes(b"---\nheadline: \xe9\n---\n\nIsi.\n")
    names = ["satu.md", "baik.md", "dua.md", "tiga.md", "empat.md", "lima.txt"]
    answer = room.run("publish", *names)
    assert answer.code == 1
    lines = [line for line in answer.err.splitlines() if not line.startswith("rehearsal:")]
    assert [line.split(":")[1].strip() for line in lines] == [n for n in names if n != "baik.md"]
    assert all(line.startswith("syndicate: ") for line in lines)
    assert room.effects == 0
    assert "uri:" not in (room.folder / "baik.md").read_text()
    answer = room.run("publish", *names, "--json")
    assert answer.json == {"error": "\n".join(one[11:] for one in lines), "exit_code": 1}
    answer = room.run("check", *names, "--json")
    assert answer.found == [line[11:] for line in lines]


def test_every_changed_file_is_named_beside_the_bad_ones(room: Newsroom) -> None:
    for number, name in enumerate(("satu.md", "dua.md", "tiga.md")):
        room.write(name, f"{TEXT} Nomor {number}.", headline=f"Kabar {name}")
    room.publish("satu.md", "dua.md", "tiga.md")
    for name in ("satu.md", "tiga.md"):
        room.rewrite("Rapat", "Sidang", name)
    room.write("rusak.md", TEXT, headline="Rusak", tanggal="besok")
    answer = room.run("publish", "satu.md", "dua.md", "tiga.md", "rusak.md", at=NOON)
    assert answer.code == 1
    for name in ("satu.md", "tiga.md", "rusak.md"):
        assert f"syndicate: {name}:" in answer.err
    assert "dua.md" not in answer.err


def test_every_article_that_a_channel_cannot_say_is_named(room: Newsroom) -> None:
    for name in ("satu.md", "baik.md", "dua.md"):
        long = "" if name == "baik.md" else " panjang" * 2000
        room.write(name, f"{TEXT} Ini {name}{long}.", headline=f"Kabar {name}", url="")
    answer = room.run("publish", "satu.md", "baik.md", "dua.md", "--channel", "telegram")
    assert answer.code == 1
    assert [name in answer.err for name in ("satu.md", "baik.md", "dua.md")] == [True, False, True]
    assert room.effects == 0


@pytest.mark.parametrize(
    "command",
    ["publish", "check", "withdraw --reason Keliru", "status", "history",
     "adopt --channel telegram 1"],
)  # fmt: skip
@pytest.mark.parametrize("name", [".", "arsip", "arsip.md"])
def test_a_folder_is_no_article_and_says_so(room: Newsroom, command: str, name: str) -> None:
    for folder in ("arsip", "arsip.md"):
        (room.folder / folder).mkdir()
    verb, *options = command.split()
    answer = room.run(verb, name, *options, at=MORNING)
    assert answer.code == 1
    rule = "unreadable: " if verb == "check" else ""
    assert f"{name}: {rule}this is a folder (name files in it" in answer.said


@pytest.mark.parametrize("again", ["kabar.md", "./kabar.md", "tautan.md"])
def test_a_file_that_is_named_twice_is_refused_and_left_alone(room: Newsroom, again: str) -> None:
    path = room.write(body=TEXT)
    (room.folder / "tautan.md").symlink_to(path)
    [said] = asked(room, "kabar.md", again)
    assert f"{Path(again)}: this file is named twice" in said
    room.publish()
    [said] = asked(room, "kabar.md", again)
    assert f"{Path(again)}: this file is named twice" in said
