"""The ledger's tables, in their newest version."""

from syndicate.ledger.schema.acts import acts
from syndicate.ledger.schema.approvals import (
    APPROVAL_LETTER_STATES,
    APPROVAL_STATES,
    approval_letters,
    approvals,
)
from syndicate.ledger.schema.articles import (
    KINDS,
    article_subjects,
    articles,
    media,
    minted,
    revisions,
)
from syndicate.ledger.schema.base import PARTIAL, Id, Moment, metadata, postgresql_too
from syndicate.ledger.schema.canaries import canaries
from syndicate.ledger.schema.channels import channels, fragments, leftovers, syndications, used
from syndicate.ledger.schema.deadlines import reminders, replies, replies_due
from syndicate.ledger.schema.deliveries import (
    DELIVERY_STATES,
    attempts,
    deliveries,
    edition_items,
    editions,
    holders,
    renditions,
)
from syndicate.ledger.schema.drafts import drafts, scheduled
from syndicate.ledger.schema.followers import FOLLOWER_STATES, follow_letters, follows
from syndicate.ledger.schema.ledgers import (
    backups,
    disowned,
    generations,
    ledger,
    moves,
    reported,
    secrets,
    ticks,
)
from syndicate.ledger.schema.letters import (
    LETTER_STATES,
    blocks,
    letters,
    omissions,
    runs,
    stencils,
)
from syndicate.ledger.schema.matters import matters
from syndicate.ledger.schema.notices import notices
from syndicate.ledger.schema.partners import PARTNER_STATES, partner_letters
from syndicate.ledger.schema.people import (
    REQUEST_STATES,
    REQUESTS,
    forgotten,
    goodbyes,
    heard,
    inbox_letters,
    requests,
    strangers,
    subscribers,
    subscriptions,
)
from syndicate.ledger.schema.told import caught_up, restated, variants

__all__ = [
    "APPROVAL_LETTER_STATES",
    "APPROVAL_STATES",
    "DELIVERY_STATES",
    "FOLLOWER_STATES",
    "KINDS",
    "LETTER_STATES",
    "PARTIAL",
    "PARTNER_STATES",
    "REQUESTS",
    "REQUEST_STATES",
    "Id",
    "Moment",
    "acts",
    "approval_letters",
    "approvals",
    "article_subjects",
    "articles",
    "attempts",
    "backups",
    "blocks",
    "canaries",
    "caught_up",
    "channels",
    "deliveries",
    "disowned",
    "drafts",
    "edition_items",
    "editions",
    "follow_letters",
    "follows",
    "forgotten",
    "fragments",
    "generations",
    "goodbyes",
    "heard",
    "holders",
    "inbox_letters",
    "ledger",
    "leftovers",
    "letters",
    "matters",
    "media",
    "metadata",
    "minted",
    "moves",
    "notices",
    "omissions",
    "partner_letters",
    "postgresql_too",
    "reminders",
    "renditions",
    "replies",
    "replies_due",
    "reported",
    "requests",
    "restated",
    "revisions",
    "runs",
    "scheduled",
    "secrets",
    "stencils",
    "strangers",
    "subscribers",
    "subscriptions",
    "syndications",
    "ticks",
    "used",
    "variants",
]
