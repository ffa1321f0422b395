"""XML namespaces of feeds, as ElementTree writes them before a name."""

from __future__ import annotations

ATOM_NS = "{http://www.w3.org/2005/Atom}"
CONTENT_NS = "{http://purl.org/rss/1.0/modules/content/}"
TOMBSTONES_NS = "{http://purl.org/atompub/tombstones/1.0}"  # RFC 6721
LANGUAGE_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}lang"
