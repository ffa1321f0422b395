"""Blocks of HTML that begin with tags of a line, as Google Docs pastes them: ``<b><p>…``."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

BLOCK_START = re.compile(
    r"(?:<(?:meta|a|b|em|font|i|span|strong|u)(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?>\s*)+"
    r"<(?:article|blockquote|center|div|dl|h[1-6]|li|ol|p|section|table|ul)[\s>]",
    re.IGNORECASE,
)


def block_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Take such lines as raw HTML, up to the next empty one."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not BLOCK_START.match(state.src, start, state.eMarks[first]):
        return False
    if silent:
        return True
    end = first + 1
    while end < last and state.sCount[end] >= state.blkIndent and not state.isEmpty(end):
        end += 1
    state.line = end
    token = state.push("html_block", "", 0)
    token.map = [first, end]
    token.content = state.getLines(first, end, state.blkIndent, True)
    return True
