"""Consent to promotion in private: asked at a check-in, answered by a press, reminded of after two years."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.act import Act
from bot.rules.attention.consent import (
    ConsentPolicy,
    ContactMissing,
    NobodySaidYes,
    NotAFanThere,
    PromotionNo,
    PromotionQuestion,
    PromotionReminder,
    PromotionYes,
    after_the_night,
    asks_now,
)
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.promotion import Said, Way, Wish, korean_rules_hold, may_promote, remind_at
from bot.store.consents import ConsentStands, say_promotion
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import Standing, locked_member
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import WitnessOf, pack
from bot.store.messages.telling import Ways, tell_here, tell_owner
from bot.store.places import lock_shop, place_of
from bot.store.private_messages import is_reachable, reader_of
from bot.store.tables import Community, FanGroup, Member, Person
from bot.store.tables.attention import Consent
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane

log = get_logger("consent")

QUESTION, REMINDER = "promotion_question", "promotion_reminder"
"""The kinds under which it is written down that a fan couldn't be asked, or reminded."""

AGAIN_AFTER = timedelta(days=30)
"""When it is tried again to remind a fan who couldn't be told of their yes."""

Answer = PromotionYes | PromotionNo | NotAFanThere


class Consents:
    """Use cases of consent."""

    def __init__(self, db: Database, policy: ConsentPolicy) -> None:
        self._db = db
        self._policy = policy

    async def say(self, act: Act, wish: Wish) -> Answer:
        """Take a fan's yes or no."""
        return await self._db.write(say, act, wish)

    async def run_due(self, now: datetime) -> datetime | None:
        """Remind those whose yes is two years old; when the next ones are due."""
        due, next_at = await self._db.read(look_ahead, now)
        for community_id in due:
            with logging_failures(log, "consent_reminding_failed", community=community_id):
                while await self._db.write(remind_some, community_id, now, self._policy):
                    pass
        return next_at if not due else (await self._db.read(look_ahead, now))[1]

    async def tell_owners(self, now: datetime) -> None:
        """Tell owners of older shops, once, that nobody has said yes yet."""
        for community_id in await self._db.read(not_told):
            with logging_failures(log, "consent_telling_failed", community=community_id):
                await self._db.write(tell_news, community_id, now, self._policy)


def ask_at_check_in(tx: Tx, member: Standing, act: Act, times: int, policy: ConsentPolicy) -> None:
    """Ask a fan at their third check-in, once. `times` counts their check-ins with this one; `member` is locked.

    In private if the bot may write to them, in the morning if it is night. Else as a whisper in the room where they
    check in, by day. A check-in at which nobody is asked costs no statement.
    """
    place, at = act.place, act.at
    if member.promotion_asked_at is not None or not asks_now(times, member.member_id, act.occasion.day, policy):
        return
    due_at = after_the_night(at, place.timezone, policy)
    ways = _ways(tx, member, act, night=due_at != at)
    if ways is None or not _mark_asked(tx, member.member_id, at):
        return
    person = tx.get_one(Person, act.sender.user_id, populate_existing=True)
    question = PromotionQuestion(place.community_id, place.shop, policy.a_day, policy.a_week, korean_rules_hold(place))
    terms = Terms(
        now=at,
        key=f"consent:question:{member.member_id}",
        due_at=due_at,
        not_after=due_at + policy.asked_within,
        lane=Lane.POST,
    )
    tell_here(tx, place.community_id, reader_of(person, place.language), ways, pack(question), terms)


def _ways(tx: Tx, member: Standing, act: Act, *, night: bool) -> Ways | None:
    """How the fan is asked; None if they can't be asked now."""
    unheard = WitnessOf(QUESTION, member.member_id)
    if member.can_write:
        return Ways(act.sender.user_id, can_write=True, aloud=True, unheard=unheard)
    room = act.sender.room
    if night or room is None:
        return None
    whispers = tx.execute(
        select(col(FanGroup.is_admin)).where(col(FanGroup.chat_id) == room.chat_id, col(FanGroup.left_at).is_(None))
    ).scalar_one_or_none()
    return Ways(room.chat_id, whisper=True, unheard=unheard) if whispers else None


def _mark_asked(tx: Tx, member_id: int, at: datetime) -> bool:
    marked = tx.execute(
        update(Member)
        .where(col(Member.id) == member_id, col(Member.promotion_asked_at).is_(None))
        .values(promotion_asked_at=at)
        .returning(col(Member.id))
        .execution_options(synchronize_session=False)
    )
    return marked.first() is not None


def question_unheard(tx: Tx, member_id: int, _now: datetime) -> None:
    """No way to the fan worked: a later check-in asks. Who chose in their settings meanwhile isn't asked any more."""
    tx.execute(
        update(Member)
        .where(
            col(Member.id) == member_id,
            ~exists(select(col(Consent.id)).where(col(Consent.member_id) == member_id)),
        )
        .values(promotion_asked_at=None)
        .execution_options(synchronize_session=False)
    )


