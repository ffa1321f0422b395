"""An article that cannot be published is one line, exit 1, and nothing has happened anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from support.newsroom import MORNING, Newsroom

ARTICLE = '---\nheadline: "Kabar"\nurl: https://kantor.example/x\n---\n\nIsi.\n'


def front(line: str) -> str:
    """An article with one more line of front matter: its fourth."""
    return ARTICLE.replace("x\n---", f"x\n{line}\n---")


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "unknown key": (front("headlin: Kabar"), "kabar.md:4: "),
    "bad date": (front("date: besok pagi"), "kabar.md:4: "),
    "impossible date": (front("date: 31 Februari 2026"), "kabar.md:4: "),
    "no headline": (ARTICLE.replace('headline: "Kabar"\n', ""), "headline"),
    "empty headline": (ARTICLE.replace('"Kabar"', '" "'), "kabar.md:2: "),
    "invalid YAML": (front("subjects: [a, b"), "kabar.md:"),
    "two headlines": (front("headline: Lain"), "kabar.md:4: "),
    "not UTF-8": (ARTICLE.replace("Isi", "Isi é").encode("latin-1"), "UTF-8"),
    "empty body": (ARTICLE.replace("Isi.", " \n\n "), "kabar.md:"),
    "no front matter": ("Isi saja.\n", "kabar.md:1: "),
    "empty file": ("", "kabar.md:1: "),
    "missing picture": (front("associations: [{file: tidak-ada.png, alt: x}]"), "tidak-ada.png"),
    "missing picture in the text": (ARTICLE.replace("Isi.", "![x](tidak-ada.png)\n\nIsi."),
                                    "tidak-ada.png"),
    "a text as a picture": (front("associations: [{file: kabar.md, alt: x}]"), "kabar.md"),
    "a text as a document": (b"---\nheadline: K\nassociations: [{file: baik.md}]\n---\n\nIsi.\n",
                             "kabar.md:3: baik.md is not a PDF or a PNG"),
    "unknown channel": (front("channels: [siaran]"), "siaran"),
    "override of no channel": (front("overrides: {siaran: {headline: X}}"), "siaran"),
    "bad uri": (front("uri: kabar-1"), "kabar.md:4: "),
    "not yet": (front("date: 2026-05-06"), "kabar.md:4: 6 May 2026 00:00 WIB is in the future"),
    "embargo": (front("embargoedUntil: 2026-05-05\nexpires: 2026-05-04 23:00"),
                "kabar.md:5: expires on 4 May 2026 23:00 WIB, before it goes out on 5 May"),
    "expired": (front("expires: 2026-05-03"), "kabar.md:4: expired"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS.keys())
def test_a_faulty_article_is_one_line_and_nothing_is_touched(
    room: Newsroom, text: str | bytes, said: str
) -> None:
    path = room.folder / "kabar.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    room.write("baik.md")
    before = room.everything()
    for option in ([], ["--dry-run"], ["--json"]):
        answer = room.run("publish", "baik.md", "kabar.md", *option)
        assert answer.code == 1
        assert answer.complaint.startswith("syndicate: kabar.md:")
        assert said in answer.complaint
        if option == ["--json"]:
            assert answer.json == {"error": answer.complaint[11:], "exit_code": 1}
        else:
            assert answer.out == ""
        after = room.everything()
        assert (after.files, after.asked) == (before.files, before.asked)
        assert not any('INSERT INTO "articles"' in row for row in after.ledger)


@pytest.mark.parametrize("ending", ["txt", "docx", "pdf", "odt", "md.bak", "html"])
def test_a_file_of_another_kind_gets_one_helpful_line(room: Newsroom, ending: str) -> None:
    (room.folder / f"kabar.{ending}").write_bytes(b"PK\x03\x04 Isi.")
    answer = room.run("publish", f"kabar.{ending}")
    assert answer.code == 1
    assert answer.complaint.startswith(f"syndicate: kabar.{ending}:1: ")
    assert "syndicate new" in answer.complaint or ".md" in answer.complaint


def test_a_file_that_is_not_there_is_named(room: Newsroom) -> None:
    answer = room.run("publish", "tidak-ada.md")
    assert answer.code == 1
    assert "tidak-ada.md" in answer.complaint


def test_a_name_that_is_no_text_is_refused(room: Newsroom) -> None:
    (room.folder / "kabar\udce9.md").write_text("---\nheadline: Kabar\n---\n\nIsi.\n")
    answer = room.run("publish", "kabar\udce9.md")
    assert answer.code == 1
    assert "its name is not UTF-8" in answer.complaint


def test_a_folder_is_no_article(room: Newsroom) -> None:
    (room.folder / "kabar.md").mkdir()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "kabar.md" in answer.complaint
    assert "unexpected" not in answer.complaint


# identity


def test_the_identity_is_one_new_line_and_is_said(room: Newsroom) -> None:
    path = room.write()
    before = path.read_text().splitlines()
    answer = room.publish()
    after = path.read_text().splitlines()
    added = [line for line in after if line not in before]
    assert [line.partition(":")[0] for line in added] == ["uri"]
    assert [line for line in after if line not in added] == before
    assert room.uri() in answer.out


def test_two_files_with_one_uri_in_one_command_are_refused(room: Newsroom) -> None:
    room.write(uri="tag:kantor.example,2026-05-04:satu")
    room.write("salinan.md", uri="tag:kantor.example,2026-05-04:satu")
    before = room.everything()
    answer = room.run("publish", "kabar.md", "salinan.md")
    assert answer.code == 1
    assert "salinan.md:4" in answer.complaint
    assert "kabar.md" in answer.complaint
    assert room.everything().files == before.files
    assert room.effects == 0


def test_one_file_named_twice_is_refused_as_well(room: Newsroom) -> None:
    room.write()
    assert room.run("publish", "kabar.md", "kabar.md").code == 1
    assert room.effects == 0


def copied(room: Newsroom) -> None:
    """Last week's article with all of it written anew but its uri."""
    room.write(body="Pendaftaran petugas pemungutan suara dibuka sampai hari Jumat di kantor desa.")
    room.publish()
    room.write(
        body="Jalan lintas timur ditutup karena perbaikan jembatan; pengendara lewat jalur utara.",
        headline="Jembatan diperbaiki", uri=room.uri(),
    )  # fmt: skip


