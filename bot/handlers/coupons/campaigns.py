"""Coupons, the staff's side: make, look at and cancel a campaign, redeem a code."""

import re
from typing import Any, assert_never

from aiogram import Bot
from aiogram.types import CallbackQuery, Document, Message

from bot.content.buttons.all import REDEEM_ONE
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.code_files import Importing
from bot.features.coupons.redemption import Redeeming
from bot.flows.named_people import People
from bot.handlers.kit.files import read_file
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, instant, one_of, shared_code, whole, words
from bot.handlers.kit.naming import Line, Naming
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.orders import redeem_file
from bot.rules.coupons.coupons import (
    CodeFile,
    CodeUnknown,
    CouponPolicy,
    KeptFor,
    NewCampaign,
    WindowPast,
    WindowUpsideDown,
    check_window,
)
from bot.rules.files import CodesRefused, FileBringsCodes, FileProblem, ImportPolicy, refused, sift
from bot.rules.forms import Missing, StrayWord
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.sheets import Sheet
from bot.rules.tiers import Tier
from bot.store.engine.db import Database
from bot.telegram.ask import Ask
from bot.telegram.downloads import document_of
from bot.telegram.replies import Voice

POLICY = CouponPolicy()
FILES = ImportPolicy()
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
WITH_FILE_FORM = Form({**NEW_COUPON_FORM.fields, "stock": Field(whole(1, POLICY.max_stock))}, NEW_COUPON)
"""With a file of codes, which brings the stock."""


def setup() -> Desk:
    """Staff's commands of coupons."""
    desk = Desk("campaigns")
    desk.command("newcoupon", new_coupon)
    desk.command("coupon", coupon)
    desk.command("redeem", redeem)
    desk.press(REDEEM_ONE, redeem_one)
    return desk


async def new_coupon(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    campaigns: Campaigns,
    importing: Importing,
    bot: Bot,
) -> None:
    """`/newcoupon title="…" stock=100 …`: acts at once, with an undo button. With a file, its codes are the stock."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    document = document_of(message)
    try:
        form = NEW_COUPON_FORM if document is None else WITH_FILE_FORM
        values = form.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["shared_code"], values["kept_for"] = values.pop("code", None), values.pop("for", None)
    if document is not None:
        file = await _staged(inside, document, values, bot, importing)
        if not isinstance(file, CodeFile):
            await voice.answer(inside, file)
            return
        values["stock"], values["file"] = values.get("stock", 1), file
    wish = NewCampaign(**values)
    await voice.answer(inside, await campaigns.make(inside.community, ask.actor_id, wish, ask.at, ask.cause))


async def coupon(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, campaigns: Campaigns) -> None:
    """`/coupon 12` shows, `/coupon 12 cancel` takes back."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        number, act = _number_and_act(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if act == "cancel":
        await voice.answer(inside, await campaigns.cancel(inside.community, ask.actor_id, number, ask.at, ask.cause))
    else:
        await voice.answer(inside, await campaigns.show(inside.community, number, ask.at))


async def redeem(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    redeeming: Redeeming,
    people: People,
    naming: Naming,
    bot: Bot,
    db: Database,
) -> None:
    """`/redeem CODE`, `/redeem CODE @fan` for a shared code, and `/redeem` with a file of orders."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    document = document_of(message)
    if document is not None and (not rest or "=" in rest):
        await redeem_file(document, inside, rest, bot, voice, db)
        return
    line = Line.of(message, rest)
    code, _, said = line.words.partition(" ")
    if not code:
        await voice.answer(inside, Missing("code", REDEEM))
        return
    code = code[: POLICY.max_shared_code]
    if not await people.is_shared(inside.community, code):
        # A code of a fan's own may be typed with spaces, and needs nobody's name.
        own = re.sub(r"\s@\S*$", "", line.words)[: POLICY.max_shared_code]
        await voice.answer(inside, await redeeming.redeem(inside.community, ask.actor_id, own, None, ask.at, ask.cause))
        return
    whom = await naming.whom(inside, message, line, said.strip())
    await voice.answer(inside, await _of_a_fan(inside, code, whom, redeeming, people))


async def _of_a_fan(inside: Ask, code: str, whom: Whom, redeeming: Redeeming, people: People) -> object:
    """Honour a fan's coupon with a shared code; who isn't named for sure is picked from a list."""
    match whom:
        case Named():
            return await redeeming.redeem(inside.community, inside.actor_id, code, whom, inside.at, inside.cause)
        case Unnamed(said=said) | NobodyCalled(shown=said):
            return await people.holders(inside.community, code, said)
        case NotAPerson() | NameUnsure():
            return whom
        case _:
            assert_never(whom)


async def redeem_one(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, redeeming: Redeeming
) -> None:
    """The button that names a holder: their coupon is honoured. What came of it stands where the list was."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    coupon_id = read_id(rest)
    if coupon_id is None:
        await voice.answer(inside, StalePress())
        return
    outcome = await redeeming.redeem(inside.community, ask.actor_id, coupon_id, None, ask.at, ask.cause)
    if isinstance(outcome, CodeUnknown):
        await voice.answer(inside, StalePress())  # its number was forged
    else:
        await voice.panel(inside, outcome)


async def _staged(
    inside: Ask, document: Document, values: dict[str, Any], bot: Bot, importing: Importing
) -> CodeFile | FileProblem | CodesRefused | FileBringsCodes | WindowPast | WindowUpsideDown:
    """The file's codes, staged all of them, or why none is."""
    wrong = check_window(values.get("opens"), values.get("closes"), inside.at)
    if wrong is not None:
        return wrong
    sheet = await read_file(bot, document, ("code",), FILES)
    if not isinstance(sheet, Sheet):
        return sheet
    codes = sift(sheet.rows, FILES)
    if codes.bad:
        return refused(len(sheet.rows), codes.bad, FILES)
    if values["shared_code"] is not None or values.get("stock", len(codes.good)) != len(codes.good):
        return FileBringsCodes(len(codes.good))
    batch = await importing.stage(inside.community, codes.good, inside.at, inside.cause)
    return CodeFile(batch, codes.good[0][1], codes.good[-1][1]) if isinstance(batch, int) else batch


def _number_and_act(rest: str, moment: Moment) -> tuple[int, str]:
    parts = rest.split()
    if not parts:
        raise FormProblem(Missing("number", COUPON))
    number = whole(1, 2**31 - 1)("number", parts[0].removeprefix("#"), moment)
    act = parts[1].lower() if len(parts) > 1 else "show"
    if len(parts) > 2 or act not in {"show", "cancel"}:  # noqa: PLR2004  # a number and an act
        raise FormProblem(StrayWord(parts[-1][:40], f"{COUPON} cancel"))
    return number, act
