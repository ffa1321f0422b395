"""Documents for the tests: the smallest PDFs that readers open, made here."""

from __future__ import annotations

from hashlib import sha256

from syndicate.model.article import PDF, Media

OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>",
)


def pdf(size: int = 0, before: bytes = b"", version: bytes = b"1.4") -> bytes:
    """One empty page; with ``before`` ahead of it, and a comment that makes it ``size`` bytes."""
    bare = _pdf(before, version, b"")
    comment = b"%" + b"x" * (size - len(bare) - 2) + b"\n" if size else b""
    return _pdf(before, version, comment)


def _pdf(before: bytes, version: bytes, comment: bytes) -> bytes:
    made = before + b"%PDF-" + version + b"\n"
    offsets = []
    for number, content in enumerate(OBJECTS, 1):
        offsets.append(len(made))
        made += b"%d 0 obj%sendobj\n" % (number, content)
    made += comment
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 4\n0000000000 65535 f \n" + entries
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n" % len(made)
    return made + table + end


FORM = pdf(120_000)
HOSTED_FORM = Media(
    file="berkas/formulir.pdf",
    url=f"https://example.org/feed/media/{sha256(FORM).hexdigest()}.pdf",
    caption="Formulir pendaftaran",
    media_type=PDF,
    sha256=sha256(FORM).hexdigest(),
    size=len(FORM),
)
