"""`/draws/…`: the page that checks a draw, and the proof that the page fetches.

The address holds digits of the raffle's seal. The group sees the seal on the raffle's card and has the proof anyway.
Nobody else can guess the address, so a private group's shop and prizes stay private. A raffle without a proof has no
page.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from pathlib import Path
from typing import NamedTuple

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
"""(community, raffle) → its proof as it is now, or None if there is none."""


class DrawPages:
    """Serves the page and the proof."""

    def __init__(self, db: Database, proof: ProofMaker) -> None:
        self._db = db
        self._proof = proof
        self._page = PAGE.read_text(encoding="utf-8").replace("<body>", f'<body data-proof="{PROOF}">', 1)
        self._one_at_a_time = asyncio.Lock()
        self._last: tuple[tuple[int, int], bytes] | None = None

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Route the addresses of all raffles to this object."""
        router.add_get(PATH, self.page)
        router.add_get(PATH + PROOF, self.file)

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the page, if the raffle has a proof."""
        await self._found(request)
        return web.Response(text=self._page, content_type="text/html", charset="utf-8", headers=HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the proof."""
        return web.Response(body=await self._found(request), content_type="application/json", headers=HEADERS)

    async def _found(self, request: web.Request) -> bytes:
        """The proof that an address names. All wrong addresses get the same 404.

        A large proof takes seconds to make. So proofs are made one at a time, and the last one is kept.
        """
        raffle_id = int(request.match_info["raffle"])
        row = await self._db.read(_find_page, raffle_id)
        if row is None or not compare_digest(row.commitment[:SEAL_SHOWN], request.match_info["seal"]):
            raise web.HTTPNotFound
        async with self._one_at_a_time:
            if self._last is not None and self._last[0] == (raffle_id, row.redrawn):
                return self._last[1]
            made = await self._proof(row.community_id, raffle_id)
            if made is None:
                raise web.HTTPNotFound
            self._last = (raffle_id, row.redrawn), made.content
            return made.content


class _Page(NamedTuple):
    community_id: int
    commitment: str
    redrawn: int
    """How many redraws there were."""


def _find_page(session: Rx, raffle_id: int) -> _Page | None:
    row = session.execute(
        select(col(Raffle.community_id), col(Raffle.commitment), col(Raffle.redrawn)).where(col(Raffle.id) == raffle_id)
    ).first()
    return _Page(*row) if row is not None else None
