"""An article's sanitised HTML as blocks of rich text: paragraphs, headings, lists, quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from syndicate import ArticleError
from syndicate.text.i18n import words_for
from syndicate.text.markers import markers
from syndicate.text.tables import Cell, SourceRow, TableLine, TableParts
from syndicate_telegram.rendering.html_tree import BLOCK_ELEMENTS, Node, parse_html, text_content
from syndicate_telegram.rendering.inline import inline_text
from syndicate_telegram.rendering.rich_text import RichText, join_texts
from syndicate_telegram.rendering.tables import labelled_lines, monospace_columns

LINE_BREAK, EMPTY_LINE = RichText("\n"), RichText("\n\n")
INDENT = "   "
LONG_QUOTE_UNITS = 400  # a longer one is folded, and opens at a touch
BULLETS = ("•", "–")
CODE_LANGUAGE = re.compile(r"(?:^|\s)language-(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A block of text: a paragraph, a heading, a list item, a table row.

    A ``tight`` one follows on the next line, any other after an empty line.
    """

    kind: str  # paragraph, heading, item, row, quote, pre, rule
    content: RichText
    tight: bool = False


def parse_blocks(html: str, language: str = "") -> list[TextBlock]:
    """Return an article's blocks in reading order, without pictures: a post shows them itself.

    ArticleError where its elements are nested too deeply.
    """
    try:
        tree = parse_html(html)
        if "<table" in html or "mailto:" in html:
            _set_language(tree, language)
        blocks = [block for block in _flow(tree) if block.content.text]
    except RecursionError as error:
        raise ArticleError("its HTML is nested too deeply (flatten it)") from error
    return blocks[:1] + [
        replace(block, tight=True) if previous.kind == "heading" else block
        for previous, block in pairwise(blocks)
    ]


def assemble(blocks: Iterable[TextBlock]) -> RichText:
    """Return blocks as one text."""
    parts: list[RichText] = []
    for block in blocks:
        if parts:
            parts.append(LINE_BREAK if block.tight else EMPTY_LINE)
        parts.append(block.content)
    return join_texts("", parts)


def _set_language(node: Node, language: str) -> None:
    """Set the language of tables and links, which may have to be explained in it."""
    for child in node.children:
        if isinstance(child, Node):
            if child.tag in ("table", "a"):
                child.attrs.setdefault("lang", language)
            _set_language(child, language)


def _flow(node: Node, depth: int = 0) -> Iterator[TextBlock]:
    """Yield the blocks in an element; loose words between them make paragraphs."""
    loose: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            if loose or not child.isspace():
                loose.append(child)
            continue
        if child.tag not in BLOCK_ELEMENTS:
            loose.append(child)
            continue
        if loose:
            yield from _paragraph(loose)
            loose = []
        yield from _block(child, depth)
    if loose:
        yield from _paragraph(loose)


def _block(node: Node, depth: int) -> Iterator[TextBlock]:
    match node.tag:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "dt":
            yield TextBlock(kind="heading", content=inline_text(node.children).styled("bold"))
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
            yield from _table(node)
        case "hr":
            yield TextBlock(kind="rule", content=RichText("———"))
        case "figcaption":
            yield TextBlock(kind="paragraph", content=inline_text(node.children).styled("italic"))
        case _:
            yield from _flow(node, depth)


def _paragraph(children: list[Node | str]) -> Iterator[TextBlock]:
    text = inline_text(children)
    if text.text:
        yield TextBlock(kind="paragraph", content=text)


def _list(node: Node, depth: int) -> Iterator[TextBlock]:
    item_markers = iter(_item_markers(node, depth))
    tight = depth > 0
    for is_item, part in _list_parts(node):
        if is_item:
            yield from _item(part, next(item_markers), depth, tight)
        else:
            for number, block in enumerate(_flow(part, depth + 1)):
                yield TextBlock(kind="item", content=block.content, tight=tight or number > 0)
        tight = True


def _item_markers(node: Node, depth: int) -> Sequence[str]:
    items = [c for c in node.children if isinstance(c, Node) and c.tag == "li"]
    if node.tag == "ol":
        return markers(node.attrs, [item.attrs.get("value", "") for item in items])
    return [BULLETS[min(depth, len(BULLETS) - 1)]] * len(items)


def _list_parts(node: Node) -> Iterator[tuple[bool, Node]]:
    """Yield a list's items, and what stands between them: words, a list pasted into no item."""
    loose: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            if loose or not child.isspace():
                loose.append(child)
        elif child.tag == "li":
            if loose:
                yield False, Node(tag="div", attrs={}, children=loose)
                loose = []
            yield True, child
        else:
            loose.append(child)
    if loose:
        yield False, Node(tag="div", attrs={}, children=loose)


