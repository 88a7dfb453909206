"""Streams, the staff's side: plan, go on air, delay, cancel, end; and the owner's answer when nobody did."""

from datetime import timedelta

from aiogram.types import CallbackQuery, Message

from bot.content.buttons.streams import CALL_OFF, LATER, ON_AIR
from bot.features.streams.airings import Evenings
from bot.features.streams.plans import Streams
from bot.flows.go_live import go_live
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, instant, one_of, words
from bot.handlers.kit.readers import duration, durations, is_link, length_of, link, number_of, read_id, split_head
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.forms import Missing, StrayWord
from bot.rules.streams.streams import CallOff, Move, NewStream, NoStreamThere, OnAir, Repeat, StreamPolicy, WordTaken
from bot.rules.words import plain_word
from bot.store.airings import community_of_airing
from bot.store.engine.db import Database
from bot.store.places import place_of
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

POLICY = StreamPolicy()
NEW_STREAM = '/newstream title="Silk night" at=20:00'
GO_LIVE = "/golive https://example.com/live word=silk"
DELAY = "/delay 15m"
CANCEL = "/cancelstream"
END = "/endlive https://example.com/replay"
ALL = frozenset({"all", "series"})

NEW_STREAM_FORM = Form(
    {
        "title": Field(words(POLICY.max_title, NEW_STREAM), needed=True),
        "at": Field(instant, needed=True),
        "url": Field(link),
        "repeat": Field(one_of({"weekly": Repeat.WEEKLY, "once": Repeat.ONCE})),
        "remind": Field(durations(timedelta(days=7), POLICY.max_reminders, "off")),
        "length": Field(duration(timedelta(minutes=5), POLICY.max_length)),
    },
    NEW_STREAM,
)
GO_LIVE_FORM = Form({"word": Field(words(POLICY.max_word, GO_LIVE)), "url": Field(link)}, GO_LIVE)


def setup() -> Desk:
    """Staff's commands and buttons of streams."""
    desk = Desk("evenings")
    desk.command("newstream", new_stream)
    desk.command("golive", golive)
    desk.command("delay", delay)
    desk.command("cancelstream", cancel)
    desk.command("endlive", end)
    desk.press(ON_AIR, press_on_air)
    desk.press(LATER, press_later)
    desk.press(CALL_OFF, press_call_off)
    return desk


