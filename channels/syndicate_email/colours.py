"""Colours of links: readable on light pages as they are, lightened for dark ones (WCAG 2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

LIGHT, DARK = ("#ffffff", "#fff4e5"), ("#16181c", "#2e2418")  # what links are read on: page, box
LEAST_CONTRAST = 4.5  # of text (WCAG 2.2, 1.4.3)
HEX = re.compile(r"#[0-9a-fA-F]{6}")


def dark_variant(colour: str) -> str:
    """Return the colour, lightened until it can be read on dark pages."""
    return next(
        mixed
        for share in range(0, 101, 5)
        if _least(mixed := _lighter(colour, share / 100), DARK) >= LEAST_CONTRAST
    )


def readable_colour(text: str) -> str:
    """Return a colour for links on white; ValueError for one that is invalid or too light."""
    if not HEX.fullmatch(text):
        raise ValueError("write a colour like #0b4f8a")
    ratio = _least(text, LIGHT)
    if ratio < LEAST_CONTRAST:
        raise ValueError(
            f"too light to be read on white (contrast {ratio:.1f}; at least {LEAST_CONTRAST} is"
            " needed); choose a darker colour"
        )
    return text.lower()


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lights = sorted((_luminance(first), _luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _least(colour: str, on: Sequence[str]) -> float:
    return min(contrast(colour, page) for page in on)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _lighter(colour: str, share: float) -> str:
    mixed = (round(value + (255 - value) * share) for value in _channels(colour))
    return "#" + "".join(f"{value:02x}" for value in mixed)
