"""Find what happens next in the shop, so that the clock of the page can jump to it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from sqlmodel import col, select

from bot.commands.demo.stage import Stage
from bot.domains import DOMAINS
from bot.rules.calendar import zone
from bot.rules.coupon_states import CampaignState
from bot.rules.policies import Policies
from bot.rules.raffles.facts import RaffleState
from bot.rules.slots import PostingState, SlotKind
from bot.store.airings import list_all_open_airings
from bot.store.engine.sessions import Rx
from bot.store.tables import Campaign, GiftReward, Outbox, Posting, Raffle, Stream, Subscription
from bot.store.tables.messages import OutboxState
from sandbox.page import NextEvent


class Event(NamedTuple):
    """Something that will happen."""

    at: datetime
    block: str
    """The block of the demo's words that names it."""
    pillar: str = ""
    """What it is about, if it is a planned post."""


FILLED_BY = {
    SlotKind.MORNING: "next_morning",
    SlotKind.POST: "next_post",
    SlotKind.ACTIVITY: "next_activity",
}
"""What each kind of slot is called."""

MORNING = time(9)
"""When the next day is jumped to: at midnight everybody sleeps."""

SOON = timedelta(seconds=30)
"""Messages that were promised for less than this later, such as edits of cards, need no jump of the clock."""


def reminders(rx: Rx, _now: datetime) -> Iterator[Event]:
    """Reminders that fans asked for."""
    asked = set(rx.execute(select(Subscription.stream_id).where(col(Subscription.off_at).is_(None))).scalars())
    streams = {one.id: one for one in rx.execute(select(Stream)).scalars()}
    for _, airing in list_all_open_airings(rx):
        if airing.stream_id in asked:
            for before in streams[airing.stream_id].remind:
                yield Event(airing.starts_at - timedelta(minutes=before), "next_reminder")


def postings(rx: Rx, now: datetime) -> Iterator[Event]:
    """Places of the calendar that are filled next: morning cards, posts, and prepared drops and packets."""
    rows = select(Posting.kind, Posting.due_at, Posting.pillar).where(
        col(Posting.state) == PostingState.PLANNED, col(Posting.due_at) > now
    )
    for kind, due_at, pillar in rx.execute(rows):
        yield Event(due_at, FILLED_BY[SlotKind(kind)], pillar or "")


def drops(rx: Rx, _now: datetime) -> Iterator[Event]:
    """Drops that open or close."""
    rows = select(Campaign.opens, Campaign.closes).where(col(Campaign.state) == CampaignState.OPEN)
    for opens, closes in rx.execute(rows):
        if opens is not None:
            yield Event(opens, "next_drop")
        if closes is not None:
            yield Event(closes, "next_close")


def rewards(rx: Rx, _now: datetime) -> Iterator[Event]:
    """Rewards of gifts that are due when a friend has stayed for a week."""
    for due_at in rx.execute(select(GiftReward.due_at).where(col(GiftReward.due_at).is_not(None))).scalars():
        if due_at is not None:
            yield Event(due_at, "next_reward")


def registered(rx: Rx, policies: Policies) -> Iterator[Event]:
    """Events of domains that registered a look ahead."""
    for domain in DOMAINS:
        for look in domain.looks_ahead:
            yield from (Event(*one) for one in look(rx, policies))


def raffles(rx: Rx, _now: datetime) -> Iterator[Event]:
    """Closes and draws of raffles."""
    for closes in rx.execute(select(Raffle.closes).where(col(Raffle.state) == RaffleState.OPEN)).scalars():
        yield Event(closes, "next_raffle")
    for draw_at in rx.execute(select(Raffle.draw_at).where(col(Raffle.state) == RaffleState.LISTED)).scalars():
        if draw_at is not None:
            yield Event(draw_at, "next_draw")


def messages(rx: Rx, _now: datetime) -> Iterator[Event]:
    """Messages that were promised for later."""
    rows = select(Outbox.due_at, Outbox.made_at).where(col(Outbox.state) == OutboxState.WAITING)
    for due_at, made_at in rx.execute(rows):
        if due_at - made_at > SOON:
            yield Event(due_at, "next_message")


SOURCES = (reminders, postings, drops, raffles, rewards, messages)
"""Functions that find events, asked after those of domains. Of two events at the same time the first one counts."""


def soonest(rx: Rx, now: datetime, policies: Policies) -> Event | None:
    """The next event after `now` that nobody must cause; None if there is none."""
    known = chain.from_iterable(source(rx, now) for source in SOURCES)
    found = [event for event in chain(registered(rx, policies), known) if event.at > now]
    return min(found, key=lambda event: event.at, default=None)


def new_day(now: datetime, timezone: str) -> Event:
    """The shop's next day, on which fans check in anew. So there is always something to jump to."""
    local = now.astimezone(zone(timezone))
    return Event(datetime.combine(local.date() + timedelta(days=1), MORNING, zone(timezone)), "next_day")


async def look_ahead(stage: Stage) -> NextEvent:
    """The next event that nobody must cause, in the visitor's language, for the page."""
    now = stage.app.clock.now()
    event = await stage.app.db.read(soonest, now, stage.app.policies)
    tomorrow = new_day(now, stage.zone)
    if event is None or event.at > tomorrow.at:
        event = tomorrow
    return NextEvent(event.at.timestamp(), stage.line(event.block, about=event.pillar))
