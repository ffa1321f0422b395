"""Trusted certificates: the machine's, and those of an office's own authority."""

from __future__ import annotations

import ssl

from syndicate import Refused


def context(tls_ca: str, setting: str) -> ssl.SSLContext:
    """Return a client's TLS context; ``tls_ca`` is a file with more authorities, from a setting.

    Refused where it cannot be read.
    """
    secure = ssl.create_default_context()
    if tls_ca:
        try:
            secure.load_verify_locations(tls_ca)
        except OSError as error:  # an SSLError is one
            raise Refused(
                f"{setting}: {tls_ca} holds no readable certificate ({error.strerror or error})"
            ) from error
    return secure
