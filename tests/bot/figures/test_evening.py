"""An evening of 300 fans on the stand-in: every figure of its report is counted again from the raw rows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.features.figures.reports import ReportOutcome, Reports, Wish
from bot.rules.figures.funnel import FunnelLine, SourceFunnel
from bot.rules.figures.orders import Takings
from bot.rules.figures.reports import CameBy, PeriodReport, StreamReport
from bot.rules.figures.windows import FiguresPolicy
from bot.store.places import place_of
from tests.bot.conftest import Play, Stage
from tests.bot.figures.evening import (
    DAY,
    HOUR,
    after_the_end,
    before_the_start,
    begin,
    during_the_stream,
    lapsed,
    platform,
    some_leave,
)
from tests.bot.figures.recount import Figures, recount, recount_days, recount_sources, rewards


def in_short(report: StreamReport | PeriodReport) -> Figures:
    """A report's figures by the names that the other count gives them."""
    o, f, c, k = report.figures.orders, report.figures.fans, report.figures.coupons, report.figures.coins
    return {
        "revenue": by_currency(o.takings),
        "paid_back": {one.currency: one.paid_back for one in o.takings},
        "discount": {one.currency: one.discount for one in o.takings},
        **{name: getattr(o, name) for name in ("orders", "identified", "with_coupon", "refunded", "cancelled")},
        "new_buyers": o.new_buyers,
        "by": {way_of(one): one.came for one in f.by},
        **{name: getattr(f, name) for name in ("came", "left", "checked_in", "attended")},
        "claimed": c.claimed,
        "redeemed": c.redeemed,
        "coupon_coins": c.coins,
        **{name: getattr(k, name) for name in ("issued", "spent", "owed", "lapsing")},
    }


def way_of(line: CameBy | FunnelLine) -> str:
    """A way by the name that the other count gives it."""
    return line.name or ("invited" if line.invited else "by the bot" if line.by_bot else "unknown")


def by_currency(takings: tuple[Takings, ...]) -> dict[str, int]:
    """Revenue of each currency."""
    return {one.currency: one.revenue for one in takings}


STEPS = ("came", "checked_in", "claimed", "redeemed", "ordered", "stayed_week", "old_week", "stayed_month", "old_month")


def line_in_short(line: FunnelLine) -> Figures:
    """A line of the funnel by the names that the other count gives its figures."""
    return {"cost": line.cost, "revenue": by_currency(line.takings), **{name: getattr(line, name) for name in STEPS}}


async def reported(stage: Stage, wish: Wish) -> ReportOutcome:
    """What a report says now."""
    place = await stage.app.db.read(place_of, 1)
    return await Reports(stage.app.db, stage.app.policies[FiguresPolicy]).report(place, wish, stage.app.clock.now())


async def agrees(stage: Stage, database: Path) -> dict[str, Any]:
    """Each report's figures are those of the raw rows; the stream's."""
    await stage.app.housekeeper.tidy(stage.app.clock.now())
    now: datetime = stage.app.clock.now()
    stream = await reported(stage, Wish(number=1))
    assert isinstance(stream, StreamReport)
    counted = recount(database, 1, now)
    assert in_short(stream) == counted
    for days in (7, 30):
        period = await reported(stage, Wish(days=days))
        assert isinstance(period, PeriodReport)
        assert in_short(period) == recount_days(database, days, now), days
    funnel = await reported(stage, Wish(sources=True))
    assert isinstance(funnel, SourceFunnel)
    ways = {way_of(line): line_in_short(line) for line in funnel.lines}
    assert ways == recount_sources(database, now)
    assert funnel.reward_coins == rewards(database, now)
    return counted


async def test_an_evening_recomputed(play_sqlite: Play, sqlite_url: str) -> None:
    """Sources, gifts, check-ins, drops, orders by call, file, note, claim, hand: each figure agrees with the rows."""
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    stage = await play_sqlite(language="en")
    evening = await begin(stage)
    async with platform(stage) as call:
        await before_the_start(evening, call)
        stage.telegram.clock.advance(HOUR)
        await during_the_stream(evening, call)
        stage.telegram.clock.advance(HOUR)
        ended = stage.owner.says(stage.group, "/endlive")
        private = stage.owner.chat_with(stage.bot)
        told = await stage.owner.waits_for(
            private, lambda m: m.sender is stage.bot and "Silk night" in m.text and m.seq > ended.seq, timeout=30
        )
        assert told.date - ended.date < 60
        assert "Revenue" in told.text
        await after_the_end(evening, call)

    counted = await agrees(stage, database)
    assert counted["orders"] == 20 + 22 + 15 + 1 + 15 + 15 + 5 + 10 + 1 - 3
    assert (counted["refunded"], counted["cancelled"]) == (5, 2)
    assert counted["by"] == {"Video": 30, "Poster": 12, "invited": 2, "unknown": 6}
    again = await stage.ask(stage.owner, "/report stream 1")
    assert f"₩{counted['revenue']['KRW']:,}" in again.text
    assert f"${counted['revenue']['USD'] / 100:.2f}" in again.text
    assert f"Orders | {counted['orders']}" in again.text

    await some_leave(evening)
    await agrees(stage, database)
    stage.telegram.clock.advance(25 * DAY)
    # It is January: what lapses next is counted only after December's lapse.
    await lapsed(stage, "2027-12")
    await stage.all_sent(60)
    await agrees(stage, database)
    assert (await stage.books()).sound
