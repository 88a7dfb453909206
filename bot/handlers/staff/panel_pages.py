"""Pages of the staff's panel: what there is, and what can be done with it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.features.staff.overview import Overview
from bot.flows.undo import Undo
from bot.handlers.kit.blanks import PanelAct
from bot.handlers.kit.panel import PanelParts
from bot.rules.general import AlreadyUndone, NothingToUndo, Undone
from bot.rules.panel import LISTED, AdminLine, Ended, Section
from bot.rules.rights import Role
from bot.rules.staff.panel import AdminEnded, AdminGone, AdminHome, AdminSection, AdminThing
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

    async def section(self, inside: Ask, section: str, *, second: bool = False) -> None:
        """What there is of a kind, and what can be made; with `second` what stands behind *more*."""
        if not self.has_section(inside, section):
            await self.home(inside)
            return
        place = inside.community
        acts, rest = _on_two_pages(await self._acts_of(inside, section))
        lines = tuple(await self.overview.lines(place, section, inside.at)) if not second else ()
        shown = rest if second else acts
        if not shown and not lines:
            await self.home(inside)
            return
        more, ended = max(0, len(lines) - LISTED), self.overview.has_ended(section)
        page = AdminSection(
            place.community_id,
            section,
            lines[:LISTED],
            _names(shown),
            more,
            rest=bool(rest),
            second=second,
            ended=ended,
            listed=self.overview.has_things(section),
        )
        await self._show(inside, page)

    async def _acts_of(self, inside: Ask, section: str) -> list[PanelAct]:
        """What can be done now in a section that is about no thing."""
        acts = [
            act for act in self.parts.acts if act.section == section and act.states is None and act.is_for(inside.role)
        ]
        asked = {act.offered for act in acts if act.offered is not None}
        holding = await self.overview.offered(inside.community, asked, inside.at)
        broke = inside.role is not Role.OWNER and await self._has_none_left(inside, acts)
        return [act for act in acts if (act.offered is None or act.offered in holding) and not (act.costs and broke)]

    async def _has_none_left(self, inside: Ask, acts: Iterable[PanelAct]) -> bool:
        """Whether an operator has given away all that they may today. Asked only where an act costs coins."""
        if not any(act.costs for act in acts):
            return False
        return not await self.overview.left_today(inside.community, inside.actor_id, inside.at)

    async def thing(self, inside: Ask, section: str, number: int | None, *, second: bool = False) -> None:
        """One thing and what can be done with it; with `second` what stands behind *more*."""
        line = await self.about(inside, section, number) if self.has_section(inside, section) else None
        await self._thing(inside, section, line, second=second, ended=False)

    async def ended_thing(self, inside: Ask, section: str, key: int | None) -> None:
        """One ended thing."""
        found = []
        if key and self.has_section(inside, section):
            found = await self.overview.ended(inside.community, section, Ended(key=key), inside.at)
        await self._thing(inside, section, found[0] if found else None, second=False, ended=True)

    async def _thing(self, inside: Ask, section: str, line: AdminLine | None, *, second: bool, ended: bool) -> None:
        if line is None:
            await self.gone(inside, section)
            return
        here = [act for act in self.parts.acts if act.section == section and act.is_about(line, inside.role)]
        acts, rest = _on_two_pages(here)
        shown = _names(rest if second else acts)
        page = AdminThing(inside.community.community_id, section, line, shown, bool(rest), second, ended)
        await self._show(inside, page)

    async def ended(self, inside: Ask, section: str, before: int) -> None:
        """Ended things of a kind, behind the one with this key."""
        if not self.has_section(inside, section):
            await self.home(inside)
            return
        lines = tuple(await self.overview.ended(inside.community, section, Ended(before), inside.at))
        older = lines[LISTED - 1].pressed if len(lines) > LISTED else 0
        page = AdminEnded(inside.community.community_id, section, lines[:LISTED], older, newest=not before)
        await self._show(inside, page)

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


def _on_two_pages(acts: Iterable[PanelAct]) -> tuple[list[PanelAct], list[PanelAct]]:
    """What is offered at once, and what stands behind *more*: what few need, and what takes something away.

    What takes something away stands alone where there is nothing else: no button beside it can be meant.
    """
    acts = list(acts)
    first = [act for act in acts if not act.danger and not act.rare]
    return (first, [act for act in acts if act not in first]) if first else (acts, [])


def _names(acts: Iterable[PanelAct]) -> tuple[str, ...]:
    return tuple(act.name for act in acts)
