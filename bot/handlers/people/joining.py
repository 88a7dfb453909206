"""People come and go: told by `chat_member` where the bot is an administrator, by service messages elsewhere."""

from datetime import datetime

from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message, User
from aiogram.types.chat_member_union import ChatMemberUnion

from bot.features.people.joining import Coming, Going, Link, Reach
from bot.flows.come_and_go import ComeAndGo
from bot.flows.presence import Belonging
from bot.handlers.kit.look_ups import look_up_person
from bot.handlers.kit.table import Desk
from bot.handlers.kit.whereabouts import is_in_any
from bot.handlers.people.services import PeopleServices
from bot.rules.fans import Where
from bot.rules.place import SPEAKING_FOR_OTHERS
from bot.rules.words import reader_language
from bot.store.places import Group
from bot.telegram.ask import Ask
from bot.telegram.who_asks import sender_of

INSIDE = {ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER}


def setup() -> Desk:
    """Comings and goings of people."""
    desk = Desk("joining")
    desk.chat_member.register(membership)
    desk.service("new_chat_members", came)
    desk.service("left_chat_member", left)
    return desk


async def membership(
    event: ChatMemberUpdated,
    bot: Bot,
    fans: PeopleServices,
    belonging: Belonging,
) -> None:
    """Someone's standing in a group changed: who is in, who is out, and who is banned at home matters here."""
    group = await fans.communities.group(event.chat.id)
    person = event.new_chat_member.user
    if group is None or event.chat.type == ChatType.CHANNEL or _nobody(person):
        return
    before, after = _inside(event.old_chat_member), _inside(event.new_chat_member)
    if event.chat.id == group.place.home_chat:
        if event.new_chat_member.status == ChatMemberStatus.KICKED:
            await belonging.ban(group.place, sender_of(person), event.date)
        elif event.old_chat_member.status == ChatMemberStatus.KICKED:
            await belonging.unban(group.place, person.id, event.date)
            fans.whereabouts.came(group.place, person.id)
    if after and not before:
        link = event.invite_link
        by = Link(link.invite_link, link.name) if link is not None else None
        await _come(fans, group, person, by, event.date)
    elif before and not after:
        await _go(bot, fans.come_and_go, group, person, event.date)


async def came(message: Message, ask: Ask, fans: PeopleServices) -> None:
    """The same, as every bot in a group is told; without the link."""
    if ask.group is not None:
        for person in message.new_chat_members or ():
            if not _nobody(person):
                await _come(fans, ask.group, person, None, ask.at)


async def left(message: Message, ask: Ask, bot: Bot, fans: PeopleServices, belonging: Belonging) -> None:
    """Someone left, as every bot in a group is told.

    Where the bot is no administrator nothing else tells of a ban: who was removed from home is asked about.
    """
    person, group = message.left_chat_member, ask.group
    if group is None or person is None or _nobody(person):
        return
    removed = message.from_user is not None and message.from_user.id != person.id
    home = group.place.home_chat
    if removed and not group.is_admin and ask.chat_id == home:
        where = await look_up_person(bot, ask.chat_id, person.id)
        if where is Where.BANNED:
            await belonging.ban(group.place, sender_of(person), ask.at)
    await _go(bot, fans.come_and_go, group, person, ask.at)


async def _come(fans: PeopleServices, group: Group, person: User, link: Link | None, at: datetime) -> None:
    known = await fans.communities.reader(person.id)
    language = reader_language(known.language, person.language_code, group.place.language)
    coming = Coming(group, sender_of(person), link, Reach(language, known.can_write), at)
    fans.whereabouts.came(group.place, person.id)
    if await fans.come_and_go.come(coming, fans.clock.now()):
        fans.communities.forget_person(person.id)


async def _go(bot: Bot, come_and_go: ComeAndGo, group: Group, person: User, at: datetime) -> None:
    """Who was in another group before the bot came was never seen to come there: Telegram is asked."""
    elsewhere = await is_in_any(bot, await come_and_go.others(group), person.id)
    await come_and_go.go(Going(group.place, group.chat_id, person.id, at, elsewhere=elsewhere))


def _inside(member: ChatMemberUnion) -> bool:
    """A restricted member is inside if it says so."""
    return member.status in INSIDE or bool(getattr(member, "is_member", False))


def _nobody(person: User) -> bool:
    return person.is_bot or person.id in SPEAKING_FOR_OTHERS
