"""`/export fans|orders|coins|posts [xlsx|csv] [for="…"]`: lists for the owner, in private only."""

from bot.content.buttons.exchange import EXPORT
from bot.handlers.exchange.services import ExchangeServices
from bot.handlers.kit.forms import Field, Form, FormProblem, FreeText, Moment, echo, one_of
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.exchange.exports import ExportChoice
from bot.rules.exchange.states import ExportFormat, ExportKind
from bot.rules.forms import NotOneOf
from bot.rules.general import StalePress
from bot.rules.segments import LONGEST
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

EXAMPLE = '/export fans xlsx for="tier>=loyal"'
FORMATS = {form.value: form for form in ExportFormat}
KINDS = {kind.value: kind for kind in ExportKind}
read_kind = one_of(KINDS)
read_format = one_of(FORMATS)
EXPORT_FORM = Form({"for": Field(FreeText(LONGEST, EXAMPLE))}, EXAMPLE)


def setup() -> Desk:
    """The owner's command and its buttons."""
    desk = Desk("exports")
    desk.command("export", export)
    desk.press(EXPORT, pressed)
    return desk


async def export(ask: Ask, rest: str, doors: Doors, voice: Voice, exchange: ExchangeServices) -> None:
    """Promise a file, or show what there is."""
    inside = await doors.owner(ask)
    if inside is None:
        return
    if not rest:
        await voice.answer(inside, ExportChoice(inside.community.community_id))
        return
    try:
        kind, form, segment = read_export(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await exchange.exports.ask(inside.act, kind, form, segment))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, exchange: ExchangeServices) -> None:
    """A button names the shop, what, and as what."""
    shop, _, wish = rest.partition(":")
    kind, _, form = wish.partition(":")
    community_id = read_id(shop)
    place = await exchange.communities.place(community_id) if community_id is not None else None
    inside = await doors.owner(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    if place is None or kind not in KINDS or form not in FORMATS:
        await voice.answer(inside, StalePress())
        return
    await voice.answer(inside, await exchange.exports.ask(inside.act, KINDS[kind], FORMATS[form]))


def read_export(line: str, moment: Moment) -> tuple[ExportKind, ExportFormat, str]:
    """What is asked for; a workbook unless CSV is said.

    Raises:
        FormProblem: something makes no sense.
    """
    said, _, more = line.strip().partition(" ")
    if said.lower() not in KINDS:
        raise FormProblem(NotOneOf("what", echo(said), tuple(KINDS)))
    kind, form = KINDS[said.lower()], ExportFormat.XLSX
    word, _, after = more.strip().partition(" ")
    if word.lower() in FORMATS:
        form, more = FORMATS[word.lower()], after
    values = EXPORT_FORM.read(more, moment)
    return kind, form, values.get("for", "")
