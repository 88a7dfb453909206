"""The bot is away from any moment to any other around a start: what is told then is what a small model says."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.features.streams.cancellations import cancel
from bot.features.streams.delays import delay
from bot.features.streams.on_air import go_live
from bot.rules.streams.airings import CallOff, Delayed, Move, OnAir, StreamCancelled, WentLive
from bot.running import App
from bot.store.engine.db import Database
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Call, Limits, Sandbox
from tests.bot.big_shop import POLICY, BigShop, sender
from tests.bot.conftest import NOON, Play, unexpected_refusals
from tests.bot.conftest import start as start_bot
from tests.features.scene import act_of
from tests.outage import check, outage

Minutes = float
START: Minutes = 0
"""All instants are minutes from the planned start."""
MADE: Minutes = -26 * 60
REMIND = (24 * 60, 60, 10)
LATE = 60
ASK_AFTER = 10
GAP = 5
EARLY = 2 / 25 / 60
"""A round begins earlier by the time that it takes to tell two fans."""
BY = 15
MORNING = "morning"
"""The day's card, which has nothing to do with the evening."""
UNHURRIED = PacerLimits(per_second=1e6, chat_gap=0.0, group_messages=10_000, group_edits=10_000)
"""A minute of the pacer's is a real one; here hours pass in no time."""


@dataclass(frozen=True)
class Outage:
    """The bot is stopped at one minute and comes back at another; the owner may have acted just before it stopped."""

    down: Minutes
    up: Minutes
    length: Minutes = 180
    act: str | None = None


@dataclass
class Told:
    """What one chat, one fan who asked for reminders, and the owner hear."""

    chat: Counter[str]
    fan: Counter[str]
    owner: Counter[str]


def awake(outage: Outage) -> list[Minutes]:
    """When the bot looks: at every instant at which something falls due, unless it is away, and when it comes back."""
    starts = {START, START + BY, max(outage.down, START) + BY, outage.down}
    due = {start + after for start in starts for after in (*(-r for r in REMIND), 0, ASK_AFTER, outage.length)}
    return sorted({at for at in due if MADE < at <= outage.down or at > outage.up} | {outage.down, outage.up})


def model(outage: Outage) -> Told:
    """What PRODUCT's rules of streams make of an outage."""
    looks = awake(outage)
    told = Told(Counter(), Counter(), Counter())
    acted = outage.down if outage.act else None
    over_by = START + outage.length
    if acted is None or acted >= over_by:
        _evening(told, looks, START, outage.length, MADE, None, None)
        return told
    after = [at for at in looks if at > acted]  # the act is the last thing before the stop
    before = [at for at in looks if at <= acted]
    begun = acted >= START
    if outage.act == "cancel":
        _evening(told, before, START, outage.length, MADE, None, None)
        heard = any(at < acted + LATE for at in after)
        told.chat["cancelled"] += heard and (not begun or told.chat["start"] > 0)
        told.fan["cancelled"] += heard
    elif outage.act == "delay":
        _evening(told, before, START, outage.length, MADE, None, None)
        new = max(START, acted) + BY
        heard = any(at < min(new, acted + LATE) for at in after)
        told.chat["delayed"] += heard and (not begun or told.chat["start"] > 0)
        told.fan["delayed"] += heard
        _evening(told, after, new, outage.length, MADE, acted, None)
    elif begun:
        _evening(told, looks, START, outage.length, MADE, None, acted)
    else:
        # Reminders that fell due before it began early are told; what was still to come is not.
        _evening(told, before, START, outage.length, MADE, None, None)
        _evening(told, after, acted, outage.length, acted, None, acted)
    return told


def _evening(
    told: Told,
    looks: Iterable[Minutes],
    start: Minutes,
    length: Minutes,
    made: Minutes,
    moved: Minutes | None,
    on_air: Minutes | None,
) -> None:
    looks = list(looks)
    end = start + length
    late = min(start + LATE, end)
    if any(start <= at < late for at in looks):
        told.chat["start"] += 1
    quiet_till = on_air if on_air is not None else end
    if any(start + ASK_AFTER <= at < late and at <= quiet_till for at in looks):
        told.owner["asked"] += 1
    # An end isn't told where the start never was.
    if on_air is not None and told.chat["start"] and any(end <= at < end + LATE for at in looks):
        told.chat["ended"] += 1
    reminded = set()
    for at in looks:
        overdue = [start - before - EARLY for before in REMIND if start - before <= at]
        if at < start and overdue:
            latest = max(overdue)
            if latest >= made and (moved is None or latest >= moved + GAP):
                reminded.add(latest)
    told.fan["reminded"] += len(reminded)


def kind_of(call: Call) -> str:
    """What a message tells, by its buttons and marks."""
    markup, text = str(call.params.get("reply_markup", "")), str(call.params.get("text", ""))
    if "here:" in markup:
        return "start"
    if "unremind:" in markup:
        return "reminded"
    if "onair:" in markup:
        return "asked"
    if "checkin" in markup or "report:" in markup:
        return MORNING  # neither the morning card nor a report of the end is what is counted here
    return next(name for mark, name in (("🙏", "cancelled"), ("💛", "ended"), ("⏰", "delayed")) if mark in text)


