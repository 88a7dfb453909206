"""Who comes later gets what waited: by their Telegram id at once, by their username if they say that it is theirs."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.exchange.giving import Given, give
from bot.features.exchange.moving import ROUND, return_next
from bot.logs import get_logger, logging_failures
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.exchange.lines import MovePolicy
from bot.rules.exchange.moving import (
    AwaitedDropped,
    AwaitedPeople,
    AwaitedPerson,
    Moved,
    NobodyAwaited,
    NothingToTake,
    NotYours,
    YoursAsked,
)
from bot.rules.exchange.states import OPEN, LineState
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import Tier, TierPolicy
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import locked_member
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_person
from bot.store.places import place_of
from bot.store.tables import AuditEntry, Member
from bot.store.tables.base import id_of
from bot.store.tables.exchange import MemberImport, MovedLine

DROPPED = "members.awaited_dropped"
STILL_OPEN = [state.value for state in OPEN]
CHUNK = 500

log = get_logger("exchange")


class ExchangeClock:
    """The clock's part: who came is given what waited, and imports that were undone are taken back."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[MovePolicy]
        self._tiers = policies[TierPolicy]

    async def run_due(self, now: datetime) -> datetime | None:
        """Do some of what is due; `now` again while more is."""
        shops, returning = await self._db.read(look_ahead)
        more = False
        for community_id in shops:
            with logging_failures(log, "moving_failed", community=community_id):
                more |= await self._db.write(go_on, community_id, now, self._policy, self._tiers)
        for import_id in returning:
            with logging_failures(log, "return_failed", member_import=import_id):
                for _ in range(ROUND):
                    if not await self._db.write(return_next, import_id, now, self._policy, self._tiers):
                        break
                else:
                    more = True
        return now if more else None


