"""Inline HTML as rich text: the words of a paragraph with their styles and links. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from syndicate.text import address_of
from syndicate.text.i18n import letter_line
from syndicate.text.superscript import Spelling, spelling
from syndicate_telegram.rendering.html_tree import BLOCK_ELEMENTS, Node, text_content
from syndicate_telegram.rendering.link_urls import is_linkable
from syndicate_telegram.rendering.rich_text import Entity, RichText, split_around_code

ENTITY_KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em", "cite"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "del", "strike"), "strikethrough"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
}
OMITTED_TAGS = {"img", "script", "style", "template"}
COLLAPSIBLE_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")  # not each single blank
REST_OF_WORD = re.compile(r"(?:-?\w)*")  # of a word that a link begins: [KPU](…)-nya


def inline_text(children: Sequence[Node | str]) -> RichText:
    """Return the text of inline elements, white space collapsed as a browser does."""
    if len(children) == 1 and isinstance(children[0], str):
        return RichText(COLLAPSIBLE_SPACE.sub(" ", children[0]).lstrip(" ").rstrip())
    writer = _InlineWriter()
    writer.write(children)
    return writer.finished()


class _InlineWriter:
    """A paragraph that is being written."""

    def __init__(self) -> None:
        self._text = ""
        self._entities: list[Entity] = []
        self._open_kinds: list[str] = []
        self._link_suffix = ""  # a link's address, which comes after the whole word

    def finished(self) -> RichText:
        """Return what was written."""
        if self._link_suffix:
            self._end_word("")
        if not self._entities:
            return RichText(self._text.rstrip())
        return RichText(self._text, split_around_code(self._entities)).cut(len(self._text))

    def write(self, children: Iterable[Node | str]) -> None:
        for child in children:
            if isinstance(child, str):
                self._write_text(child)
            else:
                self._write_element(child)

    def _end_word(self, text: str) -> str:
        """Write the rest of a link's word and its address; return the text that is left."""
        rest = REST_OF_WORD.match(text)
        end = rest.end() if rest else 0
        self._text = (self._text + text[:end]).rstrip("\n") + self._link_suffix
        self._link_suffix = ""
        return text[end:]

    def _write_text(self, text: str) -> None:
        if self._link_suffix:
            text = self._end_word(text)
        collapsed = COLLAPSIBLE_SPACE.sub(" ", text)
        at_start = not self._text or self._text[-1] in " \n"
        self._text += collapsed.lstrip(" ") if at_start else collapsed

    def _write_element(self, node: Node) -> None:
        if self._link_suffix and (node.tag in ("a", "br") or node.tag in BLOCK_ELEMENTS):
            self._end_word("")
        if node.tag == "br":
            if self._text.strip():
                self._text = self._text.rstrip(" ") + "\n"
        elif node.tag in ("sup", "sub"):
            self._write_raised(node)
        elif node.tag == "a":
            self._write_link(node)
        elif node.tag in ENTITY_KINDS:
            self._write_styled(ENTITY_KINDS[node.tag], node.children)
        elif node.tag == "q":
            self.write(["“", *node.children, "”"])
        elif node.tag in BLOCK_ELEMENTS:
            self._begin_line()
            self.write(node.children)
            self._begin_line()
        elif node.tag not in OMITTED_TAGS:
            self.write(node.children)

    def _begin_line(self) -> None:
        if self._text.strip():
            self._text = self._text.rstrip() + "\n"

    def _write_link(self, node: Node) -> None:
        url, label = node.attrs.get("href", "").strip(), text_content(node).strip()
        if label and label in (url, url.removeprefix("https://")):
            self.write(node.children)  # Telegram makes a link of a bare address itself
        elif is_linkable(url):
            self._write_styled("text_link", node.children, url)
        else:
            self.write(node.children)
            self._link_suffix = _address_suffix(url, label, node.attrs.get("lang", ""))

    def _write_raised(self, node: Node) -> None:
        spelt = spelling(node.tag, text_content(node))
        self._write_text(spelt.before)
        self.write(_respelt(node.children, spelt))
        self._write_text(spelt.after)

    def _write_styled(self, kind: str, children: Iterable[Node | str], url: str = "") -> None:
        # one style twice is once; a link beats code, as no text can be both
        if kind in self._open_kinds or (kind == "code" and "text_link" in self._open_kinds):
            return self.write(children)
        start = len(self._text)
        self._open_kinds.append(kind)
        self.write(children)
        self._open_kinds.pop()
        written = self._text[start:]
        start += len(written) - len(written.lstrip())
        end = len(self._text.rstrip())
        if start < end:
            self._entities.append(Entity(kind=kind, start=start, end=end, url=url))
        return None


def _address_suffix(url: str, label: str, language: str) -> str:
    """Return a link's address in brackets, where Telegram does not accept it as a link."""
    if not url:
        return ""
    parts = (address_of(url, label), letter_line(url, label, language))
    return f" ({', '.join(filter(None, parts))})" if any(parts) else ""


def _respelt(children: Iterable[Node | str], spelt: Spelling) -> Iterator[Node | str]:
    for child in children:
        if isinstance(child, str):
            yield spelt.of(child)
        else:
            yield Node(
                tag=child.tag, attrs=child.attrs, children=list(_respelt(child.children, spelt))
            )
