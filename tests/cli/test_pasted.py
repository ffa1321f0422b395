"""What people paste from programs and pages: their words and links reach the readers of every
channel, as they were divided."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from cli.everywhere import everywhere_at_once
from cli.newsroom import Newsroom
from syndicate.text import plain

WORD = re.compile(r"\w+")


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office with a feed, a Telegram channel and a list with one reader."""
    room.subscribe("ani@example.org")
    return room


def has_in_a_row(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether these words follow each other, neither glued nor divided."""
    count = len(wanted)
    return any(list(words[at : at + count]) == list(wanted) for at in range(len(words) - count + 1))


DIVIDED = {
    "**Syarat:**KTP": "Syarat KTP",
    "kata<br>kata": "kata kata",
    "kata  \nkata": "kata kata",
    "<li>Satu</li><li>Dua</li>": "Satu Dua",
    "<ul><li>Satu</li><li>Dua</li></ul>Tiga": "Satu Dua Tiga",
    "<p>Satu</p><p>Dua</p>": "Satu Dua",
    "<p>Satu</p>Dua<p>Tiga</p>": "Satu Dua Tiga",
    "<table><tr><td>Satu</td><td>Dua</td></tr></table>Tiga": "Satu Dua Tiga",
    "| Satu | Dua |\n|---|---|\n| Tiga<br>Empat | Lima |": "Tiga Empat",
    "# Satu\n## Dua\nTiga": "Satu Dua Tiga",
    "<h2>Satu</h2><h3>Dua</h3><p>Tiga</p>": "Satu Dua Tiga",
    "<dl><dt>Satu</dt><dd>Dua</dd></dl>": "Satu Dua",
    "<blockquote>Satu</blockquote><blockquote>Dua</blockquote>": "Satu Dua",
    "<div>Satu<div>Dua</div>Tiga</div>": "Satu Dua Tiga",
    "<button>Satu</button><button>Dua</button>": "Satu Dua",
    "Satu<hr>Dua": "Satu Dua",
    "a<iframe src='https://a.example/e'></iframe>b": "a https a example e b",
    "<div>a<iframe src='https://a.example/e'></iframe>b</div>": "a https a example e b",
    "<ruby>Satu<rt>Dua</rt></ruby>": "Satu Dua",
    # in no parent
    "a\n\n<td>Satu</td><td>Dua</td>\n\nb": "a Satu Dua b",
    "<tr><td>Satu</td><td>Dua</td></tr>\n<tr><td>Tiga</td></tr>": "Satu Dua Tiga",
    "<thead><tr><th>Satu</th></tr></thead><tbody><tr><td>Dua</td></tr></tbody>": "Satu Dua",
    "<caption>Satu</caption>Dua": "Satu Dua",
    "<dt>Satu</dt><dd>Dua</dd>": "Satu Dua",
    "<option>Satu</option><option>Dua</option>": "Satu Dua",
    "<legend>Satu</legend>Dua": "Satu Dua",
    "<summary>Satu</summary>Dua": "Satu Dua",
    "<figcaption>Satu</figcaption>Dua": "Satu Dua",
    "<table>Satu<tr><td>Dua</td></tr></table>": "Satu Dua",
    "<ul>Satu<li>Dua</li></ul>": "Satu Dua",
    "<ul><p>Satu</p><li>Dua</li></ul>": "Satu Dua",
    "<ul><ul><li>Satu</li></ul></ul>": "Satu",
    "<ul><div><li>Satu</li></div><li>Dua</li></ul>": "Satu Dua",
    "<ul><li>Satu</li><ul><li>Dua</li></ul>Tiga</ul>": "Satu Dua Tiga",
}
WHOLE = {
    "5<font color=red>kg</font> beras": "5kg beras",
    "<div>5<font color=red>kg</font></div>": "5kg",
    "H<big>A</big>LO ber<tt>satu</tt>": "HALO bersatu",
    "kata<o:p></o:p>kata<st1:place w:st='on'>kata</st1:place>": "katakatakata",
    "anti<!-- x -->korupsi": "antikorupsi",
    "R&amp;D<label>E</label>F": "R DEF",
    "<b>H</b>alo <span>Ka</span><span>ta</span>": "Halo Kata",
    "[KPU](https://a.example/k)nya": "KPUnya",
    "[PPK](https://a.example/p)-nya": "PPK nya",
    "[PPS](mailto:a@b.example)nya dan [x](tel:+628123456)-[y](/z)": "PPSnya",
    "[KPPS](htps://a.example/k)nya": "KPPSnya",
    "a[^1]b\n\n[^1]: cat": "a 1 b",
}


def test_words_are_divided_as_they_were_typed_on_every_channel(room: Newsroom) -> None:
    bodies = DIVIDED | WHOLE
    for (body, wanted), channels in zip(
        bodies.items(), everywhere_at_once(room, bodies), strict=True
    ):
        for channel, seen in channels.items():
            text = plain(seen) if channel in ("feed", "letter") else seen
            assert has_in_a_row(WORD.findall(text), wanted.split()), f"{body}: {channel}: {text}"