def say(tx: Tx, act: Act, wish: Wish) -> Answer:
    """Take a yes or a no. Whoever is a member may say it, in a room of the shop or not."""
    place = act.place
    member = locked_member(tx, place.community_id, act.sender.user_id)
    if member is None or (wish.yes and member.left_at is not None):
        return NotAFanThere()
    return _confirmed(place, say_promotion(tx, place, member, wish, act.at), act.at)


def _confirmed(place: Place, stands: ConsentStands, at: datetime) -> PromotionYes | PromotionNo:
    day = day_of(stands.since or at, place.timezone)
    if stands.yes:
        return PromotionYes(place.community_id, place.shop, day)
    return PromotionNo(place.shop, day, stands.ever)


def look_ahead(session: Session, now: datetime) -> tuple[Sequence[int], datetime | None]:
    """Communities with members to be reminded of their yes; when the next ones are due."""
    due = session.execute(
        select(col(Member.community_id)).where(col(Member.promotion_remind_at) <= now).distinct()
    ).scalars()
    later: Any = session.execute(
        select(col(Member.promotion_remind_at))
        .where(col(Member.promotion_remind_at) > now)
        .order_by(col(Member.promotion_remind_at))
        .limit(1)
    ).scalar_one_or_none()
    return list(due), later


def remind_some(tx: Tx, community_id: int, now: datetime, policy: ConsentPolicy) -> bool:
    """Remind the next few hundred fans of a yes that is two years old; False when there are none left.

    Who is in no room, or can't be written to, gets no promotion either. They are looked at again a month later.
    """
    rows = tx.execute(
        select(Member, Person)
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.promotion_remind_at) <= now, col(Member.community_id) == community_id)
        .order_by(col(Member.promotion_remind_at))
        .limit(policy.chunk)
        .with_for_update(of=Member)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return False
    place = place_of(tx, community_id)
    for member, person in rows:
        if member.left_at is None and is_reachable(person):
            _remind(tx, place, member, person, now, policy)
        else:
            member.promotion_remind_at = now + AGAIN_AFTER
    tx.flush()
    return len(rows) == policy.chunk


def _remind(tx: Tx, place: Place, member: Member, person: Person, now: datetime, policy: ConsentPolicy) -> None:
    reader = reader_of(person, place.language)
    day = day_of(member.promotion_since or now, place.timezone)
    due_at = after_the_night(now, place.timezone, policy)
    member.promotion_remind_at = remind_at(now, place.timezone)
    outcome = PromotionReminder(place.community_id, place.shop, day)
    tx.add(
        Consent(
            community_id=place.community_id,
            member_id=id_of(member),
            said=Said.REMINDED,
            at=now,
            words=outcome.stored_name,
            language=reader.language,
            way=Way.REMINDER,
        )
    )
    key = f"consent:reminder:{member.id}:{day_of(now, place.timezone)}"
    ways = Ways(reader.user_id, can_write=True, aloud=True, unheard=WitnessOf(REMINDER, id_of(member)))
    terms = Terms(now=now, key=key, due_at=due_at, not_after=due_at + AGAIN_AFTER, lane=Lane.BULK)
    tell_here(tx, place.community_id, reader, ways, pack(outcome), terms)


def reminder_unheard(tx: Tx, member_id: int, now: datetime) -> None:
    """The fan couldn't be reminded: it is tried again a month later. The row that says they were goes."""
    tx.execute(
        update(Member)
        .where(col(Member.id) == member_id, col(Member.promotion_since).is_not(None))
        .values(promotion_remind_at=now + AGAIN_AFTER)
        .execution_options(synchronize_session=False)
    )
    last = tx.execute(
        select(Consent).where(col(Consent.member_id) == member_id).order_by(col(Consent.id).desc()).limit(1)
    ).scalar_one_or_none()
    if last is not None and last.said == Said.REMINDED:
        tx.delete(last)
        tx.flush()


def not_told(session: Session) -> list[int]:
    """Shops of before whose owner hasn't been told yet."""
    rows = session.execute(
        select(col(Community.id)).where(col(Community.consent_told_at).is_(None)).order_by(col(Community.id))
    ).scalars()
    return [one for one in rows if one is not None]


def tell_news(tx: Tx, community_id: int, now: datetime, policy: ConsentPolicy) -> None:
    """Tell the owner, once, that promotion in private waits for a yes. Who can't be told yet is told later."""
    shop = lock_shop(tx, community_id)
    if shop.consent_told_at is not None:
        return
    place = place_of(tx, community_id)
    due_at = after_the_night(now, place.timezone, policy)
    terms = Terms(
        now=now, key=f"consent:news:{community_id}", due_at=due_at, not_after=due_at + AGAIN_AFTER, lane=Lane.POST
    )
    if tell_owner(tx, place, NobodySaidYes(place.shop, policy.asked_at, not may_promote(place)), terms):
        shop.consent_told_at = now
        tx.flush()


def tell_contact_missing(tx: Tx, place: Place, now: datetime) -> None:
    """Tell the owner, at most once a local day, that a promotional private message needs the shop's contact."""
    key = f"consent:contact:{place.community_id}:{day_of(now, place.timezone)}"
    tell_owner(tx, place, ContactMissing(place.shop), Terms(now=now, key=key, once=True, lane=Lane.POST))
