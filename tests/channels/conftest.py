"""Servers and a channel for every test of this room that has none of its own."""

from support.mailboxes import imap, secure
from support.telegram_channel import api, channel

__all__ = ["api", "channel", "imap", "secure"]
