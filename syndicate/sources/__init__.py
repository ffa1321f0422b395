"""Anything an article may be read from. Markdown first; each source gives a Draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from stat import S_ISDIR

from syndicate.errors import ArticleError
from syndicate.model.article import Article, Publisher
from syndicate.model.finding import Finding
from syndicate.text import shortened, visible

MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Article read from a source, whose ``uri`` is "" where the file has none yet."""

    article: Article
    path: Path
    source: str  # the text as it was read
    files: Mapping[str, bytes] = field(default_factory=dict)  # sha256 -> what is local of its media
    lines: Mapping[str, int] = field(default_factory=dict)  # front-matter key -> line, from 1
    remarks: tuple[tuple[int, str], ...] = ()  # what readers will not get as typed; with its line
    beside: tuple[tuple[int, str], ...] = ()  # links to other articles' files; with their lines
    body_line: int = 1  # the text's first line in the file
    minted: bool = False  # its uri was given to it just now
    same_as: int = 0  # the newest version, where text and files are still those it was read from
    checks_off: tuple[str, ...] = ()  # rules that its writer switched off
    findings: tuple[Finding, ...] = ()  # what the office's rules find in it
    check_notes: tuple[str, ...] = ()  # what of that is not shown
    kept: bool = False  # it is the ledger's reading: nobody has read the file again

    def remark_lines(self) -> list[str]:
        """Return what readers will not get as it was typed, each with its file and line."""
        return [f"{self.path}:{line}: {remark}" for line, remark in self.remarks]

    def warnings(self, before: str = "") -> list[str]:
        """Return the warnings of all rules; a lost form in the words of ``remark_lines``.

        ``before`` is the text that they were shown of last: on its lines they are only counted.
        """
        earlier = set(before.splitlines())
        kept = {n for n, line in enumerate(self.source.splitlines(), 1) if line in earlier}
        warned = [finding for finding in self.findings if not finding.is_error]
        new = [finding for finding in warned if finding.line not in kept]
        forms = {finding.line for finding in new if finding.rule == "lost-form"}
        lines = [f"{self.path}:{line}: {remark}" for line, remark in self.remarks if line in forms]
        lines += [str(finding) for finding in new if finding.rule != "lost-form"]
        if repeated := len(warned) - len(new):
            what = "1 warning" if repeated == 1 else f"{repeated} warnings"
            lines.append(f"{self.path}: {what} as before (syndicate check {self.path} shows them)")
        return lines

    def at(self, key: str) -> str:
        """``article.md:7``, for messages about one key of the front matter."""
        return f"{self.path}:{self.lines.get(key, 1)}"


def read(path: Path, publisher: Publisher, text: str | None = None) -> Draft:
    """Read an article; what is wrong with it is an ArticleError of one line.

    ``text`` is read in the place of the file's own, as if it stood there.
    """
    _refuse_other(path)
    from syndicate.sources import article_file

    return article_file.read_file(path, publisher, text)


def text_of(path: Path, *, bounded: bool = True) -> str:
    """An article file's text; ArticleError where it cannot be read, or is no article.

    Not ``bounded``: of what is only compared, it is not counted whether an article may hold it.
    """
    _refuse_other(path)
    from syndicate.sources.files import text

    return text.read_text(path, bounded=bounded)


def placeholders(text: str) -> list[tuple[int, str]]:
    """Return what a file still holds of words that were to be replaced, with their lines."""
    from syndicate.sources.checks import placeholders

    return list(placeholders.placeholders(text))


def profile_in(text: str) -> tuple[int, str]:
    """Return the profile that a text's front matter names, with its line; "" for none."""
    from syndicate.sources import identity

    return identity.profile_in(text)


def lead_to(html: str, addresses: Mapping[str, str]) -> str:
    """Return a draft's HTML with links to other articles' files led to these addresses."""
    from syndicate.sources.links import targets

    return targets.with_article_links(html, addresses)


def insert_uri(path: Path, uri: str) -> None:
    """Give an article file its uri: one new line, all else untouched, all or nothing."""
    from syndicate.sources import identity

    identity.insert_uri(path, uri)


def mint_uri(headline: str, publisher: Publisher, today: date, end: str) -> str:
    """A new uri (RFC 4151) for an article; ``end`` keeps two of one headline apart."""
    from syndicate.sources import identity

    return identity.mint_uri(headline, publisher, today, end)


def uri_line(text: str) -> str:
    """The uri that a line of a text's front matter says; "" where none does."""
    from syndicate.sources import identity

    return identity.uri_line(text)


def uri_in(path: Path) -> str:
    """The uri that stands in a file; "" where there is none, or no such file."""
    from syndicate.sources import identity

    return identity.uri_in(path)


def is_ours(uri: str, publisher: Publisher) -> bool:
    """Return True for a uri that was named after this office."""
    from syndicate.sources import identity

    return identity.is_ours(uri, publisher)


def uri_date(uri: str) -> date | None:
    """The date that a tag: URI carries, or None."""
    from syndicate.sources import identity

    return identity.uri_date(uri)


def is_folder(path: Path) -> bool:
    """Return True for an existing folder; False for a name that no disk can hold."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _refuse_other(path: Path) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise ArticleError(
            f"{str(path)!a}: its name is not UTF-8 (rename it, or set a UTF-8 LANG)", "unreadable"
        )
    try:
        is_folder = S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        is_folder = False
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it has a NUL in it"
        name = shortened(visible(str(path)))
        raise ArticleError(
            f"{name}: cannot be read: {reason.lower()} (check its name)", "unreadable"
        ) from error
    if is_folder:
        raise ArticleError(
            f"{path}: this is a folder (name files in it, like {path / '*.md'})", "unreadable"
        )
    if path.suffix.lower() not in MARKDOWN:
        raise ArticleError(f"{path}:1: {_other(path.suffix.lower())}", "unreadable")


def _other(suffix: str) -> str:
    how = "`syndicate new HEADLINE` makes one to copy the text into"
    if suffix in (".txt", ".text"):
        return f"plain text has no headline of its own (save it as .md with front matter: {how})"
    if suffix in (".docx", ".doc", ".odt", ".rtf", ".pdf"):
        return f"a {suffix} file cannot be read (copy its text into an .md file: {how})"
    kind = f"a {suffix} file" if suffix else "a file without an ending"
    return f"{kind} is not an article (save it as .md with front matter: {how})"
