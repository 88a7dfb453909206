"""`/staff`: who helps in the shop, and whom the owner denies it. The buttons of the owner's notes of operators too."""

from typing import assert_never

from aiogram.types import CallbackQuery, Message

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
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed
from bot.rules.rights import TryAgain
from bot.rules.staff.staff import DenyOutcome, LiftOutcome, StaffAnonymous, StaffHow, StaffUnknown
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

Nobody = StaffAnonymous | StaffUnknown | StaffHow | NameUnsure
Meant = Sender | Nobody
Changed = DenyOutcome | LiftOutcome | Nobody


def setup() -> Desk:
    """The owner's command and buttons of staff."""
    desk = Desk("staff")
    desk.command("staff", manage_staff)
    desk.press(STAFF, pressed)
    return desk


async def manage_staff(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """`/staff` lists, `/staff remove @name` denies a person, `/staff add @name` lifts it; a reply names them too."""
    inside = await doors.owner(ask)
    if inside is None:
        return
    found = await staff.roles.staff_of(inside.community)
    if not isinstance(found, FoundStaff):
        await voice.answer(inside, TryAgain())
        return
    verb, _, said = rest.strip().partition(" ")
    if not verb:
        await voice.answer(inside, await staff.staffing.listed(inside.community, found.administrators))
    elif verb.lower() not in {REMOVE, ADD}:
        await voice.answer(inside, StaffHow())
    else:
        who = await _named(message, said.strip(), inside, found, staff)
        await voice.answer(inside, await _changed(inside, verb.lower(), who, found, staff))


async def pressed(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """`<shop>:remove:<person>`, `<shop>:add:<person>`, `<shop>:undo:<act>`: the shop is the note's, not the chat's."""
    shop_id, _, said = rest.partition(":")
    verb, _, number = said.partition(":")
    shop, what = read_id(shop_id), read_id(number)
    place = await staff.communities.place(shop) if shop is not None else None
    if place is None or what is None or verb not in {REMOVE, ADD, TAKE_BACK}:
        await voice.answer(ask, StalePress())
        return
    inside = await doors.owner(ask.within(place))
    if inside is None:
        return
    if verb == TAKE_BACK:
        await tell_undone(inside, await staff.undoing.undo(inside.act, what), voice)
        return
    found = await staff.roles.staff_of(inside.community)
    if not isinstance(found, FoundStaff):
        await voice.answer(inside, TryAgain())
        return
    who = next((one for one in found.administrators if one.user_id == what), None)
    who = who or await staff.staffing.person(what)
    await voice.answer(inside, await _changed(inside, verb, who or StaffUnknown(""), found, staff))


async def _changed(inside: Ask, verb: str, who: Meant, found: FoundStaff, staff: StaffServices) -> Changed:
    """What came of denying a person, or of lifting their denial; or why nobody was meant."""
    if not isinstance(who, Sender):
        return who
    admin = who.user_id in found.staff.administrators
    if verb == REMOVE:
        return await staff.staffing.deny(inside.act, who, admin=admin)
    return await staff.staffing.lift(inside.act, who, admin=admin)


async def _named(message: Message, said: str, inside: Ask, found: FoundStaff, staff: StaffServices) -> Meant:
    """Whom the owner means: an administrator or a denied person by name, else as staff name everybody."""
    line = Line.of(message, said)
    if line.mentioned is None and said:
        known = _administrator(said, found) or await staff.staffing.denied_as(inside.community, said)
        if known is not None:
            return known
    replied = message.reply_to_message
    if not said and replied is not None and replied.sender_chat is not None and not replied.forum_topic_created:
        return StaffAnonymous()
    whom = await staff.naming.whom(inside, message, line, line.words)
    if isinstance(whom, Named):
        return await staff.staffing.person(whom.user_id) or Sender(whom.user_id, whom.shown, None, None)
    return whom if isinstance(whom, NameUnsure) else _unknown(whom, _shown(line, replied))


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
