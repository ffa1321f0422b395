"""Raised and lowered letters as plain text."""

from __future__ import annotations

import pytest

from syndicate.text.superscript import spelling

RAISED = {
    "2": "²", "-3": "⁻³", "2-": "²⁻", "n+1": "ⁿ⁺¹", "1)": "¹⁾", " 2 ": " ² ",
    "a+b": "^(a+b)", "1,2": "^(1,2)", "(a+b)": "^(a+b)", "½": "^(½)",
    "st": "st", "o": "o", "[1]": "[1]", "[a, b]": "[a, b]", "(a)": "(a)", "a)": "a)", "2b)": "2b)",
    "*": "*", "**": "**", "*)": "*)", "†": "†", "§": "§", ",": ",", " ": " ", "": "",
}  # fmt: skip
LOWERED = {"2": "₂", "ij": "ij", "k!": "_(k!)", "i,j": "_(i,j)", "[2]": "[2]", "max": "max"}


@pytest.mark.parametrize(
    ("tag", "text", "written"),
    [*(("sup", *pair) for pair in RAISED.items()), *(("sub", *pair) for pair in LOWERED.items())],
)
def test_letters_are_raised_numbers_marked_and_marks_of_notes_left_alone(
    tag: str, text: str, written: str
) -> None:
    how = spelling(tag, text)
    assert f"{how.before}{how.of(text)}{how.after}" == written
