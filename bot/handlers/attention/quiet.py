"""`/quiet`: when the shop's rooms rest, and how much they are told at most."""

from dataclasses import replace
from datetime import timedelta

from bot.content.buttons.attention import FROM, GAP, HOURS, MOST, PROMOTIONAL, QUIET
from bot.handlers.attention.services import AttentionServices
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, Reader, echo, whole
from bot.handlers.kit.readers import duration, number_of, split_head
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.attention.bounds import (
    BoundsPolicy,
    BoundsWish,
    HoursOffered,
    HoursUnread,
    NeverOff,
    length_of,
    problem_of,
    read_hours,
    shown_span,
    span_of,
)
from bot.rules.attention.budget import Hours
from bot.rules.forms import NotATime
from bot.rules.general import StalePress
from bot.rules.rights import Role
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

EXAMPLE = "/quiet 22:00-08:00"
OFF = frozenset({"off", "none", "no", "0"})
"""What means no quiet hours at all, which isn't offered."""
A_MINUTE = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)
NEVER_OFF_OFFERS = 3
"""Short hours that are offered instead of none."""


def setup() -> Desk:
    """The command and its buttons."""
    desk = Desk("quiet")
    desk.command("quiet", quiet)
    desk.press(QUIET, pressed)
    return desk


def quiet_form(limits: BoundsPolicy) -> Form:
    """The numbers of `/quiet most=5 promotional=2 gap=60m`."""
    return Form(
        {
            "most": Field(whole(limits.least, limits.most)),
            "promotional": Field(whole(0, limits.most_promotional)),
            "gap": Field(duration(limits.least_gap, limits.most_gap)),
        },
        f"{EXAMPLE} most=5",
    )


def hours_reader(limits: BoundsPolicy) -> Reader[Hours]:
    """Reads quiet hours in the panel: those that a shop can't have are refused by the command."""

    def read(name: str, text: str, _moment: Moment) -> Hours:
        found = read_hours(text, limits)
        if isinstance(found, HoursUnread):
            raise FormProblem(NotATime(name, echo(text)))
        return found if isinstance(found, Hours) else Hours(limits.offered[0].begins, limits.offered[0].ends)

    return read


async def quiet(ask: Ask, rest: str, doors: Doors, voice: Voice, attention: AttentionServices) -> None:
    """`/quiet` shows the bounds; with hours or numbers behind it the owner changes them."""
    inside = await (doors.owner(ask) if rest else doors.staff(ask))
    if inside is None:
        return
    if not rest:
        await _show(inside, voice, attention)
        return
    head, line = split_head(rest)
    said, hours = " ".join(head), None
    if said.lower() in OFF:
        await voice.answer(inside, _never_off(inside, attention.limits))
        return
    if said:
        found = read_hours(said, attention.limits)
        if not isinstance(found, Hours):
            await voice.answer(inside, replace(found, said=echo(said)) if isinstance(found, HoursUnread) else found)
            return
        hours = found
    try:
        values = quiet_form(attention.limits).read(line, Moment(inside.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    wish = BoundsWish(hours, values.get("most"), values.get("promotional"), values.get("gap"))
    await voice.panel(inside, await attention.bounds.change(inside.act, wish))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, attention: AttentionServices) -> None:
    """A button of the bounds: it carries its shop, as the private chat may mean another one."""
    shop, _, said = rest.partition(":")
    place = await attention.communities.place(number_of(shop) or 0) if ask.private else None
    what, _, value = said.partition(":")
    wish = _wish(what, value, attention.limits)
    here = ask.within(place) if place is not None else ask
    inside = await (doors.staff(here) if what not in {FROM, MOST, PROMOTIONAL, GAP, HOURS} else doors.owner(here))
    if inside is None:
        return
    if what == HOURS:
        await voice.panel(inside, await _offer(inside, attention))
    elif wish is not None:
        await voice.panel(inside, await attention.bounds.change(inside.act, wish))
    elif what in {FROM, MOST, PROMOTIONAL, GAP}:
        await voice.answer(inside, StalePress())
    else:
        await _show(inside, voice, attention)


async def _show(inside: Ask, voice: Voice, attention: AttentionServices) -> None:
    await voice.panel(inside, await attention.bounds.show(inside.community, mine=inside.role is Role.OWNER))


async def _offer(inside: Ask, attention: AttentionServices) -> HoursOffered:
    bounds = await attention.bounds.bounds(inside.community)
    offered = tuple(span_of(one) for one in attention.limits.offered)
    return HoursOffered(inside.community.community_id, shown_span(bounds.quiet), offered)


def _never_off(inside: Ask, limits: BoundsPolicy) -> NeverOff:
    shortest = sorted(limits.offered, key=length_of)[:NEVER_OFF_OFFERS]
    offered = tuple(span_of(one) for one in shortest)
    return NeverOff(inside.community.community_id, limits.shortest_quiet // AN_HOUR, offered)


def _wish(what: str, value: str, limits: BoundsPolicy) -> BoundsWish | None:
    """What a button asks for; None if no button of ours says that."""
    if what == FROM:
        hours = read_hours("-".join(f"{one[:2]}:{one[2:]}" for one in value.split("-")), limits)
        return BoundsWish(quiet=hours) if isinstance(hours, Hours) and problem_of(hours, limits) is None else None
    number = number_of(value) if value != "0" else 0
    if number is None:
        return None
    if what == MOST and limits.least <= number <= limits.most:
        return BoundsWish(most=number)
    if what == PROMOTIONAL and number <= limits.most_promotional:
        return BoundsWish(most_promotional=number)
    if what == GAP and limits.least_gap <= number * A_MINUTE <= limits.most_gap:
        return BoundsWish(gap=number * A_MINUTE)
    return None
