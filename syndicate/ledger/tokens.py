"""Tokens: names of subscriptions and requests that nobody can guess, read, or make."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b, sha256

SUBSCRIPTION, REQUEST = "subscription", "request"
NUMBER = 5  # bytes: a trillion people
PROOF = 11  # bytes
FORM = re.compile(r"[0-9a-f]{32}")
OLD_FORM = re.compile(r"(\d{1,18})-([0-9a-f]{32})")  # until ledger version 6


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens with the newest key, and reads those of every key there ever was.

    A token is a number and a proof of it: the number is hidden by a pad made from the proof, as
    in SIV (RFC 5297), so that the same number always has the same token and nobody sees an order.
    """

    keys: tuple[str, ...]  # hex, the newest first

    def make(self, what: str, channel: str, number: int) -> str:
        """32 hex digits, which survive any change of case."""
        key = bytes.fromhex(self.keys[0])
        proof = _proof(key, what, channel, number)
        return (_hidden(number, key, proof) + proof).hex()

    def read(self, token: str, what: str, channels: Iterable[str]) -> tuple[str, int] | None:
        """(channel, number) that a token names; None where nobody of us made it."""
        token, names = token.strip().lower(), list(channels)
        if FORM.fullmatch(token):
            raw = bytes.fromhex(token)
            hidden, proof = int.from_bytes(raw[:NUMBER]), raw[NUMBER:]
            for key in map(bytes.fromhex, self.keys):
                number = int.from_bytes(_hidden(hidden, key, proof))
                for name in names:
                    if hmac.compare_digest(_proof(key, what, name, number), proof):
                        return name, number
        elif what == SUBSCRIPTION and (old := OLD_FORM.fullmatch(token)):
            for name in names:
                if hmac.compare_digest(_old(self.keys[-1], name, old[1]), token):
                    return name, int(old[1])
        return None

    def hide(self, email: str) -> str:
        """What remains of an address that was forgotten: nobody else can find out whose it was."""
        key = bytes.fromhex(self.keys[-1])  # never renewed: the address is gone
        return hmac.digest(key, f"forgotten\0{email}".encode(), "sha256").hex()


def _proof(key: bytes, what: str, channel: str, number: int) -> bytes:
    return hmac.digest(key, f"{what}\0{channel}\0{number}".encode(), "sha256")[:PROOF]


def _hidden(number: int, key: bytes, proof: bytes) -> bytes:
    """A number under its pad, or what is under it."""
    pad = blake2b(proof, key=key, digest_size=NUMBER).digest()
    return (number ^ int.from_bytes(pad)).to_bytes(NUMBER)


def _old(key: str, channel: str, number: str) -> str:
    said = f"unsubscribe\x00{channel}\x00{number}".encode()
    return f"{number}-{hmac.new(bytes.fromhex(key), said, sha256).hexdigest()[:32]}"
