"""A form of the staff's panel: its questions, the preview, and the command that it composes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiogram.types import Message

from bot.features.communities import Communities
from bot.features.staff.drafts import Answer, Draft, Drafts
from bot.flows.named_people import People
from bot.handlers.kit.blanks import Blank, PanelAct, Shape, is_person, keep_answer, keep_person, keep_time
from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.kit.handler import Handler
from bot.handlers.staff.panel_answers import PICKED, pick_of, say_line, written
from bot.handlers.staff.panel_pages import PanelPages
from bot.handlers.staff.panel_steps import (
    answer_of,
    doubt_of,
    on_two_pages,
    problem_of,
    read_with,
    step_of,
    value_of,
    winners_to_tap,
)
from bot.rules.forms import FormError, Missing
from bot.rules.imports import Shown
from bot.rules.panel import LISTED, AdminLine, Reach
from bot.rules.rights import ForOwnerOnly, NotForHosts, Role
from bot.rules.segments import Condition, Field, Op, Segment
from bot.rules.staff.panel import (
    MORE,
    REVIEW,
    AdminClosed,
    AdminLeft,
    AdminNext,
    AdminPick,
    AdminProblem,
    AdminReview,
)
from bot.rules.tiers import Tier
from bot.telegram.ask import Ask
from bot.telegram.incoming import Incoming
from bot.telegram.replies import Voice

LONGEST_ANSWER = 1024


class AnswerKeeper:
    """A voice that keeps what a command would have answered, for the panel to show."""

    def __init__(self) -> None:
        self.outcome: Any = None
        self.below: Any = None
        self.photo: bytes | None = None

    async def answer(self, _ask: Ask, outcome: Any, *, below: Any = None) -> None:  # noqa: ARG002
        """Keep the outcome. What stands below it the panel has asked already."""
        self.outcome = outcome

    @property
    def goes_on(self) -> bool:
        """Whether the outcome goes on by its own buttons: a file was handed in, and nothing else is to be filled in."""
        return isinstance(getattr(self.outcome, "shown", None), Shown)

    async def panel(self, _ask: Ask, outcome: Any, *, below: Any = None, instead: Any = None) -> None:  # noqa: ARG002  # the panel is private
        """Keep the outcome, and what is shown below it."""
        self.outcome, self.below = outcome, below

    async def picture(self, _ask: Ask, outcome: Any, picture: bytes, *, or_words: bool = True) -> None:
        """Keep the picture and its outcome; a picture that comes after an answer leaves that answer."""
        if or_words or self.outcome is None:
            self.outcome, self.photo = outcome, picture


class PanelForm:
    """Fills in acts. Whoever gets here was let in by a door."""

    def __init__(
        self,
        *,
        communities: Communities,
        drafts: Drafts,
        people: People,
        pages: PanelPages,
        voice: Voice,
        commands: Mapping[str, Handler],
    ) -> None:
        self._communities = communities
        self._drafts = drafts
        self._people = people
        self._pages = pages
        self._overview = pages.overview
        self._acts = pages.parts.by_name
        self._voice = voice
        self._commands = commands

    async def open(self, inside: Ask) -> None:
        """Go on with what is half-filled in this shop, else show the panel's first page."""
        draft = await self._drafts.find(inside.sender.user_id)
        if draft is None or draft.community_id != inside.community.community_id:
            await self._pages.home(inside)
        else:
            await self._show_draft(inside, draft)

    async def begin(self, inside: Ask, name: str, number: int | None, update: Incoming) -> None:
        """Begin to fill in an act; one that only looks something up and asks nothing is done at once."""
        act = self._acts.get(name)
        if act is None:
            await self.closed(inside)
            return
        if not act.is_for(inside.role):
            await self._voice.answer(inside, NotForHosts() if inside.role is Role.HOST else ForOwnerOnly())
            return
        line = await self._pages.about(inside, act.section, number) if act.states is not None else None
        if act.states is not None and (line is None or not act.is_about(line, inside.role)):
            await self._pages.gone(inside, act.section)
            return
        needed = act.needed_by(inside.role)
        draft = await self._drafts.begin(inside.act, name, number if line is not None else None, needed)
        self._communities.forget_person(inside.sender.user_id)
        if act.unlogged and not needed:
            await self._do(inside, act, draft, update)
        else:
            await self._show_draft(inside, draft)

    def asks_for_file(self, draft: Draft) -> bool:
        """Whether the open question wants a file."""
        _, blank = self._blank_of(draft, draft.step)
        return blank is not None and blank.shape is Shape.FILE

    async def typed(self, inside: Ask, draft: Draft, message: Message, update: Incoming) -> None:
        """What is written while a question is open answers it."""
        if draft.step in {REVIEW, MORE}:
            await self._show_draft(inside, draft, AdminProblem("NoTyping"))
        else:
            _, blank = self._blank_of(draft, draft.step)
            await self.answer(inside, draft, draft.step, written(message, blank), update)

    async def answer(self, inside: Ask, draft: Draft, name: str, text: str, update: Incoming) -> None:
        """Take an answer, typed or tapped; one that can't be read leaves the question where it is."""
        act, blank = self._blank_of(draft, name)
        if act is None or blank is None:
            await self.closed(inside)
            return
        moment = _moment(inside)
        if is_person(blank) and (user_id := pick_of(text)) is not None:
            found = await self._people.fan(inside.community, user_id)
            text = keep_person(found.user_id, found.shown) if found is not None else ""
        if not text.strip():
            await self._show_draft(inside, replace(draft, step=name), problem_of(Missing(name, ""), ""))
            return
        try:
            value = blank.read(name, text[:LONGEST_ANSWER], moment)
        except FormProblem as problem:
            await self._show_draft(inside, replace(draft, step=name), problem_of(problem.error, text))
            return
        said = text[:LONGEST_ANSWER]
        kept_text = keep_time(said, moment) if blank.time else keep_answer(value, said, moment)
        needed = act.needed_by(inside.role)
        answer = answer_of(act, blank, draft, kept_text, needed)
        filled = await self._drafts.fill(inside.sender.user_id, inside.panel_id, answer)
        if filled is not None and act.unlogged and filled.step == REVIEW and len(needed) == len(act.blanks):
            await self._do(inside, act, filled, update)  # it only looks something up: nothing to be sure of
        else:
            await self._show_changed(inside, filled)

    async def clear(self, inside: Ask, draft: Draft, name: str) -> None:
        """Leave a blank empty again."""
        act, blank = self._blank_of(draft, name)
        if act is None or blank is None:
            await self.closed(inside)
            return
        cleared = Answer(name, None, act.needed_by(inside.role))
        await self._show_changed(inside, await self._drafts.fill(inside.sender.user_id, inside.panel_id, cleared))

    async def go_to(self, inside: Ask, draft: Draft, step: str) -> None:
        """Go to a question, or back to the preview."""
        _, blank = self._blank_of(draft, step)
        if blank is None and step not in {REVIEW, MORE}:
            await self.closed(inside)
            return
        await self._show_changed(inside, await self._drafts.go_to(inside.sender.user_id, inside.panel_id, step))

    async def do(self, inside: Ask, draft: Draft, update: Incoming) -> None:
        """Do what was filled in: say the command's line for the one who pressed."""
        act = self._acts.get(draft.act)
        if act is None:
            await self.closed(inside)
            return
        await self._do(inside, act, draft, update)

    async def leave(self, inside: Ask) -> None:
        """Give up what is half-filled."""
        left = await self._drafts.close(inside.sender.user_id, inside.panel_id)
        self._communities.forget_person(inside.sender.user_id)
        if left is None:
            await self.closed(inside)
            return
        shown = await self._voice.panel(inside, AdminLeft(left.community_id))
        if shown is not None and left.message_id is not None and left.message_id != shown:
            await self._voice.delete_panel(inside, left.message_id)

    async def closed(self, ask: Ask) -> None:
        """A press on a form that isn't open."""
        await self._voice.answer(ask, AdminClosed())

    async def _do(self, inside: Ask, act: PanelAct, draft: Draft, update: Incoming) -> None:
        line = act.line(draft.number, draft.values)
        heard = AnswerKeeper()
        said = say_line(inside, act, line, draft.values)
        await self._commands[act.command].call(update.again(inside, line, said), voice=heard)
        if heard.outcome is None:
            return  # a door was closed, and said so
        wrong = isinstance(heard.outcome, FormError)
        if wrong and heard.photo is None and act.blanks:
            await self._show_draft(inside, replace(draft, step=REVIEW), problem_of(heard.outcome, ""))
            return
        logged = await self._drafts.was_done(inside.community, inside.cause)
        done = not wrong and (act.unlogged or heard.goes_on or logged)
        below = heard.below or AdminNext(inside.community.community_id, act.section, done)
        if heard.photo is not None:
            shown = await self._voice.panel(inside, below)
            await self._voice.picture(inside, heard.outcome, heard.photo)
        else:
            shown = await self._voice.panel(inside, heard.outcome, below=below)
        if shown is not None:
            await self._remember_shown(inside, shown, draft.message_id)
        if done:
            await self._drafts.close(inside.sender.user_id, None)
            self._communities.forget_person(inside.sender.user_id)

    async def _show_changed(self, inside: Ask, draft: Draft | None) -> None:
        if draft is None:
            await self.closed(inside)
        else:
            await self._show_draft(inside, draft)

    async def _show_draft(self, inside: Ask, draft: Draft, problem: AdminProblem | None = None) -> None:
        act = self._acts.get(draft.act)
        if act is None:
            await self.closed(inside)
            return
        if not act.is_for(inside.role):  # an operator's form, of somebody who is a host since
            await self._pages.home(inside)
            return
        about = await self._pages.about(inside, act.section, draft.number)
        blank, below = act.blank(draft.step), None
        if blank is None:
            below = doubt_of(act, draft, _moment(inside))
            page: Any = await self._review(inside, act, draft, about, problem)
        else:
            step = step_of(act, blank, draft, act.needed_by(inside.role), _moment(inside))
            picks = await self._picks(inside, blank, draft)
            quick = await self._fitting(inside, act, blank, draft)
            if blank.winners and about is not None:
                picks = winners_to_tap(about)
            page = replace(step, problem=problem, about=about, picks=picks, quick=quick)
        await self._remember_shown(inside, await self._voice.panel(inside, page, below=below), draft.message_id)

    async def _review(
        self, inside: Ask, act: PanelAct, draft: Draft, about: AdminLine | None, problem: AdminProblem | None
    ) -> AdminReview:
        try:
            read = act.read(draft.values, _moment(inside))
        except FormProblem as wrong:
            # It could be read when it was typed: a time that has passed, most likely.
            read, problem = {}, problem or problem_of(wrong.error, "")
        filled = [blank for blank in act.blanks if blank.name in draft.values]
        blanks, rest = on_two_pages(act, draft)
        second = draft.step == MORE and bool(rest)
        return AdminReview(
            community_id=draft.community_id,
            act=act.name,
            values=tuple(value_of(one, draft.values[one.name], read.get(one.name)) for one in filled),
            blanks=rest if second else blanks,
            reach=await self._reach(inside, act, read, draft.number),
            line=f"/{act.command} {act.line(draft.number, draft.values)}".strip(),
            danger=act.danger,
            about=about,
            problem=problem,
            rest=bool(rest),
            second=second,
            ready=bool(filled) or not act.some,
        )

    async def _fitting(self, inside: Ask, act: PanelAct, blank: Blank, draft: Draft) -> tuple[str, ...]:
        """Answers to tap that go with what is filled in, and that who isn't the owner can still give today."""
        limited, place = act.gives and inside.role is not Role.OWNER, inside.community
        holding = await self._overview.offered(place, set(blank.when.values()), inside.at)
        quick = tuple(text for text in blank.quick if text not in blank.when or blank.when[text] in holding)
        if not quick or (act.fits is None and not limited):
            return quick
        left = await self._left(inside) if limited else None
        fitting: list[str] = []
        for text in quick:
            read = read_with(act, blank, draft, text, _moment(inside))
            if act.fits is not None and not act.fits(read):
                continue
            reach = await self._overview.reach(place, act.reach, read, draft.number) if limited else Reach()
            if left is None or (reach.coins or reach.least or 0) <= left:
                fitting.append(text)
        return tuple(fitting)

    async def _reach(self, inside: Ask, act: PanelAct, read: Mapping[str, Any], number: int | None) -> Reach:
        """What an act reaches: whom its segment names, and what an operator can still give away today.

        Hosts see nothing of what it costs."""
        reach = await self._overview.reach(inside.community, act.reach, read, number)
        meant, tier = read.get("for"), read.get("tier")
        if isinstance(meant, Segment) and meant.conditions:
            if tier is not None:
                meant = Segment((*meant.conditions, Condition(Field.TIER, Op.LEAST, Tier(tier))))
            reach = replace(reach, aimed=await self._overview.aimed(inside.community, meant, inside.at))
        if act.gives and inside.role is not Role.OWNER:
            reach = replace(reach, left=await self._left(inside))
        return reach if inside.act.sees_money else reach.without_coins()

    async def _left(self, inside: Ask) -> int:
        """Coins that somebody other than the owner can still give away today: none if they see no money."""
        if not inside.act.sees_money:
            return 0
        return await self._overview.left_today(inside.community, inside.actor_id, inside.at)

    async def _picks(self, inside: Ask, blank: Blank, draft: Draft) -> tuple[AdminPick, ...]:
        if is_person(blank):
            people = await self._people.list_for_act(
                inside.community, draft.act, draft.number, draft.values.get("code")
            )
            return tuple(AdminPick(f"{PICKED}{one.user_id}", one.shown) for one in people)
        found: list[AdminPick] = []
        for pick in blank.picks:
            lines = await self._overview.lines(inside.community, pick.section, inside.at)
            found += [
                AdminPick(f"{pick.prefix}{line.number}", f"#{line.number} {line.title}")
                for line in lines
                if line.state in pick.states and (not pick.mark or pick.mark in line.marks)
            ]
        return tuple(found[:LISTED])

    async def _remember_shown(self, inside: Ask, message_id: int | None, older_id: int | None) -> None:
        """Remember where the form is shown, and take the message away that showed it before."""
        if message_id == older_id:
            return
        await self._drafts.shown_in(inside.sender.user_id, message_id)
        if message_id is not None and older_id is not None:
            await self._voice.delete_panel(inside, older_id)

    def _blank_of(self, draft: Draft, name: str) -> tuple[PanelAct | None, Blank | None]:
        act = self._acts.get(draft.act)
        return act, act.blank(name) if act is not None else None


def _moment(inside: Ask) -> Moment:
    return Moment(inside.at, inside.community.timezone)