async def new_stream(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, streams: Streams) -> None:
    """`/newstream title="…" at=20:00 [url=…] [repeat=weekly] [remind=24h,1h,10m] [length=3h]`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        wish = NewStream(**NEW_STREAM_FORM.read(rest, Moment(ask.at, inside.community.timezone)))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await streams.plan(inside.community, ask.actor_id, wish, ask.at, ask.cause))


async def golive(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    stream_policy: StreamPolicy,
    words_taken: frozenset[str],
) -> None:
    """`/golive [url] [word=…] [#3]`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        wish = _on_air(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if wish.word is not None and plain_word(wish.word) in words_taken:
        await voice.answer(inside, WordTaken(wish.word))
        return
    outcome = await go_live(db, inside.community, ask.actor_id, wish, ask.at, ask.cause, stream_policy)
    await voice.answer(inside, outcome)


async def delay(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, evenings: Evenings) -> None:
    """`/delay 15m`, `/delay 20:30`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        wish = read_move(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await evenings.delay(inside.community, ask.actor_id, wish, ask.at, ask.cause))


async def cancel(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, evenings: Evenings) -> None:
    """`/cancelstream`, of one number `/cancelstream 3`; of a weekly one for good `/cancelstream 3 all`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    number, series = None, False
    for word in rest.split():
        if word.lower() in ALL:
            series = True
        elif number is None and number_of(word) is not None:
            number = number_of(word)
        else:
            await voice.answer(inside, StrayWord(echo(word), f"{CANCEL} 3 all"))
            return
    wish = CallOff(number, series)
    outcome = await evenings.cancel(inside.community, ask.actor_id, wish, ask.at, ask.cause)
    await voice.answer(inside, outcome)


async def end(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, evenings: Evenings) -> None:
    """`/endlive [recording's url] [#3]`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    moment = Moment(ask.at, inside.community.timezone)
    try:
        head, tail = split_head(rest)
        url, number = _link_and_number(head, END, moment)
        values = Form({"url": Field(link)}, END).read(tail, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    url = url or values.get("url")
    await voice.answer(inside, await evenings.end(inside.community, ask.actor_id, number, url, ask.at, ask.cause))


async def press_on_air(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database, stream_policy: StreamPolicy
) -> None:
    """The owner was asked: it is on."""
    inside, airing_id = await _asked(ask, rest, doors, voice, db)
    if inside is not None and airing_id is not None:
        wish = OnAir(airing_id=airing_id)
        outcome = await go_live(db, inside.community, ask.actor_id, wish, ask.at, ask.cause, stream_policy)
        await voice.answer(inside, outcome)


async def press_later(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database, evenings: Evenings
) -> None:
    """The owner was asked: it begins so many minutes later."""
    airing, _, minutes = rest.partition(":")
    inside, airing_id = await _asked(ask, airing, doors, voice, db)
    if inside is None or airing_id is None:
        return
    by = length_of(minutes)
    if by is None or not timedelta(0) < by <= POLICY.max_delay:
        await voice.answer(inside, NoStreamThere(None))
        return
    wish = Move(by=by, airing_id=airing_id)
    await voice.answer(inside, await evenings.delay(inside.community, ask.actor_id, wish, ask.at, ask.cause))


async def press_call_off(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database, evenings: Evenings
) -> None:
    """The owner was asked: it won't be."""
    inside, airing_id = await _asked(ask, rest, doors, voice, db)
    if inside is not None and airing_id is not None:
        wish = CallOff(airing_id=airing_id)
        outcome = await evenings.cancel(inside.community, ask.actor_id, wish, ask.at, ask.cause)
        await voice.answer(inside, outcome)


async def _asked(ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database) -> tuple[Ask | None, int | None]:
    """The ask inside the community of the evening that a button carries, and that evening; else it is answered."""
    airing_id = read_id(rest)
    if ask.private and airing_id is not None:
        # In private they may have used another shop since.
        community_id = await db.read(community_of_airing, airing_id)
        if community_id is not None:
            ask = ask.within(await db.read(place_of, community_id))
    inside = await doors.staff(ask)
    if inside is not None and airing_id is None:
        await voice.answer(inside, NoStreamThere(None))
    return inside, airing_id


def _on_air(rest: str, moment: Moment) -> OnAir:
    head, tail = split_head(rest)
    url, number = _link_and_number(head, GO_LIVE, moment)
    values = GO_LIVE_FORM.read(tail, moment)
    word = values.get("word")
    if word is not None and not plain_word(word):
        raise FormProblem(Missing("word", GO_LIVE))
    return OnAir(url or values.get("url"), word, number)


def _link_and_number(head: list[str], example: str, moment: Moment) -> tuple[str | None, int | None]:
    url: str | None = None
    number: int | None = None
    for word in head:
        if url is None and is_link(word):
            url = link("url", word, moment)
        elif number is None and number_of(word) is not None:
            number = number_of(word)
        else:
            raise FormProblem(StrayWord(echo(word), example))
    return url, number


def read_move(rest: str, moment: Moment) -> Move:
    """`15m`, `20:30`, with the stream's `#3` before or behind.

    Raises:
        FormProblem: the first thing that is wrong.
    """
    parts = rest.split()
    if not parts:
        raise FormProblem(Missing("time", DELAY))
    number = None
    if len(parts) > 1 and (parts[0].startswith("#") or parts[-1].startswith("#")):
        name = parts.pop(0 if parts[0].startswith("#") else -1)
        number = number_of(name)
        if number is None:
            raise FormProblem(StrayWord(echo(name), DELAY))
    if len(parts) > 1:
        raise FormProblem(StrayWord(echo(parts[-1]), DELAY))
    if ":" in parts[0] or "-" in parts[0]:
        return Move(to=instant("time", parts[0], moment), number=number)
    return Move(by=duration(timedelta(minutes=1), POLICY.max_delay)("time", parts[0], moment), number=number)
