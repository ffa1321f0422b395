"""An article file and what is read from it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.papers import FORM
from syndicate.errors import ArticleError
from syndicate.model.article import PDF, Article, Dateline, InfoSource, Media, Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PICTURE, PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example", timezone="Asia/Jakarta")

FULL = """\
---
uri: "tag:dinas.example,2022-03-18:piagam-x1y2z"
date: Jum’at 18 Maret 2022
dateline: {text: BENGKALIS, located: Bengkalis}
profile: berita
headline: "Piagam: dari KPU"
description: >
  Satu kalimat
  pendek.
language: id
by: Tim Redaksi
infoSources:
  - {name: KPU, role: originator, uri: "https://kpu.example/"}
  - name: Warga
subjects: [KPU, pilkada, KPU]
urgency: 3
embargoedUntil: 18 Maret 2022 16.30 WIB
expires: 2022-04-01
url: https://dinas.example/berita/piagam
channels: [news, feed]
overrides:
  news: {headline: Piagam!}
associations:
  - {file: dot.png, alt: A dot, caption: Titik, creator: Dia}
  - {file: "https://cdn.example/a.jpg", alt: Jauh}
edNote: rahasia
---

Teks.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dot.png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(text: str | bytes, name: str = "article.md") -> Draft:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, OFFICE)


def with_front(lines: str, body: str = "Teks.") -> str:
    return f"---\n{lines}\n---\n{body}\n"


@pytest.mark.usefixtures("folder")
def test_every_key_of_the_front_matter_arrives() -> None:
    zone = OFFICE.zone
    assert draft(FULL).article == Article(
        uri="tag:dinas.example,2022-03-18:piagam-x1y2z",
        headline="Piagam: dari KPU",
        html="<p>Teks.</p>",
        lead="Satu kalimat pendek.",
        markdown="\nTeks.\n",
        description="Satu kalimat pendek.",
        language="id",
        date=datetime(2022, 3, 18, tzinfo=zone),
        dateline=Dateline("BENGKALIS", "Bengkalis"),
        profile="berita",
        by="Tim Redaksi",
        info_sources=(
            InfoSource(name="KPU", role="originator", uri="https://kpu.example/"),
            InfoSource(name="Warga"),
        ),
        subjects=("KPU", "pilkada"),
        urgency=3,
        embargoed_until=datetime(2022, 3, 18, 9, 30, tzinfo=UTC),
        expires=datetime(2022, 4, 1, 23, 59, 59, tzinfo=zone),
        url="https://dinas.example/berita/piagam",
        channels=("news", "feed"),
        overrides={"news": {"headline": "Piagam!"}},
        media=(
            Media(
                file="dot.png",
                alt="A dot",
                caption="Titik",
                creator="Dia",
                media_type="image/png",
                sha256=PICTURE.sha256,
                size=len(PIXEL),
                width=1,
                height=1,
            ),
            Media(
                file="https://cdn.example/a.jpg",
                url="https://cdn.example/a.jpg",
                alt="Jauh",
            ),
        ),
    )


@pytest.mark.usefixtures("folder")
def test_the_draft_holds_source_pictures_and_the_line_of_each_key() -> None:
    read_in = draft(FULL)
    assert read_in.source == FULL
    assert read_in.files == {PICTURE.sha256: PIXEL}
    assert read_in.at("uri") == "article.md:2"
    assert read_in.at("description") == "article.md:7"
    assert read_in.at("edNote") == "article.md:26"
    assert read_in.at("by no means") == "article.md:1"


def test_documents_are_taken_beside_pictures(folder: Path) -> None:
    (folder / "formulir.pdf").write_bytes(FORM)
    associations = (
        "associations:\n- {file: formulir.pdf, caption: Formulir, creator: KPU}\n- file: dot.png\n"
        "- {file: 'https://cdn.example/SK.PDF?v=2', alt: Keputusan}"
    )
    read_in = draft(with_front(f"headline: H\n{associations}"))
    form, decree = read_in.article.documents
    assert (form.file, form.caption, form.creator) == ("formulir.pdf", "Formulir", "KPU")
    assert (form.media_type, form.size, form.width, form.url) == (PDF, len(FORM), 0, None)
    assert (decree.media_type, decree.url) == (PDF, "https://cdn.example/SK.PDF?v=2")
    assert [picture.file for picture in read_in.article.pictures] == ["dot.png"]
    assert read_in.files == {form.sha256: FORM, PICTURE.sha256: PIXEL}
    assert "<img" not in read_in.article.html


