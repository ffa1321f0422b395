"""Lines that open a block of code, and the words on them, which no reader would see."""

from __future__ import annotations

import re

from markdown_it.token import Token

from syndicate.text import excerpt, squeeze

LANGUAGE_NAME = re.compile(r"[^\s~`]+")
FENCE_ATTRIBUTES = re.compile(r"\{[^{}]*\}")  # for a program: {.python}
# what is written behind a fence to name a language; other words were meant for readers
LANGUAGES = {
    "apache", "asm", "awk", "bash", "bat", "batch", "bib", "bibtex", "c", "c#", "c++", "caddy",
    "clojure", "cmake", "cmd", "code", "conf", "console", "cpp", "cs", "csharp", "css", "csv",
    "dart", "diff", "docker", "dockerfile", "dos", "dot", "dotenv", "elixir", "erlang", "f#",
    "fortran", "fsharp", "gherkin", "git", "go", "golang", "gradle", "graphql", "groovy",
    "haskell", "hcl", "html", "http", "ini", "java", "javascript", "jinja", "jinja2", "js", "json",
    "json5", "jsonc", "jsx", "julia", "kotlin", "kt", "latex", "less", "liquid", "lisp", "log",
    "lua", "make", "makefile", "markdown", "math", "matlab", "md", "mermaid", "nginx", "nix",
    "objc", "ocaml", "octave", "output", "pascal", "patch", "perl", "php", "plain", "plaintext",
    "powershell", "prolog", "properties", "proto", "protobuf", "ps1", "pwsh", "py", "pycon",
    "python", "python3", "r", "raw", "rb", "regex", "rest", "rs", "rst", "ruby", "rust", "sass",
    "scala", "scheme", "scss", "sed", "sh", "shell", "sparql", "sql", "sqlite", "stata", "svelte",
    "svg", "swift", "tcl", "terminal", "terraform", "tex", "text", "toml", "ts", "tsv", "tsx",
    "turtle", "txt", "typescript", "vb", "vim", "vue", "xml", "yaml", "yml", "zig", "zsh",
}  # fmt: skip


def lost_info(fence: Token) -> str:
    """Return what is wrong with the line that opens a block of code, where words are lost."""
    info = _info(fence)
    if not info or LANGUAGE_NAME.fullmatch(info):
        return ""
    if fence.markup[0] == "~" and info.endswith("~"):
        words = excerpt(info.strip("~ "), 40)
        advice = f"write ~~{words}~~ if it is to be struck out"
    else:
        # the first names the language
        words = excerpt(info.partition(" ")[2].strip("~ ") or info, 40)
        advice = f"write {fence.markup} alone, and the words on a line of their own"
    return (
        f"the line {excerpt(fence.markup + info, 40)} opens a block of code, and '{words}' would"
        f" reach no reader ({advice})"
    )


def fence_remark(fence: Token) -> str:
    """Return what else readers miss of a block of code: its end, a word that names no language."""
    info = _info(fence)
    if not _has_end(fence):
        return (
            f"{excerpt(fence.markup + info, 40)} opens a block of code that has no end: all that"
            f" follows is shown as code (write {fence.markup} below it, or delete it)"
        )
    if info and info.lower() not in LANGUAGES:
        return (
            f"{excerpt(fence.markup + info, 40)} opens a block of code: '{excerpt(info, 40)}' is"
            " taken for its language, and no reader sees it (write it on a line of its own)"
        )
    return ""


def _info(fence: Token) -> str:
    return squeeze(FENCE_ATTRIBUTES.sub("", fence.info))


def _has_end(fence: Token) -> bool:
    assert fence.map is not None
    first, last = fence.map
    lines = fence.content.count("\n") + bool(fence.content and not fence.content.endswith("\n"))
    return last - first == lines + 2
