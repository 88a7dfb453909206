"""The platform on which the demo's shop sells: it tells the bot of orders by signed calls, and exports files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from aiohttp import ClientSession
from sqlmodel import col, select

from bot.commands.demo.cast import ORDERS_FILE
from bot.commands.demo.stage import Stage
from bot.features.orders.hook import secret_of
from bot.rules.listen import LOOPBACK
from bot.rules.orders.calls import sign
from bot.rules.words import Language
from bot.store.engine.sessions import Rx
from bot.store.shop_codes import shop_code_of
from bot.store.tables import Community
from bot.web.hooks import PATH, SHOP, SIGNATURE, TIME
from sandbox import Document, Person

CALLS = 3
"""How often an order is told until the bot takes it."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the shop's goods cost, in minor units."""

    currency: str
    decimals: int
    scrunchie: int
    scarf: int
    shawl: int


PRICES = {
    Language.KO: Prices("KRW", 0, 16_000, 39_000, 64_000),
    Language.ZH: Prices("CNY", 2, 80_00, 195_00, 320_00),
    Language.EN: Prices("USD", 2, 12_00, 29_00, 48_00),
}


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as the platform's file tells it."""

    ref: str
    at: datetime
    value: int
    code: str = ""
    note: str = ""
    refunded: bool = False


class Platform:
    """The shop's platform. `first` is the number of the first order that it tells of at once."""

    def __init__(self, stage: Stage, first: int) -> None:
        self._stage = stage
        self._numbers = count(first)
        self.prices = PRICES[stage.language]

    async def sells(self, value: int, **more: object) -> str:
        """Somebody pays `value`, and the bot is told at once. Return the order's number."""
        ref = order_number(self._stage.evening, next(self._numbers))
        await self.tells(order=ref, value=value, **more)
        return ref

    async def tells(self, **order: object) -> None:
        """A signed call, made anew if it isn't taken: a visitor may move the clock while it is on its way.

        Raises:
            RuntimeError: the bot didn't take it.
        """
        shop, secret = await self._stage.app.db.read(_shop_and_secret)
        body = json.dumps({"currency": self.prices.currency} | order).encode()
        status, said = await self._call(shop, secret, body)
        for _ in range(CALLS - 1):
            if '"taken"' not in said:
                status, said = await self._call(shop, secret, body)
        if '"taken"' not in said:
            raise RuntimeError(f"the bot didn't take the order: {status} {said}")

    async def _call(self, shop: int, secret: str, body: bytes) -> tuple[int, str]:
        stamp = str(int(self._stage.app.clock.now().timestamp()))
        headers = {SHOP: str(shop), TIME: stamp, SIGNATURE: sign(secret, stamp, body)}
        url = f"http://{LOOPBACK}:{self._stage.port}{PATH}"
        async with ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    def file(self, sales: Iterable[Sale]) -> Document:
        """The file that the platform exports, in the encoding that is usual there."""
        name, encoding, header, paid, refunded = ORDERS_FILE[self._stage.language]
        lines = [header]
        for one in sales:
            value = f"{one.value / 10**self.prices.decimals:.{self.prices.decimals}f}"
            status = refunded if one.refunded else paid
            lines.append(f"{one.ref},{one.at:%Y-%m-%d %H:%M:%S},{value},{status},{one.code},{one.note}")
        return Document(name, "\r\n".join(lines).encode(encoding), "text/csv")

    async def shop_code(self, fan: Person) -> str:
        """The shop code that a fan read on their card. Raises RuntimeError if they have none."""
        code = await self._stage.app.db.read(_shop_code, fan.id)
        if code is None:
            raise RuntimeError(f"{fan.name} has no shop code")
        return code


def order_number(day: datetime, nth: int) -> str:
    """An order's number as the platform writes it."""
    return f"{day:%Y%m%d}-{nth:04}"


def _shop_and_secret(rx: Rx) -> tuple[int, str]:
    shop = rx.execute(select(col(Community.id))).scalar_one()
    secret = secret_of(rx, shop or 0)
    if shop is None or secret is None:
        raise RuntimeError("the shop has no secret for calls")
    return shop, secret


def _shop_code(rx: Rx, user_id: int) -> str | None:
    shop = rx.execute(select(col(Community.id))).scalar_one()
    return shop_code_of(rx, shop or 0, user_id)
