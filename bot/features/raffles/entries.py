"""Entering a raffle, and what a fan is told of their own entry."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import (
    CARD,
    facts_of,
    find_raffle,
    has_proof,
    lock_raffle,
)
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.raffles.entries import (
    AlreadyEntered,
    Entered,
    EnterOutcome,
    EntryClosed,
    MyEntry,
    NoSuchRaffle,
    NotEntered,
    Paid,
    may_enter,
)
from bot.rules.raffles.facts import (
    EntrantFacts,
    Need,
    RafflePolicy,
    RaffleState,
    public_state,
)
from bot.rules.raffles.proofs import page_path
from bot.rules.sealing import line_of
from bot.rules.tiers import TierPolicy
from bot.store import causes, ledger
from bot.store.engine.sessions import Tx
from bot.store.for_whom import is_for
from bot.store.members import Standing, standing
from bot.store.messages.cards import touch_cards
from bot.store.notes import note
from bot.store.tables import Attendance, CheckIn, Member, Raffle, RaffleEntry
from bot.store.tiers import tier_of
from bot.store.wins import won_since


def enter(  # noqa: PLR0911  # one return for each outcome
    tx: Tx, act: Act, raffle_id: int, salt: bytes, policies: Policies, *, ticket: bool | Paid = False
) -> EnterOutcome:
    """Decide whether the fan may enter, take the next number, and charge for a ticket.

    `ticket` may be a ticket that was paid for in this transaction (the coin shop). It is given back like any other.
    """
    place, at = act.place, act.at
    paid = ticket if isinstance(ticket, Paid) else None
    member = standing(tx, act.community_id, act.sender, at)
    raffle = find_raffle(tx, place.community_id, raffle_id)
    if raffle is None:
        return NoSuchRaffle()
    mine = tx.execute(
        select(RaffleEntry).where(
            col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.member_id) == member.member_id
        )
    ).scalar_one_or_none()
    if mine is not None and mine.cause == act.cause and mine.answer is not None and at - mine.at < causes.KEPT:
        return causes.from_json(Entered, mine.answer)
    facts = facts_of(raffle)
    if mine is not None and facts.state is RaffleState.OPEN and at < facts.closes:
        return AlreadyEntered(raffle_id, raffle.prize, mine.number, raffle.closes, mine.paid)
    if facts.state is not RaffleState.OPEN or at >= facts.closes:
        return EntryClosed(raffle.prize, public_state(facts.state, facts.closes, at))
    price = raffle.ticket if ticket is True else 0
    refusal = may_enter(facts, _entrant(tx, place, member, raffle, at, policies[TierPolicy]), price, member.balance, at)
    if refusal is not None:
        return refusal
    number = _next_number(tx, raffle_id, at)
    if number is None:
        now = lock_raffle(tx, raffle_id)
        return EntryClosed(raffle.prize, public_state(RaffleState(now.state), now.closes, at))
    entry = _add_entry(tx, act, member, (raffle_id, number), Paid("", price) if paid is None else paid, salt)
    if price:
        _charge_ticket(tx, act, member, entry)
    outcome = Entered(raffle_id, raffle.prize, number, raffle.closes, price, member.balance - price)
    entry.answer = causes.to_json(outcome)
    note(tx, member.member_id, Did.ENTER_RAFFLE, act.occasion, About(Thing.RAFFLE, raffle_id))
    touch_cards(tx, act.community_id, CARD, raffle_id, at, every=policies[RafflePolicy].card_every)
    tx.flush()
    return outcome


def _add_entry(tx: Tx, act: Act, member: Standing, which: tuple[int, int], paid: Paid, salt: bytes) -> RaffleEntry:
    """Store the entry. `which` is the raffle's id and the entry's number."""
    raffle_id, number = which
    entry = RaffleEntry(
        community_id=act.community_id,
        raffle_id=raffle_id,
        member_id=member.member_id,
        number=number,
        salt=salt.hex(),
        seal=line_of(salt, act.sender.user_id),
        paid=paid.coins,
        paid_key=paid.key or None,
        at=act.at,
        cause=act.cause,
    )
    tx.add(entry)
    tx.flush()
    return entry


def _next_number(tx: Tx, raffle_id: int, at: datetime) -> int | None:
    """The number of the next entry, or None if the raffle is closed. A transaction that closes it is waited for."""
    return tx.execute(
        update(Raffle)
        .where(col(Raffle.id) == raffle_id, col(Raffle.state) == RaffleState.OPEN, col(Raffle.closes) > at)
        .values(entered=col(Raffle.entered) + 1)
        .returning(col(Raffle.entered))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def _charge_ticket(tx: Tx, act: Act, member: Standing, entry: RaffleEntry) -> None:
    entry.paid_key = f"ticket:{entry.id}"
    ledger.charge(
        tx,
        ledger.TransferHeader(act.community_id, entry.paid_key, "ticket", act.at),
        member_account=member.account_id,
        shop=act.place.shop_account,
        amount=entry.paid,
    )


def _entrant(tx: Tx, place: Place, member: Standing, raffle: Raffle, at: datetime, tiers: TierPolicy) -> EntrantFacts:
    capped = False
    if raffle.cap_days:
        since = at - timedelta(days=raffle.cap_days)
        # After a deletion within that time nobody can tell whether the fan had won. It counts as a win.
        capped = member.back_since is not None and member.back_since > since
        capped = capped or member.member_id in won_since(tx, place, [member.member_id], since)
    return EntrantFacts(
        tier=tier_of(tx, place, member.member_id, at, tiers).value,
        checked_in=Need.CHECK_IN.value not in raffle.needs or _checked_in(tx, place, member.member_id, at),
        was_there=raffle.airing_id is None or tx.get(Attendance, (raffle.airing_id, member.member_id)) is not None,
        won_in_cap=capped,
        is_meant=is_for(tx, place, raffle.segment, member.member_id, at),
    )


def _checked_in(tx: Tx, place: Place, member_id: int, at: datetime) -> bool:
    found = tx.execute(
        select(col(CheckIn.day)).where(
            col(CheckIn.member_id) == member_id, col(CheckIn.day) == day_of(at, place.timezone)
        )
    ).first()
    return found is not None


def find_entry(
    session: Session, place: Place, user_id: int, raffle_id: int, at: datetime
) -> MyEntry | NotEntered | NoSuchRaffle:
    """The reader's number, salt and line, by which they find themselves on the list."""
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
        page=page_path(raffle_id, raffle.commitment) if has_proof(raffle) else None,
        raffle_id=raffle_id,
    )
