"""An article's sanitised HTML as a tree of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from syndicate_telegram.rendering.rich_text import sayable

BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "center", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "blockquote",
    "pre", "hr", "figure", "figcaption", "details", "summary",
}  # fmt: skip
NO_LINE = {*BLOCKS, "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
PARTED = {"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "colgroup"}  # of blocks alone
VOID = {"br", "hr", "img", "col", "wbr", "input", "source", "area"}
TOKEN = re.compile(  # a tag (does it close? its name, its attributes) or a text
    r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']++|"[^"]*"|'[^']*')*+)>|<!--.*?-->|([^<]+|<)""",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")


@dataclass(slots=True)
class Node:
    """An element, with its children in order."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    holds_blocks: bool = False  # though it is an element of a line


def parsed(html: str) -> Node:
    """Sanitised HTML is well formed; what is not closed is closed where its parent is."""
    root = Node("div")
    open_ = [root]
    holds = False
    for closes, name, attributes, text in TOKEN.findall(sayable(html)):
        if text:
            open_[-1].children.append(sayable(unescape(text)) if "&" in text else text)
            continue
        tag = name.lower()
        if tag and not closes:
            node = Node(tag, _attributes(attributes) if attributes else {}, [])
            around = open_[-1]
            around.children.append(node)
            if around.tag not in NO_LINE and tag in BLOCKS:
                _hold(open_)
                holds = True
            if tag not in VOID:
                open_.append(node)
        elif tag == open_[-1].tag:
            open_.pop()
        elif tag in [node.tag for node in open_[1:]]:
            while open_.pop().tag != tag:
                pass
    if holds:
        _settle(root)
    return root


def _settle(node: Node) -> None:
    """Put elements of a line that hold blocks into these: ``<b><p>…</p></b>``."""
    node.children = list(_outermost(node.children))
    for child in node.children:
        if isinstance(child, Node):
            _settle(child)


def _outermost(children: Sequence[Node | str]) -> Iterator[Node | str]:
    for child in children:
        if isinstance(child, Node) and child.holds_blocks:
            yield from _spread(child)
        else:
            yield child


def _spread(node: Node) -> Iterator[Node]:
    """The blocks that an element of a line holds, it within them, and around what is between."""
    between: list[Node | str] = []
    for child in _outermost(node.children):
        if isinstance(child, Node) and child.tag in NO_LINE:
            if between:
                yield Node(node.tag, node.attrs, between)
                between = []
            yield _within(child, node)
        else:
            between.append(child)
    if between:
        yield Node(node.tag, node.attrs, between)


def _within(block: Node, node: Node) -> Node:
    if block.tag in PARTED:
        inner = [_within(one, node) if isinstance(one, Node) else one for one in block.children]
        return Node(block.tag, block.attrs, inner)
    holds = any(
        isinstance(one, Node) and (one.holds_blocks or one.tag in BLOCKS) for one in block.children
    )
    return Node(block.tag, block.attrs, [Node(node.tag, node.attrs, block.children, holds)])


def _hold(open_: Sequence[Node]) -> None:
    """Note in the elements of a line that they hold a block."""
    for node in reversed(open_):
        if node.tag in NO_LINE:
            return
        node.holds_blocks = True


def _attributes(text: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(text)
    return {name.lower(): _value("".join(value)) for name, *value in found}


def _value(text: str) -> str:
    return sayable(unescape(text)) if "&" in text else text
