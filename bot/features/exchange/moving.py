"""Files of members are taken in: looked at, taken, and undone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, case, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.exchange.giving import give, least_score, take_back
from bot.rules.act import Act
from bot.rules.exchange.lines import MemberLine, MovePolicy
from bot.rules.exchange.moving import MembersReturned, MembersTaken, MoveCounts
from bot.rules.exchange.states import OPEN, LineState, MoveState
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import Tier, TierPolicy
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import lock_shop, place_of
from bot.store.tables import AuditEntry, Member, Person
from bot.store.tables.base import id_of
from bot.store.tables.exchange import MemberImport, MovedLine

IMPORTED = "members.imported"
STILL_OPEN = [state.value for state in OPEN]
ROUND = 8
"""Writes of one round of the clock: between rounds the clock does other work, such as starts of streams."""
MONTH_DAYS = 30

T = TypeVar("T")

_ADD_LINE = Hot.upsert(
    lambda insert_: (
        insert_(MovedLine)
        .values(
            import_id=bindparam("import_id"),
            community_id=bindparam("community_id"),
            line=bindparam("line"),
            user_id=bindparam("user_id"),
            username=bindparam("username"),
            name=bindparam("name"),
            points=bindparam("points"),
            joined_at=bindparam("joined_at"),
            tags=bindparam("tags"),
            tier=bindparam("tier"),
            score=bindparam("score"),
            until=bindparam("until"),
            member_id=bindparam("member_id"),
            state=LineState.WAITING.value,
            returned=0,
        )
        .on_conflict_do_nothing()
    )
)


class MemberImports:
    """Use cases of files of members."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[MovePolicy]
        self._tiers = policies[TierPolicy]

    async def count(self, place: Place, lines: Sequence[MemberLine]) -> tuple[MoveCounts, int]:
        """What would become of the lines, and how many of their people had something of an earlier file."""
        here: set[int] = set()
        again = 0
        for some in _chunks(lines, self._policy.chunk):
            found, before = await self._db.read(look_up, place, some)
            here |= found
            again += before
        return _counts(lines, here), again

    async def take(self, act: Act, lines: Sequence[MemberLine]) -> MembersTaken:
        """Take the lines in, and give those who are here what they bring.

        It is done in short writes. What was interrupted goes on under the same cause, and is told once.
        """
        before = await self._db.read(first_answer, act, MembersTaken)
        if before is not None:
            return before
        import_id = await self._db.write(begin, act)
        for some in _chunks(lines, self._policy.chunk):
            await self._db.write(add_lines, act, import_id, some, self._policy, self._tiers)
        after: int | None = 0
        while after is not None:
            after = await self._db.write(give_next, act, import_id, after, self._policy, self._tiers)
        after = 0
        while after is not None:
            after = await self._db.write(ask_next, act.place, import_id, after, self._policy)
        return await self._db.write(finish, act, import_id, self._policy)


def months_of(policy: MovePolicy) -> int:
    """For how many months what is brought waits."""
    return policy.kept.days // MONTH_DAYS


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _counts(lines: Iterable[MemberLine], here: set[int]) -> MoveCounts:
    sums = dict.fromkeys(("here", "awaited", "named"), 0)
    coins = dict.fromkeys(sums, 0)
    tagged = dated = ranked = 0
    for line in lines:
        group = "named" if line.user_id is None else "here" if line.user_id in here else "awaited"
        sums[group] += 1
        coins[group] += line.points
        tagged += bool(line.tags)
        dated += line.joined is not None
        ranked += line.tier is not None or bool(line.score)
    return MoveCounts(
        sums["here"], coins["here"], sums["awaited"], coins["awaited"], sums["named"], coins["named"],
        tagged, dated, ranked,
    )  # fmt: skip


def look_up(session: Session, place: Place, lines: Sequence[MemberLine]) -> tuple[set[int], int]:
    """Whose Telegram ids are here; how many of the lines' people had or have something of an earlier file."""
    ids = [line.user_id for line in lines if line.user_id is not None]
    names = [line.username for line in lines if line.user_id is None and line.username is not None]
    found: Any = session.execute(
        select(col(Member.id), col(Member.user_id)).where(
            col(Member.community_id) == place.community_id,
            col(Member.user_id).in_(ids),
            col(Member.left_at).is_(None),
        )
    ).all()
    had = session.execute(
        select(func.count(func.distinct(col(MovedLine.member_id)))).where(
            col(MovedLine.member_id).in_([row.id for row in found]), col(MovedLine.state) == LineState.GIVEN
        )
    ).scalar_one()
    mine = (col(MovedLine.community_id) == place.community_id, col(MovedLine.until).is_not(None))
    open_ = col(MovedLine.state).in_(STILL_OPEN)
    for column, values in ((col(MovedLine.user_id), ids), (col(MovedLine.username), names)):
        waiting = select(func.count(func.distinct(column))).where(*mine, open_, column.in_(values))
        had += session.execute(waiting).scalar_one()
    return {row.user_id for row in found}, int(had)


