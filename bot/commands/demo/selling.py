"""Scenes about money: ways into the group that cost something, orders of the days before, and a stream that sells."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.commands.demo.cast import EARLY, SOURCES
from bot.commands.demo.playing import is_card, tap
from bot.commands.demo.shop_platform import Platform, Sale, order_number
from bot.commands.demo.stage import AT_FIRST, PATIENCE, WATCH, Stage
from bot.rules.airings import Phase, phase_of
from bot.store.airings import list_all_open_airings
from bot.store.engine.sessions import Rx
from sandbox import Message, Person

HERE = "here:"
HEARTS = "heart:"
TAKE = ":do"
"""How the data of the button ends that takes what a preview shows."""
START_LINK = re.compile(r"https://t\.me/\w+\?start=src_[\w-]+")
LOOKS = 1.0
"""Seconds between two looks at whether a stream is on."""
BETWEEN_ORDERS = 0.5
"""Seconds between two orders of a stream, in the visitor's time."""
ON = frozenset({Phase.STARTING, Phase.ON_AIR})


async def ways_in(stage: Stage) -> None:
    """The owner makes two sources, fans come by their links, and the platform gets its secret."""
    late = stage.regulars[AT_FIRST:]
    for source, fans in zip(SOURCES[stage.language], (late[:-1], late[-1:]), strict=True):
        shown = await stage.asks(stage.owner, f"/source {source}", stage.bot)
        for fan in fans:
            fan.opens(link_in(shown))
            way = await fan.waits_for(stage.bot, lambda m: any(one.url for one in m.buttons), timeout=PATIENCE)
            fan.opens(next(one.url for one in way.buttons if one.url))
    await stage.asks(stage.owner, "/hook", stage.bot)


async def two_days_orders(stage: Stage) -> None:
    """The owner hands in the platform's file. One of its orders is claimed by a fan and waits for the owner."""
    ana, ben, chloe = stage.fans
    platform = Platform(stage, first=1)
    prices = platform.prices
    today = stage.evening - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    code = await platform.shop_code(ana)
    evening, late = yesterday.replace(hour=20, minute=55), yesterday.replace(hour=21, minute=20)
    sales = [
        Sale(order_number(yesterday, 31), evening, prices.shawl, note=code),
        Sale(order_number(yesterday, 32), late, prices.scrunchie, code=code_of(stage, ben)),
        Sale(order_number(today, 11), today.replace(hour=11, minute=5), prices.scarf),
        Sale(order_number(today, 12), today.replace(hour=13, minute=30), prices.scarf, refunded=True),
        Sale(order_number(today, 13), today.replace(hour=15, minute=0), prices.scarf),
    ]
    said = stage.owner.says(stage.bot, "/redeem", document=platform.file(sales))
    preview = await stage.owner.waits_for(stage.bot, lambda m: pressed(m, TAKE), timeout=PATIENCE, after=said)
    await stage.owner.taps(preview, pressed(preview, TAKE)).answered(PATIENCE)
    await stage.settled()
    await stage.asks(chloe, f"/myorder {sales[-1].ref}")


async def plan_early_live(stage: Stage) -> None:
    """The owner plans the stream that is on when the visitor comes."""
    at = stage.evening.replace(hour=18, minute=0).strftime("%Y-%m-%dT%H:%M")
    line = f'/newstream title="{EARLY[stage.language]}" at={at} length=105m url={WATCH}'
    await stage.asks(stage.owner, line, stage.bot)
    await stage.asks(stage.owner, '/hearts goals=12,40 gives="packet:150/10,packet:300/20"', stage.bot)


async def early_live(stage: Stage) -> None:
    """The stream starts, and fans show that they came."""
    card = await stage.owner.waits_for(stage.group, lambda m: is_card(m, HERE), timeout=PATIENCE)
    await stage.asks(stage.owner, "/golive", stage.bot)
    await tap(card, HERE, [stage.fans[2], *stage.regulars[1:7]])
    await tap(card, HEARTS, [stage.fans[2], *stage.regulars[1:8]])


async def first_orders(stage: Stage) -> None:
    """Two orders come in during the stream: one by a fan who wrote their shop code, one by somebody unknown."""
    platform = Platform(stage, first=101)
    await platform.sells(platform.prices.scarf, note=await platform.shop_code(stage.fans[0]))
    await platform.sells(platform.prices.shawl)


async def one_is_regretted(stage: Stage) -> None:
    """Of two more orders one is paid back at once."""
    platform = Platform(stage, first=111)
    await platform.sells(platform.prices.scrunchie)
    regretted = await platform.sells(platform.prices.scarf)
    await platform.tells(order=regretted, value=platform.prices.scarf, state="refunded")


async def orders_with_coupons(stage: Stage) -> None:
    """Fans use the coupon that they have just claimed."""
    platform = Platform(stage, first=121)
    scarf = platform.prices.scarf
    off = scarf // 5
    first, second, late = stage.regulars[0], stage.regulars[1], stage.regulars[AT_FIRST]
    for fan, more in ((first, 0), (second, platform.prices.shawl), (late, 0)):
        await platform.sells(scarf - off + more, code=code_of(stage, fan), discount=off)


@asynccontextmanager
async def selling(stage: Stage) -> AsyncIterator[None]:
    """For the time of the context, orders come in whenever a stream starts."""
    task = asyncio.create_task(_sell(stage))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _sell(stage: Stage) -> None:
    served = await stage.app.db.read(airings_on, stage.app.clock.now())
    platform = Platform(stage, first=201)
    prices = platform.prices
    while True:
        await asyncio.sleep(LOOKS)
        on = await stage.app.db.read(airings_on, stage.app.clock.now())
        for _ in on - served:
            for value in (prices.scarf, prices.shawl, prices.scrunchie, prices.scarf, prices.scarf + prices.scrunchie):
                await asyncio.sleep(BETWEEN_ORDERS)
                await platform.sells(value)
        served |= on


def airings_on(rx: Rx, now: datetime) -> frozenset[int]:
    """Ids of the airings that are on."""
    return frozenset(one.id for _, one in list_all_open_airings(rx) if phase_of(one, now) in ON)


def link_in(message: Message) -> str:
    """The link of a source that a message shows. Raises ValueError if there is none."""
    found = START_LINK.search(message.text)
    if found is None:
        raise ValueError(f"no source's link in {message.text!r}")
    return found.group()


def pressed(message: Message, ending: str) -> str:
    """The data of the message's button that ends so; empty without one."""
    return (
        next((one.callback_data for one in message.buttons if (one.callback_data or "").endswith(ending)), None) or ""
    )


def code_of(stage: Stage, fan: Person) -> str:
    """The coupon code that a fan got last in the group. Raises StopIteration if they have none."""
    seen = (one.copy_text for message in reversed(fan.sees(stage.group)) for one in message.buttons)
    return next(code for code in seen if code)
