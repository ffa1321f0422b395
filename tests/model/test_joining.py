"""Values are joined field by field: a new field cannot be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pytest

from syndicate.model.joining import joined
from syndicate.operations.sequence import Change, joined_changes, joined_parts
from syndicate.planning.plan import Plan, joined_plans
from syndicate.report import ReportPart


@dataclass(frozen=True, kw_only=True)
class Part:
    names: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    others: Sequence[str] = ()


def test_each_field_keeps_its_order_and_its_kind() -> None:
    parts = [Part(names=("b",), marks=frozenset("x")), Part(names=("a", "b"), others=["c"])]
    assert joined(Part, parts) == Part(names=("b", "a", "b"), marks=frozenset("x"), others=("c",))
    assert joined(Part, []) == Part()
    assert joined(Part, parts, names=("given",)).names == ("given",)


def test_a_field_that_is_no_collection_has_to_be_given() -> None:
    with pytest.raises(AssertionError, match=r"Change\.plan has to be given"):
        joined(Change, [])


@pytest.mark.parametrize(
    ("kind", "join"), [(Plan, joined_plans), (ReportPart, joined_parts), (Change, joined_changes)]
)
def test_every_field_of_a_part_is_in_the_whole(kind: type, join: object) -> None:
    assert callable(join)
    names = [field.name for field in fields(kind) if (kind, field.name) != (Change, "plan")]
    assert len(names) > 5
    for name in names:
        empty = getattr(kind(), name)
        first, second = (kind(**{name: type(empty)([word])}) for word in "ab")
        assert getattr(join([first, second]), name) == type(empty)("ab"), name
