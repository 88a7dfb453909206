"""Questions at the welcome: `/welcome` for staff, and the buttons that newcomers press."""

import re

from bot.content.buttons.people import AGAIN, REMOVE, SKIP, WELCOME
from bot.content.buttons.shared import FIRST, LIKES
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, Reader, echo, words
from bot.handlers.kit.readers import number_of, read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.people.services import PeopleServices
from bot.rules.forms import NotAnswers
from bot.rules.general import StalePress
from bot.rules.lines import visible
from bot.rules.people.welcome import NewAnswer, NewQuestion, QuestionPolicy
from bot.rules.tags import read_tag, tag_key
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

EXAMPLE = '/welcome ask="What do you like best?" answers="Silk,Wool:knits"'
_BETWEEN = re.compile(r"[,，、;；]")
_NAMED = re.compile(r"\s*[:：=]\s*")


def setup() -> Desk:
    """The command, its buttons, and those of the questions."""
    desk = Desk("welcome")
    desk.command("welcome", welcome)
    desk.press(WELCOME, pressed)
    desk.press(LIKES, answered)
    return desk


def new_question_form(policy: QuestionPolicy) -> Form:
    """The form of a new question."""
    return Form(
        {
            "ask": Field(words(policy.max_text, EXAMPLE), needed=True),
            "answers": Field(answers(policy), needed=True),
        },
        EXAMPLE,
    )


def answers(policy: QuestionPolicy) -> Reader[tuple[NewAnswer, ...]]:
    """Reads `Silk,Wool:knits`: each answer is its own tag, unless one stands behind a colon."""

    def read(name: str, text: str, _moment: Moment) -> tuple[NewAnswer, ...]:
        found = []
        for part in _BETWEEN.split(text):
            label, *rest = _NAMED.split(visible(part), maxsplit=1)
            tag = read_tag(rest[0] if rest else label)
            if not label or len(label) > policy.max_answer or tag is None:
                raise FormProblem(NotAnswers(name, echo(part), policy.least_answers, policy.most_answers))
            found.append(NewAnswer(label, tag))
        distinct = (
            len({one.label.casefold() for one in found}) == len({tag_key(one.tag) for one in found}) == len(found)
        )
        if not distinct or not policy.least_answers <= len(found) <= policy.most_answers:
            raise FormProblem(NotAnswers(name, echo(text), policy.least_answers, policy.most_answers))
        return tuple(found)

    return read


async def welcome(ask: Ask, rest: str, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """`/welcome` lists what newcomers are asked; `/welcome ask="…" answers="…"` adds a question, by the owner."""
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if not rest:
        await voice.panel(inside, await fans.welcome.list_all(inside.community, inside.role))
        return
    try:
        values = fans.new_question.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await fans.welcome.make(inside.act, NewQuestion(values["ask"], values["answers"])))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """`welcome:<shop>:<number>:remove` asks a question no more."""
    shop, _, said = rest.partition(":")
    place = await fans.communities.place(number_of(shop) or 0) if ask.private else None
    inside = await doors.owner(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    text, _, what = said.partition(":")
    number = number_of(text)
    if number is None or what != REMOVE:
        await voice.answer(inside, StalePress())
    else:
        await voice.panel(inside, await fans.welcome.remove(inside.act, number))


async def answered(ask: Ask, rest: str, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """A newcomer picks an answer, skips, or begins; the next question stands where this one was."""
    shop, _, said = rest.partition(":")
    place = await fans.communities.place(number_of(shop) or 0) if ask.private else None
    inside = await doors.fan(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    text, _, choice = said.partition(":")
    if text in {FIRST, AGAIN}:
        outcome = await fans.welcome.begin(inside.act, again=text == AGAIN)
    else:
        question_id, picked = read_id(text), number_of(choice)
        known = question_id is not None and (picked is not None or choice == SKIP)
        outcome = await fans.welcome.answer(inside.act, question_id or 0, picked) if known else None
    if outcome is None:
        await voice.answer(inside, StalePress())
    elif text == FIRST:
        await voice.answer(inside, outcome)
    else:
        await voice.panel(inside, outcome)
