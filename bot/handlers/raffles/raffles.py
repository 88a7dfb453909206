"""What fans and staff say and press about raffles."""

import re
from typing import Any

from bot.content.buttons.raffles import ENTER, MY_ENTRY, RAFFLES, TICKET
from bot.features.raffles.calling_off import CallingOff
from bot.handlers.kit.activities import Activity, checks, moment_of
from bot.handlers.kit.forms import FormProblem, Moment, whole
from bot.handlers.kit.other_hours import answer_doubt, doubt_in, noting
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.raffles.forms import REDRAW, RaffleForms
from bot.handlers.raffles.services import RaffleServices
from bot.rules.act import Act
from bot.rules.forms import Missing, StrayWord
from bot.rules.general import NoCommunityYet
from bot.rules.raffles.draws import UNREACHABLE, OwnerMayCallOff
from bot.rules.raffles.entries import NoSuchRaffle
from bot.rules.raffles.facts import EQUAL_WEIGHTS, NewRaffle
from bot.rules.segments import Segment
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

RAFFLE_WORDS = ("추첨", "응모", "抽奖", "抽獎", "raffles", "raffle")
RAFFLE = "/raffle 12"
LARGEST_NUMBER = 2**31 - 1
_REASON = re.compile(r"\breason\b", re.IGNORECASE)


def setup() -> Desk:
    """Commands, words and buttons of raffles."""
    desk = Desk("raffles")
    desk.command("raffles", list_raffles)
    desk.word(RAFFLE_WORDS, list_raffles)
    desk.press(RAFFLES, list_raffles)
    desk.opening(RAFFLES, open_private_chat)
    desk.press(ENTER, enter)
    desk.press(TICKET, enter_with_ticket)
    desk.press(MY_ENTRY, my_entry)
    desk.command("newraffle", new_raffle)
    desk.command("raffle", raffle)
    return desk


async def list_raffles(ask: Ask, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """`/raffles`: running raffles and the asker's own entries."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await raffles.raffles.list_for(inside.community, ask.sender.user_id, ask.at))


async def open_private_chat(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    raffles: RaffleServices,
) -> None:
    """A link opened the private chat, because a fan's own line is not said in the group: list their raffles.

    The shop's number in the link may be guessed. A person who isn't in that shop isn't told which shop it is.
    """
    await raffles.communities.started(ask.sender, can_write=True, at=ask.at)
    shop_id = read_id(rest)
    place = await raffles.communities.place(shop_id) if shop_id is not None else None
    if place is None:
        await voice.answer(ask, NoCommunityYet())
        return
    inside = await doors.fan(ask.within(place), outsiders=NoCommunityYet())
    if inside is not None:
        await raffles.communities.turn_to(ask.sender.user_id, place)
        await voice.answer(inside, await raffles.raffles.list_for(place, ask.sender.user_id, ask.at))


async def enter(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """The button *enter*."""
    await _enter(ask, rest, doors, voice, raffles, ticket=False)


async def enter_with_ticket(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """The button that enters with a ticket."""
    await _enter(ask, rest, doors, voice, raffles, ticket=True)


async def _enter(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices, *, ticket: bool) -> None:
    """Enter the raffle that the button names. The data may be forged, so the use case checks the community."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    outcome = await raffles.raffles.enter(inside.act, raffle_id, ticket=ticket)
    await voice.answer(inside, outcome)


async def my_entry(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """The button *my line*: the asker alone is told their line and salt."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    await voice.answer(inside, await raffles.raffles.my_entry(inside.community, ask.sender.user_id, raffle_id, ask.at))


async def new_raffle(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """`/newraffle prize="…" winners=3 closes=+30m …`: open a raffle at once. The answer has an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        moment = Moment(ask.at, inside.community.timezone)
        values, doubt = raffles.forms.new.read(rest, moment), doubt_in("newraffle", raffles.forms.new, rest, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    made = await raffles.raffles.make(noting(inside, doubt).act, _wish(values))
    await answer_doubt(voice, inside, made, doubt)


def _wish(values: dict[str, Any]) -> NewRaffle:
    """The raffle that a filled form asks for."""
    values["fresh_days"], values["cap_days"] = values.pop("fresh", 0), values.pop("cap", 0)
    meant = values.pop("for", Segment())
    return NewRaffle(segment=meant.text, **{"weights": EQUAL_WEIGHTS, **values})


def activity(raffles: RaffleServices) -> Activity:
    """A raffle that the calendar opens."""

    async def open_it(act: Act, rest: str) -> Any:
        return await raffles.raffles.make(act, _wish(raffles.forms.new.read(rest, moment_of(act))))

    return Activity("newraffle", checks(raffles.forms.new), open_it)


async def raffle(
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
        await voice.answer(inside, await raffles.raffles.figures(inside.community, number, ask.at))
    elif act == "proof":
        outcome: object = await raffles.proofs.ask(inside.act, number, can_write=inside.can_write)
        await voice.answer(inside, outcome)
    elif act == "cancel":
        await _cancel(inside, number, doors, voice, raffles.calling_off)
    elif await doors.owner(inside) is not None:
        outcome = await raffles.redraws.redraw(inside.act, number, entry, reason)
        await voice.answer(inside, outcome)


async def _cancel(inside: Ask, number: int, doors: Doors, voice: Voice, calling_off: CallingOff) -> None:
    """Cancel an open raffle. After a naming only the owner may call it off."""
    outcome: object = await calling_off.cancel(inside.act, number)
    if isinstance(outcome, OwnerMayCallOff):
        if await doors.owner(inside) is None:
            return
        outcome = await calling_off.call_off(inside.act, number)
    await voice.answer(inside, outcome)


def _number_and_act(rest: str, moment: Moment, forms: RaffleForms) -> tuple[int, str, int | None, str]:
    """The raffle's number, the act, and for a redraw the entry and the reason."""
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
