"""How the domain plugs in."""

from datetime import datetime

from bot.content.buttons import coupons as buttons
from bot.content.secrets import coupons as secrets
from bot.features.coupons import campaigns as campaign_cases
from bot.features.coupons import forget, redemption
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.claims import Coupons
from bot.features.coupons.code_files import Importing
from bot.features.coupons.ending_soon import EndingCoupons
from bot.features.coupons.redemption import Redeeming
from bot.flows import redeem
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.coupons import campaigns, claims, panel
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.coupons.coupons import CouponPolicy
from bot.rules.coupons.ending_soon import EndingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.policies import Policies
from bot.store.coupons.campaigns import CARD, card_of
from bot.store.engine.db import Database, Tx


def wire(core: Core) -> Wired:
    """Make what handlers of coupons ask for, and the clock's part."""
    campaigns_of_staff = Campaigns(core.db)
    importing = Importing(core.db, core.policies[ImportPolicy])
    return Wired(
        {
            "coupons": Coupons(core.db, core.policies[CouponPolicy], core.choice),
            "campaigns": campaigns_of_staff,
            "redeeming": Redeeming(core.db, redeem.redeem),
            "importing": importing,
        },
        due=(EndingCoupons(core.db, core.policies[EndingPolicy]),),
        housekeeping=(campaigns_of_staff.finish_refunds, importing.tidy),
    )


async def _finish_refunds(db: Database, now: datetime) -> None:
    """A campaign may have been cancelled since its coupon was used: what is held again is void, coins go back."""
    await Campaigns(db).finish_refunds(now)


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        campaign_cases.rehang(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at)


DOMAIN = Domain(
    name="coupons",
    desks=(claims.setup, campaigns.setup),
    policies=(CouponPolicy, EndingPolicy, ImportPolicy),
    cards={CARD: card_of},
    undo={
        campaign_cases.MADE: Undoable(
            lambda tx, act, entry, _: campaign_cases.undo_make(tx, act.place, act.actor_id, entry, act.at, act.cause)
        ),
        campaign_cases.CANCELLED: Undoable(
            lambda tx, act, entry, _: campaign_cases.undo_cancel(tx, act.place, entry, act.at)
        ),
        redemption.REDEEMED: Undoable(
            lambda tx, act, entry, _: redemption.undo_redeem(tx, act.place, entry), then=_finish_refunds
        ),
    },
    follows=(_follow,),
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)
