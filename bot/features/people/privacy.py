"""Being told what is kept, and having it deleted."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.farming import FarmingPolicy
from bot.rules.general import OnlyInPrivate
from bot.rules.memory import MemoryPolicy
from bot.rules.people.privacy import (
    DataComes,
    DeletionAsked,
    DeletionDone,
    DeletionOutcome,
    NothingKept,
    OwnerStays,
    PrivacyNotice,
)
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store import forgotten, ledger
from bot.store.coupons.hand_out import count_usable
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.leaving import Forgetting, Leaving, Traces
from bot.store.messages import set_aside
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import TELL, SendFile
from bot.store.private_messages import is_reachable
from bot.store.tables import (
    Account,
    Activity,
    AuditEntry,
    Card,
    Community,
    Dialogue,
    Member,
    Outbox,
    Person,
)
from bot.store.tables.messages import OutboxState
from bot.store.told_data import tell_of
from bot.store.verdicts import take_verdicts_back

MY_DATA = "my_data"
"""The kind of the file of a person's data. Its subject is their Telegram id."""
LINK = "privacy"
"""How the payload of the link into the private chat begins."""


class Privacy:
    """Use cases of what is kept."""

    def __init__(self, db: Database, forgetting: Forgetting) -> None:
        """`forgetting` is what domains have registered for a deletion."""
        self._db = db
        self._forgetting = forgetting

    async def notice(self, place: Place | None, user_id: int) -> PrivacyNotice:
        """What is kept, for `/privacy`."""
        return await self._db.read(notice, place, user_id, self._forgetting.policies)

    async def ask(self, place: Place | None, user_id: int, at: datetime) -> DeletionAsked | NothingKept | OwnerStays:
        """What would be lost."""
        return await self._db.read(ask, place, user_id, at)

    async def data(self, act: Act) -> DataComes | OnlyInPrivate:
        """Promise somebody the file of what is kept of them, in private only."""
        return await self._db.write(promise_data, act)

    async def told(self, place: Place, user_id: int, at: datetime) -> bytes:
        """The file: JSON, as it is now."""
        told = await tell_of(self._db, self._forgetting, place, user_id, at)
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    async def delete(self, place: Place | None, user_id: int, at: datetime) -> DeletionOutcome:
        """Delete the person's data."""
        return await self._db.write(forget_me, place, user_id, at, self._forgetting)


class _Found(NamedTuple):
    """A person's membership."""

    member_id: int
    account_id: int
    balance: int


def notice(session: Session, place: Place | None, user_id: int, policies: Policies) -> PrivacyNotice:
    """Whether there is something to stop is all that depends on the reader."""
    sightings, memory = policies[FarmingPolicy].fast_kept.days, policies[MemoryPolicy].kept.days
    if place is None:
        return PrivacyNotice("", reminders=False, sighting_days=sightings, memory_days=memory)
    reached = session.execute(
        select(or_(col(Member.reminders), col(Member.service), col(Member.promotion_since).is_not(None))).where(
            col(Member.community_id) == place.community_id, col(Member.user_id) == user_id
        )
    ).scalar_one_or_none()
    return PrivacyNotice(place.shop, reminders=bool(reached), sighting_days=sightings, memory_days=memory)


def ask(session: Rx | Tx, place: Place | None, user_id: int, at: datetime) -> DeletionAsked | NothingKept | OwnerStays:
    """Count what they hold."""
    if place is not None and place.owner_id == user_id:
        return OwnerStays(place.shop)
    if session.get(Person, user_id) is None:
        return NothingKept()
    if place is None:
        return DeletionAsked("", 0, 0)
    found = _find(session, place, user_id)
    if found is None:
        return DeletionAsked(place.shop, 0, 0)
    return DeletionAsked(place.shop, found.balance, count_usable(session, found.member_id, at))


def promise_data(tx: Tx, act: Act) -> DataComes | OnlyInPrivate:
    """Whoever asks gets their own file, fan or not. Only one waits at a time."""
    user_id = act.sender.user_id
    if not is_reachable(tx.get(Person, user_id)):
        return OnlyInPrivate(f"{LINK}_{act.community_id}")
    terms = Terms(now=act.at, key=f"{MY_DATA}:{act.cause}", fold_key=f"{MY_DATA}:{act.community_id}:{user_id}")
    promise(tx, act.community_id, user_id, SendFile(MY_DATA, user_id), terms)
    return DataComes()


def forget_me(tx: Tx, place: Place | None, user_id: int, at: datetime, forgetting: Forgetting) -> DeletionOutcome:
    """Cut a person out of a community. What is left of them counts, and is nobody's."""
    if place is not None and place.owner_id == user_id:
        return OwnerStays(place.shop)
    set_aside.forget_person(tx, user_id)
    if tx.execute(select(col(Person.user_id)).where(col(Person.user_id) == user_id)).first() is None:
        for drop in forgetting.traces:  # a shop may wait for somebody whom the bot never met
            drop(tx, Traces(user_id, None, at))
        return NothingKept()
    if place is not None:
        _leave(tx, place, user_id, at, forgetting)
        _drop_messages(tx, place, user_id)
        for drop in forgetting.traces:
            drop(tx, Traces(user_id, place.community_id, at))
    _drop_person(tx, place, Traces(user_id, None, at), forgetting)
    return DeletionDone(place.shop if place is not None else "")


