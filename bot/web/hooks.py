"""`POST /hooks/orders`: the shop's platform reports an order.

A call without a valid signature gets the same answer as a wrong address.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.features.orders.hook import secret_of
from bot.flows.take_orders import OrderIntake
from bot.logs import get_logger
from bot.rules.numbers import read_number
from bot.rules.orders.calls import Malformed, NotPaidYet, is_signed, read_call, read_json
from bot.rules.orders.told import OrderPolicy, OrderTaken
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx
from bot.store.places import find_place

log = get_logger("hooks")

PATH = "/hooks/orders"
SHOP = "X-Encore-Shop"
TIME = "X-Encore-Time"
SIGNATURE = "X-Encore-Signature"
BODY_SECONDS = 10.0
MALFORMED = "malformed"
PLACEHOLDER_SECRET = "nobody's"  # noqa: S105  # it signs for no shop
"""Used for a shop without a secret, so that its calls take as long as calls with a wrong signature."""


class OrderCalls:
    """Handles signed calls of shops' platforms."""

    def __init__(self, db: Database, now: Callable[[], datetime], policies: Policies) -> None:
        self._db = db
        self._now = now
        self._policy = policies[OrderPolicy]
        self._intake = OrderIntake(db, policies)

    async def take(self, request: web.Request) -> web.Response:
        """Handle one call: an order that was paid or refunded.

        Raises:
            HTTPNotFound: the call isn't signed for a shop, or its body can't be read.
        """
        body = await self._read_body(request)
        place = await self._signing_shop(request, body)
        if place is None:
            raise web.HTTPNotFound
        answer = await self._take(place, body)
        log.info("order_told", community=place.community_id, outcome=answer["outcome"])
        return web.json_response(answer, status=400 if answer["outcome"] == MALFORMED else 200)

    async def _take(self, place: Place, body: bytes) -> dict[str, str]:
        """What a signed call is answered."""
        now = self._now()
        try:
            order = read_call(read_json(body), place.currency, now, self._policy)
        except (ValueError, RecursionError):  # not JSON, or JSON that is nested thousands deep
            order = Malformed()
        if isinstance(order, Malformed):
            return {"outcome": MALFORMED} | ({"field": order.field} if order.field is not None else {})
        if isinstance(order, NotPaidYet):
            return {"outcome": "waiting"}
        return _answer_for(await self._intake.take(place, order, now))

    async def _read_body(self, request: web.Request) -> bytes:
        """The request's body. Reading stops once the body is longer than the limit."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while len(body) <= self._policy.max_body and (piece := await request.content.readany()):
                    body += piece
        except (TimeoutError, web.RequestPayloadError):  # the body comes too slowly, or isn't what its headers say
            raise web.HTTPNotFound from None
        return bytes(body)

    async def _signing_shop(self, request: web.Request, body: bytes) -> Place | None:
        """The shop whose secret signed this call; None if the signature is wrong or old."""
        shop = request.headers.get(SHOP, "")
        found = await self._db.read(_secret_and_place, read_number(shop) or 0)
        secret, place = found if found is not None else (PLACEHOLDER_SECRET, None)
        stamp, signature = request.headers.get(TIME, ""), request.headers.get(SIGNATURE, "")
        signed = is_signed(secret, stamp, body, signature.removeprefix("sha256="), self._now(), self._policy)
        fits = request.method == "POST" and len(body) <= self._policy.max_body
        return place if signed and fits else None


def _secret_and_place(session: Rx, community_id: int) -> tuple[str, Place] | None:
    secret, place = secret_of(session, community_id), find_place(session, community_id)
    return (secret, place) if secret is not None and place is not None else None


def _answer_for(taken: OrderTaken) -> dict[str, str]:
    """What the caller hears. An order that was taken without its coupon names the first reason."""
    if taken.trouble is not None:
        return {"outcome": "refused", "reason": taken.trouble.value}
    answer = {"outcome": "known" if taken.known else "taken"}
    if taken.remarks:
        answer["reason"] = taken.remarks[0].why.value
    return answer
