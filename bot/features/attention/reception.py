"""How what a shop shows is received: messages of each kind, in a room or in private, with their answers."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.attention.wear_out import (
    Heard,
    Judged,
    Received,
    WearLine,
    WearPolicy,
    WearState,
    in_order,
    judge,
    percent_of,
)
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.store.active_days import count_active
from bot.store.tables import FanGroup, Shown
from bot.store.tables.attention import Rest
from bot.store.wear import PRIVATE

Messages = Mapping[str, list[Heard]]
"""By kind, the newest last."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A room of a shop, or its fans in private."""

    room_id: int
    """`PRIVATE` for private messages."""
    chat_id: int
    title: str | None
    is_channel: bool = False


IN_PRIVATE = Audience(PRIVATE, 0, None)


def audiences(session: Session, community_id: int) -> list[Audience]:
    """The rooms that the bot is in, the home group first, then private messages if there were any."""
    rows: Any = session.execute(
        select(col(FanGroup.id), col(FanGroup.chat_id), col(FanGroup.title), col(FanGroup.is_channel))
        .where(col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.is_home).desc(), col(FanGroup.id))
    ).all()
    rooms = [Audience(*row) for row in rows]
    return [*rooms, IN_PRIVATE] if _next_sending(session, community_id, 0) is not None else rooms


def messages_to(session: Session, place: Place, audience: Audience, now: datetime, policy: WearPolicy) -> Messages:
    """What an audience was shown in the window, by kind."""
    if audience.room_id == PRIVATE:
        return _in_private(session, place.community_id, now, policy)
    rows: Any = session.execute(
        select(col(Shown.wears), col(Shown.at), col(Shown.active), col(Shown.answers), col(Shown.lost))
        .where(col(Shown.chat_id) == audience.chat_id, col(Shown.at) > now - policy.window, col(Shown.at) <= now)
        .where(col(Shown.community_id) == place.community_id, col(Shown.wears).is_not(None))
        .order_by(col(Shown.at))
    ).all()
    found: defaultdict[str, list[Heard]] = defaultdict(list)
    for wears, at, active, answers, lost in rows:
        found[str(wears)].append(Heard(at, active or 0, answers, lost))
    return found


def _in_private(session: Session, community_id: int, now: datetime, policy: WearPolicy) -> Messages:
    """Of private messages the same post to many fans is one message. Each is found by an index, sending by sending."""
    found: defaultdict[str, list[Heard]] = defaultdict(list)
    last = 0
    while (sending := _next_sending(session, community_id, last)) is not None:
        last = sending
        wears, at, reach, answers, lost = session.execute(
            select(
                func.max(col(Shown.wears)),
                func.max(col(Shown.at)),
                func.count(),
                func.sum(col(Shown.answers)),
                func.sum(col(Shown.lost)),
            ).where(*_private(community_id), col(Shown.subject_id) == sending)
        ).one()
        if now - policy.window < at <= now:
            found[str(wears)].append(Heard(at, reach, answers, lost))
    return found


def _next_sending(session: Session, community_id: int, after: int) -> int | None:
    """The next thing after this one that fans were sent in private, by its id."""
    which = (*_private(community_id), col(Shown.subject_id) > after)
    return session.execute(select(func.min(col(Shown.subject_id))).where(*which)).scalar_one()


def _private(community_id: int) -> tuple[Any, ...]:
    return (col(Shown.community_id) == community_id, col(Shown.wears).is_not(None), col(Shown.chat_id) > 0)


def fans_of(session: Session, place: Place, audience: Audience, messages: Messages, now: datetime) -> int:
    """Who is active in a room now; in private, who got the last message."""
    if audience.room_id == PRIVATE:
        newest = max((one for kind in messages.values() for one in kind), key=lambda one: one.at, default=None)
        return newest.reach if newest is not None else 0
    return count_active(session, audience.room_id, day_of(now, place.timezone))


def rests_of(session: Session, community_id: int, room_id: int) -> dict[str, Rest]:
    """The last rest of each kind in a room, over or not."""
    mine = (col(Rest.community_id) == community_id, col(Rest.room_id) == room_id)
    return {rest.kind: rest for rest in session.execute(select(Rest).where(*mine)).scalars()}


def judge_audience(
    session: Session, place: Place, audience: Audience, now: datetime, policy: WearPolicy
) -> dict[str, Judged]:
    """What can be told of each kind that an audience was shown lately."""
    messages = messages_to(session, place, audience, now, policy)
    fans = fans_of(session, place, audience, messages, now)
    rests = rests_of(session, place.community_id, audience.room_id)
    return {
        kind: judge(shown, fans, now, rests[kind].until if kind in rests else None, policy)
        for kind, shown in messages.items()
    }


def received(session: Session, place: Place, page: int, now: datetime, policy: WearPolicy) -> Received:
    """One page: how each kind was received by one audience. A page that there isn't is the nearest one."""
    found = audiences(session, place.community_id)
    page = max(1, min(page, len(found)))
    audience = found[page - 1] if found else IN_PRIVATE
    messages = messages_to(session, place, audience, now, policy)
    fans = fans_of(session, place, audience, messages, now)
    rests = rests_of(session, place.community_id, audience.room_id)
    lines = [_line(kind, shown, fans, rests.get(kind), now, policy) for kind, shown in messages.items()]
    return Received(
        community_id=place.community_id,
        room=audience.title,
        channel=audience.is_channel,
        fans=fans,
        least=policy.least_fans,
        lines=tuple(in_order(lines)[: policy.listed]),
        page=page,
        pages=max(1, len(found)),
    )


def _line(kind: str, shown: list[Heard], fans: int, rest: Rest | None, now: datetime, policy: WearPolicy) -> WearLine:
    told = judge(shown, fans, now, rest.until if rest is not None else None, policy)
    state, percent, until = told.state, told.percent, None
    if rest is not None and rest.since <= now < rest.until:
        state, until = WearState.RESTS, rest.until
        percent = percent_of(rest.answers * rest.usual_reach, rest.usual_answers * rest.reach)
    elif state is WearState.RESTS:
        # It will be written down in the morning, but for a stream's start, which never rests.
        state = WearState.USUAL
    if state not in {WearState.RESTS, WearState.USUAL}:
        percent = None
    return WearLine(kind, state, told.messages, told.usual_answers, told.rate, percent, told.lost, until)
