"""What the attention budget decides on, read for all messages of a round in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.attention.budget import AttentionPolicy, Bounds, Facts, Hours, Pause, Sent, ending_with
from bot.rules.promotion import ConsentState, korean_rules_hold, may_promote
from bot.rules.shown import ShownClass
from bot.rules.slots import clock_of
from bot.rules.verdicts import Ruling
from bot.store.consents import promotion_allowed
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import Airing, Community, FanGroup, Member, Outbox, Slot
from bot.store.tables.attention import AttentionBounds, Verdict
from bot.store.tables.cadence import IS_MORNING
from bot.store.tables.messages import OutboxState
from bot.store.tables.posts import Week

LATELY = timedelta(days=8)
"""Seven local days of any zone lie within this time."""
Reader = tuple[int, int]
"""(community, chat): a room, or a fan of one shop."""


class Due(NamedTuple):
    """A promised message that is about to leave, with its verdict."""

    row_id: int
    community_id: int
    not_after: datetime | None
    verdict_id: int
    chat_id: int
    """The room, or the person who alone reads it."""
    kind: str
    shown_class: ShownClass
    by_staff: bool
    instead: bool
    airing_id: int | None
    ruling: Ruling
    until: datetime | None
    """Until when it was held, if it was."""
    timezone: str

    @property
    def private(self) -> bool:
        """Whether one person reads it."""
        return self.chat_id > 0

    def held_to_its_time(self, now: datetime) -> bool:
        """Whether it waited until an instant, which has come. Then bounds hold for staff too."""
        return self.ruling == Ruling.HOLD and self.until is not None and now >= self.until

    @property
    def reader(self) -> Reader:
        """Whose bounds hold for it."""
        return self.community_id, self.chat_id

    @property
    def bounded(self) -> bool:
        """Whether bounds hold for it at all. If not, nothing needs to be read."""
        if self.shown_class is ShownClass.SERVICE:
            return not self.private
        return self.shown_class is ShownClass.PROMOTION


class Shop(NamedTuple):
    """What holds for all rooms and fans of a shop."""

    bounds: Bounds
    pause: Pause


@dataclass(slots=True)
class Round:
    """Facts for the messages of one round. What is decided to leave is added, so that the next one sees it."""

    shops: Mapping[int, Shop] = field(default_factory=dict)
    sent: dict[Reader, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    stream_told_at: dict[Reader, datetime] = field(default_factory=dict)
    on_air: frozenset[int] = frozenset()
    """Airings that are on, or ended a moment ago."""
    consents: Mapping[Reader, ConsentState] = field(default_factory=dict)
    korean: Mapping[int, bool] = field(default_factory=dict)
    """By community with promotion in private: whether Korea's rules hold there."""
    contact: Mapping[int, bool] = field(default_factory=dict)
    """By the same: whether promotion can name what has to be named."""

    def facts_of(self, due: Due, now: datetime, policy: AttentionPolicy) -> Facts:
        """What is decided on for one message."""
        shop = self.shops.get(due.community_id) or Shop(policy.bounds, Pause())
        return Facts(
            shown_class=due.shown_class,
            kind=due.kind,
            private=due.private,
            timezone=due.timezone,
            bounds=shop.bounds,
            by_staff=due.by_staff and not due.held_to_its_time(now),
            instead=due.instead,
            not_after=due.not_after,
            sent=tuple(self.sent.get(due.reader, ())),
            on_air=due.airing_id in self.on_air,
            stream_told_at=self.stream_told_at.get(due.reader),
            pause=shop.pause,
            consent=self.consents.get(due.reader, ConsentState.NONE),
            korean=self.korean.get(due.community_id, False),
            contact=self.contact.get(due.community_id, True),
        )


def read_due(tx: Tx, row_ids: Collection[int]) -> dict[int, Due]:
    """Rows that still wait and have a verdict, by their id. They are locked: another round waits here."""
    rows = tx.execute(
        select(
            col(Outbox.id),
            col(Outbox.community_id),
            col(Outbox.not_after),
            col(Verdict.id),
            col(Verdict.chat_id),
            col(Verdict.kind),
            col(Verdict.shown_class),
            col(Verdict.by_staff),
            col(Verdict.instead),
            col(Verdict.airing_id),
            col(Verdict.ruling),
            col(Verdict.until),
            col(Community.timezone),
        )
        .join(Verdict, col(Verdict.id) == col(Outbox.verdict_id))
        .join(Community, col(Community.id) == col(Outbox.community_id) + 0)  # else SQLite may begin with the shop
        .where(col(Outbox.id).in_(row_ids), col(Outbox.state) == OutboxState.WAITING)
        .order_by(col(Outbox.id))
        .with_for_update(of=Outbox)
    )
    dues = (Due._make(row) for row in rows)
    return {due.row_id: due._replace(shown_class=ShownClass(due.shown_class)) for due in dues}


