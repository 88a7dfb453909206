"""Orders, the staff's side: look at one, take it back, and the secret of the shop's calls."""

from aiogram.types import Message

from bot.handlers.kit.forms import echo
from bot.handlers.kit.naming import Line
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.services import OrderServices
from bot.rules.forms import Missing, StrayWord
from bot.rules.naming import Named
from bot.rules.orders.orders import HookInPrivate
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

ORDER = "/order 20261123-0042"
HOOK = "/hook new"


def setup() -> Desk:
    """Staff's commands of orders."""
    desk = Desk("orders")
    desk.command("order", order)
    desk.command("hook", hook)
    return desk


async def order(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """`/order ID` shows, `/order ID refund` takes back, `/order ID @fan` gives it to a fan."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    line = Line.of(message, rest)
    ref, *more = line.words.split() or [""]
    ref = ref[: orders.policy.max_ref]
    if not ref:
        await voice.answer(inside, Missing("order", ORDER))
    elif line.mentioned is not None or (len(more) == 1 and more[0].startswith("@")):
        whom = await orders.naming.whom(inside, message, line, " ".join(more))
        given = await orders.claims.give(inside.act, ref, whom) if isinstance(whom, Named) else whom
        await voice.answer(inside, given)
    elif [word.lower() for word in more] == ["refund"]:
        await voice.answer(inside, await orders.book.refund(inside.act, ref))
    elif more:
        await voice.answer(inside, StrayWord(echo(more[0]), f"{ORDER} refund"))
    else:
        await voice.answer(inside, await orders.book.show(inside.community, ref))


async def hook(ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """`/hook` shows the secret of the shop's calls, `/hook new` changes it, `/hook off` ends them. In private only."""
    inside = await doors.owner(ask)
    if inside is None:
        return
    what = rest.strip().lower()
    if not inside.private:
        await voice.answer(inside, HookInPrivate())
    elif what == "new":
        await voice.answer(inside, await orders.hooks.renew(inside.act))
    elif what == "off":
        await voice.answer(inside, await orders.hooks.close(inside.act))
    elif what:
        await voice.answer(inside, StrayWord(echo(what), HOOK))
    else:
        await voice.answer(inside, await orders.hooks.show(inside.act))
