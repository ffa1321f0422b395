"""Find the articles whose files have not changed since they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue, Standing
from syndicate.office import Office
from syndicate.sources import Draft, change_detection


def unchanged_draft(office: Office, path: Path) -> Draft | None:
    """Return a published article as the ledger has it; None where its file has changed.

    An unchanged file is not read again: what a newer program makes of it, or refuses in it, is no
    change of the article.
    """
    sources.text_of(path)  # raises where it is no article
    return compare_files(office, [path]).unchanged.get(path)


@dataclass(frozen=True)
class ComparedFiles:
    """Articles whose files have not changed, and the uris of files that were never published."""

    unchanged: Mapping[Path, Draft] = field(default_factory=dict)
    unknown_uris: frozenset[str] = frozenset()


def compare_files(office: Office, paths: Sequence[Path]) -> ComparedFiles:
    """Compare files with what was published of them, by few statements for all of them."""
    texts: dict[Path, tuple[str, str]] = {}
    for path in paths:
        with suppress(ArticleError):  # it is reported when the file is read by itself
            text = sources.text_of(path, bounded=False)
            if uri := sources.uri_line(text):
                texts[path] = uri, text
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        articles.read(uri for uri, _ in texts.values())
        known = {path: articles.standing(uri) for path, (uri, _) in texts.items()}
        kept = articles.sources(uri for uri, _ in texts.values())
    drafts = {
        path: _unchanged(path, text, known[path], kept.get(uri, ""))
        for path, (uri, text) in texts.items()
    }
    return ComparedFiles(
        unchanged={path: draft for path, draft in drafts.items() if draft},
        unknown_uris=frozenset(uri for path, (uri, _) in texts.items() if known[path] is None),
    )


def _unchanged(path: Path, text: str, standing: Standing | None, source: str) -> Draft | None:
    """Return a file's article as the ledger has it; None where the file was changed."""
    if standing is None or not change_detection.same_text(source, text):
        return None
    article = standing.item.article
    if not change_detection.same_files(article.media, path.parent):
        return None
    return Draft(article=article, path=path, source=text, same_as=standing.version, kept=True)