def begin(tx: Tx, act: Act) -> int:
    """The import's row, once for each cause."""
    lock_shop(tx, act.community_id)
    found = tx.execute(
        select(col(MemberImport.id)).where(
            col(MemberImport.community_id) == act.community_id, col(MemberImport.cause) == act.cause
        )
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    row = MemberImport(
        community_id=act.community_id, made_by=act.actor_id, at=act.at, cause=act.cause, state=MoveState.TAKING
    )
    tx.add(row)
    tx.flush()
    return id_of(row)


def add_lines(
    tx: Tx, act: Act, import_id: int, lines: Sequence[MemberLine], policy: MovePolicy, tiers: TierPolicy
) -> None:
    """Write lines down, each once, with the member whom an id means now."""
    ids = [line.user_id for line in lines if line.user_id is not None]
    members: dict[int, int] = dict(
        tx.execute(
            select(col(Member.user_id), col(Member.id)).where(
                col(Member.community_id) == act.community_id,
                col(Member.user_id).in_(ids),
                col(Member.left_at).is_(None),
            )
        ).all()  # type: ignore[arg-type]
    )
    for line in lines:
        tx.touch(
            _ADD_LINE,
            import_id=import_id,
            community_id=act.community_id,
            line=line.line,
            user_id=line.user_id,
            username=line.username if line.user_id is None else None,
            name=line.name or line.username or "",
            points=line.points,
            joined_at=line.joined,
            tags=list(line.tags),
            tier=line.tier.value if line.tier is not None else None,
            score=_score(line, tiers),
            until=act.at + policy.kept,
            member_id=members.get(line.user_id or 0),
        )


def _score(line: MemberLine, tiers: TierPolicy) -> int | None:
    """A tier without points is worth the least with which it begins."""
    if line.score is None and line.tier not in {None, Tier.NEW}:
        return least_score(line.tier or Tier.NEW, tiers)
    return line.score


def give_next(tx: Tx, act: Act, import_id: int, after: int, policy: MovePolicy, tiers: TierPolicy) -> int | None:
    """Give the next members who are here what their lines bring. The last line looked at; None at the end."""
    rows = tx.execute(
        select(col(MovedLine.line), col(MovedLine.id), col(MovedLine.member_id))
        .where(
            col(MovedLine.import_id) == import_id,
            col(MovedLine.line) > after,
            col(MovedLine.state) == LineState.WAITING,
            col(MovedLine.member_id).is_not(None),
        )
        .order_by(col(MovedLine.line))
        .limit(policy.given_at_once)
    ).all()
    give(tx, act.place, {row_id: member_id for _, row_id, member_id in rows if row_id and member_id}, act.at, tiers)
    return rows[-1][0] if len(rows) == policy.given_at_once else None


def ask_next(tx: Tx, place: Place, import_id: int, after: int, policy: MovePolicy) -> int | None:
    """Have the clock ask the next members who have a line's username now and can be written to; None at the end."""
    lines = tx.execute(
        select(col(MovedLine.line), col(MovedLine.id), col(MovedLine.username))
        .where(col(MovedLine.import_id) == import_id, col(MovedLine.line) > after, col(MovedLine.username).is_not(None))
        .order_by(col(MovedLine.line))
        .limit(policy.chunk)
    ).all()
    holders: dict[str, int] = dict(
        tx.execute(
            select(col(Person.username), col(Member.id))
            .join(Member, and_(col(Member.user_id) == col(Person.user_id), col(Member.left_at).is_(None)))
            .where(
                col(Person.username).in_([username for _, _, username in lines]),
                col(Person.can_write).is_(True),
                col(Member.service).is_(True),
                col(Member.community_id) == place.community_id,
            )
        ).all()  # type: ignore[arg-type]
    )
    meant = {row_id: holders[name] for _, row_id, name in lines if name in holders and row_id is not None}
    if meant:
        tx.execute(
            update(MovedLine)
            .where(col(MovedLine.id).in_(list(meant)), col(MovedLine.state) == LineState.WAITING)
            .values(state=LineState.COME.value, member_id=case(meant, value=col(MovedLine.id)))
            .execution_options(synchronize_session=False)
        )
        tx.info[PLANNED] = True
    return lines[-1][0] if len(lines) == policy.chunk else None


def finish(tx: Tx, act: Act, import_id: int, policy: MovePolicy) -> MembersTaken:
    """Write down what was done, once."""
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, MembersTaken)
    if before is not None:
        return before
    row = tx.get_one(MemberImport, import_id, with_for_update=True, populate_existing=True)
    if row.state == MoveState.TAKING:
        row.state = MoveState.DONE
    counts = _taken(tx, import_id)
    after = {"people": counts.lines, "here": counts.here, "coins": counts.coins}
    entry = record_act(tx, act, IMPORTED, f"{counts.lines}", subject_id=import_id, after=after)
    taken = MembersTaken(act.community_id, id_of(entry), counts, months_of(policy))
    entry.answer = causes.to_json(taken)
    return taken


