"""Private chats, `/start`, `/help`, `/undo`, and what no desk knows."""

from collections.abc import Mapping
from dataclasses import replace

from aiogram.types import Chat, Message

from bot.content.buttons.general import SHOP
from bot.content.buttons.shared import OTHER_HOUR, UNDO
from bot.features.communities import Communities
from bot.flows.move_group import MoveGroup
from bot.flows.undo import StaysError, Undo
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.handler import Handler
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.kit.undone import tell_undone
from bot.rules.forms import HourStays
from bot.rules.general import NotYourWords, StalePress
from bot.rules.menus import HOSTS
from bot.rules.rights import NotForHosts
from bot.telegram.ask import Ask
from bot.telegram.incoming import Incoming, text_in, whole_in
from bot.telegram.replies import Voice

SAID_AGAIN = "/again"
"""Stands behind the cause of a press for the second of its two acts."""


def setup() -> Desk:
    """Everything about communities as such."""
    desk = Desk("communities")
    desk.command("start", start)
    desk.command("help", hello)
    desk.command("undo", undo)
    desk.press(UNDO, undo)
    desk.press(OTHER_HOUR, take_other_hour)
    desk.press(SHOP, turn_to_shop)
    return desk


async def start(ask: Ask, greeter: Greeter) -> None:
    """`/start` greets; in private it opens the chat for answers."""
    await greeter.start(ask)


async def hello(ask: Ask, greeter: Greeter) -> None:
    """`/help`: all that this person can do here."""
    await greeter.hello(ask)


async def turn_to_shop(ask: Ask, rest: str, communities: Communities, greeter: Greeter, voice: Voice) -> None:
    """Let the private chat mean another shop of the asker's."""
    shop = read_id(rest)
    place = await communities.place(shop) if shop is not None else None
    if place is None or not await greeter.turn_to(ask, place):
        await voice.answer(ask, StalePress())


async def undo(ask: Ask, rest: str, doors: Doors, voice: Voice, undoing: Undo) -> None:
    """`/undo` takes back the asker's last act, the button the one that it stands under."""
    inside = await doors.host(ask)
    if inside is None:
        return
    audit_id = None
    if ask.press_id is not None:
        audit_id = read_id(rest)
        if audit_id is None:
            await voice.answer(inside, StalePress())
            return
    await tell_undone(inside, await undoing.undo(inside.act, audit_id), voice)


async def take_other_hour(
    update: Incoming, commands: Mapping[str, Handler], doors: Doors, voice: Voice, undoing: Undo
) -> None:
    """Say an act's command again with the other hour that it may have meant, and take the act back; both or neither."""
    ask = update.ask
    inside, audit_id = await doors.host(ask), read_id(update.rest)
    if inside is None:
        return
    line = await undoing.or_said(inside.community, audit_id) if audit_id is not None else None
    if audit_id is None or line is None:
        await voice.answer(inside, StalePress())
        return
    again = replace(ask, cause=f"{ask.cause}{SAID_AGAIN}")
    name, _, said = line.partition(" ")
    if name not in HOSTS and not inside.act.sees_money:
        await voice.answer(inside, NotForHosts())
        return
    chat = Chat(id=ask.chat_id, type="private" if ask.private else "supergroup")
    message = Message(message_id=0, date=ask.at, chat=chat, text=f"/{line}")
    try:
        async with undoing.in_place_of(inside.act, audit_id, again.cause):
            await commands[name].call(update.again(again, said, message))
    except StaysError as stays:
        await voice.answer(inside, stays.outcome)
        return
    if not await undoing.was_done(inside.community, again.cause):
        await voice.answer(inside, HourStays())
    elif (undone := await undoing.undone_by(inside.community, ask.cause)) is not None:
        await voice.taken_back(inside, undone, quietly=True)


async def something_else(update: Incoming, ask: Ask, move_group: MoveGroup, greeter: Greeter) -> None:
    """The last desk: a group that moves, an unknown command in private; small talk is left alone."""
    message = update.raw
    if (new_id := whole_in(message, "migrate_to_chat_id")) is not None:
        await move_group.follow(ask.chat_id, new_id, ask.at)
    elif (old_id := whole_in(message, "migrate_from_chat_id")) is not None:
        await move_group.follow(old_id, ask.chat_id, ask.at)
    elif (text := text_in(message, "text")) is not None:
        if not await greeter.offer_nearest(ask, text) and ask.private:
            await greeter.greet(ask)
    elif message.get("document") is not None and ask.private:
        await greeter.ask_what_for(ask)


async def borrowed(ask: Ask, voice: Voice) -> None:
    """In private: a command, word or answer that the asker didn't write."""
    await voice.answer(ask, NotYourWords())


async def stale_press(ask: Ask, voice: Voice) -> None:
    """A button that nobody answers to."""
    await voice.answer(ask, StalePress())
