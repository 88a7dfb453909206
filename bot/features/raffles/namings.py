"""Namings: what names a round of the beacon in the group for a fixed list.

A naming is a row and a promise in one commit: the first is an edit of the raffle's card, further ones are messages.
When that is done, `note_posted` stores which message it is and Telegram's date of the edit or message, which decides
whether the naming counts. Another round is named only if the naming before came too late or can't be posted any more.
So a new process goes on where the old one stopped, and nobody can choose between two rounds.
"""

from datetime import datetime, timedelta
from operator import itemgetter

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import CARD, lock_raffle
from bot.rules.beacons import NAMED_AHEAD, QUICKNET
from bot.rules.raffles.draws import DrawWaits, NamingState, RoundNamed, Waits, next_round, pause_before_naming
from bot.rules.raffles.facts import RafflePolicy, RaffleState
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import CardSubject, edit_witnessed, groups_of, hanging_in, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import WitnessOf
from bot.store.messages.telling import say_witnessed, tell_owner
from bot.store.places import place_of
from bot.store.tables import Outbox, Raffle, RaffleNaming
from bot.store.tables.base import id_of
from bot.store.tables.messages import OutboxState

NAMING = "raffle.naming"
"""The kind of the witness that stores when and where a naming was posted."""
TOLD_WITHIN = timedelta(days=2)
"""How long a message to the owner may be on its way."""


def namings_of(session: Session, raffle_id: int) -> list[RaffleNaming]:
    """All namings of a raffle, oldest first."""
    return list(
        session.execute(
            select(RaffleNaming).where(col(RaffleNaming.raffle_id) == raffle_id).order_by(col(RaffleNaming.nth))
        ).scalars()
    )


def posted_namings(session: Session, raffle: Raffle) -> list[RaffleNaming]:
    """Namings that are known to be in a group, in the order in which they were posted.

    A naming that was posted after the raffle was called off is left out.
    """
    end = raffle.called_off_at
    posted = [
        (one.posted_at, one.nth, one)
        for one in namings_of(session, id_of(raffle))
        if one.posted_at is not None and (end is None or one.posted_at <= end)
    ]
    return [one for _, _, one in sorted(posted, key=itemgetter(0, 1))]


def name_round(tx: Tx, raffle: Raffle, now: datetime, policy: RafflePolicy) -> None:
    """Name a round, or wait for the naming before. The raffle's row is locked and its list is fixed.

    Sets `draw_at` to the instant at which the raffle must be looked at again.
    """
    past = namings_of(tx, id_of(raffle))
    last = past[-1] if past else None
    if last is not None and last.state == NamingState.PROMISED:
        if _may_still_be_posted(tx, last, now):
            raffle.draw_at = now + policy.naming_every
            tx.flush()
            return
        last.state = NamingState.LOST
        tx.flush()
    lost = sum(one.state == NamingState.LOST for one in past)
    if last is not None and last.state == NamingState.LOST:
        rests_until = last.named_at + pause_before_naming(lost, policy)
        if now < rests_until:
            raffle.draw_at = rests_until
            tx.flush()
            return
    chat_id = _group_for(tx, raffle, lost)
    if chat_id is None or (past and now - past[0].named_at > policy.beacon_waits):
        tell_owner_it_waits(tx, raffle, Waits.NAMING, now)
    if chat_id is None:
        raffle.draw_at = now + policy.longest_pause
        tx.flush()
        return
    _promise(tx, raffle, past, chat_id, now, policy)


def _promise(
    tx: Tx, raffle: Raffle, past: list[RaffleNaming], chat_id: int, now: datetime, policy: RafflePolicy
) -> None:
    late = sum(one.state == NamingState.POSTED for one in past)
    number = next_round(QUICKNET, now, late, policy)
    naming = RaffleNaming(raffle_id=id_of(raffle), nth=len(past) + 1, round=number, chat_id=chat_id, named_at=now)
    tx.add(naming)
    tx.flush()
    # Posted later, the naming could not count and would only confuse the group.
    terms = Terms(now=now, key=_key(naming), not_after=QUICKNET.time_of(number) - NAMED_AHEAD)
    _tell(tx, raffle, naming, past, terms)
    raffle.draw_at = now + policy.naming_every
    tx.flush()