def test_a_copied_file_is_not_taken_for_a_correction(room: Newsroom) -> None:
    copied(room)
    before = room.remembered(), room.effects
    answer = room.run("publish", "kabar.md", "--note", "Semua salah.")
    assert answer.code == 1
    assert "--same-article" in answer.complaint
    assert "Kabar pertama" in answer.complaint
    assert (room.remembered(), room.effects) == before


def test_a_wholly_rewritten_article_is_corrected_when_it_is_said_to_be_the_same(
    room: Newsroom,
) -> None:
    copied(room)
    room.publish("--note", "Semua salah.", "--same-article")
    assert room.post.text.startswith("Jembatan diperbaiki")
    assert len(room.api.posts) == 1


OLD = "tag:kantor.example,2026-04-27:pekan-lalu"


def test_an_article_older_than_the_ledger_is_refused_with_the_choices(room: Newsroom) -> None:
    room.write(uri=OLD)
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "--new" in answer.complaint
    assert "syndicate adopt kabar.md --channel" in answer.complaint
    assert room.effects == 0
    assert not room.feed.exists()


def test_an_old_article_that_was_never_out_is_published_when_it_is_called_new(
    room: Newsroom,
) -> None:
    room.write(uri=OLD)
    room.publish("--new")
    assert len(room.posts) == 1


@pytest.mark.parametrize("reference", ["https://t.me/kabar/1", "1"])
def test_an_old_post_is_adopted_and_corrected(room: Newsroom, reference: str) -> None:
    room.write(uri=OLD)
    room.publish("--new")
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert room.run("adopt", "kabar.md", "--channel", "telegram", reference).code == 1
    assert room.run("ledger", "restored").code == 0
    answer = room.run("adopt", "kabar.md", "--channel", "telegram", reference)
    assert answer.code == 0, answer.said
    room.publish()
    assert len(room.api.posts) == 1
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert "Isi yang benar." in room.post.text
    assert len(room.api.posts) == 1


@pytest.mark.parametrize("channel", ["feed", "harian", "siaran"])
def test_only_a_post_can_be_adopted(room: Newsroom, channel: str) -> None:
    room.write(uri=OLD)
    answer = room.run("adopt", "kabar.md", "--channel", channel, "1")
    assert answer.code == 2
    assert room.effects == 0


# words of the command


