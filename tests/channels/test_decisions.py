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
    "Oke. Setuju, Pak Budi.": ("approve", ""),
    "Siap, saya menyetujui 🙏🏽": ("approve", ""),
    "> tolak\nAPPROVED": ("approve", ""),
    "Pada Sen, 4 Mei 2026, Meja <meja@kantor.example> menulis:\n> [x]\n\nsetuju": ("approve", ""),
    "tolak: judulnya keliru": ("reject", "judulnya keliru"),
    "Reject - wrong date.\n> approve": ("reject", "wrong date"),
    "tolak\n\nTanggalnya keliru.\nsetuju": ("reject", "Tanggalnya keliru."),
    "tidak setuju": ("", ""),
    "setuju?": ("", ""),
    "setuju 👎": ("", ""),
    "setuju, Pak Budi belum": ("", ""),
    "setuju bu asalkan": ("", ""),
    "setuju, tapi ganti judulnya": ("", ""),
    "belum\nsetuju": ("", ""),
    "> setuju": ("", ""),
    "-- \nsetuju": ("", ""),
    "-----Original Message-----\nFrom: Meja\n\nsetuju": ("", ""),
    "Dari: Meja <meja@kantor.example>\nPerihal: Kabar\n\nsetuju": ("", ""),
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


QUOTING = {  # what mail programs put below an answer in HTML
    "a quotation": "<blockquote>setuju</blockquote>",
    "Gmail": "<br><div class=gmail_quote><div>Pada Sen, 4 Mei 2026 &lt;m@k.example&gt; menulis:<br>"
    "</div><blockquote>setuju</blockquote></div>",
    "Outlook": "<div style='border-top:solid'><p><b>From:</b> Meja<br><b>Sent:</b> Monday</p></div>"
    "<p>setuju</p>",
    "Outlook on the web": "<hr><div id=divRplyFwdMsg><b>Dari:</b> Meja</div><div>setuju</div>",
    "a telephone": "<br><div>Dikirim dari iPhone saya</div><blockquote>setuju</blockquote>",
}


@pytest.mark.parametrize("program", QUOTING)
def test_html_alone_is_read_without_what_it_quotes(program: str) -> None:
    more = "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
    for words, decision in (("SETUJU!", "approve"), ("tolak: salah", "reject"), ("", "")):
        html = f"<html><body><div>{words}</div>{QUOTING[program]}</body></html>"
        assert classify(letter(html, more=more), Marks()).about == decision
