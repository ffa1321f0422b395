"""Make and read tokens: unguessable names of subscriptions, requests and ways back."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b, sha256

SUBSCRIPTION, REQUEST, RETURN = "subscription", "request", "return"
FOLLOW = "follow"
NUMBER = 5  # bytes: a trillion people
PROOF = 11  # bytes
TOKEN_PATTERN = re.compile(r"[0-9a-f]{32}")
IN_TEXT = re.compile(r"(?<![\w-])[0-9a-f]{32}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Maker of tokens with the newest key, and reader of those of every key there ever was.

    A token is a number and a proof of it: the number is hidden by a pad made from the proof, as
    in SIV (RFC 5297), so that the same number always has the same token and nobody sees an order.
    """

    keys: tuple[str, ...] = field(repr=False)  # hex, the newest first

    def make(self, what: str, channel: str, number: int) -> str:
        """Return 32 hex digits, which survive any change of case."""
        return self.maker(what, channel)(number)

    def maker(self, what: str, channel: str) -> Callable[[int], str]:
        """Return a function that makes tokens of one list, for many numbers."""
        return _seal(bytes.fromhex(self.keys[0]), what, channel).token

    def read(self, token: str, what: str, channels: Iterable[str]) -> tuple[str, int] | None:
        """Return the (channel, number) that a token names; None if it is not ours."""
        token, names = token.strip().lower(), list(channels)
        if TOKEN_PATTERN.fullmatch(token):
            raw = bytes.fromhex(token)
            hidden, proof = int.from_bytes(raw[:NUMBER]), raw[NUMBER:]
            for key in map(bytes.fromhex, self.keys):
                for name in names:
                    seal = _seal(key, what, name)
                    number = int.from_bytes(seal.hidden(hidden, proof))
                    if hmac.compare_digest(seal.proof(number), proof):
                        return name, number
        return None

    def hide(self, email: str) -> str:
        """Return the keyed hash of an address, from which nobody else can find out whose it is."""
        key = bytes.fromhex(self.keys[-1])  # never renewed: the address is gone
        return hmac.digest(key, f"forgotten\0{email}".encode(), "sha256").hex()


class _Seal:
    """Key material shared by all tokens of one list: a digest makes a million of them."""

    def __init__(self, key: bytes, what: str, channel: str) -> None:
        self._proof = hmac.new(key, f"{what}\0{channel}\0".encode(), sha256)
        self._pad = blake2b(key=key, digest_size=NUMBER)

    def token(self, number: int) -> str:
        proof = self.proof(number)
        return (self.hidden(number, proof) + proof).hex()

    def proof(self, number: int) -> bytes:
        """Return the proof that we have made a token."""
        proof = self._proof.copy()
        proof.update(b"%d" % number)
        return proof.digest()[:PROOF]

    def hidden(self, number: int, proof: bytes) -> bytes:
        """Return a number under its pad, or what is under it."""
        pad = self._pad.copy()
        pad.update(proof)
        return (number ^ int.from_bytes(pad.digest())).to_bytes(NUMBER)


_seal = lru_cache(maxsize=64)(_Seal)
