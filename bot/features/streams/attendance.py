"""Attending an airing: a tap on *I'm here*, or the word; paid once an airing, by the streak of streams."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, insert, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.airings import AiringFacts, AiringState, How
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.streams.attendance import (
    AlreadyHere,
    AttendancePolicy,
    Attended,
    AttendRefusal,
    NoSuchStream,
    may_attend,
    pay_of,
)
from bot.store import causes, ledger
from bot.store.airings import CARD, find_airing
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Rx, Tx
from bot.store.members import Standing
from bot.store.messages.cards import touch_cards
from bot.store.notes import note
from bot.store.tables import Airing, Attendance
from bot.store.tables.base import Id

_LOOKED_AT = 5
"""Airings that are read for a streak: those that are on or were delayed, and the last one that is over."""
_OTHER = aliased(Attendance)
_FOUND = Hot(
    select(col(Attendance.length), col(Attendance.cause), col(Attendance.answer), col(Attendance.at)).where(
        and_(
            col(Attendance.airing_id) == bindparam("airing_id", type_=Id),
            col(Attendance.member_id) == bindparam("member_id", type_=Id),
        )
    )
)
_BEFORE = Hot(
    # Only streams that really were on count: staff said so, or somebody came.
    select(col(Attendance.length)).where(
        and_(
            col(Attendance.member_id) == bindparam("member_id", type_=Id),
            col(Attendance.airing_id)
            == select(col(Airing.id))
            .where(
                and_(
                    col(Airing.community_id) == bindparam("community_id", type_=Id),
                    or_(
                        col(Airing.starts_at) < bindparam("starts_at"),
                        and_(
                            col(Airing.starts_at) == bindparam("starts_at"),
                            col(Airing.id) < bindparam("this_id", type_=Id),
                        ),
                    ),
                    col(Airing.state) != AiringState.CANCELLED.value,
                    or_(
                        col(Airing.on_air_at).is_not(None),
                        exists().where(col(_OTHER.airing_id) == col(Airing.id)),
                    ),
                )
            )
            .order_by(col(Airing.starts_at).desc(), col(Airing.id).desc())
            .limit(1)
            .scalar_subquery(),
        )
    )
)
_COME = Hot(
    insert(Attendance).values(
        airing_id=bindparam("airing_id"),
        member_id=bindparam("member_id"),
        at=bindparam("at"),
        how=bindparam("how"),
        length=bindparam("length"),
        coins=bindparam("coins"),
        mended_day=bindparam("mended_day"),
        cause=bindparam("cause"),
        answer=bindparam("answer"),
    )
)


class _Found(NamedTuple):
    """An attendance that is written down."""

    length: int
    cause: str | None
    answer: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """What an attendance is made of."""

    airing: AiringFacts
    how: How
    made_up: tuple[date, int] | None
    """The missed day that it makes up for free, and the check-in streak after that."""


def admit(tx: Tx, act: Act, member: Standing, airing_id: int) -> AiringFacts | Attended | AlreadyHere | AttendRefusal:
    """The airing, if the member can attend it now and doesn't yet; else what they are told."""
    row = tx.row(_FOUND, airing_id=airing_id, member_id=member.member_id)
    found = _Found(*row) if row is not None else None
    seen_before = found is not None and found.cause == act.cause and act.at - found.at < causes.KEPT
    if found is not None and seen_before and found.answer is not None:
        return causes.from_json(Attended, found.answer)
    airing = find_airing(tx, act.community_id, airing_id)
    if airing is None:
        return NoSuchStream()
    if found is not None:
        return AlreadyHere(airing.title, found.length)
    if member.back_since is not None and airing.starts_at <= member.back_since:
        # Their data was deleted after the start: whether they were paid for it is unknown, so they aren't paid.
        return AlreadyHere(airing.title, 1)
    refusal = may_attend(airing, act.at)
    return airing if refusal is None else refusal


def write_down(tx: Tx, act: Act, member: Standing, visit: Visit, policy: AttendancePolicy) -> Attended:
    """Write an attendance down and pay it."""
    airing = visit.airing
    before = tx.row(
        _BEFORE,
        member_id=member.member_id,
        community_id=act.community_id,
        starts_at=airing.starts_at,
        this_id=airing.id,
    )
    (length_before,) = before if before is not None else (0,)
    length = length_before + 1
    coins = pay_of(length, policy)
    made_up_day, days = visit.made_up if visit.made_up is not None else (None, 0)
    outcome = Attended(
        title=airing.title,
        length=length,
        coins=coins,
        balance=member.balance + coins,
        mended=made_up_day,
        days=days,
    )
    tx.touch(
        _COME,
        airing_id=airing.id,
        member_id=member.member_id,
        at=act.at,
        how=visit.how.value,
        length=length,
        coins=coins,
        mended_day=made_up_day,
        cause=act.cause,
        answer=causes.to_json(outcome),
    )
    key = f"attend:{airing.id}:{member.member_id}"
    ledger.pay(
        tx,
        ledger.TransferHeader(act.community_id, key, "attend", act.at, act.place.timezone),
        member_account=member.account_id,
        shop=act.place.shop_account,
        amount=coins,
    )
    note(tx, member.member_id, Did.ATTEND, act.occasion, About(Thing.AIRING, airing.id))
    return outcome


def count_on_live_card(tx: Tx, act: Act, airing_id: int, policy: AttendancePolicy) -> None:
    """Promise to show the new number of fans on the live cards, at most once in `policy.card_every`."""
    touch_cards(tx, act.community_id, CARD, airing_id, act.at, every=policy.card_every)


_LAST_AIRINGS = Hot(
    select(col(Airing.state), col(Attendance.length))
    .outerjoin(
        Attendance,
        and_(
            col(Attendance.airing_id) == col(Airing.id),
            col(Attendance.member_id) == bindparam("member_id", type_=Id),
        ),
    )
    .where(
        col(Airing.community_id) == bindparam("community_id", type_=Id),
        col(Airing.state) != AiringState.CANCELLED,
        or_(col(Airing.on_air_at).is_not(None), exists().where(col(_OTHER.airing_id) == col(Airing.id))),
    )
    .order_by(col(Airing.starts_at).desc(), col(Airing.id).desc())
    .limit(_LOOKED_AT)
)


def streak_of_streams(session: Rx | Tx, place: Place, member_id: int) -> int:
    """Streams attended in a row, up to the last one that was on. An airing that is on isn't missed yet."""
    for state, length in session.rows(_LAST_AIRINGS, community_id=place.community_id, member_id=member_id):
        if length is not None or state == AiringState.ENDED:
            return int(length or 0)
    return 0
