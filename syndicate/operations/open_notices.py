"""Freeze and send what another machine, or a list that failed, left of notices."""

from __future__ import annotations

from syndicate.delivery.run import Progress
from syndicate.ledger import Catalogue
from syndicate.office import Office
from syndicate.operations.article_letters import letters_reach
from syndicate.operations.notices import freeze_notices
from syndicate.operations.sequence import (
    Change,
    change_report,
    deliver_change,
    joined_parts,
    run_decision,
)
from syndicate.planning.hosting import Hosting
from syndicate.report import ReportPart


def open_notices(office: Office, progress: Progress) -> ReportPart:
    """Tell readers of lists of this machine what they are still to be told."""
    with office.ledger.reading() as db:
        if not Catalogue(db).notices.all_open():
            return ReportPart()
    change = run_decision(office, lambda catalogue: _decision(office, catalogue))
    return joined_parts([change_report(change), deliver_change(office, change, progress)])


def _decision(office: Office, catalogue: Catalogue) -> Change:
    standings = []
    for uri, version in catalogue.notices.all_open():
        standing = catalogue.articles.standing(uri)
        if standing and standing.major_version == version:
            standings.append(standing)
        elif standing:  # a newer one was not asked for: the digests tell it
            catalogue.notices.overtake(uri, standing.major_version)
    noticed = freeze_notices(Hosting(office, catalogue), standings)
    return Change(
        mailings=noticed.letters, unnoticed=noticed.failed,
        audience=list(letters_reach(noticed.letters)),
    )  # fmt: skip
