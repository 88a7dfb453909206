"""The staff's panel in private: pages, questions and the preview, shown in one message."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiogram.dispatcher.event.handler import CallableObject
from aiogram.types import Document, Message

from bot.features.communities import Communities
from bot.features.staff.drafts import Draft, Drafts
from bot.features.staff.overview import Overview
from bot.flows.named_people import People
from bot.flows.undo import Undo
from bot.handlers.kit.blanks import Blank, PanelAct, is_person, keep_person, kept, shown
from bot.handlers.kit.forms import FormProblem, Moment, echo
from bot.handlers.kit.panel import PanelParts
from bot.handlers.staff.panel_answers import PICKED, pick_of, say_line, written
from bot.rules.forms import FormError, Missing
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.rights import Role
from bot.rules.staff.panel import (
    REVIEW,
    AdminClosed,
    AdminGone,
    AdminHome,
    AdminLeft,
    AdminNext,
    AdminPick,
    AdminProblem,
    AdminReview,
    AdminSection,
    AdminStep,
    AdminThing,
    AdminValue,
)
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

LONGEST_ANSWER = 1024


class Heard:
    """A voice that keeps what a command would have answered, for the panel to show."""

    def __init__(self) -> None:
        self.outcome: Any = None
        self.photo: bytes | None = None

    async def answer(self, _ask: Ask, outcome: Any) -> None:
        """Keep the outcome."""
        self.outcome = outcome

    async def picture(self, _ask: Ask, outcome: Any, picture: bytes) -> None:
        """Keep the outcome and its picture."""
        self.outcome, self.photo = outcome, picture


class AdminPanel:
    """What the panel shows, and what its buttons do. Whoever gets here was let in by a door."""

    def __init__(
        self,
        *,
        communities: Communities,
        drafts: Drafts,
        overview: Overview,
        people: People,
        undoing: Undo,
        parts: PanelParts,
        voice: Voice,
        commands: Mapping[str, CallableObject],
    ) -> None:
        self._communities = communities
        self._drafts = drafts
        self._overview = overview
        self._people = people
        self._undoing = undoing
        self._parts = parts
        self._voice = voice
        self._commands = commands

    async def home(self, inside: Ask) -> None:
        """The first page."""
        sections = tuple(section for section in Section if any(act.section == section for act in self._acts()))
        place = inside.community
        owner = inside.role is Role.OWNER
        refusals = await self._overview.refusals(place)
        await self._page(inside, AdminHome(place.community_id, place.shop, sections, owner, refusals))

    async def open(self, inside: Ask) -> None:
        """Go on with what is half-filled in this shop, else the first page."""
        draft = await self._drafts.find(inside.sender.user_id)
        if draft is None or draft.community_id != inside.community.community_id:
            await self.home(inside)
        else:
            await self._show_draft(inside, draft)

    async def section(self, inside: Ask, section: str) -> None:
        """What there is of a kind."""
        mine = inside.role is Role.OWNER
        acts = tuple(
            act.name
            for act in self._acts()
            if act.section == section and act.states is None and (mine or not act.owner)
        )
        lines = tuple(await self._overview.lines(inside.community, section, inside.at))
        if not acts and not lines:
            await self.home(inside)
            return
        place = inside.community
        await self._page(
            inside,
            AdminSection(place.community_id, section, lines[:LISTED], acts, max(0, len(lines) - LISTED)),
        )

    async def thing(self, inside: Ask, section: str, number: int | None) -> None:
        """One thing and what can be done with it."""
        line = await self._about(inside, section, number)
        if line is None:
            await self._page(inside, AdminGone(inside.community.community_id, section))
            return
        mine = inside.sender.user_id == inside.community.owner_id
        acts = tuple(
            act.name
            for act in self._acts()
            if act.section == section and line.state in (act.states or frozenset()) and (mine or not act.owner)
        )
        await self._page(inside, AdminThing(inside.community.community_id, section, line, acts))

    async def lately(self, inside: Ask) -> None:
        """What happened lately."""
        await self._page(
            inside,
            await self._overview.lately(inside.community, inside.role, self._undoing.names, self._undoing.owners),
        )

    async def begin(self, inside: Ask, name: str, number: int | None, data: Any) -> None:
        """Begin to fill in an act; one that only looks something up and asks nothing is done at once."""
        act = self._parts.by_name.get(name)
        if act is None or act.command not in self._commands:
            await self.closed(inside)
            return
        line = await self._about(inside, act.section, number) if act.states is not None else None
        if act.states is not None and (line is None or line.state not in act.states):
            await self._page(inside, AdminGone(inside.community.community_id, act.section))
            return
        draft = await self._drafts.begin(
            inside.community, inside.sender.user_id, name, number if line is not None else None, act.needed, inside.at
        )
        self._communities.forget_person(inside.sender.user_id)
        if act.unlogged and not act.needed:
            await self._do(inside, act, draft, data)
        else:
            await self._show_draft(inside, draft)

    async def typed(self, inside: Ask, draft: Draft, message: Message, data: Any) -> None:
        """What is written while a question is open answers it."""
        if draft.step == REVIEW:
            await self._show_draft(inside, draft, AdminProblem("NoTyping"))
        else:
            _, blank = self._blank_of(draft, draft.step)
            await self.answer(inside, draft, draft.step, written(message, blank), data)

    async def answer(self, inside: Ask, draft: Draft, name: str, text: str, data: Any) -> None:
        """Take an answer, typed or tapped; one that can't be read leaves the question where it is."""
        act, blank = self._blank_of(draft, name)
        if act is None or blank is None:
            await self.closed(inside)
            return
        moment = Moment(inside.at, inside.community.timezone)
        if is_person(blank) and (user_id := pick_of(text)) is not None:
            found = await self._people.fan(inside.community, user_id)
            text = keep_person(found.user_id, found.shown) if found is not None else ""
        if not text.strip():
            await self._show_draft(inside, replace(draft, step=name), _told(Missing(name, ""), ""))
            return
        try:
            value = blank.read(name, text[:LONGEST_ANSWER], moment)
        except FormProblem as problem:
            await self._show_draft(inside, replace(draft, step=name), _told(problem.error, text))
            return
        kept_text = kept(value, text[:LONGEST_ANSWER], moment)
        await self._turned(
            inside,
            await self._drafts.fill(inside.sender.user_id, inside.panel_id, name, kept_text, act.needed),
            data,
        )

    async def clear(self, inside: Ask, draft: Draft, name: str) -> None:
        """Leave a blank empty again."""
        act, blank = self._blank_of(draft, name)
        if act is None or blank is None:
            await self.closed(inside)
            return
        await self._turned(
            inside, await self._drafts.fill(inside.sender.user_id, inside.panel_id, name, None, act.needed), None
        )

    async def turn(self, inside: Ask, draft: Draft, step: str) -> None:
        """Turn to a question, or back to the overview."""
        _, blank = self._blank_of(draft, step)
        if blank is None and step != REVIEW:
            await self.closed(inside)
            return
        await self._turned(inside, await self._drafts.turn(inside.sender.user_id, inside.panel_id, step), None)

    async def do(self, inside: Ask, draft: Draft, data: Any) -> None:
        """Do what was filled in: say the command's line for the one who pressed."""
        act = self._parts.by_name.get(draft.act)
        if act is None or act.command not in self._commands:
            await self.closed(inside)
            return
        await self._do(inside, act, draft, data)

    async def leave(self, inside: Ask) -> None:
        """Give up what is half-filled."""
        left = await self._drafts.close(inside.sender.user_id, inside.panel_id)
        self._communities.forget_person(inside.sender.user_id)
        if left is None:
            await self.closed(inside)
            return
        shown = await self._voice.panel(inside, AdminLeft(left.community_id))
        if shown is not None and left.message_id is not None and left.message_id != shown:
            await self._voice.take_away(inside, left.message_id)

    async def closed(self, ask: Ask) -> None:
        """A press on a form that isn't open."""
        await self._voice.answer(ask, AdminClosed())

    async def _do(self, inside: Ask, act: PanelAct, draft: Draft, data: Any) -> None:
        line = act.line(draft.number, draft.values)
        heard = Heard()
        said = say_line(inside, act, line, draft.values)
        await self._commands[act.command].call(said, **{**data, "ask": inside, "rest": line, "voice": heard})
        if heard.outcome is None:
            return  # a door was closed, and said so
        wrong = isinstance(heard.outcome, FormError)
        if wrong and heard.photo is None and act.blanks:
            await self._show_draft(inside, replace(draft, step=REVIEW), _told(heard.outcome, ""))
            return
        done = not wrong and (act.unlogged or await self._drafts.was_done(inside.community, inside.cause))
        below = AdminNext(inside.community.community_id, act.section, done)
        if heard.photo is not None:
            shown = await self._voice.panel(inside, below)
            await self._voice.picture(inside, heard.outcome, heard.photo)
        else:
            shown = await self._voice.panel(inside, heard.outcome, below=below)
        if shown is not None:
            await self._shown(inside, shown, draft.message_id)
        if done:
            await self._drafts.close(inside.sender.user_id, None)
            self._communities.forget_person(inside.sender.user_id)

    async def _turned(self, inside: Ask, draft: Draft | None, data: dict[str, Any] | None) -> None:
        if draft is None:
            await self.closed(inside)
            return
        act = self._parts.by_name[draft.act]
        if data is not None and act.unlogged and draft.step == REVIEW and len(act.needed) == len(act.blanks):
            await self._do(inside, act, draft, data)  # it only looks something up: nothing to be sure of
            return
        await self._show_draft(inside, draft)

    async def _show_draft(self, inside: Ask, draft: Draft, problem: AdminProblem | None = None) -> None:
        act = self._parts.by_name.get(draft.act)
        if act is None:
            await self.closed(inside)
            return
        about = await self._about(inside, act.section, draft.number) if draft.number is not None else None
        blank = act.blank(draft.step)
        if blank is not None:
            step, picks = _step(inside, act, blank, draft, about, problem), await self._picks(inside, blank, draft)
            await self._page(inside, replace(step, picks=picks), draft.message_id)
            return
        moment = Moment(inside.at, inside.community.timezone)
        try:
            read = act.read(draft.values, moment)
        except FormProblem as wrong:
            # It could be read when it was typed: a time that has passed, most likely.
            read, problem = {}, problem or _told(wrong.error, "")
        review = AdminReview(
            community_id=draft.community_id,
            act=act.name,
            values=tuple(
                _value(one, draft.values[one.name], read.get(one.name))
                for one in act.blanks
                if one.name in draft.values
            ),
            blanks=tuple(one.name for one in act.blanks),
            reach=await self._reach(inside, act, read, draft.number),
            line=f"/{act.command} {act.line(draft.number, draft.values)}".strip(),
            danger=act.danger,
            about=about,
            problem=problem,
        )
        await self._page(inside, review, draft.message_id)

    async def _reach(self, inside: Ask, act: PanelAct, read: Mapping[str, Any], number: int | None) -> Reach:
        """What an act reaches; of coins of the shop, also what an operator can still give away today."""
        reach = await self._overview.reach(inside.community, act.reach, read, number)
        if act.gives and inside.role is not Role.OWNER:
            reach = replace(reach, left=await self._overview.left_today(inside.community, inside.actor_id, inside.at))
        return reach

    async def _picks(self, inside: Ask, blank: Blank, draft: Draft) -> tuple[AdminPick, ...]:
        if is_person(blank):
            people = await self._people.listed(inside.community, draft.act, draft.number, draft.values.get("code"))
            return tuple(AdminPick(f"{PICKED}{one.user_id}", one.shown) for one in people)
        found: list[AdminPick] = []
        for pick in blank.picks:
            lines = await self._overview.lines(inside.community, pick.section, inside.at)
            found += [
                AdminPick(f"{pick.prefix}{line.number}", f"#{line.number} {line.title}")
                for line in lines
                if line.state in pick.states
            ]
        return tuple(found[:LISTED])

    async def _about(self, inside: Ask, section: str, number: int | None) -> AdminLine | None:
        if number is None:
            return None
        return await self._overview.thing(inside.community, section, number, inside.at)

    async def _page(self, inside: Ask, page: Any, older_id: int | None = None) -> None:
        shown = await self._voice.panel(inside, page)
        if isinstance(page, AdminStep | AdminReview):
            await self._shown(inside, shown, older_id)

    async def _shown(self, inside: Ask, message_id: int | None, older_id: int | None) -> None:
        """Remember where the form is shown, and take the message away that showed it before."""
        if message_id == older_id:
            return
        await self._drafts.shown_in(inside.sender.user_id, message_id)
        if message_id is not None and older_id is not None:
            await self._voice.take_away(inside, older_id)

    def _blank_of(self, draft: Draft, name: str) -> tuple[PanelAct | None, Blank | None]:
        act = self._parts.by_name.get(draft.act)
        return act, act.blank(name) if act is not None else None

    def _acts(self) -> list[PanelAct]:
        return [act for act in self._parts.acts if act.command in self._commands]


