"""`/setup`: one line, or a panel in private that asks by buttons."""

from dataclasses import replace

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.content.buttons.shared import SETUP
from bot.content.zones import find_zones
from bot.features.communities import Communities
from bot.features.shops.setup import KIND, SettingUp
from bot.features.shops.topics import Topics
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, one_of, timezone, whole, words
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.shops.setup_panel import SetupPanel
from bot.handlers.shops.topics import choose_here
from bot.rules.forms import NotATime, TooLong
from bot.rules.funding import Funding
from bot.rules.giveaways import POLICY as GIVEAWAYS
from bot.rules.shops.setup import ROOMS, Problem, Setup, SetupPolicy, Step, giveaway_of, morning_of
from bot.rules.words import Language
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

POLICY = SetupPolicy()
EXAMPLE = '/setup timezone=Asia/Seoul shop="Mina Silk"'
LONGEST_ECHO = 40


def morning(name: str, text: str, _moment: Moment) -> str:
    """`09:00`, or `off`."""
    hour = morning_of(text)
    if hour is None:
        raise FormProblem(NotATime(name, text[:LONGEST_ECHO]))
    return hour


SETUP_FORM = Form(
    {
        "language": Field(one_of({language.value: language for language in Language})),
        "timezone": Field(timezone),
        "shop": Field(words(POLICY.max_shop, EXAMPLE)),
        "persona": Field(words(POLICY.max_persona, EXAMPLE)),
        "coin": Field(words(POLICY.max_coin, EXAMPLE)),
        "morning": Field(morning),
        "packets": Field(one_of({funding.value: funding for funding in Funding})),
        "giveaway": Field(whole(0, GIVEAWAYS.most)),
    },
    EXAMPLE,
)


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
    panel: SetupPanel,
    setting_up: SettingUp,
    communities: Communities,
    topics: Topics,
) -> None:
    """`/setup …` changes the shop's settings, by its owner; alone it opens the panel, or shows how things are.

    Alone in a topic it also lets the room's cards and announcements come there.
    """
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if not rest:
        await panel.show_or_open(inside, await choose_here(message, inside, topics, communities))
        return
    try:
        wish = Setup(**SETUP_FORM.read(rest, Moment(ask.at, inside.community.timezone)))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    done = await setting_up.set_up(inside.community, ask.actor_id, wish, ask.at, ask.cause)
    communities.forget()
    await voice.answer(inside, done)


async def opened(_message: Message, ask: Ask, rest: str, communities: Communities, panel: SetupPanel) -> None:
    """The link of the greeting: whoever opens it may have it from anybody."""
    reader = await communities.started(ask.sender, can_write=True)
    shop = read_id(rest)
    place = await communities.place(shop) if shop is not None else None
    await panel.welcome(replace(ask, place=ask.place or reader.place), place)


async def pressed(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, panel: SetupPanel) -> None:
    """A button of the panel: `go:…`, `set:…:…`, `skip:…`, `back:…`, `rooms`, `done`, `cancel`; alone it opens one."""
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
            await panel.fill(inside, step, _pressed_answer(step, answer))
        case "done":
            await panel.finish(inside)
        case "cancel":
            await panel.give_up(inside)
        case _:
            await panel.look(inside) if verb == ROOMS else await panel.go(inside, "")


def _pressed_answer(step: str, answer: str) -> str | None:
    """What a button stands for, or None for what no button of ours says."""
    match step:
        case Step.LANGUAGE:
            return answer if answer in set(Language) else None
        case Step.TIMEZONE:
            return answer if answer in find_zones(answer) else None
        case Step.MORNING:
            return morning_of(answer)
        case Step.GIVEAWAY:
            return giveaway_of(answer)
        case _:
            return None


async def typed(message: Message, ask: Ask, panel: SetupPanel) -> None:
    """What the owner writes while the panel is open answers the question that it shows."""
    inside = await panel.owner_of_open(ask)
    if inside is None:
        return
    step = await panel.step(inside)
    text = message.text or ""
    match step:
        case Step.TIMEZONE:
            zones = find_zones(text)
            if len(zones) == 1:
                await panel.fill(inside, step, zones[0])
            else:
                await panel.ask_again(inside, Problem.NO_ZONE, options=zones)
        case Step.SHOP | Step.PERSONA | Step.COIN:
            await _take_words(inside, step, text, panel)
        case Step.MORNING:
            hour = morning_of(text)
            if hour is None:
                await panel.ask_again(inside, Problem.NO_TIME)
            else:
                await panel.fill(inside, step, hour)
        case Step.GIVEAWAY:
            coins = giveaway_of(text)
            if coins is None:
                await panel.ask_again(inside, Problem.NO_NUMBER)
            else:
                await panel.fill(inside, step, coins)
        case _:
            await panel.ask_again(inside, Problem.NO_TYPING)


async def _take_words(inside: Ask, step: str, text: str, panel: SetupPanel) -> None:
    try:
        value = SETUP_FORM.fields[step].read(step, text, Moment(inside.at, inside.community.timezone))
    except FormProblem as problem:
        await panel.ask_again(inside, Problem.LONG if isinstance(problem.error, TooLong) else Problem.EMPTY)
    else:
        await panel.fill(inside, step, value)


async def cancel(_event: TelegramObject, ask: Ask, panel: SetupPanel) -> None:
    """`/cancel` leaves the set-up, if it is open."""
    await panel.give_up(ask)
