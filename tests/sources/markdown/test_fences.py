"""A line that opens a block of code shows no reader the words that stand on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import Draft, placeholders, read

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id")

LOST = {
    "~~~~kata~~~~": ("kata", "write ~~kata~~ if"),
    "~~~kata dua~~~": ("kata dua", "write ~~kata dua~~ if"),
    "Satu.\n~~~~kata~~~~": ("kata", "write ~~kata~~ if"),
    "~~~ text satu dua\nx\n~~~": ("satu dua", "write ~~~ alone"),
    "~~~Catatan penting\nx\n~~~": ("penting", "write ~~~ alone"),
    "```python contoh satu\nx\n```": ("contoh satu", "write ``` alone"),
    "> ````kata dua\n> x\n> ````": ("dua", "write ```` alone"),
    "- satu\n\n  ~~~ kata~~~\n  x": ("kata", "write ~~kata~~ if"),
}
REMARKED = {
    "~~~catatan\nx\n~~~": "'catatan' is taken for its language",
    "```Penting\nx\n```": "'Penting' is taken for its language",
    "~~~\nx\n\nlagi": "has no end",
    "> ```\n> x\n\nlagi": "has no end",
    "Isi ``` ```kata ```": "readers would see ```",
}
FINE = (
    "```\nx\n```", "~~~python\nx\n~~~", "```c++\n```\n\nx", "- ~~~\n  x\n  ~~~\n- b", "Jum`at.",
    "Isi ```kata```.", "```{.python}\nx\n```", "```python {1,3}\nx\n```", "    ~~~~kata~~~~",
    "Isi ~~~~kata~~~~.",
    "``kutipan''", "~~~~\n~~~kata~~~\n~~~~",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def draft(body: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


@pytest.mark.parametrize("body", LOST)
def test_words_that_would_be_lost_are_refused_by_line_with_what_is_the_matter(body: str) -> None:
    lines = body.split("\n")
    [number] = [n for n, line in enumerate(lines, 4) if "~~~" in line or "```" in line][:1]
    words, advice = LOST[body]
    with pytest.raises(ArticleError) as raised:
        draft(body)
    message = str(raised.value)
    assert message.startswith(f"article.md:{number}: the line ")
    assert f"opens a block of code, and '{words}' would reach no reader ({advice}" in message


@pytest.mark.parametrize("body", REMARKED)
def test_what_else_is_odd_about_it_is_named(body: str) -> None:
    [(line, remark)] = draft(body).remarks
    assert line == 4
    assert REMARKED[body] in remark


@pytest.mark.parametrize("body", FINE)
def test_code_as_it_should_be_is_left_alone(body: str) -> None:
    assert draft(body).remarks == ()


def test_code_in_a_line_s_beginning_opens_no_block() -> None:
    said = draft("```kata``` isi.\n\n[Unduh] (https://a.example/x) dan *miring *")
    assert '<a href="https://a.example/x">Unduh</a>' in said.article.html
    assert "<em>miring</em>" in said.article.html
    text = "---\nheadline: Judul\n---\n```kata``` isi.\n\nTODO\n\n````\nTODO\n````\n\n[TODO]\n"
    assert [line for line, _ in placeholders(text)] == [6, 12]
