"""An article's sanitised HTML as blocks of rich text: the renderer of Telegram posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate import ArticleError
from syndicate.text import address_of
from syndicate.text.i18n import letter_line, words
from syndicate.text.markers import markers
from syndicate.text.superscript import Spelling, spelling
from syndicate.text.tables import Cell, Line, SourceRow, Table
from syndicate_telegram.rendering.html_tree import BLOCKS, Node, parsed
from syndicate_telegram.rendering.link_urls import is_taken
from syndicate_telegram.rendering.rich_text import Entity, Rich, joined, separated
from syndicate_telegram.rendering.tables import columns, labelled

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic",
    "u": "underline", "ins": "underline", "s": "strikethrough", "del": "strikethrough",
    "strike": "strikethrough", "code": "code", "kbd": "code", "samp": "code", "tt": "code",
}  # fmt: skip
UNSHOWN = {"img", "script", "style", "template"}
SPACE = re.compile(r"[ \t\r\n\f]+")
LINE, GAP = Rich("\n"), Rich("\n\n")
INDENT = "   "
LONG_QUOTE = 400  # units; a longer one is folded, and opens at a touch
BULLETS = ("•", "–")
REST = re.compile(r"(?:-?\w)*")  # of a word that a link begins: [KPU](…)-nya


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text: a paragraph, a heading, a list item, a table row.

    A ``tight`` one follows on the next line, any other after an empty line.
    """

    kind: str  # paragraph, heading, item, row, quote, pre, rule
    rich: Rich
    tight: bool = False


def blocks(html: str, language: str = "") -> list[Block]:
    """The article in the order it is read. Pictures are left out: a post shows one, itself.

    ArticleError where its elements are nested too deeply.
    """
    try:
        tree = parsed(html)
        if "<table" in html or "mailto:" in html:
            _speak(tree, language)
        said = [block for block in _flow(tree) if block.rich.text]
    except RecursionError as error:
        raise ArticleError("its HTML is nested too deeply (flatten it)") from error
    before = [None, *said]
    return [
        replace(block, tight=True) if previous and previous.kind == "heading" else block
        for previous, block in zip(before, said, strict=False)
    ]


def assembled(parts: Iterable[Block]) -> Rich:
    """Blocks as one text."""
    whole: list[Rich] = []
    for block in parts:
        if whole:
            whole.append(LINE if block.tight else GAP)
        whole.append(block.rich)
    return joined("", whole)


def _speak(node: Node, language: str) -> None:
    """Tell tables and links in which language they may have to explain themselves."""
    for child in node.children:
        if isinstance(child, Node):
            if child.tag in ("table", "a"):
                child.attrs.setdefault("lang", language)
            _speak(child, language)


def _flow(node: Node, depth: int = 0) -> Iterator[Block]:
    """The blocks in an element; loose words between them make paragraphs."""
    loose: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            if loose or not child.isspace():
                loose.append(child)
            continue
        if child.tag not in BLOCKS:
            loose.append(child)
            continue
        if loose:
            yield from _paragraph(loose)
            loose = []
        yield from _block(child, depth)
    if loose:
        yield from _paragraph(loose)


def _block(node: Node, depth: int) -> Iterator[Block]:
    match node.tag:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "dt":
            yield Block("heading", inline(node.children).styled("bold"))
        case "ul" | "ol":
            yield from _list(node, depth)
        case "li":  # in no list
            yield from _item(node, BULLETS[0], depth)
        case "dd":
            yield from (replace(block, tight=True) for block in _flow(node, depth))
        case "blockquote":
            yield from _quote(node, depth)
        case "pre":
            yield _preformatted(node)
        case "table":
            yield from _rows(node)
        case "hr":
            yield Block("rule", Rich("———"))
        case "figcaption":
            yield Block("paragraph", inline(node.children).styled("italic"))
        case _:
            yield from _flow(node, depth)


def _paragraph(children: list[Node | str]) -> Iterator[Block]:
    rich = inline(children)
    if rich.text:
        yield Block("paragraph", rich)


def _list(node: Node, depth: int) -> Iterator[Block]:
    items = [c for c in node.children if isinstance(c, Node) and c.tag == "li"]
    if node.tag == "ol":
        before = markers(node.attrs, [item.attrs.get("value", "") for item in items])
    else:
        before = [BULLETS[min(depth, len(BULLETS) - 1)]] * len(items)
    waiting = iter(before)
    tight = depth > 0
    for is_item, part in _list_parts(node):
        if is_item:
            yield from _item(part, next(waiting), depth, tight)
        else:
            for number, block in enumerate(_flow(part, depth + 1)):
                yield Block("item", block.rich, tight or number > 0)
        tight = True


