"""`/settings`: a panel of buttons, edited in place where it is pressed in private."""

from dataclasses import replace

from aiogram.types import CallbackQuery

from bot.content.buttons.people import SETTINGS, SHOW
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.shown_words import label_of, words_under
from bot.handlers.kit.table import Desk
from bot.handlers.people.services import PeopleServices
from bot.rules.general import StalePress
from bot.rules.people.preferences import Preference, read_preference
from bot.rules.promotion import Way, Wish
from bot.rules.words import reader_language
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The command and its buttons."""
    desk = Desk("preferences")
    desk.command("settings", settings)
    desk.press(SETTINGS, change)
    return desk


async def settings(ask: Ask, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """How the asker has set things."""
    inside = await doors.anyone(ask)
    if inside is not None:
        await voice.answer(inside, await fans.preferences.shown(inside.community, ask.sender.user_id))


async def change(
    press: CallbackQuery,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    fans: PeopleServices,
) -> None:
    """One change; the panel answers in the language that holds from here on."""
    inside = await doors.anyone(ask)
    if inside is None:
        return
    if rest == SHOW:
        await voice.panel(inside, await fans.preferences.shown(inside.community, ask.sender.user_id))
        return
    wish = _promotion(press, inside, rest) or read_preference(rest)
    if wish is None:
        await voice.answer(inside, StalePress())
        return
    shown = await fans.preferences.change(inside.act, wish)
    fans.communities.forget_person(ask.sender.user_id)
    language = reader_language(shown.language, ask.sender.language, inside.community.language)
    await voice.panel(replace(inside, language=language), shown)


def _promotion(press: CallbackQuery, inside: Ask, rest: str) -> Preference | None:
    """The switch of promotion. A yes is kept with the whole page that said what it is about."""
    match rest.split(":"):
        case ["promotion", "on" | "off" as value]:
            words = words_under(press) if value == "on" else label_of(press)
            return Preference(promotion=Wish(value == "on", words, inside.language, Way.SETTINGS))
        case _:
            return None
