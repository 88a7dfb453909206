"""Raffles that end without a draw: cancelled before they close, or called off in public after a naming."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import CARD, audit_subject, count_entries, find_by_number
from bot.features.raffles.namings import namings_of, withdraw_naming
from bot.features.raffles.places import send_proof
from bot.rules.act import Act
from bot.rules.beacons import QUICKNET, Beacon, Pulse
from bot.rules.policies import Policies
from bot.rules.raffles.draws import CalledOff, CallOffOutcome, CancelRaffleOutcome, OwnerMayCallOff
from bot.rules.raffles.facts import EntryState, RafflePolicy, RaffleState, Sealing, public_state
from bot.rules.raffles.opening import RaffleCancelled, RaffleNotNow, RaffleUnknown
from bot.store import causes, ledger
from bot.store.audit import caused_by, first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import touch_cards
from bot.store.tables import AuditEntry, Raffle, RaffleEntry
from bot.store.tables.base import id_of
from bot.store.tables.raffles import UNRETURNED

CANCELLED = "raffle.cancelled"
CALLED_OFF = "raffle.called_off"


class CallingOff:
    """Use cases of raffles that end without a draw."""

    def __init__(self, db: Database, policy: RafflePolicy, beacon: Beacon | None) -> None:
        self._db = db
        self._policy = policy
        self._beacon = beacon

    async def cancel(self, act: Act, number: int) -> CancelRaffleOutcome:
        """Cancel a raffle before it closes, and give its tickets back."""
        outcome = await self._db.write(cancel, act, number)
        await self.finish_refunds(act.at)
        return outcome

    async def call_off(self, act: Act, number: int) -> CallOffOutcome:
        """Call off a raffle whose list is fixed. Only the owner may, and the group is told.

        If the named round has come, the beacon is asked for it first, so that the proof shows who would have won.
        """
        pulse = None
        round_due = await self._db.read(round_that_came, act.community_id, number, act.at)
        if round_due is not None and self._beacon is not None:
            pulse = await self._beacon.fetch(round_due)
        outcome = await self._db.write(call_off, act, number, pulse)
        await self.finish_refunds(act.at)
        return outcome

    async def finish_refunds(self, at: datetime) -> None:
        """Give back all tickets that are owed, in chunks. This also finishes what a crash interrupted."""
        while await self._db.write(refund_chunk, at, self._policy):
            pass


def round_that_came(session: Session, community_id: int, number: int, at: datetime) -> int | None:
    """The round that was named for a raffle, if it has come."""
    raffle = find_by_number(session, community_id, number)
    if raffle is None or raffle.beacon_round is None or QUICKNET.time_of(raffle.beacon_round) > at:
        return None
    return raffle.beacon_round


def cancel(tx: Tx, act: Act, number: int) -> CancelRaffleOutcome:
    """Cancel a raffle before it closes.

    Later it must be called off in public: else a shop could drop a result that it dislikes, and nobody would see it.
    """
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None and done.act == CALLED_OFF:
        return OwnerMayCallOff(number)  # `call_off` gives the first answer again
    if done is not None and done.answer is not None:
        return causes.from_json(RaffleCancelled, done.answer)
    raffle = find_by_number(tx, act.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state == RaffleState.LISTED and raffle.sealing == Sealing.FREEZE:
        return OwnerMayCallOff(number)
    if raffle.state != RaffleState.OPEN or act.at >= raffle.closes:
        state = public_state(RaffleState(raffle.state), raffle.closes, act.at)
        return RaffleNotNow(number, raffle.prize, "cancel", state)
    return _cancel(tx, act, raffle)


def call_off(tx: Tx, act: Act, number: int, pulse: Pulse | None) -> CallOffOutcome:
    """End a raffle between its freeze and its draw. Tickets go back, and the groups get the seed and the list.

    `pulse` is the named round, if it has come and the beacon gave it.
    """
    before = first_answer(tx, act, CalledOff)
    if before is not None:
        return before
    raffle = find_by_number(tx, act.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state != RaffleState.LISTED or raffle.sealing != Sealing.FREEZE:
        state = public_state(RaffleState(raffle.state), raffle.closes, act.at)
        return RaffleNotNow(number, raffle.prize, "cancel", state)
    withdraw_naming(tx, raffle)
    # The command may have waited: the raffle can't be called off before its close or before a naming.
    named = [one.named_at for one in namings_of(tx, id_of(raffle))]
    raffle.state, raffle.called_off_at = RaffleState.CANCELLED, max(act.at, raffle.closes, *named)
    if pulse is not None and pulse.round == raffle.beacon_round:
        raffle.beacon_randomness, raffle.beacon_signature = pulse.randomness, pulse.signature
    tx.flush()
    coins = _coins_to_refund(tx, raffle)
    outcome = CalledOff(number, raffle.prize, raffle.listed or 0, coins)
    record_act(
        tx,
        act,
        CALLED_OFF,
        audit_subject(raffle),
        subject_id=raffle.id,
        before={"state": RaffleState.LISTED, "entered": raffle.entered},
        after={"state": RaffleState.CANCELLED, "refunded": coins},
    ).answer = causes.to_json(outcome)
    send_proof(tx, raffle, act.at)
    tx.info[PLANNED] = True
    return outcome


def _cancel(tx: Tx, act: Act, raffle: Raffle, undoes_id: int | None = None) -> RaffleCancelled:
    raffle.state = RaffleState.CANCELLED
    tx.flush()
    raffle_id = id_of(raffle)
    coins = _coins_to_refund(tx, raffle)
    entry = record_act(
        tx,
        act,
        CANCELLED,
        audit_subject(raffle),
        subject_id=raffle_id,
        before={"state": RaffleState.OPEN, "entered": raffle.entered},
        after={"state": RaffleState.CANCELLED, "refunded": coins},
        undoes_id=undoes_id,
    )
    outcome = RaffleCancelled(
        number=raffle.number,
        prize=raffle.prize,
        entries=count_entries(tx, raffle_id, col(RaffleEntry.state) == EntryState.IN),
        refunded=coins,
        audit_id=id_of(entry),
        undoable=raffle.entered == 0,
    )
    entry.answer = causes.to_json(outcome)
    touch_cards(tx, act.community_id, CARD, raffle_id, act.at)
    tx.info[PLANNED] = True
    return outcome


def refund_chunk(tx: Tx, at: datetime, policy: RafflePolicy) -> bool:
    """Give back a chunk of tickets: of cancelled raffles, and of entries that aren't on the list.

    False if none is owed.
    """
    owed = (
        tx.execute(
            select(RaffleEntry)
            .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
            .where(
                UNRETURNED,
                or_(col(Raffle.state) == RaffleState.CANCELLED, col(RaffleEntry.state) == EntryState.OUT),
            )
            .order_by(col(RaffleEntry.raffle_id), col(RaffleEntry.id))
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
                ledger.TransferHeader(entry.community_id, f"ticket.back:{entry.id}", "refund", at),
                charged_key=entry.paid_key,
            )
    tx.flush()
    return bool(owed)


def undo_make(tx: Tx, act: Act, entry: AuditEntry, _policies: Policies) -> bool:
    """Undo the opening of a raffle. False if somebody has entered, or the raffle has closed."""
    raffle = _lock_raffle_of(tx, act, entry)
    if raffle is None or raffle.entered > 0 or raffle.state != RaffleState.OPEN or act.at >= raffle.closes:
        return False
    _cancel(tx, act, raffle, undoes_id=entry.id)
    return True


def undo_cancel(tx: Tx, act: Act, entry: AuditEntry, _policies: Policies) -> bool:
    """Undo a cancelling: open the raffle again. False if anybody had entered, or its time is over."""
    raffle = _lock_raffle_of(tx, act, entry)
    if raffle is None or raffle.entered > 0 or raffle.state != RaffleState.CANCELLED or act.at >= raffle.closes:
        return False
    raffle.state = RaffleState.OPEN
    tx.flush()
    touch_cards(tx, act.community_id, CARD, id_of(raffle), act.at)
    tx.info[PLANNED] = True
    return True


def _coins_to_refund(tx: Tx, raffle: Raffle) -> int:
    """The sum of the tickets that must be given back."""
    return int(
        tx.execute(
            select(func.coalesce(func.sum(RaffleEntry.paid), 0)).where(
                col(RaffleEntry.raffle_id) == raffle.id, col(RaffleEntry.returned).is_(False)
            )
        ).scalar_one()
    )


def _lock_raffle_of(tx: Tx, act: Act, entry: AuditEntry) -> Raffle | None:
    return tx.execute(
        select(Raffle)
        .where(col(Raffle.community_id) == act.community_id, col(Raffle.id) == entry.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
