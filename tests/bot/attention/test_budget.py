"""The attention budget as people meet it: what is typed at night goes out, what the clock sends waits."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.tables import Community, Member
from bot.store.tables.attention import AttentionBounds
from tests.bot.conftest import NOON, Play, Stage
from tests.bot.streams.test_streams import has_button, live_card
from tests.features.scene import query

HOUR = 3600.0
NIGHT = NOON
"""Three in the morning in UTC, which is the zone of an English shop."""


async def verdicts(stage: Stage) -> list[tuple[Any, ...]]:
    """Kind, ruling, reason, and whether staff typed it, in the order of promises, of what rooms are told."""
    asked = "SELECT kind, ruling, reason, by_staff FROM verdict WHERE chat_id < 0 ORDER BY id"
    return [(*row[:3], bool(row[3])) for row in await query(stage.app.db, asked)]


async def test_what_staff_type_at_night_is_said_at_once(play: Play) -> None:
    """Drop, packet, raffle, stream, delay, the way back and cancellation: each says that staff typed it."""
    stage = await play(language="en", begins=NIGHT)
    await stage.drop()
    for line in (
        "/redpacket 60 3",
        '/newraffle prize="Silk scarf" winners=1 closes=+60m',
        '/newstream title="Silk night" at=+2h',
        "/delay 15m",
        "/undo",
        "/cancelstream",
        "/undo",
    ):
        await stage.ask(stage.owner, line)
        await stage.all_sent()
    told = [one for one in await verdicts(stage) if one[0] != "stream"]
    assert {kind for kind, *_ in told} == {
        *("arrivals.Greeting", "drop", "packet", "raffle"),
        *("streams.DelayNotice", "streams.CancelNotice", "streams.BackOnNotice"),
    }
    assert {(ruling, reason, by_staff) for _, ruling, reason, by_staff in told} == {("send", "staff", True)}


async def test_a_morning_card_waits_for_the_shops_own_morning(play: Play) -> None:
    """With quiet hours until half past nine it comes then, and the row of what was shown names its verdict."""
    stage = await play(language="en")
    await stage.app.db.write(_quiet_until_half_past_nine)
    stage.telegram.clock.set(NIGHT + 6 * HOUR)  # nine in the morning
    await stage.app.jobs.tick()
    await _held(stage)
    assert not any(has_button(one, "checkin") for one in stage.group.messages if one.sender is stage.bot)
    stage.telegram.clock.set(NIGHT + 6.5 * HOUR)
    await stage.owner.waits_for(stage.group, lambda m: m.sender is stage.bot and has_button(m, "checkin"), timeout=10)
    await stage.all_sent()
    shown = await query(
        stage.app.db,
        "SELECT v.ruling, v.reason FROM shown s JOIN verdict v ON v.id = s.verdict_id WHERE s.kind = 'morning'",
    )
    assert shown == [("send", "within")]


async def test_what_hearts_open_belongs_to_the_stream(play: Play) -> None:
    """At night a heart opens a packet in the room: it passes as the stream's own, and counts nothing."""
    stage = await play(language="en", begins=NIGHT)
    ana = stage.fan("Ana")
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage)
    await stage.ask(stage.owner, '/hearts goals=1 gives="packet:60/3"')
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    await ana.presses(card, "heart:").answered(10)
    await ana.waits_for(stage.group, lambda m: m.only_for is None and has_button(m, "packet:"), timeout=10)
    await stage.all_sent()
    assert ("packet", "send", "stream", False) in await verdicts(stage)


async def test_only_who_said_yes_hears_of_a_coupon_that_ends(play: Play) -> None:
    """Two fans hold a coupon that ends tomorrow: one said yes to promotion, and only they are written to."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    card = await stage.drop('title="Silk scarf" stock=3 closes=2026-11-04T12:00')
    for one in (ana, ben):
        one.starts(stage.bot)
        await one.presses(card, "claim:").answered(10)
    await stage.settled()
    await stage.app.db.write(_says_yes, ana.id)
    stage.telegram.clock.set(NIGHT + 33 * HOUR + 60)
    await stage.app.jobs.tick()
    await ana.waits_for(ana.chat_with(stage.bot), lambda m: "ends soon" in m.text, timeout=10)
    await stage.all_sent()
    ends = "SELECT ruling, reason FROM verdict WHERE kind = 'ending.CouponsEnd' ORDER BY chat_id"
    assert await query(stage.app.db, ends) == [("send", "within"), ("drop", "no_consent")]


async def _held(stage: Stage) -> None:
    async with asyncio.timeout(10):
        while ("morning", "hold", "quiet_hours", False) not in await verdicts(stage):
            await asyncio.sleep(0.02)


def _quiet_until_half_past_nine(tx: Tx) -> None:
    own = {"quiet_from": "21:00", "quiet_until": "09:30", "most": 6, "most_promotional": 3, "gap_minutes": 90}
    tx.execute(insert(AttentionBounds).values(community_id=1, **own))


def _says_yes(tx: Tx, user_id: int) -> None:
    at = datetime.fromtimestamp(NOON, UTC)
    tx.execute(update(Member).where(col(Member.user_id) == user_id).values(promotion_since=at))
    tx.execute(update(Community).values(contact="mail@silk.example"))