def _list_parts(node: Node) -> Iterator[tuple[bool, Node]]:
    """A list's items, and what stands between them: words, a list pasted into no item."""
    loose: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            if loose or not child.isspace():
                loose.append(child)
        elif child.tag == "li":
            if loose:
                yield False, Node("div", {}, loose)
                loose = []
            yield True, child
        else:
            loose.append(child)
    if loose:
        yield False, Node("div", {}, loose)


def _item(node: Node, marker: str, depth: int, tight: bool = False) -> Iterator[Block]:
    """One item: its own first line after the marker, everything else below it."""
    lead = f"{INDENT * depth}{marker} "
    inner = [block for block in _flow(node, depth + 1) if block.rich.text]
    if not inner or inner[0].kind == "item":
        yield Block("item", Rich(lead.rstrip()), tight)
    elif inner:
        yield Block("item", _led(lead, inner.pop(0).rich), tight)
    for block in inner:
        own = block.kind == "item"  # a nested one, indented already
        yield Block("item", block.rich if own else _led(INDENT * (depth + 1), block.rich), True)


def _led(lead: str, rich: Rich) -> Rich:
    moved = tuple(one.moved(len(lead)) for one in rich.entities) if rich.entities else ()
    return Rich(lead + rich.text, moved)


def _quote(node: Node, depth: int) -> Iterator[Block]:
    inner = [block for block in _flow(node) if block.rich]
    if not inner:
        return
    whole = assembled(inner)
    if depth:  # a quotation begins with a line of its own, and an item with its marker
        yield Block("quote", whole)
    else:
        long = whole.units > LONG_QUOTE
        yield Block("quote", whole.styled("expandable_blockquote" if long else "blockquote"))


def _preformatted(node: Node) -> Block:
    text = _words(node).replace("\t", "    ").strip("\n").rstrip()
    inner = next((c for c in node.children if isinstance(c, Node) and c.tag == "code"), node)
    named = re.search(r"(?:^|\s)language-(\S+)", inner.attrs.get("class", ""))
    return Block("pre", Rich(text).styled("pre", language=named[1] if named else ""))


def _rows(table: Node) -> Iterator[Block]:
    """A narrow table in columns; any other as a paragraph per row, a line per value."""
    rows: list[SourceRow[Rich]] = []
    for part, row in _table_rows(table):
        if part == "caption":
            yield Block("heading", inline(row.children).styled("bold"))
            continue
        cells = [one for one in row.children if isinstance(one, Node) and one.tag in ("td", "th")]
        spans = [Cell.of(_cell(one), one.attrs) for one in cells]
        rows.append(SourceRow(spans, tuple(one.tag for one in cells), part == "thead"))
    made = Table.of(rows)
    whole = columns(*_plain(made)) if made.is_plain else None
    if whole:
        yield from (Block("heading", title.styled("bold")) for title in made.titles)
        yield Block("pre", whole)
    else:
        yield from (_row(line, table.attrs.get("lang", "")) for line in made.lines())


def _plain(table: Table[Rich]) -> tuple[list[Rich], list[list[Rich]]]:
    head = [cell.content for row in table.head for cell in row]
    return head, [[cell.content for cell in row] for row in table.rows]


def _row(line: Line[Rich], language: str) -> Block:
    contents = [value.content for value in line.values]
    match line.kind:
        case "heading":
            return Block("heading", joined(" ", contents).styled("bold"))
        case "merged":
            return Block("row", Rich(words(language)["merged_cells"]))
        case "ragged":
            return Block("row", Rich(words(language)["ragged_rows"]))
        case "cells":
            return Block("row", joined(" · ", contents))
        case "blank":
            return Block("row", joined(", ", contents) + Rich(": –"))
    return Block("row", labelled([_label(one.labels) for one in line.values], contents))


def _label(labels: Sequence[Rich]) -> Rich:
    return labels[0] if len(labels) == 1 else joined(", ", labels)


def _table_rows(node: Node, part: str = "") -> Iterator[tuple[str, Node]]:
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag in ("tr", "caption"):
            yield (child.tag if child.tag == "caption" else part), child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _table_rows(child, child.tag)


