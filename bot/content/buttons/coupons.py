"""Buttons of drops and coupons."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import COUPONS, Buttons, do_import, import_press, undo_button, undo_if_possible
from bot.rules.coupons.campaigns import CampaignCancelled, CampaignMade
from bot.rules.coupons.claims import AlreadyClaimed, Claimed
from bot.rules.coupons.code_previews import CodesPreview
from bot.rules.coupons.drop_card import DropCard
from bot.rules.coupons.ending_soon import CouponsEnd
from bot.rules.coupons.held_coupons import MyCoupons
from bot.rules.coupons.redemption import Redeemed
from bot.rules.imports import Verb

CLAIM = "claim"
"""`claim:<campaign>` takes a coupon."""


def _drop(card: DropCard) -> Rows:
    press = f"{CLAIM}:{card.campaign_id}"
    if card.state == "open":
        return ((Button("claim", press=press, style="primary"),),)
    if card.state == "soon":
        return ((Button("soon", press=press),),)
    return ((Button("over", disabled=True),),)


def _claim_early(mine: MyCoupons) -> Rows:
    return tuple(
        (Button("claim_early", press=f"{CLAIM}:{drop.campaign_id}", style="primary", about=drop),)
        for drop in mine.early
        if drop.open
    )


def _copy(outcome: Claimed | AlreadyClaimed) -> Rows:
    return ((Button("copy", copy=outcome.code),),)


def _copy_unless_redeemed(outcome: AlreadyClaimed) -> Rows:
    return () if outcome.redeemed else _copy(outcome)


def _my_coupons(_ending: CouponsEnd) -> Rows:
    return ((Button("coupons", press=COUPONS),),)


def _codes_preview(preview: CodesPreview) -> Rows:
    evening = Button("other_hour", press=import_press(preview.shown, Verb.HOUR), about=preview.other_hour)
    return (*(((evening,),) if preview.other_hour is not None else ()), *do_import(preview))


BUTTONS: Buttons = {
    DropCard: _drop,
    MyCoupons: _claim_early,
    Claimed: _copy,
    AlreadyClaimed: _copy_unless_redeemed,
    CouponsEnd: _my_coupons,
    CodesPreview: _codes_preview,
    CampaignMade: undo_button,
    Redeemed: undo_button,
    CampaignCancelled: undo_if_possible,
}
