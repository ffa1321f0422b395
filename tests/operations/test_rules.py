"""`check` and `publish` by the office's rules: refused, shown, corrected, switched off."""

from __future__ import annotations

import os

import pytest

from support.newsroom import Newsroom

RULES = """
[checks]
off = ["all-caps"]
[glossary]
fix = ["Diskominfotik"]
[profiles.agenda]
required = ["dateline"]
channels = ["feed"]
subjects = ["agenda"]
expires = "14d"
template = "agenda.md"
[profiles.rekrutmen]
links = ["go.id", "t.me"]
"""
WEDNESDAY = "Rapat Rabu, 18 Maret 2022."  # it was a Friday
COMPLETE = (
    "Pendaftaran dibuka 4 Mei 2026 08.00 WIB, ditutup 8 Mei 2026 23.59 WIB di"
    " [Siakba](https://siakba.kpu.go.id/). Pendaftaran tidak dipungut biaya."
)


MINORS = '\n[minors]\nlist = "secrets/minors.txt"\n'


@pytest.fixture
def ruled(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    path = room.folder / "config.toml"
    path.write_text(path.read_text() + RULES)
    return room


def test_an_error_stops_a_publication_and_a_warning_does_not(ruled: Newsroom) -> None:
    ruled.write(body=f"{WEDNESDAY} Lihat https://bit.ly/x.")
    answer = ruled.run("check", "kabar.md")
    assert answer.code == 1
    assert "kabar.md:6:7: weekday-mismatch: “Rabu, 18 Maret 2022”: 2022-03-18 is" in answer.out
    assert "kabar.md:6:34: shortened-link: " in answer.out
    assert "checks.off: all-caps is switched off" in answer.out
    for words in (("publish", "kabar.md", "--dry-run"), ("publish", "kabar.md")):
        answer = ruled.run(*words)
        assert answer.code == 1
        assert "syndicate: kabar.md:6:7: weekday-mismatch: " in answer.err
    assert ruled.effects == 0
    ruled.rewrite("Rabu", "Jumat")
    assert [ruled.run("check", "kabar.md", *more).code for more in ([], ["--strict"])] == [0, 1]
    answer = ruled.run("publish", "kabar.md")
    assert answer.code == 0
    assert "warning: kabar.md:7:35: shortened-link: " in answer.err
    assert "checks.off: all-caps" in answer.out


def test_a_link_to_an_article_without_a_page_is_of_the_severity_that_is_set(
    ruled: Newsroom,
) -> None:
    path = ruled.folder / "config.toml"
    severity = '[checks]\nseverity = { lost-form = "error" }'
    path.write_text(path.read_text().replace("[checks]", severity))
    ruled.write("nanti.md", headline="Kabar nanti")
    ruled.write(body="Satu.\n\n[Baca](nanti.md) nanti.")
    for command in ("check", "publish"):
        answer = ruled.run(command, "kabar.md")
        assert answer.code == 1
        assert "kabar.md:8: lost-form: nanti.md has no page to link to" in answer.said
    assert ruled.effects == 0


def test_what_stands_is_not_stopped_by_a_new_rule(ruled: Newsroom) -> None:
    ruled.write(body=WEDNESDAY, checks={"off": ["weekday-mismatch"]})
    answer = ruled.run("publish", "kabar.md")
    assert answer.code == 0
    assert "kabar.md:5: weekday-mismatch is switched off here (1 finding not shown)" in answer.out
    ruled.rewrite('checks: {"off": ["weekday-mismatch"]}\n', "")
    assert ruled.run("publish", "kabar.md").code == 0
    answer = ruled.run("check", "kabar.md", "--json")
    assert [(one["rule"], one["severity"]) for one in answer.json["findings"]] == [
        ("weekday-mismatch", "warning")
    ]
    ruled.rewrite("Rapat", "Sidang")
    assert ruled.run("publish", "kabar.md", "--minor").code == 1


def test_what_is_certain_is_corrected_in_the_file_and_nothing_else(ruled: Newsroom) -> None:
    path = ruled.write(headline="Kantor Diskomifotik", body="Lewat wibsite, oleh DISKOMIFOTIK.")
    typed = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(typed)
    os.chmod(path, 0o640)
    answer = ruled.run("check", "kabar.md", "--fix", "--json")
    assert [one["message"] for one in answer.json["findings"]] == [
        "“wibsite” is probably “website”"
    ]
    assert "kabar.md: 2 fixed" in answer.json["notes"]
    expected = typed.replace(b"Diskomifotik", b"Diskominfotik").replace(
        b"DISKOMIFOTIK", b"DISKOMINFOTIK"
    )
    assert path.read_bytes() == expected
    assert path.stat().st_mode & 0o777 == 0o640
    assert "fixed" not in ruled.run("check", "kabar.md", "--fix").out


def test_a_correction_leaves_links_and_code_as_they_are(ruled: Newsroom) -> None:
    path = ruled.write(body="Lihat [Diskomifotik].\n\n[Diskomifotik]: https://kantor.example/a")
    before = path.read_bytes()
    answer = ruled.run("check", "kabar.md", "--fix")
    assert "glossary" in answer.out
    assert path.read_bytes() == before


def test_a_recruitment_says_what_it_must(ruled: Newsroom) -> None:
    front: dict[str, object] = {
        "profile": "rekrutmen", "expires": "2026-05-08T23:59:00+07:00",
        "infoSources": [{"name": "KPU", "role": "originator"}],
    }  # fmt: skip
    ruled.write(body="Datanglah ke kantor.", **front)  # type: ignore[arg-type]
    answer = ruled.run("publish", "kabar.md")
    assert answer.code == 1
    for rule in ("opening-time", "closing-time", "official-link", "free-of-charge"):
        assert f": {rule}: " in answer.err
    ruled.write(body=COMPLETE, **front)  # type: ignore[arg-type]
    assert ruled.run("publish", "kabar.md").code == 0


def test_a_profile_gives_an_article_what_it_does_not_say(ruled: Newsroom) -> None:
    ruled.write(profile="agenda")
    answer = ruled.run("publish", "kabar.md")
    assert (answer.code, "missing-field: dateline is missing" in answer.err) == (1, True)
    ruled.write(profile="agenda", dateline="KOTA")
    answer = ruled.run("publish", "kabar.md", "--json")
    assert {line["channel"] for line in answer.json["lines"]} == {"feed"}
    feed = (ruled.folder / "public/feed/feed.json").read_text()
    assert '"agenda"' in feed
    assert "kabar.md" not in ruled.run("publish", "kabar.md", at="2026-05-17T00:00:00Z").err
    later = ruled.run("tick", at="2026-05-19T00:00:00Z")
    assert later.code == 0
    assert "Isi kabar." not in (ruled.folder / "public/feed/feed.json").read_text()


def test_a_new_article_is_made_of_the_profile_s_own_template(ruled: Newsroom) -> None:
    (ruled.folder / "agenda.md").write_text('---\nheadline: "{headline}"\n---\n\n‹isi: acara›\n')
    assert ruled.run("new", "Rapat", "--profile", "agenda", "--file", "rapat.md").code == 0
    assert "‹isi: acara›" in (ruled.folder / "rapat.md").read_text()
    (ruled.folder / "agenda.md").unlink()
    answer = ruled.run("new", "Rapat", "--profile", "agenda", "--file", "dua.md")
    assert "profiles.agenda.template: " in answer.complaint
    assert "there are berita, " in ruled.run("new", "Rapat", "--profile", "x").complaint


def test_names_of_minors_are_kept_as_hashes_and_found(ruled: Newsroom) -> None:
    with (ruled.folder / "config.toml").open("a") as file:
        file.write(MINORS)
    ruled.write()
    for words in (("check", "kabar.md"), ("publish", "kabar.md")):
        assert "minors.list: " in ruled.run(*words).complaint
    (ruled.folder / "names.txt").write_text("Siti Contoh Rahasia\nbudi  SANTÓSO\n")
    assert "2 of 2 added" in ruled.run("minors", "add", "names.txt").out
    assert "0 of 2 added" in ruled.run("minors", "add", "names.txt").out
    kept, key = (ruled.folder / "secrets" / f"minors.{end}" for end in ("txt", "key"))
    assert len(kept.read_text().splitlines()) == 2
    assert "iti" not in kept.read_text()
    assert {path.stat().st_mode & 0o777 for path in (kept, key)} == {0o600}
    ruled.write(body="Saksi Budi Santoso dan Siti Contoh hadir.")
    answer = ruled.run("check", "kabar.md", "--json")
    assert [(one["rule"], one["column"]) for one in answer.json["findings"]] == [("minor-name", 7)]
    assert "Budi" not in answer.out
    (ruled.folder / "names.txt").write_text("Siti\n")
    answer = ruled.run("minors", "add", "names.txt")
    assert (answer.code, "Siti" in answer.said) == (2, False)
    listed = kept.read_text()
    for content in ("", "# 2 names\n"):
        kept.write_text(content)
        assert "minors.txt holds no name" in ruled.run("check", "kabar.md").complaint
    kept.write_text(listed)
    key.unlink()
    assert "minors.key: " in ruled.run("check", "kabar.md").complaint


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('[checks]\noff = ["all-cap"]', "checks.off.0: the rule 'all-cap' is not known (did you"),
        ('[checks]\noff = ["placeholder"]', "cannot be switched off"),
        ('[checks]\nseverity = {all-caps = "fatal"}', "checks.severity.all-caps: "),
        ('[checks]\nseverity = {placeholder = "warning"}', "checks.severity.placeholder: the rule"),
        ('[checks]\noff = "all-caps"', "checks.off: write a list, like ["),
        ('[checks]\nshorteners = ["https://bit.ly/"]', "checks.shorteners.0: 'https://bit.ly/': "),
        ('[checks]\ncontacts = ["0812"]', "checks.contacts.0: '0812': write a whole"),
        ('[glossary]\nfix = ["Kantor"]', "glossary.fix: 'Kantor': write single words of 7 "),
        ('[profiles.agenda]\nrequired = ["x"]', "profiles.agenda.required: 'x' cannot be"),
        ('[profiles.agenda]\nexpires = "soon"', "profiles.agenda.expires: write needed, or"),
        ('[profiles.agenda]\ncolour = "red"', "profiles.agenda.colour: unknown setting"),
    ],
)
def test_a_wrong_setting_is_named_by_its_path(room: Newsroom, table: str, says: str) -> None:
    path = room.folder / "config.toml"
    path.write_text(f"{path.read_text()}\n{table}\n")
    answer = room.run("check", "kabar.md")
    assert answer.code in (1, 2)
    assert says in answer.complaint


