"""Gifts, the staff's side: offer one, look at them, close one."""

from bot.handlers.gifts.services import GiftServices
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, Reader, instant, one_of, segment, whole, words
from bot.handlers.kit.other_hours import answer_doubt, doubt_in, noting
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.forms import NotOneOf, StrayWord
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.gifts.offers import MAX_COINS, MAX_STOCK, MAX_TITLE, NewGift
from bot.rules.segments import Segment
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

NEW_GIFT = '/newgift title="A warm start" kind=coins:20'
GIFTS = "/gifts 3 close"
KINDS = ("coins:20", "coupon:12", "relay", "relay:10")
"""As staff may write a gift's kind."""

Wanted = tuple[GiftKind, int, int | None]
"""Kind, coins, the campaign's number."""


def kind(name: str, text: str, moment: Moment) -> Wanted:
    """`coins:20`, `coupon:12`, `relay` or `relay:10`."""
    word, _, number = text.lower().partition(":")
    if word == GiftKind.COINS and number:
        return GiftKind.COINS, whole(1, MAX_COINS)(name, number, moment), None
    if word == GiftKind.COUPON and number:
        return GiftKind.COUPON, 0, whole(1, 2**31 - 1)(name, number.removeprefix("#"), moment)
    if word == GiftKind.RELAY:
        return GiftKind.RELAY, whole(1, MAX_COINS)(name, number, moment) if number else 0, None
    raise FormProblem(NotOneOf(name, text[:40], KINDS))


_KIND: Reader[Wanted] = kind

NEW_GIFT_FORM = Form(
    {
        "title": Field(words(MAX_TITLE, NEW_GIFT), needed=True),
        "kind": Field(_KIND, needed=True),
        "opens": Field(one_of({opens.value: opens for opens in Opens})),
        "stock": Field(whole(1, MAX_STOCK)),
        "closes": Field(instant),
        "for": Field(segment),
    },
    NEW_GIFT,
)


def setup() -> Desk:
    """Staff's commands of gifts."""
    desk = Desk("gift_offers")
    desk.command("newgift", new_gift)
    desk.command("gifts", manage_gifts)
    return desk


async def new_gift(ask: Ask, rest: str, doors: Doors, voice: Voice, gifts: GiftServices) -> None:
    """`/newgift title="…" kind=coins:20 …`: acts at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        moment = Moment(ask.at, inside.community.timezone)
        values, doubt = NEW_GIFT_FORM.read(rest, moment), doubt_in("newgift", NEW_GIFT_FORM, rest, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["kind"], values["coins"], values["campaign"] = values["kind"]
    values["segment"] = values.pop("for", Segment()).text
    made = await gifts.offers.make(noting(inside, doubt).act, NewGift(**values))
    await answer_doubt(voice, inside, made, doubt)


async def manage_gifts(ask: Ask, rest: str, doors: Doors, voice: Voice, gifts: GiftServices) -> None:
    """`/gifts` lists, `/gifts 3` shows one, `/gifts 3 close` lets no new cards be made of it."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        number, closes = _number_and_act(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if number is None:
        await voice.answer(inside, await gifts.offers.list_offers(inside.community, ask.at))
    elif closes:
        await voice.answer(inside, await gifts.offers.close(inside.act, number))
    else:
        await voice.answer(inside, await gifts.offers.describe(inside.community, number, ask.at))


def _number_and_act(rest: str, moment: Moment) -> tuple[int | None, bool]:
    parts = rest.split()
    if not parts:
        return None, False
    number = whole(1, 2**31 - 1)("number", parts[0].removeprefix("#"), moment)
    if parts[1:] not in ([], ["close"], ["show"]):
        raise FormProblem(StrayWord(parts[1][:40], GIFTS))
    return number, parts[1:] == ["close"]
