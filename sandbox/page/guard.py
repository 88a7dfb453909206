"""Refuses requests that don't come from the page itself in a browser on this machine.

The stand-in listens on loopback. Any web page that a person visits can reach that too: by a form or a `fetch` from its
own origin, or by a host name of its own that resolves to 127.0.0.1.
"""

from urllib.parse import urlsplit

from aiohttp import web

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
FOREIGN = frozenset({"cross-site", "same-site"})


def refusal(request: web.BaseRequest) -> str | None:
    """Why this request doesn't come from the page itself; None if it does."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in OWN_NAMES:
        return "the page answers at 127.0.0.1 and localhost only"
    navigates = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.headers.get("Sec-Fetch-Site") in FOREIGN and not navigates:
        return "another site asked"
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "another site asked"
    if request.method == "POST" and request.content_type != "application/json":
        return "acts are JSON"
    return None
