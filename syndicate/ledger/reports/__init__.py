"""The ledger for people: read-only views for status, history and checks."""