def _item(node: Node, marker: str, depth: int, tight: bool = False) -> Iterator[TextBlock]:
    """Yield an item: its own first line after the marker, everything else below it."""
    prefix = f"{INDENT * depth}{marker} "
    inner = [block for block in _flow(node, depth + 1) if block.content.text]
    if not inner or inner[0].kind == "item":
        yield TextBlock(kind="item", content=RichText(prefix.rstrip()), tight=tight)
    elif inner:
        yield TextBlock(kind="item", content=_prefixed(prefix, inner.pop(0).content), tight=tight)
    for block in inner:
        is_indented = block.kind == "item"  # a nested one
        text = block.content if is_indented else _prefixed(INDENT * (depth + 1), block.content)
        yield TextBlock(kind="item", content=text, tight=True)


def _prefixed(prefix: str, text: RichText) -> RichText:
    entities = tuple(e.moved(len(prefix)) for e in text.entities) if text.entities else ()
    return RichText(prefix + text.text, entities)


def _quote(node: Node, depth: int) -> Iterator[TextBlock]:
    inner = [block for block in _flow(node) if block.content]
    if not inner:
        return
    text = assemble(inner)
    if depth:  # a quotation begins with a line of its own, and an item with its marker
        yield TextBlock(kind="quote", content=text)
    else:
        is_long = text.units > LONG_QUOTE_UNITS
        kind = "expandable_blockquote" if is_long else "blockquote"
        yield TextBlock(kind="quote", content=text.styled(kind))


def _preformatted(node: Node) -> TextBlock:
    text = text_content(node).replace("\t", "    ").strip("\n").rstrip()
    inner = next((c for c in node.children if isinstance(c, Node) and c.tag == "code"), node)
    named = CODE_LANGUAGE.search(inner.attrs.get("class", ""))
    return TextBlock(
        kind="pre", content=RichText(text).styled("pre", language=named[1] if named else "")
    )


def _table(node: Node) -> Iterator[TextBlock]:
    """Yield a narrow table in columns; any other as a paragraph per row, a line per value."""
    rows: list[SourceRow[RichText]] = []
    for part, row in _table_rows(node):
        if part == "caption":
            yield TextBlock(kind="heading", content=inline_text(row.children).styled("bold"))
        else:
            rows.append(_source_row(row, in_head=part == "thead"))
    table = TableParts.of(rows)
    columns = _columns(table) if table.is_plain else None
    if columns:
        yield from (
            TextBlock(kind="heading", content=title.styled("bold")) for title in table.titles
        )
        yield TextBlock(kind="pre", content=columns)
    else:
        yield from (_row(line, node.attrs.get("lang", "")) for line in table.lines())


def _source_row(row: Node, *, in_head: bool) -> SourceRow[RichText]:
    nodes = [c for c in row.children if isinstance(c, Node) and c.tag in ("td", "th")]
    cells = [Cell.of(_cell(node), node.attrs) for node in nodes]
    return SourceRow(cells=cells, tags=tuple(node.tag for node in nodes), in_head=in_head)


def _columns(table: TableParts[RichText]) -> RichText | None:
    head = [cell.content for row in table.head for cell in row]
    return monospace_columns(head, [[cell.content for cell in row] for row in table.rows])


def _row(line: TableLine[RichText], language: str) -> TextBlock:
    contents = [value.content for value in line.values]
    match line.kind:
        case "heading":
            return TextBlock(kind="heading", content=join_texts(" ", contents).styled("bold"))
        case "merged":
            return TextBlock(kind="row", content=RichText(words_for(language)["merged_cells"]))
        case "ragged":
            return TextBlock(kind="row", content=RichText(words_for(language)["ragged_rows"]))
        case "cells":
            return TextBlock(kind="row", content=join_texts(" · ", contents))
        case "blank":
            return TextBlock(kind="row", content=join_texts(", ", contents) + RichText(": –"))
    labels = [_label(value.labels) for value in line.values]
    return TextBlock(kind="row", content=labelled_lines(labels, contents))


def _label(labels: Sequence[RichText]) -> RichText:
    return labels[0] if len(labels) == 1 else join_texts(", ", labels)


def _table_rows(node: Node, part: str = "") -> Iterator[tuple[str, Node]]:
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag in ("tr", "caption"):
            yield (child.tag if child.tag == "caption" else part), child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _table_rows(child, child.tag)


def _cell(node: Node) -> RichText:
    if all(isinstance(child, str) or child.tag not in BLOCK_ELEMENTS for child in node.children):
        return inline_text(node.children)  # as nearly all are
    return join_texts(" ", (block.content for block in _flow(node)))