def _cell(node: Node) -> Rich:
    if all(isinstance(child, str) or child.tag not in BLOCKS for child in node.children):
        return inline(node.children)  # as nearly all are
    return joined(" ", (block.rich for block in _flow(node)))


def inline(children: Sequence[Node | str]) -> Rich:
    """The words of a paragraph, white space collapsed as a browser does."""
    if len(children) == 1 and isinstance(children[0], str):
        return Rich(SPACE.sub(" ", children[0]).lstrip(" ").rstrip())
    line = _Line()
    line.take(children)
    return line.rich


class _Line:
    """A paragraph being written."""

    def __init__(self) -> None:
        self.text = ""
        self.entities: list[Entity] = []
        self.open: list[str] = []
        self.behind = ""  # a link's address, which comes after the whole word

    @property
    def rich(self) -> Rich:
        if self.behind:
            self._end_word("")
        if not self.entities:
            return Rich(self.text.rstrip())
        return Rich(self.text, separated(self.entities)).cut(len(self.text))

    def take(self, children: Iterable[Node | str]) -> None:
        for child in children:
            if isinstance(child, str):
                self._say(child)
            else:
                self._element(child)

    def _end_word(self, data: str) -> str:
        """Say the rest of a link's word and its address; return what is left to say."""
        rest = REST.match(data)
        end = rest.end() if rest else 0
        self.text = (self.text + data[:end]).rstrip("\n") + self.behind
        self.behind = ""
        return data[end:]

    def _say(self, data: str) -> None:
        if self.behind:
            data = self._end_word(data)
        words = SPACE.sub(" ", data)
        at_start = not self.text or self.text[-1] in " \n"
        self.text += words.lstrip(" ") if at_start else words

    def _element(self, node: Node) -> None:
        if self.behind and (node.tag in ("a", "br") or node.tag in BLOCKS):
            self._end_word("")
        if node.tag == "br":
            if self.text.strip():
                self.text = self.text.rstrip(" ") + "\n"
        elif node.tag in ("sup", "sub"):
            self._raised(node)
        elif node.tag == "a":
            self._link(node)
        elif node.tag in STYLES:
            self._styled(STYLES[node.tag], node.children)
        elif node.tag == "q":
            self.take(["“", *node.children, "”"])
        elif node.tag in BLOCKS:
            self._break()
            self.take(node.children)
            self._break()
        elif node.tag not in UNSHOWN:
            self.take(node.children)

    def _break(self) -> None:
        if self.text.strip():
            self.text = self.text.rstrip() + "\n"

    def _link(self, node: Node) -> None:
        url, words = node.attrs.get("href", "").strip(), _words(node).strip()
        if words and words in (url, url.removeprefix("https://")):
            self.take(node.children)  # Telegram makes a link of a bare address itself
        elif is_taken(url):
            self._styled("text_link", node.children, url)
        else:
            language = node.attrs.get("lang", "")
            asks = (address_of(url, words), letter_line(url, words, language)) if url else ()
            self.take(node.children)
            self.behind = f" ({', '.join(filter(None, asks))})" if any(asks) else ""

    def _raised(self, node: Node) -> None:
        how = spelling(node.tag, _words(node))
        self._say(how.before)
        self.take(_respelt(node.children, how))
        self._say(how.after)

    def _styled(self, kind: str, children: Iterable[Node | str], url: str = "") -> None:
        # one style twice is once; a link beats code, as no text can be both
        if kind in self.open or (kind == "code" and "text_link" in self.open):
            return self.take(children)
        start = len(self.text)
        self.open.append(kind)
        self.take(children)
        self.open.pop()
        said = self.text[start:]
        start += len(said) - len(said.lstrip())
        end = len(self.text.rstrip())
        if start < end:
            self.entities.append(Entity(kind, start, end, url))
        return None


def _respelt(children: Iterable[Node | str], how: Spelling) -> Iterator[Node | str]:
    for child in children:
        if isinstance(child, str):
            yield how.of(child)
        else:
            yield Node(child.tag, child.attrs, list(_respelt(child.children, how)))


def _words(node: Node) -> str:
    return "".join(
        child if isinstance(child, str) else "\n" if child.tag == "br" else _words_of(child)
        for child in node.children
    )


def _words_of(node: Node) -> str:
    return f"\n{_words(node)}\n" if node.tag in BLOCKS else _words(node)
