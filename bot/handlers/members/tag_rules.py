"""`/tagrule`: rules by which fans get a tag. Made by a line or in the panel, listed and removed by buttons."""

from bot.content.buttons.members import ASK, KEEP, TAG_RULE, TAKE_OFF
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, one_of, tag, whole, words
from bot.handlers.kit.readers import number_of
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.members.services import TagRuleServices
from bot.rules.general import StalePress
from bot.rules.members.tag_rules import NewRule, TagRulePolicy, When
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

EXAMPLE = '/tagrule tag=scarf when=claimed times=3 of="scarf"'


def setup() -> Desk:
    """The command and its buttons."""
    desk = Desk("tag_rules")
    desk.command("tagrule", tag_rule)
    desk.press(TAG_RULE, pressed)
    return desk


def new_rule_form(policy: TagRulePolicy) -> Form:
    """The form of a new rule."""
    return Form(
        {
            "tag": Field(tag, needed=True),
            "when": Field(one_of({when.value: when for when in When}), needed=True),
            "times": Field(whole(1, policy.most_times)),
            "of": Field(words(policy.max_title, EXAMPLE)),
        },
        EXAMPLE,
    )


async def tag_rule(ask: Ask, rest: str, doors: Doors, voice: Voice, tag_rules: TagRuleServices) -> None:
    """`/tagrule` lists the rules; `/tagrule tag=… when=… times=3 of="…"` makes one at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest:
        await voice.panel(inside, await tag_rules.rules.list_all(inside.community))
        return
    try:
        values = tag_rules.form.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["title"] = values.pop("of", "")
    await voice.answer(inside, await tag_rules.rules.make(inside.act, NewRule(**values)))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, tag_rules: TagRuleServices) -> None:
    """`tagrule:<shop>:<number>:ask` asks about the tags, `…:keep` and `…:off` remove the rule."""
    shop, _, said = rest.partition(":")
    place = await tag_rules.communities.place(number_of(shop) or 0) if ask.private else None
    inside = await doors.staff(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    text, _, what = said.partition(":")
    number = number_of(text)
    if number is None or what not in {ASK, KEEP, TAKE_OFF}:
        await voice.answer(inside, StalePress())
    elif what == ASK:
        await voice.panel(inside, await tag_rules.rules.ask(inside.community, number))
    else:
        await voice.panel(inside, await tag_rules.rules.remove(inside.act, number, take_off=what == TAKE_OFF))
