"""Campaigns whose codes come from the shop's own platform: all of a file's codes, visible at once, or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupons.coupons import CampaignState
from bot.rules.files import BadLine, CodesRefused, ImportPolicy, Trouble, refused
from bot.rules.place import Place
from bot.store.engine.db import Database, Tx
from bot.store.tables import Campaign, CampaignCode, CodeBatch, Coupon

Numbered = Sequence[tuple[int, str]]
"""Codes, each with its line."""

LEFT_BEHIND = timedelta(hours=1)
"""A file that was being staged so long ago was interrupted: what it left is cleared away."""


class Importing:
    """Stages files of codes. What is staged is seen by nobody until a campaign takes it."""

    def __init__(self, db: Database, policy: ImportPolicy) -> None:
        self._db = db
        self._policy = policy

    async def stage(self, place: Place, codes: Numbered, at: datetime, cause: str) -> int | CodesRefused:
        """Write the codes down in chunks; the batch, or what is wrong, and then nothing is left of it.

        A redelivered update goes on with what an interrupted one began.
        """
        chunks = [codes[start : start + self._policy.chunk] for start in range(0, len(codes), self._policy.chunk)]
        batch_id, done = await self._db.write(begin, place, at, cause)
        if done:
            return batch_id
        bad: list[BadLine] = []
        for chunk in chunks:
            bad += await self._db.read(taken_already, place, batch_id, chunk, at)
        if not bad:
            for chunk in chunks:
                bad += await self._db.write(stage_some, place, batch_id, chunk, at)
                if bad:
                    break
        if not bad:
            return batch_id
        await self.drop(batch_id)
        return refused(len(codes), bad, self._policy)

    async def drop(self, batch_id: int) -> None:
        """Clear a staged file away."""
        while await self._db.write(drop_some, batch_id, self._policy.chunk):
            pass

    async def tidy(self, now: datetime) -> None:
        """Clear away what interrupted imports left."""
        for batch_id in await self._db.read(left_behind, now - LEFT_BEHIND):
            await self.drop(batch_id)


def begin(tx: Tx, place: Place, at: datetime, cause: str) -> tuple[int, bool]:
    """The batch of this cause, and whether a campaign has it already."""
    batch = tx.execute(
        select(CodeBatch).where(col(CodeBatch.community_id) == place.community_id, col(CodeBatch.cause) == cause)
    ).scalar_one_or_none()
    if batch is None:
        batch = CodeBatch(community_id=place.community_id, cause=cause, made_at=at)
        tx.add(batch)
        tx.flush()
    batch_id = batch.id or 0
    owned = tx.execute(select(col(Campaign.id)).where(col(Campaign.batch_id) == batch_id)).first()
    return batch_id, owned is not None


def taken_already(session: Session, place: Place, batch_id: int, chunk: Numbered, at: datetime) -> list[BadLine]:
    """Lines whose code the shop has handed out, shares, or keeps for a campaign that still runs."""
    codes = [code for _, code in chunk]
    known: set[str | None] = set()
    for query in (
        select(col(Coupon.code)).where(col(Coupon.community_id) == place.community_id, col(Coupon.code).in_(codes)),
        select(col(Campaign.shared_code)).where(
            col(Campaign.community_id) == place.community_id,
            col(Campaign.shared_code).in_(codes),
            col(Campaign.state) == CampaignState.OPEN,
        ),
        select(col(CampaignCode.code)).where(
            col(CampaignCode.community_id) == place.community_id,
            col(CampaignCode.code).in_(codes),
            col(CampaignCode.batch_id) != batch_id,
            not_(_idle(at)),
        ),
    ):
        known |= set(session.execute(query).scalars())
    return [BadLine(line, code, Trouble.TAKEN) for line, code in chunk if code in known]


def stage_some(tx: Tx, place: Place, batch_id: int, chunk: Numbered, at: datetime) -> list[BadLine]:
    """Stage one chunk, with what lies idle in campaigns that are over; lines that another import took meanwhile."""
    codes = [code for _, code in chunk]
    ours = and_(col(CampaignCode.community_id) == place.community_id, col(CampaignCode.code).in_(codes))
    if tx.execute(select(col(CodeBatch.id)).where(col(CodeBatch.id) == batch_id).with_for_update()).first() is None:
        raise LookupError(f"batch {batch_id} was cleared away while it was staged")
    tx.execute(
        update(CampaignCode)
        .where(ours, col(CampaignCode.batch_id) != batch_id, _idle(at))
        .values(batch_id=batch_id)
        .execution_options(synchronize_session=False)
    )
    insert_ = sqlite.insert if tx.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = [{"community_id": place.community_id, "batch_id": batch_id, "code": code} for code in codes]
    tx.execute(insert_(CampaignCode).values(fresh).on_conflict_do_nothing())
    elsewhere = set(
        tx.execute(select(col(CampaignCode.code)).where(ours, col(CampaignCode.batch_id) != batch_id)).scalars()
    )
    return [BadLine(line, code, Trouble.TAKEN) for line, code in chunk if code in elsewhere]


def drop_some(tx: Tx, batch_id: int, chunk: int) -> bool:
    """Clear away up to a chunk of a staged file's codes, the file itself with the last; False when it is gone.

    What a campaign has taken stays.
    """
    owned = exists().where(col(Campaign.batch_id) == batch_id)
    batch = tx.execute(
        select(CodeBatch).where(col(CodeBatch.id) == batch_id, not_(owned)).with_for_update()
    ).scalar_one_or_none()
    if batch is None:
        return False
    some = select(col(CampaignCode.id)).where(col(CampaignCode.batch_id) == batch_id).limit(chunk)
    gone = tx.execute(delete(CampaignCode).where(col(CampaignCode.id).in_(some)).returning(col(CampaignCode.id))).all()
    if len(gone) < chunk:
        tx.delete(batch)
        tx.flush()
        return False
    return True


def left_behind(session: Session, before: datetime) -> list[int]:
    """Files that no campaign took."""
    owned = exists().where(col(Campaign.batch_id) == col(CodeBatch.id))
    query = select(col(CodeBatch.id)).where(col(CodeBatch.made_at) < before, not_(owned))
    return [batch_id for batch_id in session.execute(query).scalars() if batch_id is not None]


def _idle(at: datetime) -> ColumnElement[bool]:
    """Whether a code was never handed out and its campaign hands out nothing any more: it may come again."""
    over = or_(
        col(Campaign.state) != CampaignState.OPEN, and_(col(Campaign.closes).is_not(None), col(Campaign.closes) <= at)
    )
    return and_(
        col(CampaignCode.taken).is_(False), exists().where(col(Campaign.batch_id) == col(CampaignCode.batch_id), over)
    )
