"""The persona of a shop: read by whoever makes posts, changed by its owner."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.persona import PersonaFacts, in_order
from bot.store.tables import Community
from bot.store.tables.posts import Persona


def persona_of(session: Session, community_id: int) -> PersonaFacts:
    """How a shop speaks. A shop that said nothing has `SHARES_AT_FIRST`, and neither notes nor sign-off."""
    name, row = session.execute(
        select(col(Community.persona), Persona)
        .outerjoin(Persona, col(Persona.community_id) == col(Community.id))
        .where(col(Community.id) == community_id)
    ).one()
    if row is None:
        return PersonaFacts(name, "", (), "", dict(SHARES_AT_FIRST))
    return PersonaFacts(name, row.notes, tuple(row.emoji.split()), row.sign_off, in_order(row.pillars))
