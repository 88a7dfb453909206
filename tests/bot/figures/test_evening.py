"""An evening of 300 fans on the stand-in: every figure of its report is counted again from the raw rows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import select
from sqlmodel import col

from bot.features.figures.reports import Reports, Wish
from bot.rules.figures.reports import StreamReport
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.orders.calls import sign
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import Member, Order
from bot.web import OrderCalls, Vitals, serving
from sandbox import Message
from sandbox import Person as Someone
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.figures.recount import recount
from tests.bot.files import csv, takes_in
from tests.bot.orders.test_orders import HEADERS, free_port
from tests.bot.people.test_sources import link_into, opens, payload_in
from tests.bot.streams.test_streams import live_card

HOUR, MINUTE = 3600.0, 60.0
FANS = 300
AT_ONCE = 40

Calls = Callable[[dict[str, Any]], Awaitable[str]]


@dataclass
class Evening:
    """What is played on, and who plays."""

    stage: Stage
    fans: list[Someone]
    newcomers: list[Someone]


async def many(what: list[Awaitable[Any]]) -> list[Any]:
    """Let many act at once, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(act: Awaitable[Any]) -> Any:
        async with gate:
            return await act

    return await asyncio.gather(*(one(act) for act in what))


async def comes_by(stage: Stage, name: str, people: list[Someone]) -> None:
    """The owner makes a source; people open its link and join."""
    said = stage.owner.says(stage.group, f"/source {name} cost=120")
    payload = payload_in((await stage.whisper(stage.owner, after=said)).text)
    doors = await many([opens(stage, person, payload) for person in people])
    for person, door in zip(people, doors, strict=True):
        person.joins(stage.group, link_into(stage.group, door))
    await stage.settled(30)


async def claims(card: Message, fan: Someone) -> str:
    """A fan claims; the coupon's code."""
    answer = await fan.presses(card, "claim").answered(20)
    return next(word for word in answer.text.split() if "-" in word)


@asynccontextmanager
async def platform(stage: Stage) -> AsyncIterator[Calls]:
    """The shop's platform, which signs its calls."""
    stage.owner.starts(stage.bot)
    chat = stage.owner.chat_with(stage.bot)
    said = stage.owner.says(stage.bot, "/hook")
    shown = await stage.owner.waits_for(chat, lambda m: m.sender is stage.bot and "Secret" in m.text, after=said)
    secret = shown.text.partition("Secret: ")[2].split()[0]
    shop = shown.text.partition("X-Encore-Shop: ")[2].split()[0]
    app, port = stage.app, free_port()
    vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
    async with serving(vitals, port, OrderCalls(app.db, app.clock.now, app.policies)), ClientSession() as session:

        async def call(body: dict[str, Any]) -> str:
            raw, stamp = json.dumps(body).encode(), str(int(app.clock.now().timestamp()))
            headers = dict(zip(HEADERS, (shop, stamp, sign(secret, stamp, raw)), strict=True))
            async with session.post(f"http://127.0.0.1:{port}/hooks/orders", data=raw, headers=headers) as answer:
                return await answer.text()

        yield call


def write_orders(tx: Tx, at: datetime, fans: list[int]) -> None:
    """Orders that come without a coupon: whose they are is known by a shop code, by a claim, or not at all.

    Some lie outside of the stream's window, and one fan bought before.
    """
    query = select(col(Member.user_id), col(Member.id)).where(col(Member.user_id).in_(fans))
    members: dict[int, Any] = dict(tx.execute(query).all())
    rows: list[tuple[str, int | None, str, dict[str, Any]]] = [
        *((f"code-{nth}", members[fan], "shop_code", {"value": 21_000 + nth}) for nth, fan in enumerate(fans[:20])),
        *((f"claim-{nth}", members[fan], "claim", {"value": 8_900}) for nth, fan in enumerate(fans[20:30])),
        *((f"nobody-{nth}", None, "nobody", {"value": 5_500, "discount": 500}) for nth in range(15)),
        ("dollars", members[fans[31]], "claim", {"value": 1_999, "currency": "USD", "discount": 150}),
        ("part", members[fans[32]], "shop_code", {"value": 30_000, "refunded": 12_345, "refunded_at": at}),
        ("off", members[fans[33]], "claim", {"value": 77_000, "state": "cancelled", "refunded": 77_000}),
        ("before", members[fans[0]], "claim", {"value": 1_000, "at": at - timedelta(days=9)}),
        ("early", None, "nobody", {"value": 1_111, "at": at - timedelta(hours=2)}),
        ("late", None, "nobody", {"value": 2_222, "at": at + timedelta(hours=5)}),
    ]
    for ref, member, belongs, told in rows:
        row = {"community_id": 1, "currency": "KRW", "day": at.date(), "at": at, "made_at": at, **told}
        tx.add(Order(ref=ref, member_id=member, belongs=belongs, **row))
    tx.flush()


