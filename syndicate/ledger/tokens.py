"""Unsubscribe tokens: opaque, the same for years, made by the ledger's secret."""

from __future__ import annotations

import hmac
from hashlib import sha256


def token(secret: str, channel: str, subscriber: str) -> str:
    """Name one subscription (``17-9f2c…``) so that nobody else can make its name."""
    said = f"unsubscribe\x00{channel}\x00{subscriber}".encode()
    return f"{subscriber}-{hmac.new(bytes.fromhex(secret), said, sha256).hexdigest()[:32]}"
