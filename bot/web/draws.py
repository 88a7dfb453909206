"""`/draws/…`: the page that checks a draw, with the proof in hand.

The address holds digits of the raffle's seal, which its card shows to the group: who can open it may have the file from
there. Nobody else can guess it, so a private group's shop and prizes stay its own. What has no proof yet has no page.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from pathlib import Path

from aiohttp import web
from sqlalchemy import select
from sqlmodel import col

from bot.rules.raffles.proofs import SEAL_SHOWN
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx
from bot.store.messages.telling import Attachment
from bot.store.tables import Raffle

PATH = "/draws/{raffle:[1-9][0-9]{0,17}}/{seal:[0-9a-f]{" + str(SEAL_SHOWN) + "}}/"
PROOF = "proof.json"
PAGE = Path(__file__).parents[2] / "docs" / "verify.html"
HEADERS = {
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}

ProofMaker = Callable[[int, int], Awaitable[Attachment | None]]
"""(community, raffle) → its proof as it is now, or None if there's none."""


class DrawPages:
    """Serves the page and the proof that it fetches."""

    def __init__(self, db: Database, proof: ProofMaker) -> None:
        self._db = db
        self._proof = proof
        self._page = PAGE.read_text(encoding="utf-8").replace("<body>", f'<body data-proof="{PROOF}">', 1)
        self._one_at_a_time = asyncio.Lock()
        self._last: tuple[tuple[int, int], bytes] | None = None

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Answer the addresses of all raffles."""
        router.add_get(PATH, self.page)
        router.add_get(PATH + PROOF, self.file)

    async def page(self, request: web.Request) -> web.Response:
        """The page of a raffle that has a proof."""
        await self._found(request)
        return web.Response(text=self._page, content_type="text/html", charset="utf-8", headers=HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """The proof itself."""
        return web.Response(body=await self._found(request), content_type="application/json", headers=HEADERS)

    async def _found(self, request: web.Request) -> bytes:
        """The proof that an address names; any other address is as wrong as one that never was.

        A large one takes seconds to make: that is done one at a time, and the last one is kept.
        """
        raffle_id = int(request.match_info["raffle"])
        row = await self._db.read(_find_page, raffle_id)
        if row is None or not compare_digest(row[1][:SEAL_SHOWN], request.match_info["seal"]):
            raise web.HTTPNotFound
        community_id, _, redrawn = row
        async with self._one_at_a_time:
            if self._last is not None and self._last[0] == (raffle_id, redrawn):
                return self._last[1]
            made = await self._proof(community_id, raffle_id)
            if made is None:
                raise web.HTTPNotFound
            self._last = (raffle_id, redrawn), made.content
            return made.content


def _find_page(session: Rx, raffle_id: int) -> tuple[int, str, int] | None:
    """A raffle's community, its seal, and how often places were drawn again."""
    row = session.execute(
        select(col(Raffle.community_id), col(Raffle.commitment), col(Raffle.redrawn)).where(col(Raffle.id) == raffle_id)
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None
