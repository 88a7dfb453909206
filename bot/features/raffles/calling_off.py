"""Raffles that end without a draw: taken back before they close, or called off in public once their round is named."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.beacons import QUICKNET, Beacon, Pulse
from bot.rules.place import Place
from bot.rules.raffles.draws import CalledOff, CallOffOutcome, CancelRaffleOutcome, OwnerMayCallOff
from bot.rules.raffles.raffles import (
    EntryState,
    RaffleCancelled,
    RaffleNotNow,
    RafflePolicy,
    RaffleState,
    RaffleUnknown,
    Sealing,
    public_state,
)
from bot.store import causes, ledger
from bot.store.audit import caused_by, record
from bot.store.engine.db import PLANNED, Database, Tx
from bot.store.messages.cards import touch_cards
from bot.store.namings import namings_of, withdraw_naming
from bot.store.raffles import CARD, by_number, count_entries, subject_of
from bot.store.tables import AuditEntry, Raffle, RaffleEntry
from bot.store.winning import show

CANCELLED = "raffle.cancelled"
CALLED_OFF = "raffle.called_off"


class CallingOff:
    """What staff do with a raffle that shall not be drawn."""

    def __init__(self, db: Database, policy: RafflePolicy, beacon: Beacon | None) -> None:
        self._db = db
        self._policy = policy
        self._beacon = beacon

    async def cancel(self, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CancelRaffleOutcome:
        """Take a raffle back before it closes and give its tickets back."""
        outcome = await self._db.write(cancel, place, actor_id, number, at, cause)
        await self.finish_refunds(at)
        return outcome

    async def call_off(self, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CallOffOutcome:
        """Call a raffle off whose list is fixed: for the owner alone, and in public.

        If its round has come, it is asked for first, so that the proof shows who would have won.
        """
        pulse = None
        round_due = await self._db.read(round_of, place.community_id, number, at)
        if round_due is not None and self._beacon is not None:
            pulse = await self._beacon.fetch(round_due)
        outcome = await self._db.write(call_off, place, actor_id, number, at, cause, pulse)
        await self.finish_refunds(at)
        return outcome

    async def finish_refunds(self, at: datetime) -> None:
        """Give tickets back, in chunks, that are owed; also what a crash interrupted."""
        while await self._db.write(refund_some, at, self._policy):
            pass


def round_of(session: Session, community_id: int, number: int, at: datetime) -> int | None:
    """The round that was named for a raffle, if it has come."""
    raffle = by_number(session, community_id, number)
    if raffle is None or raffle.beacon_round is None or QUICKNET.time_of(raffle.beacon_round) > at:
        return None
    return raffle.beacon_round


def cancel(tx: Tx, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CancelRaffleOutcome:
    """Take it back before it closes: after that a shop mustn't be able to dislike the result unseen."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.act == CALLED_OFF:
        return OwnerMayCallOff(number)  # whose first answer `call_off` has
    if done is not None and done.answer is not None:
        return causes.from_json(RaffleCancelled, done.answer)
    raffle = by_number(tx, place.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state == RaffleState.LISTED and raffle.sealing == Sealing.FREEZE:
        return OwnerMayCallOff(number)
    if raffle.state != RaffleState.OPEN or at >= raffle.closes:
        state = public_state(RaffleState(raffle.state), raffle.closes, at)
        return RaffleNotNow(number, raffle.prize, "cancel", state)
    return _call_off(tx, place, actor_id, raffle, at, cause)


def call_off(
    tx: Tx, place: Place, actor_id: int, number: int, at: datetime, cause: str, pulse: Pulse | None
) -> CallOffOutcome:
    """End a raffle between its freeze and its draw: tickets go back, and the groups get the seed and the list.

    `pulse` is the named round, if it has come and could be had.
    """
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(CalledOff, done.answer)
    raffle = by_number(tx, place.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state != RaffleState.LISTED or raffle.sealing != Sealing.FREEZE:
        state = public_state(RaffleState(raffle.state), raffle.closes, at)
        return RaffleNotNow(number, raffle.prize, "cancel", state)
    withdraw_naming(tx, raffle)
    # The message may have waited: it can't have been called off before what it was called off after.
    named = [one.named_at for one in namings_of(tx, raffle.id or 0)]
    raffle.state, raffle.called_off_at = RaffleState.CANCELLED, max(at, raffle.closes, *named)
    if pulse is not None and pulse.round == raffle.beacon_round:
        raffle.beacon_randomness, raffle.beacon_signature = pulse.randomness, pulse.signature
    tx.flush()
    coins = _owed(tx, raffle)
    outcome = CalledOff(number, raffle.prize, raffle.listed or 0, coins)
    record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=CALLED_OFF,
        subject_id=raffle.id,
        subject=subject_of(raffle),
        at=at,
        cause=cause,
        before={"state": RaffleState.LISTED, "entered": raffle.entered},
        after={"state": RaffleState.CANCELLED, "refunded": coins},
    ).answer = causes.to_json(outcome)
    show(tx, raffle, at)
    tx.info[PLANNED] = True
    return outcome


def _call_off(
    tx: Tx, place: Place, actor_id: int, raffle: Raffle, at: datetime, cause: str, undoes_id: int | None = None
) -> RaffleCancelled:
    raffle.state = RaffleState.CANCELLED
    tx.flush()
    raffle_id = raffle.id or 0
    coins = _owed(tx, raffle)
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=CANCELLED,
        subject_id=raffle_id,
        subject=subject_of(raffle),
        at=at,
        cause=cause,
        before={"state": RaffleState.OPEN, "entered": raffle.entered},
        after={"state": RaffleState.CANCELLED, "refunded": coins},
        undoes_id=undoes_id,
    )
    outcome = RaffleCancelled(
        number=raffle.number,
        prize=raffle.prize,
        entries=count_entries(tx, raffle_id, col(RaffleEntry.state) == EntryState.IN),
        refunded=coins,
        audit_id=entry.id or 0,
        undoable=raffle.entered == 0,
    )
    entry.answer = causes.to_json(outcome)
    touch_cards(tx, place.community_id, CARD, raffle_id, at)
    tx.info[PLANNED] = True
    return outcome


