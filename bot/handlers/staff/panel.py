"""`/admin`: a panel in private chat in which everything that staff can do is done by buttons."""

from typing import Any

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.content.buttons.panel import ADMIN, BEGIN, CLEAR, DO, GO, LATELY, LEAVE, SECTION, SET, THING
from bot.features.communities import Communities
from bot.features.staff.drafts import KIND, Draft, Drafts
from bot.handlers.kit.hello import Greeter
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.staff.panel_pages import AdminPanel
from bot.rules.staff.panel import AdminDoor
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The panel."""
    desk = Desk("admin")
    desk.command("admin", admin)
    desk.opening(ADMIN, opened)
    desk.press(ADMIN, pressed)
    desk.reply(KIND, typed)
    desk.cancelling(KIND, cancel)
    return desk


async def admin(_message: Message, ask: Ask, doors: Doors, voice: Voice, admin_panel: AdminPanel) -> None:
    """In private the panel opens; in a group a whisper leads there."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if inside.private:
        await admin_panel.open(inside)
    else:
        await voice.answer(inside, AdminDoor(inside.community.community_id))


async def cancel(_event: TelegramObject, ask: Ask, admin_panel: AdminPanel) -> None:
    """`/cancel` gives up what is half-filled."""
    await admin_panel.leave(ask)


async def opened(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    communities: Communities,
    greeter: Greeter,
    admin_panel: AdminPanel,
) -> None:
    """The link of the whisper: whoever opens it may have it from anybody."""
    await communities.started(ask.sender, can_write=True)
    shop = read_id(rest)
    place = await communities.place(shop) if shop is not None else None
    if place is None:
        await greeter.hello(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is not None:
        await communities.turn_to(ask.sender.user_id, place)
        await admin_panel.open(inside)


async def pressed(
    _press: CallbackQuery,
    ask: Ask,
    rest: str,
    doors: Doors,
    communities: Communities,
    drafts: Drafts,
    admin_panel: AdminPanel,
    **data: Any,
) -> None:
    """A button of the panel: `<shop>:<verb>:…`, alone it opens it. The rights are asked afresh."""
    shop_id, _, said = rest.partition(":")
    shop = read_id(shop_id)
    place = await communities.place(shop) if shop is not None else ask.place
    if not ask.private or place is None or (shop_id and shop is None):
        await admin_panel.closed(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    verb, _, value = said.partition(":")
    everything = {**data, "doors": doors, "communities": communities}
    match verb:
        case "":
            await (admin_panel.home(inside) if rest else admin_panel.open(inside))
        case _ if verb == SECTION:
            await admin_panel.section(inside, value)
        case _ if verb == THING:
            section, _, number = value.partition(":")
            await admin_panel.thing(inside, section, read_id(number))
        case _ if verb == LATELY:
            await admin_panel.lately(inside)
        case _ if verb == BEGIN:
            name, _, number = value.partition(":")
            await admin_panel.begin(inside, name, read_id(number), everything)
        case _:
            draft = await drafts.find(inside.sender.user_id, inside.panel_id)
            if draft is None or draft.community_id != place.community_id:
                await admin_panel.closed(inside)
                return
            await _turn(inside, draft, verb, value, admin_panel, everything)


async def _turn(inside: Ask, draft: Draft, verb: str, value: str, panel: AdminPanel, data: dict[str, Any]) -> None:
    match verb:
        case _ if verb == SET:
            blank, _, answer = value.partition(":")
            await panel.answer(inside, draft, blank, answer, data)
        case _ if verb == CLEAR:
            await panel.clear(inside, draft, value)
        case _ if verb == GO:
            await panel.turn(inside, draft, value)
        case _ if verb == DO:
            await panel.do(inside, draft, data)
        case _ if verb == LEAVE:
            await panel.leave(inside)
        case _:
            await panel.closed(inside)


async def typed(
    message: Message,
    ask: Ask,
    doors: Doors,
    communities: Communities,
    drafts: Drafts,
    admin_panel: AdminPanel,
    **data: Any,
) -> None:
    """What staff write while a question is open answers it."""
    draft = await drafts.find(ask.sender.user_id)
    place = await communities.place(draft.community_id) if draft is not None else None
    if draft is None or place is None:
        communities.forget_person(ask.sender.user_id)
        await admin_panel.closed(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is not None:
        everything = {**data, "doors": doors, "communities": communities}
        await admin_panel.typed(inside, draft, message, everything)
