"""Raffles: made and taken back by staff, entered and looked at by fans. The draw itself stands in `drawing.py`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.beacons import Beacon
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.raffles.proofs import page_of
from bot.rules.raffles.raffles import (
    OVER,
    AlreadyEntered,
    BeaconUnreachable,
    ClosesWrong,
    Entered,
    EnterOutcome,
    EntrantFacts,
    EntryClosed,
    EntryState,
    MakeRaffleOutcome,
    MyEntry,
    Need,
    NewRaffle,
    NoStreamForIt,
    NoSuchRaffle,
    NotEntered,
    Paid,
    RaffleLine,
    RaffleList,
    RaffleMade,
    RafflePolicy,
    RaffleShown,
    RaffleState,
    RaffleUnknown,
    Sealing,
    may_enter,
    public_state,
)
from bot.rules.sealing import SALT_BYTES, SEED_BYTES, commitment, seal_of
from bot.store import causes, ledger
from bot.store.airings import open_airings
from bot.store.audit import caused_by, record
from bot.store.engine.db import PLANNED, Database, Tx
from bot.store.members import Standing, note, standing
from bot.store.messages.cards import CardSubject, hang_cards, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in, untold_card
from bot.store.places import lock_shop
from bot.store.raffles import (
    CARD,
    by_number,
    count_entries,
    facts_of,
    find_raffle,
    is_proven,
    locked,
    subject_of,
    winners_of,
)
from bot.store.tables import Attendance, CheckIn, Member, Raffle, RaffleEntry
from bot.store.tiers import tier_of
from bot.store.wins import won_since

MADE = "raffle.made"

Bytes = Callable[[int], bytes]
"""So many random bytes: `secrets.token_bytes`."""


class Raffles:
    """What fans and staff do with raffles."""

    def __init__(self, db: Database, policy: RafflePolicy, random_bytes: Bytes, beacon: Beacon | None) -> None:
        self._db = db
        self._policy = policy
        self._random = random_bytes
        self._beacon = beacon

    async def make(self, place: Place, actor_id: int, wish: NewRaffle, at: datetime, cause: str) -> MakeRaffleOutcome:
        """Open a raffle and promise its card. Whether the beacon seals it too is decided here, for good."""
        seed = self._random(SEED_BYTES)
        reached = wish.beacon is not False and await self.beacon_answers(at)
        return await self._db.write(make, place, actor_id, wish, at, cause, seed, self._policy, beacon=reached)

    async def beacon_answers(self, at: datetime) -> bool:
        """Whether the public beacon can be reached now. It takes a few seconds at most."""
        if self._beacon is None:
            return False
        old = self._beacon.chain.first_after(at - self._policy.beacon_probe)
        return await self._beacon.fetch(old) is not None

    async def enter(
        self, place: Place, sender: Sender, raffle_id: int, at: datetime, cause: str, *, ticket: bool = False
    ) -> EnterOutcome:
        """Enter a raffle: for nothing, or with a ticket, which weighs the same."""
        salt = self._random(SALT_BYTES)
        return await self._db.write(enter, place, sender, raffle_id, at, cause, salt, self._policy, ticket=ticket)

    async def listed(self, place: Place, user_id: int, at: datetime) -> RaffleList:
        """What runs, what was drawn lately, and the reader's part in it."""
        return await self._db.read(listed, place, user_id, at, self._policy)

    async def my_entry(
        self, place: Place, user_id: int, raffle_id: int, at: datetime
    ) -> MyEntry | NotEntered | NoSuchRaffle:
        """How the reader finds themselves on the list."""
        return await self._db.read(my_entry, place, user_id, raffle_id, at)

    async def show(self, place: Place, number: int, at: datetime) -> RaffleShown | RaffleUnknown:
        """How a raffle stands."""
        return await self._db.read(show, place, number, at, self._policy)


