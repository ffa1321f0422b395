"""Markdown as writers of articles use it: CommonMark with tables, footnotes and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from syndicate.sources.characters.entities import in_markdown
from syndicate.sources.html import embeds, hidden_markup, inline_blocks, raw_html
from syndicate.sources.html.inline_lists import inline_item_markers
from syndicate.sources.html.tags import HTML_TAG, OFFICE_TAG, Meant, Tag, is_office, judged_tags
from syndicate.sources.links.targets import (
    OPENED_SCHEMES,
    SCHEME,
    UNSAFE_SCHEMES,
    WEB_SCHEMES,
    identifier,
)
from syndicate.sources.markdown.emphasis import styled
from syndicate.sources.markdown.emphasis import text_token as _text

# a paragraph's own text, among what is known of it, and what of it readers would see
PLAIN, LEFT = "plain", "left"
GIVEN_ID = "id"  # the name that a heading was given in the text
MEANT = "meant"  # what the tags in a token mean, in their order
UNSURE = "unsure"  # tags that may have lost their end: their lines from 0, and they themselves
REMARKS = "remarks"  # what readers get of raw HTML unexpectedly: lines from 0, what to say
UNENDED_KEY = "unended"  # where in a token text is hidden without an end: its line from 0, the sign
MARKER_KEY = "marker"  # a token that is an item's
WORDS_ALONE = [Meant.WORDS]
DEEPEST = 1000  # deeper text Markdown would drop without a word; Python gives up before that
SIDE = re.compile("text-align:(left|right|center)")
HEADING_ID = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")
CLOSED_OFFICE = re.compile(r"</([a-z][\w.-]*:[\w.-]+)\s*>")
ITEM_TAG = re.compile(r"<li[\s/>]", re.IGNORECASE)
UNOPENED = re.compile(r"<(?:link|base)\s", re.IGNORECASE)  # their addresses are no links
PREFIXED_NAME = re.compile(r"[A-Za-z][\w.-]*:[\w.-]+")


class LinkDefinitions(dict[str, Any]):
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
    parser.block.ruler.before("html_block", "pasted", inline_blocks.block_rule)
    parser.inline.ruler.before("backticks", "hidden", hidden_markup.inline_rule)
    parser.inline.ruler.after("hidden", "picture", _picture_rule)
    parser.add_render_rule("footnote_ref", _note_mark)
    parser.add_render_rule("footnote_open", _note_open)
    parser.add_render_rule("footnote_anchor", lambda *_given: "")
    # before text is joined: an escaped sign is still told from a plain one
    parser.core.ruler.before("text_join", "as_meant", _as_meant)
    return parser


def parse_markdown(source: str) -> tuple[list[Token], dict[str, Any]]:
    """The tokens of an article, and the definitions that Markdown found in it."""
    env: dict[str, Any] = {"references": LinkDefinitions(), "hidden": [], "markup": []}
    return markdown().parse(source, env), env


def render_tokens(tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """The tokens as HTML, not yet sanitised."""
    return str(markdown().renderer.render(tokens, markdown().options, env))


def _picture_rule(state: StateInline, silent: bool) -> bool:
    """Take tags in a line that show one thing, like ``<picture>``, as the one that does."""
    if not state.src.startswith("<", state.pos):
        return False
    found = embeds.MEDIA_UNIT.match(state.src, state.pos)
    picture = embeds.merged(found[0]) if found else ""
    if not found or picture == found[0]:
        return False
    if not silent:
        state.env["hidden"].append(found[0])
        state.push("html_inline", "", 0).content = picture
    state.pos = found.end()
    return True


def _as_meant(state: StateCore) -> None:
    closed = set(CLOSED_OFFICE.findall(state.src.lower())) if "</" in state.src else set()
    if "<" in state.src:
        _judge(state.tokens, state.env)
        for token in state.tokens:
            _note_hidden(token, state.env["hidden"])
    for token in state.tokens:
        if token.type == "html_block":
            token.meta[PLAIN] = raw_html.text_lines(token.content)
            token.content = raw_html.rewritten(token.content, token.meta[MEANT])
        elif token.children:
            token.meta[PLAIN] = _plain(token.children)
            lines = _Lines(closed, state.env["markup"])
            token.children = list(styled(iter(lines.read(token.children))))
            token.meta[LEFT] = _plain(token.children)
        if side := SIDE.search(str(token.attrs.pop("style", ""))):
            token.attrs["align"] = side[1]
    _number(state.tokens)
    _name_headings(state.tokens)


def _note_hidden(token: Token, noted: list[str]) -> None:
    """Note what a token hides from readers, and where it goes on without an end."""
    if token.type == "html_block":
        noted += (
            unshown for _, unshown in hidden_markup.shown_and_hidden(token.content) if unshown
        )
        if begins := hidden_markup.unended(token.content):
            before = token.content[: begins.start()]
            token.meta[UNENDED_KEY] = (before.count("\n"), begins[0])
    line = 0
    for child in token.children or ():
        if child.type == "hidden":
            noted.append(child.content)
        elif child.type in ("text", "html_inline") and (
            begins := hidden_markup.HIDDEN_START.search(child.content)
        ):
            token.meta.setdefault(UNENDED_KEY, (line, begins[0]))
        line += child.content.count("\n") + (child.type in ("softbreak", "hardbreak"))


def _plain(children: Sequence[Token]) -> str:
    """The text of a paragraph line by line, without code and signs that the writer escaped."""
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(
        child.content if child.type == "text" else breaks.get(child.type, " ") for child in children
    )


def _judge(tokens: Sequence[Token], env: MutableMapping[str, Any]) -> None:
    """Say in each token what its tags mean, and note their words that are for no reader."""
    markup = env["markup"]
    places = [*_places(tokens)]
    verdicts = judged_tags([tag for _, _, _, tag in places])
    for token in tokens:
        if token.type == "html_block":
            token.meta[MEANT] = []
            units = embeds.MEDIA_UNIT.findall(token.content)
            env["hidden"] += [unit for unit in units if embeds.merged(unit) != unit]
    for (block, token, line, tag), meant in zip(places, verdicts, strict=True):
        token.meta.setdefault(MEANT, []).append(meant)
        if meant is not Meant.WORDS:
            markup.append(raw_html.credited(tag.text))
            if UNOPENED.match(tag.text):
                env["hidden"].append(tag.text)
            if says := raw_html.element_remark(tag.text):
                block.meta.setdefault(REMARKS, []).append((line, says))
        if meant is Meant.UNSURE:
            block.meta.setdefault(UNSURE, []).append((line, tag.text))


def _places(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token, int, Tag]]:
    """Each tag with its block, the token that holds it, and its line in the block, from 0."""
    for token in tokens:
        if token.type == "html_block":
            at = 0
            for tag in raw_html.tags_in_block(token.content):
                at = max(token.content.find(tag.text, at), at)
                yield token, token, token.content.count("\n", 0, at), tag
        yield from _places_in_lines(token, token.children or (), 0)


def _places_in_lines(
    block: Token, children: Sequence[Token], line: int
) -> Iterator[tuple[Token, Token, int, Tag]]:
    befores, afters = (None, *children[:-1]), (*children[1:], None)
    for before, child, after in zip(befores, children, afters, strict=False):
        if child.type == "html_inline" and HTML_TAG.fullmatch(child.content):
            last, first = _sign(before, -1), _sign(after, 0)
            yield (
                block,
                child,
                line,
                Tag(text=child.content, before=last, after=first, in_block=False),
            )
        elif child.children:
            yield from _places_in_lines(block, child.children, line)
        line += child.content.count("\n") + (child.type in ("softbreak", "hardbreak"))


def _sign(token: Token | None, at: int) -> str:
    """The sign of a token that is next to a tag."""
    if token is None or token.type in ("softbreak", "hardbreak"):
        return "\n" if token else ""
    if token.type == "html_inline":
        return "<>"[at]
    return token.content[at] if token.content else "*("[at]


class _Lines:
    """The tokens of a paragraph, their raw HTML as it may stand in a line."""

    def __init__(self, closed: set[str], markup: list[str]) -> None:
        self.closed = closed  # elements with a colon in their name that have an end
        self.markup = markup

    def read(self, children: Sequence[Token]) -> list[Token]:
        made: list[Token] = []
        waiting = iter(inline_item_markers([*_tags(children)]))
        gap = ""  # what a dropped tag leaves between the words, once there are some on both sides
        tokens = iter(children)
        for child in tokens:
            if child.type == "hidden":
                continue
            if ITEM_TAG.match(child.content) and child.meta.get(MEANT, WORDS_ALONE) != WORDS_ALONE:
                new, gap = [_marker(child, next(waiting))], raw_html.BREAK
            elif child.type == "html_inline":
                new, gap = self._html(child, gap)
            elif child.type == "link_open" and child.info == "auto":
                new = self._address(child, next(tokens), next(tokens))
            else:
                new = self._other(child)
            if new and gap and _is_said(new[0]):
                made += _between(gap, made, new[0])
                gap = ""
            made += new
        return made

    def _html(self, child: Token, gap: str) -> tuple[list[Token], str]:
        if MEANT not in child.meta:  # <![CDATA[…]]>, <!x>
            return [_text(child, in_markdown(raw_html.CDATA.sub(r"\1", child.content)))], gap
        if child.meta[MEANT] == [Meant.WORDS]:
            return [_text(child, in_markdown(child.content))], gap
        shown = raw_html.in_a_line(child.content, child.meta[MEANT][0])
        if raw_html.is_embed(child.content):
            gap = max(gap, raw_html.GAP, key=len)
        if shown in (raw_html.BREAK, raw_html.GAP) and not child.content.lower().startswith("<br"):
            return [], max(gap, shown, key=len)
        child.content = shown
        return [child] if shown else [], gap

    def _other(self, child: Token) -> list[Token]:
        if child.type == "image" and child.children:
            inner = self.read(child.children)
            child.children = [child for child in inner if child.type != "html_inline"]
        if child.type == "text" and ":" in child.content and OFFICE_TAG.search(child.content):
            return [_text(child, OFFICE_TAG.sub(self._unless_office, child.content))]
        return [child]

    def _unless_office(self, found: re.Match[str]) -> str:
        if not is_office(PREFIXED_NAME.findall(found[0])[0], self.closed):
            return found[0]
        self.markup.append(raw_html.credited(found[0]))
        return ""

    def _address(self, opens: Token, text: Token, closes: Token) -> list[Token]:
        """``<skype:humas>`` is an address, ``<NIK:nomor>`` words, ``<st1:City>`` an office's."""
        typed = f"<{text.content}>"
        scheme = SCHEME.match(text.content)
        if OFFICE_TAG.fullmatch(typed) and is_office(text.content, self.closed):
            self.markup.append(typed)
            return []
        known = (*WEB_SCHEMES, *OPENED_SCHEMES, *UNSAFE_SCHEMES)
        is_address = scheme is None or scheme[1].lower() in known or "//" in text.content
        return [opens, text, closes] if is_address else [_text(text, typed)]


