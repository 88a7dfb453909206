"""Streams, the staff's side: plan, go on air, delay, cancel, end; and the owner's answer when nobody did."""

from datetime import timedelta

from bot.content.buttons.streams import CALL_OFF, LATER, ON_AIR
from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.kit.other_hours import answer_doubt, doubt_in, noting
from bot.handlers.kit.readers import length_of, read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.streams.forms import read_call_off, read_end, read_move
from bot.handlers.streams.services import StreamServices
from bot.rules.streams.airings import CallOff, Move, NoStreamThere, OnAir, WordTaken
from bot.rules.streams.streams import NewStream
from bot.rules.words import plain_word
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Staff's commands and buttons of streams."""
    desk = Desk("airings")
    desk.command("newstream", new_stream)
    desk.command("golive", golive)
    desk.command("delay", delay)
    desk.command("cancelstream", cancel)
    desk.command("endlive", end)
    desk.press(ON_AIR, press_on_air)
    desk.press(LATER, press_later)
    desk.press(CALL_OFF, press_call_off)
    return desk


async def new_stream(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """`/newstream title="…" at=20:00 [url=…] [repeat=weekly] [remind=24h,1h,10m] [length=3h]`."""
    inside = await doors.host(ask)
    if inside is None:
        return
    try:
        moment, form = Moment(ask.at, inside.community.timezone), streams.forms.new_stream
        wish, doubt = NewStream(**form.read(rest, moment)), doubt_in("newstream", form, rest, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await answer_doubt(voice, inside, await streams.plans.plan(noting(inside, doubt).act, wish), doubt)


async def golive(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    streams: StreamServices,
    words_taken: frozenset[str],
) -> None:
    """`/golive [url] [word=…] [#3]`."""
    inside = await doors.host(ask)
    if inside is None:
        return
    try:
        wish = streams.forms.read_on_air(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if wish.word is not None and plain_word(wish.word) in words_taken:
        await voice.answer(inside, WordTaken(wish.word))
        return
    await voice.answer(inside, await streams.airings.go_live(inside.act, wish))


async def delay(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """`/delay 15m`, `/delay 20:30`."""
    inside = await doors.host(ask)
    if inside is None:
        return
    try:
        wish, doubt = read_move(rest, Moment(ask.at, inside.community.timezone), streams.forms.max_delay)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await answer_doubt(voice, inside, await streams.airings.delay(noting(inside, doubt).act, wish), doubt)


async def cancel(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """`/cancelstream`, of one stream `/cancelstream 3`; a weekly stream for good `/cancelstream 3 all`."""
    inside = await doors.host(ask)
    if inside is None:
        return
    try:
        wish = read_call_off(rest)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await streams.airings.cancel(inside.act, wish))


async def end(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """`/endlive [recording's url] [#3]`."""
    inside = await doors.host(ask)
    if inside is None:
        return
    try:
        url, number = read_end(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await streams.airings.end(inside.act, number, url))


async def press_on_air(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """The owner was asked, and says that it is on."""
    inside, airing_id = await _enter(ask, rest, doors, voice, streams)
    if inside is not None and airing_id is not None:
        await voice.answer(inside, await streams.airings.go_live(inside.act, OnAir(airing_id=airing_id)))


async def press_later(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """The owner was asked, and says that it begins so many minutes later."""
    airing, _, minutes = rest.partition(":")
    inside, airing_id = await _enter(ask, airing, doors, voice, streams)
    if inside is None or airing_id is None:
        return
    by = length_of(minutes)
    if by is None or not timedelta(0) < by <= streams.forms.max_delay:
        await voice.answer(inside, NoStreamThere(None))
        return
    await voice.answer(inside, await streams.airings.delay(inside.act, Move(by=by, airing_id=airing_id)))


async def press_call_off(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """The owner was asked, and cancels it."""
    inside, airing_id = await _enter(ask, rest, doors, voice, streams)
    if inside is not None and airing_id is not None:
        await voice.answer(inside, await streams.airings.cancel(inside.act, CallOff(airing_id=airing_id)))


async def _enter(
    ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices
) -> tuple[Ask | None, int | None]:
    """The ask inside the community of the airing that a button carries, and that airing. Else the asker is told why."""
    airing_id = read_id(rest)
    if ask.private and airing_id is not None:
        # The private chat may mean another shop by now.
        place = await streams.airings.place_of(airing_id)
        if place is not None:
            ask = ask.within(place)
    inside = await doors.host(ask)
    if inside is not None and airing_id is None:
        await voice.answer(inside, NoStreamThere(None))
    return inside, airing_id