class Awaited:
    """Use cases of who is waited for."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[MovePolicy]
        self._tiers = policies[TierPolicy]

    async def answer(self, act: Act, line_id: int, *, yes: bool) -> Moved | NotYours | NothingToTake:
        """Somebody says whether what a username brings is theirs."""
        return await self._db.write(answer, act, line_id, self._tiers, yes=yes)

    async def people(self, place: Place, after: int = 0) -> AwaitedPeople | NobodyAwaited:
        """A page of who is waited for."""
        return await self._db.read(people, place, after, self._policy)

    async def drop(self, act: Act, line_id: int) -> AwaitedDropped | NothingToTake:
        """Wait for somebody no more."""
        return await self._db.write(drop, act, line_id)

    async def community_of(self, line_id: int) -> int | None:
        """The shop of a line."""
        return await self._db.read(community_of, line_id)


def look_ahead(session: Session) -> tuple[list[int], list[int]]:
    """Shops in which somebody came who was waited for, and imports that are being taken back."""
    shops = session.execute(
        select(col(MovedLine.community_id)).where(col(MovedLine.state) == "come").distinct()  # as the index says it
    ).scalars()
    returning = session.execute(select(col(MemberImport.id)).where(col(MemberImport.state) == "returning")).scalars()
    return list(shops), [import_id for import_id in returning if import_id is not None]


def go_on(tx: Tx, community_id: int, now: datetime, policy: MovePolicy, tiers: TierPolicy) -> bool:
    """Give the next who came what waited for them, or ask them; whether there may be more."""
    rows = tx.execute(
        select(col(MovedLine.id), col(MovedLine.member_id), col(MovedLine.user_id))
        .where(col(MovedLine.community_id) == community_id, col(MovedLine.state) == "come")
        .order_by(col(MovedLine.id))
        .limit(policy.given_at_once)
    ).all()
    if not rows:
        return False
    place = place_of(tx, community_id)
    known = {row_id: member_id for row_id, member_id, user_id in rows if row_id and member_id and user_id is not None}
    for given in give(tx, place, known, now, tiers):
        _tell(tx, place, given, now)
    for row_id, _, user_id in rows:
        if row_id is not None and user_id is None:
            _ask(tx, place, row_id, now)
    return len(rows) == policy.given_at_once


def _tell(tx: Tx, place: Place, given: Given, now: datetime) -> None:
    """Tell who came what they have, if they want to be told what becomes of something of theirs."""
    member = tx.get_one(Member, given.member_id)
    if member.service:
        terms = Terms(now=now, key=f"moved:told:{given.line_id}")
        tell_person(tx, place, member.user_id, _moved(place, given), terms)


def _moved(place: Place, given: Given) -> Moved:
    joined = day_of(given.joined, place.timezone) if given.joined is not None else None
    return Moved(place.shop, given.coins, joined, given.tier if given.tier is not Tier.NEW else None)


def _ask(tx: Tx, place: Place, line_id: int, now: datetime) -> None:
    """Ask whoever has the username whether it is theirs. Who has left, or doesn't want to be told, isn't asked."""
    row = tx.execute(
        select(MovedLine).where(col(MovedLine.id) == line_id, col(MovedLine.state) == "come").with_for_update()
    ).scalar_one_or_none()
    member = tx.get(Member, row.member_id) if row is not None and row.member_id is not None else None
    if row is None:
        return
    row.state = LineState.WAITING
    if member is None or member.left_at is not None or not member.service:
        row.member_id = None
        tx.flush()
        return
    asked = YoursAsked(line_id, place.shop, row.username or "", row.points)
    terms = Terms(now=now, key=f"moved:ask:{line_id}:{member.id}")
    if tell_person(tx, place, member.user_id, asked, terms):
        row.state = LineState.ASKED
    tx.flush()


def answer(tx: Tx, act: Act, line_id: int, tiers: TierPolicy, *, yes: bool) -> Moved | NotYours | NothingToTake:
    """It is theirs if they have the username now, and nobody said so before. A second press hears the same."""
    member = locked_member(tx, act.community_id, act.sender.user_id)
    row = _locked_line(tx, act, line_id)
    if member is None or member.left_at is not None or row is None:
        return NothingToTake()
    if row.state not in STILL_OPEN:
        return _said_before(act.place, row, id_of(member))
    if row.username is None or row.username != (act.sender.username or "").lower():
        return NothingToTake()
    if not yes:
        row.state, row.member_id, row.until, row.username, row.name = LineState.REFUSED, member.id, None, None, ""
        tx.flush()
        return NotYours()
    given = give(tx, act.place, {line_id: id_of(member)}, act.at, tiers)
    return _moved(act.place, given[0]) if given else NothingToTake()


def _said_before(place: Place, row: MovedLine, member_id: int) -> Moved | NotYours | NothingToTake:
    """What a second press hears."""
    if row.member_id == member_id and row.state == LineState.GIVEN:
        return _moved(place, Given(id_of(row), member_id, row.points, None, None))
    return NotYours() if row.member_id == member_id and row.state == LineState.REFUSED else NothingToTake()


def people(session: Session, place: Place, after: int, policy: MovePolicy) -> AwaitedPeople | NobodyAwaited:
    """The next people who are waited for, in the order of their lines."""
    waits = (
        col(MovedLine.community_id) == place.community_id,
        col(MovedLine.until).is_not(None),
        col(MovedLine.state).in_(STILL_OPEN),
    )
    sums = select(func.count(), func.coalesce(func.sum(col(MovedLine.points)), 0)).where(*waits)
    count, coins = session.execute(sums).one()
    if not count:
        return NobodyAwaited(place.community_id)
    following = select(MovedLine).where(*waits, col(MovedLine.id) > after).order_by(col(MovedLine.id))
    rows = session.execute(following.limit(policy.shown + 1)).scalars().all()
    shown = rows[: policy.shown]
    return AwaitedPeople(
        community_id=place.community_id,
        people=tuple(
            AwaitedPerson(id_of(row), row.name, row.username, row.points, row.until) for row in shown if row.until
        ),
        count=int(count),
        coins=int(coins),
        after=id_of(shown[-1]) if len(rows) > len(shown) else None,
    )


def drop(tx: Tx, act: Act, line_id: int) -> AwaitedDropped | NothingToTake:
    """Wait for somebody no more. Who it is is kept until the line would have expired, so that it can be undone."""
    before = first_answer(tx, act, AwaitedDropped)
    if before is not None:
        return before
    row = _locked_line(tx, act, line_id)
    if row is None or row.state not in STILL_OPEN:
        return NothingToTake()
    row.state = LineState.DROPPED
    name = row.name or row.username or ""
    entry = record_act(tx, act, DROPPED, name, subject_id=line_id, after={"coins": row.points})
    dropped = AwaitedDropped(act.community_id, id_of(entry), name, row.points)
    entry.answer = causes.to_json(dropped)
    return dropped


def undo_drop(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Wait for them again. False if the line is over."""
    row = _locked_line(tx, act, entry.subject_id or 0)
    if row is None or row.state != LineState.DROPPED or row.until is None:
        return False
    row.state, row.member_id = LineState.WAITING, None
    tx.flush()
    return True


def _locked_line(tx: Tx, act: Act, line_id: int) -> MovedLine | None:
    return tx.execute(
        select(MovedLine)
        .where(col(MovedLine.id) == line_id, col(MovedLine.community_id) == act.community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def community_of(session: Session, line_id: int) -> int | None:
    """The shop of a line; None if there is no such line."""
    found = session.execute(select(col(MovedLine.community_id)).where(col(MovedLine.id) == line_id))
    return found.scalar_one_or_none()


def expire(tx: Tx, now: datetime) -> bool:
    """Lines whose people didn't come in time name nobody any more; whether there may be more of them."""
    some = select(col(MovedLine.id)).where(col(MovedLine.until) < now).limit(CHUNK)
    gone = tx.execute(
        update(MovedLine)
        .where(col(MovedLine.id).in_(some))
        .values(state=LineState.EXPIRED.value, until=None, user_id=None, username=None, name="", member_id=None)
        .returning(col(MovedLine.id))
        .execution_options(synchronize_session=False)
    )
    return len(gone.all()) == CHUNK
