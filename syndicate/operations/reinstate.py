"""Reinstate a withdrawn article: a new version, before which its notice gives way everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from syndicate import sources
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, silent
from syndicate.errors import ArticleError, Flaws
from syndicate.intake.duplicates import refuse_copy
from syndicate.intake.naming import stored_path
from syndicate.ledger import Catalogue, Standing
from syndicate.model.article import PubStatus
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.annotating import annotate
from syndicate.operations.approval import needs_approval
from syndicate.operations.leftovers import leave_to_others
from syndicate.operations.publish import read_articles
from syndicate.operations.recording import Publication, record_act, refuse_contradiction
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    plan_and_write,
    register,
    run_decision,
)
from syndicate.operations.withdraw import identify
from syndicate.planning.annotation_changes import AnnotationChanges, concerned
from syndicate.planning.coming import coming_lines
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Wish
from syndicate.report import Report, Subject
from syndicate.sources import Draft
from syndicate.system import stop
from syndicate.text.i18n import moment

REINSTATEMENT = "reinstatement"


@dataclass(frozen=True, kw_only=True)
class ReinstatementRequest:
    """Request to publish a withdrawn article again."""

    article: str  # a file, whose text it is going to have, or a uri
    note: str = ""  # for readers
    minor: bool = False  # no reader is told
    dry_run: bool = False


def reinstate(office: Office, request: ReinstatementRequest, progress: Progress = silent) -> Report:
    """Put an article in the place of its notice everywhere: from its file, or as it last was."""
    dry = request.dry_run
    report = Report(command="reinstate", dry_run=dry, notes=office.notes)
    refuse_older(office, dry=dry)
    standing = withdrawn(office, request)
    draft = _read(office, request, report)
    _refuse_expired(office, standing, draft)
    stop.go_on()
    decision = partial(_decision, office, request, standing.uri, draft)
    change = run_decision(office, decision, dry=dry)
    report.include(change_report(change))
    report.warnings += [*(draft.warnings() if draft else ()), *change.plan.warnings]
    for warning in report.warnings:
        office.warn(warning)
    report.include(deliver_change(office, change, progress, dry=dry))
    report.lines += change.lines
    return report


def withdrawn(office: Office, request: ReinstatementRequest) -> Standing:
    """Return the article that would be reinstated; raise whatever stands in the way."""
    refuse_contradiction(_publication(request))
    uri = identify(office, request.article)
    with office.ledger.reading() as db:
        return _canceled(Catalogue(db), uri)


def _refuse_expired(office: Office, standing: Standing, draft: Draft | None) -> None:
    """Raise ArticleError for what is news no more, as for any publication."""
    article = draft.article if draft else standing.item.article
    if article.expires and article.expires <= office.clock():
        end = moment(article.expires, office.publisher.zone, "en")
        raise ArticleError(
            f"{standing.file}: expired on {end} (give it a later date in `expires`, and reinstate"
            " the file)"
        )


def _canceled(catalogue: Catalogue, uri: str) -> Standing:
    standing = catalogue.articles.standing(uri)
    assert standing is not None
    if standing.pub_status is PubStatus.WITHHELD:
        raise ArticleError(
            f"{standing.file}: this article is held, not withdrawn: syndicate release {uri}"
        )
    if standing.pub_status is not PubStatus.CANCELED:
        raise ArticleError(f"{standing.file}: this article is not withdrawn (nothing was changed)")
    return standing


def _publication(request: ReinstatementRequest) -> Publication:
    return Publication(
        paths=[Path(request.article)], note=request.note or None, minor=request.minor,
        dry_run=request.dry_run,
    )  # fmt: skip


def _read(office: Office, request: ReinstatementRequest, report: Report) -> Draft | None:
    """Read the article's file, with the checks of a publication; None for a uri alone."""
    path = Path(request.article)
    if request.article.startswith("tag:") or not (path.suffix or sources.is_folder(path)):
        return None
    reading = read_articles(office, _publication(request), office.channels)
    Flaws(list(reading.flaws)).end()
    report.notes += reading.notes
    [draft] = reading.drafts
    return draft


