"""Heart goals: the staff's command, the heart on the live card, and reactions to it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram.types import MessageReactionCountUpdated, MessageReactionUpdated

from bot.content.buttons.shared import HEART
from bot.features.communities import Communities
from bot.features.hearts.goals import HeartGoals
from bot.features.hearts.hearts import Hearts, PostedMessage
from bot.handlers.kit.activities import Activity, moment_of
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.act import Act, Origin
from bot.rules.hearts.hearts import HEART as EMOJI
from bot.rules.hearts.hearts import HeartsRest
from bot.store.members import OutsideError
from bot.telegram.ask import Ask, room_of
from bot.telegram.replies import Voice
from bot.telegram.who_asks import sender_of


@dataclass(frozen=True, slots=True)
class HeartServices:
    """What handlers of hearts ask for."""

    goals: HeartGoals
    hearts: Hearts


EXAMPLE = '/hearts goals=100,500 gives="coupon:12,packet:500/20"'
CANCEL = "cancel"


def line(_name: str, text: str, _moment: Moment) -> str:
    """What stands there, to be read as a whole."""
    return echo(text) if len(text) > 1000 else text  # noqa: PLR2004  # longer than five prizes


HEARTS_FORM = Form({"goals": Field(line, needed=True), "gives": Field(line, needed=True)}, EXAMPLE)


def setup() -> Desk:
    """Commands, presses and reactions of heart goals."""
    desk = Desk("hearts")
    desk.command("hearts", goal)
    desk.press(HEART, heart, fast=True)
    desk.message_reaction.register(reaction)
    desk.message_reaction_count.register(counts)
    return desk


async def goal(ask: Ask, rest: str, doors: Doors, voice: Voice, hearts: HeartServices) -> None:
    """`/hearts` shows, `/hearts goals=… gives="…"` sets, `/hearts cancel` takes back."""
    inside = await doors.host(ask)
    if inside is None:
        return
    if not rest.strip():
        await voice.answer(inside, await hearts.goals.show(inside.community, ask.at))
        return
    if rest.strip().lower() == CANCEL:
        await voice.answer(inside, await hearts.goals.cancel(inside.act))
        return
    try:
        values = HEARTS_FORM.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    steps = hearts.goals.read(**values)
    if not isinstance(steps, tuple):
        await voice.answer(inside, steps)
        return
    await voice.answer(inside, await hearts.goals.make(inside.act, steps))


def activity(hearts: HeartServices) -> Activity:
    """A heart goal that the calendar sets."""

    def check(rest: str, moment: Moment) -> Any:
        try:
            steps = hearts.goals.read(**HEARTS_FORM.read(rest, moment))
        except FormProblem as problem:
            return problem.error
        return None if isinstance(steps, tuple) else steps

    async def open_it(act: Act, rest: str) -> Any:
        steps = hearts.goals.read(**HEARTS_FORM.read(rest, moment_of(act)))
        return await hearts.goals.make(act, steps) if isinstance(steps, tuple) else steps

    return Activity("hearts", check, open_it)


async def heart(ask: Ask, rest: str, doors: Doors, voice: Voice, hearts: HeartServices) -> None:
    """A tap on the heart. Its data may be forged: the goal must be this community's."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    goal_id = read_id(rest)
    if goal_id is None:
        await voice.answer(inside, HeartsRest())
        return
    await voice.answer(inside, await hearts.hearts.press(inside.act, goal_id))


async def reaction(
    event: MessageReactionUpdated, communities: Communities, hearts: HeartServices, received_at: datetime, cause: str
) -> None:
    """A heart was put on a message by somebody; one that is taken back takes nothing back."""
    person = event.user
    if person is None or person.is_bot or _hearts(event.old_reaction) or not _hearts(event.new_reaction):
        return
    group = await communities.group(event.chat.id)
    if group is not None:
        sender = sender_of(person, room_of(group, public=event.chat.username is not None))
        with contextlib.suppress(OutsideError):  # nobody can be answered here
            origin = Origin(group.id, event.message_id)
            act = Act(group.place, sender, received_at, cause, sender.user_id, origin=origin)
            await hearts.hearts.react(act, PostedMessage(event.chat.id, event.message_id))


async def counts(
    event: MessageReactionCountUpdated, communities: Communities, hearts: HeartServices, received_at: datetime
) -> None:
    """So many hearts are on a message of a channel, whose people Telegram doesn't name."""
    group = await communities.group(event.chat.id)
    count = sum(one.total_count for one in event.reactions if _hearts([one.type]))
    if group is not None and count:
        await hearts.hearts.count(group.place, PostedMessage(event.chat.id, event.message_id), count, received_at)


def _hearts(reactions: Sequence[Any]) -> bool:
    """Whether the heart is among them, in whichever form an app writes it."""
    return any((getattr(one, "emoji", None) or "").rstrip("\ufe0f") == EMOJI for one in reactions)
