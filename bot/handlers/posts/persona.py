"""`/persona` and `/pillars`: how the shop speaks and what about."""

from dataclasses import replace

from aiogram.types import Message

from bot.content.buttons.persona import ADD, LEAVE, PILLARS, SAVE, SCALE, SHIFT, SHOW
from bot.features.posts.pillars import KIND
from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.posts.persona_services import PersonaServices
from bot.rules.pillars import Pillar
from bot.rules.posts.persona import (
    STEP,
    WHOLE,
    PillarsChanged,
    PillarsClosed,
    PillarShare,
    PillarsLeft,
    PillarsOff,
    PillarsPage,
    scaled,
)
from bot.rules.posts.pillar_lines import pillar_of, read_shares
from bot.rules.rights import Role
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

Page = PillarsPage | PillarsChanged | PillarsClosed | PillarsLeft


def setup() -> Desk:
    """The persona."""
    desk = Desk("persona")
    desk.command("persona", persona)
    desk.command("pillars", pillars)
    desk.press(PILLARS, pressed)
    desk.reply(KIND, typed)
    desk.cancel(KIND, cancelled)
    return desk


async def persona(ask: Ask, rest: str, doors: Doors, voice: Voice, speaking: PersonaServices) -> None:
    """`/persona sign_off="…" …` changes how the shop speaks, by its owner; alone it shows that to staff."""
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if not rest:
        shown = await speaking.personas.shown(inside.community.community_id, inside.role)
        await voice.answer(inside, replace(shown, private=inside.private))
        return
    try:
        wish = speaking.form.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    changed = await speaking.personas.change(inside.act, wish)
    speaking.communities.forget()
    await voice.answer(inside, changed)


async def pillars(ask: Ask, rest: str, doors: Doors, voice: Voice, speaking: PersonaServices) -> None:
    """`/pillars arrivals=40 tips=60` shares posts out, by the owner; alone it opens the page of shares in private."""
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if rest:
        await _take_line(inside, rest, voice, speaking)
    elif inside.private and inside.role is Role.OWNER:
        page = await speaking.pages.open(inside.act)
        speaking.communities.forget_person(inside.sender.user_id)
        await speaking.pages.shown_in(inside.sender.user_id, await voice.panel(inside, page))
    else:
        shown = await speaking.personas.shown(inside.community.community_id, inside.role)
        await voice.answer(inside, replace(shown, private=inside.private))


async def _take_line(inside: Ask, rest: str, voice: Voice, speaking: PersonaServices) -> None:
    read = read_shares(rest, speaking.names, speaking.policy)
    if not isinstance(read, tuple):
        await voice.answer(inside, read)
        return
    total = sum(one.share for one in read)
    if total == WHOLE:
        await voice.answer(inside, await speaking.personas.share_out(inside.act, read))
        return
    off = PillarsOff(total, _shares(scaled({one.pillar: one.share for one in read})))
    if inside.private:  # the page offers to scale them by a tap
        page = await speaking.pages.open(inside.act, read)
        speaking.communities.forget_person(inside.sender.user_id)
        shown = await voice.panel(inside, off, below=page)
        await speaking.pages.shown_in(inside.sender.user_id, shown)
    else:
        await voice.answer(inside, off)


def _shares(shares: dict[str, int]) -> tuple[PillarShare, ...]:
    return tuple(PillarShare(pillar, share) for pillar, share in shares.items())


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, speaking: PersonaServices) -> None:
    """A button of the page: `<shop>:<verb>[:<value>]`. The rights are asked afresh."""
    shop_id, _, said = rest.partition(":")
    shop = read_id(shop_id)
    place = await speaking.communities.place(shop) if shop is not None else None
    if place is None or not ask.private:
        await voice.answer(ask, PillarsClosed())
        return
    inside = await doors.owner(ask.within(place))
    if inside is None:
        return
    verb, _, value = said.partition(":")
    await _show(inside, await _changed(inside, verb, value, speaking), voice, speaking)


async def _changed(inside: Ask, verb: str, value: str, speaking: PersonaServices) -> Page:
    pages, act, panel_id = speaking.pages, inside.act, inside.panel_id
    page: Page = PillarsClosed()
    match verb:
        case _ if verb == SHIFT:
            place, _, by = value.partition(":")
            number = read_id(place)
            if number is not None and by in {str(STEP), str(-STEP)}:
                page = await pages.shift(act, panel_id, number, int(by))
        case _ if verb == ADD and value in set(Pillar):
            page = await pages.add(act, panel_id, value)
        case _ if verb == SCALE:
            page = await pages.scale(act, panel_id)
        case _ if verb == SAVE:
            page = await pages.save(act, panel_id)
        case _ if verb == SHOW:
            page = await pages.show(act, panel_id)
            if isinstance(page, PillarsClosed):
                page = await pages.open(act)
        case _ if verb == LEAVE and await pages.close(inside.sender.user_id):
            page = PillarsLeft()
        case _:
            pass
    return page


async def typed(message: Message, ask: Ask, doors: Doors, voice: Voice, speaking: PersonaServices) -> None:
    """What the owner writes while the page is open is the name of a new pillar."""
    shop = await speaking.pages.shop_of(ask.sender.user_id)
    place = await speaking.communities.place(shop) if shop is not None else None
    if place is None:
        speaking.communities.forget_person(ask.sender.user_id)
        await voice.answer(ask, PillarsClosed())
        return
    inside = await doors.owner(ask.within(place))
    if inside is None:
        return
    pillar = pillar_of(message.text or "", speaking.names, speaking.policy)
    page: Page
    if pillar is None:
        page = await speaking.pages.show(inside.act, None)
        page = replace(page, problem="name") if isinstance(page, PillarsPage) else page
    else:
        page = await speaking.pages.add(inside.act, None, pillar)
    await _show(inside, page, voice, speaking)


async def cancelled(ask: Ask, voice: Voice, speaking: PersonaServices) -> None:
    """`/cancel` leaves the page."""
    left = await speaking.pages.close(ask.sender.user_id)
    speaking.communities.forget_person(ask.sender.user_id)
    await voice.answer(ask, PillarsLeft() if left else PillarsClosed())


async def _show(
    inside: Ask,
    page: Page,
    voice: Voice,
    speaking: PersonaServices,
) -> None:
    """Show the page where it stood, or below what was written, and what came of it."""
    if not isinstance(page, PillarsPage):
        speaking.communities.forget_person(inside.sender.user_id)
    if isinstance(page, PillarsClosed):
        await voice.answer(inside, page)
        return
    shown = await voice.panel(inside, page)
    if isinstance(page, PillarsPage):
        await speaking.pages.shown_in(inside.sender.user_id, shown)
