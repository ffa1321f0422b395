"""Withdraw an article: a revision like any other, which every channel shows as a notice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from syndicate import sources
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, silent
from syndicate.errors import ArticleError, UsageError
from syndicate.intake.duplicates import published_as
from syndicate.intake.unchanged import unchanged_draft
from syndicate.ledger import Catalogue, Standing
from syndicate.model.article import PubStatus
from syndicate.model.reach import Reach
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.approval import end_requests
from syndicate.operations.leftovers import leave_to_others
from syndicate.operations.recording import is_a_note, record_act
from syndicate.operations.schedule import call_off
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    plan_and_write,
    register,
    run_decision,
    unsent_notes,
)
from syndicate.planning.annotation_changes import AnnotationChanges
from syndicate.planning.audience import digest_reach
from syndicate.planning.coming import coming_lines
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Wish
from syndicate.report import Report, Subject
from syndicate.sources import Draft
from syndicate.system import stop
from syndicate.text.similarity import wholly_different


@dataclass(frozen=True, kw_only=True)
class WithdrawalRequest:
    """Request to withdraw an article."""

    article: str  # a file or a uri
    reason: str
    kill: bool = False
    notify_readers: bool = False  # at once: everybody who got it
    dry_run: bool = False


def withdraw(office: Office, request: WithdrawalRequest, progress: Progress = silent) -> Report:
    """Put a notice with the reason in the article's place everywhere; ``kill`` also removes."""
    dry = request.dry_run
    report = Report(command="withdraw", dry_run=dry, notes=office.notes)
    refuse_older(office, dry=dry)
    uri = standing_of(office, request).uri
    stop.go_on()
    change = run_decision(office, partial(_decision, office, request, uri), dry=dry)
    report.include(change_report(change))
    report.include(deliver_change(office, change, progress, dry=dry))
    report.lines += change.lines
    report.notes += unsent_notes(
        change, office.publisher.zone, digests="no longer has its text",
        letters="says that it is withdrawn",
    )  # fmt: skip
    return report


def foreseen(office: Office, request: WithdrawalRequest) -> list[Reach]:
    """Return who would be told of a withdrawal; nothing is written."""
    uri, dry = standing_of(office, request).uri, replace(request, dry_run=True)
    return list(run_decision(office, partial(_decision, office, dry, uri), dry=True).audience)


def standing_of(office: Office, request: WithdrawalRequest) -> Standing:
    """Return what would be withdrawn; raise whatever stands in the way."""
    if not is_a_note(request.reason):
        raise UsageError("--reason: write a sentence on why it is withdrawn; readers see it")
    uri = identify(office, request.article)
    with office.ledger.reading() as db:
        return Catalogue(db).articles.known(uri)


def identify(office: Office, article: str) -> str:
    """Return the uri of an article that the ledger knows, given as a file or as the uri itself."""
    uri = article
    path = Path(article)
    if not article.startswith("tag:") and (path.suffix or sources.is_folder(path)):
        draft = unchanged_draft(office, path) or sources.read(path, office.publisher)
        uri = _uri_of(office, draft)
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        if catalogue.articles.standing(uri) is None:
            if catalogue.schedule.of(uri):
                raise ArticleError(
                    f"{article}: is scheduled and not published yet (`syndicate hold {article}`"
                    " stops it, with --call-off for good)"
                )
            raise ArticleError(
                f"{article}: the ledger does not know it (`syndicate status` lists all articles)"
            )
    return uri


def _uri_of(office: Office, draft: Draft) -> str:
    """Return the uri of a file's article; never another one's, whose uri line was copied."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        known = catalogue.articles.standing(uri) if uri else published_as(catalogue, draft)
    if not uri and known is None:
        raise ArticleError(f"{draft.path}: has no uri, so it was never published")
    withdrawal = known.item.withdrawal if known else None
    is_killed = withdrawal is not None and withdrawal.kill  # nothing of its text may be left
    if known and not is_killed and wholly_different(known.item.article, draft.article):
        raise ArticleError(
            f"{draft.at('uri')}: this uri belongs to “{known.item.article.headline}”, and nothing"
            f" of that is left here: if that one is meant, name it by its uri: {uri}"
        )
    return known.uri if known else uri


def _decision(office: Office, request: WithdrawalRequest, uri: str, catalogue: Catalogue) -> Change:
    annotations = AnnotationChanges(Hosting(office, catalogue), [uri])
    standing, kind = _record(office, catalogue, uri, request)
    also = [other for other in annotations.standings() if other.uri != uri]
    subject = Subject.of(standing, kind)
    register(office, catalogue, office.channels)
    withdrawal = standing.item.withdrawal
    wish = Wish(
        refresh=True, called=Action.WITHDRAW, diff=request.dry_run,
        shows_text=not (withdrawal and withdrawal.kill),
    )  # fmt: skip
    facts = Facts(office=office, catalogue=catalogue, wish=wish)
    change = plan_and_write(
        facts, office.channels, [standing], also=also, revised=[uri],
        notify=[uri] if request.notify_readers else (), dry=request.dry_run,
    )  # fmt: skip
    notes = [*change.notes, *call_off(office, catalogue, uri)]
    notes += end_requests(office, catalogue, uri, "the article is withdrawn")
    if withdrawal and withdrawal.kill:
        catalogue.approvals.forget_text(uri)
    unchanged = [uri] if kind == "unchanged" else []
    left = leave_to_others(office, catalogue, [standing, *also], unchanged=unchanged)
    coming = coming_lines(office, catalogue, uri)
    audience = [*change.audience, *digest_reach(office, catalogue, coming)]
    return replace(
        change, articles=[subject], notes=notes, lines=[*left, *coming], audience=audience
    )


def _record(
    office: Office, catalogue: Catalogue, uri: str, request: WithdrawalRequest
) -> tuple[Standing, str]:
    """Write the withdrawal down, unless it is; return the article as it stands, and the kind."""
    standing = catalogue.articles.known(uri)
    earlier = standing.item.withdrawal
    reason = " ".join(request.reason.split())
    is_canceled = standing.pub_status is PubStatus.CANCELED
    if earlier and is_canceled and earlier.reason == reason and earlier.kill >= request.kill:
        return standing, "unchanged"
    version = catalogue.revisions.record(
        standing.item.article, kind="withdrawal", note=reason, source="", path=standing.path,
        at=office.clock(), kill=request.kill or bool(earlier and earlier.kill),
    )  # fmt: skip
    catalogue.collections.show_newest(uri, hidden=False)  # what no reader saw has no notice
    record_act(office, catalogue, "withdrawal", uri, version=version, note=reason)
    return catalogue.articles.known(uri), "withdrawal"
