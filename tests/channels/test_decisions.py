"""Approvers' answers are decisions by their first own line, and by nothing else."""

from __future__ import annotations

import pytest

from syndicate import Meaning
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.reports import Marks

TOKEN = "0123456789abcdef" * 2
FIRST_LINES = {
    "setuju": ("approve", ""),
    "Setuju, terima kasih.": ("approve", ""),
    "Selamat pagi,\n\nsaya setuju": ("approve", ""),
    "> tolak\nAPPROVED": ("approve", ""),
    "Pada Sen, 4 Mei 2026, Meja <meja@kantor.example> menulis:\n> [x]\n\nsetuju": ("approve", ""),
    "tolak: judulnya keliru": ("reject", "judulnya keliru"),
    "Reject - wrong date.\n> approve": ("reject", "wrong date"),
    "tolak\n\nTanggalnya keliru.\nsetuju": ("reject", "Tanggalnya keliru."),
    "tidak setuju": ("", ""),
    "setuju?": ("", ""),
    "setuju, tapi ganti judulnya": ("", ""),
    "belum\nsetuju": ("", ""),
    "> setuju": ("", ""),
    "-- \nsetuju": ("", ""),
}


def letter(body: str, *, subject: str = f"Re: Kabar [approval {TOKEN}]", more: str = "") -> bytes:
    return f"From: siti@kantor.example\nSubject: {subject}\n{more}\n{body}\n".encode()


@pytest.mark.parametrize("body", FIRST_LINES)
def test_the_first_line_of_ones_own_decides(body: str) -> None:
    reply = classify(letter(body), Marks())
    assert (reply.meaning, reply.token) == (Meaning.DECIDE, TOKEN)
    assert (reply.about, reply.detail) == FIRST_LINES[body]


def test_the_token_may_stand_in_the_quotation_alone_even_broken() -> None:
    body = f"setuju\n\n> [approval\n> {TOKEN}]\n"
    assert classify(letter(body, subject="Kabar"), Marks()).token == TOKEN
    assert classify(letter("setuju", subject="Kabar"), Marks()).meaning is Meaning.OTHER


@pytest.mark.parametrize(
    "more", ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "X-Autoreply: yes\n"]
)
def test_what_a_program_wrote_is_no_decision(more: str) -> None:
    assert classify(letter("setuju", more=more), Marks()).meaning is Meaning.NOTHING


def test_html_alone_is_read_without_what_it_quotes() -> None:
    html = "<div>setuju</div><blockquote>tolak: tidak</blockquote>"
    more = "MIME-Version: 1.0\nContent-Type: text/html\n"
    assert classify(letter(html, more=more), Marks()).about == "approve"
