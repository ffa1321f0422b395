"""Which certificates are trusted: the machine's, and those of an office's own authority."""

from __future__ import annotations

import ssl

from syndicate import Refused


def context(tls_ca: str, setting: str) -> ssl.SSLContext:
    """A client's; ``tls_ca`` is a file with more authorities, named by a setting.

    Refused where it cannot be read.
    """
    secure = ssl.create_default_context()
    if tls_ca:
        try:
            secure.load_verify_locations(tls_ca)
        except OSError as error:  # an SSLError is one
            raise Refused(
                f"{setting}: {tls_ca} holds no certificate that can be read"
                f" ({error.strerror or error})"
            ) from error
    return secure
