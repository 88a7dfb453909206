"""Coupons, the staff's side: make, look at and cancel a campaign. Codes are redeemed in `handlers/orders/till.py`."""

from typing import Any

from aiogram.types import Document, Message

from bot.handlers.coupons.services import CouponServices
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, instant, one_of, shared_code, whole, words
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.calendar import day_of
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CodeFile, CouponPolicy, NewCampaign
from bot.rules.coupons.code_files import Codes, CodesRefused, FileBringsCodes, NoCodeLeft, check_codes, report_bad_lines
from bot.rules.files import FileProblem, FileUnreadable, ImportPolicy
from bot.rules.forms import Missing, StrayWord
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, Grid, Sheet, SheetKind
from bot.rules.tiers import Tier
from bot.rules.windows import WindowPast, WindowUpsideDown, check_window
from bot.telegram.ask import Ask
from bot.telegram.downloads import document_of
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
            "for": Field(one_of(KEPT_FOR)),
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
    """`/newcoupon title="…" stock=100 …`: acts at once, with an undo button. With a file, its codes are the stock."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    document = document_of(message)
    try:
        form = coupons.new_coupon if document is None else coupons.new_coupon_with_file
        values = form.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["shared_code"], values["kept_for"] = values.pop("code", None), values.pop("for", None)
    if document is not None:
        file = await _staged(inside, document, values, coupons)
        if not isinstance(file, CodeFile):
            await voice.answer(inside, file)
            return
        values["stock"], values["file"] = values.get("stock", 1), file
    await voice.answer(inside, await coupons.campaigns.make(inside.act, NewCampaign(**values)))


async def coupon(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, coupons: CouponServices) -> None:
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


async def _staged(
    inside: Ask, document: Document, values: dict[str, Any], coupons: CouponServices
) -> CodeFile | FileProblem | CodesRefused | NoCodeLeft | FileBringsCodes | WindowPast | WindowUpsideDown:
    """All of the file's codes, staged, or why none is."""
    wrong = check_window(values.get("opens"), values.get("closes"), inside.at)
    if wrong is not None:
        return wrong
    grid = await coupons.files.grid(document)
    codes = grid if not isinstance(grid, Grid) else _codes_of(grid, inside, coupons.files.policy)
    if not isinstance(codes, Codes):
        return codes
    if values["shared_code"] is not None or values.get("stock", len(codes.good)) != len(codes.good):
        return FileBringsCodes(len(codes.good))
    batch = await coupons.code_files.stage(inside.act, codes.good)
    return CodeFile(batch, codes.good[0][1], codes.good[-1][1]) if isinstance(batch, int) else batch


def _codes_of(grid: Grid, inside: Ask, policy: ImportPolicy) -> Codes | FileProblem | CodesRefused | NoCodeLeft:
    """The codes of a file, all of them good."""
    sheet = understand(grid, SheetKind.CODES, Answers())
    if not isinstance(sheet, Sheet):
        return sheet if isinstance(sheet, FileProblem) else FileUnreadable()
    codes = check_codes(sheet, policy, day_of(inside.at, inside.community.timezone))
    if codes.bad:
        return report_bad_lines(len(sheet.rows), codes.bad, policy)
    return codes if codes.good else NoCodeLeft(codes.used, codes.expired, codes.disabled)


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
