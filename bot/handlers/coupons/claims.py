"""Coupons, the fans' side: claim from the drop's card, and look at what one holds."""

from bot.content.buttons.coupons import CLAIM
from bot.content.buttons.shared import COUPONS
from bot.handlers.coupons.services import CouponServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coupons.claims import NoSuchCoupon
from bot.rules.general import NoCommunityYet
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

COUPON_WORDS = ("쿠폰", "내 쿠폰", "优惠券", "我的优惠券", "my coupons")


def setup() -> Desk:
    """Commands, words and buttons of fans' coupons."""
    desk = Desk("coupons")
    desk.command("coupons", show_held)
    desk.word(COUPON_WORDS, show_held)
    desk.press(CLAIM, claim)
    desk.press(COUPONS, show_held)
    desk.opening(COUPONS, open_private)
    return desk


async def claim(ask: Ask, rest: str, doors: Doors, voice: Voice, coupons: CouponServices) -> None:
    """A tap on the drop's button. Its data may be forged: the campaign must be this community's."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    campaign_id = read_id(rest)
    if campaign_id is None:
        await voice.answer(inside, NoSuchCoupon())
        return
    await voice.answer(inside, await coupons.claims.claim(inside.act, campaign_id))


async def show_held(ask: Ask, doors: Doors, voice: Voice, coupons: CouponServices) -> None:
    """The asker's coupons. What somebody holds stays theirs when they leave."""
    inside = await doors.anyone(ask)
    if inside is None:
        return
    held = await coupons.claims.held_by(inside.community, ask.sender.user_id, ask.at)
    if held.coupons or await doors.fan(inside) is not None:
        await voice.answer(inside, held)


async def open_private(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    coupons: CouponServices,
) -> None:
    """The private chat was opened for the coupons of a shop, as their codes aren't said in the group.

    Its number may have been guessed: who holds nothing there and isn't in it doesn't hear which shop it is.
    """
    await coupons.communities.started(ask.sender, can_write=True, at=ask.at)
    place = await coupons.communities.place(read_id(rest) or 0)
    if place is None:
        await voice.answer(ask, NoCommunityYet())
        return
    inside = ask.within(place)
    held = await coupons.claims.held_by(place, ask.sender.user_id, ask.at)
    if held.coupons or await doors.fan(inside, outsiders=NoCommunityYet()) is not None:
        await coupons.communities.turn_to(ask.sender.user_id, place)
        await voice.answer(inside, held)
