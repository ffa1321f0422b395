"""The ledger: what should be where, what is where, and what is under way."""

from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.catalogue.articles import Standing
from syndicate.ledger.catalogue.channels import KnownChannel
from syndicate.ledger.catalogue.collections import Held
from syndicate.ledger.catalogue.windows import Window
from syndicate.ledger.ledger import Ledger
from syndicate.ledger.opening import NoLedgerError, look_at_ledger, open_ledger, refuse_lost
from syndicate.ledger.people.goodbyes import Leaving
from syndicate.ledger.people.lists import Joiner, Joining, Lists, Subscription
from syndicate.ledger.people.privacy import Erasure
from syndicate.ledger.people.read_letters import ReadLetter
from syndicate.ledger.people.replies import ReaderRequest
from syndicate.ledger.reports.digests import DigestCount
from syndicate.ledger.reports.history import Happening
from syndicate.ledger.reports.places import Place
from syndicate.ledger.reports.waiting import Waiting, Waits
from syndicate.ledger.sending.attempts import Attempt, Verb
from syndicate.ledger.sending.letter_outcomes import Started
from syndicate.ledger.sending.letters import ClaimedBlock, Letters
from syndicate.ledger.sending.queue import Queue, Work

__all__ = [
    "Attempt",
    "Catalogue",
    "ClaimedBlock",
    "DigestCount",
    "Erasure",
    "Happening",
    "Held",
    "Joiner",
    "Joining",
    "KnownChannel",
    "Leaving",
    "Ledger",
    "Letters",
    "Lists",
    "NoLedgerError",
    "Place",
    "Queue",
    "ReadLetter",
    "ReaderRequest",
    "Standing",
    "Started",
    "Subscription",
    "Verb",
    "Waiting",
    "Waits",
    "Window",
    "Work",
    "look_at_ledger",
    "open_ledger",
    "refuse_lost",
]