def _find(session: Session, place: Place, user_id: int, *, lock: bool = False) -> _Found | None:
    query: Any = (
        select(col(Member.id).label("member_id"), col(Account.id).label("account_id"), col(Account.balance))
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    )
    # The member's own row: a second deletion that waited for the first finds nobody under this id any more.
    row = session.execute(query.with_for_update(of=(Member, Account)) if lock else query).one_or_none()
    return _Found(row.member_id, row.account_id, row.balance) if row is not None else None


def _leave(tx: Tx, place: Place, user_id: int, at: datetime, forgetting: Forgetting) -> None:
    """Lock the accounts that a deletion changes, then the member, and cut them out of each domain."""
    before = _find(tx, place, user_id)
    if before is not None:
        for lock in forgetting.locks:
            lock(tx, before.member_id)
    found = _find(tx, place, user_id, lock=True)
    if found is None:
        return
    leaving = Leaving(place.community_id, found.member_id, found.account_id, user_id, at, forgetting.policies)
    tx.add(Person(user_id=leaving.nobody_id, name=""))
    tx.flush()
    _return_coins(tx, place, leaving, found.balance)
    for forget in forgetting.forgets:
        forget(tx, leaving)
    _become_nobody(tx, leaving)
    for column in (col(AuditEntry.actor_id), *forgetting.acted_by):
        _rename_staff(tx, column, leaving)
    forgotten.remember(tx, place.community_id, user_id, at)


def _return_coins(tx: Tx, place: Place, leaving: Leaving, balance: int) -> None:
    """Their coins go back to the shop."""
    if balance:
        ledger.charge(
            tx,
            ledger.TransferHeader(leaving.community_id, f"forgotten:{leaving.member_id}", "forgotten", leaving.at),
            member_account=leaving.account_id,
            shop=place.shop_account,
            amount=balance,
        )


def _become_nobody(tx: Tx, leaving: Leaving) -> None:
    """The member's row stays, as the ledger hangs on it, and is nobody's from here on."""
    tx.execute(delete(Activity).where(col(Activity.member_id) == leaving.member_id))
    tx.execute(
        update(Member)
        .where(col(Member.id) == leaving.member_id)
        .values(
            user_id=leaving.nobody_id,
            left_at=leaving.at,
            banned_at=None,
            look_at=None,
            back_since=None,
            hidden=True,
            reminders=False,
        )
    )


def _rename_staff(tx: Tx, column: Any, leaving: Leaving) -> None:
    """What they did as staff stays written down, under an id that is nobody's."""
    table = column.class_
    mine = (col(table.community_id) == leaving.community_id, column == leaving.user_id)
    tx.execute(update(table).where(*mine).values({column.key: leaving.nobody_id}))


def _drop_messages(tx: Tx, place: Place, user_id: int) -> None:
    """Half-filled forms, cards and messages of theirs, and what is said of people and couldn't be delivered."""
    tx.execute(
        delete(Dialogue).where(col(Dialogue.community_id) == place.community_id, col(Dialogue.user_id) == user_id)
    )
    tx.execute(delete(Card).where(col(Card.community_id) == place.community_id, col(Card.chat_id) == user_id))
    facts = cast(col(Outbox.facts), String)
    named = [facts.like(f'%"user_id": {user_id}{end}%') for end in (",", "}")]
    undelivered = (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN)
    gone = tx.execute(
        delete(Outbox)
        .where(
            col(Outbox.community_id) == place.community_id,
            col(Outbox.state) != OutboxState.SENDING,
            or_(
                col(Outbox.chat_id) == user_id,
                *named,
                (col(Outbox.act) == TELL) & col(Outbox.state).in_(undelivered),
            ),
        )
        .returning(col(Outbox.verdict_id))
    ).scalars()
    take_verdicts_back(tx, [verdict_id for verdict_id in gone if verdict_id is not None])


def _drop_person(tx: Tx, place: Place | None, traces: Traces, forgetting: Forgetting) -> None:
    """The person's own row goes too, unless another shop's fan, or its owner, is the same person."""
    user_id = traces.user_id
    elsewhere = tx.execute(select(col(Member.community_id)).where(col(Member.user_id) == user_id)).scalars().first()
    owns = tx.execute(select(col(Community.id)).where(col(Community.owner_id) == user_id)).scalars().first()
    other = elsewhere or owns
    if other is not None:
        if place is not None:
            tx.execute(update(Person).where(col(Person.user_id) == user_id).values(community_id=other))
        return
    tx.execute(delete(Dialogue).where(col(Dialogue.user_id) == user_id))
    for drop in forgetting.traces:
        drop(tx, traces)
    tx.execute(delete(Person).where(col(Person.user_id) == user_id))
