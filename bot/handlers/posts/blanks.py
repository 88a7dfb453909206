"""`/blanks`: fills the blanks of starter posts, one question after another, in private."""

from dataclasses import dataclass

from aiogram.types import Message

from bot.content.buttons.blanks import BLANKS, KEEP, LEAVE
from bot.features.communities import Communities
from bot.features.posts.blanks import KIND, Blanks, Page
from bot.handlers.kit.domain import Core
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.numbers import read_number
from bot.rules.posts.blanks import BlankAsked, BlankPolicy, BlanksClosed, BlanksDoor, BlanksLeft
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

MOST_NUMBER = 2**31 - 1
"""The largest number that a post can have."""


@dataclass(frozen=True, slots=True)
class BlankServices:
    """What the handlers of blanks are given."""

    blanks: Blanks
    communities: Communities
    voice: Voice

    @classmethod
    def of(cls, core: Core) -> "BlankServices":
        """Made once for all handlers."""
        return cls(Blanks(core.db, core.policies[BlankPolicy]), core.communities, core.voice)


def setup() -> Desk:
    """Blanks."""
    desk = Desk("blanks")
    desk.command("blanks", blanks_command)
    desk.opening(BLANKS, opened)
    desk.press(BLANKS, pressed)
    desk.reply(KIND, typed)
    desk.cancel(KIND, cancelled)
    return desk


async def blanks_command(ask: Ask, rest: str, doors: Doors, filling: BlankServices) -> None:
    """`/blanks` lists the posts that wait for words, `/blanks 12` asks for those of one; in a group it leads there."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not inside.private:
        await filling.voice.answer(inside, BlanksDoor(inside.community.community_id))
        return
    await _open(inside, rest, filling)


async def opened(ask: Ask, rest: str, doors: Doors, greeter: Greeter, filling: BlankServices) -> None:
    """The link of the answer in the group: whoever opens it may have it from anybody."""
    await filling.communities.started(ask.sender, can_write=True, at=ask.at)
    shop = read_id(rest)
    place = await filling.communities.place(shop) if shop is not None else None
    if place is None:
        await greeter.greet(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is not None:
        await filling.communities.turn_to(ask.sender.user_id, place)
        await _open(inside, "", filling)


async def _open(inside: Ask, number: str, filling: BlankServices) -> None:
    """The list, or the first question of a post."""
    post = read_number(number.strip().removeprefix("#"), MOST_NUMBER)
    if post is None:
        await filling.voice.panel(inside, await filling.blanks.look(inside.act))
        return
    await _show(inside, await filling.blanks.begin(inside.act, post), filling)


async def pressed(ask: Ask, rest: str, doors: Doors, filling: BlankServices) -> None:
    """A button: `<shop>` the list, `<shop>:<post>` its first question, `<shop>:keep`, `<shop>:leave`."""
    shop_id, _, verb = rest.partition(":")
    shop = read_id(shop_id)
    place = await filling.communities.place(shop) if shop is not None else None
    if place is None or not ask.private:
        await filling.voice.answer(ask, BlanksClosed())
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    if verb == KEEP:
        await _show(inside, await filling.blanks.keep(inside.act, inside.panel_id), filling)
    elif verb == LEAVE:
        await filling.blanks.leave(inside.sender.user_id)
        filling.communities.forget_person(inside.sender.user_id)
        await filling.voice.panel(inside, BlanksLeft())
    else:
        await _open(inside, verb, filling)


async def typed(message: Message, ask: Ask, doors: Doors, filling: BlankServices) -> None:
    """What staff write while a blank is asked for goes into it."""
    walk = await filling.blanks.find(ask.sender.user_id)
    place = await filling.communities.place(walk.community_id) if walk is not None else None
    if place is None:
        filling.communities.forget_person(ask.sender.user_id)
        await filling.voice.answer(ask, BlanksClosed())
        return
    inside = await doors.staff(ask.within(place))
    if inside is not None:
        await _show(inside, await filling.blanks.answer(inside.act, message.text), filling)


async def cancelled(ask: Ask, filling: BlankServices) -> None:
    """`/cancel` gives the walk up."""
    left = await filling.blanks.leave(ask.sender.user_id)
    filling.communities.forget_person(ask.sender.user_id)
    await filling.voice.answer(ask, left or BlanksClosed())


async def _show(inside: Ask, page: Page, filling: BlankServices) -> None:
    """Show the question where it stood, or below what was written; one message shows the walk."""
    user_id = inside.sender.user_id
    if isinstance(page, BlanksClosed):
        filling.communities.forget_person(user_id)
        await filling.voice.answer(inside, page)
        return
    before = await filling.blanks.find(user_id)
    filling.communities.forget_person(user_id)
    shown = await filling.voice.panel(inside, page)
    if isinstance(page, BlankAsked):
        older = before.message_id if before is not None else None
        await filling.blanks.shown_in(user_id, shown)
        if older is not None and shown is not None and older != shown:
            await filling.voice.delete_panel(inside, older)