def _decision(
    office: Office, request: ReinstatementRequest, uri: str, draft: Draft | None,
    catalogue: Catalogue,
) -> Change:  # fmt: skip
    register(office, catalogue, office.channels)
    annotations = AnnotationChanges(
        Hosting(office, catalogue), [uri, *concerned([draft] if draft else [])]
    )
    standing = _record(office, catalogue, request, _canceled(catalogue, uri), draft)
    facts = Facts(
        office=office,
        catalogue=catalogue,
        wish=Wish(refresh=True, called=Action.REINSTATE, diff=request.dry_run),
        drafts={uri: draft} if draft else {},
        changed=frozenset({uri} if draft else ()),
    )
    facts, annotated = annotate(facts, annotations, [uri])
    change = plan_and_write(
        facts, office.channels, [standing], also=annotated.also, revised=[uri], dry=request.dry_run
    )
    left = leave_to_others(office, catalogue, [standing, *annotated.also], new=True)
    digests = coming_lines(office, catalogue, uri)
    subject = Subject.of(standing, REINSTATEMENT)
    notes = [*change.notes, *_notes(request), *annotated.notes]
    return replace(change, articles=[subject], notes=notes, lines=[*left, *digests])


def _record(
    office: Office, catalogue: Catalogue, request: ReinstatementRequest, standing: Standing,
    draft: Draft | None,
) -> Standing:  # fmt: skip
    """Write the new version down; return the article as it stands then."""
    uri, withdrawal = standing.uri, standing.item.withdrawal
    if draft is None and withdrawal and withdrawal.kill:
        raise ArticleError(
            f"{standing.file}: this article was killed, so that nothing says its text any more:"
            f" name the file with the text to publish (syndicate reinstate {standing.file})"
        )
    if draft:
        if not (withdrawal and withdrawal.kill):  # of which nothing need be left
            refuse_copy(draft, standing.item.article, standing.path)
        _refuse_unapproved(office, draft, standing)
        catalogue.revisions.keep_media(draft.files)
    note = " ".join(request.note.split())
    article = draft.article if draft else standing.item.article
    version = catalogue.revisions.record(
        article, kind=REINSTATEMENT, note=note, minor=request.minor,
        source=draft.source if draft else catalogue.articles.newest_source(uri),
        path=stored_path(draft) if draft else standing.path, at=office.clock(),
    )  # fmt: skip
    record_act(office, catalogue, REINSTATEMENT, uri, version=version, note=note)
    catalogue.collections.show_newest(uri)
    _come_again(catalogue, uri)
    return catalogue.articles.known(uri)


def _refuse_unapproved(office: Office, draft: Draft, standing: Standing) -> None:
    """Refuse another text than was published, where another person has to approve it."""
    before = standing.item.article
    is_new = draft.article.fingerprint != before.fingerprint
    if is_new and needs_approval(office, draft.article, before):
        raise ArticleError(
            f"{draft.path}: another text than was withdrawn needs the approval of another person:"
            f" reinstate that one (syndicate reinstate {standing.uri}), then submit the correction"
            " (or submit a copy without the uri line, as a new article)"
        )


def _come_again(catalogue: Catalogue, uri: str) -> None:
    """Let the next digest of a list carry what no reader of it has got, as if it were new."""
    for known in catalogue.channels.all():
        for edition in catalogue.windows.carrying(known.id, uri):
            if not catalogue.digests.got_in(edition, uri):
                catalogue.windows.come_again(edition, uri)


def _notes(request: ReinstatementRequest) -> Iterator[str]:
    if request.minor:
        yield "readers are not told: the article stands again in the place of its notice"
    else:
        yield (
            "readers are told: the article says that it was published again, and the next digest"
            " tells those who were told of the withdrawal"
        )
