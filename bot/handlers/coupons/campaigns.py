"""Coupons, the staff's side: make, look at and cancel a campaign. Codes are redeemed in `handlers/orders/till.py`."""

from typing import Any

from aiogram.types import Message

from bot.handlers.coupons.services import CouponServices
from bot.handlers.kit.activities import Activity, checks, moment_of
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, instant, one_of, segment, shared_code, whole, words
from bot.handlers.kit.other_hours import answer_doubt, doubt_in, noting
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.act import Act
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CouponPolicy, NewCampaign
from bot.rules.forms import Missing, StrayWord
from bot.rules.segments import Segment
from bot.rules.sheets.sheet import SheetKind
from bot.rules.tiers import Tier
from bot.telegram.ask import Ask
from bot.telegram.downloads import message_with_file
from bot.telegram.replies import Voice

TIERS = {tier.value: tier for tier in Tier}
KEPT_FOR = {kept.value: kept for kept in KeptFor}
NEW_COUPON = '/newcoupon title="Silk scarf −20%" stock=50'
COUPON = "/coupon 12"


def new_coupon_form(policy: CouponPolicy) -> Form:
    """The form of `/newcoupon`."""
    return Form(
        {
            "title": Field(words(policy.max_title, NEW_COUPON), needed=True),
            "stock": Field(whole(1, policy.max_stock), needed=True),
            "price": Field(whole(0, policy.max_price)),
            "limit": Field(whole(1, policy.max_limit)),
            "tier": Field(one_of(TIERS)),
            "opens": Field(instant),
            "closes": Field(instant),
            "code": Field(shared_code),
            "for": Field(kept_or_segment),
        },
        NEW_COUPON,
    )


def new_coupon_with_file_form(policy: CouponPolicy) -> Form:
    """The same with a file of codes, which brings the stock."""
    return Form({**new_coupon_form(policy).fields, "stock": Field(whole(1, policy.max_stock))}, NEW_COUPON)


def setup() -> Desk:
    """Staff's commands of coupons."""
    desk = Desk("campaigns")
    desk.command("newcoupon", new_coupon)
    desk.command("coupon", coupon)
    return desk


async def new_coupon(
    message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, coupons: CouponServices
) -> None:
    """`/newcoupon title="…" stock=100 …` acts at once, with an undo button. Of a file there is a preview first."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if message_with_file(message) is not None:
        await coupons.file_talk.hand_in(inside, voice, SheetKind.CODES, rest, message)
        return
    try:
        moment = Moment(ask.at, inside.community.timezone)
        values = coupons.new_coupon.read(rest, moment)
        doubt = doubt_in("newcoupon", coupons.new_coupon, rest, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    made = await coupons.campaigns.make(noting(inside, doubt).act, _wish(values))
    await answer_doubt(voice, inside, made, doubt)


def _wish(values: dict[str, Any]) -> NewCampaign:
    """The campaign that a filled form asks for."""
    return NewCampaign(shared_code=values.pop("code", None), **whom_of(values.pop("for", None)), **values)


def kept_or_segment(_name: str, text: str, moment: Moment) -> KeptFor | Segment:
    """What the campaign is kept for (`shop`, `gift`, `hearts`), or which fans may claim (`tier>=loyal`)."""
    return KEPT_FOR.get(text.strip().lower()) or segment("for", text, moment)


def whom_of(said: KeptFor | Segment | None) -> dict[str, Any]:
    """The fields of a campaign that `for=` fills."""
    if isinstance(said, Segment):
        return {"kept_for": None, "segment": said.text}
    return {"kept_for": said, "segment": ""}


def activity(coupons: CouponServices) -> Activity:
    """A drop that the calendar opens."""

    async def open_it(act: Act, rest: str) -> Any:
        return await coupons.campaigns.make(act, _wish(coupons.new_coupon.read(rest, moment_of(act))))

    return Activity("newcoupon", checks(coupons.new_coupon), open_it)


async def coupon(ask: Ask, rest: str, doors: Doors, voice: Voice, coupons: CouponServices) -> None:
    """`/coupon 12` shows, `/coupon 12 cancel` takes back."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        number, what = _read_line(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if what == "cancel":
        await voice.answer(inside, await coupons.campaigns.cancel(inside.act, number))
    else:
        await voice.answer(inside, await coupons.campaigns.show(inside.community, number, ask.at))


def _read_line(rest: str, moment: Moment) -> tuple[int, str]:
    """The campaign's number, and `show` or `cancel`."""
    parts = rest.split()
    if not parts:
        raise FormProblem(Missing("number", COUPON))
    number = whole(1, 2**31 - 1)("number", parts[0].removeprefix("#"), moment)
    what = parts[1].lower() if len(parts) > 1 else "show"
    if len(parts) > 2 or what not in {"show", "cancel"}:  # noqa: PLR2004  # a number and what to do
        raise FormProblem(StrayWord(parts[-1][:40], f"{COUPON} cancel"))
    return number, what
