"""Markdown as writers of articles use it: CommonMark with tables, footnotes and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from syndicate.sources import hidden
from syndicate.sources.emphasis import styled, text
from syndicate.sources.links import identifier
from syndicate.sources.raw_html import OFFICE, Usage, in_a_line, rewritten

# a paragraph's own text, among what is known of it, and what of it readers would see
PLAIN, LEFT = "plain", "left"
UNENDED = "unended"  # where in a token text is hidden without an end: its line from 0, the sign
DEEPEST = 1000  # deeper text Markdown would drop without a word; Python gives up before that
SIDE = re.compile("text-align:(left|right|center)")
HEADING_ID = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")


class References(dict[str, Any]):
    """The link definitions of an article, and which of them some link uses."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def get(self, label: str, default: Any = None) -> Any:
        self.used.add(label)
        return super().get(label, default)


@lru_cache(maxsize=1)
def markdown() -> MarkdownIt:
    """The parser; every address is let through to where links are read."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    footnote_plugin(parser)
    parser.inline.ruler.before("backticks", "hidden", hidden.inline_rule)
    parser.add_render_rule("footnote_ref", _note_mark)
    parser.add_render_rule("footnote_open", _note_open)
    parser.add_render_rule("footnote_anchor", lambda *_given: "")
    # before text is joined: an escaped sign is still told from a plain one
    parser.core.ruler.before("text_join", "as_meant", _as_meant)
    return parser


def parsed(source: str) -> tuple[list[Token], dict[str, Any]]:
    """The tokens of an article, and the definitions that Markdown found in it."""
    env: dict[str, Any] = {"references": References(), "hidden": []}
    return markdown().parse(source, env), env


def rendered(tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """The tokens as HTML, not yet sanitised."""
    return str(markdown().renderer.render(tokens, markdown().options, env))


def _as_meant(state: StateCore) -> None:
    usage = Usage.of(state.src)
    for token in state.tokens:
        _note_hidden(token, state.env["hidden"])
        if token.type == "html_block":
            token.content = rewritten(token.content, usage)
        elif token.children:
            token.meta[PLAIN] = _plain(token.children)
            token.children = list(styled(_in_lines(token.children, usage)))
            token.meta[LEFT] = _plain(token.children)
        if side := SIDE.search(str(token.attrs.pop("style", ""))):
            token.attrs["align"] = side[1]
    _number(state.tokens)
    _name_headings(state.tokens)


def _note_hidden(token: Token, noted: list[str]) -> None:
    """Note what a token hides from readers, and where it goes on without an end."""
    if token.type == "html_block":
        noted += (unshown for _, unshown in hidden.parts(token.content) if unshown)
        if begins := hidden.unended(token.content):
            before = token.content[: begins.start()]
            token.meta[UNENDED] = (before.count("\n"), begins[0])
    line = 0
    for child in token.children or ():
        if child.type == "hidden":
            noted.append(child.content)
        elif child.type in ("text", "html_inline") and (
            begins := hidden.BEGINS.search(child.content)
        ):
            token.meta.setdefault(UNENDED, (line, begins[0]))
        line += child.content.count("\n") + (child.type in ("softbreak", "hardbreak"))


def _plain(children: Sequence[Token]) -> str:
    """The text of a paragraph line by line, without code and signs that the writer escaped."""
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(
        child.content if child.type == "text" else breaks.get(child.type, " ") for child in children
    )


def _in_lines(children: Sequence[Token], usage: Usage) -> Iterator[Token]:
    """The tokens of a paragraph, their raw HTML as it may stand in a line."""
    dropped = 0  # the words of what Markdown took for an address: <st1:City>
    for child in children:
        if child.type == "hidden":
            continue
        if child.type == "html_inline":
            child.content = in_a_line(child.content, usage)
            if child.content and not child.content.startswith("<"):
                yield text(child, unescape(child.content))
            elif child.content:
                yield child
        elif child.type == "link_open" and _is_office(child):
            dropped = 2
        elif dropped:
            dropped -= 1
        elif child.type == "text" and ":" in child.content and OFFICE.search(child.content):
            yield text(child, OFFICE.sub("", child.content))
        else:
            yield child


def _is_office(link: Token) -> bool:
    return link.info == "auto" and OFFICE.fullmatch(f"<{link.attrs.get('href')}>") is not None


def _number(tokens: Sequence[Token]) -> None:
    """Numbers as they were typed; all the same ones are counted for the writer."""
    lists: list[list[Token]] = []
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append([])
        elif token.type == "list_item_open" and lists and token.info:
            lists[-1].append(token)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            _number_items(lists.pop())


def _number_items(items: Sequence[Token]) -> None:
    numbers = [int(item.info) for item in items]
    if len(set(numbers)) < 2:
        return
    expected = numbers[0]
    for item, number in zip(items, numbers, strict=True):
        if number != expected:
            item.attrs["value"] = number
        expected = number + 1


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give headings the names that links to them use: ``#syarat``, or ``{#syarat}`` behind one."""
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or not inline.children:
            continue
        name = _given_id(inline.children) or identifier(_words(inline.children))
        spelt, number = name, 1
        while spelt in taken:
            spelt, number = f"{name}-{number}", number + 1
        if spelt:
            taken.add(spelt)
            opening.attrs["id"] = spelt


def _given_id(children: Sequence[Token]) -> str:
    last = children[-1]
    found = HEADING_ID.search(last.content) if last.type == "text" else None
    if not found:
        return ""
    last.content = last.content[: found.start()]
    return found[1]


def _words(children: Sequence[Token]) -> str:
    return "".join(one.content for one in children if one.type in ("text", "code_inline"))


def _note_mark(_self: Any, tokens: Sequence[Token], at: int, *_given: Any) -> str:
    number = tokens[at].meta["id"] + 1
    again = tokens[at].meta.get("subId", 0)
    name = f"fnref{number}-{again}" if again else f"fnref{number}"
    return f'<a href="#fn{number}" id="{name}">[{number}]</a>'


def _note_open(_self: Any, tokens: Sequence[Token], at: int, *_given: Any) -> str:
    return f'<li id="fn{tokens[at].meta["id"] + 1}">'
