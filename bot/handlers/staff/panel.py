"""`/admin`: a panel in private chat in which everything that staff can do is done by buttons."""

from aiogram.types import Message

from bot.content.buttons.panel import (
    BEGIN,
    CLEAR,
    DO,
    ENDED,
    ENDED_THING,
    GO,
    LATELY,
    LEAVE,
    OTHERS,
    SECTION,
    SET,
    TAKE_BACK,
    THING,
)
from bot.content.buttons.shared import ADMIN
from bot.features.staff.drafts import KIND, Draft
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.staff.panel_form import PanelForm
from bot.handlers.staff.panel_pages import PanelPages
from bot.handlers.staff.services import StaffServices
from bot.rules.staff.panel import AdminDoor
from bot.telegram.ask import Ask
from bot.telegram.incoming import Incoming
from bot.telegram.replies import Voice

PAGES = frozenset({SECTION, THING, OTHERS, ENDED, ENDED_THING, LATELY, TAKE_BACK})
"""What buttons say that show a page."""


def setup() -> Desk:
    """The panel."""
    desk = Desk("admin")
    desk.command("admin", admin)
    desk.opening(ADMIN, opened)
    desk.press(ADMIN, pressed)
    desk.reply(KIND, typed)
    desk.cancel(KIND, cancelled)
    return desk


async def admin(ask: Ask, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """In private the panel opens; in a group a whisper leads there."""
    inside = await doors.host(ask)
    if inside is None:
        return
    if inside.private:
        await staff.form.open(inside)
    else:
        await voice.answer(inside, AdminDoor(inside.community.community_id))


async def opened(ask: Ask, rest: str, doors: Doors, greeter: Greeter, staff: StaffServices) -> None:
    """The link of the whisper: whoever opens it may have it from anybody."""
    await staff.communities.started(ask.sender, can_write=True, at=ask.at)
    shop = read_id(rest)
    place = await staff.communities.place(shop) if shop is not None else None
    if place is None:
        await greeter.greet(ask)
        return
    inside = await doors.host(ask.within(place))
    if inside is not None:
        await staff.communities.turn_to(ask.sender.user_id, place)
        await staff.form.open(inside)


async def pressed(update: Incoming, ask: Ask, rest: str, doors: Doors, staff: StaffServices) -> None:
    """A button of the panel: `<shop>:<verb>:…`, alone it opens it. The rights are asked afresh."""
    shop_id, _, said = rest.partition(":")
    shop = read_id(shop_id)
    place = await staff.communities.place(shop) if shop is not None else ask.place
    if not ask.private or place is None or (shop_id and shop is None):
        await staff.form.closed(ask)
        return
    inside = await doors.host(ask.within(place))
    if inside is None:
        return
    verb, _, value = said.partition(":")
    if not verb:
        await (staff.pages.home(inside) if rest else staff.form.open(inside))
    elif verb in PAGES:
        await _show_page(inside, verb, value, staff.pages)
    elif verb == BEGIN:
        name, _, number = value.partition(":")
        await staff.form.begin(inside, name, read_id(number), update)
    else:
        draft = await staff.drafts.find(inside.sender.user_id, inside.panel_id)
        if draft is None or draft.community_id != place.community_id:
            await staff.form.closed(inside)
            return
        await _change_form(inside, draft, (verb, value), staff.form, update)


async def _show_page(inside: Ask, verb: str, value: str, pages: PanelPages) -> None:
    """Show the page that a button names: `<section>`, or `<section>:<number>`."""
    section, _, said = value.partition(":")
    number = read_id(said)
    match verb:
        case _ if verb == SECTION:
            await pages.section(inside, section)
        case _ if verb == THING:
            await pages.thing(inside, section, number)
        case _ if verb == OTHERS and said:
            await pages.thing(inside, section, number, second=True)
        case _ if verb == OTHERS:
            await pages.section(inside, section, second=True)
        case _ if verb == ENDED:
            await pages.ended(inside, section, number or 0)
        case _ if verb == ENDED_THING:
            await pages.ended_thing(inside, section, number)
        case _ if verb == TAKE_BACK:
            await pages.take_back(inside, read_id(section))
        case _:
            await pages.lately(inside)


async def _change_form(inside: Ask, draft: Draft, said: tuple[str, str], form: PanelForm, update: Incoming) -> None:
    """Do what a button of an open form says: (verb, value)."""
    verb, value = said
    match verb:
        case _ if verb == SET:
            blank, _, answer = value.partition(":")
            await form.answer(inside, draft, blank, answer, update)
        case _ if verb == CLEAR:
            await form.clear(inside, draft, value)
        case _ if verb == GO:
            await form.go_to(inside, draft, value)
        case _ if verb == DO:
            await form.do(inside, draft, update)
        case _ if verb == LEAVE:
            await form.leave(inside)
        case _:
            await form.closed(inside)


async def typed(update: Incoming, message: Message, ask: Ask, doors: Doors, staff: StaffServices) -> None:
    """What staff write while a question is open answers it."""
    draft = await staff.drafts.find(ask.sender.user_id)
    place = await staff.communities.place(draft.community_id) if draft is not None else None
    if draft is None or place is None:
        staff.communities.forget_person(ask.sender.user_id)
        await staff.form.closed(ask)
        return
    inside = await doors.host(ask.within(place))
    if inside is None:
        return
    if message.media_group_id is not None and message.document is not None:
        await staff.file_talk.remember(inside, message)
        if not staff.form.asks_for_file(draft):
            return  # the rest of an album whose first file was the answer: all of them are handed in together
    await staff.form.typed(inside, draft, message, update)


async def cancelled(ask: Ask, staff: StaffServices) -> None:
    """`/cancel` gives up what is half-filled."""
    await staff.form.leave(ask)
