"""Hidden parts of an article: comments, programs, styles, and declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_inline import StateInline

HIDDEN_START = re.compile(
    r"<!--|<!doctype\b|<\?(?:xml|php|=)|<!\[(?:if|endif)\b|<(?P<program>script|style)(?=[\s/>])",
    re.IGNORECASE,
)
ONSET = re.compile(r"^ {0,3}(?=<)", re.MULTILINE)
BLANK_HTML = re.compile(r"[ \t]*")
OPENING = re.compile(r"""<[a-z]+(?:"[^"]*"|'[^']*'|[^>"'])*>""", re.IGNORECASE)
PROGRAM = {
    name: re.compile(rf"<(?P<end>/?){name}(?=[\s/>])[^>]*>", re.IGNORECASE)
    for name in ("script", "style")
}
HIDDEN_ENDS = {
    "<!--": re.compile("-->"),
    "<!do": re.compile(">"),
    "<?xm": re.compile(r"\?>|/>"),  # Word's <?xml:namespace … />
    "<?ph": re.compile(r"\?>"),
    "<![i": re.compile("]>"),
    "<![e": re.compile("]>"),
}


def end_of(html: str, begins: re.Match[str]) -> int:
    """Return where what is hidden ends; -1 where it does not."""
    if begins["program"]:
        return _end_of_program(html, begins)
    ends = HIDDEN_ENDS.get(begins[0][:4].lower(), HIDDEN_ENDS["<?ph"])
    # a browser takes <!--> for a whole comment
    found = ends.search(html, begins.start() + 2 if begins[0] == "<!--" else begins.end())
    return found.end() if found else -1


def _end_of_program(html: str, begins: re.Match[str]) -> int:
    opening = OPENING.match(html, begins.start())
    if opening is None:
        return -1
    pattern = PROGRAM[begins["program"].lower()]
    if opening[0].endswith("/>"):  # empty to its writer, though not to a browser
        after = pattern.search(html, opening.end())
        return after.end() if after and after["end"] else opening.end()
    ends = (found for found in pattern.finditer(html, opening.end()) if found["end"])
    found = next(ends, None)
    return found.end() if found else -1


def shown_and_hidden(html: str) -> Iterator[tuple[str, str]]:
    """Cut raw HTML into what is shown and what is hidden, by turns: ``(shown, hidden)``.

    What is hidden without an end goes on to the end.
    """
    at = 0
    while begins := HIDDEN_START.search(html, at):
        end = end_of(html, begins)
        end = len(html) if end < 0 else end
        yield html[at : begins.start()], html[begins.start() : end]
        at = end
    yield html[at:], ""


def lifted(markdown: str) -> str:
    """Return the text without what is hidden in one go after something else on its line.

    To Markdown a remark's block ends with the first remark: Word begins the next one there.
    """
    if "-->" not in markdown:
        return markdown
    kept, at = [], 0
    for start in ONSET.finditer(markdown):
        end = _end_of_run(markdown, start.end()) if start.start() >= at else 0
        if end < 0:
            break  # the article is refused
        if end:
            kept += [markdown[at : start.start()], "\n" * markdown.count("\n", start.start(), end)]
            at = end
    return "".join((*kept, markdown[at:]))


def _end_of_run(markdown: str, at: int) -> int:
    """Find the end of hidden parts in a row; 0 unless a later one takes several lines.

    -1 where one has no end.
    """
    goes_on = False
    first = at
    while begins := HIDDEN_START.match(markdown, at):
        end = end_of(markdown, begins)
        if end < 0:
            return -1
        goes_on = goes_on or (at > first and "\n" in markdown[at:end])
        at = end + len(BLANK_HTML.match(markdown, end)[0])  # type: ignore[index]  # it matches
    return at if goes_on else 0


def unended(html: str) -> re.Match[str] | None:
    """Return the beginning of what hides all text after it."""
    at = 0
    while begins := HIDDEN_START.search(html, at):
        at = end_of(html, begins)
        if at < 0:
            return begins
    return None


def inline_rule(state: StateInline, silent: bool) -> bool:
    """Take a hidden thing in a line as one token, whatever Markdown would see in it."""
    if state.src[state.pos] != "<" or "unended" in state.env:
        return False
    begins = HIDDEN_START.match(state.src, state.pos)
    end = end_of(state.src, begins) if begins else -1
    if begins and end < 0:
        state.env["unended"] = True  # the article is refused: look for no other
    if end < 0:
        return False
    if not silent:
        state.push("hidden", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True
