"""Opening, listing and showing raffles. `entries.py` has what fans enter, `draw.py` the draw."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.entries import enter, find_entry
from bot.features.raffles.facts import (
    CARD,
    audit_subject,
    count_entries,
    find_by_number,
    list_winners,
)
from bot.rules.act import Act
from bot.rules.beacons import Beacon
from bot.rules.for_whom import Aimed
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.raffles.cards import RaffleLine, RaffleList
from bot.rules.raffles.entries import (
    EnterOutcome,
    MyEntry,
    NoSuchRaffle,
    NotEntered,
)
from bot.rules.raffles.facts import (
    OVER,
    EntryState,
    Need,
    NewRaffle,
    RafflePolicy,
    RaffleState,
    Sealing,
    public_state,
)
from bot.rules.raffles.opening import (
    BeaconUnreachable,
    ClosesWrong,
    MakeRaffleOutcome,
    NoStreamForIt,
    RaffleMade,
    RaffleShown,
    RaffleUnknown,
)
from bot.rules.sealing import SALT_BYTES, SEED_BYTES, commitment
from bot.rules.segments import BadSegment
from bot.store import causes
from bot.store.airings import open_airings
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.for_whom import aim
from bot.store.messages.cards import CardSubject, hang_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in, untold_card
from bot.store.places import lock_shop
from bot.store.tables import Member, Raffle, RaffleEntry
from bot.store.tables.base import id_of

MADE = "raffle.made"

Bytes = Callable[[int], bytes]
"""Gives random bytes, as `secrets.token_bytes` does."""


class Raffles:
    """Use cases of raffles for fans and staff."""

    def __init__(self, db: Database, policies: Policies, random_bytes: Bytes, beacon: Beacon | None) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[RafflePolicy]
        self._random = random_bytes
        self._beacon = beacon

    async def make(self, act: Act, wish: NewRaffle) -> MakeRaffleOutcome:
        """Open a raffle and promise its card.

        Whether the beacon seals the draw too is decided here and never changes.
        """
        seed = self._random(SEED_BYTES)
        reached = wish.beacon is not False and await self.is_beacon_reachable(act.at)
        aimed = await self._db.read(aim, act.place, wish.segment, act.at) if wish.segment else None
        return await self._db.write(make, act, wish, Opening(seed, aimed, beacon=reached), self._policy)

    async def is_beacon_reachable(self, at: datetime) -> bool:
        """Whether the public beacon can be reached now. It takes a few seconds at most."""
        return await is_beacon_reachable(self._beacon, self._policy, at)

    async def enter(self, act: Act, raffle_id: int, *, ticket: bool = False) -> EnterOutcome:
        """Enter a raffle, for nothing or with a ticket. Both weigh the same."""
        salt = self._random(SALT_BYTES)
        return await self._db.write(enter, act, raffle_id, salt, self._policies, ticket=ticket)

    async def list_for(self, place: Place, user_id: int, at: datetime) -> RaffleList:
        """Raffles that are running and those that ended recently, with the reader's own entries."""
        return await self._db.read(list_raffles, place, user_id, at, self._policy)

    async def my_entry(
        self, place: Place, user_id: int, raffle_id: int, at: datetime
    ) -> MyEntry | NotEntered | NoSuchRaffle:
        """The reader's own entry, with what finds it on the list."""
        return await self._db.read(find_entry, place, user_id, raffle_id, at)

    async def figures(self, place: Place, number: int, at: datetime) -> RaffleShown | RaffleUnknown:
        """A raffle's figures for staff."""
        return await self._db.read(read_figures, place, number, at, self._policy)


