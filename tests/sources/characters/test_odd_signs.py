"""Signs in a text that readers see as a box, or that turn its words around, are named by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.model.article import Publisher
from syndicate.sources import Draft, read

OFFICE = Publisher(name="Dinas", url="https://dinas.example/id")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def draft(body: str) -> Draft:
    path = Path("article.md")
    path.write_text(f"---\nheadline: Judul\n---\n{body}\n", encoding="utf-8")
    return read(path, OFFICE)


def test_every_such_sign_is_named_at_once_each_by_its_line() -> None:
    body = "Jum\ufffdat\n\nSatu \u202ekata\u202c\n\n- \uf0fe KTP\n\n`\uf8ff` dan \ufffd\ufffd"
    remarks = draft(body).remark_lines()
    assert [int(one.split(":")[1]) for one in remarks] == [4, 6, 6, 8, 10, 10]
    for remark, sign in zip(remarks, ("FFFD", "202C", "202E", "F0FE", "F8FF", "FFFD"), strict=True):
        assert f"U+{sign}" in remark


def test_word_s_bullets_are_bullets() -> None:
    for sign in "\uf0b7\uf0a7\uf0d8\uf0fc\uf076":
        said = draft(f"{sign} KTP\n{sign}\tKK")
        assert said.article.html.count("<li>") == 2, hex(ord(sign))
        assert said.remarks == ()


def test_scripts_and_emoji_are_left_alone() -> None:
    for body in (
        "مرحبا \u2067kata\u2069 lagi",
        "👩🏽\u200d🚒 🇮🇩 1️⃣",
        "नमस्ते \u200c",
        "a\u00a0b\u200bc",
    ):
        assert draft(body).remarks == ()
