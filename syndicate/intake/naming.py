"""Name new articles: a uri that nothing else has, written into the article's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import count

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.intake.crosslinks import with_crosslinks
from syndicate.intake.examined import read_examined
from syndicate.ledger import Catalogue
from syndicate.office import Office
from syndicate.sources import Draft
from syndicate.system.local import is_below

URI_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
URI_SUFFIX_LETTERS = 6


def with_uri(office: Office, draft: Draft) -> Draft:
    """Return a draft with a uri of its own, which a new article's file does not have yet."""
    if draft.article.uri:
        return draft
    with office.ledger.reading() as db:
        uri = _free_uri(office, Catalogue(db), draft)
    return replace(draft, article=replace(draft.article, uri=uri), minted=True)


def write_uris(office: Office, drafts: Sequence[Draft], at: datetime | None = None) -> list[Draft]:
    """Write the uris of new articles into their files, and read these again.

    ``at``: none of them goes out before.
    """
    return with_crosslinks(office, [_write_uri(office, draft) for draft in drafts], at)


def uri_notes(drafts: Sequence[Draft]) -> list[str]:
    """Return a note for each file that was given a uri."""
    return [
        f"{draft.path}: added the article's identifier: uri: {draft.article.uri}"
        for draft in drafts
        if draft.minted
    ]


def refuse_foreign_file(office: Office, draft: Draft) -> None:
    """Refuse to write a uri into a file outside a rehearsal's folder: it is not the rehearsal's."""
    home = office.settings.folder
    if office.ledger.rehearsal and not is_below(draft.path, home):
        raise ArticleError(
            f"{draft.path}: has no uri yet, and a rehearsal adds one only to files in"
            f" {home.resolve()}: copy it there"
        )


def stored_path(draft: Draft) -> str:
    """Return a file's place, as the ledger keeps it."""
    return str(draft.path.absolute())


def _write_uri(office: Office, draft: Draft) -> Draft:
    if not draft.minted:
        return draft
    with office.ledger.planning() as catalogue:
        uri = _free_uri(office, catalogue, draft)
        catalogue.revisions.mint(uri)  # whoever dies now is known by it afterwards
    with office.ledger.planning():  # one process at a time: anybody could hold the folder's lock
        sources.insert_uri(draft.path, uri)
    return replace(read_examined(office, draft.path), minted=True)


def _free_uri(office: Office, catalogue: Catalogue, draft: Draft) -> str:
    """Return a uri that nothing has; for one file the same all day, in a dry run and in earnest."""
    today = office.clock().astimezone(office.publisher.zone).date()
    for turn in count():
        place = f"{draft.path.resolve()} {today} {draft.article.headline} {turn}"
        drawn = sha256(place.encode(errors="backslashreplace")).digest()[:URI_SUFFIX_LETTERS]
        suffix = "".join(URI_ALPHABET[byte % len(URI_ALPHABET)] for byte in drawn)
        uri = sources.mint_uri(draft.article.headline, office.publisher, today, suffix)
        if not (catalogue.revisions.was_minted(uri) or catalogue.articles.standing(uri)):
            break
    return uri