def test_an_article_may_have_a_document_and_no_picture(folder: Path) -> None:
    (folder / "formulir.pdf").write_bytes(FORM)
    article = draft(with_front("headline: H\nassociations: [{file: formulir.pdf}]")).article
    assert (article.pictures, [one.file for one in article.documents]) == ((), ["formulir.pdf"])


LABELS = {
    "caption: Formulir, alt: x": "Formulir",
    "alt: Formulir A": "Formulir A",
    "": "formulir 50%25.pdf",
}


@pytest.mark.parametrize(("words", "label"), LABELS.items(), ids=LABELS.values())
def test_a_document_is_called_by_its_caption_or_else_its_file(
    words: str, label: str, folder: Path
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub/formulir 50%25.pdf").write_bytes(FORM)
    local = draft(
        with_front(f"headline: H\nassociations: [{{file: sub/formulir 50%25.pdf, {words}}}]")
    ).article.documents
    assert [one.label for one in local] == [label]


ADDRESSES = {
    "https://a.example/unduh/formulir%20A.pdf?x=a/b": "formulir A.pdf",
    "https://a.example/formulir%00%0A.pdf": "formulir%00%0A.pdf",
    "https://a.example/%E8%A1%A8.pdf": "表.pdf",
}


@pytest.mark.parametrize(("address", "label"), ADDRESSES.items(), ids=ADDRESSES.values())
def test_a_remote_document_is_called_by_the_end_of_its_address(address: str, label: str) -> None:
    assert Media(file=address, url=address, media_type=PDF).label == label


def test_a_document_that_changes_its_name_or_its_bytes_is_noticed(folder: Path) -> None:
    """Readers see a file's name only where there is no caption."""

    def fingerprint(file: str, words: str, data: bytes = FORM) -> str:
        (folder / file).write_bytes(data)
        front = f"headline: H\nassociations: [{{file: {file}, {words}}}]"
        return draft(with_front(front)).article.fingerprint

    assert fingerprint("a.pdf", "") != fingerprint("b.pdf", "")
    assert fingerprint("a.pdf", "caption: c") == fingerprint("b.pdf", "caption: c")
    assert fingerprint("a.pdf", "caption: c") != fingerprint("a.pdf", "caption: c", FORM + b"\n")


@pytest.mark.usefixtures("folder")
def test_the_note_to_the_desk_is_nowhere_in_the_article() -> None:
    assert "rahasia" not in repr(draft(FULL).article)


@pytest.mark.usefixtures("folder")
def test_an_article_survives_json() -> None:
    article = draft(FULL).article
    assert Article.from_json(article.to_json()).fingerprint == article.fingerprint


@pytest.mark.usefixtures("folder")
def test_a_headline_is_enough_and_blank_keys_count_as_absent() -> None:
    blank = (
        "description:\nby: ''\nsubjects:\nassociations: []\nurgency:\ndate:\nchannels:\ndateline:"
    )
    bare = draft(with_front("headline: 2024-05-02"))
    assert draft(with_front(f"headline: 2024-05-02\n{blank}")).article == bare.article
    assert bare.article == Article(
        uri="", headline="2024-05-02", html="<p>Teks.</p>", lead="Teks.", markdown="Teks.\n"
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_bom_and_other_line_ends_change_nothing(mark: bytes, end: bytes) -> None:
    text = with_front("headline: H\nby: Saya", "Satu\ndua.\n\n| a |\n|---|\n| b |")
    same = draft(mark + text.encode().replace(b"\n", end))
    assert same.article == draft(text).article
    assert same.at("by") == "article.md:3"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["a.md", "a.markdown", "A.MD"])
def test_markdown_goes_by_several_endings(name: str) -> None:
    assert draft(with_front("headline: H"), name).path == Path(name)


WRONG_FRONT = {
    "headlin: x": (2, "'headlin' is not known (did you mean headline?)"),
    "headline: H\ntags: [x]": (3, "'tags' is not known (did you mean subjects?)"),
    "headline: H\nzzz: x": (3, "'zzz' is not known (known are uri, date, "),
    "headline: H\nby: x\nheadline: I": (4, "headline is given twice, first in line 2"),
    "by: x": (1, "there is no headline (add "),
    "# nothing": (1, "there is no headline (add "),
    "headline:": (2, "headline is blank (write "),
    "headline: null": (2, "headline: null means no value in YAML (put it in quotes"),
    "headline: ~": (2, "headline: ~ means no value in YAML (put it in quotes"),
    "headline: ' '": (2, "headline is blank (write "),
    'headline: "a\\nb"': (2, "headline spans several lines"),
    'headline: "a\\u2028b"': (2, "headline spans several lines"),
    "headline: |\n  a\n  b": (2, "headline spans several lines"),
    'headline: "a\\u0007b"': (2, "headline holds the control character U+0007"),
    'headline: "\\uD800"': (2, "headline holds the control character U+D800"),
    "by: x\nheadline: a\x07b": (3, "a control character, U+0007"),
    "headline: [a]": (2, "headline is a list (write text"),
    "headline: {a: b}": (2, "headline is a table (write text"),
    "headline: Foo: bar": (2, 'not valid YAML: a second ": " in one line (put '),
    'headline: "Foo\nby: x': (2, "not valid YAML: a quote or bracket opens here and is not closed"),
    "headline: H\nsubjects: [a\nby: x": (3, "not valid YAML: a quote or bracket opens here"),
    "headline: H\n\tby: x": (3, "not valid YAML: a tab (indent with spaces"),
    "headline: @H": (2, "not valid YAML: "),
    "H": (2, "the front matter has no keys"),
    "- H": (2, "the front matter has no keys"),
    "headline: &h H\nby: *h": (3, "a * begins an alias, which is not allowed"),
    "headline: *wow*": (2, "a * begins an alias, which is not allowed"),
    "headline: !!python/name:os.system x": (2, "the tag tag:yaml.org,2002:python"),
    "headline: H\n? [a]\n: b": (3, "a key is not a plain word"),
    "headline: " + "[" * 900: (2, "lists and tables are nested too deeply"),
    "headline: H\ndate: besok": (3, "date: 'besok' is not a date (write it like"),
    "headline: H\ndate: 2024-02-30": (3, "date: there is no 2024-02-30"),
    "headline: H\ndate: Kamis 18 Maret 2022": (3, "date: 2022-03-18 is not a Kamis"),
    "headline: H\ndate: [2024-02-03]": (3, "date is a list"),
    "headline: H\nexpires: soon": (3, "expires: 'soon' is not a date"),
    "headline: H\nembargoedUntil: soon": (3, "embargoedUntil: 'soon' is not a date"),
    "headline: H\nurgency: 0": (3, "urgency: '0' is not an urgency (write 1"),
    "headline: H\nurgency: 10": (3, "urgency: '10' is not an urgency (write 1"),
    "headline: H\nurgency: high": (3, "urgency: 'high' is not an urgency (write 1"),
    "headline: H\nurl: /berita": (3, "url: '/berita' is not a web address"),
    "headline: H\nurl: javascript:alert(1)": (3, "is not a web address"),
    "headline: H\nurl: https://": (3, "is not a web address"),
    "headline: H\nurl: https://a b": (3, "is not a web address"),
    "headline: H\nurl: https://a:port/": (3, "is not a web address"),
    "headline: H\nuri: piagam": (3, "uri: 'piagam' is not a URI"),
    "headline: H\nuri: ''": (3, "uri is blank (delete the line"),
    "headline: H\nuri: tag:piagam": (3, "uri: 'tag:piagam' is not a tag: URI"),
    "headline: H\nuri: 'tag:a.id,2022-13:x'": (3, "is not a tag: URI"),
    "headline: H\nuri: javascript:x": (3, "is not a URI"),
    "headline: H\nlanguage: Bahasa": (3, "language: 'Bahasa' is not a language tag"),
    "headline: H\nsubjects: KPU": (3, "subjects is not a list (write it like subjects: [KPU])"),
    "headline: H\nsubjects:\n- a\n- ''": (5, "one of subjects is blank"),
    "headline: H\nsubjects:\n- a\n- [b]": (5, "each of subjects is a list"),
    "headline: H\nchannels: []": (3, "channels is empty"),
    "headline: H\ndateline: [a]": (3, "dateline is not a table"),
    "headline: H\ndateline: {located: X}": (3, "dateline has no text"),
    "headline: H\ndateline: {text: X, place: Y}": (3, "'place' is not known"),
    "headline: H\ninfoSources: [KPU]": (3, "each of infoSources is not a table"),
    "headline: H\ninfoSources:\n- role: x": (4, "one of infoSources has no name"),
    "headline: H\ninfoSources:\n- name: x\n  uri: kpu": (5, "uri: 'kpu' is not a URI"),
    "headline: H\noverrides: {news: x}": (3, "overrides.news is not a table"),
    "headline: H\noverrides:\n  news:\n    headlin: x": (5, "(did you mean headline?)"),
    "headline: H\noverrides:\n  news:\n    headline:": (5, "headline is blank"),
    "headline: H\nassociations: [dot.png]": (3, "each of associations is not a table"),
    "headline: H\nassociations:\n- alt: x": (4, "one of associations has no file"),
    "headline: H\nassociations:\n- src: dot.png": (4, "'src' is not known (did you mean file?)"),
    "headline: H\nassociations:\n- alt: x\n  file: gone.png": (5, "the file gone.png is missing"),
    "headline: H\nassociations:\n- file: ../dot.png": (4, "is outside the article's folder"),
    "headline: H\nassociations:\n- file: /etc/passwd": (4, "is outside the article's folder"),
    "headline: H\nassociations:\n- file: https://": (4, "file: 'https://' is not a web address"),
    "headline: H\nassociations:\n- file: article.md": (
        4,
        "is not a PDF or a PNG, JPEG, GIF or WebP",
    ),
    "headline: H\nassociations:\n- file: .": (4, "the file . is missing"),
    'headline: H\nassociations:\n- file: "a\\nb.png"': (4, "file spans several lines"),
    f"headline: H\nassociations:\n- file: {'x' * 3000}": (4, "the file xxx"),
    "headline: H\nby: [x]": (3, "by is a list"),
    "headline: H\nedNote: [x]": (3, "edNote is a list"),
    'headline: H\ndescription: "a\u2028b"\nzzz: x': (4, "'zzz' is not known"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("front", WRONG_FRONT, ids=lambda front: ascii(front)[:50])
def test_what_is_wrong_above_the_text_is_one_line_with_its_place_and_a_remedy(front: str) -> None:
    line, says = WRONG_FRONT[front]
    with pytest.raises(ArticleError) as wrong:
        draft(with_front(front))
    _is_one_line(str(wrong.value), line, says)


WRONG_FILE = {
    b"": (1, "there is no front matter (start "),
    b"Just text.": (1, "there is no front matter (start "),
    b"\n---\nheadline: H\n---\nx": (1, "there is no front matter (start "),
    b"---\nheadline: H\n\nText.": (1, "the front matter has no end"),
    b"---\nheadline: H\n---": (3, "there is no text below"),
    b"---\nheadline: H\n---\n \n\t\n": (4, "there is no text below"),
    b"---\r\nheadline: H\r\n---\r\nab\r\n\xe9": (5, "not UTF-8 at byte 27 (save "),
    b"\xef\xbb\xbf---\nheadline: H\n---\n\xe9": (4, "not UTF-8 at byte 23 (save "),
    "---\nheadline: H\n---\nx".encode("utf-16"): (1, "not UTF-8 at byte 0 (save "),
    b"---\nheadline: H\n---\na\n\0": (5, "a NUL at byte 22 (save "),
    b"---\nheadline: H\n---\n" + b"x" * 300_000: (
        4,
        "the article exceeds 200 kB",
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("data", WRONG_FILE, ids=lambda data: ascii(data[:40]))
def test_a_file_that_is_no_article_is_refused_with_its_line(data: bytes) -> None:
    line, says = WRONG_FILE[data]
    with pytest.raises(ArticleError) as wrong:
        draft(data)
    _is_one_line(str(wrong.value), line, says)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["a.txt", "a.docx", "a.pdf", "a.html", "a"])
def test_another_kind_of_file_is_refused_with_the_way_to_make_an_article(name: str) -> None:
    with pytest.raises(ArticleError) as wrong:
        draft("x", name)
    message = str(wrong.value)
    assert message.startswith(f"{name}:1: ")
    assert message.endswith(")")
    assert "`syndicate new HEADLINE`" in message
    assert ".md " in message


@pytest.mark.usefixtures("folder")
def test_a_file_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ArticleError, match=r"^gone\.md: cannot be read: no such file"):
        read(Path("gone.md"), OFFICE)
    os.mkdir("folder.md")
    with pytest.raises(ArticleError, match=r"^folder\.md: this is a folder \(name files in it"):
        read(Path("folder.md"), OFFICE)


def test_the_path_in_a_message_is_the_one_that_was_given(folder: Path) -> None:
    (folder / "a.md").write_text(with_front("headline:"))
    with pytest.raises(ArticleError) as wrong:
        read(folder / "a.md", OFFICE)
    assert str(wrong.value).startswith(f"{folder / 'a.md'}:2: ")


def test_asking_for_the_sources_imports_none_of_their_libraries() -> None:
    heavy = "{'yaml', 'nh3', 'markdown_it', 'pydantic'} & set(sys.modules)"
    code = f"import sys, syndicate.sources; sys.exit(bool({heavy}))"
    subprocess.run([sys.executable, "-c", code], check=True)


def _is_one_line(message: str, line: int, says: str) -> None:
    assert message.startswith(f"article.md:{line}: ")
    assert says in message
    assert len(message.splitlines()) == 1
    assert message.endswith((")", "?)"))
