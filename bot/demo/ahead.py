"""What comes next in the shop, for the clock of the page to jump to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot.demo.stage import Stage
from bot.rules.coupons import CampaignState
from bot.rules.streams import AiringState
from bot.store.db import Rx
from bot.store.tables import Airing, Campaign, Outbox, Stream
from bot.store.tables.messages import OutboxState
from sandbox.page import NextEvent

Event = tuple[datetime, str]
"""When, and the block of the demo's words that says what."""

SOON = timedelta(seconds=30)
"""What was promised for less than this later comes by itself: edits of cards that wait for their turn."""


def airings(rx: Rx) -> Iterator[Event]:
    """Starts of streams, the reminders before them, the end by their length."""
    planned = select(Airing, Stream).join(Stream).where(col(Airing.state) == AiringState.PLANNED)
    for airing, stream in rx.execute(planned):
        yield airing.starts_at, "next_stream"
        for minutes in stream.remind:
            yield airing.starts_at - timedelta(minutes=minutes), "next_reminder"
    live = select(Airing.ends_at).where(col(Airing.state) == AiringState.LIVE)
    for (ends_at,) in rx.execute(live):
        yield ends_at, "next_end"


def drops(rx: Rx) -> Iterator[Event]:
    """Drops that open or close."""
    rows = select(Campaign.opens, Campaign.closes).where(col(Campaign.state) == CampaignState.OPEN)
    for opens, closes in rx.execute(rows):
        if opens is not None:
            yield opens, "next_drop"
        if closes is not None:
            yield closes, "next_close"


def messages(rx: Rx) -> Iterator[Event]:
    """Messages that were promised for later."""
    rows = select(Outbox.due_at, Outbox.made_at).where(col(Outbox.state) == OutboxState.WAITING)
    for due_at, made_at in rx.execute(rows):
        if due_at - made_at > SOON:
            yield due_at, "next_message"


SOURCES = (airings, drops, messages)
"""Where what is due is looked for. Of what is due at once, the first source names it."""


def soonest(rx: Rx, now: datetime) -> Event | None:
    """The next thing that happens by itself."""
    found = [event for source in SOURCES for event in source(rx) if event[0] > now]
    return min(found, key=lambda event: event[0], default=None)


async def look_ahead(stage: Stage) -> NextEvent | None:
    """The next thing that happens by itself, for the page."""
    event = await stage.app.db.read(soonest, stage.app.clock.now())
    return None if event is None else NextEvent(event[0].timestamp(), stage.line(event[1]))
