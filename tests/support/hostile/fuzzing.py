"""Search for an input that a part of the program cannot bear, as long as there is time for it.

An input is bytes. What fails is made as small as possible and kept in ``corpus/NAME``, where
`make test` tries it ever after:

    @pytest.mark.parametrize("content", corpus("letters"))
    def test_a_letter_of_the_corpus_is_borne(content: bytes) -> None:
        bear(content)

    @pytest.mark.soak
    def test_any_letter_is_borne() -> None:
        fuzz("letters", altered(seeds("letters"), words=[b"boundary="]), bear)
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

CORPUS = Path(__file__).parents[2] / "hostile" / "corpus"
SECONDS = float(os.environ.get("FUZZ_SECONDS") or 60)  # for each target in `make soak`
BATCH = 200  # inputs, after which the clock is looked at by hypothesis too
MOST = 1_000_000  # bytes of an input that is made out of others

Survives = Callable[[bytes], object]  # raises where the program did not bear it


def corpus(name: str) -> list[ParameterSet]:
    """Every input kept for a target, for ``parametrize``."""
    files = sorted((CORPUS / name).iterdir())
    return [pytest.param(path.read_bytes(), id=path.name) for path in files]


def seeds(name: str) -> list[bytes]:
    """The same as they are, to begin a search with."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def fuzz(
    name: str, inputs: st.SearchStrategy[bytes], survives: Survives, *,
    seconds: float | None = None, folder: Path = CORPUS,
) -> int:  # fmt: skip
    """Try inputs until the time is up; return how many. One that fails is kept and raised."""
    until = time.monotonic() + (SECONDS if seconds is None else seconds)
    failing: list[bytes] = []
    tried = 0

    def attempt(content: bytes) -> None:
        nonlocal tried
        if time.monotonic() > until and not failing:
            return
        tried += 1
        try:
            survives(content)
        except BaseException:
            failing.append(content)
            raise

    search = settings(
        max_examples=BATCH, deadline=None, database=None, report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
    )(given(inputs)(attempt))  # fmt: skip
    while time.monotonic() < until:
        try:
            with warnings.catch_warnings():  # of a repr that is long: the input is kept as a file
                warnings.simplefilter("ignore", HypothesisWarning)
                search()
        except BaseException as error:
            if failing:
                error.add_note(f"kept as {keep(name, failing[-1], folder)}")
            raise
    return tried


def keep(name: str, content: bytes, folder: Path = CORPUS) -> Path:
    """Write an input into a corpus, under a name of its own."""
    path = folder / name / sha256(content).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail where what is done here takes more of the processor's time."""
    began = time.process_time()
    yield
    took = time.process_time() - began
    assert took <= seconds, f"{took:.2f} s of processor time"


# inputs out of others


def altered(inputs: Sequence[bytes], words: Sequence[bytes] = ()) -> st.SearchStrategy[bytes]:
    """Inputs cut, doubled, mixed and scribbled over; ``words`` are what such an input is made of.

    One number decides all of it, so that an input of a megabyte costs no more to choose than one
    of ten bytes.
    """
    numbers = st.integers(0, 2**64 - 1)
    return st.builds(lambda first, number: _altered(first, inputs, words, Random(number)),
                     st.sampled_from(inputs), numbers)  # fmt: skip


def _altered(
    content: bytes, inputs: Sequence[bytes], words: Sequence[bytes], chance: Random
) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        start = chance.randint(0, len(content))
        end = min(len(content), start + chance.choice((0, 1, 2, 8, 64, 1_000)))
        match chance.randrange(6):
            case 0:
                piece = b""
            case 1:
                piece = content[start:end] * chance.choice((2, 3, 50, 5_000))
            case 2:
                piece = chance.randbytes(chance.choice((1, 1, 2, 4, 40)))
            case 3 if words:
                piece = chance.choice(words) * chance.choice((1, 1, 1, 2, 300, 20_000))
            case 4:
                other = chance.choice(inputs)
                at = chance.randint(0, len(other))
                piece = other[at : at + chance.choice((1, 10, 100, 10_000))]
            case _:
                piece = bytes(byte ^ 1 << chance.randrange(8) for byte in content[start:end])
        content = (content[:start] + piece + content[end:])[:MOST]
    return content
