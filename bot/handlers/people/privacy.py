"""`/privacy`: what is kept, and its buttons: my data as a file, what may reach me, stop, delete me."""

from aiogram.types import CallbackQuery

from bot.content.buttons.people import PRIVACY
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.shown_words import label_of
from bot.handlers.kit.table import Desk
from bot.handlers.people.services import PeopleServices
from bot.rules.general import ChannelsDontPlay, StalePress
from bot.rules.people.preferences import Preference
from bot.rules.people.privacy import Kept, Stopped
from bot.rules.promotion import Way, Wish
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The command and its buttons. They answer everybody, whoever's fan they are or aren't."""
    desk = Desk("privacy")
    desk.command("privacy", notice)
    desk.press(PRIVACY, act)
    desk.opening(PRIVACY, opened)
    return desk


async def notice(ask: Ask, voice: Voice, fans: PeopleServices) -> None:
    """What is kept, why, for how long, and who sees it."""
    await voice.answer(ask, await fans.privacy.notice(ask.place, ask.sender.user_id))


async def opened(ask: Ask, rest: str, voice: Voice, fans: PeopleServices) -> None:
    """The link from a group, where a file can't be sent to one person alone: what is kept, in private."""
    await fans.communities.started(ask.sender, can_write=True, at=ask.at)
    community_id = read_id(rest)
    place = await fans.communities.place(community_id) if community_id is not None else None
    here = ask.within(place) if place is not None else ask
    await voice.answer(here, await fans.privacy.notice(here.place, ask.sender.user_id))


async def act(
    press: CallbackQuery,
    ask: Ask,
    rest: str,
    voice: Voice,
    fans: PeopleServices,
) -> None:
    """Stop; delete me, asked once more."""
    if ask.speaks_as is not None:
        await voice.answer(ask, ChannelsDontPlay())
        return
    match rest:
        case "show":
            await voice.panel(ask, await fans.privacy.notice(ask.place, ask.sender.user_id))
        case "data" if ask.place is not None:
            await voice.answer(ask, await fans.privacy.data(ask.act))
        case "stop" if ask.place is not None:
            promotion = Wish(yes=False, words=label_of(press), language=ask.language, way=Way.PRIVACY)
            await fans.preferences.change(ask.act, Preference(reminders=False, service=False, promotion=promotion))
            await voice.panel(ask, Stopped())
        case "delete":
            await voice.panel(ask, await fans.privacy.ask(ask.place, ask.sender.user_id, ask.at))
        case "yes":
            done = await fans.privacy.delete(ask.place, ask.sender.user_id, ask.at)
            fans.communities.forget_person(ask.sender.user_id)
            await voice.panel(ask, done)
        case "keep":
            await voice.panel(ask, Kept())
        case _:
            await voice.answer(ask, StalePress())
