"""Large tables of cases: some of them for `make test`, all the others for `make soak`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet


def sampled(cases: Iterable[object], every: int) -> list[ParameterSet]:
    """The cases, of which one in so many is no soak."""
    return [
        pytest.param(case, marks=[pytest.mark.soak] if number % every else [])
        for number, case in enumerate(cases)
    ]