def _step(
    inside: Ask, act: PanelAct, blank: Blank, draft: Draft, about: AdminLine | None, problem: AdminProblem | None
) -> AdminStep:
    text = draft.values.get(blank.name)
    value = None
    if text is not None:
        value = _value(blank, text, _read(blank, text, Moment(inside.at, inside.community.timezone)))
    asked = blank.name in act.needed and not all(name in draft.values for name in act.needed)
    return AdminStep(
        community_id=draft.community_id,
        act=act.name,
        blank=blank.name,
        needed=blank.needed,
        quick=blank.quick,
        value=value,
        number=act.needed.index(blank.name) + 1 if asked else 0,
        of=len(act.needed) if asked else 0,
        problem=problem,
        about=about,
    )


def _read(blank: Blank, text: str, moment: Moment) -> Any:
    try:
        return blank.read(blank.name, text, moment)
    except FormProblem:
        return None


def _value(blank: Blank, text: str, read: Any) -> AdminValue:
    return AdminValue(
        blank.name,
        read.file_name or "…" if isinstance(read, Document) else shown(text),
        number=read if isinstance(read, int) and not isinstance(read, bool) else None,
        at=read if isinstance(read, datetime) else None,
    )


def _told(error: FormError, text: str) -> AdminProblem:
    """What is wrong, in the panel's own words: nobody who taps has typed `name=value`."""
    return AdminProblem(
        kind=type(error).__name__,
        said=echo(text or getattr(error, "value", "")),
        least=getattr(error, "least", 0),
        most=getattr(error, "most", 0),
    )