def _tags(children: Sequence[Token]) -> Iterator[str]:
    """The tags among the tokens of a line, without those that are words."""
    for child in children:
        if child.type == "html_inline" and child.meta.get(MEANT, WORDS_ALONE) != WORDS_ALONE:
            yield child.content


def _marker(item: Token, marker: str) -> Token:
    made = _text(item, f"{marker} ")
    made.meta[MARKER_KEY] = True
    return made


def _is_said(token: Token) -> bool:
    return (token.nesting == 0 and bool(token.content.strip())) or token.type == "image"


def _between(gap: str, made: Sequence[Token], after: Token) -> list[Token]:
    """Return what replaces a dropped tag: a break, a space, or nothing where there is one."""
    before = next((token for token in reversed(made) if token.nesting == 0), None)
    if before is None:
        return []
    if gap == raw_html.BREAK:
        is_broken = before.type in ("softbreak", "hardbreak") or before.content.startswith("<br")
        is_broken = is_broken or MARKER_KEY in before.meta
        return [] if is_broken else [Token("html_inline", "", 0, content=gap, level=after.level)]
    is_apart = before.content[-1:].isspace() or after.content[:1].isspace()
    is_break = before.type in ("softbreak", "hardbreak")
    return [] if is_apart or is_break else [_text(after, gap)]


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
        opening.meta[GIVEN_ID] = _given_id(inline.children)
        name = opening.meta[GIVEN_ID] or identifier(_words(inline.children))
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
    return "".join(child.content for child in children if child.type in ("text", "code_inline"))


def _note_mark(_self: Any, tokens: Sequence[Token], at: int, *_given: Any) -> str:
    number = tokens[at].meta["id"] + 1
    again = tokens[at].meta.get("subId", 0)
    name = f"fnref{number}-{again}" if again else f"fnref{number}"
    return f'<a href="#fn{number}" id="{name}">[{number}]</a>'


def _note_open(_self: Any, tokens: Sequence[Token], at: int, *_given: Any) -> str:
    return f'<li id="fn{tokens[at].meta["id"] + 1}">'
