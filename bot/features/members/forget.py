"""Somebody has their data deleted: their tier is nobody's, and the tags that the bot set are taken off."""

from sqlalchemy import delete, update
from sqlmodel import col

from bot.rules.tiers import Tier
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import TakeTag
from bot.store.tables import Member, ShownTag, TierPending, TierRise
from bot.store.tables.messages import Lane
from bot.store.tags import shown_tags


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete their rises and what waits, and promise that their tags go."""
    for chat_id, tag in shown_tags(tx, leaving.member_id):
        terms = Terms(now=leaving.at, fold_key=f"tag:{leaving.member_id}:{chat_id}:off", lane=Lane.BULK)
        promise(tx, leaving.community_id, chat_id, TakeTag(leaving.user_id, tag), terms)
    for table in (ShownTag, TierPending, TierRise):
        tx.execute(delete(table).where(col(table.member_id) == leaving.member_id))
    tx.execute(
        update(Member)
        .where(col(Member.id) == leaving.member_id)
        .values(
            tier=Tier.NEW.value,
            tier_rose_on=None,
            tier_settled_on=None,
            tier_falls_on=None,
            tier_look_on=None,
            tier_due_on=None,
            tier_warned_of=None,
            tier_untold=None,
            tag_wanted=False,
        )
    )
