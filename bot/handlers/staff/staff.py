"""`/staff`: who helps in the shop, and in which role. The buttons of the owner's notes of operators too."""

import asyncio
from dataclasses import replace
from typing import assert_never

from aiogram.types import Message

from bot.content.buttons.staff import ADD, REMOVE, STAFF, TAKE_BACK
from bot.handlers.kit.forms import echo
from bot.handlers.kit.naming import Line
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import FoundStaff
from bot.handlers.kit.table import Desk
from bot.handlers.kit.undone import tell_undone
from bot.handlers.staff.services import StaffServices
from bot.rules.act import Sender
from bot.rules.fans import Where
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed
from bot.rules.rights import GIVABLE, Role, TryAgain
from bot.rules.staff.roles import (
    EndOutcome,
    GiveOutcome,
    StaffHasRole,
    StaffIsAdmin,
    StaffNotHome,
    StaffWhichRole,
    read_role,
)
from bot.rules.staff.staff import (
    MOST_LISTED,
    LiftOutcome,
    StaffAnonymous,
    StaffHow,
    StaffIsOwner,
    StaffList,
    StaffNotDenied,
    StaffUnknown,
)
from bot.rules.words import reader_language
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

Nobody = StaffAnonymous | StaffUnknown | StaffHow | NameUnsure
Meant = Sender | Nobody
Refused = StaffIsAdmin | StaffIsOwner | StaffNotHome | StaffWhichRole | TryAgain
Changed = EndOutcome | GiveOutcome | LiftOutcome | Refused | Nobody
VERBS = frozenset({REMOVE, ADD, TAKE_BACK, *GIVABLE})
"""What a button can say."""


def setup() -> Desk:
    """The owner's command and buttons of staff."""
    desk = Desk("staff")
    desk.command("staff", manage_staff)
    desk.press(STAFF, pressed)
    return desk