async def play(url: str, outage: Outage) -> Told:
    """Live through it with the wired bot on a clock that jumps; what was told."""
    async with Sandbox(limits=Limits.none(), start=NOON) as telegram:
        shop = await BigShop.open(telegram, url, groups=2)
        start = await shop.plans(timedelta(minutes=-MADE), length=timedelta(minutes=outage.length))
        await shop.subscribes(2, 1)
        looks = awake(outage)
        await _live(shop, start.timestamp(), [at for at in looks if at <= outage.down])
        if outage.act is not None:
            await _act(shop, outage.act, start + timedelta(minutes=outage.down))
        await _live(shop, start.timestamp(), [at for at in looks if at > outage.down])
    assert unexpected_refusals(telegram) == []
    sent = [call for call in telegram.calls if call.method == "sendMessage" and call.status == 200]
    heard: dict[int, Counter[str]] = {}
    for call in sent:
        if kind_of(call) != MORNING:
            heard.setdefault(call.params["chat_id"], Counter())[kind_of(call)] += 1
    chats = [heard.get(chat.id, Counter()) for chat in shop.chats]
    fans = [heard.get(fan.id, Counter()) for fan in shop.fans]
    assert all(one == chats[0] for one in chats)
    assert all(one == fans[0] for one in fans)
    return Told(chats[0], fans[0], heard.get(shop.owner.id, Counter()))


async def _live(shop: BigShop, start: float, looks: list[Minutes]) -> None:
    if looks:
        shop.telegram.clock.set(start + looks[0] * 60 + 0.5)
    app, task = start_bot(shop.telegram, shop.url, UNHURRIED)
    try:
        for at in looks:
            shop.telegram.clock.set(start + at * 60 + 0.5)
            await _settle(shop, app)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if app.engine.session._session is not None:
            await app.engine.session._session.close()
        await app.close()


async def _settle(shop: BigShop, app: App) -> None:
    for _ in range(2):
        await app.jobs.tick()
        await shop.drained(app.db)


async def _act(shop: BigShop, what: str, now: datetime) -> None:
    """The owner's act is committed; then the process ends before anything is told of it."""
    async with Database.open(shop.url) as db:
        act = act_of(shop.place, sender(shop.owner), now, "42:act")
        match what:
            case "delay":
                move = Move(by=timedelta(minutes=BY))
                assert isinstance(await db.write(delay, act, move, POLICY), Delayed)
            case "cancel":
                done = await db.write(cancel, act, CallOff(series=True), POLICY)
                assert isinstance(done, StreamCancelled)
            case _:
                assert isinstance(await db.write(go_live, act, OnAir(), POLICY), WentLive)


TABLE = (
    Outage(-30, -20),
    Outage(-5, 1),
    Outage(-5, 30),
    Outage(-5, 59),
    Outage(-5, 61),
    Outage(-5, 25, length=20),
    Outage(-5, 200),
    Outage(1, 15),
    Outage(1, 59),
    Outage(1, 61),
    Outage(1, 15, length=12),
    Outage(-25 * 60, -30),
    Outage(-25 * 60, -5),
    Outage(-30, -28, act="delay"),
    Outage(-30, 40, act="delay"),
    Outage(1, 20, act="delay"),
    Outage(-30, 1, act="cancel"),
    Outage(-30, 40, act="cancel"),
    Outage(1, 3, act="cancel"),
    Outage(-5, 3, act="golive"),
    Outage(-5, 70, act="golive"),
    Outage(5, 200, act="golive"),
    Outage(5, 300, act="golive"),
)


def made_up(count: int) -> list[Outage]:
    """Outages from any moment to any other, the same in every run."""
    dice = random.Random(3)
    outages: list[Outage] = []
    while len(outages) < count:
        down, up = sorted(dice.sample([-1500, -700, -61, -30, -12, -5, -1, 1, 5, 11, 14, 30, 59, 61, 100, 179], 2))
        length = dice.choice([20, 45, 180])
        act = dice.choice([None, None, "delay", "cancel", "golive"])
        if down < length:
            outages.append(Outage(down, up + dice.choice([0, 0, 100]), length, act if down > -1440 else None))
    return outages


@pytest.mark.parametrize("outage", [*TABLE, *made_up(12)], ids=repr)
async def test_an_outage(sqlite_url: str, outage: Outage) -> None:
    """What is told, and how often, is what the rules say, wherever the outage begins and ends."""
    told = await play(sqlite_url, outage)
    assert replace_zero(told) == replace_zero(model(outage))


async def test_a_late_start_says_when_it_was(sqlite_url: str) -> None:
    """Half an hour late the card tells the hour; "starting now" would be a lie."""
    async with Sandbox(limits=Limits.none(), start=NOON) as telegram:
        shop = await BigShop.open(telegram, sqlite_url, groups=1)
        start = await shop.plans(timedelta(minutes=-MADE))
        await _live(shop, start.timestamp(), [-5])
        await _live(shop, start.timestamp(), [30])
        (card,) = shop.cards(shop.chats[0])
    assert "지금 시작" not in card.text
    assert "라방 시간이에요" in card.text


def replace_zero(told: Told) -> Told:
    """The same without what was told no times."""
    return replace(told, chat=+told.chat, fan=+told.fan, owner=+told.owner)


async def test_an_outage_under_load(play_sqlite: Play) -> None:
    """A short one of `python -m tests.outage`: fans are paid once and told, a start is told late, a past one not."""
    figures = await outage(play_sqlite, 20, 4)
    check(figures)
    assert figures.fans > 20
    assert figures.pressed > 0