def make(
    tx: Tx,
    place: Place,
    actor_id: int,
    wish: NewRaffle,
    at: datetime,
    cause: str,
    seed: bytes,
    policy: RafflePolicy,
    *,
    beacon: bool = False,
) -> MakeRaffleOutcome:
    """Number it, fix its seed, hang its cards. `beacon` is whether a public beacon seals it too."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.act == MADE and done.answer is not None:
        return causes.from_json(RaffleMade, done.answer)
    if not at + policy.shortest <= wish.closes <= at + policy.longest:
        return ClosesWrong(wish.closes, int(policy.shortest.total_seconds() // 60), policy.longest.days)
    if wish.beacon and not beacon:
        return BeaconUnreachable()
    shop = lock_shop(tx, place.community_id)
    airing_id = None
    if Need.STREAM in wish.needs:
        evening = next((one for one in open_airings(tx, place.community_id) if one.starts_at < wish.closes), None)
        if evening is None:
            return NoStreamForIt(wish.closes)
        airing_id = evening.id
    shop.raffles_made += 1
    raffle = Raffle(
        community_id=place.community_id,
        number=shop.raffles_made,
        prize=wish.prize,
        value=wish.value,
        winners=wish.winners,
        reserves=wish.winners if wish.reserves is None else wish.reserves,
        ticket=wish.ticket,
        tier=wish.tier,
        needs=[need.value for need in wish.needs],
        airing_id=airing_id,
        weights=list(wish.weights),
        fresh_days=wish.fresh_days,
        cap_days=wish.cap_days,
        closes=wish.closes,
        seed=seed.hex(),
        commitment=commitment(seed),
        sealing=Sealing.FREEZE if beacon else Sealing.NONE,
        made_by=actor_id,
        made_at=at,
    )
    tx.add(raffle)
    tx.flush()
    chats = hang_cards(tx, CardSubject(place.community_id, CARD, _id(raffle.id)), Terms(now=at), turns_at=wish.closes)
    groups, untold = heard_in(tx, place.community_id, chats)
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=MADE,
        subject_id=raffle.id,
        subject=subject_of(raffle),
        at=at,
        cause=cause,
        after=causes.to_facts(wish),
    )
    outcome = RaffleMade(
        number=raffle.number,
        prize=wish.prize,
        winners=wish.winners,
        closes=wish.closes,
        ticket=wish.ticket,
        groups=groups,
        audit_id=_id(entry.id),
        sealed_alone=not beacon,
        untold=untold,
    )
    entry.answer = causes.to_json(outcome)
    tx.info[PLANNED] = True
    return outcome


def enter(  # noqa: PLR0911  # each way out is told in its own words
    tx: Tx,
    place: Place,
    sender: Sender,
    raffle_id: int,
    at: datetime,
    cause: str,
    salt: bytes,
    policy: RafflePolicy,
    *,
    ticket: bool = False,
    paid: Paid | None = None,
) -> EnterOutcome:
    """Decide, take the next number, charge for a ticket.

    `paid` is a ticket that was paid for elsewhere in this transaction; it is given back like any other.
    """
    member = standing(tx, place.community_id, sender, at)
    raffle = find_raffle(tx, place.community_id, raffle_id)
    if raffle is None:
        return NoSuchRaffle()
    mine = tx.execute(
        select(RaffleEntry).where(
            col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.member_id) == member.member_id
        )
    ).scalar_one_or_none()
    if mine is not None and mine.cause == cause and mine.answer is not None and at - mine.at < causes.KEPT:
        return causes.from_json(Entered, mine.answer)
    facts = facts_of(raffle)
    if mine is not None and facts.state is RaffleState.OPEN and at < facts.closes:
        return AlreadyEntered(raffle_id, raffle.prize, mine.number, raffle.closes, mine.paid)
    if facts.state is not RaffleState.OPEN or at >= facts.closes:
        return EntryClosed(raffle.prize, public_state(facts.state, facts.closes, at))
    price = raffle.ticket if ticket and paid is None else 0
    refusal = may_enter(facts, _entrant(tx, place, member, raffle, at), price, member.balance, at)
    if refusal is not None:
        return refusal
    # Whoever closes or cancels it meanwhile is waited for here, and then it is closed.
    number = tx.execute(
        update(Raffle)
        .where(col(Raffle.id) == raffle_id, col(Raffle.state) == RaffleState.OPEN, col(Raffle.closes) > at)
        .values(entered=col(Raffle.entered) + 1)
        .returning(col(Raffle.entered))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if number is None:
        now = locked(tx, raffle_id)
        return EntryClosed(raffle.prize, public_state(RaffleState(now.state), now.closes, at))
    entry = RaffleEntry(
        community_id=place.community_id,
        raffle_id=raffle_id,
        member_id=member.member_id,
        number=number,
        salt=salt.hex(),
        seal=seal_of(salt, sender.user_id),
        paid=paid.coins if paid is not None else price,
        paid_key=paid.key if paid is not None else None,
        at=at,
        cause=cause,
    )
    tx.add(entry)
    tx.flush()
    if price:
        entry.paid_key = f"ticket:{entry.id}"
        ledger.charge(
            tx,
            community_id=place.community_id,
            key=entry.paid_key,
            member_account=member.account_id,
            shop=place.shop_account,
            amount=price,
            reason="ticket",
            at=at,
        )
    outcome = Entered(raffle_id, raffle.prize, number, raffle.closes, price, member.balance - price)
    entry.answer = causes.to_json(outcome)
    note(tx, member.member_id, day_of(at, place.timezone), "raffle")
    touch_cards(tx, place.community_id, CARD, raffle_id, at, every=policy.card_every)
    tx.flush()
    return outcome


def _entrant(tx: Tx, place: Place, member: Standing, raffle: Raffle, at: datetime) -> EntrantFacts:
    capped = False
    if raffle.cap_days:
        since = at - timedelta(days=raffle.cap_days)
        # Who had their data deleted in that time can't show that they hadn't won.
        capped = member.back_since is not None and member.back_since > since
        capped = capped or member.member_id in won_since(tx, place, [member.member_id], since)
    return EntrantFacts(
        tier=tier_of(tx, place, member.member_id, at).value,
        checked_in=Need.CHECK_IN.value not in raffle.needs or _checked_in(tx, place, member.member_id, at),
        was_there=raffle.airing_id is None or tx.get(Attendance, (raffle.airing_id, member.member_id)) is not None,
        won_in_cap=capped,
    )


def _checked_in(tx: Tx, place: Place, member_id: int, at: datetime) -> bool:
    found = tx.execute(
        select(col(CheckIn.day)).where(
            col(CheckIn.member_id) == member_id, col(CheckIn.day) == day_of(at, place.timezone)
        )
    ).first()
    return found is not None


def listed(session: Session, place: Place, user_id: int, at: datetime, policy: RafflePolicy) -> RaffleList:
    """Raffles that aren't over, soonest first, then the last that are, each with the reader's part."""
    over = (RaffleState.DRAWN, RaffleState.CANCELLED)
    mine = select(col(Member.id)).where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    rows: Any = (
        select(Raffle, RaffleEntry)
        .outerjoin(
            RaffleEntry,
            (col(RaffleEntry.raffle_id) == col(Raffle.id)) & col(RaffleEntry.member_id).in_(mine.scalar_subquery()),
        )
        .where(col(Raffle.community_id) == place.community_id)
    )
    running = session.execute(
        rows.where(col(Raffle.state).not_in(over)).order_by(col(Raffle.closes), col(Raffle.id)).limit(10)
    ).all()
    # What was called off concerns only those who were in.
    told = or_(col(Raffle.state) == RaffleState.DRAWN, col(RaffleEntry.id).is_not(None))
    done = session.execute(
        rows.where(col(Raffle.state).in_(over), told).order_by(col(Raffle.closes).desc()).limit(policy.shown)
    ).all()
    return RaffleList(tuple(_line(raffle, entry, at) for raffle, entry in (*running, *done)))


def _line(raffle: Raffle, entry: RaffleEntry | None, at: datetime) -> RaffleLine:
    return RaffleLine(
        raffle_id=_id(raffle.id),
        prize=raffle.prize,
        state=public_state(RaffleState(raffle.state), raffle.closes, at),
        closes=raffle.closes,
        number=entry.number if entry is not None else None,
        mine=entry.state if entry is not None else None,
        reason=entry.reason if entry is not None else None,
        ticket=raffle.ticket,
    )


def my_entry(
    session: Session, place: Place, user_id: int, raffle_id: int, at: datetime
) -> MyEntry | NotEntered | NoSuchRaffle:
    """The reader's number, salt and seal, to be looked up in the list."""
    raffle = find_raffle(session, place.community_id, raffle_id)
    if raffle is None:
        return NoSuchRaffle()
    entry = session.execute(
        select(RaffleEntry)
        .join(Member, col(Member.id) == col(RaffleEntry.member_id))
        .where(col(RaffleEntry.raffle_id) == raffle_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()
    if entry is None or entry.salt is None:
        return NotEntered(raffle.prize)
    return MyEntry(
        prize=raffle.prize,
        number=entry.number,
        weight=entry.weight,
        salt=entry.salt,
        user_id=user_id,
        seal=entry.seal,
        state=public_state(RaffleState(raffle.state), raffle.closes, at),
        mine=entry.state,
        reason=entry.reason,
        page=page_of(raffle_id, raffle.commitment) if is_proven(raffle) else None,
    )


def show(
    session: Session, place: Place, number: int, at: datetime, policy: RafflePolicy
) -> RaffleShown | RaffleUnknown:
    """A raffle's figures for staff."""
    raffle = by_number(session, place.community_id, number)
    if raffle is None:
        return RaffleUnknown(number)
    raffle_id = _id(raffle.id)
    kept = (col(RaffleEntry.paid) > 0, col(RaffleEntry.returned).is_(False))
    coins = session.execute(
        select(func.coalesce(func.sum(RaffleEntry.paid), 0)).where(col(RaffleEntry.raffle_id) == raffle_id, *kept)
    ).scalar_one()
    won = winners_of(session, raffle_id, policy.names)
    state = public_state(RaffleState(raffle.state), raffle.closes, at)
    return RaffleShown(
        number=number,
        prize=raffle.prize,
        state=state,
        winners=raffle.winners,
        closes=raffle.closes,
        entries=raffle.entered if raffle.listed is None else raffle.listed,
        tickets=count_entries(session, raffle_id, *kept),
        coins=int(coins),
        won=tuple(won),
        more=count_entries(session, raffle_id, col(RaffleEntry.state) == EntryState.WON) - len(won),
        untold=untold_card(session, place.community_id, CARD, raffle_id) if state not in OVER else (),
    )


def _id(value: int | None) -> int:
    if value is None:
        raise LookupError("the row has no id before it is flushed")
    return value
