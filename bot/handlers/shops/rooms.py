"""The bot's own membership of chats, what owners answer about rooms, and the home group's change of hands."""

from datetime import datetime

from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUnion, ChatMemberUpdated

from bot.content.buttons.shops import HOME, LEAVE_ROOM, NEW, NO, PART, WHOSE
from bot.features.communities import Communities
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.table import Desk
from bot.handlers.shops.arrivals import Arrivals, Coming
from bot.rules.general import StalePress
from bot.rules.numbers import read_number
from bot.rules.place import SPEAKING_FOR_OTHERS
from bot.rules.rights import TryAgain
from bot.rules.shops.arrivals import AskedOfOwner, RoomGone
from bot.store.places import Group
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice
from bot.telegram.who_asks import sender_of

PRESENT = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED}


def setup() -> Desk:
    """Everything about the chats that a shop is made of."""
    desk = Desk("rooms")
    desk.press(WHOSE, whose)
    desk.press(PART, part)
    desk.press(LEAVE_ROOM, leave)
    desk.press(HOME, home)
    desk.service("chat_owner_changed", changed_hands)
    desk.service("chat_owner_left", changed_hands)
    desk.my_chat_member.register(my_membership)
    return desk


async def my_membership(
    event: ChatMemberUpdated, communities: Communities, arrivals: Arrivals, received_at: datetime, cause: str
) -> None:
    """The bot was added, promoted, demoted or removed; or a person opened or blocked the private chat."""
    by, chat = sender_of(event.from_user), event.chat
    if chat.type == ChatType.PRIVATE:
        await communities.started(by, can_write=_inside(event.new_chat_member), at=received_at)
    elif _inside(event.new_chat_member):
        room = Coming(chat.id, chat.title or "", chat.type == ChatType.CHANNEL)
        adder = None if by.user_id in SPEAKING_FOR_OTHERS else by
        if _inside(event.old_chat_member):
            await arrivals.changed(room, adder, received_at, cause)
        else:
            await arrivals.added(room, adder, received_at, cause)
    else:
        await communities.leave(chat.id, received_at)


def _inside(member: ChatMemberUnion) -> bool:
    return member.status in PRESENT and getattr(member, "is_member", True)


async def whose(ask: Ask, rest: str, arrivals: Arrivals, communities: Communities, voice: Voice) -> None:
    """An owner says to which shop a chat belongs. Its data may be forged: every right is asked for again."""
    choice, _, chat = rest.partition(":")
    chat_id = read_chat(chat)
    if chat_id is None or (choice not in {NEW, NO} and read_id(choice) is None):
        await voice.answer(ask, StalePress())
        return
    outcome = await arrivals.decide(ask, choice, chat_id)
    if isinstance(outcome, AskedOfOwner | TryAgain):
        await voice.answer(ask, outcome)
        return
    group = await communities.group(chat_id)
    await voice.panel(ask.within(group.place) if group is not None else ask, outcome)


async def part(
    ask: Ask,
    rest: str,
    doors: Doors,
    arrivals: Arrivals,
    communities: Communities,
    voice: Voice,
) -> None:
    """The owner makes a group a shop of its own; it belongs to the group's creator."""
    found = await _owned(ask, rest, doors, communities, voice)
    if found is None:
        return
    group, inside = found
    founded = await arrivals.part(inside, group.chat_id)
    if founded is None:
        await voice.answer(inside, StalePress())
        return
    await voice.panel(inside, founded)


async def leave(
    ask: Ask,
    rest: str,
    doors: Doors,
    arrivals: Arrivals,
    communities: Communities,
    voice: Voice,
) -> None:
    """The owner takes a room out of the shop: the bot leaves it."""
    found = await _owned(ask, rest, doors, communities, voice)
    if found is None:
        return
    group, inside = found
    left = await arrivals.take_out(inside, group.chat_id)
    if left is None:
        await voice.answer(inside, StalePress())
        return
    await voice.panel(inside, left)


async def home(ask: Ask, rest: str, roles: Roles, communities: Communities, voice: Voice) -> None:
    """The last owner makes one of their rooms home, as the home group is gone or has no creator any more."""
    group = await _room(rest, communities)
    if group is None or not ask.private:
        await voice.answer(ask, RoomGone())
        return
    inside = ask.within(group.place)
    outcome = await roles.move_home(inside, group.chat_id)
    if isinstance(outcome, TryAgain):
        await voice.answer(inside, outcome)
    else:
        await voice.panel(inside, outcome)


async def changed_hands(ask: Ask, roles: Roles) -> None:
    """Telegram tells that a group has a new creator, or lost it: in the home group that is the shop's owner."""
    if ask.group is not None and ask.chat_id == ask.group.place.home_chat:
        await roles.follow_owner(ask.group.place, ask.at)


async def _owned(ask: Ask, rest: str, doors: Doors, communities: Communities, voice: Voice) -> tuple[Group, Ask] | None:
    """The room that a press is about, and the ask inside its shop, if that is the asker's."""
    group = await _room(rest, communities)
    if group is None:
        await voice.answer(ask, RoomGone())
        return None
    inside = await doors.owner(ask.within(group.place))
    return (group, inside) if inside is not None else None


async def _room(text: str, communities: Communities) -> Group | None:
    chat_id = read_chat(text)
    return await communities.group(chat_id) if chat_id is not None else None


def read_chat(text: str) -> int | None:
    """A group's or channel's id out of callback data, or None if it can't be one."""
    number = read_number(text[1:]) if text.startswith("-") else None
    return -number if number else None
