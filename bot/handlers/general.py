"""Private chats, `/start`, `/help`, `/undo`, and what no desk knows."""

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.content.buttons.all import UNDO
from bot.content.buttons.shops import SHOP
from bot.features.communities import Communities
from bot.features.shops.rooms import Rooms
from bot.flows.move_group import MoveGroup
from bot.flows.undo import Undo
from bot.handlers.kit.hello import Greeter
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.general import NotYourWords, StalePress
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Everything about communities as such."""
    desk = Desk("communities")
    desk.command("start", start)
    desk.command("help", hello)
    desk.command("undo", undo)
    desk.press(UNDO, undo)
    desk.press(SHOP, turn)
    return desk


async def start(_message: Message, ask: Ask, communities: Communities, greeter: Greeter) -> None:
    """`/start` in private opens the chat for answers; in a group it is `/help`."""
    if ask.private:
        reader = await communities.started(ask.sender, can_write=True)
        if ask.place is None and reader.place is not None:
            ask = ask.within(reader.place)
    await greeter.hello(ask)


async def hello(_message: TelegramObject, ask: Ask, greeter: Greeter) -> None:
    """What this person can do here."""
    await greeter.hello(ask)


async def turn(
    _press: CallbackQuery, ask: Ask, rest: str, communities: Communities, rooms: Rooms, greeter: Greeter, voice: Voice
) -> None:
    """Let the private chat mean another shop of the asker's."""
    shop = read_id(rest)
    place = await communities.place(shop) if shop is not None else None
    if place is None or not await rooms.is_theirs(place, ask.sender.user_id):
        await voice.answer(ask, StalePress())
        return
    await communities.turn_to(ask.sender.user_id, place)
    await greeter.hello(ask.within(place))


async def undo(
    _event: TelegramObject, ask: Ask, rest: str, doors: Doors, voice: Voice, undoing: Undo, communities: Communities
) -> None:
    """`/undo` takes back the asker's last act, the button the one that it stands under."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    audit_id = None
    if ask.press_id is not None:
        audit_id = read_id(rest)
        if audit_id is None:
            await voice.answer(inside, StalePress())
            return
    outcome = await undoing.undo(inside.act, audit_id)
    communities.forget()
    await voice.answer(inside, outcome)


async def something_else(message: Message, ask: Ask, move_group: MoveGroup, greeter: Greeter) -> None:
    """The last desk: a group that moves, an unknown command in private; small talk is left alone."""
    if message.migrate_to_chat_id is not None:
        await move_group.follow(message.chat.id, message.migrate_to_chat_id, ask.at)
    elif message.migrate_from_chat_id is not None:
        await move_group.follow(message.migrate_from_chat_id, message.chat.id, ask.at)
    elif ask.private and message.text is not None:
        await greeter.hello(ask)


async def borrowed(_message: Message, ask: Ask, voice: Voice) -> None:
    """In private: a command, word or answer that the asker didn't write."""
    await voice.answer(ask, NotYourWords())


async def stale_press(_event: TelegramObject, ask: Ask, voice: Voice) -> None:
    """A button that nobody answers to."""
    await voice.answer(ask, StalePress())