def _tell(tx: Tx, raffle: Raffle, naming: RaffleNaming, past: list[RaffleNaming], terms: Terms) -> None:
    """Promise what names the round: an edit of the card that hangs there, which costs the group no message.

    If that failed, or no card hangs, a message of its own names it.
    """
    witness = WitnessOf(NAMING, id_of(naming))
    subject = CardSubject(raffle.community_id, CARD, id_of(raffle))
    if not past and edit_witnessed(tx, subject, naming.chat_id, witness, terms):
        return
    before = past[-1] if past else None
    outcome = RoundNamed(
        prize=raffle.prize,
        entries=raffle.listed or 0,
        list_hash=raffle.list_hash or "",
        round=naming.round,
        round_at=QUICKNET.time_of(naming.round),
        before=before.round if before is not None else None,
        why=None if before is None else "late" if before.state == NamingState.POSTED else "lost",
    )
    say_witnessed(tx, raffle.community_id, naming.chat_id, outcome, witness, terms)


def _may_still_be_posted(tx: Tx, naming: RaffleNaming, now: datetime) -> bool:
    """Whether the naming's message may still be posted. A message that has waited too long is made to expire here."""
    row = tx.execute(
        select(Outbox)
        .where(col(Outbox.key) == _key(naming))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None or row.state not in {OutboxState.WAITING, OutboxState.SENDING}:
        return False
    if row.state == OutboxState.WAITING and row.not_after is not None and row.not_after <= now:
        row.state, row.problem = OutboxState.EXPIRED, "its time is over"
        tx.flush()
        return False
    return True


def _group_for(tx: Tx, raffle: Raffle, lost: int) -> int | None:
    """The group for the next naming: a group with the raffle's card, home first.

    After each lost naming the next group.
    """
    hanging = hanging_in(tx, CARD, id_of(raffle))
    groups = sorted(
        groups_of(tx, raffle.community_id), key=lambda group: (group.chat_id not in hanging, not group.is_home)
    )
    return groups[lost % len(groups)].chat_id if groups else None


def note_posted(tx: Tx, *, subject_id: int, chat_id: int, message_id: int, posted_at: datetime) -> None:
    """Store where and when a naming was posted, by Telegram's date. If that was in time, the draw uses its round."""
    naming = tx.get(RaffleNaming, subject_id)
    if naming is None:
        return
    raffle = lock_raffle(tx, naming.raffle_id)
    tx.refresh(naming)
    naming.state, naming.counts = NamingState.POSTED, QUICKNET.named_in_time(naming.round, posted_at)
    naming.chat_id, naming.message_id, naming.posted_at = chat_id, message_id, posted_at
    tx.flush()
    if raffle.state not in {RaffleState.LISTED, RaffleState.CANCELLED}:
        return
    # The last that counts. A naming that was given up as lost may have been posted after all.
    latest = [one for one in posted_namings(tx, raffle) if one.counts][-1:]
    if latest:
        raffle.beacon_round, raffle.draw_at = latest[0].round, QUICKNET.time_of(latest[0].round)
        touch_cards(tx, raffle.community_id, CARD, naming.raffle_id, naming.named_at)
    else:
        raffle.draw_at = naming.named_at  # this is in the past, so another round is named at once
    tx.flush()
    tx.info[PLANNED] = True


def withdraw_naming(tx: Tx, raffle: Raffle) -> None:
    """Withdraw a naming that isn't being sent yet, as the raffle is called off."""
    promised = [one for one in namings_of(tx, id_of(raffle)) if one.state == NamingState.PROMISED]
    for naming in promised:
        gone = tx.execute(
            update(Outbox)
            .where(col(Outbox.key) == _key(naming), col(Outbox.state) == OutboxState.WAITING)
            .values(state=OutboxState.EXPIRED, problem="the raffle was called off")
            .returning(col(Outbox.id))
        ).first()
        if gone is not None:
            naming.state = NamingState.LOST
    tx.flush()


def tell_owner_it_waits(tx: Tx, raffle: Raffle, waits: Waits, now: datetime) -> None:
    """Tell the owner that the draw can't go on: once for each raffle and reason."""
    tell_owner(
        tx,
        place_of(tx, raffle.community_id),
        DrawWaits(raffle.number, raffle.prize, waits),
        Terms(now=now, key=f"raffle.waits:{raffle.id}:{waits}", once=True, not_after=now + TOLD_WITHIN),
    )


def _key(naming: RaffleNaming) -> str:
    return f"{NAMING}:{naming.id}"
