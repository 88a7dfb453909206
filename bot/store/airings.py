"""Airings: their facts, live cards and promised messages. Staff commands, the clock and fans' taps all use them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import next_time
from bot.rules.streams.streams import (
    STARTING_FOR,
    AiringFacts,
    AiringState,
    LiveCard,
    Phase,
    Repeat,
    StreamPolicy,
    StreamState,
    phase_of,
)
from bot.rules.words import language_of
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import (
    CardSubject,
    announce,
    announce_missing,
    move_cards,
    post_anew,
    told_directly,
    touch_cards,
)
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import withdraw_messages
from bot.store.private_messages import may_write_privately
from bot.store.tables import (
    Airing,
    Attendance,
    Campaign,
    Card,
    FanGroup,
    Member,
    Person,
    ReminderRound,
    Stream,
    Subscription,
)
from bot.store.tables.base import Id, id_of

CARD = "stream"
"""The kind of an airing's living card."""

OPEN = (AiringState.PLANNED.value, AiringState.LIVE.value)

_COLUMNS = (
    col(Airing.id),
    col(Airing.stream_id),
    col(Stream.number),
    col(Stream.title),
    col(Stream.repeat),
    col(Airing.planned_at),
    col(Airing.starts_at),
    col(Airing.ends_at),
    col(Airing.state),
    col(Airing.url),
    col(Airing.word),
    col(Airing.replay_url),
    col(Airing.on_air_at),
    col(Airing.asked_at),
    col(Airing.closed_at),
    col(Airing.posted),
)
_QUERY = select(*_COLUMNS).join(Stream, col(Stream.id) == col(Airing.stream_id))
_BY_ID = Hot(
    _QUERY.where(
        and_(
            col(Airing.id) == bindparam("airing_id", type_=Id),
            col(Airing.community_id) == bindparam("community_id", type_=Id),
        )
    )
)


def find_airing(tx: Tx, community_id: int, airing_id: int) -> AiringFacts | None:
    """An airing of this community, or None. A hot statement, for taps."""
    row = tx.row(_BY_ID, airing_id=airing_id, community_id=community_id)
    return _facts(row) if row is not None else None


def airing_of(session: Session, community_id: int, airing_id: int) -> AiringFacts | None:
    """An airing of this community, or None; through any session."""
    row = session.execute(
        _QUERY.where(col(Airing.id) == airing_id, col(Airing.community_id) == community_id)
    ).one_or_none()
    return _facts(tuple(row)) if row is not None else None


def community_of_airing(session: Session, airing_id: int) -> int | None:
    """The id of the community that an airing belongs to, or None."""
    found: int | None = session.execute(
        select(col(Airing.community_id)).where(col(Airing.id) == airing_id)
    ).scalar_one_or_none()
    return found


def open_airings(session: Session, community_id: int, *, stream_id: int | None = None) -> list[AiringFacts]:
    """Airings that are planned or on, the earliest first."""
    query = _QUERY.where(col(Airing.community_id) == community_id, col(Airing.state).in_(OPEN))
    if stream_id is not None:
        query = query.where(col(Airing.stream_id) == stream_id)
    rows = session.execute(query.order_by(col(Airing.starts_at), col(Airing.id)))
    return [_facts(tuple(row)) for row in rows]


def last_ended_airing(session: Session, community_id: int, number: int | None) -> AiringFacts | None:
    """The airing that ended last, of the stream with this number or of any; None if none has ended."""
    query = _QUERY.where(col(Airing.community_id) == community_id, col(Airing.state) == AiringState.ENDED)
    if number is not None:
        query = query.where(col(Stream.number) == number)
    row = session.execute(query.order_by(col(Airing.closed_at).desc()).limit(1)).one_or_none()
    return _facts(tuple(row)) if row is not None else None


def list_all_open_airings(session: Session) -> list[tuple[int, AiringFacts]]:
    """Planned and live airings of all communities as (community id, airing), the earliest first."""
    rows = session.execute(
        _QUERY.add_columns(col(Airing.community_id))
        .where(col(Airing.state).in_(OPEN))
        .order_by(col(Airing.starts_at), col(Airing.id))
    )
    return [(row[-1], _facts(tuple(row)[:-1])) for row in rows]


