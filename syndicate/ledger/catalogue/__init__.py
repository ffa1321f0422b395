"""Catalogue of articles, channels and editions, read and planned in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from syndicate.ledger.catalogue.acts import Acts
from syndicate.ledger.catalogue.approvals import Approvals
from syndicate.ledger.catalogue.articles import Articles
from syndicate.ledger.catalogue.channels import Channels
from syndicate.ledger.catalogue.collections import Collections
from syndicate.ledger.catalogue.corrections import Corrections
from syndicate.ledger.catalogue.deliveries import Deliveries
from syndicate.ledger.catalogue.digests import DigestLetters
from syndicate.ledger.catalogue.drafts import Drafts
from syndicate.ledger.catalogue.editions import Editions
from syndicate.ledger.catalogue.holds import Holds
from syndicate.ledger.catalogue.notices import Notices
from syndicate.ledger.catalogue.reminders import Reminders
from syndicate.ledger.catalogue.replies import Replies
from syndicate.ledger.catalogue.revisions import Revisions
from syndicate.ledger.catalogue.scheduled import Schedule
from syndicate.ledger.catalogue.windows import Windows
from syndicate.ledger.database.clock import not_far_ahead
from syndicate.ledger.people.goodbyes import forget_old_goodbyes
from syndicate.ledger.people.read_letters import forget_read
from syndicate.ledger.people.replies import forget_replies
from syndicate.ledger.people.strangers import forget_strangers
from syndicate.ledger.processes.claims import INBOXES_TURN, READERS_TURN, take_turn


class Catalogue:
    """The catalogue within one transaction; to write, that of ``Ledger.planning``."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.articles = Articles(db)
        self.acts = Acts(db)
        self.revisions = Revisions(db, self.articles)
        self.replies = Replies(db, self.articles)
        self.reminders = Reminders(db, self.articles)
        self.drafts = Drafts(db)
        self.schedule = Schedule(db, self.drafts)
        self.approvals = Approvals(db, self.drafts)
        self.channels = Channels(db)
        self.editions = Editions(db)
        self.deliveries = Deliveries(db)
        self.collections = Collections(db)
        self.windows = Windows(db, self.articles)
        self.corrections = Corrections(db, self.articles)
        self.holds = Holds(db, self.articles)
        self.digests = DigestLetters(db)
        self.notices = Notices(db)

    def not_far_ahead(self, at: datetime) -> datetime:
        """Return a moment of the office's clock, at most a day ahead of the database's."""
        return not_far_ahead(self.db, at)

    def tidy(self, at: datetime, keep: timedelta) -> None:
        """Delete what people wrote, and what was counted of it, after ``keep``."""
        for turn in (READERS_TURN, INBOXES_TURN):
            take_turn(self.db, turn)
        moment = self.not_far_ahead(at)
        forget_replies(self.db, moment, keep)
        forget_read(self.db, keep)
        forget_strangers(self.db, moment)
        forget_old_goodbyes(self.db, moment)
