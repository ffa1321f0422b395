"""Links of an article: repaired where the intent is plain, else refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape, unescape
from pathlib import Path
from string import ascii_lowercase
from urllib.parse import quote, unquote, urljoin

from syndicate.sources.characters import invisible
from syndicate.sources.files import local_files
from syndicate.sources.files.local_files import LocalFile
from syndicate.sources.links import url_validation
from syndicate.sources.links.quotes import without_quotes
from syndicate.text import in_full, squeeze

WEB_SCHEMES = ("http", "https")
# what programs on phones and desks open; every channel shows the address where it is no link there
OPENED_SCHEMES = {
    "callto", "facetime", "fb", "fb-messenger", "feed", "ftp", "ftps", "geo", "instagram", "intent",
    "irc", "ircs", "itms-apps", "line", "magnet", "mailto", "maps", "market", "matrix", "news",
    "rtsp", "sftp", "sip", "sips", "skype", "sms", "smsto", "tel", "tg", "viber", "webcal",
    "whatsapp", "xmpp",
}  # fmt: skip
# they run a program, or show what lies on one computer; a letter is a drive: C:\surat.pdf
UNSAFE_SCHEMES = {
    "about", "blob", "cid", "data", "file", "filesystem", "javascript", "jar", "view-source",
    "vbscript", *ascii_lowercase,
}  # fmt: skip
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
UNSEEN_IN_ADDRESS = re.compile(
    r"[\x00-\x20\x7f\u200b\ufeff]+"
)  # browsers take them out of an address
MAIL_ADDRESS = re.compile(r"[^\s/@?#:]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"\+?[\d\s().-]{7,24}")
SITE_NAME = re.compile(r"(?:[\w-]+\.)+(?P<top>[a-z]{2,24})(?::\d+)?", re.IGNORECASE)
ARTICLE_ENDINGS = (".md", ".markdown")
# endings that name a file to be opened or kept, and no page
FILE_ENDINGS = {
    *ARTICLE_ENDINGS, ".7z", ".csv", ".doc", ".docx", ".epub", ".gif", ".jpeg", ".jpg", ".m4a",
    ".mov", ".mp3", ".mp4", ".ods", ".odt", ".pdf", ".png", ".ppt", ".pptx", ".rar", ".rtf", ".svg",
    ".txt", ".webp", ".xls", ".xlsx", ".zip",
}  # fmt: skip
PAGE_ENDINGS = {"asp", "aspx", "cgi", "htm", "html", "jsp", "php", "xhtml", "xml"}  # no top domains
ELIDED_ADDRESS = re.compile(r"https?://\.+(?:[/?#]|\Z)", re.IGNORECASE)
WHOLE_ADDRESS_ADVICE = "write the whole address, like https://example.org/a"

# marks for what takes a link's place once all of the article is read
SPELLED_MARK = "spelled:"  # its text, followed by the address
BARE_MARK = "bare:"  # its text alone
LINK_BESIDE = re.compile(
    r'<a(?P<before>[^>]*?\s)href="beside:(?P<to>[^"]*)"(?P<after>[^>]*)>(?P<text>.*?)</a>',
    re.DOTALL,
)
BESIDE_MARK = "beside:"  # the address of the article in that file, once it is known


@dataclass(kw_only=True)
class Links:
    """The links of one article.

    ``base`` is what relative addresses are counted from, ``has_page`` whether that is the
    article's own ``url``, ``ids`` the places in it that a link may lead to.
    """

    base: str
    has_page: bool
    folder: Path
    markdown: str = ""  # what was typed
    ids: Collection[str] = ()
    found: dict[str, LocalFile] = field(default_factory=dict)  # media name -> file
    articles: list[str] = field(default_factory=list)  # addresses that name an article's file
    remarks: list[tuple[str, str]] = field(default_factory=list)  # the address, what of it is lost

    def target(self, typed: str) -> str:
        """Return where a link leads, or a mark; ValueError says what is wrong with it."""
        address = invisible.address(typed)
        self._refuse_quotes(address)
        address = url_validation.with_meant_slashes(address, self.markdown)
        if not address:
            return self._bare(typed, "a link has no address (write it between the brackets)")
        if found := SCHEME.match(UNSEEN_IN_ADDRESS.sub("", address)):
            return self._of_scheme(found[1].lower(), address, typed)
        if address.startswith("#"):
            return self._place(address)
        if address.startswith(("/", "?")):
            return self._of_site(address)
        return self._repaired(address) or self._file(address) or self._of_page(address)

    def _refuse_quotes(self, address: str) -> None:
        bare = without_quotes(address, self.markdown)
        if not bare or bare == address or local_files.exists(unquote(address), self.folder):
            return
        advice = bare if bare in self.markdown else unquote(bare)
        raise ValueError(
            f"the address {legible(address)} has quotation marks around it"
            f" (write {in_full(advice)})"
        )

    def _of_scheme(self, scheme: str, address: str, typed: str) -> str:
        if scheme in UNSAFE_SCHEMES:
            raise ValueError(f"a link leads to {scheme}:... ({WHOLE_ADDRESS_ADVICE})")
        if scheme in OPENED_SCHEMES:
            address = f"{scheme}:{address.partition(':')[2]}"
        if scheme in (*WEB_SCHEMES, *OPENED_SCHEMES):
            return self._openable(address, typed)
        if SITE_NAME.fullmatch(scheme) and re.match(r"\d", address.partition(":")[2]):  # a port
            return self._openable(f"https://{address}", typed)
        near = get_close_matches(scheme, (*WEB_SCHEMES, *OPENED_SCHEMES), n=1, cutoff=0.7)
        meant = f" (did you mean {near[0]}:?)" if near else ""
        return self._spelled(address, f"is not an address that programs can open{meant}")

    def _openable(self, address: str, typed: str) -> str:
        """The address itself; spelt out behind its words where no program can open it."""
        if ELIDED_ADDRESS.match(address):
            raise ValueError(f"{legible(address)} is not a web address ({WHOLE_ADDRESS_ADVICE})")
        why = url_validation.why_not(address)
        return self._spelled(typed, f"leads nowhere: {why} (put it right)") if why else address

    def _spelled(self, typed: str, remark: str) -> str:
        self.remarks.append((typed, f"{legible(typed)} {remark}"))
        forms = (form for form in (typed, unquote(typed)) if form in self.markdown)
        return f"{SPELLED_MARK}{next(forms, typed)}"

    def _place(self, address: str) -> str:
        """A place in the article itself: a heading, a note."""
        place = unquote(address[1:])
        for spelt in (place, place.lower(), identifier(place)):
            if spelt in self.ids:
                return f"#{quote(spelt)}"
        if self.has_page:
            return urljoin(self.base, address)
        return self._bare(address, f"{legible(place)} is not a heading of this article")

    def _of_site(self, address: str) -> str:
        if not address.startswith("//") and is_local_path(address):
            raise ValueError(f"{legible(address)} is on this computer ({WHOLE_ADDRESS_ADVICE})")
        try:
            whole = urljoin(self.base, address)
        except ValueError as error:  # [ opens an address of numbers
            raise ValueError(
                f"{legible(address)} is not a web address ({WHOLE_ADDRESS_ADVICE})"
            ) from error
        return self._openable(whole, address)

    def _repaired(self, address: str) -> str:
        if address.lower().startswith("www."):
            return self._openable(f"https://{address}", address)
        if MAIL_ADDRESS.fullmatch(address):
            return f"mailto:{address}"
        if PHONE.fullmatch(unquote(address)):
            return f"tel:{re.sub(r'[^+0-9]', '', unquote(address))}"
        return ""

    def _file(self, address: str) -> str:
        """A file beside the article, or what names one that is not there."""
        name, ending = _name(address)
        if ending in ARTICLE_ENDINGS and (self.folder / name).is_file():
            self.articles.append(address)
            return f"{BESIDE_MARK}{quote(unquote(address), safe='/#')}"
        if local_files.exists(name, self.folder):
            file = local_files.read_local_file(name, self.folder)
            self.found.setdefault(file.media().name, file)
            return f"media:{file.media().name}"
        if _is_host(address):
            return self._openable(f"https://{address}", address)
        if ending in ARTICLE_ENDINGS or (ending in FILE_ENDINGS and not self.has_page):
            raise ValueError(f"the file {legible(name)} is missing (put it beside the article)")
        if ending in FILE_ENDINGS:
            whole = urljoin(self.base, address)
            self.remarks.append((address, f"no file {legible(name)} is here: it leads to {whole}"))
        return ""

    def _of_page(self, address: str) -> str:
        if not self.has_page:
            raise ValueError(
                f"a link leads to {legible(address)}, which is no address ({WHOLE_ADDRESS_ADVICE})"
            )
        return self._openable(urljoin(self.base, address), address)

    def note(self, address: str, why: str) -> None:
        """Note an address that leads nowhere, which readers see as it was typed."""
        if all(address not in (noted, unquote(noted)) for noted, _ in self.remarks):
            self.remarks.append(
                (address, f"{legible(address)} leads nowhere: {why} (put it right)")
            )

    def _bare(self, address: str, remark: str) -> str:
        self.remarks.append((address, remark))
        return f"{BARE_MARK}{address}"


def with_article_links(html: str, addresses: Mapping[str, str]) -> str:
    """Return the HTML with links to other articles' files led to the articles' own addresses.

    ``addresses`` maps what a link says to where it leads; "" leaves its text alone.
    """

    def led(found: re.Match[str]) -> str:
        address = addresses[unquote(unescape(found["to"]))]
        if not address:
            return found["text"]
        return f'<a{found["before"]}href="{escape(address)}"{found["after"]}>{found["text"]}</a>'

    return LINK_BESIDE.sub(led, html)


def identifier(text: str) -> str:
    """Return the name of a heading, as forges make it: lower case, hyphens for spaces."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", squeeze(text).lower()))


def is_local_path(path: str) -> bool:
    """Return True for a path from the root that names a file on this machine."""
    try:
        return Path(unquote(path)).is_file()
    except (OSError, ValueError):
        return False


def legible(address: str) -> str:
    """Return an address as it was typed, for a message."""
    return in_full(unquote(address))


def _name(address: str) -> tuple[str, str]:
    """The file that an address would name, and its ending."""
    name = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
    return name, Path(name).suffix.lower()


def _is_host(address: str) -> bool:
    """Return True for an address that begins with a site's name: contoh.go.id/daftar."""
    found = SITE_NAME.fullmatch(re.split(r"[/?#]", address, maxsplit=1)[0])
    if found is None:
        return False
    top = found["top"].lower()
    return f".{top}" not in FILE_ENDINGS and top not in PAGE_ENDINGS