def read_round(tx: Tx, dues: Iterable[Due], now: datetime, policy: AttentionPolicy) -> Round:
    """Everything that these messages are decided on. If no bounds hold for any of them, nothing is read."""
    bounded = [due for due in dues if due.bounded]
    if not bounded:
        return Round()
    private = [due for due in bounded if due.private]
    _lock(tx, bounded)
    places = {one: place_of(tx, one) for one in {due.community_id for due in private}}
    read = Round(
        shops=_shops(tx, {due.community_id for due in bounded}, policy),
        on_air=_on_air(tx, {due.airing_id for due in bounded if due.airing_id is not None}, now, policy),
        consents=_consents(tx, private),
        korean={one: korean_rules_hold(place) for one, place in places.items()},
        contact={one: may_promote(place) for one, place in places.items()},
    )
    _add_sent(tx, bounded, now, read)
    return read


def _lock(tx: Tx, bounded: Sequence[Due]) -> None:
    """Let two rounds count one after the other, in each room and for each fan. SQLite writes one after the other."""
    if tx.get_bind().dialect.name == "sqlite":
        return
    rooms = {due.chat_id for due in bounded if not due.private}
    fans = {due.chat_id for due in bounded if due.private}
    shops = {due.community_id for due in bounded if due.private}
    if rooms:
        which = col(FanGroup.chat_id).in_(rooms)
        tx.execute(select(col(FanGroup.id)).where(which).order_by(col(FanGroup.id)).with_for_update()).all()
    if fans:
        mine = (col(Member.community_id).in_(shops), col(Member.user_id).in_(fans))
        tx.execute(select(col(Member.id)).where(*mine).order_by(col(Member.id)).with_for_update()).all()


def _shops(session: Session, community_ids: Collection[int], policy: AttentionPolicy) -> dict[int, Shop]:
    rows = session.execute(
        select(col(Community.id), AttentionBounds, Week, col(Slot.cron))
        .outerjoin(AttentionBounds, col(AttentionBounds.community_id) == col(Community.id))
        .outerjoin(Slot, and_(col(Slot.community_id) == col(Community.id), IS_MORNING, col(Slot.active)))
        .outerjoin(Week, col(Week.community_id) == col(Community.id))
        .where(col(Community.id).in_(community_ids))
    ).all()
    return {
        one: Shop(bounds_of(bounds, clock_of(cron or ""), policy), _pause_of(week))
        for one, bounds, week, cron in rows
        if one is not None
    }


def bounds_of(own: AttentionBounds | None, morning: str | None, policy: AttentionPolicy) -> Bounds:
    """A shop's bounds: its own, else those of the policy.

    `morning` is when the morning card comes (`HH:MM`). The policy's quiet hours end with it, if it comes earlier.
    """
    if own is None:
        return ending_with(policy.bounds, time.fromisoformat(morning) if morning is not None else None)
    quiet = Hours(time.fromisoformat(own.quiet_from), time.fromisoformat(own.quiet_until))
    return Bounds(quiet, own.most, own.most_promotional, timedelta(minutes=own.gap_minutes))


def _pause_of(week: Week | None) -> Pause:
    if week is None:
        return Pause()
    return Pause(week.paused_at is not None, week.paused_until, week.promotions_paused_until)


def _on_air(session: Session, airing_ids: Collection[int], now: datetime, policy: AttentionPolicy) -> frozenset[int]:
    if not airing_ids:
        return frozenset()
    rows = session.execute(
        select(
            col(Airing.id), col(Airing.starts_at), col(Airing.on_air_at), col(Airing.ends_at), col(Airing.closed_at)
        ).where(col(Airing.id).in_(airing_ids))
    )
    return frozenset(
        airing_id
        for airing_id, starts_at, on_air_at, ends_at, closed_at in rows
        if airing_id is not None
        and min(starts_at, on_air_at or starts_at) <= now <= (closed_at or ends_at) + policy.after_stream
    )


def _consents(session: Session, private: Sequence[Due]) -> dict[Reader, ConsentState]:
    """Asked at the instant of leaving: a yes that was taken back a moment ago is none."""
    fans: dict[int, set[int]] = defaultdict(set)
    for due in private:
        fans[due.community_id].add(due.chat_id)
    return {
        (community_id, user_id): state
        for community_id, user_ids in fans.items()
        for user_id, state in promotion_allowed(session, community_id, user_ids).items()
    }


def _add_sent(session: Session, bounded: Sequence[Due], now: datetime, read: Round) -> None:
    """What left lately for these rooms and fans. A message that is decided again doesn't count itself."""
    mine = {due.verdict_id for due in bounded}
    rows = session.execute(
        select(
            col(Verdict.id),
            col(Verdict.community_id),
            col(Verdict.chat_id),
            col(Verdict.shown_class),
            col(Verdict.airing_id),
            col(Verdict.counts),
            col(Verdict.decided_at),
        ).where(
            col(Verdict.chat_id).in_({due.chat_id for due in bounded}),
            col(Verdict.decided_at) >= now - LATELY,
            col(Verdict.ruling) == Ruling.SEND,
            or_(col(Verdict.counts), col(Verdict.airing_id).is_not(None)),
        )
    )
    for verdict_id, community_id, chat_id, shown_class, airing_id, counts, at in rows:
        if verdict_id in mine or at is None:
            continue
        if counts:
            read.sent[community_id, chat_id].append(Sent(at, shown_class == ShownClass.PROMOTION))
        if airing_id is not None:
            reader = (community_id, chat_id)
            read.stream_told_at[reader] = max(at, read.stream_told_at.get(reader, at))
