"""The presses by which a fan says yes or no to promotion in private, or stops it."""

from aiogram.types import CallbackQuery

from bot.content.buttons.consent import PROMOTION
from bot.handlers.attention.services import ConsentServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.shown_words import label_of, words_under
from bot.handlers.kit.table import Desk
from bot.rules.general import StalePress
from bot.rules.promotion import Way, Wish
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The buttons of the question, of its confirmation, and below promotional messages."""
    desk = Desk("consent")
    desk.press(PROMOTION, answer)
    return desk


async def answer(
    press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, consent: ConsentServices
) -> None:
    """`yes:<shop>`, `no:<shop>`, `stop:<shop>`. The shop is that of the message, whichever the private chat means.

    Only the presser's own consent changes, so a number that was guessed gives nothing away.
    """
    verb, _, number = rest.partition(":")
    shop = read_id(number)
    place = await consent.communities.place(shop) if shop is not None else None
    if place is None or verb not in {"yes", "no", "stop"}:
        await voice.answer(ask, StalePress())
        return
    inside = await doors.anyone(ask.within(place))
    if inside is None:
        return
    way = Way.STOP if verb == "stop" else Way.QUESTION
    # A yes is kept with the whole question. A no needs no more than the button's label.
    words = words_under(press) if verb == "yes" else label_of(press)
    said = await consent.consents.say(inside.act, Wish(verb == "yes", words, inside.language, way))
    if way is Way.QUESTION:
        await voice.panel(inside, said)  # the answer takes the question's place
    else:
        await voice.answer(inside, said)
