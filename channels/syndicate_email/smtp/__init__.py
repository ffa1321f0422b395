"""Sending: letters leave through a relay, or into a Maildir."""
