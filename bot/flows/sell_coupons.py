"""Coupons that are made for the coin shop, and their item on its shelf: one act of staff."""

from dataclasses import replace

from bot.features.coin_shop import items
from bot.features.coupons import campaigns
from bot.rules.act import Act
from bot.rules.coin_shop.items import ItemMade, MakeOutcome, NewItem
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CampaignMade, CouponPolicy, NewCampaign, SharedCodeTaken
from bot.rules.policies import Policies
from bot.rules.tiers import Tier
from bot.store.audit import caused_by, first_answer
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry

CAMPAIGN = "campaign_act"
"""In what an item is after it was made: the act that made its coupons."""
OF_COUPONS = ":coupons"
"""How the cause ends under which the coupons of an item are made: one update does two acts."""


class Selling:
    """Use cases of coupons that only the coin shop sells."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[CouponPolicy]

    async def sell_coupons(self, act: Act, wish: NewItem) -> MakeOutcome | SharedCodeTaken:
        """Make a campaign that is kept for the coin shop, and put it on the shelf. The wish has a stock."""
        return await self._db.write(sell_coupons, act, wish, self._policy)


def sell_coupons(tx: Tx, act: Act, wish: NewItem, policy: CouponPolicy) -> MakeOutcome | SharedCodeTaken:
    """Make both. Neither is made if the window is wrong: that is looked at before anything is written."""
    before = first_answer(tx, act, ItemMade)
    if before is not None:
        return before
    wish = replace(wish, limit=wish.limit or 1)
    coupons = NewCampaign(
        title=wish.title,
        stock=wish.stock or 0,
        # A limit in a period is the item's to count.
        limit=min(wish.limit or 1, policy.max_limit) if wish.per is None else policy.max_limit,
        tier=Tier(wish.tier),
        opens=wish.opens,
        closes=wish.closes,
        kept_for=KeptFor.SHOP,
    )
    campaign = campaigns.make(tx, _of_coupons(act), coupons, policy)
    if not isinstance(campaign, CampaignMade):
        return campaign
    made = items.make(tx, act, replace(wish, subject=campaign.number))
    entry = caused_by(tx, act.community_id, act.cause)
    if entry is not None:
        entry.after = {**(entry.after or {}), CAMPAIGN: campaign.audit_id}
        tx.flush()
    return made


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh item back, and the coupons that were made with it unless something else hands them out."""
    if not items.undo_make(tx, act, entry):
        return False
    campaign_act = (entry.after or {}).get(CAMPAIGN)
    made = tx.get_one(AuditEntry, campaign_act) if campaign_act is not None else None
    if made is not None and made.undone_at is None and campaigns.undo_make(tx, _of_coupons(act), made):
        made.undone_at = act.at
        tx.flush()
    return True


def _of_coupons(act: Act) -> Act:
    return replace(act, cause=f"{act.cause}{OF_COUPONS}")
