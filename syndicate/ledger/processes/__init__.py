"""Processes that work on one ledger: which of them live, what they have claimed, who moves it."""
