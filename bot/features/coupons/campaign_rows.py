"""Rows of campaigns as staff's use cases find and lock them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CampaignState
from bot.store.engine.db import Tx
from bot.store.tables import AuditEntry, Campaign, CampaignCode, CodeBatch


def by_number(session: Session, community_id: int, number: int, *, lock: bool = False) -> Campaign | None:
    """The campaign that staff call `number`."""
    query = select(Campaign).where(col(Campaign.community_id) == community_id, col(Campaign.number) == number)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def lock_subject(tx: Tx, entry: AuditEntry) -> Campaign | None:
    """The campaign that an act in the audit log was about, locked."""
    return tx.execute(
        select(Campaign)
        .where(col(Campaign.community_id) == entry.community_id, col(Campaign.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()


def running_with_code(tx: Tx, community_id: int, code: str, at: datetime) -> Campaign | None:
    """The campaign that uses a shared code now. One whose window is over is ended here, and lets go of its code."""
    campaign = tx.execute(
        select(Campaign).where(
            col(Campaign.community_id) == community_id,
            col(Campaign.shared_code) == code,
            col(Campaign.state) == CampaignState.OPEN,
        )
    ).scalar_one_or_none()
    if campaign is not None and campaign.closes is not None and campaign.closes <= at:
        campaign.state = CampaignState.ENDED
        tx.flush()
        return None
    return campaign


def count_staged(tx: Tx, batch_id: int) -> int:
    """How many codes a file has. The file is locked, so that nobody clears it away meanwhile."""
    tx.execute(select(col(CodeBatch.id)).where(col(CodeBatch.id) == batch_id).with_for_update()).one()
    return tx.execute(select(func.count()).where(col(CampaignCode.batch_id) == batch_id)).scalar_one()
