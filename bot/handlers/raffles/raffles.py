"""Raffles: entered and looked at by fans, opened, called off and drawn anew by staff."""

import re

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.content.buttons.raffles import ENTER, MY_ENTRY, RAFFLES, TICKET
from bot.features.communities import Communities
from bot.features.raffles.calling_off import CallingOff
from bot.handlers.kit.forms import FormProblem, Moment, whole
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.raffles.forms import REDRAW, RaffleForms
from bot.handlers.raffles.services import RaffleServices
from bot.rules.forms import Missing, StrayWord
from bot.rules.general import NoCommunityYet
from bot.rules.raffles.draws import UNREACHABLE, OwnerMayCallOff
from bot.rules.raffles.entries import NoSuchRaffle
from bot.rules.raffles.facts import EQUAL_WEIGHTS, NewRaffle
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

RAFFLE_WORDS = ("추첨", "응모", "抽奖", "抽獎", "raffles", "raffle")
RAFFLE = "/raffle 12"
LARGEST_NUMBER = 2**31 - 1


_REASON = re.compile(r"\breason\b", re.IGNORECASE)


def setup() -> Desk:
    """Commands, words and buttons of raffles."""
    desk = Desk("raffles")
    desk.command("raffles", listed)
    desk.word(RAFFLE_WORDS, listed)
    desk.press(RAFFLES, listed)
    desk.opening(RAFFLES, opened)
    desk.press(ENTER, enter)
    desk.press(TICKET, enter_with_ticket)
    desk.press(MY_ENTRY, my_entry)
    desk.command("newraffle", new_raffle)
    desk.command("raffle", raffle)
    return desk


async def listed(_event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """What runs, and the asker's part in it."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await raffles.raffles.listed(inside.community, ask.sender.user_id, ask.at))


async def opened(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    raffles: RaffleServices,
    communities: Communities,
) -> None:
    """The private chat was opened for somebody's line of a draw, which isn't said in the group: here are theirs.

    The shop's number may have been guessed: who isn't in it doesn't hear which shop it is.
    """
    await communities.started(ask.sender, can_write=True)
    place = await communities.place(read_id(rest) or 0)
    if place is None:
        await voice.answer(ask, NoCommunityYet())
        return
    inside = await doors.fan(ask.within(place), outsiders=NoCommunityYet())
    if inside is not None:
        await communities.turn_to(ask.sender.user_id, place)
        await voice.answer(inside, await raffles.raffles.listed(place, ask.sender.user_id, ask.at))


async def enter(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices
) -> None:
    """A tap on *enter*."""
    await _enter(ask, rest, doors, voice, raffles, ticket=False)


async def enter_with_ticket(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices
) -> None:
    """A tap on the ticket."""
    await _enter(ask, rest, doors, voice, raffles, ticket=True)


async def _enter(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices, *, ticket: bool) -> None:
    """The data may be forged: the raffle must be this community's."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    outcome = await raffles.raffles.enter(inside.act, raffle_id, ticket=ticket)
    await voice.answer(inside, outcome)


async def my_entry(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices
) -> None:
    """The asker's own line and salt: to them alone."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    await voice.answer(inside, await raffles.raffles.my_entry(inside.community, ask.sender.user_id, raffle_id, ask.at))


async def new_raffle(
    _message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices
) -> None:
    """`/newraffle prize="…" winners=3 closes=+30m …`: opens at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        values = raffles.forms.new.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["fresh_days"], values["cap_days"] = values.pop("fresh", 0), values.pop("cap", 0)
    wish = NewRaffle(**{"weights": EQUAL_WEIGHTS, **values})
    await voice.answer(inside, await raffles.raffles.make(inside.act, wish))


async def raffle(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    raffles: RaffleServices,
) -> None:
    """`/raffle 12` shows, `… proof` sends its file, `… cancel` calls off, `… redraw [47] [reason="…"]` draws anew."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        number, act, entry, reason = _number_and_act(rest, Moment(ask.at, inside.community.timezone), raffles.forms)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if act == "show":
        await voice.answer(inside, await raffles.raffles.show(inside.community, number, ask.at))
    elif act == "proof":
        outcome: object = await raffles.proofs.ask(inside.act, number, can_write=inside.can_write)
        await voice.answer(inside, outcome)
    elif act == "cancel":
        await _cancel(inside, number, doors, voice, raffles.calling_off)
    elif await doors.owner(inside) is not None:
        outcome = await raffles.redraws.redraw(inside.act, number, entry, reason)
        await voice.answer(inside, outcome)


async def _cancel(inside: Ask, number: int, doors: Doors, voice: Voice, calling_off: CallingOff) -> None:
    """Staff take back what is open; once a round is named only the owner calls it off."""
    outcome: object = await calling_off.cancel(inside.act, number)
    if isinstance(outcome, OwnerMayCallOff):
        if await doors.owner(inside) is None:
            return
        outcome = await calling_off.call_off(inside.act, number)
    await voice.answer(inside, outcome)


def _number_and_act(rest: str, moment: Moment, forms: RaffleForms) -> tuple[int, str, int | None, str]:
    """The raffle's number, what to do with it, the entry and the reason of a redraw."""
    named = _REASON.search(rest)
    parts = rest[: named.start()].split() if named is not None else rest.split()
    if not parts:
        raise FormProblem(Missing("number", RAFFLE))
    number = whole(1, LARGEST_NUMBER)("number", parts[0].removeprefix("#"), moment)
    act = parts[1].lower() if len(parts) > 1 else "show"
    entry, reason = None, UNREACHABLE
    if act == "redraw":
        if len(parts) > 2:  # noqa: PLR2004  # number, act, entry
            entry = whole(1, LARGEST_NUMBER)("redraw", parts.pop(2).removeprefix("#"), moment)
        if named is not None:
            reason = forms.redraw.read(rest[named.start() :], moment)["reason"]
    elif named is not None:
        raise FormProblem(StrayWord("reason", REDRAW))
    if len(parts) > 2 or act not in {"show", "proof", "cancel", "redraw"}:  # noqa: PLR2004
        raise FormProblem(StrayWord(parts[-1][:40], REDRAW))
    return number, act, entry, reason
