"""`/setup`: one line, or a panel in private that asks by buttons."""

from dataclasses import replace

from aiogram.types import Message

from bot.content.buttons.shared import SETUP
from bot.content.zones import find_zones, only_zone
from bot.features.communities import Communities
from bot.features.shops.setup import KIND
from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.shops.services import ShopServices
from bot.rules.currencies import CODES, currency_of
from bot.rules.forms import TooLong
from bot.rules.shops.setup import ROOMS, Problem, Setup, SetupPolicy, Step, contact_of, giveaway_of, morning_of
from bot.rules.words import Language
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

NOT_UNDERSTOOD = {
    Step.MORNING: Problem.NO_TIME,
    Step.GIVEAWAY: Problem.NO_NUMBER,
    Step.CURRENCY: Problem.NO_CURRENCY,
    Step.CONTACT: Problem.NO_CONTACT,
}
"""What is said of an answer that can't be read."""


def setup() -> Desk:
    """The set-up."""
    desk = Desk("setting_up")
    desk.command("setup", set_up)
    desk.command("cancel", cancel)
    desk.opening(SETUP, opened)
    desk.press(SETUP, pressed)
    desk.reply(KIND, typed)
    return desk


async def set_up(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    shops: ShopServices,
) -> None:
    """`/setup …` changes the shop's settings, by its owner; alone it opens the panel, or shows how things are.

    Alone in a topic it also lets the room's cards and announcements come there.
    """
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if not rest:
        await shops.panel.show_or_open(inside, await shops.topics.choose_here(message, inside))
        return
    try:
        wish = Setup(**shops.setup_form.read(rest, Moment(ask.at, inside.community.timezone)))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await shops.panel.change(inside, wish))


async def opened(ask: Ask, rest: str, communities: Communities, shops: ShopServices) -> None:
    """The link of the greeting: whoever opens it may have it from anybody."""
    reader = await communities.started(ask.sender, can_write=True, at=ask.at)
    shop = read_id(rest)
    place = await communities.place(shop) if shop is not None else None
    await shops.panel.welcome(replace(ask, place=ask.place or reader.place), place)


async def pressed(ask: Ask, rest: str, doors: Doors, shops: ShopServices) -> None:
    """A button of the panel: `go:…`, `set:…:…`, `skip:…`, `back:…`, `rooms`, `done`, `cancel`; alone it opens one."""
    panel = shops.panel
    if not rest:
        inside = await doors.owner(ask)
        if inside is not None:
            await panel.show_or_open(inside)
        return
    inside = await panel.owner_of_open(ask)
    if inside is None:
        return
    verb, _, value = rest.partition(":")
    match verb:
        case "go":
            await panel.go(inside, value)
        case "skip" | "back":
            await panel.skip(inside, value, back=verb == "back")
        case "set":
            step, _, answer = value.partition(":")
            await panel.fill(inside, step, _pressed_answer(step, answer, shops.setup_policy))
        case "done":
            await panel.finish(inside)
        case "cancel":
            await panel.give_up(inside)
        case _:
            await panel.look(inside) if verb == ROOMS else await panel.go(inside, "")


def _pressed_answer(step: str, answer: str, policy: SetupPolicy) -> str | None:
    """What a button stands for; None if none of our buttons carries this."""
    match step:
        case Step.LANGUAGE:
            return answer if answer in set(Language) else None
        case Step.TIMEZONE:
            return answer if answer in find_zones(answer) else None
        case Step.MORNING:
            return morning_of(answer)
        case Step.GIVEAWAY:
            return giveaway_of(answer, policy)
        case Step.CURRENCY:
            return answer if answer in CODES else None
        case _:
            return None


async def typed(message: Message, ask: Ask, shops: ShopServices) -> None:
    """What the owner writes while the panel is open answers the question that it shows."""
    panel = shops.panel
    inside = await panel.owner_of_open(ask)
    if inside is None:
        return
    step = await panel.step(inside)
    text = message.text or ""
    match step:
        case Step.TIMEZONE:
            zone = only_zone(text)
            if zone is not None:
                await panel.fill(inside, step, zone)
            else:
                await panel.show_problem(inside, Problem.NO_ZONE, options=find_zones(text))
        case Step.SHOP | Step.PERSONA | Step.COIN:
            await _take_words(inside, step, text, shops)
        case Step.MORNING | Step.GIVEAWAY | Step.CURRENCY | Step.CONTACT:
            value = _typed_answer(step, text, inside, shops)
            if value is None:
                await panel.show_problem(inside, NOT_UNDERSTOOD[Step(step)])
            else:
                await panel.fill(inside, step, value)
        case _:
            await panel.show_problem(inside, Problem.NO_TYPING)


def _typed_answer(step: str, text: str, inside: Ask, shops: ShopServices) -> str | None:
    """An hour, a limit, a contact or a currency as it was typed; None if it is none."""
    match step:
        case Step.MORNING:
            return morning_of(text)
        case Step.GIVEAWAY:
            return giveaway_of(text, shops.setup_policy)
        case Step.CONTACT:
            return contact_of(text, shops.setup_policy)
        case _:
            return currency_of(text, inside.community.currency)


async def _take_words(inside: Ask, step: str, text: str, shops: ShopServices) -> None:
    try:
        value = shops.setup_form.fields[step].read(step, text, Moment(inside.at, inside.community.timezone))
    except FormProblem as problem:
        await shops.panel.show_problem(inside, Problem.LONG if isinstance(problem.error, TooLong) else Problem.EMPTY)
    else:
        await shops.panel.fill(inside, step, value)


async def cancel(ask: Ask, shops: ShopServices) -> None:
    """`/cancel` leaves the set-up; where nothing is open it says so. Other dialogues register their own."""
    await shops.panel.give_up(ask)