def test_a_warning_is_shown_once_and_then_only_counted(ruled: Newsroom) -> None:
    """Guard: ``before`` in Draft.warnings."""
    ruled.write(body="Lihat https://bit.ly/satu saja.\n\nIsi.")
    assert "bit.ly/satu" in ruled.publish().err
    ruled.rewrite("Isi.", "Isi: https://bit.ly/dua saja.")
    corrected = ruled.publish("--note", "Tautannya kurang.").err
    assert "bit.ly/dua" in corrected
    assert "bit.ly/satu" not in corrected
    assert "kabar.md: 1 warning as before (syndicate check kabar.md shows them)" in corrected
    ruled.write("nanti.md", body="Lihat https://bit.ly/tiga saja.", headline="Kabar nanti")
    later = [ruled.run("publish", "nanti.md", "--at", f"2026-05-0{day} 08:00") for day in (5, 6)]
    assert ["bit.ly/tiga" in answer.err for answer in later] == [True, False]
    ruled.rewrite("Lihat", f"{WEDNESDAY} Lihat", "nanti.md")
    assert "weekday-mismatch" in ruled.run("publish", "nanti.md").err


def test_a_channel_that_a_profile_alone_names_is_looked_for_there(room: Newsroom) -> None:
    room.tables["profiles.berita"] = {"channels": ["papan"]}
    room.configure()
    room.write(profile="berita")
    answer = room.run("check", "kabar.md")
    assert answer.code == 1
    assert "profiles.berita.channels: no channel 'papan' is configured" in answer.said
