"""Scheduled revisions for ``status``: when they go out, by whom and where to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.ledger.catalogue.scheduled import Scheduled
from syndicate.office import Office
from syndicate.operations.schedule import named_channels
from syndicate.operations.waiting_revisions import is_late, other_machine, question
from syndicate.sources import change_detection
from syndicate.sources.files import local_files
from syndicate.text.coming_times import shown

AS_STORED = "it goes out as it was stored (`syndicate publish --at` takes the new text)"


@dataclass(frozen=True, kw_only=True)
class Coming:
    """One revision that is to go out."""

    uri: str
    headline: str
    at: str  # RFC 3339, in the office's zone
    state: str  # scheduled, held, or asks: nothing goes out before a person has answered
    kind: str  # original, correction or refile
    note: str
    channels: list[str]
    by: str  # who scheduled it
    path: str
    file: str = ""  # "" as it was stored; "changed" or "missing"
    why: str = ""  # why it waits, or what is to be known of its file
    line: str = field(default="", repr=False)  # all of it in a sentence


def coming(office: Office, catalogue: Catalogue, uri: str | None = None) -> Iterator[Coming]:
    """Yield what is coming, or what of one article is, the next one first."""
    at = catalogue.not_far_ahead(office.clock())
    for each in catalogue.schedule.all():
        if uri in (None, each.uri):
            asks = each.asks or is_late(office, each, at)
            yield _coming(office, each, "asks" if asks else "held" if each.held else "scheduled")


def _coming(office: Office, each: Scheduled, state: str) -> Coming:
    draft, zone = each.draft, office.publisher.zone
    file = _file(draft)
    channels = [channel.name for channel in named_channels(office, draft)]
    machine = other_machine(office, draft)
    why = question(office, each) if state == "asks" else each.why
    why = why or (f"waits for {machine}" if machine else "")
    remark = {"changed": "its file has changed since", "missing": "its file is not here any more"}
    remarks = [why, f"{remark[file]}: {AS_STORED}" if file else ""]
    parts = [draft.kind, f"by {draft.person}" if f"{draft.person}" else "", ", ".join(channels)]
    head = f"{shown(each.due, zone)}  {draft.article.headline}  ({'; '.join(filter(None, parts))})"
    says = "; ".join(filter(None, [state if state == "held" else "", *remarks]))
    return Coming(
        uri=each.uri, headline=draft.article.headline, at=each.due.astimezone(zone).isoformat(),
        state=state, kind=draft.kind, note=draft.note, channels=channels, by=f"{draft.person}",
        path=draft.path, file=file, why=says, line=f"{head}: {says}" if says else head,
    )  # fmt: skip


def _file(draft: StoredDraft) -> str:
    """Compare a draft's file with what was stored of it."""
    path = Path(draft.path)
    try:
        text = sources.text_of(path, bounded=False)
    except ArticleError:
        return "missing"
    same = change_detection.same_text(draft.source, text)
    media, folder = draft.article.media, path.parent
    same = same and change_detection.same_files(media, folder)
    exist = all(local_files.exists(item.file, folder) for item in media if item.sha256)
    return "" if same and exist else "changed"
