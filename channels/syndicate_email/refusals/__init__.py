"""Refusals: find out whether a mail system refuses us, a reader, or a login."""
