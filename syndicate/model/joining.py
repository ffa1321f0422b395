"""Join values of one dataclass, field by field, so that no field can be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from itertools import chain
from typing import Any, TypeVar

T = TypeVar("T")


def joined(kind: type[T], parts: Iterable[T], **given: Any) -> T:
    """Return one value of several, in their order; every field keeps the type of its default.

    Each field holds a collection, whose default is an empty one, or is ``given`` its value.
    """
    every = list(parts)
    values = dict(given)
    for field in fields(kind):  # type: ignore[arg-type]  # T is a dataclass
        if field.name not in given:
            empty = field.default
            assert empty is not MISSING, f"{kind.__name__}.{field.name} has to be given"
            values[field.name] = type(empty)(
                chain.from_iterable(getattr(part, field.name) for part in every)
            )
    return kind(**values)
