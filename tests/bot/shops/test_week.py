"""Weeks of one community on a jumping clock: cards, reminders, streams and check-in days where the clocks change."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Message, Person
from sandbox.events import Event
from tests.bot.conftest import Play, Stage
from tests.bot.streams.test_streams import asks_to_be_reminded, plan
from tests.features.scene import query

NEW_YORK, SEOUL = ZoneInfo("America/New_York"), ZoneInfo("Asia/Seoul")
DAY, HOUR, MINUTE, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(weeks=1)
REMIND = (DAY, HOUR, 10 * MINUTE)
LADDER = (5, 6, 8, 10, 12, 15, 20)
PROMPT = timedelta(seconds=20)
"""How much of real time may pass, on a busy machine, between a jump and what comes of it."""


@dataclass
class Weeks:
    """A community whose clock jumps, and what everyone saw of the bot, with when."""

    stage: Stage
    said: list[tuple[datetime, Message, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage.telegram.on_event(self._hears)

    def _hears(self, event: Event) -> None:
        if event.kind == "message" and event.message is not None and event.message.sender is self.stage.bot:
            self.said.append((datetime.fromtimestamp(event.at, UTC), event.message, event.message.text))

    @property
    def now(self) -> datetime:
        """The present."""
        return datetime.fromtimestamp(self.stage.telegram.clock.now(), UTC)

    async def jump(self, instant: datetime) -> None:
        """Go there, and wait until all that is due by then was done."""
        self.stage.telegram.clock.set(max(instant, self.now).timestamp())
        await self.stage.settled()
        await self.stage.app.jobs.tick()
        async with asyncio.timeout(10):
            while await self.stage.app.db.read(_under_way, self.now):
                await asyncio.sleep(0.005)

    def times(self, words: str, *, private: bool = False) -> list[datetime]:
        """When messages with these words came."""
        return [at for at, message, text in self.said if words in text and (message.chat.kind == "private") is private]

    def last(self, words: str) -> Message:
        """The last message that had these words when it came."""
        return next(message for _, message, text in reversed(self.said) if words in text)


def _under_way(session: Session, now: datetime) -> int:
    waiting = (col(Outbox.state) == OutboxState.WAITING) & (col(Outbox.due_at) <= now)
    found: int = session.execute(
        select(func.count()).select_from(Outbox).where(or_(waiting, col(Outbox.state) == OutboxState.SENDING))
    ).scalar_one()
    return found


def same(found: list[datetime], expected: list[datetime]) -> bool:
    """Whether each came at its instant, and nothing else came."""
    pairs = zip(found, expected, strict=False)
    return len(found) == len(expected) and all(timedelta(0) <= at - due < PROMPT for at, due in pairs)


def local(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """An instant by a wall clock."""
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=zone).astimezone(UTC)


async def open_weeks(play: Play, begins: datetime, zone: ZoneInfo) -> tuple[Weeks, Person, Person]:
    """A shop in that zone, whose morning card comes at nine, and two fans."""
    # Weeks pass in seconds: what Telegram's limits allow in a minute of real time isn't what is looked at here.
    pacing = PacerLimits(per_second=1_000, group_messages=10_000, group_edits=10_000, chat_gap=0)
    stage = await play(language="en", begins=begins.timestamp(), pacing=pacing)
    await stage.ask(stage.owner, f"/setup timezone={zone.key}")
    return Weeks(stage), stage.fan("Ana"), stage.fan("Eve")


@dataclass
class Fortnight:
    """Sixteen days of New York around a change of clocks, with an outage, and what two fans heard in them."""

    weeks: Weeks
    ana: Person
    eve: Person
    days: list[date]
    down: datetime
    checked: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)

    @property
    def up(self) -> datetime:
        """When the outage is over."""
        return self.down + 30 * HOUR

    @property
    def sundays(self) -> list[datetime]:
        """When the weekly stream begins."""
        return [local(day, "20:00", NEW_YORK) for day in self.days if day.isoweekday() == 7]

    def agenda(self) -> dict[datetime, str]:
        """Every instant to look at, with what happens then."""
        agenda = {self.down + 14 * HOUR - DAY: "reminder of what will be lost"}
        for day in self.days:
            agenda |= {local(day, "00:01", NEW_YORK): "check in", local(day, "09:00", NEW_YORK): "card"}
            agenda[local(day, "23:59", NEW_YORK)] = "check in again"
        for at in self.sundays:
            agenda |= dict.fromkeys((at - before for before in REMIND), "reminder")
            agenda |= {at: "start", at + 10 * MINUTE: "question", at + 3 * HOUR: "end"}
        return {at: agenda[at] for at in sorted(agenda) if not self.down <= at < self.up}

    async def live(self) -> None:
        """Let it all happen."""
        for at, what in self.agenda().items():
            if at > self.up > self.weeks.now:
                await self.weeks.jump(self.up)
            await self.weeks.jump(at)
            if what.startswith("check in"):
                await self.check_in(at, again=what != "check in")
            elif what == "start":
                press = self.ana.presses(self.weeks.last("Starting now"), "here:")
                self.came.append((await press.answered(10)).text)

    async def check_in(self, at: datetime, *, again: bool) -> None:
        """Eve checks in at both ends of each day; after the outage once, at the end of its day."""
        text = (await self.weeks.stage.ask(self.eve, "/checkin")).text
        if again and at.astimezone(NEW_YORK).date() != self.up.astimezone(NEW_YORK).date():
            assert "Already in today" in text
        else:
            self.checked.append(text)


@pytest.mark.parametrize(
    ("first", "change", "hours"),
    [
        pytest.param(date(2026, 2, 28), date(2026, 3, 8), 23, id="forward"),
        pytest.param(date(2026, 10, 24), date(2026, 11, 1), 25, id="back"),
    ],
)
async def test_weeks_in_which_the_clocks_change(play_sqlite: Play, first: date, change: date, hours: int) -> None:
    """Sixteen days of New York: cards at nine, the Sunday stream at eight, days as the calendar has them, an outage."""
    assert local(change + DAY, "00:00", NEW_YORK) - local(change, "00:00", NEW_YORK) == timedelta(hours=hours)
    weeks, ana, eve = await open_weeks(play_sqlite, local(first, "00:00", NEW_YORK), NEW_YORK)
    # Down from six in the morning of a Tuesday until noon of the next day: its card and its stream are lost.
    lost = change + 2 * DAY
    fortnight = Fortnight(weeks, ana, eve, [first + n * DAY for n in range(16)], local(lost, "06:00", NEW_YORK))
    await plan(weeks.stage, f'title="Silk night" at={first + DAY}T20:00 repeat=weekly')
    await asks_to_be_reminded(weeks.stage, ana)
    await plan(weeks.stage, f'title="Lost night" at={lost}T20:00')
    await ana.presses(await weeks.stage.ask(ana, "/streams"), "remind:2").answered(10)
    await fortnight.live()

    sundays = fortnight.sundays
    cards = [local(day, "09:00", NEW_YORK) for day in fortnight.days if day not in {lost, lost + DAY}]
    assert same(weeks.times("Good morning"), sorted(cards))
    assert same(weeks.times("Starting now: Silk night"), sundays)
    assert same(weeks.times("haven't heard from you"), [at + 10 * MINUTE for at in sundays])
    assert same(weeks.times("That was Silk night"), [at + 3 * HOUR for at in sundays])
    early = [at - before for at in sundays for before in REMIND[:2]]
    assert same(weeks.times("Coming up: Silk night", private=True), early)
    assert same(weeks.times("about to start", private=True), [at - REMIND[2] for at in sundays])
    # Of the night that the outage swallowed: the reminder of the day before, and nothing that would be a lie.
    assert same(weeks.times("Coming up: Lost night", private=True), [local(lost, "20:00", NEW_YORK) - DAY])
    assert weeks.times("Starting now: Lost night") == weeks.times("That was Lost night") == []
    # Each local day was one check-in day, of 23, 24 or 25 hours, and Sundays in a row are streams in a row.
    assert len(fortnight.checked) == len(fortnight.days)
    for length, text in enumerate(fortnight.checked, start=1):
        assert f"+{LADDER[min(length, 7) - 1]} coins" in text, (length, text)
    assert [text.split("coins")[0].split("+")[1].strip() for text in fortnight.came] == ["10", "15", "20"]
    assert (await weeks.stage.books()).sound


async def test_a_change_of_zone_and_back(play_sqlite: Play) -> None:
    """Seoul, New York, Seoul: a card and a check-in for each date once, a weekly stream that stays weekly."""
    monday = date(2026, 6, 1)
    weeks, ana, _ = await open_weeks(play_sqlite, local(monday, "00:30", SEOUL), SEOUL)
    stage = weeks.stage
    first = local(monday + 2 * DAY, "20:00", SEOUL)
    await plan(stage, f'title="Silk night" at={monday + 2 * DAY}T20:00 repeat=weekly')
    west, east = local(monday + 2 * DAY, "10:00", SEOUL), local(monday + 5 * DAY, "10:00", NEW_YORK)
    zones = {local(monday, "00:30", SEOUL): SEOUL, west: NEW_YORK, east: SEOUL}
    # What keeps the plan: the first in Seoul's time, the next as New York had it when it was made, then Seoul's again.
    streams = [first, local(monday + 9 * DAY, "20:00", NEW_YORK), local(monday + 16 * DAY, "20:00", SEOUL)]

    zone, now, last = SEOUL, local(monday, "01:00", SEOUL), None
    carded: dict[date, datetime] = {}
    while now < local(monday + 17 * DAY, "12:00", SEOUL):
        if now in zones:
            zone = zones[now]
            await weeks.jump(now)
            await stage.ask(stage.owner, f"/setup timezone={zone.key}")
        here = now.astimezone(zone)
        if now in streams or here.hour % 8 == 1:
            await weeks.jump(now)
        if here.hour == 9:
            carded.setdefault(here.date(), now)
        if here.hour % 8 == 1:
            answer = (await stage.ask(ana, "/checkin")).text
            new = last is None or here.date() > last
            assert ("You're in" if new else "Already in today") in answer, (here, last, answer)
            last = here.date() if new else last
        now += HOUR

    assert same(weeks.times("Good morning"), list(carded.values()))
    assert len(carded) == len(set(carded))
    assert same(weeks.times("Starting now"), streams)
    days = await query(stage.app.db, "SELECT count(*), count(DISTINCT day) FROM check_in WHERE cover = 'checked'")
    assert days == [(last.toordinal() - monday.toordinal() + 1 if last else 0,) * 2]
    assert (await stage.books()).sound
