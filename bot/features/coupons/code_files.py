"""Files of codes of the shop's own platform: a campaign takes all of a file's codes, or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState
from bot.rules.coupons.code_files import BadLine, CodesRefused, Trouble, report_bad_lines
from bot.rules.coupons.codes import code_key, read_code
from bot.rules.files import ImportPolicy
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.tables import Campaign, CampaignCode, CodeBatch, Coupon
from bot.store.tables.base import id_of

Numbered = Sequence[tuple[int, str]]
"""Codes, each with its line."""

NO_BATCH = 0
"""No batch has this number."""
LEFT_BEHIND = timedelta(hours=1)
"""Staging of a file that began so long ago was interrupted. What it left is cleared away."""


class CodeFiles:
    """Stages files of codes. Nobody sees what is staged until a campaign takes it."""

    def __init__(self, db: Database, policy: ImportPolicy) -> None:
        self._db = db
        self._policy = policy

    async def stage(self, act: Act, codes: Numbered) -> int | CodesRefused:
        """Write the codes down in chunks: the batch, or what is wrong. Then nothing is left of the file.

        A redelivered update goes on with what an interrupted one began.
        """
        chunks = [codes[start : start + self._policy.chunk] for start in range(0, len(codes), self._policy.chunk)]
        batch_id, done = await self._db.write(begin, act)
        if done:
            return batch_id
        bad: list[BadLine] = []
        for chunk in chunks:
            bad += await self._db.read(find_taken, act, batch_id, chunk)
        if not bad:
            for chunk in chunks:
                bad += await self._db.write(stage_some, act, batch_id, chunk)
                if bad:
                    break
        if not bad:
            return batch_id
        await self.drop(batch_id)
        return report_bad_lines(len(codes), bad, self._policy)

    async def taken(self, act: Act, codes: Numbered) -> list[BadLine]:
        """Lines whose code the shop has already, as far as can be seen before anything is staged under this cause."""
        bad: list[BadLine] = []
        for start in range(0, len(codes), self._policy.chunk):
            bad += await self._db.read(find_taken_before, act, codes[start : start + self._policy.chunk])
        return bad

    async def drop(self, batch_id: int) -> None:
        """Clear a staged file away."""
        while await self._db.write(drop_some, batch_id, self._policy.chunk):
            pass

    async def tidy(self, now: datetime) -> None:
        """Clear away what interrupted imports left."""
        for batch_id in await self._db.read(left_behind, now - LEFT_BEHIND):
            await self.drop(batch_id)


def begin(tx: Tx, act: Act) -> tuple[int, bool]:
    """The batch of this cause, and whether a campaign has it already."""
    fresh = {"community_id": act.community_id, "cause": act.cause, "made_at": act.at}
    tx.execute(insert_into(tx, CodeBatch).values(fresh).on_conflict_do_nothing())
    batch_id = id_of(
        tx.execute(
            select(CodeBatch).where(col(CodeBatch.community_id) == act.community_id, col(CodeBatch.cause) == act.cause)
        ).scalar_one()
    )
    owned = tx.execute(select(col(Campaign.id)).where(col(Campaign.batch_id) == batch_id)).first()
    return batch_id, owned is not None


def find_taken(session: Session, act: Act, batch_id: int, chunk: Numbered) -> list[BadLine]:
    """Lines whose code the shop has handed out, shares, or keeps for a campaign that still runs."""
    keys = {code_key(code) for _, code in chunk}
    generated = {read for read in map(read_code, keys) if read is not None}
    written = {code for _, code in chunk} | keys | generated
    known: set[str | None] = set()
    for query in (
        select(col(Coupon.code)).where(col(Coupon.community_id) == act.community_id, col(Coupon.code).in_(written)),
        select(col(Campaign.shared_code)).where(
            col(Campaign.community_id) == act.community_id,
            col(Campaign.shared_code).in_(keys),
            col(Campaign.state) == CampaignState.OPEN,
        ),
        select(col(CampaignCode.code)).where(
            _theirs(act, batch_id, chunk),
            not_(_idle(act.at)),
        ),
    ):
        known |= {code_key(code) for code in session.execute(query).scalars() if code is not None}
    return [
        BadLine(line, code, Trouble.TAKEN)
        for line, code in chunk
        if code_key(code) in known or code_key(read_code(code) or "") in known
    ]


def find_taken_before(session: Session, act: Act, chunk: Numbered) -> list[BadLine]:
    """The same before the file has a batch; an interrupted one has the batch that this cause began."""
    begun = session.execute(
        select(col(CodeBatch.id)).where(
            col(CodeBatch.community_id) == act.community_id, col(CodeBatch.cause) == act.cause
        )
    ).scalar_one_or_none()
    return find_taken(session, act, begun or NO_BATCH, chunk)


def stage_some(tx: Tx, act: Act, batch_id: int, chunk: Numbered) -> list[BadLine]:
    """Stage one chunk, and take over codes that lie idle in campaigns that are over.

    Gives the lines whose code another file took meanwhile.
    """
    theirs = _theirs(act, batch_id, chunk)
    if tx.execute(select(col(CodeBatch.id)).where(col(CodeBatch.id) == batch_id).with_for_update()).first() is None:
        raise LookupError(f"batch {batch_id} was cleared away while it was staged")
    tx.execute(delete(CampaignCode).where(theirs, _idle(act.at)).execution_options(synchronize_session=False))
    fresh = [
        {"community_id": act.community_id, "batch_id": batch_id, "code": code, "code_key": code_key(code)}
        for _, code in chunk
    ]
    tx.execute(insert_into(tx, CampaignCode).values(fresh).on_conflict_do_nothing())
    elsewhere = {code_key(code) for code in tx.execute(select(col(CampaignCode.code)).where(theirs)).scalars()}
    return [BadLine(line, code, Trouble.TAKEN) for line, code in chunk if code_key(code) in elsewhere]


def _theirs(act: Act, batch_id: int, chunk: Numbered) -> ColumnElement[bool]:
    """The same codes in other files of the shop, whatever their case and blanks."""
    codes = {code for _, code in chunk}
    return and_(
        col(CampaignCode.community_id) == act.community_id,
        col(CampaignCode.batch_id) != batch_id,
        or_(col(CampaignCode.code).in_(codes), col(CampaignCode.code_key).in_({code_key(code) for code in codes})),
    )


def drop_some(tx: Tx, batch_id: int, chunk: int) -> bool:
    """Delete up to `chunk` codes of a staged file, and the file with the last of them; False when it is gone.

    A file that a campaign has taken stays.
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
    """Whether a code was never handed out and its campaign is over, so that another file may bring it again."""
    over = or_(
        col(Campaign.state) != CampaignState.OPEN, and_(col(Campaign.closes).is_not(None), col(Campaign.closes) <= at)
    )
    return and_(
        col(CampaignCode.taken).is_(False), exists().where(col(Campaign.batch_id) == col(CampaignCode.batch_id), over)
    )
