"""Requests for approval for ``status``: what waits, who decides, and what was forced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate import sources
from syndicate.ledger import Catalogue
from syndicate.ledger.catalogue.approvals import APPROVED, FORCED, REJECTED, WAITING, Approval
from syndicate.office import Office
from syndicate.operations.approval_letters import may_decide
from syndicate.text.coming_times import shown

SHOWN_STATES = (WAITING, APPROVED, REJECTED, FORCED)


@dataclass(frozen=True, kw_only=True)
class ApprovalStatus:
    """One request for approval, or a publication that needs a retrospective review."""

    uri: str
    headline: str
    path: str
    version: int  # that it is to have
    state: str  # waiting, approved, rejected, or forced: it needs retrospective review
    since: datetime
    at: datetime | None  # when it is to go out
    by: str  # who submitted or forced it
    may_decide: Sequence[str]  # names of approvers
    decided_by: str
    note: str  # of the decision; why it was forced
    reminded: datetime | None
    line: str = field(default="", repr=False)  # all of it in a sentence


def submitted_uri(office: Office, article: str) -> str:
    """Return the uri of an article of which ``status`` shows a request, "" for any other."""
    uri = article if article.startswith("tag:") else sources.uri_in(Path(article))
    path = str(Path(article).absolute())
    with office.ledger.reading() as db:
        found = Catalogue(db).approvals.all(SHOWN_STATES)
    return next((r.uri for r in found if (r.uri == uri if uri else r.path == path)), "")


def open_approvals(
    office: Office, catalogue: Catalogue, uri: str | None = None
) -> Iterator[ApprovalStatus]:
    """Yield what waits or was decided and has not gone out, and what needs a review."""
    newest = {request.uri: request.id for request in catalogue.approvals.newest()}
    for request in catalogue.approvals.all(SHOWN_STATES):
        is_over = request.state == REJECTED and newest[request.uri] != request.id
        is_coming = request.state == APPROVED and request.due  # it is scheduled
        if uri in (None, request.uri) and not (is_over or is_coming):
            yield _status(office, catalogue, request)


def _status(office: Office, catalogue: Catalogue, request: Approval) -> ApprovalStatus:
    able = may_decide(office, catalogue.db, request) if request.state == WAITING else []
    names, zone = [approver.name for approver in able], office.publisher.zone
    return ApprovalStatus(
        uri=request.uri, headline=request.headline, path=request.path, version=request.version,
        state=request.state, since=(request.decided or request.at).astimezone(zone),
        at=_in(zone, request.due),
        by=request.person.name, may_decide=names, decided_by=request.decider.name,
        note=request.note, reminded=_in(zone, request.reminded), line=_line(office, request, names),
    )  # fmt: skip


def _in(zone: ZoneInfo, at: datetime | None) -> datetime | None:
    return at.astimezone(zone) if at else None


def _line(office: Office, request: Approval, names: Sequence[str]) -> str:
    zone = office.publisher.zone
    since = shown(request.decided or request.at, zone)
    by, decider = request.person.name, request.decider.name
    called = request.headline or request.uri
    if request.state == WAITING:
        able = ", ".join(names) or "nobody"
        time = _time(office, request)
        return f"{called}: waits for approval since {since}, by {by}{time}: {able} may decide"
    if request.state == APPROVED:
        way = f"`syndicate publish {request.file}`"
        return f"{called}: approved by {decider} on {since}: {way} publishes it"
    if request.state == REJECTED:
        return f"{called}: rejected by {decider} on {since}: {request.note}"
    return (
        f"{called}: published without approval by {by} on {since}: {request.note}: needs"
        f" retrospective review (`syndicate review {request.uri}`)"
    )


def _time(office: Office, request: Approval) -> str:
    if request.due is None:
        return ""
    is_over = ", which is over" if request.due <= office.clock() else ""
    return f", for {shown(request.due, office.publisher.zone)}{is_over}"
