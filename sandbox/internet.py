"""The internet as the stand-in sees it: the pages and names that a test put there, and nothing else.

Telegram fetches what a bot sends by its address, and looks up a webhook's host. The stand-in never leaves its machine.
"""

import ipaddress
from urllib.parse import urlsplit

from sandbox.errors import bad
from sandbox.files import Document, FileKind, is_picture

MEGABYTE = 1024 * 1024
MOST_PHOTO = 5 * MEGABYTE
MOST_OTHER = 20 * MEGABYTE
DOCUMENTS = frozenset({"image/gif", "application/pdf", "application/zip"})
"""The only documents that sendDocument takes by address (https://core.telegram.org/bots/api#sending-files)."""
TYPES = {"video": "video/", "animation": "", "audio": "audio/", "voice": "audio/"}
LOCAL = "localhost"


class Internet:
    """Addresses with what is there, and hosts with where they are."""

    def __init__(self) -> None:
        self._pages: dict[str, Document] = {}
        self._hosts: dict[str, str] = {LOCAL: "127.0.0.1"}

    def put(self, url: str, page: Document) -> None:
        """From now on this is at that address; its `mime` is the Content-Type that Telegram looks at."""
        self._pages[url] = page

    def remove(self, url: str) -> None:
        """From now on nothing is there. Raises KeyError if nothing was."""
        del self._pages[url]

    def name(self, host: str, address: str) -> None:
        """From now on that host is at that IP address."""
        self._hosts[host.lower()] = address

    def address_of(self, host: str) -> str | None:
        """Where a host is, None if there is none of that name; an IP address is where it says."""
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            return self._hosts.get(host.lower())

    def fetch(self, kind: FileKind, url: str) -> Document:
        """What Telegram gets at an address for a file of that kind.

        Raises ApiError: nothing there, too large (5 MB for a photo, 20 MB else), or of another type. That a file which
        is too large fails as one that isn't there is unverified.
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