async def is_beacon_reachable(beacon: Beacon | None, policy: RafflePolicy, at: datetime) -> bool:
    """Whether this beacon can be reached now. It takes a few seconds at most."""
    return (
        beacon is not None and await beacon.fetch(beacon.chain.first_round_after(at - policy.beacon_probe)) is not None
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """What is made ready before a raffle is opened."""

    seed: bytes
    aimed: Aimed | BadSegment | None = None
    """The raffle's segment, looked at; None: it is for all fans."""
    beacon: bool = False
    """Whether the beacon answered and will seal it."""


def make(tx: Tx, act: Act, wish: NewRaffle, opening: Opening, policy: RafflePolicy) -> MakeRaffleOutcome:
    """Give the raffle a number and a seed, and promise its cards."""
    before = first_answer(tx, act, RaffleMade, MADE)
    if before is not None:
        return before
    aimed, beacon = opening.aimed, opening.beacon
    if isinstance(aimed, BadSegment):
        return aimed
    at = act.at
    if not at + policy.shortest <= wish.closes <= at + policy.longest:
        return ClosesWrong(wish.closes, int(policy.shortest.total_seconds() // 60), policy.longest.days)
    if wish.beacon and not beacon:
        return BeaconUnreachable()
    shop = lock_shop(tx, act.community_id)
    airing_id = None
    if Need.STREAM in wish.needs:
        airing = next((one for one in open_airings(tx, act.community_id) if one.starts_at < wish.closes), None)
        if airing is None:
            return NoStreamForIt(wish.closes)
        airing_id = airing.id
    shop.raffles_made += 1
    raffle = _new_raffle(act, wish, shop.raffles_made, airing_id, opening.seed)
    raffle.sealing = Sealing.FREEZE if beacon else Sealing.NONE
    tx.add(raffle)
    tx.flush()
    terms = Terms(now=at, by_staff=act.typed, airing_id=act.airing_id)
    chats = hang_cards(tx, CardSubject(act.community_id, CARD, id_of(raffle)), terms, turns_at=wish.closes)
    groups, untold = heard_in(tx, act.community_id, chats)
    after = causes.to_facts(wish)
    entry = record_act(tx, act, MADE, audit_subject(raffle), subject_id=raffle.id, after=after)
    outcome = RaffleMade(
        number=raffle.number,
        prize=wish.prize,
        winners=wish.winners,
        closes=wish.closes,
        ticket=wish.ticket,
        groups=groups,
        audit_id=id_of(entry),
        sealed_alone=not beacon,
        untold=untold,
        aimed=aimed,
    )
    entry.answer = causes.to_json(outcome)
    tx.info[PLANNED] = True
    return outcome


def _new_raffle(act: Act, wish: NewRaffle, number: int, airing_id: int | None, seed: bytes) -> Raffle:
    return Raffle(
        community_id=act.community_id,
        number=number,
        prize=wish.prize,
        value=wish.value,
        winners=wish.winners,
        reserves=wish.winners if wish.reserves is None else wish.reserves,
        ticket=wish.ticket,
        tier=wish.tier,
        segment=wish.segment,
        needs=[need.value for need in wish.needs],
        airing_id=airing_id,
        weights=list(wish.weights),
        fresh_days=wish.fresh_days,
        cap_days=wish.cap_days,
        closes=wish.closes,
        seed=seed.hex(),
        commitment=commitment(seed),
        made_by=act.actor_id,
        made_at=act.at,
    )


def list_raffles(session: Session, place: Place, user_id: int, at: datetime, policy: RafflePolicy) -> RaffleList:
    """Running raffles, soonest close first, then the last ended ones; each with the reader's own entry."""
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
    # A cancelled raffle is shown only to fans who had entered it.
    told = or_(col(Raffle.state) == RaffleState.DRAWN, col(RaffleEntry.id).is_not(None))
    done = session.execute(
        rows.where(col(Raffle.state).in_(over), told).order_by(col(Raffle.closes).desc()).limit(policy.shown)
    ).all()
    return RaffleList(tuple(_line(raffle, entry, at) for raffle, entry in (*running, *done)))


def _line(raffle: Raffle, entry: RaffleEntry | None, at: datetime) -> RaffleLine:
    return RaffleLine(
        raffle_id=id_of(raffle),
        prize=raffle.prize,
        state=public_state(RaffleState(raffle.state), raffle.closes, at),
        closes=raffle.closes,
        number=entry.number if entry is not None else None,
        mine=entry.state if entry is not None else None,
        reason=entry.reason if entry is not None else None,
        ticket=raffle.ticket,
    )


def read_figures(
    session: Session, place: Place, number: int, at: datetime, policy: RafflePolicy
) -> RaffleShown | RaffleUnknown:
    """A raffle's figures for staff."""
    raffle = find_by_number(session, place.community_id, number)
    if raffle is None:
        return RaffleUnknown(number)
    raffle_id = id_of(raffle)
    kept = (col(RaffleEntry.paid) > 0, col(RaffleEntry.returned).is_(False))
    coins = session.execute(
        select(func.coalesce(func.sum(RaffleEntry.paid), 0)).where(col(RaffleEntry.raffle_id) == raffle_id, *kept)
    ).scalar_one()
    won = list_winners(session, raffle_id, policy.names)
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
        segment=raffle.segment,
    )
