"""The page of pillars: shares that the owner changes by buttons, as a row until they are saved."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.persona import persona_of, share_out, shares_of
from bot.rules.act import Act
from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.persona import (
    STEP,
    WHOLE,
    PersonaPolicy,
    PillarsChanged,
    PillarsClosed,
    PillarShare,
    PillarsPage,
    scaled,
)
from bot.store.audit import first_answer
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.tables import Dialogue

KIND = "pillars"
"""The dialogue's kind."""

Shares = tuple[PillarShare, ...]
Change = Callable[[Shares], Shares]


class PillarPages:
    """Use cases of the page of pillars."""

    def __init__(self, db: Database, policy: PersonaPolicy) -> None:
        self._db = db
        self._policy = policy

    async def open(self, act: Act, shares: Shares = ()) -> PillarsPage:
        """Open the page with the shop's shares, or with these."""
        return await self._db.write(begin, act, shares)

    async def shift(self, act: Act, panel_id: int | None, place: int, by: int) -> PillarsPage | PillarsClosed:
        """Change one share; `place` is the pillar's place on the page."""
        return await self._db.write(change_page, act, panel_id, lambda shares: shifted(shares, place, by))

    async def add(self, act: Act, panel_id: int | None, pillar: str) -> PillarsPage | PillarsClosed:
        """Add a pillar with a first share; one that is there already stays as it is."""
        page = await self._db.write(change_page, act, panel_id, lambda shares: added(shares, pillar, self._policy))
        if isinstance(page, PillarsPage) and not any(one.pillar == pillar for one in page.pillars):
            return replace(page, problem="many")
        return page

    async def scale(self, act: Act, panel_id: int | None) -> PillarsPage | PillarsClosed:
        """Bring all shares to 100 in their proportions."""
        return await self._db.write(change_page, act, panel_id, to_whole)

    async def show(self, act: Act, panel_id: int | None) -> PillarsPage | PillarsClosed:
        """The page as it stands."""
        return await self._db.write(change_page, act, panel_id, lambda shares: shares)

    async def save(self, act: Act, panel_id: int | None) -> PillarsChanged | PillarsPage | PillarsClosed:
        """Keep the shares if they add up to 100; else the page stays."""
        return await self._db.write(save, act, panel_id)

    async def shop_of(self, user_id: int) -> int | None:
        """The shop whose page this person has open."""
        return await self._db.read(shop_of, user_id)

    async def close(self, user_id: int) -> bool:
        """Leave the page; whether it was open."""
        return await self._db.write(close, user_id)

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message shows the page."""
        await self._db.write(note_dialogue_message, user_id, message_id)


def begin(tx: Tx, act: Act, shares: Shares) -> PillarsPage:
    """Open the page; what else was half-filled is given up."""
    kept = shares or shares_of(persona_of(tx, act.community_id).pillars)
    open_dialogue(tx, act.sender.user_id, act.community_id, KIND, "", act.at, shares=_rows(kept), cause=act.cause)
    return page_of(act.community_id, kept)


def change_page(tx: Tx, act: Act, panel_id: int | None, change: Change) -> PillarsPage | PillarsClosed:
    """Change the shares. An update that comes again changes nothing more."""
    row = _open_page(tx, act, panel_id)
    if row is None:
        return PillarsClosed()
    shares = _shares(row)
    if row.filled["cause"] != act.cause:
        shares = change(shares)
        row.filled = {"shares": _rows(shares), "cause": act.cause}
        tx.flush()
    return page_of(act.community_id, shares)


def save(tx: Tx, act: Act, panel_id: int | None) -> PillarsChanged | PillarsPage | PillarsClosed:
    """Keep them and be done."""
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, PillarsChanged)
    if before is not None:
        return before
    row = _open_page(tx, act, panel_id)
    if row is None:
        return PillarsClosed()
    shares = _shares(row)
    if sum(one.share for one in shares) != WHOLE:
        return page_of(act.community_id, shares)
    close_dialogue(tx, act.sender.user_id)
    return share_out(tx, act, tuple(one for one in shares if one.share))


def shop_of(session: Session, user_id: int) -> int | None:
    """The community of the page."""
    row = find_dialogue(session, user_id)
    return row.community_id if row is not None and row.kind == KIND else None


def close(tx: Tx, user_id: int) -> bool:
    """Forget the page."""
    row = tx.get(Dialogue, user_id)
    return row is not None and row.kind == KIND and close_dialogue(tx, user_id)


def page_of(community_id: int, shares: Shares) -> PillarsPage:
    """The page of these shares."""
    there = {one.pillar for one in shares}
    unused = tuple(pillar for pillar in SHARES_AT_FIRST if pillar not in there)
    return PillarsPage(community_id, shares, sum(one.share for one in shares), unused)


def shifted(shares: Shares, place: int, by: int) -> Shares:
    """One share up or down, between nought and the whole."""
    return tuple(
        replace(one, share=min(WHOLE, max(0, one.share + by))) if nth == place else one
        for nth, one in enumerate(shares)
    )


def added(shares: Shares, pillar: str, policy: PersonaPolicy) -> Shares:
    """With one pillar more, unless it is there or there are enough."""
    if any(one.pillar == pillar for one in shares) or len(shares) >= policy.max_pillars:
        return shares
    return (*shares, PillarShare(pillar, STEP))


def to_whole(shares: Shares) -> Shares:
    """In the same proportions, to 100."""
    return shares_of(scaled({one.pillar: one.share for one in shares}))


def _open_page(tx: Tx, act: Act, panel_id: int | None) -> Dialogue | None:
    row = tx.execute(
        select(Dialogue)
        .where(col(Dialogue.user_id) == act.sender.user_id, col(Dialogue.kind) == KIND)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None or row.community_id != act.community_id:
        return None
    stale = panel_id is not None and row.message_id not in {None, panel_id}
    return None if stale else row


def _rows(shares: Shares) -> list[list[str | int]]:
    return [[one.pillar, one.share] for one in shares]


def _shares(row: Dialogue) -> Shares:
    return tuple(PillarShare(str(pillar), int(share)) for pillar, share in row.filled["shares"])
