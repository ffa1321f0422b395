"""What may happen to an office: acts of people, faults of destinations, deaths of processes."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from sqlalchemy.engine.default import DefaultDialect

from syndicate.ledger import Letters, Queue
from syndicate.ledger.catalogue.deliveries import Deliveries
from syndicate.ledger.catalogue.digests import DigestLetters
from syndicate.loopback.botapi import ApiFault, Flood, HalfReply, Http500, LostReply, Reset
from syndicate.loopback.smtp import SmtpFault
from syndicate_telegram import Telegram

API_FAULTS: dict[str, Callable[[], ApiFault]] = {
    "flood": lambda: Flood(retry_after=120),
    "lost reply": LostReply,
    "half a reply": HalfReply,
    "reset": Reset,
    "500": Http500,
    "500, done": lambda: Http500(done=True),
}
SMTP_FAULTS = {
    "relay away": SmtpFault(at="connect", do="hang up"),
    "421": SmtpFault(at="connect", do="refuse", code=421),
    "450 for all": SmtpFault(at="rcpt", do="defer", code=450),
    "450 for one": SmtpFault(at="rcpt", do="defer", code=450, recipient="ani@pembaca.example"),
    "451 after the dot": SmtpFault(at="dot", do="defer"),
    "no answer to the dot": SmtpFault(at="dot", do="hang up", keep=True),
    "hang up at the dot": SmtpFault(at="dot", do="hang up"),
}
POINTS: dict[str, tuple[type, str]] = {  # calls of the ledger and of destinations
    "a post is wanted": (Deliveries, "want_new"),
    "a post is claimed": (Queue, "claim"),
    "a post is started": (Queue, "_start"),
    "a post is sent": (Telegram, "publish"),
    "a post is changed": (Telegram, "revise"),
    "a post is ended": (Queue, "_end"),
    "a digest is frozen": (DigestLetters, "address_subscribers"),
    "letters are claimed": (Letters, "claim"),
    "letters are started": (Letters, "_held"),
    "letters are ended": (Letters, "_end"),
    "a commit": (DefaultDialect, "do_commit"),
}

Command = Callable[[], object]
ACTS = {  # by the states of articles that they are done to
    "correct": ("usable",),
    "schedule_a_correction": ("usable",),
    "hold": ("usable", "draft"),
    "release": ("withheld", "draft", "usable"),
    "withdraw": ("usable", "withheld"),
    "reinstate": ("canceled",),
    "approve": ("draft", "usable"),
    "publish_without_approval": ("draft", "usable"),
}
NEW_ACTS = ("publish", "schedule")
STEPS = (
    *["somebody_acts"] * 6, *["time_passes"] * 4, *["a_process_dies"] * 2,
    *["a_destination_fails"] * 2, "people_and_machines_come_and_go", "everything_comes_to_rest",
)  # fmt: skip
MORTAL = ("correct", "withdraw", "approve")
Death = tuple[str, str, int]  # when, what, which call of it
DEATHS = st.tuples(
    st.sampled_from(("before", "after")), st.sampled_from(sorted(POINTS)), st.integers(1, 4)
)
