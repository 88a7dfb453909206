"""The card of a raffle, computed from its rows."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import (
    CARD,
    count_entries,
    count_redrawn,
    find_raffle,
    has_proof,
    list_winners,
    next_in_rank,
)
from bot.rules.beacons import QUICKNET
from bot.rules.folded import Line
from bot.rules.for_whom import for_whom
from bot.rules.raffles.cards import RaffleCard
from bot.rules.raffles.facts import EntryState, RafflePolicy, RaffleState, public_state
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import CardSubject, hang_card, take_down
from bot.store.messages.outbox import Terms
from bot.store.tables import Community, Raffle, RaffleEntry, RaffleNaming
from bot.store.tables.base import id_of


def raffle_card(
    session: Session, community_id: int, raffle_id: int, now: datetime, *, policy: RafflePolicy
) -> RaffleCard | None:
    """A raffle's card at `now`, or None if this community has no such raffle."""
    raffle = find_raffle(session, community_id, raffle_id)
    return _card(session, raffle, now, policy, raffle.beacon_round) if raffle is not None else None


def naming_card(
    session: Session, community_id: int, naming_id: int, now: datetime, *, policy: RafflePolicy
) -> RaffleCard | None:
    """The card as the edit shows it that names a round: that round stands on it, whether or not it will count."""
    naming = session.get(RaffleNaming, naming_id)
    raffle = find_raffle(session, community_id, naming.raffle_id) if naming is not None else None
    if naming is None or raffle is None:
        return None
    waits = raffle.state == RaffleState.LISTED
    return _card(session, raffle, now, policy, naming.round if waits else raffle.beacon_round)


def _card(session: Session, raffle: Raffle, now: datetime, policy: RafflePolicy, number: int | None) -> RaffleCard:
    raffle_id = id_of(raffle)
    community = session.get_one(Community, raffle.community_id)
    drawn = raffle.state == RaffleState.DRAWN
    won = list_winners(session, raffle_id, policy.names) if drawn else []
    all_won = count_entries(session, raffle_id, col(RaffleEntry.state) == EntryState.WON) if drawn else 0
    waiting = raffle.reserves
    if drawn and raffle.proof_format > 1:
        waiting -= count_redrawn(session, raffle_id)
    reserves = next_in_rank(session, raffle_id, waiting) if drawn and waiting > 0 else ()
    struck = count_entries(session, raffle_id, col(RaffleEntry.state) == EntryState.STRUCK) if drawn else 0
    return RaffleCard(
        raffle_id=raffle_id,
        shop=community.shop,
        prize=raffle.prize,
        value=raffle.value,
        winners=raffle.winners,
        reserves=raffle.reserves,
        opened=raffle.made_at,
        closes=raffle.closes,
        ticket=raffle.ticket,
        tier=raffle.tier,
        needs=tuple(raffle.needs),
        weights=tuple(raffle.weights),
        fresh_days=raffle.fresh_days,
        cap_days=raffle.cap_days,
        commitment=raffle.commitment,
        sealing=raffle.sealing,
        beacon_round=number,
        round_at=QUICKNET.time_of(number) if number is not None else None,
        state=public_state(RaffleState(raffle.state), raffle.closes, now),
        entries=raffle.entered if raffle.listed is None else raffle.listed,
        list_hash=raffle.list_hash,
        seed=raffle.seed if has_proof(raffle) else None,
        beacon=raffle.beacon_randomness,
        won=tuple(won),
        more=all_won - len(won),
        reserve_numbers=tuple(entry.number for entry in reserves[: policy.reserves_shown]),
        lost=struck,
        whom=for_whom(raffle.segment),
    )


def line_of(session: Session, community_id: int, raffle_id: int, now: datetime) -> Line | None:
    """A raffle in one line."""
    raffle = find_raffle(session, community_id, raffle_id)
    if raffle is None:
        return None
    return Line(raffle.prize, public_state(RaffleState(raffle.state), raffle.closes, now) == RaffleState.OPEN)


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """Post the cards of running raffles in the chat that replaced another."""
    for raffle_id in take_down(tx, CARD, old_chat_id, new_chat_id):
        raffle = tx.get_one(Raffle, raffle_id)
        if raffle.state not in {RaffleState.DRAWN, RaffleState.CANCELLED}:
            turns_at = raffle.closes if raffle.closes > at else None
            subject = CardSubject(community_id, CARD, raffle_id)
            hang_card(tx, subject, new_chat_id, Terms(now=at, instead=True), turns_at=turns_at)
