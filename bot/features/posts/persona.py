"""The persona of a shop: read by whoever makes posts, changed by its owner."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.persona import (
    PersonaChanged,
    PersonaFacts,
    PersonaShown,
    PillarsChanged,
    PillarShare,
    in_order,
)
from bot.rules.rights import Role
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Community
from bot.store.tables.base import id_of
from bot.store.tables.posts import Persona

CHANGED = "persona.changed"
SHARED_OUT = "persona.pillars"
"""The audit log's names for changes of the words and of the shares."""
NAME = "name"
"""The one part of the persona that the shop's own row holds."""


class Personas:
    """Use cases of the persona."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def facts(self, community_id: int) -> PersonaFacts:
        """How the shop speaks."""
        return await self._db.read(persona_of, community_id)

    async def shown(self, community_id: int, role: Role) -> PersonaShown:
        """The same for staff to look at."""
        facts = await self.facts(community_id)
        return PersonaShown(
            community_id=community_id,
            name=facts.name,
            notes=facts.notes,
            emoji=facts.emoji,
            sign_off=facts.sign_off,
            pillars=shares_of(facts.pillars),
            owner=role is Role.OWNER,
        )

    async def change(self, act: Act, wish: Mapping[str, str]) -> PersonaChanged:
        """Change name, notes, emoji or sign-off; an empty value takes one away."""
        return await self._db.write(change, act, wish)

    async def share_out(self, act: Act, shares: Iterable[PillarShare]) -> PillarsChanged:
        """Keep shares that add up to 100."""
        return await self._db.write(share_out, act, tuple(shares))


def persona_of(session: Session, community_id: int) -> PersonaFacts:
    """How a shop speaks. A shop that said nothing has `SHARES_AT_FIRST`, and neither notes nor sign-off."""
    found = session.execute(
        select(col(Community.persona), Persona)
        .outerjoin(Persona, col(Persona.community_id) == col(Community.id))
        .where(col(Community.id) == community_id)
    ).one()
    name: str = found[0]
    row: Persona | None = found[1]
    if row is None:
        return PersonaFacts(name, "", (), "", in_order(SHARES_AT_FIRST))
    return PersonaFacts(name, row.notes, tuple(row.emoji.split()), row.sign_off, in_order(row.pillars))


def shares_of(pillars: Mapping[str, int]) -> tuple[PillarShare, ...]:
    """Shares as outcomes hold them."""
    return tuple(PillarShare(pillar, share) for pillar, share in in_order(pillars).items())


def change(tx: Tx, act: Act, wish: Mapping[str, str]) -> PersonaChanged:
    """Write down what differs, and what it was before."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, PersonaChanged, CHANGED)
    if answer is not None:
        return answer
    stood = _words_of(tx, act.community_id)
    after = {name: value for name, value in wish.items() if stood[name] != value}
    entry = None
    if after:
        _put(tx, act.community_id, after)
        before = {name: stood[name] for name in after}
        subject = after.get(NAME, stood[NAME])
        entry = record_act(tx, act, CHANGED, subject, before=before, after=after)
    facts = persona_of(tx, act.community_id)
    outcome = PersonaChanged(
        facts.name,
        facts.notes,
        facts.emoji,
        facts.sign_off,
        tuple(sorted(after)),
        id_of(entry) if entry is not None else None,
    )
    if entry is not None:
        entry.answer = causes.to_json(outcome)
    return outcome


def undo_change(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put the words back; False if they were changed again since."""
    stands = _words_of(tx, act.community_id)
    if any(stands[name] != value for name, value in (entry.after or {}).items()):
        return False
    _put(tx, act.community_id, entry.before or {})
    return True


def share_out(tx: Tx, act: Act, shares: tuple[PillarShare, ...]) -> PillarsChanged:
    """Keep the shares. The caller has checked their sum."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, PillarsChanged, SHARED_OUT)
    if answer is not None:
        return answer
    before = persona_of(tx, act.community_id).pillars
    after = in_order({one.pillar: one.share for one in shares})
    if after == before:
        return PillarsChanged(shares_of(after), None)
    _put(tx, act.community_id, {"pillars": after})
    subject = " : ".join(map(str, after.values()))
    entry = record_act(tx, act, SHARED_OUT, subject, before={"pillars": before}, after={"pillars": after})
    outcome = PillarsChanged(shares_of(after), id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_share_out(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put the shares back; False if they were changed again since."""
    lock_shop(tx, act.community_id)
    if persona_of(tx, act.community_id).pillars != (entry.after or {}).get("pillars"):
        return False
    _put(tx, act.community_id, {"pillars": (entry.before or {}).get("pillars", {})})
    return True


def _words_of(tx: Tx, community_id: int) -> dict[str, str]:
    """Name, notes, emoji and sign-off; the shop is locked first."""
    lock_shop(tx, community_id)
    facts = persona_of(tx, community_id)
    return {NAME: facts.name, "notes": facts.notes, "emoji": " ".join(facts.emoji), "sign_off": facts.sign_off}


def _put(tx: Tx, community_id: int, values: Mapping[str, Any]) -> None:
    row = tx.get(Persona, community_id)
    if row is None:
        row = Persona(community_id=community_id, pillars=dict(SHARES_AT_FIRST))
        tx.add(row)
    for name, value in values.items():
        if name == NAME:
            lock_shop(tx, community_id).persona = value
        else:
            setattr(row, name, value)
    tx.flush()
