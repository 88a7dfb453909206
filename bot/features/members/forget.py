"""Somebody has their data deleted: their tier is nobody's, and the tags that the bot set are taken off."""

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.features.members.nudges import NUDGE
from bot.rules.tiers import Tier
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import TakeTag
from bot.store.tables import Member, Outbox, ShownTag, TierPending, TierRise
from bot.store.tables.messages import Lane, OutboxState
from bot.store.tags import shown_tags
from bot.store.verdicts import take_verdicts_back


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete their rises and what waits, and promise that their tags go."""
    for chat_id, tag in shown_tags(tx, leaving.member_id):
        terms = Terms(now=leaving.at, fold_key=f"tag:{leaving.member_id}:{chat_id}:off", lane=Lane.BULK)
        promise(tx, leaving.community_id, chat_id, TakeTag(leaving.user_id, tag), terms)
    _withdraw_nudges(tx, leaving)
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


def _withdraw_nudges(tx: Tx, leaving: Leaving) -> None:
    """Take notes to the owner that name them back, if they aren't sent yet. The others in such a note are told anew."""
    told = tx.execute(
        select(col(TierRise.nudged_at)).where(
            col(TierRise.member_id) == leaving.member_id, col(TierRise.nudged_at).is_not(None)
        )
    ).scalars()
    for at in set(told):
        gone = tx.execute(
            delete(Outbox)
            .where(
                col(Outbox.community_id) == leaving.community_id,
                col(Outbox.key).like(f"{NUDGE}:%"),
                col(Outbox.made_at) == at,
                col(Outbox.state) != OutboxState.SENDING,
            )
            .returning(col(Outbox.verdict_id))
        ).scalars()
        verdicts = gone.all()
        take_verdicts_back(tx, [one for one in verdicts if one is not None])
        if verdicts:
            mine = (col(TierRise.community_id) == leaving.community_id, col(TierRise.nudged_at) == at)
            tx.execute(update(TierRise).where(*mine).values(nudged_at=None))
