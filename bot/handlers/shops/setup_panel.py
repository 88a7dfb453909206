"""The set-up's panel in private: one message, edited by its buttons, posted anew below what is typed."""

from dataclasses import replace

from bot.features.shops.rooms import Rooms
from bot.features.shops.settings import ShopSettings, typed
from bot.features.shops.setup import KIND, Panel, SetupDialogue
from bot.handlers.kit.domain import Core
from bot.handlers.shops.chats import look_over
from bot.rules.menus import NEXT, only_handled
from bot.rules.place import Place
from bot.rules.rights import ForOwnerOnly, HomeGone, Role, TryAgain
from bot.rules.shops.arrivals import Need, Room
from bot.rules.shops.setup import (
    NothingOpen,
    Problem,
    Setup,
    SetupClosed,
    SetupDone,
    SetupFinished,
    SetupReview,
    SetupRooms,
    SetupShown,
    SetupStep,
)
from bot.rules.topics import TopicChosen
from bot.telegram.ask import Ask

MOST_ROOMS = 12
"""Rooms that are looked over at once."""


class SetupPanel:
    """What the set-up shows, and where."""

    def __init__(self, core: Core, rooms: Rooms, settings: ShopSettings, dialogue: SetupDialogue) -> None:
        self._bot = core.bot
        self._roles = core.roles
        self._communities = core.communities
        self._rooms = rooms
        self._settings = settings
        self._dialogue = dialogue
        self._voice = core.voice
        self._menus = core.menus
        self._greeter = core.greeter

    async def show_or_open(self, inside: Ask, chosen: TopicChosen | None = None) -> None:
        """The panel for the owner in private; how things are, and the way there, for others and elsewhere.

        A door has let the asker in: their role is known. `chosen` is the topic that they chose by asking there.
        """
        mine = inside.role is Role.OWNER
        if mine and inside.private:
            await self._open(inside)
            return
        place = inside.community
        stands = await self._settings.read(place)
        rooms = [chat for chat in await self._rooms.all_of(place) if chat.chat_id == inside.chat_id]
        group = await self._communities.group(inside.chat_id) if not inside.private else None
        shown = SetupShown(
            community_id=place.community_id,
            chat_id=inside.chat_id,
            forum=inside.forum,
            topic=group.topic if group is not None else None,
            chosen=chosen.audit_id if chosen is not None else None,
            **typed(stands),
            mine=mine,
            missing=_needs(await look_over(self._bot, tuple(rooms))),
        )
        await self._voice.answer(inside, shown)

    async def change(self, inside: Ask, wish: Setup) -> SetupDone:
        """Change settings in one line, without the panel."""
        done = await self._settings.change(inside.act, wish)
        self._communities.forget()
        return done

    async def welcome(self, ask: Ask, place: Place | None) -> None:
        """Someone opened the link of a shop's greeting: its owner sets it up, others hear what they can do.

        The shop's number may have been guessed. Only who has to do with it turns to it.
        """
        if place is None:
            await self._greeter.greet(ask)
            return
        inside = await self._roles.with_role(ask.within(place))
        if isinstance(inside, TryAgain):
            await self._voice.answer(ask, inside)
            return
        role = inside.role if isinstance(inside, Ask) else Role.FAN
        mine = isinstance(inside, HomeGone) and inside.mine
        if role is Role.FAN and not mine and not await self._rooms.is_theirs(place, ask.sender.user_id):
            await self._greeter.greet(ask)
            return
        await self._communities.turn_to(ask.sender.user_id, place)
        here = inside if isinstance(inside, Ask) else ask.within(place)
        match role:
            case Role.OWNER:
                await self._open(here)
            case Role.OPERATOR | Role.HOST:
                await self._voice.answer(here, ForOwnerOnly())
            case Role.FAN:
                await self._greeter.greet(here)

    async def owner_of_open(self, ask: Ask) -> Ask | None:
        """The ask inside the shop that the open panel sets up, if it is (still) the asker's."""
        dialogue = await self._dialogue.find(ask.sender.user_id)
        place = await self._communities.place(dialogue.community_id) if dialogue is not None else None
        if dialogue is None or place is None or dialogue.kind != KIND or not ask.private:
            self._communities.forget_person(ask.sender.user_id)
            await self._closed(ask)
            return None
        inside = await self._roles.with_role(ask.within(place))
        if isinstance(inside, Ask) and inside.role is Role.OWNER:
            return inside
        await self._voice.answer(ask.within(place), ForOwnerOnly() if isinstance(inside, Ask) else inside)
        return None

    async def step(self, inside: Ask) -> str:
        """The question that the panel shows."""
        dialogue = await self._dialogue.find(inside.sender.user_id)
        return dialogue.step if dialogue is not None else ""

    async def go(self, inside: Ask, step: str) -> None:
        """Turn the panel to a step."""
        await self._show(inside, await self._dialogue.go(inside.sender.user_id, step, inside.panel_id))

    async def skip(self, inside: Ask, step: str, *, back: bool) -> None:
        """Leave a step as it is."""
        user_id = inside.sender.user_id
        await self._show(inside, await self._dialogue.skip(user_id, step, inside.panel_id, back=back))

    async def fill(self, inside: Ask, step: str, value: str | None) -> None:
        """Take a step's answer; one that no button of ours gives is out of date."""
        if value is None:
            await self._closed(inside)
            return
        await self._show(inside, await self._dialogue.fill(inside.sender.user_id, step, value, inside.panel_id))

    async def show_problem(self, inside: Ask, problem: Problem, *, options: tuple[str, ...] | None = None) -> None:
        """Say kindly what was wrong; the step stays."""
        shown = await self._dialogue.open(inside.act)
        if isinstance(shown, SetupStep):
            shown = replace(shown, problem=None if options else problem, options=options or shown.options)
        elif isinstance(shown, SetupReview):
            shown = replace(shown, problem=problem)
        await self._show(inside, shown)

    async def look(self, inside: Ask) -> None:
        """Show the shop's rooms, as Telegram tells of them now."""
        rooms = await look_over(self._bot, (await self._rooms.all_of(inside.community))[:MOST_ROOMS])
        await self._show(inside, SetupRooms(inside.community.shop, rooms, _needs(rooms)))

    async def finish(self, inside: Ask) -> None:
        """Save, close, and say what to do next."""
        done = await self._dialogue.finish(inside.act, inside.panel_id)
        self._communities.forget()
        if isinstance(done, SetupFinished):
            done = replace(done, commands=only_handled(NEXT, self._menus.listened_to))
        await self._show(inside, done)

    async def give_up(self, ask: Ask) -> None:
        """Close without saving."""
        before = await self._dialogue.find(ask.sender.user_id)
        given_up = await self._dialogue.give_up(ask.sender.user_id)
        self._communities.forget_person(ask.sender.user_id)
        if given_up is None or not ask.private:
            await self._voice.answer(ask, given_up or NothingOpen())
            return
        await self._voice.panel(ask, given_up)
        if before is not None and before.message_id is not None and before.message_id != ask.panel_id:
            await self._voice.delete_panel(ask, before.message_id)

    async def _open(self, inside: Ask) -> None:
        before = await self._dialogue.find(inside.sender.user_id)
        panel = await self._dialogue.open(inside.act)
        self._communities.forget_person(inside.sender.user_id)
        await self._show(inside, panel, before.message_id if before is not None else None)
        await self._menus.for_owner(inside.sender.user_id, inside.language)

    async def _closed(self, ask: Ask) -> None:
        await self._voice.answer(ask, SetupClosed())

    async def _show(self, inside: Ask, panel: Panel | SetupRooms, older_id: int | None = None) -> None:
        """Show the panel, remember in which message, and take the one away that showed it before."""
        if isinstance(panel, SetupClosed):
            await self._closed(inside)
            return
        if isinstance(panel, SetupReview):
            rooms = (await self._rooms.all_of(inside.community))[:MOST_ROOMS]
            panel = replace(panel, rooms=_lacking(await look_over(self._bot, rooms)))
        if older_id is None:
            dialogue = await self._dialogue.find(inside.sender.user_id)
            older_id = dialogue.message_id if dialogue is not None else None
        message_id = await self._voice.panel(inside, panel)
        if message_id != older_id:
            await self._dialogue.shown_in(inside.sender.user_id, message_id)
            if message_id is not None and older_id is not None:
                await self._voice.delete_panel(inside, older_id)


def _lacking(rooms: tuple[Room, ...]) -> tuple[Room, ...]:
    return tuple(room for room in rooms if room.missing or not room.present)


def _needs(rooms: tuple[Room, ...]) -> tuple[str, ...]:
    lacked = {need for room in rooms for need in room.missing}
    return tuple(need for need in Need if need in lacked)
