"""Links and emphasis typed a little wrong are understood where it is plain, else named by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.papers import FORM
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PICTURE, PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id")
DOT = f"media:{PICTURE.name}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.png").write_bytes(PIXEL)
    for name in ("surat.pdf", "surat edaran.pdf"):
        (tmp_path / name).write_bytes(FORM)
    monkeypatch.chdir(tmp_path)


def draft(body: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


ADDRESS = "https://a.example/x"
LINKS = {
    "[Unduh] ({})": "<a>Unduh</a>",
    "Lihat [Unduh]  ({}), ya.": "Lihat <a>Unduh</a>, ya.",
    "[Unduh]\u00a0({})": "<a>Unduh</a>",
    "[Unduh]\n({}) ya": "<a>Unduh</a>\nya",
    "[**Unduh**] ({})": "<a><strong>Unduh</strong></a>",
    "(Unduh)[{}]": "<a>Unduh</a>",
    "[Unduh]({}": "<a>Unduh</a>",
    "[Unduh]({} lalu (isi) ini": "<a>Unduh</a> lalu (isi) ini",
    "Lihat [Unduh]({}. Lalu isi": "Lihat <a>Unduh</a>. Lalu isi",
    "[Unduh]({}] ya": "<a>Unduh</a> ya",
    "[Unduh]({}\n\n(isi)": "<a>Unduh</a></p>\n<p>(isi)",
    "[Unduh({})": "<a>Unduh</a>",
    "[Unduh]{{{}}}": "<a>Unduh</a>",
    "- [Unduh] ({})\n- b": "<li><a>Unduh</a></li>",
    "> [Unduh]({}": "<p><a>Unduh</a></p>",
    "| a |\n|---|\n| [Unduh] ({}) |": "<td><a>Unduh</a></td>",
}


@pytest.mark.parametrize("body", LINKS, ids=ascii)
@pytest.mark.parametrize("to", ["surat.pdf", ADDRESS, "www.a.example/x", "info@a.example"])
def test_a_link_to_a_file_or_an_address_is_one(body: str, to: str) -> None:
    said = draft(body.format(to))
    [_, link] = said.article.html.split("<a ")
    assert link.startswith('href="')
    page = said.article.html.replace(link.partition(">")[0], "").replace("<a >", "<a>")
    assert LINKS[body] in page
    assert said.remarks == ()


def test_pictures_and_files_with_spaces_are_understood_too() -> None:
    for body in ("![foto] (s.png)", "![foto](s.png", "![] (s.png)", "![foto]\n(s.png)"):
        assert f'<img src="{DOT}"' in draft(body).article.html, body
    for body in ("[Unduh] (surat edaran.pdf)", "(Unduh)[surat edaran.pdf]", "[a](surat edaran.pdf"):
        assert draft(body).article.media[0].file == "surat edaran.pdf", body


NAMED = {
    "[Unduh] (tidak.pdf)": "[Unduh] (tidak.pdf) is not a link in Markdown",
    "(Unduh)[tidak.pdf]": "(Unduh)[tidak.pdf] is not a link in Markdown",
    "[Unduh(tidak.pdf)": "[Unduh(tidak.pdf) is not a link in Markdown",
    "[Unduh](tidak.pdf": "half a link",
    "[Unduh](lalu": "half a link",
    "Unduh](surat.pdf) ini": "half a link",
    "Lihat **tebal": "readers would see **",
    "Lihat __tebal": "readers would see __",
    "Lihat ~~coret": "readers would see ~~",
    "kata__tebal__": "readers would see __",
    "kata** tebal**lagi": "readers would see **",
    "kata_miring _ lagi": "readers would see _",
    "Lihat * miring* lagi": "readers would see *",
    "Lihat **tebal* lagi": "readers would see a *",
    "Lihat *tebal** lagi": "readers would see a *",
    "[**tebal* lagi](https://a.example)": "readers would see a *",
}


@pytest.mark.parametrize("body", NAMED, ids=ascii)
def test_what_cannot_be_understood_is_named_by_its_line(body: str) -> None:
    [remark] = draft(f"Satu.\n\nDua\n{body}").remark_lines()
    assert remark.startswith("article.md:7: ")
    assert NAMED[body] in remark


STYLED = {
    "kata**tebal ** lagi": "kata<strong>tebal</strong>",
    "*miring *": "<em>miring</em>",
    "Lihat *dua kata * lagi": "<em>dua kata</em>",
    "Lihat _miring _ lagi": "<em>miring</em>",
    "Lihat __tebal __ lagi": "<strong>tebal</strong>",
    "Lihat __ tebal__ lagi": "<strong>tebal</strong>",
    "Lihat ~~coret ~~ lagi": "<s>coret</s>",
    "Lihat ~~ coret~~ lagi": "<s>coret</s>",
    "Lihat ***kuat *** lagi": "<em><strong>kuat</strong></em>",
}


@pytest.mark.parametrize("body", STYLED, ids=ascii)
def test_emphasis_with_a_space_inside_is_emphasis(body: str) -> None:
    said = draft(body)
    assert STYLED[body] in said.article.html
    assert said.remarks == ()


FINE = (
    "[1] (halaman 3)", "[sic] (dan seterusnya)", "Pasal 3 [lama] (baru)", "*syarat berlaku",
    "Harga* dan *) keterangan", "2 * 3 * 4 dan 5*6", "Nama: ____ (isi)", "nama__berkas__lama",
    "*Gratis * Umum * Terbuka", "a_b_c dan x _ y", "Rp5.000* (lihat [1])", "~ 5 km ~~~ 6 km",
    "[a] [b] (c)", "- [ ] (isi) KTP", "fungsi(x)[0] = y", "(lihat)[^1]\n\n[^1]: Catatan.",
    "**Rp5.000*** lihat", "\\[Unduh\\] (surat.pdf)", "[Unduh]\\(surat.pdf)", "Nama __ alamat __",
    "[syarat] (https://a.example)\n\n[syarat]: https://b.example/", "@_kominfo dan _id",
)  # fmt: skip


@pytest.mark.parametrize("body", FINE, ids=ascii)
def test_what_may_be_meant_as_it_stands_is_left_alone(body: str) -> None:
    assert draft(body).remarks == ()


CODE = (
    "[Unduh] (surat.pdf)", "(Unduh)[surat.pdf]", "[Unduh](surat.pdf", "kata**tebal ** lagi",
    "*miring * ~~coret ~~", "https:\\\\a.example\\x", "**tebal* __x",
)  # fmt: skip


@pytest.mark.parametrize("code", CODE, ids=ascii)
def test_code_is_left_as_it_was_typed(code: str) -> None:
    for body in (f"Isi `{code}`.", f"```\n{code}\n```", f"Isi:\n\n    {code}\n\nAkhir."):
        said = draft(body)
        assert code in said.article.html, body
        assert said.remarks == ()
