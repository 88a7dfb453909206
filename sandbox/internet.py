"""The internet of the stand-in: only the pages and host names that a test put there.

Telegram fetches files that bots send by URL, and looks up hosts of webhooks. The stand-in never uses the real network.
"""

import ipaddress
from urllib.parse import urlsplit

from sandbox.errors import bad
from sandbox.files import Document, FileKind, is_picture

MEGABYTE = 1024 * 1024
MOST_PHOTO = 5 * MEGABYTE
MOST_OTHER = 20 * MEGABYTE
DOCUMENTS = frozenset({"image/gif", "application/pdf", "application/zip"})
"""The only types that sendDocument accepts by URL (https://core.telegram.org/bots/api#sending-files)."""
TYPES = {"video": "video/", "animation": "", "audio": "audio/", "voice": "audio/"}
LOCAL = "localhost"


class Internet:
    """Pages by URL, and IP addresses by host name."""

    def __init__(self) -> None:
        self._pages: dict[str, Document] = {}
        self._hosts: dict[str, str] = {LOCAL: "127.0.0.1"}

    def put(self, url: str, page: Document) -> None:
        """Put a page at a URL. Its `mime` is the Content-Type that Telegram checks."""
        self._pages[url] = page

    def remove(self, url: str) -> None:
        """Remove the page at a URL. Raises KeyError if there is none."""
        del self._pages[url]

    def name(self, host: str, address: str) -> None:
        """Give a host name an IP address."""
        self._hosts[host.lower()] = address

    def address_of(self, host: str) -> str | None:
        """The IP address of a host; None for an unknown name. An IP address is its own."""
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            return self._hosts.get(host.lower())

    def fetch(self, kind: FileKind, url: str) -> Document:
        """The file at a URL, as Telegram fetches it for a file of that kind.

        Raises ApiError: nothing is there, it is too large (5 MB for a photo, else 20 MB), or it has another type.
        That a file which is too large fails like a missing one is unverified.
        """
        page = self._pages.get(url)
        most = MOST_PHOTO if kind == "photo" else MOST_OTHER
        if page is None or len(page.content) > most:
            raise bad("failed to get HTTP URL content")
        if not _fits(kind, page):
            raise bad("wrong type of the web page content")
        return Document(page.name or urlsplit(url).path.rsplit("/", 1)[-1], page.content, page.mime)


def _fits(kind: FileKind, page: Document) -> bool:
    if kind == "photo":
        return page.mime.startswith("image/") and is_picture(page.content)
    if kind == "document":
        return page.mime in DOCUMENTS
    return page.mime.startswith(TYPES.get(kind, ""))
