"""`POST /hooks/orders`: the shop's platform tells of an order.

A caller that can't sign gets the same answer as a wrong address.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.features.orders.hook import secret_of
from bot.flows.take_orders import Ordering
from bot.logs import get_logger
from bot.rules.numbers import read_number
from bot.rules.orders.orders import OrderPolicy, OrderTaken, is_signed, read_call
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.db import Database, Rx
from bot.store.places import find_place

log = get_logger("hooks")

PATH = "/hooks/orders"
SHOP = "X-Encore-Shop"
TIME = "X-Encore-Time"
SIGNATURE = "X-Encore-Signature"
BODY_SECONDS = 10.0
NOBODY = "nobody's"
"""The secret of a shop that has none, so that such a call takes as long as one with a wrong signature."""


class OrderCalls:
    """Takes signed calls."""

    def __init__(self, db: Database, now: Callable[[], datetime], policies: Policies) -> None:
        self._db = db
        self._now = now
        self._policy = policies[OrderPolicy]
        self._ordering = Ordering(db, policies)

    async def take(self, request: web.Request) -> web.Response:
        """One call: an order that was paid or refunded."""
        body = await self._read(request)
        place = await self._caller(request, body)
        if place is None:
            raise web.HTTPNotFound
        try:
            told = read_call(json.loads(body), self._now(), self._policy)
        except (ValueError, RecursionError):  # no JSON, or nested thousands deep
            told = None
        if told is None:
            return web.json_response({"outcome": "malformed"}, status=400)
        taken = await self._ordering.take(place, told, self._now())
        log.info("order_told", community=place.community_id, outcome=_outcome(taken)["outcome"])
        return web.json_response(_outcome(taken))

    async def _read(self, request: web.Request) -> bytes:
        """The body, in however many pieces it comes. Of one that is too long, only as much as shows that."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while len(body) <= self._policy.max_body and (piece := await request.content.readany()):
                    body += piece
        except (TimeoutError, web.RequestPayloadError):  # it comes too slowly, or not as its headers say
            raise web.HTTPNotFound from None
        return bytes(body)

    async def _caller(self, request: web.Request, body: bytes) -> Place | None:
        """The shop that this call is signed for, or None."""
        shop = request.headers.get(SHOP, "")
        found = await self._db.read(_secret_and_place, read_number(shop) or 0)
        secret, place = found if found is not None else (NOBODY, None)
        stamp, signature = request.headers.get(TIME, ""), request.headers.get(SIGNATURE, "")
        signed = is_signed(secret, stamp, body, signature.removeprefix("sha256="), self._now(), self._policy)
        fits = request.method == "POST" and len(body) <= self._policy.max_body
        return place if signed and fits else None


def _secret_and_place(session: Rx, community_id: int) -> tuple[str, Place] | None:
    secret, place = secret_of(session, community_id), find_place(session, community_id)
    return (secret, place) if secret is not None and place is not None else None


def _outcome(taken: OrderTaken) -> dict[str, str]:
    if taken.trouble is not None:
        return {"outcome": "refused", "reason": taken.trouble.value}
    return {"outcome": "known" if taken.known else "taken"}