def refund_some(tx: Tx, at: datetime, policy: RafflePolicy) -> bool:
    """Give some tickets back: of cancelled raffles, and of entries that aren't on the list; False if none is owed."""
    owed = (
        tx.execute(
            select(RaffleEntry)
            .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
            .where(
                col(RaffleEntry.paid) > 0,
                col(RaffleEntry.returned).is_(False),
                or_(col(Raffle.state) == RaffleState.CANCELLED, col(RaffleEntry.state) == EntryState.OUT),
            )
            .order_by(col(RaffleEntry.id))
            .limit(policy.refunds)
            .with_for_update(of=RaffleEntry, skip_locked=True)
        )
        .scalars()
        .all()
    )
    for entry in owed:
        entry.returned = True
        if entry.paid_key is not None:
            ledger.give_back(
                tx,
                community_id=entry.community_id,
                charged_key=entry.paid_key,
                key=f"ticket.back:{entry.id}",
                reason="refund",
                at=at,
            )
    tx.flush()
    return bool(owed)


def undo_make(tx: Tx, place: Place, actor_id: int, entry: AuditEntry, at: datetime, cause: str) -> bool:
    """Take a fresh raffle back; False once somebody has entered, or it has closed."""
    raffle = _of_entry(tx, place, entry)
    if raffle is None or raffle.entered > 0 or raffle.state != RaffleState.OPEN or at >= raffle.closes:
        return False
    _call_off(tx, place, actor_id, raffle, at, cause, undoes_id=entry.id)
    return True


def undo_cancel(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Open a cancelled raffle again; False if anybody had entered, or its time is over."""
    raffle = _of_entry(tx, place, entry)
    if raffle is None or raffle.entered > 0 or raffle.state != RaffleState.CANCELLED or at >= raffle.closes:
        return False
    raffle.state = RaffleState.OPEN
    tx.flush()
    touch_cards(tx, place.community_id, CARD, raffle.id or 0, at)
    tx.info[PLANNED] = True
    return True


def _owed(tx: Tx, raffle: Raffle) -> int:
    """Coins of tickets that go back."""
    return int(
        tx.execute(
            select(func.coalesce(func.sum(RaffleEntry.paid), 0)).where(
                col(RaffleEntry.raffle_id) == raffle.id, col(RaffleEntry.returned).is_(False)
            )
        ).scalar_one()
    )


def _of_entry(tx: Tx, place: Place, entry: AuditEntry) -> Raffle | None:
    return tx.execute(
        select(Raffle)
        .where(col(Raffle.community_id) == place.community_id, col(Raffle.id) == entry.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