def _taken(tx: Tx, import_id: int) -> MoveCounts:
    given = col(MovedLine.state) == LineState.GIVEN
    named = col(MovedLine.username).is_not(None)
    awaited = and_(col(MovedLine.user_id).is_not(None), col(MovedLine.state).in_(STILL_OPEN))
    sums: list[Any] = []
    for group in (given, awaited, named):
        sums += [func.count().filter(group), func.coalesce(func.sum(col(MovedLine.points)).filter(group), 0)]
    row = tx.execute(select(*sums).where(col(MovedLine.import_id) == import_id)).one()
    return MoveCounts(*(int(one) for one in row))


def undo(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Begin to take an import back as a whole; the clock does it line by line. False if that was begun before."""
    row = tx.execute(
        select(MemberImport)
        .where(col(MemberImport.community_id) == act.community_id, col(MemberImport.id) == entry.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None or row.state != MoveState.DONE:
        return False
    row.state = MoveState.RETURNING
    tx.info[PLANNED] = True
    tx.flush()
    return True


def return_next(tx: Tx, import_id: int, now: datetime, policy: MovePolicy, tiers: TierPolicy) -> bool:
    """Take the next lines of an import back. False once all are; then the owner is told."""
    row = tx.get_one(MemberImport, import_id)
    place = place_of(tx, row.community_id)
    if _drop_open(tx, import_id, policy.chunk):
        return True
    given = [
        line_id
        for line_id in tx.execute(
            select(col(MovedLine.id))
            .where(col(MovedLine.import_id) == import_id, col(MovedLine.state) == LineState.GIVEN)
            .order_by(col(MovedLine.id))
            .limit(policy.given_at_once)
        ).scalars()
        if line_id is not None
    ]
    if given:
        take_back(tx, place, given, now, tiers)
        return True
    row = tx.get_one(MemberImport, import_id, with_for_update=True, populate_existing=True)
    if row.state == MoveState.RETURNING:
        row.state = MoveState.RETURNED
        tx.flush()
        tell_owner(tx, place, _returned(tx, import_id), Terms(now=now, key=f"moved:returned:{import_id}"))
    return False


def _drop_open(tx: Tx, import_id: int, limit: int) -> bool:
    """Lines that still wait bring nobody anything any more; whether there were any."""
    some = (
        select(col(MovedLine.id))
        .where(col(MovedLine.import_id) == import_id, col(MovedLine.until).is_not(None))
        .limit(limit)
    )
    gone = tx.execute(
        update(MovedLine)
        .where(col(MovedLine.id).in_(some), col(MovedLine.until).is_not(None))
        .values(state=LineState.RETURNED.value, until=None, user_id=None, username=None, name="", member_id=None)
        .returning(col(MovedLine.id))
        .execution_options(synchronize_session=False)
    )
    return gone.first() is not None


def _returned(tx: Tx, import_id: int) -> MembersReturned:
    had = col(MovedLine.given_at).is_not(None)
    short = col(MovedLine.points) - col(MovedLine.returned)
    row = tx.execute(
        select(
            func.count().filter(had),
            func.coalesce(func.sum(col(MovedLine.returned)), 0),
            func.coalesce(func.sum(short).filter(had), 0),
            func.count().filter(had & (short > 0)),
            func.count().filter(col(MovedLine.given_at).is_(None)),
        ).where(col(MovedLine.import_id) == import_id)
    ).one()
    return MembersReturned(*(int(one) for one in row))
