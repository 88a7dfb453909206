"""Coming to groups and leaving them, private chats, `/setup`, `/undo`."""

from datetime import datetime

from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message, TelegramObject

from bot.asking import Ask
from bot.content import Words
from bot.content.buttons import UNDO
from bot.features.communities import Communities
from bot.flows import undo as undoing
from bot.flows.moving import follow
from bot.handlers.arrivals import adopt
from bot.handlers.coupons import read_id
from bot.handlers.forms import Field, Form, FormProblem, Moment, one_of, timezone, words
from bot.handlers.rights import Doors, role_of
from bot.handlers.table import Desk
from bot.middleware import sender_of
from bot.rules.communities import (
    ForOwnerOnly,
    Hello,
    NoCommunityYet,
    Role,
    Setup,
    SetupPolicy,
    SetupShown,
    StalePress,
)
from bot.rules.words import Language
from bot.store.db import Database
from bot.voice import Voice

POLICY = SetupPolicy()
SETUP = '/setup timezone=Asia/Seoul shop="Mina Silk"'
SETUP_FORM = Form(
    {
        "language": Field(one_of({language.value: language for language in Language})),
        "timezone": Field(timezone),
        "shop": Field(words(POLICY.max_shop, SETUP)),
        "persona": Field(words(POLICY.max_persona, SETUP)),
        "coin": Field(words(POLICY.max_coin, SETUP)),
    },
    SETUP,
)
PRESENT = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED}


def setup() -> Desk:
    """Everything about communities as such."""
    desk = Desk("communities")
    desk.command("start", start)
    desk.command("help", hello)
    desk.command("setup", set_up)
    desk.command("undo", undo)
    desk.press(UNDO, undo)
    desk.my_chat_member.register(my_membership)
    return desk


async def my_membership(
    event: ChatMemberUpdated, bot: Bot, communities: Communities, words: Words, received_at: datetime
) -> None:
    """The bot was added, promoted, demoted or removed; or a person opened or blocked the private chat."""
    present = event.new_chat_member.status in PRESENT
    if event.chat.type == ChatType.PRIVATE:
        await communities.started(sender_of(event.from_user), can_write=present)
    elif event.chat.type == ChatType.CHANNEL:
        return
    elif present:
        title = event.chat.title or ""
        await adopt(bot, communities, words, event.chat.id, title, sender_of(event.from_user), received_at)
    else:
        await communities.leave(event.chat.id, received_at)


async def start(_message: Message, ask: Ask, bot: Bot, communities: Communities, voice: Voice) -> None:
    """`/start` in private opens the chat for answers; in a group it is `/help`."""
    if ask.private:
        reader = await communities.started(ask.sender, can_write=True)
        if ask.place is None and reader.place is not None:
            ask = ask.within(reader.place)
    await hello(_message, ask, bot, communities, voice)


async def hello(_message: TelegramObject, ask: Ask, bot: Bot, communities: Communities, voice: Voice) -> None:
    """What this person can do here."""
    if ask.place is None:
        await voice.answer(ask, NoCommunityYet())
        return
    staff = await role_of(ask, ask.place, bot, communities) is not Role.FAN
    await voice.answer(ask, Hello(ask.place.shop, ask.sender.name, staff))


async def set_up(
    _message: Message, ask: Ask, rest: str, bot: Bot, doors: Doors, voice: Voice, communities: Communities
) -> None:
    """`/setup …` changes the shop's settings, by its owner; alone it shows them."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest:
        place = inside.home
        shown = SetupShown(place.shop, place.language, inside.home.timezone, place.persona, place.coin)
        await voice.answer(inside, shown)
        return
    if not ask.anonymous_admin and await role_of(ask, inside.home, bot, communities) is not Role.OWNER:
        await voice.answer(inside, ForOwnerOnly())
        return
    try:
        wish = Setup(**SETUP_FORM.read(rest, Moment(ask.at, inside.home.timezone)))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    done = await communities.set_up(inside.home, ask.actor_id, wish, ask.at, ask.cause)
    await voice.answer(inside, done)


async def undo(
    _event: TelegramObject, ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database, communities: Communities
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
    outcome = await undoing.undo(db, inside.home, ask.actor_id, ask.at, ask.cause, audit_id)
    communities.forget()
    await voice.answer(inside, outcome)


async def something_else(
    message: Message, ask: Ask, bot: Bot, communities: Communities, voice: Voice, db: Database
) -> None:
    """The last desk: a group that moves, an unknown command in private; small talk is left alone."""
    if message.migrate_to_chat_id is not None:
        await follow(db, communities, message.chat.id, message.migrate_to_chat_id, ask.at)
    elif message.migrate_from_chat_id is not None:
        await follow(db, communities, message.migrate_from_chat_id, message.chat.id, ask.at)
    elif ask.private and message.text is not None:
        await hello(message, ask, bot, communities, voice)


async def stale_press(_event: TelegramObject, ask: Ask, voice: Voice) -> None:
    """A button that nobody answers to."""
    await voice.answer(ask, StalePress())
