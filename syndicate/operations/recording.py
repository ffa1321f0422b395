"""Record what an article's file has become: an original, a correction, a refile, or unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from syndicate.channel import Channel
from syndicate.errors import ArticleError, UsageError
from syndicate.intake.duplicates import has_twin, refuse_copy, refuse_stranger
from syndicate.intake.naming import stored_path
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue.acts import Act
from syndicate.model.article import UNNOTICED_FIELDS, PubStatus
from syndicate.office import Office
from syndicate.planning.changes import what_changed
from syndicate.report import Subject
from syndicate.sources import Draft

UNUSED = "the note was not used"
NO_NOTE = frozenset(
    ("y", "ya", "iya", "yes", "yep", "ok", "oke", "okay", "n", "no", "nope", "t", "tidak", "tak",
     "bukan", "betul", "benar")
)  # fmt: skip
UNTRUE = re.compile(r"(?:tidak|tak) (?:benar|betul)")  # made of such answers, and says what it is


class NoteNeeded(ArticleError):
    """A published article changed, and it is not known if readers are to be told."""

    def __init__(self, path: Path, changes: str) -> None:
        super().__init__(
            f"{path}: has changed since it was published: --note “what was wrong” tells"
            " readers of the correction, --minor changes it silently"
        )
        self.path = path
        self.changes = changes


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Request to publish articles."""

    paths: Sequence[Path]
    channels: Sequence[str] = ()
    note: str | None = None
    notes: Mapping[Path, str] = field(default_factory=dict)  # by file; "" is a silent fix
    minor: bool = False
    notify_readers: bool = False  # of a correction, at once: everybody who got the article
    refresh: bool = False
    new: bool = False
    others: frozenset[Path] = frozenset()  # whatever they look like, they are other articles
    same_article: bool = False
    backfill: bool = False  # also to channels that are newer than an article
    dry_run: bool = False
    at: datetime | None = None  # when it is to go out; None: at once, or after its embargo
    force: str = ""  # why it goes out without the approval that it needs; "" is not

    def asks_for(self, draft: Draft, channel: Channel) -> bool:
        """Return whether an article is to go to a channel even if it is older."""
        named = channel.name in self.channels or channel.name in (draft.article.channels or ())
        return self.backfill or named

    def notified(self, kinds: Mapping[str, str]) -> list[str]:
        """Return the articles of whose correction everybody is told at once who got them."""
        return [uri for uri, kind in kinds.items() if self.notify_readers and kind != "refile"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An article as it was written down."""

    subject: Subject
    notes: tuple[str, ...]


def record(
    office: Office, catalogue: Catalogue, request: Publication, draft: Draft,
    turn: tuple[int, int] = (0, 0),
) -> Recorded:  # fmt: skip
    """Write a draft down as what it is.

    ``turn`` says how many articles of the command come before it, and how many after.
    """
    standing = catalogue.articles.standing(draft.article.uri)
    kind, note = kind_of(office, catalogue, request, draft, standing)
    path = _path(request, draft, standing)
    if kind == "unchanged":
        assert standing
        version = standing.version
        _keep(office, catalogue, request, draft, standing, path)
    else:
        version = catalogue.revisions.record(
            draft.article, kind=kind, note=note, source=draft.source, path=path,
            at=office.clock(), published=draft.article.date, after=turn[0], before=turn[1],
        )  # fmt: skip
        record_act(office, catalogue, kind, draft.article.uri, version=version, note=note)
    catalogue.revisions.keep_media(draft.files)
    subject = Subject(
        uri=draft.article.uri, headline=draft.article.headline, path=str(draft.path),
        version=version, kind=kind,
    )  # fmt: skip
    notes = [*_unused_note(draft, kind)] if request.note else []
    return Recorded(subject, (*notes, *_held_note(draft, standing)))


def record_act(
    office: Office, catalogue: Catalogue, what: str, uri: str, *, version: int | None = None,
    note: str = "",
) -> None:  # fmt: skip
    """Write down who does this with an article, for its history."""
    catalogue.acts.record(
        Act(what=what, at=office.clock(), person=office.person, uri=uri, version=version, note=note)
    )


def _path(request: Publication, draft: Draft, standing: Standing | None) -> str:
    """Return the article's file: a copy that was not changed yet is not it."""
    if standing and has_twin(draft, standing.path) and not request.same_article:
        return standing.path
    return stored_path(draft)


def _held_note(draft: Draft, standing: Standing | None) -> Iterator[str]:
    if standing and standing.held:
        yield f"{draft.path}: is held: nothing of it goes out (syndicate release {standing.uri})"


def _unused_note(draft: Draft, kind: str) -> Iterator[str]:
    if kind == "unchanged":
        yield f"{draft.path}: nothing has changed; {UNUSED}"
    elif kind == "original":
        yield f"{draft.path}: this is its first publication; {UNUSED}"


def _keep(
    office: Office, catalogue: Catalogue, request: Publication, draft: Draft, standing: Standing,
    path: str,
) -> None:  # fmt: skip
    """Keep what no reader notices of an unchanged file; another reading of it only if asked to."""
    at, kept, read = office.clock(), standing.item.article, draft.article
    if draft.kept:
        catalogue.revisions.lies_at(kept, path, at)
    elif request.refresh:
        catalogue.revisions.refresh(read, standing.version, draft.source, path, at)
    else:
        if read.fingerprint != kept.fingerprint:
            read = replace(kept, **{name: getattr(read, name) for name in UNNOTICED_FIELDS})
        catalogue.revisions.reread(read, standing.version, draft.source, path, at)


def record_correction(office: Office, catalogue: Catalogue, draft: Draft, note: str) -> None:
    """Record that what was published before this ledger was wrong."""
    note = " ".join(note.split())
    version = catalogue.revisions.record(
        draft.article, kind="correction", note=note, source=draft.source, path=stored_path(draft),
        at=office.clock(),
    )  # fmt: skip
    record_act(office, catalogue, "correction", draft.article.uri, version=version, note=note)


def kind_of(
    office: Office, catalogue: Catalogue, request: Publication, draft: Draft,
    standing: Standing | None,
) -> tuple[str, str]:  # fmt: skip
    """Return what a draft is beside its article, and the note for readers."""
    if standing is None:
        if not request.new:
            refuse_stranger(office, catalogue, draft)
        coming = catalogue.schedule.of(draft.article.uri)
        if coming and not request.same_article:
            refuse_copy(draft, coming.draft.article, coming.draft.path)
        return "original", ""
    if catalogue.articles.was_taken_on(standing):
        if not request.new:
            refuse_stranger(office, catalogue, draft)
        return ("correction", " ".join(request.note.split())) if request.note else ("refile", "")
    if standing.pub_status is PubStatus.CANCELED:
        raise ArticleError(
            f"{draft.at('uri')}: this article was withdrawn: nothing but its notice stands"
            f" (to publish it again: syndicate reinstate {draft.path}; as a new article: a copy"
            " without the uri line)"
        )
    if draft.same_as == standing.version and not tells_of_a_deadline(request, draft, standing):
        return "unchanged", ""
    if draft.kept:
        raise ArticleError(
            f"{draft.path}: another command has just published a newer text (check that"
            " this file is the right one, then run this command again)"
        )
    known = (standing.fingerprint, standing.item.article.fingerprint)
    is_same = draft.article.fingerprint in known
    if is_same and not tells_of_a_deadline(request, draft, standing):
        return "unchanged", ""
    if standing.held:
        raise ArticleError(
            f"{draft.path}: has changed, and this article is held: release it first (syndicate"
            f" release {standing.uri}), or withdraw it"
        )
    if not request.same_article:
        refuse_copy(draft, standing.item.article, standing.path)
    if request.minor:
        return "refile", ""
    note = request.notes.get(draft.path, request.note)
    if note:
        return "correction", " ".join(note.split())
    if note is not None and draft.path in request.notes:
        return "refile", ""
    source = catalogue.articles.source(standing.uri, standing.version)
    kept = standing.item.article
    raise NoteNeeded(draft.path, what_changed(kept, source, draft.article, draft.source))


def tells_of_a_deadline(request: Publication, draft: Draft, standing: Standing) -> bool:
    """Return whether a note says that the deadline is another: it is no word of the text."""
    is_other = draft.article.expires != standing.item.article.expires
    return is_other and bool(request.notes.get(draft.path, request.note))


def refuse_contradiction(request: Publication) -> None:
    """Refuse options that contradict each other, or mean nothing."""
    if request.note and request.minor:
        raise UsageError("--note and --minor cannot be combined: use only one of them")
    if request.at and request.refresh:
        raise UsageError("--at and --refresh cannot be combined: --refresh changes posts at once")
    if request.notify_readers and request.minor:
        raise UsageError(
            "--notify-readers and --minor cannot be combined: a silent fix tells nobody"
        )
    if request.note and not is_a_note(request.note):
        raise UsageError(
            f"--note: {request.note!r} does not say what was wrong: write a sentence for"
            " readers (or use --minor for a silent fix)"
        )


def is_a_note(answer: str) -> bool:
    """Return whether it says anything: a yes or a no answers another question."""
    words = "".join(char if char.isalnum() else " " for char in answer.casefold()).split()
    is_answer = set(words) <= NO_NOTE and not UNTRUE.search(" ".join(words))
    return bool(words) and not is_answer and words != [words[0][0]]