@pytest.mark.parametrize(
    "words",
    [
        ("publish",), ("publish", "kabar.md", "--channel", "siaran"), ("publish", "--bogus", "x"),
        ("digest", "siaran"), ("digest", "telegram"), ("digest", "--catch-up", "often"),
        ("digest", "--to", "nobody"), ("channels", "move", "siaran"), ("bogus",),
        ("schedule", "at"), ("subscribers", "add", "--list", "siaran", "a@b.example"),
        ("withdraw", "kabar.md"), ("adopt", "kabar.md", "1"), ("channels",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_words_are_exit_2_and_touch_nothing(room: Newsroom, words: tuple[str, ...]) -> None:
    room.write()
    before = room.everything()
    answer = room.run(*words)
    assert answer.code == 2
    assert room.everything().files == before.files
    assert room.effects == 0


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"channels": {"telegram": {"tokn": "x"}}}, "channels.telegram.tokn: unknown setting"),
        ({"channels": {"telegram": {"kind": "telegramm"}}}, "channels.telegram.kind: no channel"),
        ({"channels": {"harian": {"schedule": "sometimes"}}}, "channels.harian.schedule: "),
        ({"channels": {"harian": {"mailbox": ""}}}, "unsubscribe"),
        ({"channels": {"feed": {"items": 0}}}, "channels.feed.items: "),
        ({"environment": {"TG_TOKEN": None}}, "channels.telegram.token: $TG_TOKEN is not set"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_and_nothing_runs(
    room: Newsroom, setting: dict[str, dict[str, object]], said: str
) -> None:
    for name, table in setting.get("channels", {}).items():
        assert isinstance(table, dict)
        room.change(name, **table)
    if "environment" in setting:
        room.environment = {}
    room.write()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert answer.complaint.startswith("syndicate: channels.")
    assert said in answer.complaint
    assert not room.ledger.exists()


def test_broken_toml_is_one_line(room: Newsroom) -> None:
    (room.folder / "config.toml").write_text("[publisher\n")
    answer = room.run("status")
    assert answer.code == 1
    assert "config.toml" in answer.complaint


def test_without_a_configuration_init_is_named(room: Newsroom) -> None:
    (room.folder / "config.toml").unlink()
    answer = room.run("status", env={"HOME": str(room.folder)})
    assert answer.code == 1
    assert "syndicate init" in answer.complaint


def test_a_rehearsal_s_moment_must_be_readable(room: Newsroom) -> None:
    assert room.run("status", at="tomorrow").code == 2
    assert room.run("status", at=MORNING[:-6]).code == 2


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("brita", "did you mean berita?"),
        ("Pengumuman", "did you mean pengumuman?"),
        ("siaran pers", "did you mean siaran-pers?"),
        ("xyz", "known are berita, siaran-pers, pengumuman"),
    ],
)
def test_an_unknown_profile_is_an_error(room: Newsroom, profile: str, says: str) -> None:
    room.write(profile=profile)
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert f"kabar.md:4: the profile '{profile}' is not known ({says}" in answer.complaint
    assert room.effects == 0


def test_profiles_that_the_configuration_names_are_known(room: Newsroom) -> None:
    room.change("harian", profiles=["agenda", "lomba"])
    front: dict[str, Any] = {"infoSources": [{"name": "KPU"}]}
    for number, profile in enumerate(("agenda", "lomba", "klarifikasi", "sosialisasi")):
        front |= {"headline": f"Kabar {number}", "profile": profile}
        room.write(f"k{number}.md", f"Isi {number}.", **front)
        room.publish(f"k{number}.md")


def test_a_published_article_keeps_a_profile_that_is_no_longer_known(room: Newsroom) -> None:
    room.change("harian", profiles=["agenda"])
    room.write(profile="agenda")
    room.publish()
    room.change("harian", profiles=[])
    room.publish()
    room.publish("--refresh")
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya keliru.")
    room.rewrite('"agenda"', '"agendum"')
    assert "'agendum' is not known" in room.run("publish", "kabar.md", "--note", "Salah").complaint


@pytest.mark.parametrize(
    ("front", "number"),
    [("headline: [Kabar", 2), ("headline: Kabar\nby: 'Humas\nurl: x", 3), ("headline: a: b", 2),
     ("headline: Kabar\n\tby: x", 3), ("headline: Kabar\nby: &a\nlanguage: *b", 4)],
    ids=ascii,
)  # fmt: skip
def test_the_cause_names_the_line_that_the_finding_names(
    room: Newsroom, front: str, number: int
) -> None:
    (room.folder / "kabar.md").write_text(f"---\n{front}\n---\n\nIsi.\n", encoding="utf-8")
    answer = room.run("publish", "kabar.md", "-v")
    finding, cause = answer.err.splitlines()[-2:]
    assert finding.startswith(f"syndicate: kabar.md:{number}: ")
    assert cause.startswith("because: ")
    assert f"line {number}, column" in cause
    assert "<unicode string>" not in cause
