"""Take an article back: a revision like any other, which every channel says as a notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syndicate import sources
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.recompose import recompose
from syndicate.delivery.run import Progress, carry_out, silent, tell_digest, tell_failed, tell_plan
from syndicate.errors import ArticleError, UsageError
from syndicate.intake.duplicates import published_as
from syndicate.intake.unchanged import unchanged_draft
from syndicate.ledger import Catalogue, Standing
from syndicate.model.article import PubStatus
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.leftovers import leave
from syndicate.operations.urgent import freeze_urgent, send_urgent
from syndicate.planning.compare import Wish
from syndicate.planning.prepare import Preparation
from syndicate.report import Report, Subject, said_key
from syndicate.sources import Draft
from syndicate.system import stop
from syndicate.text.similarity import wholly_different


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    article: str  # a file or a uri
    reason: str
    kill: bool = False
    dry_run: bool = False


def withdraw(office: Office, request: Request, progress: Progress = silent) -> Report:
    """Put a notice with the reason in the article's place everywhere; ``kill`` also removes."""
    report = Report(command="withdraw", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    reason, uri = " ".join(request.reason.split()), meant(office, request).uri
    stop.go_on()
    with office.ledger.planning(dry=request.dry_run) as catalogue:
        standing = _record(office, catalogue, uri, request, reason, report)
        wish = Wish(refresh=True, called=Action.WITHDRAW, diff=request.dry_run)
        prepare = Preparation(office, catalogue, wish)
        prepare.say(office.channels, [standing])
        if standing.item.withdrawal and standing.item.withdrawal.kill:
            prepare.remove_media(standing)
        prepare.announce()
        digests = recompose(prepare, [uri])
        mailings = freeze_urgent(prepare, office.channels, [standing])
        carriers = _carriers(office, catalogue, uri)
        left = leave(office, catalogue, [standing], unchanged=_unchanged(report))
    tell_failed(prepare.failed, report)
    if request.dry_run:
        tell_plan(prepare.prepared, report)
    else:
        carry_out(office, prepare.prepared, report, progress)
    send_urgent(office, mailings, report, progress)
    report.lines += left
    for channel in carriers:
        tell_digest(office, channel, uri, report)
    for key in digests:
        which = said_key(key, office.publisher.zone)
        report.notes.append(f"the letters of digest {which} that have not left go without it")
    return report


def meant(office: Office, request: Request) -> Standing:
    """What would be taken back; whatever stands in the way is said, and nothing is done."""
    if not request.reason.strip():
        raise UsageError("--reason: say why it is withdrawn; readers are told")
    uri = identify(office, request.article)
    with office.ledger.reading() as db:
        standing = Catalogue(db).articles.standing(uri)
    assert standing is not None
    return standing


def identify(office: Office, article: str) -> str:
    """The uri of an article that the ledger knows, given as a file or as the uri itself."""
    uri = article
    path = Path(article)
    if not article.startswith("tag:") and (path.suffix or sources.is_folder(path)):
        draft = unchanged_draft(office, path) or sources.read(path, office.publisher)
        uri = _uri_of(office, draft)
    with office.ledger.reading() as db:
        if Catalogue(db).articles.standing(uri) is None:
            raise ArticleError(f"{article}: the ledger does not know it (`syndicate status` lists)")
    return uri


def _uri_of(office: Office, draft: Draft) -> str:
    """A file's article; never another one whose uri line was copied into it."""
    uri = draft.article.uri
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        known = catalogue.articles.standing(uri) if uri else published_as(catalogue, draft)
    if not uri and known is None:
        raise ArticleError(f"{draft.path}: it has no uri yet: it was never published")
    if known and wholly_different(known.item.article, draft.article):
        raise ArticleError(
            f"{draft.at('uri')}: this uri belongs to “{known.item.article.headline}”, and nothing"
            f" of that is left here: if that one is meant, name it by its uri: {uri}"
        )
    return known.uri if known else uri


def _record(
    office: Office, catalogue: Catalogue, uri: str, request: Request, reason: str, report: Report
) -> Standing:
    standing = catalogue.articles.standing(uri)
    assert standing is not None
    done = standing.item.withdrawal
    if (
        standing.pub_status is PubStatus.CANCELED
        and done
        and _same(done.reason, done.kill, request)
    ):
        kind = "unchanged"
    else:
        kind = "withdrawal"
        catalogue.revisions.record(
            standing.item.article, kind=kind, note=reason, source="", path=standing.path,
            at=office.clock(), kill=request.kill or bool(done and done.kill),
        )  # fmt: skip
        again = catalogue.articles.standing(uri)
        assert again is not None
        standing = again
    report.articles.append(
        Subject(uri=uri, headline=standing.item.article.headline, path=standing.path,
                version=standing.version, kind=kind)
    )  # fmt: skip
    return standing


def _unchanged(report: Report) -> list[str]:
    return [one.uri for one in report.articles if one.kind == "unchanged"]


def _carriers(office: Office, catalogue: Catalogue, uri: str) -> list[MailingList]:
    """The lists whose next digest tells their readers of the withdrawal."""
    known = {one.name: one.id for one in catalogue.channels.all()}
    return [
        channel
        for channel in office.lists
        if channel.name in known
        and uri
        in [i.article.uri for i in catalogue.windows.carried_and_changed(known[channel.name])]
    ]


def _same(reason: str, killed: bool, request: Request) -> bool:
    return reason == " ".join(request.reason.split()) and (killed or not request.kill)
