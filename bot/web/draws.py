"""`/draws/…` and `/packets/…`: the page that checks a draw or a red packet, and the proof that the page fetches.

The address holds digits of the seal. The group sees the seal on the card and may have the proof anyway. Nobody else can
guess the address, so a private group's shop and prizes stay private. What has no proof has no page.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from pathlib import Path
from typing import NamedTuple

from aiohttp import web
from sqlalchemy import select
from sqlmodel import col

from bot.rules.sealing import SEAL_SHOWN, commitment
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx
from bot.store.messages.telling import Attachment
from bot.store.tables import Raffle
from bot.store.tables.packets import Packet

_ADDRESS = "/{number:[1-9][0-9]{0,17}}/{seal:[0-9a-f]{" + str(SEAL_SHOWN) + "}}/"
DRAWS = "/draws" + _ADDRESS
PACKETS = "/packets" + _ADDRESS
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
"""(community, raffle or packet) → its proof as it is now, or None if there is none."""


class _Page(NamedTuple):
    community_id: int
    seal: str
    version: int
    """Changes when the proof does."""


class DrawPages:
    """Serves the page and the proofs."""

    def __init__(self, db: Database, draws: ProofMaker, packets: ProofMaker) -> None:
        page = PAGE.read_text(encoding="utf-8").replace("<body>", f'<body data-proof="{PROOF}">', 1)
        self._draws = _Served(db, draws, _find_draw, page)
        self._packets = _Served(db, packets, _find_packet, page)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Route the addresses of all draws and packets."""
        self._draws.add_to(router, DRAWS)
        self._packets.add_to(router, PACKETS)


class _Served:
    """Pages and proofs of one kind."""

    def __init__(self, db: Database, proof: ProofMaker, find: Callable[[Rx, int], _Page | None], page: str) -> None:
        self._db, self._proof, self._find, self._page = db, proof, find, page
        self._one_at_a_time = asyncio.Lock()
        self._last: tuple[tuple[int, int], bytes] | None = None

    def add_to(self, router: web.UrlDispatcher, path: str) -> None:
        router.add_get(path, self.page)
        router.add_get(path + PROOF, self.file)

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the page, if there is a proof."""
        await self._found(request)
        return web.Response(text=self._page, content_type="text/html", charset="utf-8", headers=HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the proof."""
        return web.Response(body=await self._found(request), content_type="application/json", headers=HEADERS)

    async def _found(self, request: web.Request) -> bytes:
        """The proof that an address names. All wrong addresses get the same 404.

        A large proof takes seconds to make. So proofs are made one at a time, and the last one is kept.
        """
        number = int(request.match_info["number"])
        row = await self._db.read(self._find, number)
        if row is None or not compare_digest(row.seal[:SEAL_SHOWN], request.match_info["seal"]):
            raise web.HTTPNotFound
        async with self._one_at_a_time:
            if self._last is not None and self._last[0] == (number, row.version):
                return self._last[1]
            made = await self._proof(row.community_id, number)
            if made is None:
                raise web.HTTPNotFound
            self._last = (number, row.version), made.content
            return made.content


def _find_draw(session: Rx, raffle_id: int) -> _Page | None:
    row = session.execute(
        select(col(Raffle.community_id), col(Raffle.commitment), col(Raffle.redrawn)).where(col(Raffle.id) == raffle_id)
    ).first()
    return _Page(*row) if row is not None else None


def _find_packet(session: Rx, packet_id: int) -> _Page | None:
    row = session.execute(select(col(Packet.community_id), col(Packet.seed)).where(col(Packet.id) == packet_id)).first()
    return _Page(row.community_id, commitment(bytes.fromhex(row.seed)), 0) if row is not None else None
