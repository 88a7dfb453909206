"""Pages of the staff's panel: what there is, and what can be done with it."""

from dataclasses import replace
from typing import Any

from bot.features.staff.overview import Overview
from bot.flows.undo import Undo
from bot.handlers.kit.panel import PanelParts
from bot.rules.general import AlreadyUndone, NothingToUndo, Undone
from bot.rules.panel import LISTED, AdminLine, Section
from bot.rules.rights import Role
from bot.rules.staff.panel import AdminGone, AdminHome, AdminSection, AdminThing
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


class PanelPages:
    """Shows pages. Whoever gets here was let in by a door."""

    def __init__(self, overview: Overview, parts: PanelParts, undoing: Undo, voice: Voice) -> None:
        self.overview = overview
        self.parts = parts
        self._undoing = undoing
        self._voice = voice

    async def home(self, inside: Ask) -> None:
        """The first page."""
        sections = tuple(section for section in Section if self.has_section(inside, section))
        place = inside.community
        owner, lately = inside.role is Role.OWNER, inside.act.sees_money
        refusals = await self.overview.refusals(place)
        await self._show(inside, AdminHome(place.community_id, place.shop, sections, owner, refusals, lately=lately))

    def has_section(self, inside: Ask, section: str) -> bool:
        """Whether the panel shows a section to who asks: there is something in it that they may do."""
        return any(act.section == section and act.is_for(inside.role) for act in self.parts.acts)

    async def section(self, inside: Ask, section: str) -> None:
        """What there is of a kind."""
        if not self.has_section(inside, section):
            await self.home(inside)
            return
        acts = tuple(
            act.name
            for act in self.parts.acts
            if act.section == section and act.states is None and act.is_for(inside.role)
        )
        lines = tuple(await self.overview.lines(inside.community, section, inside.at))
        if not acts and not lines:
            await self.home(inside)
            return
        place, more = inside.community, max(0, len(lines) - LISTED)
        await self._show(inside, AdminSection(place.community_id, section, lines[:LISTED], acts, more))

    async def thing(self, inside: Ask, section: str, number: int | None) -> None:
        """One thing and what can be done with it."""
        line = await self.about(inside, section, number) if self.has_section(inside, section) else None
        if line is None:
            await self.gone(inside, section)
            return
        acts = tuple(
            act.name
            for act in self.parts.acts
            if act.section == section and line.state in (act.states or frozenset()) and act.is_for(inside.role)
        )
        await self._show(inside, AdminThing(inside.community.community_id, section, line, acts))

    async def gone(self, inside: Ask, section: str) -> None:
        """The thing doesn't exist (any more), or it isn't this shop's."""
        await self._show(inside, AdminGone(inside.community.community_id, section))

    async def lately(self, inside: Ask, *, below: Any = None) -> None:
        """The page *what happened lately*. It names what was given and sold, so hosts don't see it."""
        if not inside.act.sees_money:
            await self.home(inside)
            return
        undoing = self._undoing
        page = await self.overview.lately(inside.community, inside.role, undoing.names, undoing.owners)
        await self._voice.panel(inside, page, below=below)

    async def take_back(self, inside: Ask, audit_id: int | None) -> None:
        """Take an act of that page back, and show the page anew with what came of it."""
        outcome = await self._undoing.undo(inside.act, audit_id) if audit_id is not None else NothingToUndo()
        if isinstance(outcome, Undone | AlreadyUndone):
            await self._voice.taken_back(replace(inside, panel_id=None), outcome, quietly=True)
        await self.lately(inside, below=outcome)

    async def about(self, inside: Ask, section: str, number: int | None) -> AdminLine | None:
        """A thing of a section by its number; None too without a number."""
        if number is None:
            return None
        return await self.overview.thing(inside.community, section, number, inside.at)

    async def _show(self, inside: Ask, page: Any) -> None:
        await self._voice.panel(inside, page)
