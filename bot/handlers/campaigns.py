"""Coupons, the staff's side: make, look at and cancel a campaign, redeem a code."""

from aiogram.types import Message

from bot.asking import Ask
from bot.features.campaigns import Campaigns
from bot.features.redeeming import Redeeming
from bot.handlers.forms import (
    Field,
    Form,
    FormProblem,
    Moment,
    instant,
    one_of,
    shared_code,
    whole,
    words,
)
from bot.handlers.rights import Doors
from bot.handlers.table import Desk
from bot.rules.coupons import CouponPolicy, KeptFor, NewCampaign
from bot.rules.forms import Missing, StrayWord
from bot.rules.tiers import Tier
from bot.voice import Voice

POLICY = CouponPolicy()
TIERS = {tier.value: tier for tier in Tier}
KEPT_FOR = {kept.value: kept for kept in KeptFor}
NEW_COUPON = '/newcoupon title="Silk scarf −20%" stock=50'
COUPON = "/coupon 12"
REDEEM = "/redeem K7M2-QX4P"

NEW_COUPON_FORM = Form(
    {
        "title": Field(words(POLICY.max_title, NEW_COUPON), needed=True),
        "stock": Field(whole(1, POLICY.max_stock), needed=True),
        "price": Field(whole(0, POLICY.max_price)),
        "limit": Field(whole(1, POLICY.max_limit)),
        "tier": Field(one_of(TIERS)),
        "opens": Field(instant),
        "closes": Field(instant),
        "code": Field(shared_code),
        "for": Field(one_of(KEPT_FOR)),
    },
    NEW_COUPON,
)


def setup() -> Desk:
    """Staff's commands of coupons."""
    desk = Desk("campaigns")
    desk.command("newcoupon", new_coupon)
    desk.command("coupon", coupon)
    desk.command("redeem", redeem)
    return desk


async def new_coupon(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, campaigns: Campaigns) -> None:
    """`/newcoupon title="…" stock=100 …`: acts at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        values = NEW_COUPON_FORM.read(rest, Moment(ask.at, inside.home.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["shared_code"], values["kept_for"] = values.pop("code", None), values.pop("for", None)
    wish = NewCampaign(**values)
    await voice.answer(inside, await campaigns.make(inside.home, ask.actor_id, wish, ask.at, ask.cause))


async def coupon(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, campaigns: Campaigns) -> None:
    """`/coupon 12` shows, `/coupon 12 cancel` takes back."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        number, act = _number_and_act(rest, Moment(ask.at, inside.home.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if act == "cancel":
        await voice.answer(inside, await campaigns.cancel(inside.home, ask.actor_id, number, ask.at, ask.cause))
    else:
        await voice.answer(inside, await campaigns.show(inside.home, number, ask.at))


async def redeem(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, redeeming: Redeeming) -> None:
    """`/redeem CODE`, and `/redeem CODE @fan` for a shared code."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    parts = rest.split()
    fan = parts.pop().removeprefix("@") if len(parts) > 1 and parts[-1].startswith("@") else None
    code = " ".join(parts)[: POLICY.max_shared_code]
    if not code:
        await voice.answer(inside, Missing("code", REDEEM))
        return
    await voice.answer(inside, await redeeming.redeem(inside.home, ask.actor_id, code, fan, ask.at, ask.cause))


def _number_and_act(rest: str, moment: Moment) -> tuple[int, str]:
    parts = rest.split()
    if not parts:
        raise FormProblem(Missing("number", COUPON))
    number = whole(1, 2**31 - 1)("number", parts[0].removeprefix("#"), moment)
    act = parts[1].lower() if len(parts) > 1 else "show"
    if len(parts) > 2 or act not in {"show", "cancel"}:  # noqa: PLR2004  # a number and an act
        raise FormProblem(StrayWord(parts[-1][:40], f"{COUPON} cancel"))
    return number, act
