"""Admit articles: read files, check them, and give new articles a uri."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError, Flaws, Several, each_of
from syndicate.intake import naming
from syndicate.intake.admitted import Admitted, admit_each
from syndicate.intake.crosslinks import with_crosslinks
from syndicate.intake.duplicates import refuse_renamed, without_shared_uris, without_twins
from syndicate.intake.examined import examined, rule_objections, with_profile
from syndicate.intake.objections import objections, text_objections
from syndicate.intake.replies import without_lost_replies
from syndicate.intake.timing import due_time
from syndicate.intake.unchanged import ComparedFiles, compare_files
from syndicate.ledger import Catalogue
from syndicate.office import Office
from syndicate.sources import Draft, change_detection


def admit_all(
    office: Office, paths: Sequence[Path], *, dry: bool, new: bool = False, anew: bool = False
) -> list[Draft]:
    """Read and check articles; ArticleError says all that is wrong with any of them.

    Those without a ``uri`` get one, which is in no file yet.
    """
    return admit(office, paths, dry=dry, new=new, anew=anew, others=frozenset(paths)).sound()


def admit(
    office: Office,
    paths: Sequence[Path],
    *,
    dry: bool,
    new: bool = False,
    anew: bool = False,
    others: Container[Path] = (),
    at: datetime | None = None,
    may_wait: bool = False,
) -> Admitted:
    """Read and check articles; flaws in some do not stop the others.

    Those without a ``uri`` get the one that ``write_uris`` writes into their files.
    ``new`` says that every file is a new article, whatever it looks like, ``others``, that these
    are none that was published, and ``anew``, that unchanged files are read again, too. ``dry``:
    no uri is going to be written. ``may_wait``: what is under embargo goes out later, and all of
    it not before ``at``.
    """
    files = ComparedFiles() if anew else compare_files(office, paths)
    with office.ledger.reading() as db:
        elsewhere = office.gone(Catalogue(db))

    def admit_file(path: Path) -> Draft:
        draft = files.unchanged.get(path) or _read(office, path, files.unknown_uris)
        if not draft.kept:
            draft = examined(office, with_profile(office, draft))
            due = due_time(draft.article, at, office.clock()) if may_wait else None
            found = [*objections(office, draft, elsewhere, due), *rule_objections(draft)]
            Flaws(found).end()
            if not new:
                refuse_renamed(office, draft)
        if not (dry or draft.article.uri):
            naming.refuse_foreign_file(office, draft)
        return draft

    readable = admit_each(paths, admit_file)
    admitted = without_shared_uris(readable.drafts).after(readable)
    if not new:
        admitted = without_twins(office, admitted.drafts, others, at).after(admitted)
    admitted = without_lost_replies(office, admitted.drafts, at).after(admitted)
    named = [naming.with_uri(office, draft) for draft in admitted.drafts]
    return admit_each(with_crosslinks(office, named, at), _unopposed).after(admitted)


def _unopposed(draft: Draft) -> Draft:
    """Return a draft to which no rule objects; ArticleError says all that they object to."""
    Flaws(list(rule_objections(draft))).end()
    return draft


def _read(office: Office, path: Path, unknown_uris: Container[str]) -> Draft:
    """Return a file's article; where it cannot be read, raise all that is wrong with its text."""
    try:
        draft = sources.read(path, office.publisher)
        return draft if draft.article.uri in unknown_uris else _compared(office, draft)
    except ArticleError as error:
        flaws = _text_flaws(office, path)
        lines = set(map(_line_number, flaws))  # a placeholder need not be right
        flaws += [flaw for flaw in each_of(error) if _line_number(flaw) not in lines]
        raise Several(tuple(sorted(flaws, key=_line_number))) from error


def _compared(office: Office, draft: Draft) -> Draft:
    """Return a draft whose ``same_as`` says whether readers could notice a change."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        source = articles.sources([uri]).get(uri) if uri else None
        standing = articles.standing(uri) if source is not None else None
    if standing is None or not change_detection.same_for_readers(source or "", draft.source):
        return draft
    same = change_detection.same_files(standing.item.article.media, draft.path.parent)
    return replace(draft, same_as=standing.version) if same else draft


def _text_flaws(office: Office, path: Path) -> list[ArticleError]:
    """Return what is wrong with a file's text as such; nothing where it cannot be read."""
    try:
        text = sources.text_of(path)
    except ArticleError:
        return []
    return list(text_objections(office, path, text))


def _line_number(flaw: ArticleError) -> int:
    match = re.match(r".*?:(\d+): ", str(flaw))
    return int(match[1]) if match else 0
