"""`/fans` and `/fan`: lists of fans, and one fan, with their buttons."""

from aiogram.types import Message

from bot.content.buttons.fans import ADD, DELETE, LIST, NEXT, NOTE, NOTES, OF_TAG, OPEN, PICK, REMOVE, TAGS, WRITE
from bot.content.buttons.fans import LEAVE as LEAVE_ASK
from bot.content.buttons.shared import FANS
from bot.features.members.lists import Whom
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.naming import Line
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.members import care
from bot.handlers.members.services import FanServices
from bot.handlers.members.showing import member_of, show, show_fan
from bot.rules.members.lists import FansClosed, Meant
from bot.rules.members.written import split_note
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

LONGEST_NAME = 64


def setup() -> Desk:
    """Lists of fans, one fan, and all their buttons."""
    desk = Desk("fans")
    desk.command("fans", list_fans)
    desk.command("fan", show_one)
    desk.opening(FANS, opened)
    desk.press(FANS, pressed)
    return desk


async def list_fans(ask: Ask, rest: str, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """`/fans` offers lists, `/fans tier>=loyal` shows the fans of a segment."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest.strip():
        await show(inside, voice, await fan_care.lists.home(inside.community, inside.at))
    else:
        await show(inside, voice, await fan_care.lists.write_list(inside.community, rest, inside.at))


async def show_one(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """`/fan @name`, also by reply, by a mention or by a part of the name; `note=…` writes a note."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    line = Line.of(message, rest)
    said, note = split_note(line.words)
    whom = await fan_care.naming.whom(inside, message, line, said)
    found = await member_of(inside, whom, fan_care)
    if isinstance(found, str):
        listed = await fan_care.lists.called(inside.community, Whom(Meant.SHOW, found[:LONGEST_NAME]), inside.at)
        if listed.found and len(listed.fans) == 1 and note is None and not found.startswith("@"):
            await show_fan(inside, voice, fan_care, listed.fans[0].member_id)
        else:
            await show(inside, voice, listed)
    elif not isinstance(found, int):
        await show(inside, voice, found)
    elif note is not None:
        await care.write_note(inside, voice, fan_care, found, note)
    else:
        await show_fan(inside, voice, fan_care, found)


async def opened(ask: Ask, rest: str, doors: Doors, greeter: Greeter, voice: Voice, fan_care: FanServices) -> None:
    """The link of an answer in a group: whoever opens it may have it from anybody."""
    await fan_care.communities.started(ask.sender, can_write=True, at=ask.at)
    shop_id, _, member = rest.partition("_")
    shop = read_id(shop_id)
    place = await fan_care.communities.place(shop) if shop is not None else None
    if place is None:
        await greeter.hello(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    await fan_care.communities.turn_to(ask.sender.user_id, place)
    member_id = read_id(member)
    if member_id is None:
        await show(inside, voice, await fan_care.lists.home(place, inside.at))
    else:
        await show_fan(inside, voice, fan_care, member_id)


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """`<shop>:<verb>:…`: the shop is the list's, whatever the private chat means now. The rights are asked afresh."""
    shop_id, *said = rest.split(":")
    shop = read_id(shop_id)
    place = await fan_care.communities.place(shop) if shop is not None else None
    inside = await doors.staff(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    if place is None:
        await voice.panel(inside, FansClosed())
    elif not said:
        await show(inside, voice, await fan_care.lists.home(place, inside.at))
    elif said[0] in {LIST, OF_TAG}:
        await _list(inside, said, voice, fan_care)
    elif said[0] == PICK:
        await care.picked(inside, said[1:], voice, fan_care)
    else:
        await _of_fan(inside, said, voice, fan_care)


async def _list(inside: Ask, said: list[str], voice: Voice, fan_care: FanServices) -> None:
    place, at = inside.community, inside.at
    match said:
        case [verb, which, *more] if verb == LIST and len(more) <= 1:
            await show(inside, voice, await fan_care.lists.page(place, which, "".join(more), at) or FansClosed())
        case [verb, tag] if verb == OF_TAG:
            await show(inside, voice, await fan_care.lists.write_list(place, f"tag={tag}", at))
        case _:
            await show(inside, voice, FansClosed())


async def _of_fan(inside: Ask, said: list[str], voice: Voice, fan_care: FanServices) -> None:
    """What a button of one fan says: the verb, the fan, and what else stands there."""
    verb, member, value = (*said, "", "")[:3]
    member_id = read_id(member)
    place = inside.community
    if member_id is None:
        await show(inside, voice, FansClosed())
    elif verb == OPEN:
        await show_fan(inside, voice, fan_care, member_id, value or None)
    elif verb == NEXT:
        await _next(inside, voice, fan_care, member_id, value)
    elif verb == TAGS:
        await show(inside, voice, await fan_care.tagging.page(place, member_id) or FansClosed(), member_id)
    elif verb == NOTES:
        await show(inside, voice, await fan_care.noting.page(place, member_id) or FansClosed(), member_id)
    elif verb == NOTE:
        note = await fan_care.noting.one(place, member_id, read_id(value) or 0)
        await show(inside, voice, note or FansClosed(), member_id)
    else:
        await _change(inside, (verb, value), member_id, voice, fan_care)


async def _next(inside: Ask, voice: Voice, fan_care: FanServices, member_id: int, which: str) -> None:
    """The fan after this one; after the last one the list from its beginning."""
    following = await fan_care.lists.next_of(inside.community, which, member_id, inside.at)
    if following is not None:
        await show_fan(inside, voice, fan_care, following, which)
    else:
        await show(inside, voice, await fan_care.lists.page(inside.community, which, "", inside.at) or FansClosed())


async def _change(inside: Ask, said: tuple[str, str], member_id: int, voice: Voice, fan_care: FanServices) -> None:
    """A button that changes something of a fan, or asks for something."""
    verb, value = said
    if verb in {ADD, REMOVE}:
        await care.tap_tag(inside, voice, fan_care, member_id, value if verb == ADD else f"-{value}")
    elif verb == DELETE:
        note_id = read_id(value)
        gone = await fan_care.noting.remove(inside.act, member_id, note_id) if note_id is not None else FansClosed()
        await show(inside, voice, gone, member_id)
    elif verb == WRITE:
        await care.ask(inside, voice, fan_care, member_id, value)
    elif verb == LEAVE_ASK:
        await care.leave(inside, fan_care)
        await show_fan(inside, voice, fan_care, member_id)
    else:
        await show(inside, voice, FansClosed())
