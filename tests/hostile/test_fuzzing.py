"""The search itself: it ends in time, and what fails is kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import strategies as st

from support.hostile.fuzzing import altered, fuzz


def bears_no_b(content: bytes) -> None:
    assert b"b" not in content


def test_what_fails_is_kept_as_small_as_it_can_be(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as raised:
        fuzz("letters", st.binary(), bears_no_b, seconds=20, folder=tmp_path)
    [kept] = (tmp_path / "letters").iterdir()
    assert kept.read_bytes() == b"b"
    assert raised.value.__notes__[-1] == f"kept as {kept}"


def test_a_search_ends_with_its_time(tmp_path: Path) -> None:
    began = time.monotonic()
    tried = fuzz("letters", st.binary(), lambda _: None, seconds=0.3, folder=tmp_path)
    assert tried > 10
    assert time.monotonic() - began < 3
    assert not list(tmp_path.iterdir())


def test_altered_inputs_reach_what_no_input_holds(tmp_path: Path) -> None:
    inputs = altered([b"aaaa", b"cccc"], words=[b"x" * 7])
    seen: set[bytes] = set()
    fuzz("letters", inputs, seen.add, seconds=0.3, folder=tmp_path)
    assert any(len(one) > 10_000 for one in seen)
    assert any(b"a" in one and b"c" in one for one in seen)
    assert b"aaaa" in {one[:4] for one in seen}
