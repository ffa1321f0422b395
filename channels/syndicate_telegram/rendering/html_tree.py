"""An article's sanitised HTML as a tree of its elements. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from syndicate_telegram.rendering.rich_text import clean_text

BLOCK_ELEMENTS = {
    *("p", "div", "section", "article", "main", "aside", "header", "footer", "center", "address"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table"),
    *("blockquote", "pre", "hr", "figure", "figcaption", "details", "summary"),
}
NOT_INLINE_TAGS = {*BLOCK_ELEMENTS, "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
# their children are blocks alone
CONTAINER_TAGS = {"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "colgroup"}
VOID_TAGS = {"br", "hr", "img", "col", "wbr", "input", "source", "area"}
HTML_TOKEN = re.compile(  # a tag (does it close? its name, its attributes) or a text
    r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']++|"[^"]*"|'[^']*')*+)>|<!--.*?-->|([^<]+|<)""",
    re.DOTALL,
)
HTML_ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")


@dataclass(slots=True, kw_only=True)
class Node:
    """An element, with its children in order."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    holds_blocks: bool = False  # though it is an inline element


def parse_html(html: str) -> Node:
    """Parse sanitised HTML, which is well formed; close an open element where its parent is."""
    root = Node(tag="div")
    open_ = [root]
    has_misplaced_blocks = False
    for closes, name, attributes, text in HTML_TOKEN.findall(clean_text(html)):
        if text:
            open_[-1].children.append(clean_text(unescape(text)) if "&" in text else text)
            continue
        tag = name.lower()
        if tag and not closes:
            node = Node(tag=tag, attrs=_attributes(attributes) if attributes else {}, children=[])
            parent = open_[-1]
            parent.children.append(node)
            if parent.tag not in NOT_INLINE_TAGS and tag in BLOCK_ELEMENTS:
                _mark_inline_ancestors(open_)
                has_misplaced_blocks = True
            if tag not in VOID_TAGS:
                open_.append(node)
        elif tag == open_[-1].tag:
            open_.pop()
        elif tag in [node.tag for node in open_[1:]]:
            while open_.pop().tag != tag:
                pass
    if has_misplaced_blocks:
        _move_inline_into_blocks(root)
    return root


def text_content(node: Node) -> str:
    """Return an element's text, as the DOM's textContent, with lines around blocks."""
    return "".join(
        child if isinstance(child, str) else "\n" if child.tag == "br" else _text_in_lines(child)
        for child in node.children
    )


def _text_in_lines(node: Node) -> str:
    text = text_content(node)
    return f"\n{text}\n" if node.tag in BLOCK_ELEMENTS else text


def _move_inline_into_blocks(node: Node) -> None:
    """Put inline elements that hold blocks into these: ``<b><p>…</p></b>``."""
    node.children = list(_blocks_outermost(node.children))
    for child in node.children:
        if isinstance(child, Node):
            _move_inline_into_blocks(child)


def _blocks_outermost(children: Sequence[Node | str]) -> Iterator[Node | str]:
    for child in children:
        if isinstance(child, Node) and child.holds_blocks:
            yield from _split_around_blocks(child)
        else:
            yield child


def _split_around_blocks(inline: Node) -> Iterator[Node]:
    """Yield the blocks that an inline element holds, it within them and around what is between."""
    between: list[Node | str] = []
    for child in _blocks_outermost(inline.children):
        if isinstance(child, Node) and child.tag in NOT_INLINE_TAGS:
            if between:
                yield Node(tag=inline.tag, attrs=inline.attrs, children=between)
                between = []
            yield _with_inline_inside(child, inline)
        else:
            between.append(child)
    if between:
        yield Node(tag=inline.tag, attrs=inline.attrs, children=between)


def _with_inline_inside(block: Node, inline: Node) -> Node:
    if block.tag in CONTAINER_TAGS:
        children = [
            _with_inline_inside(child, inline) if isinstance(child, Node) else child
            for child in block.children
        ]
        return Node(tag=block.tag, attrs=block.attrs, children=children)
    inside = Node(
        tag=inline.tag, attrs=inline.attrs, children=block.children, holds_blocks=_has_blocks(block)
    )
    return Node(tag=block.tag, attrs=block.attrs, children=[inside])


def _has_blocks(node: Node) -> bool:
    return any(
        isinstance(child, Node) and (child.holds_blocks or child.tag in BLOCK_ELEMENTS)
        for child in node.children
    )


def _mark_inline_ancestors(open_: Sequence[Node]) -> None:
    """Note in the innermost inline elements that they hold a block."""
    for node in reversed(open_):
        if node.tag in NOT_INLINE_TAGS:
            return
        node.holds_blocks = True


def _attributes(text: str) -> dict[str, str]:
    matches = HTML_ATTRIBUTE.findall(text)
    return {name.lower(): _unescaped("".join(value)) for name, *value in matches}


def _unescaped(text: str) -> str:
    return clean_text(unescape(text)) if "&" in text else text
