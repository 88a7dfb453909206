"""The page over HTTP: its files, a person's state, events and acts."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.page.acts import Acts, RefusedError
from sandbox.page.feed import Feed
from sandbox.page.guard import refusal
from sandbox.page.page import Page
from sandbox.page.views import chats_of, commands_view, find_chat, key_of, page_of, user_view
from sandbox.people import Person

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
FILES = {path.name: KINDS[path.suffix] for path in sorted(STATIC.iterdir()) if path.suffix in KINDS}
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
FIRST_MESSAGES = 60
EARLIER_MESSAGES = 60
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Look = Callable[["Web", web.BaseRequest, Person, str], Awaitable[web.StreamResponse]]


class Web:
    """Answers a browser for one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts = Acts(page)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request of a browser."""
        why = refusal(request)
        if why is not None:
            return web.json_response({"error": "foreign", "why": why}, status=403)
        what, _, rest = request.path.removeprefix("/page").strip("/").partition("/")
        if request.method == "POST":
            return await self._act(request) if what == "acts" else _missing()
        if request.method != "GET":
            return _missing()
        if what in {"", "static"}:
            return _static(rest or "index.html")
        person = self.page.person(request.query.get("as"))
        if person is None and what == "state":
            person = self.page.first
        look = LOOKS.get(what)
        return await look(self, request, person, rest) if look is not None and person is not None else _missing()

    async def _act(self, request: web.BaseRequest) -> web.Response:
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
        person = self.page.person(str(body.get("as"))) if isinstance(body, dict) else None
        if person is None:
            return _missing()
        try:
            return web.json_response(await self.acts.do(person, body))
        except RefusedError as refused:
            return web.json_response({"error": refused.code})  # an ordinary answer: the page says it in words

    async def state(self, request: web.BaseRequest, person: Person, rest: str) -> web.Response:  # noqa: ARG002 - a look
        """Everything that the page needs to show this person's app."""
        page = self.page
        messages, earlier = {}, {}
        event = await page.look_ahead()
        for chat in chats_of(page.world, person):
            shown, more = page_of(reversed(chat.messages) if chat.has(person) else (), person, FIRST_MESSAGES)
            messages[key_of(chat)], earlier[key_of(chat)] = shown, more
        state: dict[str, Any] = {
            "world": page.name,
            "seen": len(page.journal),
            "me": person.id,
            "language": page.language,
            "zone": page.zone,
            "bot": user_view(page.bot),
            "people": page.people_view(),
            "chats": page.chats_view(person),
            "messages": messages,
            "earlier": earlier,
            "clock": page.time_view(event),
            "crowd": page.crowd.view() if page.crowd is not None else None,
            "tasks": page.tasks.view(),
        }
        return web.json_response(state)

    async def events(self, request: web.BaseRequest, person: Person, rest: str) -> web.StreamResponse:  # noqa: ARG002
        """The events from now on, or since this browser stopped listening."""
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        heard = int(after) if after.isdigit() else None
        if request.query.get("world") != self.page.name or (heard is not None and heard > len(self.page.journal)):
            heard = None
        return await Feed(self.page, person, heard).serve(request)

    async def history(self, request: web.BaseRequest, person: Person, rest: str) -> web.Response:  # noqa: ARG002
        """Earlier messages of a chat."""
        chat = find_chat(self.page.world, person, request.query.get("chat", ""))
        before = request.query.get("before", "")
        if chat is None or not chat.has(person) or (before and not before.isdigit()):
            return _missing()
        older = (one for one in reversed(chat.messages) if not before or one.seq < int(before))
        shown, more = page_of(older, person, EARLIER_MESSAGES)
        return web.json_response({"messages": shown, "earlier": more})

    async def commands(self, request: web.BaseRequest, person: Person, rest: str) -> web.Response:  # noqa: ARG002
        """The "/" menu, as the bots have declared it by now."""
        chat = find_chat(self.page.world, person, request.query.get("chat", ""))
        listed = commands_view(chat, person) if chat is not None and chat.has(person) else []
        return web.json_response({"commands": listed})

    async def files(self, request: web.BaseRequest, person: Person, rest: str) -> web.Response:  # noqa: ARG002
        """A file, if the person sees a message with it. A browser never opens it as a page."""
        file = self.page.world.files.get(int(rest)) if rest.isdigit() else None
        chats = [chat for chat in chats_of(self.page.world, person) if chat.has(person)]
        if file is None or not any(
            one.file is file and one.visible_to(person) for chat in chats for one in chat.messages
        ):
            return _missing()
        kind = next((mime for start, mime in PICTURES.items() if file.content.startswith(start)), None)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if kind is None:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.content, content_type=kind or "application/octet-stream", headers=headers)


LOOKS: dict[str, Look] = {
    "state": Web.state,
    "events": Web.events,
    "history": Web.history,
    "commands": Web.commands,
    "files": Web.files,
}


def _missing() -> web.Response:
    return web.json_response({"error": "not_found"}, status=404)


def _static(name: str) -> web.Response:
    if name not in FILES:
        return _missing()
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    body = (STATIC / name).read_bytes()
    return web.Response(body=body, content_type=FILES[name], charset="utf-8", headers=headers)
