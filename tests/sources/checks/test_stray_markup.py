"""Signs of other programs are found in the time that reading a line takes."""

from __future__ import annotations

import time
from itertools import product

from syndicate.sources.checks.stray_markup import FOREIGN_MARKS

BEGINNINGS = ("", "{{", "{%", "{a ", "[a", "[a b=", '[a b="', "[caption ", "[url=", "![")
REPEATED = ("[a b=", " b=c", "[caption ", "[url=", "{%", "{{a.", '"j', "![a](")
LETTERS = 20_000
MOST_SECONDS = 0.5  # of the processor, on a machine that does much else


def test_no_line_without_an_end_takes_its_reader_s_time() -> None:
    for pattern, beginning, piece in product(FOREIGN_MARKS.values(), BEGINNINGS, REPEATED):
        line = beginning + piece * (LETTERS // len(piece))
        began = time.process_time()
        pattern.search(line)
        assert time.process_time() - began < MOST_SECONDS, (pattern.pattern, beginning, piece)