def lock_airing(tx: Tx, airing_id: int) -> Airing:
    """The airing's row, locked until the commit: two changes of one airing come one after the other."""
    return tx.execute(
        select(Airing).where(col(Airing.id) == airing_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def count_came(session: Session, airing_id: int) -> int:
    """How many fans attended an airing."""
    came: int = session.execute(
        select(func.count()).select_from(Attendance).where(col(Attendance.airing_id) == airing_id)
    ).scalar_one()
    return came


def count_subscribers(session: Session, stream_id: int) -> int:
    """How many fans asked to be reminded of a stream and can be written to."""
    return count_subscribers_of(session, {stream_id}).get(stream_id, 0)


def count_subscribers_of(session: Session, stream_ids: set[int]) -> dict[int, int]:
    """The same count for several streams, by stream id. Streams without such fans are left out."""
    stream_id = col(Subscription.stream_id)
    rows = session.execute(
        _subscribers().with_only_columns(stream_id, func.count()).where(stream_id.in_(stream_ids)).group_by(stream_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def live_card(session: Session, community_id: int, airing_id: int, now: datetime) -> LiveCard | None:
    """What the live card of an airing shows at `now`; None if there is no such airing."""
    airing = airing_of(session, community_id, airing_id)
    if airing is None:
        return None
    return LiveCard(
        airing_id=airing_id,
        title=airing.title,
        phase=phase_of(airing, now).value,
        starts_at=airing.starts_at,
        url=airing.url,
        replay_url=airing.replay_url,
        came=count_came(session, airing_id),
        word=airing.word is not None,
        benefit=_benefit(session, community_id, now),
        late=phase_of(airing, now) is Phase.STARTING and now >= airing.starts_at + STARTING_FOR,
    )


def _benefit(session: Session, community_id: int, now: datetime) -> str | None:
    """The title of the newest drop that can be claimed in the group now, or None."""
    title: str | None = session.execute(
        select(col(Campaign.title))
        .where(
            col(Campaign.community_id) == community_id,
            col(Campaign.state) == "open",
            col(Campaign.kept_for).is_(None),
            col(Campaign.taken) < col(Campaign.stock),
            or_(col(Campaign.opens).is_(None), col(Campaign.opens) <= now),
            or_(col(Campaign.closes).is_(None), col(Campaign.closes) > now),
        )
        .order_by(col(Campaign.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return title


def announce_start(tx: Tx, community_id: int, airing: Airing, policy: StreamPolicy) -> int:
    """Promise the live card in all chats for the start of the airing; how many were promised.

    It may leave late by `policy.late`, but not after the airing's end.
    """
    tx.info[PLANNED] = True
    terms = Terms(
        now=airing.starts_at,
        key=airing.moved_at.isoformat() if airing.moved_at is not None else "planned",
        not_after=min(airing.starts_at + policy.late, airing.ends_at),
    )
    return announce(tx, CardSubject(community_id, CARD, id_of(airing)), terms)


def list_unannounced(session: Session) -> list[tuple[int, int]]:
    """Planned airings that some chat has no card of, as it joined the shop later: (community id, airing id)."""
    its_card = and_(
        col(Card.kind) == CARD, col(Card.subject_id) == col(Airing.id), col(Card.chat_id) == col(FanGroup.chat_id)
    )
    rows = session.execute(
        select(col(Airing.community_id), col(Airing.id))
        .join(FanGroup, col(FanGroup.community_id) == col(Airing.community_id))
        .outerjoin(Card, its_card)
        .where(
            col(Airing.state) == AiringState.PLANNED,
            col(FanGroup.left_at).is_(None),
            told_directly(),
            col(Card.id).is_(None),
        )
        .distinct()
    ).all()
    return [(community_id, airing_id) for community_id, airing_id in rows if airing_id is not None]


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, now: datetime, policy: StreamPolicy) -> None:
    """Move live cards to the chat that replaces another.

    The card of an airing that is on is posted anew there; planned airings are announced there later.
    """
    for card_id, airing_id in move_cards(tx, CARD, old_chat_id, new_chat_id):
        airing = airing_of(tx, community_id, airing_id)
        if airing is not None and airing.state is AiringState.LIVE:
            until = min(now + policy.late, airing.ends_at)
            post_anew(tx, community_id, card_id, new_chat_id, Terms(now=now, key="moved", not_after=until))


def announce_where_missing(tx: Tx, community_id: int, airing: Airing, at: datetime, policy: StreamPolicy) -> list[int]:
    """Announce an airing that is on in the chats that have no card of it; the ids of these chats."""
    until = min(max(airing.starts_at, airing.on_air_at or airing.starts_at) + policy.late, airing.ends_at)
    terms = Terms(now=at, key=f"on:{at.isoformat()}", not_after=until)
    return announce_missing(tx, CardSubject(community_id, CARD, id_of(airing)), terms)


def plan_next_airing(
    tx: Tx, stream: Stream, timezone: str, planned_at: datetime, now: datetime, policy: StreamPolicy
) -> Airing | None:
    """Make and announce the airing that follows the one of `planned_at`.

    None if a later one is open already, or the stream isn't weekly or was ended. Its instant is fixed from then on, and
    later ones follow the wall clock of the community's zone, at least `policy.apart` after the one before.
    """
    if stream.weekly is None or stream.state != StreamState.OPEN:
        return None
    later = tx.execute(
        select(col(Airing.planned_at), col(Airing.state)).where(
            col(Airing.stream_id) == id_of(stream), col(Airing.planned_at) > planned_at
        )
    ).all()
    if any(state in OPEN for _, state in later):
        return None
    # A cancelled airing keeps its place in the plan.
    last = max((at for at, _ in later), default=planned_at)
    return make_airing(tx, stream, next_time(stream.weekly, timezone, max(last + policy.apart, now)), policy)


def make_airing(tx: Tx, stream: Stream, at: datetime, policy: StreamPolicy) -> Airing:
    """Add an airing of a stream at `at`, and promise its live card for the start."""
    airing = Airing(
        community_id=stream.community_id,
        stream_id=id_of(stream),
        planned_at=at,
        starts_at=at,
        ends_at=at + timedelta(minutes=stream.length_minutes),
        url=stream.url,
    )
    tx.add(airing)
    tx.flush()
    announce_start(tx, stream.community_id, airing, policy)
    return airing


def begin_round(tx: Tx, airing: Airing, key: str, outcome: Any, not_after: datetime, now: datetime) -> bool:
    """Begin a round: all who asked to be reminded are told `outcome`, once for this key.

    Without an outcome the round is left out: it counts as done. False if the round was begun before.
    """
    if airing.id is None or tx.get(ReminderRound, (airing.id, key)) is not None:
        return False
    done_at = now if outcome is None else None
    told = pack(outcome)._asdict() if outcome is not None else None
    tx.add(ReminderRound(airing_id=airing.id, key=key, outcome=told, not_after=not_after, done_at=done_at))
    tx.flush()
    tx.info[PLANNED] = True
    return True


def withdraw_notices(tx: Tx, community_id: int, airing_id: int, now: datetime) -> int:
    """Withdraw an airing's messages that are no longer true (notices, reminders, unfinished rounds); how many."""
    withdrawn = withdraw_messages(tx, community_id, f"air:{airing_id}")
    tx.execute(
        update(ReminderRound)
        .where(col(ReminderRound.airing_id) == airing_id, col(ReminderRound.done_at).is_(None))
        .values(done_at=now)
    )
    return withdrawn


def update_live_cards(tx: Tx, community_id: int, airing_id: int, now: datetime) -> None:
    """Promise edits of the airing's live cards, so that they show its new state."""
    touch_cards(tx, community_id, CARD, airing_id, now)


def next_start(session: Session, stream: Stream, timezone: str, after: datetime) -> datetime | None:
    """When the next airing of a weekly stream starts after `after`; None if the stream is not weekly or was ended."""
    if stream.weekly is None or stream.state != StreamState.OPEN:
        return None
    planned: datetime | None = session.execute(
        select(col(Airing.starts_at))
        .where(col(Airing.stream_id) == stream.id, col(Airing.state).in_(OPEN), col(Airing.starts_at) > after)
        .order_by(col(Airing.starts_at))
        .limit(1)
    ).scalar_one_or_none()
    return planned if planned is not None else next_time(stream.weekly, timezone, after)


def subscribers_after(session: Session, stream_id: int, member_id: int, limit: int) -> list[tuple[int, int, Any]]:
    """The next fans to remind, after the member `member_id`: (member id, user id, language), ordered by member id."""
    rows = session.execute(
        _subscribers()
        .where(col(Subscription.stream_id) == stream_id, col(Subscription.member_id) > member_id)
        .order_by(col(Subscription.member_id))
        .limit(limit)
    ).all()
    return [(row[0], row[1], language_of(row[2]) or language_of(row[3])) for row in rows]


def _subscribers() -> Any:
    return (
        select(col(Subscription.member_id), col(Member.user_id), col(Person.language), col(Person.telegram_language))
        .join(Member, col(Member.id) == col(Subscription.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Subscription.off_at).is_(None),
            may_write_privately(wanted=True, inside=True),
        )
    )


def _facts(row: tuple[Any, ...]) -> AiringFacts:
    return AiringFacts(
        id=row[0],
        stream_id=row[1],
        number=row[2],
        title=row[3],
        repeat=Repeat(row[4]),
        planned_at=row[5],
        starts_at=row[6],
        ends_at=row[7],
        state=AiringState(row[8]),
        url=row[9],
        word=row[10],
        replay_url=row[11],
        on_air_at=row[12],
        asked_at=row[13],
        closed_at=row[14],
        posted=row[15],
    )


def facts_of_row(airing: Airing, stream: Stream) -> AiringFacts:
    """Facts of an airing whose rows the caller has loaded."""
    return AiringFacts(
        id=id_of(airing),
        stream_id=airing.stream_id,
        number=stream.number,
        title=stream.title,
        repeat=Repeat(stream.repeat),
        planned_at=airing.planned_at,
        starts_at=airing.starts_at,
        ends_at=airing.ends_at,
        state=AiringState(airing.state),
        url=airing.url,
        word=airing.word,
        replay_url=airing.replay_url,
        on_air_at=airing.on_air_at,
        asked_at=airing.asked_at,
        closed_at=airing.closed_at,
        posted=airing.posted,
    )
