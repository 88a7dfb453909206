"""An evening of 300 fans on the stand-in. All comes in as it does to a shop: by messages, taps, calls and files."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession

from bot.rules.orders.calls import sign
from bot.rules.shop_codes import is_shop_code
from bot.web import OrderCalls, Vitals, serving
from sandbox import Document, Message
from sandbox import Person as Someone
from tests.bot.conftest import Stage, is_card
from tests.bot.files import csv, takes_in
from tests.bot.gifts.test_gifts import opens as opens_gift
from tests.bot.gifts.test_gifts import send
from tests.bot.orders.test_orders import HEADERS, free_port
from tests.bot.people.test_sources import link_into, opens, payload_in
from tests.bot.streams.test_streams import live_card
from tests.features.scene import query
from tests.rules.sheets.workbooks import xlsx

SECOND, MINUTE, HOUR, DAY = 1.0, 60.0, 3600.0, 86_400.0
FANS = 250
"""Fans who were there before the evening. Fifty more come during it."""
AT_ONCE = 40

Call = Callable[[dict[str, Any]], Awaitable[str]]


@dataclass
class Evening:
    """What is played on, and who plays."""

    stage: Stage
    fans: list[Someone]
    newcomers: list[Someone]
    friends: list[Someone]
    """Newcomers who were invited."""
    shop_codes: dict[Someone, str] = field(default_factory=dict)


async def many(what: list[Awaitable[Any]]) -> list[Any]:
    """Let many act at once, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(act: Awaitable[Any]) -> Any:
        async with gate:
            return await act

    return await asyncio.gather(*(one(act) for act in what))


async def begin(stage: Stage) -> Evening:
    """The shop is set up, and its fans check in: twenty in November 2026, all others in December.

    A year later the coins of November have lapsed, and those of December are about to. It is 19:00 on 3 December 2027.
    """
    newcomers = [stage.telegram.add_user(f"New {nth}") for nth in range(48)]
    friends = [stage.telegram.add_user(f"Friend {nth}", language="en") for nth in range(2)]
    evening = Evening(stage, stage.fans(FANS - 2), newcomers, friends)
    buyer = stage.fan("Buyer")
    buyer.username = "buyer"
    evening.fans += [stage.fan("Inviter"), buyer]
    await stage.ask(stage.owner, "/setup timezone=Asia/Seoul currency=KRW")
    await many([stage.ask(fan, "/checkin") for fan in evening.fans[:20]])
    stage.telegram.clock.advance(29 * DAY)
    await many([stage.ask(fan, "/checkin") for fan in evening.fans[20:]])
    stage.telegram.clock.advance(367 * DAY + 7 * HOUR)
    await lapsed(stage, "2027-11")
    await stage.all_sent(60)
    return evening


async def lapsed(stage: Stage, month: str) -> None:
    """Wait until the coins of a month's end have lapsed."""
    done = "SELECT 1 FROM lapse_round WHERE step = 'lapse' AND done AND month = :month"
    async with asyncio.timeout(60):
        while not await query(stage.app.db, done, month=month):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def platform(stage: Stage) -> AsyncIterator[Call]:
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
                outcome: str = json.loads(await answer.text())["outcome"]
                return outcome

        yield call


async def before_the_start(evening: Evening, call: Call) -> None:
    """A stream is planned. One fan bought nine days ago, and somebody an hour ago: neither is of the evening."""
    stage, now = evening.stage, evening.stage.app.clock.now()
    await learn_shop_codes(evening, evening.fans[:20])
    first = evening.fans[0]
    earlier = {"at": (now - timedelta(days=9)).isoformat(), "note": evening.shop_codes[first]}
    assert await call({"order": "before", "value": 1_000, **earlier}) == "taken"
    assert await call({"order": "early", "value": 1_111, "at": (now - timedelta(hours=1)).isoformat()}) == "taken"
    await stage.ask(stage.owner, '/newstream title="Silk night" at=+1h length=2h')


async def learn_shop_codes(evening: Evening, fans: list[Someone]) -> None:
    """Fans look their shop codes up on `/me`."""
    cards = await many([evening.stage.ask(fan, "/me") for fan in fans])
    for fan, card in zip(fans, cards, strict=True):
        evening.shop_codes[fan] = next(word for word in re.split(r"\W+", card.text) if is_shop_code(word))