async def before_the_start(evening: Evening) -> None:
    """A stream is planned, a source is made, sixty come by it and ten by none, half of all check in."""
    stage = evening.stage
    await stage.ask(stage.owner, '/newstream title="Silk night" at=+1h length=2h')
    await many([stage.ask(fan, "/checkin") for fan in evening.fans[:40]])


async def during_the_stream(evening: Evening, call: Calls) -> None:
    """Newcomers by two sources and by none, check-ins, attendance, two drops, orders, people who leave."""
    stage, fans = evening.stage, evening.fans
    card = await live_card(stage)
    await stage.ask(stage.owner, "/golive")
    await comes_by(stage, "Video", evening.newcomers[:30])
    await comes_by(stage, "Poster", evening.newcomers[30:42])
    for person in evening.newcomers[42:]:
        person.joins(stage.group)
    await stage.settled(30)
    await many([stage.ask(fan, "/checkin") for fan in (*fans[40:160], *evening.newcomers[:20])])
    await many([fan.presses(card, "here:").answered(20) for fan in fans[:150]])
    drop = await stage.drop('title="Silk scarf" stock=60')
    codes = await many([claims(drop, fan) for fan in fans[:50]])
    said = stage.owner.says(stage.group, '/newcoupon title="Priced" stock=20 price=5')
    priced = await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)
    await many([claims(priced, fan) for fan in fans[:12]])
    for nth, code in enumerate(codes[:20]):
        assert "taken" in await call({"order": f"H-{nth}", "code": code, "value": 39_000 + nth, "currency": "KRW"})
    at = stage.app.clock.now().astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    lines = [f'F-{nth},{code},"12,{nth:03}",{at}' for nth, code in enumerate(codes[20:35])]
    assert (
        "15 orders taken" in (await takes_in(stage, "/redeem currency=KRW", csv("order,code,value,time", *lines))).text
    )
    assert "taken" in await call(
        {"order": "H-0", "code": codes[0], "value": 39_000, "currency": "KRW", "state": "refunded"}
    )
    await stage.app.db.write(write_orders, stage.app.clock.now(), [fan.id for fan in fans[100:140]])
    for fan in fans[-7:]:
        fan.leaves(stage.group)
    await stage.settled(30)


def in_short(report: StreamReport) -> dict[str, Any]:
    """A report's figures by the names that the other count gives them."""
    o, f, c, k = report.figures.orders, report.figures.fans, report.figures.coupons, report.figures.coins
    ways = {one.name or ("invited" if one.invited else "unknown"): one.came for one in f.by}
    return {
        "revenue": {one.currency: one.revenue for one in o.takings},
        "paid_back": {one.currency: one.paid_back for one in o.takings},
        "discount": {one.currency: one.discount for one in o.takings},
        **{name: getattr(o, name) for name in ("orders", "identified", "with_coupon", "refunded", "cancelled")},
        "new_buyers": o.new_buyers,
        "by": ways,
        **{name: getattr(f, name) for name in ("came", "left", "checked_in", "attended")},
        "claimed": c.claimed,
        "redeemed": c.redeemed,
        "coupon_coins": c.coins,
        "issued": k.issued,
        "spent": k.spent,
        "owed": k.owed,
    }


async def test_an_evening_recomputed(play_sqlite: Play, sqlite_url: str) -> None:
    """Sources, check-ins, drops, orders of all kinds, refunds, a foreign currency: each figure agrees with the rows."""
    stage = await play_sqlite(language="en")
    evening = Evening(stage, stage.fans(FANS - 50), [stage.telegram.add_user(f"New {nth}") for nth in range(50)])
    await before_the_start(evening)
    stage.telegram.clock.advance(HOUR)
    async with platform(stage) as call:
        await during_the_stream(evening, call)
    stage.telegram.clock.advance(HOUR)
    ended = stage.owner.says(stage.group, "/endlive")
    private = stage.owner.chat_with(stage.bot)
    told = await stage.owner.waits_for(
        private, lambda m: m.sender is stage.bot and "Silk night" in m.text and m.seq > ended.seq, timeout=30
    )
    said = stage.owner.says(stage.group, "/order H-1 refund")
    await stage.whisper(stage.owner, after=said)
    await stage.settled(30)

    place = await stage.app.db.read(place_of, 1)
    reports = Reports(stage.app.db, stage.app.policies[FiguresPolicy])
    report = await reports.report(place, Wish(number=1), stage.app.clock.now())
    assert isinstance(report, StreamReport)
    counted = recount(Path(sqlite_url.removeprefix("sqlite:///")), 1)

    assert in_short(report) == counted
    assert counted["orders"] > 70
    assert (counted["refunded"], counted["cancelled"]) == (3, 1)
    assert set(counted["revenue"]) == {"KRW", "USD"}
    assert "Revenue" in told.text
    again = await stage.ask(stage.owner, "/report stream 1")
    won = f"₩{counted['revenue']['KRW']:,}"
    assert won in again.text
    assert f"${counted['revenue']['USD'] / 100:.2f}" in again.text
    assert f"Orders | {counted['orders']}" in again.text
