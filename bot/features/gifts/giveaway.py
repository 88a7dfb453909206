"""What gifts of coins count in an operator's limit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.gift_states import PAYS_COINS, GiftState, OfferState, Opens
from bot.rules.gifts.offers import NewGift
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch, check_giveaway, cost_of_gifts, left_of
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Allowance, Giveaways, Gives, subjects_of
from bot.store.tables import AuditEntry, Gift, GiftOffer

MADE = "gift.made"
CLOSED = "gift.closed"
"""Acts of the audit log."""


def check_offer(
    tx: Tx, act: Act, wish: NewGift, coins: int, giveaways: Giveaways
) -> GiveawayTooMuch | GiftNeedsStock | None:
    """Whether an operator may offer gifts that pay so many coins each. They must say how many there are."""
    if wish.kind not in PAYS_COINS:
        return None
    if wish.stock is None:
        allowance = giveaways.allowance(tx, act.place, act.actor_id, act.at, act.at)
        return GiftNeedsStock(coins, left_of(allowance.given, allowance.a_day), allowance.a_day)
    return giveaways.check(tx, act.place, act.actor_id, coins * wish.stock, act.at)


def _promised(session: Session, _place: Place, acts: Sequence[AuditEntry], now: datetime) -> int:
    offers = session.execute(select(GiftOffer).where(col(GiftOffer.id).in_(subjects_of(acts)))).scalars().all()
    return sum(_promised_by(session, offer, now) for offer in offers)


def _promised_again(
    tx: Tx, closing: AuditEntry, allowance: Allowance, at: datetime
) -> GiveawayTooMuch | GiftNeedsStock | None:
    offer = tx.get_one(GiftOffer, closing.subject_id)
    if offer.kind not in PAYS_COINS:
        return None
    if offer.stock is None:
        return GiftNeedsStock(offer.coins, left_of(allowance.given, allowance.a_day), allowance.a_day)
    more = offer.coins * offer.stock - _promised_by(tx, offer, at)
    return check_giveaway(more, allowance.given, allowance.a_day) if more else None


def _promised_by(session: Session, offer: GiftOffer, now: datetime) -> int:
    if offer.kind not in PAYS_COINS:
        return 0
    offered = offer.state == OfferState.OPEN and (offer.closes is None or offer.closes > now)
    # A card for many goes on when its offer is closed: each friend who comes by it takes one more.
    going = (
        session.execute(
            select(col(Gift.id))
            .where(
                col(Gift.offer_id) == offer.id,
                col(Gift.opens) == Opens.MANY,
                col(Gift.state) == GiftState.OPEN,
            )
            .limit(1)
        ).first()
        if not offered
        else None
    )
    return cost_of_gifts(offer.coins, offer.stock, offer.taken, may_grow=offered or going is not None)


GIVES = Gives(act=MADE, promised=_promised, closed_by=CLOSED, promised_again=_promised_again)
