"""Steps from one version of the ledger to the next, with tables of their own."""

from __future__ import annotations

from sqlalchemy import Connection

from syndicate.ledger.steps.articles import (
    add_acts,
    add_approvals,
    add_deadlines,
    add_drafts,
    add_states,
)
from syndicate.ledger.steps.letters import (
    add_canaries,
    add_followers,
    add_matters,
    add_notices,
    add_partners,
    add_requests,
    number_subscriptions_once,
)
from syndicate.ledger.steps.told import add_told


def editorial_desk(db: Connection) -> None:
    """Take the step from version 1 to 2: what the editorial desk keeps."""
    for part in (
        add_acts, add_drafts, add_matters, add_canaries, add_partners, add_requests,
        number_subscriptions_once, add_followers, add_notices, add_deadlines, add_states,
        add_approvals, add_told,
    ):  # fmt: skip
        part(db)