async def during_the_stream(evening: Evening, call: Call) -> None:
    """Newcomers, check-ins, attendance, two drops, orders of all kinds, people who leave."""
    stage, fans = evening.stage, evening.fans
    card = await live_card(stage)
    await stage.ask(stage.owner, "/golive")
    await newcomers_join(evening)
    await many([stage.ask(fan, "/checkin") for fan in (*fans[40:160], *evening.newcomers[:20])])
    await many([fan.presses(card, "here:").answered(20) for fan in fans[:150]])
    codes = await coupons_are_claimed(evening)
    stage.telegram.clock.advance(30 * MINUTE)
    await orders_by_call(evening, call, codes[:20])
    await orders_by_files(evening, codes[20:])
    await orders_that_fans_claim(evening, call)
    for fan in fans[-9:-2]:
        fan.leaves(stage.group)
    await stage.settled(30)


async def newcomers_join(evening: Evening) -> None:
    """Forty-two by two sources, six by none, two by a friend's gift."""
    stage, newcomers = evening.stage, evening.newcomers
    await comes_by(stage, "Video", newcomers[:30])
    await comes_by(stage, "Poster", newcomers[30:42])
    for person in newcomers[42:]:
        person.joins(stage.group)
    inviter = evening.fans[-2]
    inviter.starts(stage.bot)
    await stage.settled()
    said = inviter.says(stage.bot, "/gift")
    gift = await inviter.waits_for(stage.bot, lambda m: "A way in for a friend" in m.text, timeout=10, after=said)
    for friend in evening.friends:
        opened = await opens_gift(stage, friend, await send(stage, inviter, gift, friend))
        friend.joins(stage.group, opened.buttons[0].url)
        await stage.whisper(friend)
        await stage.ask(friend, "/checkin")
    await stage.settled(30)


async def comes_by(stage: Stage, name: str, people: list[Someone]) -> None:
    """The owner makes a source; people open its link and join."""
    said = stage.owner.says(stage.group, f"/source {name} cost=120")
    payload = payload_in((await stage.whisper(stage.owner, after=said)).text)
    doors = await many([opens(stage, person, payload) for person in people])
    for person, door in zip(people, doors, strict=True):
        person.joins(stage.group, link_into(stage.group, door))
    await stage.settled(30)


async def coupons_are_claimed(evening: Evening) -> list[str]:
    """Fans and newcomers claim a free drop, some a priced one too; the codes of the free one."""
    stage, fans = evening.stage, evening.fans
    drop = await stage.drop('title="Silk scarf" stock=60')
    takers = [*evening.newcomers[:10], *fans[40:80]]
    codes = await many([claims(drop, fan) for fan in takers])
    said = stage.owner.says(stage.group, '/newcoupon title="Priced" stock=20 price=5')
    priced = await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)
    await many([claims(priced, fan) for fan in fans[60:72]])
    return codes


async def claims(card: Message, fan: Someone) -> str:
    """A fan claims; the coupon's code."""
    answer = await fan.presses(card, "claim").answered(20)
    return next(word for word in answer.text.split() if "-" in word)


async def orders_by_call(evening: Evening, call: Call, codes: list[str]) -> None:
    """Orders with coupons, with shop codes in their notes, and nobody's; refunded, paid back in part, cancelled."""
    for nth, code in enumerate(codes):
        assert await call({"order": f"H-{nth}", "code": code, "value": 39_000 + nth, "discount": 1_000}) == "taken"
    await learn_shop_codes(evening, evening.friends)
    for nth, (fan, code) in enumerate(evening.shop_codes.items()):
        note = f"문 앞에 놓아 주세요 {code} {fan.name}"
        assert await call({"order": f"N-{nth}", "note": note, "value": 21_000 + nth}) == "taken"
    for nth in range(15):
        assert await call({"order": f"X-{nth}", "value": 5_500, "discount": 500, "currency": "krw"}) == "taken"
    assert await call({"order": "D-0", "value": 1_999, "currency": "USD", "discount": 150}) == "taken"
    assert await call({"order": "D-0", "value": 1_999, "currency": "USD", "refunded": 501}) == "taken"
    assert await call({"order": "H-0", "value": 39_000, "state": "refunded"}) == "taken"
    assert await call({"order": "X-0", "value": 5_500, "status": "결제완료"}) == "known"
    assert await call({"order": "X-1", "value": 5_500, "status": "취소완료"}) == "taken"
    assert await call({"order": "X-99", "value": 5_500, "status": "입금대기"}) == "waiting"