async def manage_staff(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """`/staff` lists, `/staff add @name host` gives a role, `/staff remove @name` takes somebody off the staff.

    `/staff add @name` lifts a denial, else asks for the role. A reply, a mention and a pick name people too.
    """
    inside = await doors.owner(ask)
    if inside is None:
        return
    found = await staff.roles.staff_of(inside.community)
    if not isinstance(found, FoundStaff):
        await voice.answer(inside, TryAgain())
        return
    verb, _, said = rest.strip().partition(" ")
    if not verb:
        await voice.answer(inside, await _list(inside, found, staff))
    elif verb.lower() not in {REMOVE, ADD}:
        await voice.answer(inside, StaffHow())
    else:
        line = Line.of(message, said.strip())
        role, words = read_role(line.words) if verb.lower() == ADD else (None, line.words)
        who = await _named(message, replace(line, words=words), inside, found, staff, sure=role is not None)
        wish: Role | str = role if role is not None else verb.lower()
        await voice.answer(inside, await _changed(inside, wish, who, found, staff))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """`<shop>:<verb or role>:<person>`, `<shop>:undo:<act>`: the shop is the note's, not the chat's."""
    shop_id, _, said = rest.partition(":")
    verb, _, number = said.partition(":")
    shop, what = read_id(shop_id), read_id(number)
    place = await staff.communities.place(shop) if shop is not None else None
    if place is None or what is None or verb not in VERBS:
        await voice.answer(ask, StalePress())
        return
    inside = await doors.owner(ask.within(place))
    if inside is None:
        return
    if verb == TAKE_BACK:
        await tell_undone(inside, await staff.undoing.undo(inside.act, what), voice)
        whose = await staff.giving.whose(inside.community, what)
        if whose is not None:
            await _set_menu(inside, whose, staff)
        return
    found = await staff.roles.staff_of(inside.community)
    if not isinstance(found, FoundStaff):
        await voice.answer(inside, TryAgain())
        return
    who = next((one for one in found.administrators if one.user_id == what), None)
    if who is None and await staff.staffing.is_known_here(inside.community, what):
        who = await staff.staffing.person(what)
    wish = Role(verb) if verb in GIVABLE else verb
    await voice.answer(inside, await _changed(inside, wish, who or StaffUnknown(""), found, staff))


async def _list(inside: Ask, found: FoundStaff, staff: StaffServices) -> StaffList:
    """Who helps; whether people with a role are in the home group now is asked of Telegram."""
    place = inside.community
    given = (await staff.staffing.all_given(place))[:MOST_LISTED]
    where = await asyncio.gather(*(staff.roles.at_home(place, one.who.user_id) for one in given))
    here = [one in {Where.IN, Where.SILENT} for one in where]
    shown = await staff.staffing.listed(place, found.administrators, tuple(zip(given, here, strict=True)))
    return replace(shown, private=inside.private)


async def _changed(inside: Ask, wish: Role | str, who: Meant, found: FoundStaff, staff: StaffServices) -> Changed:
    """What came of a role, a removal, or a denial that is lifted; or why nobody was meant."""
    if not isinstance(who, Sender):
        return who
    if who.user_id == inside.community.owner_id:
        return StaffIsOwner()
    admin = who.user_id in found.staff.administrators
    if not admin and not await staff.staffing.is_known_here(inside.community, who.user_id):
        # Another shop may know them: their name isn't read from there.
        where = await staff.roles.at_home(inside.community, who.user_id)
        if where is not Where.IN:
            return TryAgain() if where is Where.SILENT else StaffNotHome("")
    if wish == REMOVE:
        outcome: Changed = await staff.giving.remove(inside.act, who, admin=admin)
    elif isinstance(wish, Role) and not admin:
        outcome = await _give(inside, wish, who, staff)
    elif wish is Role.HOST:
        return StaffIsAdmin(who.name)
    else:
        return await _lift(inside, who, staff, admin=admin)
    await _set_menu(inside, who.user_id, staff)
    return outcome


async def _give(inside: Ask, role: Role, who: Sender, staff: StaffServices) -> GiveOutcome | StaffNotHome | TryAgain:
    """Give a role to somebody who is in the home group now."""
    where = await staff.roles.at_home(inside.community, who.user_id)
    if where is Where.SILENT:
        return TryAgain()
    if where is not Where.IN:
        return StaffNotHome(who.name)
    return await staff.giving.give(inside.act, who, role)


async def _lift(
    inside: Ask, who: Sender, staff: StaffServices, *, admin: bool
) -> LiftOutcome | StaffHasRole | StaffWhichRole:
    """Lift a denial. Who isn't denied, and no administrator, needs a role: the owner is asked which."""
    outcome = await staff.staffing.lift(inside.act, who, admin=admin)
    if admin or not isinstance(outcome, StaffNotDenied):
        return outcome
    shop, role = inside.community.community_id, await staff.staffing.given(inside.community, who.user_id)
    if role is not None:
        return StaffHasRole(shop, who.user_id, who.name, role)
    return StaffWhichRole(shop, who.user_id, who.name)


async def _set_menu(inside: Ask, user_id: int, staff: StaffServices) -> None:
    """Let a person's menu in private show what their role can do, as far as they have opened the chat."""
    reader = await staff.communities.reader(user_id)
    if reader.can_write:
        language = reader_language(reader.language, None, inside.community.language)
        await staff.menus.for_helper(user_id, language, await staff.staffing.given(inside.community, user_id))


async def _named(
    message: Message, line: Line, inside: Ask, found: FoundStaff, staff: StaffServices, *, sure: bool
) -> Meant:
    """Whom the owner means: an administrator or somebody off the staff by name, else as staff name everybody.

    `sure`: they get a role, so a username is only taken from who holds it now.
    """
    said = line.words
    if line.mentioned is None and said:
        known = _administrator(said, found)
        if known is None and not (sure and said.startswith("@")):
            known = await staff.staffing.denied_as(inside.community, said) or await _helper(said, inside, staff)
        if known is not None:
            return known
    replied = message.reply_to_message
    if not said and replied is not None and replied.sender_chat is not None and not replied.forum_topic_created:
        return StaffAnonymous()
    whom = await staff.naming.whom(inside, message, line, said)
    if isinstance(whom, Named):
        return await staff.staffing.person(whom.user_id) or Sender(whom.user_id, whom.shown, None, None)
    return whom if isinstance(whom, NameUnsure) else _unknown(whom, _shown(line, replied))


async def _helper(said: str, inside: Ask, staff: StaffServices) -> Sender | None:
    """Who has a role and is called so. A username is looked up elsewhere, as it may have changed hands."""
    given = await staff.staffing.all_given(inside.community)
    by_name = [one.who for one in given if one.who.name.casefold() == said.casefold()]
    return by_name[0] if len(by_name) == 1 else None


def _unknown(whom: Unnamed | NotAPerson | NobodyCalled, shown: str) -> StaffUnknown | StaffHow:
    match whom:
        case Unnamed(said):
            return StaffUnknown(said) if said else StaffHow()
        case NobodyCalled(username):
            return StaffUnknown(username)
        case NotAPerson():
            return StaffUnknown(shown)
        case _:
            assert_never(whom)


def _shown(line: Line, replied: Message | None) -> str:
    """How a bot is called that was named by a mention or a reply."""
    user = line.mentioned or (replied.from_user if replied is not None else None)
    return echo(user.full_name) if user is not None else ""


def _administrator(said: str, found: FoundStaff) -> Sender | None:
    """An administrator by the username or name that Telegram says now."""
    wanted = said.removeprefix("@").casefold()
    by_name = [one for one in found.administrators if one.username == wanted]
    by_name = by_name or [one for one in found.administrators if one.name.casefold() == wanted]
    return by_name[0] if len(by_name) == 1 else None
