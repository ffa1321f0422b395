"""What was typed reaches the readers of every channel, or is named before anything is sent."""

from __future__ import annotations

import json
from html import unescape

import pytest

from support.everywhere import everywhere_at_once
from support.newsroom import EVENING, Newsroom, part
from support.papers import FORM
from syndicate.testing import PIXEL

EMPTY = "shows nothing of the text and has no link (write a text, or set url)"

WHATSAPP = "whatsapp://send?phone=62811"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office with a feed that gives pages, a Telegram channel and a list with one reader."""
    room.subscribe("ani@example.org")
    return room


def everywhere(room: Newsroom, body: str) -> dict[str, str]:
    """Publish an article without a page: what readers see, by channel, links after words."""
    path = room.write(body=body, url="")
    path.write_text(path.read_text(encoding="utf-8").replace('url: ""\n', ""), "utf-8")
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    [entry], [letter] = room.entries, room.letters
    return {
        "feed": unescape(entry["content_html"]),
        "telegram": _post(room),
        "letter": unescape(part(letter, "html")),
        "text": part(letter, "plain"),
    }


def _post(room: Newsroom) -> str:
    links = (entity.get("url", "") for entity in room.post.entities)
    return "\n".join((room.post.text, *filter(None, links)))


EVERYWHERE = {
    "Ketik REG<spasi>NIK<spasi>NAMA": ["REG<spasi>NIK<spasi>NAMA"],
    "Hadir[^2].\n\n[^2]: Ibid. halaman 3": ["Hadir", "[1]", "Ibid. halaman 3"],
    '<iframe src="https://www.youtube.com/embed/abc"></iframe>': [
        "https://www.youtube.com/embed/abc"
    ],
    "<video src='https://v.example/rapat.mp4'></video>\n\nTeks.": ["https://v.example/rapat.mp4"],
    f"[WA]({WHATSAPP})": ["WA", WHATSAPP],
    "[Pesan](sms:+62811)": ["Pesan", "sms:+62811"],
    "[Hubungi 24 jam](tel:+628123456789)": ["Hubungi 24 jam", "+628123456789"],
    "[Peta](geo:1.4,102.1)": ["Peta", "geo:1.4,102.1"],
    "[Kanal](tg://resolve?domain=kpu)": ["Kanal", "tg://resolve?domain=kpu"],
    "[Berkas](ftp://a.example/x)": ["Berkas", "ftp://a.example/x"],
    "[Daftar](htps://a.example/x)": ["Daftar", "htps://a.example/x"],
    "[W](www.contoh.go.id/daftar)": ["https://www.contoh.go.id/daftar"],
    "[Surat](info@contoh.go.id)": ["info@contoh.go.id"],
    "Lihat https://contoh.go.id/x.": ["https://contoh.go.id/x"],
    "**Syarat:**KTP": ["Syarat:", "KTP"],
    "**Catatan: **KTP dan ==penting== ini": ["Catatan:", "KTP", "penting"],
    "- [ ] KTP\n- [x] KK": ["☐ KTP", "☑ KK"],
    "Lihat\u200b https://contoh.go.id/\u200by.": ["https://contoh.go.id/y"],
    "[Syarat]: KTP": ["[Syarat]: KTP"],
    "[](https://contoh.go.id/kosong)": ["https://contoh.go.id/kosong"],
}


def test_words_and_addresses_reach_the_readers_of_every_channel(room: Newsroom) -> None:
    every = everywhere_at_once(room, EVERYWHERE)
    for (body, wanted), channels in zip(EVERYWHERE.items(), every, strict=True):
        for channel, seen in channels.items():
            for words in wanted:
                bare = words.removeprefix("https://") if channel == "telegram" else words
                assert bare in seen, f"{body}: {channel}: {seen}"


UNSEEN = {
    "Teks <script>rahasia(1)</script> akhir.": "akhir",
    "Teks:<style>.rahasia{color:red}</style> akhir": "akhir",
    "- butir <script>gtag('rahasia')</script> akhir": "akhir",
    "| a |\n|---|\n| akhir <script>rahasia()</script> |": "akhir",
    "<svg><style>.rahasia{}</style><script>x()</script></svg> akhir": "akhir",
    "Teks <!-- rahasia --> akhir": "akhir",
}


def test_programs_and_remarks_reach_the_readers_of_no_channel(room: Newsroom) -> None:
    for (body, word), channels in zip(
        UNSEEN.items(), everywhere_at_once(room, UNSEEN), strict=True
    ):
        for channel, seen in channels.items():
            assert word in seen, f"{body}: {channel}: {seen}"
            assert "rahasia" not in seen, f"{body}: {channel}: {seen}"


def test_a_linked_file_beside_the_article_is_hosted_and_linked_to(room: Newsroom) -> None:
    (room.folder / "surat edaran.pdf").write_bytes(FORM)
    seen = everywhere(room, "[Unduh](surat edaran.pdf) sekarang.")
    [hosted] = (room.feed / "media").iterdir()
    assert hosted.read_bytes() == FORM
    for channel in ("feed", "letter", "text"):
        assert f"https://kantor.example/feed/media/{hosted.name}" in seen[channel]
    assert "Unduh sekarang." in room.post.text


def test_a_link_to_a_heading_works_on_the_article_s_page_and_is_words_elsewhere(
    room: Newsroom,
) -> None:
    seen = everywhere(room, "[lihat syarat](#syarat)\n\n## Syarat\n\nKTP.")
    assert '<a href="#syarat">lihat syarat</a>' in seen["feed"]
    assert '<h2 id="syarat">Syarat</h2>' in seen["feed"]
    for channel in ("telegram", "letter", "text"):
        assert "lihat syarat" in seen[channel]
        assert "#syarat" not in seen[channel]
    assert " id=" not in seen["letter"].partition("lihat syarat")[2].partition("KTP")[0]


def test_a_link_to_a_heading_leads_to_the_page_that_the_feed_gives_the_article(
    room: Newsroom,
) -> None:
    room.change("feed", pages=True)
    seen = everywhere(room, "[lihat syarat](#syarat)\n\n## Syarat\n\nKTP.")
    [page] = (room.feed / "articles").iterdir()
    place = f"https://kantor.example/feed/articles/{page.name}#syarat"
    assert place in seen["feed"]
    assert place in seen["telegram"]
    assert '<h2 id="syarat">' in page.read_text(encoding="utf-8")


def test_a_link_to_another_article_leads_to_where_it_was_published(room: Newsroom) -> None:
    room.write("lain.md", "Isi lain.", headline="Kabar lain")
    room.write(body="[Baca](lain.md) dan [syarat](lain.md#syarat).")
    room.publish("lain.md", "kabar.md")
    [one] = [entry for entry in room.entries if entry["title"] == "Kabar pertama"]
    assert '<a href="https://kantor.example/lain">Baca</a>' in one["content_html"]
    assert '<a href="https://kantor.example/lain#syarat">syarat</a>' in one["content_html"]


def test_two_articles_of_one_command_link_to_each_other_s_pages(room: Newsroom) -> None:
    room.change("feed", pages=True)
    for name, other in (("a.md", "b.md"), ("b.md", "a.md")):
        room.write(name, f"[Baca]({other})", headline=f"Kabar {name}", url="")
    room.publish("a.md", "b.md")
    pages = {
        f"https://kantor.example/feed/articles/{p.name}" for p in (room.feed / "articles").iterdir()
    }
    linked = {page for page in pages for entry in room.entries if page in entry["content_html"]}
    assert linked == pages


def test_a_link_to_an_article_that_nobody_published_is_its_words_with_a_warning(
    room: Newsroom,
) -> None:
    room.write("lain.md", "Isi lain.", headline="Kabar lain")
    room.write(body="Satu.\n\n[Baca](lain.md) nanti.")
    answer = room.publish()
    assert "warning: kabar.md:9: lain.md has no page to link to" in answer.err
    [entry] = room.entries
    assert "<p>Baca nanti.</p>" in entry["content_html"]


def test_a_warning_is_said_before_anything_is_sent(room: Newsroom) -> None:
    room.write(body="Satu.\n\n[Daftar](htps://a.example/x)")
    planned = room.run("publish", "kabar.md", "--dry-run")
    assert (
        "warning: kabar.md:8: htps://a.example/x is not an address that programs can open"
        in planned.err
    )
    assert "did you mean https:?" in planned.err
    checked = room.run("check", "kabar.md")
    assert "kabar.md:8: lost-form: htps:" in checked.out
    assert checked.code == 0
    document = room.run("publish", "kabar.md", "--dry-run", "--json").json
    assert document["warnings"][0].startswith("kabar.md:8: htps:")


@pytest.mark.parametrize(
    ("body", "line", "rule", "says"),
    [
        ("Satu.\n\n{{< figure src='a.png' >}}", 8, "markup", "{{< figure"),
        ("Satu.\n\n[x](javascript:alert(1))", 8, "markup", "a link leads to javascript:"),
        ("Satu.\n\n| a |\n|---|\n| 1 | dua |", 10, "lost-words", "'dua' would reach no reader"),
        ("Satu.\n\n[L](tidak.pdf)", 8, "markup", "the file tidak.pdf is missing"),
    ],
)
def test_what_would_be_lost_stops_the_command_before_anything_is_sent(
    room: Newsroom, body: str, line: int, rule: str, says: str
) -> None:
    path = room.write(body=body)
    path.write_text(path.read_text(encoding="utf-8").replace("url:", "edNote:"), encoding="utf-8")
    before = room.effects
    for command, named in (("check", f"{rule}: "), ("publish", "")):
        answer = room.run(command, "kabar.md")
        assert answer.code == 1
        assert f"kabar.md:{line}: {named}{says}" in answer.said
    assert room.effects == before
    assert room.entries == []


def test_a_template_that_loses_the_article_s_words_is_found_by_check(room: Newsroom) -> None:
    """A channel that says less than the article, and leads nowhere, is refused."""
    folder = room.folder / "surat"
    folder.mkdir()
    (folder / "letter.txt.jinja").write_text(
        "{% for entry in letter.entries %}{{ entry.headline }} {{ entry.text[:42] }}\n{% endfor %}"
        "{{ mailto }}", encoding="utf-8",
    )  # fmt: skip
    room.change("harian", template=str(folder))
    path = room.write(body="Satu dua tiga empat lima enam tujuh delapan.\n\nAkhir kata terakhir.")
    path.write_text(path.read_text(encoding="utf-8").replace("url:", "edNote:"), encoding="utf-8")
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert "kabar.md:6: harian: the word “delapan” would be lost" in answer.err
    assert room.posts == []


def test_pictures_of_a_file_with_a_space_arrive(room: Newsroom) -> None:
    (room.folder / "foto rapat.png").write_bytes(PIXEL)
    seen = everywhere(room, "![Rapat kerja](foto rapat.png)\n\nTeks.")
    assert 'alt="Rapat kerja"' in seen["feed"]
    assert "foto rapat.png" not in json.dumps(seen)


def test_a_file_that_has_not_changed_says_nothing_again(room: Newsroom) -> None:
    room.write(body="[Daftar](htps://a.example/x)")
    room.publish()
    assert "warning" not in room.publish().err


@pytest.mark.parametrize("body", ["**Daftar**: www.contoh.go.id/daftar", "Lihat WWW.contoh.go.id."])
def test_an_address_without_its_scheme_is_not_said_to_be_missing(room: Newsroom, body: str) -> None:
    room.write(body=body)
    answer = room.run("check", "kabar.md")
    assert answer.code == 0
    assert "would not be shown" not in answer.said


LONG = "Kata demi kata yang panjang sekali. " * 40
LINKS = " ".join(f"[l{number}](https://a.example/{number})" for number in range(104))


def bare(room: Newsroom, text: str) -> None:
    """Write an article as it stands."""
    (room.folder / "kabar.md").write_text(f"---\nheadline: Kabar\n{text}\n", encoding="utf-8")


def notes(room: Newsroom) -> list[str]:
    """What `check` says of kabar.md."""
    answer = room.run("check", "kabar.md")
    assert answer.code == 0, answer.said
    return [line for line in answer.out.splitlines() if line.startswith("kabar.md:")]


@pytest.fixture
def pictured(room: Newsroom) -> Newsroom:
    """The office with pictures and a document beside its article."""
    for number, name in enumerate(("a.png", "foto rapat.png", "b.png")):
        (room.folder / name).write_bytes(PIXEL + bytes([number]))
    (room.folder / "f.pdf").write_bytes(FORM)
    return room


def test_pictures_that_a_channel_is_set_to_leave_out_are_named(pictured: Newsroom) -> None:
    pictured.change("telegram", preview="none")
    pictured.only("telegram")
    bare(
        pictured,
        "associations:\n  - {file: a.png, alt: Rapat}\n---\nSatu.\n\n![r](<foto rapat.png>)",
    )
    why = "is left out: channels.telegram.preview is none"
    assert notes(pictured) == [
        f"kabar.md:4: telegram: a.png {why}",
        f"kabar.md:8: telegram: foto rapat.png {why}",
    ]


def test_pictures_that_are_links_instead_are_not_said_to_be_left_out(pictured: Newsroom) -> None:
    pictured.change("telegram", preview="none")
    pictured.only("feed", "telegram")
    bare(pictured, "---\nSatu.\n\n![r](<foto rapat.png>) ![luar](https://a.example/x.png)")
    assert notes(pictured) == []


def test_each_picture_that_a_post_has_no_room_for_is_named_with_its_line(
    pictured: Newsroom,
) -> None:
    pictured.only("telegram")
    bare(
        pictured,
        "associations:\n  - {file: a.png, alt: Rapat}\n  - {file: f.pdf}\n---\n"
        f"{LONG[:99]}\n\n![b](b.png)",
    )
    why = "is left out: a post holds pictures or documents, not both"
    assert notes(pictured) == [
        f"kabar.md:4: telegram: a.png {why}", f"kabar.md:9: telegram: b.png {why}",
    ]  # fmt: skip


def test_each_link_that_a_post_has_no_room_for_is_named_with_its_line(room: Newsroom) -> None:
    room.only("telegram")
    more = "[dua](www.contoh.go.id/dua)\n[tiga](/tiga?a=1&b=2)"
    bare(room, f"---\nSatu.\n{LINKS}\n{more}")
    why = "becomes plain text: a post holds 100 links and styles"
    found = notes(room)
    assert f"kabar.md:5: telegram: the link to https://a.example/103 {why}" in found
    assert f"kabar.md:6: telegram: the link to https://www.contoh.go.id/dua {why}" in found
    assert f"kabar.md:7: telegram: the link to https://kantor.example/tiga?a=1&b=2 {why}" in found


def test_pictures_and_documents_that_a_letter_cannot_show_are_named(pictured: Newsroom) -> None:
    pictured.only("harian")
    bare(
        pictured,
        "associations:\n  - {file: a.png, alt: Rapat}\n"
        "  - {file: 'https://a.example/1.png', alt: Satu}\n"
        "  - {file: 'https://a.example/2.png', alt: Dua}\n---\nSatu.\n\n![r](<foto rapat.png>)\n\n"
        "[Unduh](f.pdf) ya.",
    )
    assert notes(pictured) == [
        "kabar.md:4: harian: the file a.png would not be shown",
        "kabar.md:6: harian: the file https://a.example/2.png would not be shown",
        "kabar.md:10: harian: the file foto rapat.png would not be shown",
        "kabar.md:12: harian: the file f.pdf would not be shown",
    ]


def test_what_the_page_shows_need_not_be_in_a_letter_that_leads_there(pictured: Newsroom) -> None:
    pictured.only("harian")
    bare(
        pictured,
        "url: https://kantor.example/kabar\nassociations: [{file: a.png, alt: Rapat}]\n---\nSatu.",
    )
    assert notes(pictured) == []


@pytest.mark.parametrize(
    "body",
    [
        f"Satu.\n\n[WA]({WHATSAPP}) [x](www.contoh.go.id/a) <a href='mailto:a@b.example'>z</a>",
        "Satu ![dua](a.png) tiga [Unduh](f.pdf) ya.",
        "Teks [H](0766-21000) dan [G](geo:1.4,102.1), [F](ftp://a.example/x) akhir.",
        "[a](https://a.example/1) [b](https://a.example/2)",
    ],
    ids=ascii,
)
def test_a_text_that_is_said_in_full_is_not_said_to_be_missing(
    pictured: Newsroom, body: str
) -> None:
    """Addresses and pictures between its words are no gaps."""
    bare(pictured, f"---\n{body}")
    assert notes(pictured) == []


def test_a_channel_that_says_nothing_of_a_text_is_named_with_its_line(room: Newsroom) -> None:
    folder = room.folder / "surat"
    folder.mkdir()
    page = "{% for entry in letter.entries %}{{ entry.headline }}\n{% endfor %}{{ mailto }}"
    (folder / "letter.txt.jinja").write_text(page, encoding="utf-8")
    room.change("harian", template=str(folder))
    bare(room, f"---\n{LONG}")
    answer = room.run("check", "kabar.md")
    assert f"\nkabar.md:4: harian: {EMPTY}\n" in answer.out
    bare(room, "---\nSatu dua kabar tiga.")  # of which the headline says one word
    answer = room.run("check", "kabar.md")
    assert f"\nkabar.md:4: harian: {EMPTY}\n" in answer.out


def test_a_word_that_a_channel_loses_of_a_short_text_is_named(room: Newsroom) -> None:
    folder = room.folder / "surat"
    folder.mkdir()
    entries = (
        "{% for entry in letter.entries %}{{ entry.headline }} {{ entry.text[:9] }}\n{% endfor %}"
    )
    (folder / "letter.txt.jinja").write_text(entries + "{{ mailto }}", encoding="utf-8")
    room.change("harian", template=str(folder))
    bare(room, "---\nSatu dua\ntiga.")
    answer = room.run("check", "kabar.md")
    assert answer.code == 1
    assert "kabar.md:5: channel: harian: the word “tiga” would be lost" in answer.out


def test_a_number_that_is_read_in_its_national_form_is_shown(room: Newsroom) -> None:
    numbers = ["[0812-3456-7890](tel:+6281234567890)", "[(0766) 21 000](tel:+6276621000)"]
    room.write(body="Isi kabar.\n\nNarahubung: " + " atau ".join(numbers))
    answer = room.run("check", "kabar.md")
    assert answer.code == 0
    assert "would not be shown" not in answer.said
    room.publish()
    assert "(+62" not in room.posts[0]


def test_a_digest_may_leave_the_table_at_the_end_to_the_article_s_page(room: Newsroom) -> None:
    body = "Isi.\n\n| Desa | Jiwa |\n|---|---|\n| Wae Rebo | 1200 |"
    room.write(body=body)
    assert room.run("check", "kabar.md").code == 0
    bare(room, f"---\n{body}")  # where no page has it, it is all in the letter
    assert notes(room) == []