async def orders_by_files(evening: Evening, codes: list[str]) -> None:
    """Three files with a preview each: UTF-8 with amounts in quotes, CP949 from a Korean platform, a workbook."""
    stage, now = evening.stage, evening.stage.app.clock.now()
    at = f"{local(now):%Y-%m-%d %H:%M:%S}"
    lines = [f'F-{nth},{code},"12,{nth:03}",{at}' for nth, code in enumerate(codes[:15])]
    taken = await takes_in(stage, "/redeem", csv("order,code,value,time", *lines))
    assert "15 orders taken" in taken.text

    korean = [
        "주문번호,쿠폰코드,결제금액,결제일시,주문상태",
        *(f'K-{nth},,"45,{nth:03}원",{at},결제완료' for nth in range(10)),
        *(f'K-{nth},{codes[nth + 5]},"33,000",{at},배송준비중' for nth in range(10, 14)),
        f'K-14,,"30,000",{at},구매확정',
        f'K-14,,"-12,345",{at},구매확정',
        f'K-15,,"77,000",{at},취소완료',
        f'K-16,,"88,000",{at},입금대기',
        f'K-17,,"66,000",{at},반품완료',
    ]
    taken = await takes_in(stage, "/redeem", csv(*korean, encoding="cp949"))
    assert "15 orders taken" in taken.text

    rows = [["Order ID", "Discount Code", "Total", "Paid at"]]
    rows += [[f"W-{nth}", codes[20 + nth], f"US${nth + 10}.99", at] for nth in range(5)]
    workbook = Document("orders.xlsx", xlsx(rows), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    taken = await takes_in(stage, "/redeem", workbook)
    assert "5 orders taken" in taken.text


async def orders_that_fans_claim(evening: Evening, call: Call) -> None:
    """Ten fans tell their order's number, half of them before it comes in; staff confirm; one is given by hand."""
    stage, fans = evening.stage, evening.fans[120:130]
    await many([stage.ask(fan, f"/myorder M-{nth}") for nth, fan in enumerate(fans[:5])])
    for nth in range(10):
        assert await call({"order": f"M-{nth}", "value": 8_900}) == "taken"
    await many([stage.ask(fan, f"/myorder m {nth + 5}") for nth, fan in enumerate(fans[5:])])
    await stage.ask(evening.fans[130], "/myorder M-0")
    while (button := await first_to_confirm(stage)) is not None:
        await stage.owner.taps(*button).answered(10)
    assert await call({"order": "G-0", "value": 55_000}) == "taken"
    said = stage.owner.says(stage.group, "/order G-0 @buyer")
    await stage.owner.waits_for(stage.group, lambda m: "is @buyer's now" in m.text, timeout=10, after=said)


async def first_to_confirm(stage: Stage) -> tuple[Message, str] | None:
    """The list of claims and the first button of it that confirms one; None if there is none left."""
    said = stage.owner.says(stage.group, "/orders")
    listed = await stage.whisper(stage.owner, after=said)
    data = [button.callback_data or "" for button in listed.buttons]
    found = next((one for one in data if one.startswith("orderclaim:yes:")), None)
    return (listed, found) if found is not None else None


async def after_the_end(evening: Evening, call: Call) -> None:
    """A refund changes the report; an order more than three hours after the end doesn't count for it."""
    stage = evening.stage
    said = stage.owner.says(stage.group, "/order H-1 refund")
    await stage.whisper(stage.owner, after=said)
    stage.telegram.clock.advance(3 * HOUR + SECOND)
    assert await call({"order": "late", "value": 2_222}) == "taken"
    await stage.settled(30)


async def some_leave(evening: Evening) -> None:
    """Of who came by the video three leave after two days, and two after nine. Ten days pass."""
    for days, leaving in ((2, evening.newcomers[:3]), (7, evening.newcomers[3:5]), (1, [])):
        evening.stage.telegram.clock.advance(days * DAY)
        for person in leaving:
            person.leaves(evening.stage.group)
        await evening.stage.settled(30)


def local(at: datetime) -> datetime:
    """An instant on the shop's clock."""
    return at + timedelta(hours=9)
