"""`/myorder`: a fan tells the number of their order; `/orders` and its buttons: staff decide."""

from bot.content.buttons.orders import CLAIM, CONFIRM, DECLINE
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.services import OrderServices
from bot.rules.forms import Missing
from bot.rules.orders.claims import ClaimGone
from bot.rules.orders.numbers import read_claimed
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

MY_ORDER = "/myorder 20261123-0042"


def setup() -> Desk:
    """The fans' command, and the staff's with its buttons."""
    desk = Desk("claims")
    desk.command("myorder", claim)
    desk.command("orders", list_claims)
    desk.press(CLAIM, decide)
    return desk


async def claim(ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """`/myorder NUMBER`: the answer is the same whether or not there is such an order."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    ref = read_claimed(rest, orders.policy.max_ref)
    if not ref:
        await voice.answer(inside, Missing("order", MY_ORDER))
    else:
        await voice.answer(inside, await orders.claims.claim(inside.act, ref))


async def list_claims(ask: Ask, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """`/orders`: which orders fans claim."""
    inside = await doors.staff(ask)
    if inside is not None:
        await voice.answer(inside, await orders.claims.listed(inside.community))


async def decide(ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """*Confirm* or *decline*: Telegram is asked afresh whether the presser is staff."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    word, _, number = rest.partition(":")
    claim_id = read_id(number)
    if claim_id is None or word not in (CONFIRM, DECLINE):
        await voice.answer(inside, ClaimGone())
    elif word == CONFIRM:
        await voice.answer(inside, await orders.claims.confirm(inside.act, claim_id))
    else:
        await voice.answer(inside, await orders.claims.decline(inside.act, claim_id))
