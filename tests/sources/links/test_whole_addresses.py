"""A message names an address or a file whole, however long: a person copies it from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.sources import read
from syndicate.testing import OFFICE

LONG = "pengumuman/2026/pendaftaran-relawan-teknologi-informasi-dan-komunikasi-tingkat-desa-" * 3
NAME = "lampiran-surat-edaran-tentang-pendaftaran-relawan-teknologi-informasi-" * 3


def said(tmp_path: Path, body: str, front: str = "") -> str:
    path = tmp_path / "kabar.md"
    path.write_text(f"---\nheadline: Kabar\n{front}---\n\nIsi kabar.\n\n{body}\n", encoding="utf-8")
    try:
        return "\n".join(read(path, OFFICE).remark_lines())
    except ArticleError as error:
        return f"{error}"


@pytest.mark.parametrize(
    ("body", "front", "whole"),
    [
        (f"[x](htps://kantor.example/{LONG})", "", f"htps://kantor.example/{LONG}"),
        (f"[x](\u201dhttps://kantor.example/{LONG}\u201d)", "", f"https://kantor.example/{LONG}"),
        (f"[x]({NAME}.pdf)", "", f"{NAME}.pdf"),
        (f"![x]({NAME}.png)", "", f"{NAME}.png"),
        (f"[x](https://kantor.example/a b/{LONG}.html)", "", f"a b/{LONG}.html"),
        (f"[x](https://kantor.example:0/{LONG})", "", f"https://kantor.example:0/{LONG}"),
        ("", f"url: kantor.example/{LONG}\n", f"kantor.example/{LONG}"),
        ("", f"uri: 'tag:{LONG}'\n", f"tag:{LONG}"),
        ("", f"infoSources: [{{name: X, uri: '{LONG}'}}]\n", f"'{LONG}'"),
        ("", f"associations:\n  - file: {NAME}.pdf\n", f"{NAME}.pdf"),
    ],
)
def test_a_message_names_an_address_whole(
    tmp_path: Path, body: str, front: str, whole: str
) -> None:
    assert whole in said(tmp_path, body, front)


@pytest.mark.parametrize(
    ("body", "front"),
    [("[x](data:application/pdf;base64,{})", ""), ("![x](data:image/x;base64,{})", ""),
     ("", "url: 'data:text/html,{}'\n")],
)  # fmt: skip
def test_what_holds_data_is_not_said_whole(tmp_path: Path, body: str, front: str) -> None:
    message = said(tmp_path, body.format("QUJD" * 2000), front.format("QUJD" * 2000))
    assert "data:" in message
    assert len(message) < 400
