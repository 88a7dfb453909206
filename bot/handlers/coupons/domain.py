"""How the domain plugs in."""

from bot.content.buttons import coupons as buttons
from bot.content.secrets import coupons as secrets
from bot.features.coupons import campaigns as campaign_cases
from bot.features.coupons import cancellation, forget, redemption
from bot.features.coupons.campaigns import Campaigns, finish_refunds
from bot.features.coupons.claims import Claims
from bot.features.coupons.code_files import CodeFiles
from bot.features.coupons.ending_soon import EndingCoupons
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.coupons import campaigns, claims, panel
from bot.handlers.coupons.code_files import CodeImports
from bot.handlers.coupons.services import CouponServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.coupons.ending_soon import EndingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.policies import Policies
from bot.store.coupons.campaigns import CARD, card_of, line_of
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of coupons ask for, and the clock's part."""
    policy, files = core.policies[CouponPolicy], core.policies[ImportPolicy]
    services = CouponServices(
        claims=Claims(core.db, ClaimTools.of(core.policies, core.choice)),
        campaigns=Campaigns(core.db, policy),
        new_coupon=campaigns.new_coupon_form(policy),
        communities=core.communities,
        file_talk=core.file_talk,
    )
    code_files = CodeFiles(core.db, files)
    with_file = CodeImports(campaigns.new_coupon_with_file_form(policy), services.campaigns, code_files, files)
    return Wired(
        {"coupons": services},
        due=(EndingCoupons(core.db, core.policies[EndingPolicy]),),
        housekeeping=(services.campaigns.finish_refunds, code_files.tidy),
        file_kinds=(with_file.kind,),
        activities=(campaigns.activity(services),),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        campaign_cases.rehang(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at)


DOMAIN = Domain(
    name="coupons",
    desks=(claims.setup, campaigns.setup),
    policies=(CouponPolicy, EndingPolicy),
    cards={CARD: card_of},
    lines={CARD: line_of},
    undo={
        campaign_cases.MADE: Undoable(lambda tx, act, entry, _: campaign_cases.undo_make(tx, act, entry)),
        cancellation.CANCELLED: Undoable(lambda tx, act, entry, _: cancellation.undo_cancel(tx, act, entry)),
        # A campaign may have been cancelled since its coupon was used: what is held again is void, coins go back.
        redemption.REDEEMED: Undoable(
            lambda tx, act, entry, _: redemption.undo_redeem(tx, act, entry), then=finish_refunds
        ),
    },
    follows=(_follow,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)
