"""Being there: a tap on *I'm here*, or the word; paid once an airing, by the streak of streams."""

from datetime import date, datetime

from sqlalchemy import and_, bindparam, exists, insert, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.calendar import day_of
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
from bot.rules.streams.streams import AiringFacts, AiringState, How
from bot.store import causes, ledger
from bot.store.airings import CARD, find_airing
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.members import Standing, note
from bot.store.messages.cards import touch_cards
from bot.store.tables import Airing, Attendance
from bot.store.tables.base import Id

_LOOKED_AT = 5
"""Evenings to look at for a streak: those that are on or were put off, and the last that is over."""
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
    # The streams that count are those that really were on: staff said so, or somebody came.
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


def welcome(
    tx: Tx, place: Place, member: Standing, airing_id: int, at: datetime, cause: str
) -> AiringFacts | Attended | AlreadyHere | AttendRefusal:
    """The airing, if the member can be there now and wasn't yet; else what they are told."""
    found = tx.row(_FOUND, airing_id=airing_id, member_id=member.member_id)
    if found is not None and found[1] == cause and at - found[3] < causes.KEPT:
        return causes.from_json(Attended, found[2])
    airing = find_airing(tx, place.community_id, airing_id)
    if airing is None:
        return NoSuchStream()
    if found is not None:
        return AlreadyHere(airing.title, found[0])
    if member.back_since is not None and airing.starts_at <= member.back_since:
        # They had their data deleted since it began: whether they were paid for it can't be told any more.
        return AlreadyHere(airing.title, 1)
    refusal = may_attend(airing, at)
    return airing if refusal is None else refusal


def come(
    tx: Tx,
    place: Place,
    member: Standing,
    airing: AiringFacts,
    how: How,
    mended: tuple[date, int] | None,
    at: datetime,
    cause: str,
    policy: AttendancePolicy,
) -> Attended:
    """Write it down and pay. `mended` is the missed day that this made up, and the check-in streak after it."""
    before = tx.row(
        _BEFORE,
        member_id=member.member_id,
        community_id=place.community_id,
        starts_at=airing.starts_at,
        this_id=airing.id,
    )
    length = (before[0] if before is not None else 0) + 1
    coins = pay_of(length, policy)
    outcome = Attended(
        title=airing.title,
        length=length,
        coins=coins,
        balance=member.balance + coins,
        mended=mended[0] if mended is not None else None,
        days=mended[1] if mended is not None else 0,
    )
    tx.touch(
        _COME,
        airing_id=airing.id,
        member_id=member.member_id,
        at=at,
        how=how.value,
        length=length,
        coins=coins,
        mended_day=outcome.mended,
        cause=cause,
        answer=causes.to_json(outcome),
    )
    ledger.pay(
        tx,
        ledger.Posting(place.community_id, f"attend:{airing.id}:{member.member_id}", "attend", at),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=coins,
    )
    note(tx, member.member_id, day_of(at, place.timezone), "stream")
    return outcome


def show_crowd(tx: Tx, place: Place, airing_id: int, at: datetime, policy: AttendancePolicy) -> None:
    """The card counts, by an edit now and then."""
    touch_cards(tx, place.community_id, CARD, airing_id, at, every=policy.card_every)


def streak_of_streams(session: Session, place: Place, member_id: int) -> int:
    """Streams that the member attended in a row, up to the last one that was on; what is on isn't missed yet."""
    last = session.execute(
        select(col(Airing.state), col(Attendance.length))
        .outerjoin(
            Attendance, and_(col(Attendance.airing_id) == col(Airing.id), col(Attendance.member_id) == member_id)
        )
        .where(
            col(Airing.community_id) == place.community_id,
            col(Airing.state) != AiringState.CANCELLED,
            or_(col(Airing.on_air_at).is_not(None), exists().where(col(_OTHER.airing_id) == col(Airing.id))),
        )
        .order_by(col(Airing.starts_at).desc(), col(Airing.id).desc())
        .limit(_LOOKED_AT)
    )
    for row in last:
        length: int | None = row[1]
        if length is not None or row[0] == AiringState.ENDED:
            return length or 0
    return 0
