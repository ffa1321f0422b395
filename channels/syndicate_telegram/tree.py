"""An article's sanitised HTML as a tree of its elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from syndicate_telegram.rich import sayable

BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "center", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "blockquote",
    "pre", "hr", "figure", "figcaption", "details", "summary",
}  # fmt: skip
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
    for closes, name, attributes, text in TOKEN.findall(sayable(html)):
        if text:
            open_[-1].children.append(sayable(unescape(text)) if "&" in text else text)
            continue
        tag = name.lower()
        if tag and not closes:
            node = Node(tag, _attributes(attributes) if attributes else {}, [])
            around = open_[-1]
            around.children.append(node)
            if around.tag not in BLOCKS and tag in BLOCKS:
                _hold(open_)
            if tag not in VOID:
                open_.append(node)
        elif tag == open_[-1].tag:
            open_.pop()
        elif tag in [node.tag for node in open_[1:]]:
            while open_.pop().tag != tag:
                pass
    return root


def _hold(open_: Sequence[Node]) -> None:
    """Note in the elements of a line that they hold a block."""
    for node in reversed(open_):
        if node.tag in BLOCKS:
            return
        node.holds_blocks = True


def _attributes(said: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(said)
    return {name.lower(): _value("".join(value)) for name, *value in found}


def _value(said: str) -> str:
    return sayable(unescape(said)) if "&" in said else said
