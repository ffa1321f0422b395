"""An address that no program opens is repaired where it is plain, else said behind its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, read
from syndicate.testing import PIXEL

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.png").write_bytes(PIXEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(body: str, front: str = "") -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n{front}---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def html(body: str) -> str:
    return draft(body).article.html


def refusal(body: str, front: str = "") -> str:
    with pytest.raises(ArticleError) as wrong:
        draft(body, front)
    return str(wrong.value)


DEAD = {
    "https://a.example:70000/x": "its port, 70000, is not between 1 and 65535",
    "https://a.example:0/x": "its port, 0, is not",
    "https://a.example:abc/x": "its port, abc, is no number",
    "https://a.example:８０/x": "its port, ８０, is no number",
    "https://999.1.1.1/x": "no site 999.1.1.1",
    "https://1.2.3.4.5/x": "no site 1.2.3.4.5",
    "https://xn--a/x": "no site xn--a",
    "https://www.xn--zzzzzz--1.example/x": "no site www.xn--zzzzzz--1.example",
    "https://a..example/x": "no site a..example",
    f"https://{'a' * 64}.example/x": "no site aaa",
    "https://a.example%zz/x": "no site a.example%zz",
    "https://a|b.example/x": "no site a|b.example",
    "https://[::g]/x": "no site [::g]",
    "https:///x": "names no site",
    "https://user@/x": "names no site",
    "http://": "names no site",
    "ftp://a.example:70000/x": "its port, 70000",
    "HTTPS://A.example:70000/x?a=1&b=ä": "its port, 70000",
    "mailto:": "has no mailbox",
    "tel:kantor": "has no number",
}
WAYS = {
    "[kata]({})": "kata ({})",
    "[**kata**](<{}>)": "<strong>kata</strong> ({})",
    "[kata][1]\n\n[1]: {}": "kata ({})",
    "<p><a href='{}'>kata</a></p>": "kata ({})",
    'Lihat <A title="x" HREF = "{}">kata</A>': "kata: x ({})",
    '[kata]({} "Judul")': "kata: Judul ({})",
    "[![kata](s.png)]({})": ' alt="kata"> ({})',
    "<iframe src='{}' title='kata'></iframe>": "kata ({})",
}
PICTURES = {
    "![kata]({})": "kata ({})",
    "![]({}) kata": "{} kata",
    "![kata]({} 'Judul')": "kata: Judul ({})",
    "<img src='{}' alt='kata'>": "kata ({})",
    "<figure><img alt='kata' data-src='{}'></figure>": "kata ({})",
    "<img alt='kata' srcset='{} 2x'>": "kata ({})",
    "[![kata]({})](https://b.example/)": '<a href="https://b.example/">kata ({})</a>',
    "<video src='https://b.example/v.mp4' poster='{}'></video>": "{} <a href=",
}


@pytest.mark.parametrize("address", DEAD, ids=lambda text: text[:24])
def test_a_link_that_leads_nowhere_is_its_words_and_its_address(address: str) -> None:
    for way, wanted in WAYS.items():
        said = draft(f"Satu.\n\n{way.format(address)}")
        assert wanted.format(address.replace("&", "&amp;")) in said.article.html, way
        assert f'href="{address}' not in said.article.html
        [remark] = said.remark_lines()
        line = 8 if "\n\n[1]" in way else 6
        assert remark.startswith(f"article.md:{line}: {address} leads nowhere: "), remark
        assert DEAD[address] in remark


@pytest.mark.parametrize("way", PICTURES)
def test_a_picture_with_such_an_address_is_what_it_shows_and_the_address(way: str) -> None:
    for address in (
        "https://a.example:70000/x.png",
        "https://999.1.1.1/x.png",
        "https://xn--a/x.png",
    ):
        said = draft(f"Satu.\n\n{way.format(address)}")
        assert PICTURES[way].format(address) in said.article.html
        assert "<img" not in said.article.html
        [remark] = said.remark_lines()
        assert remark.startswith(f"article.md:6: {address} leads nowhere: ")


def test_an_address_in_the_text_is_a_link_only_where_it_can_be_opened() -> None:
    for address in ("https://a.example:70000/x", "https://a.example:abc/x", "https://999.1.1.1/x"):
        for way in ("Lihat {}.", "<{}>", "Lihat ({}), ya"):
            said = draft(way.format(address))
            assert "<a" not in said.article.html
            assert address in said.article.html
            [remark] = said.remark_lines()
            assert remark.startswith(f"article.md:4: {address} leads nowhere: ")
    assert '<a href="https://a.example">https://a.example</a>: ya' in html("https://a.example: ya")


MENDED = {
    r"https:\\contoh.go.id\x": "https://contoh.go.id/x",
    r"https:\contoh.go.id\x?a=1": "https://contoh.go.id/x?a=1",
    "https:/contoh.go.id/x": "https://contoh.go.id/x",
    "https:///contoh.go.id/x": "https://contoh.go.id/x",
    "https:////contoh.go.id:8080/x": "https://contoh.go.id:8080/x",
    "https:contoh.go.id": "https://contoh.go.id",
    "http:/www.contoh.go.id#a": "http://www.contoh.go.id#a",
    "https//contoh.go.id/x": "https://contoh.go.id/x",
    "https;//contoh.go.id/x": "https://contoh.go.id/x",
    "https://https://contoh.go.id/x": "https://contoh.go.id/x",
    "http://https//contoh.go.id/x": "https://contoh.go.id/x",
    r"https://contoh.go.id/a\b": "https://contoh.go.id/a/b",
}


@pytest.mark.parametrize("address", MENDED)
def test_slashes_are_taken_as_they_were_meant(address: str) -> None:
    for way in ("[kata]({})", "<a href='{}'>kata</a>", "[kata]\n\n[kata]: {}"):
        said = draft(way.format(address))
        assert f'<a href="{MENDED[address]}">kata</a>' in said.article.html
        assert said.remarks == ()


def test_what_can_be_opened_is_left_as_it_is() -> None:
    for address in (
        "https://a_b.example/x", "https://[::1]:8080/x", "https://10.1.2.3/x", "https://kantor/x",
        "https://a.example./x", "https://a.example:/x", "https://u:p@a.example:8443/x",
        "https://xn--mnchen-3ya.example/x", "https://a.example/x%5Cy", "mailto:?subject=Halo",
        "https://web.archive.org/web/2016/https://b.example/", "tel:112", "tg://resolve?domain=kpu",
        "https://a.example/?b=https:/c", "https://a.example/a//b",
    ):  # fmt: skip
        said = draft(f"[kata]({address})")
        assert f'<a href="{address}">kata</a>' in said.article.html
        assert said.remarks == ()


UNSAFE = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)",
    "java&#x09;script:alert(1)", "&#106;avascript:alert(1)", "javascript&colon;alert(1)",
    "\x01javascript:alert(1)", "vbscript:x", "data:text/html,x", "java&#10;script:alert(1)",
)  # fmt: skip
CARRIED = (
    "typed:javascript:alert(1)", "typed:~javascript:alert(1)", "typed:~typed:~javascript:alert(1)",
    "typed:javascript%3Aalert(1)", "TYPED:~javascript:alert(1)", " typed:~javascript:alert(1)",
)  # fmt: skip
TAGS = (
    "<a href='{}'>x</a>", "<p><a href={}>x</a></p>", "<p><a/href='{}'>x</a></p>",
    "<a rel='b' href = '{}'>x</a>",
    "<div><a rel=a\"b href='{}'>x</a></div>", "<p><a href='{}' href='https://b.example/'>x</a></p>",
    "<p><abbr title='<a href=b>'>x</abbr><a href='{}'>x</a></p>",
)  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_no_address_is_smuggled_past_the_sanitiser(tag: str) -> None:
    for address in UNSAFE:
        if re.search(r"\s", address) and "'{}'" not in tag:
            continue
        assert "a link leads to " in refusal(tag.format(address)), address
    for address in CARRIED:
        try:
            page = html(tag.format(address.strip() if "href={}" in tag else address))
        except ArticleError:  # nothing is said of it at all
            continue
        assert 'href="javascript' not in page.lower()
        assert 'href="typed' not in page.lower()
        assert address.strip() in page


def test_an_address_that_is_said_is_text_and_no_markup() -> None:
    page = html("<p><a href='https://<b>a.example:x/<img src=y onerror=z>'>kata</a></p>")
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;img src=y onerror=z&gt;" in page


FRONT = {
    "url: https://a.example:70000/x\n": "its port, 70000",
    "url: https://999.1.1.1/x\n": "no site 999.1.1.1",
    "associations: [{file: 'https://xn--a/x.png', alt: x}]\n": "no site xn--a",
    "associations: [{file: 'https://a.example:abc/x.pdf'}]\n": "its port, abc",
    "infoSources: [{name: KPU, uri: 'https://999.1.1.1/'}]\n": "no site 999.1.1.1",
    "infoSources: [{name: KPU, uri: 'mailto:'}]\n": "not a URI",
    "infoSources: [{name: KPU, uri: 'ftp://a.example:70000/'}]\n": "its port, 70000",
}


@pytest.mark.parametrize("front", FRONT)
def test_an_address_of_the_front_matter_that_leads_nowhere_is_refused(front: str) -> None:
    message = refusal("Isi.", front)
    assert message.startswith("article.md:3: ")
    assert FRONT[front] in message
