"""How staff are shown what is theirs alone: in a group as a whisper or in private, never for all to see."""

from typing import Any

from bot.content.buttons.shared import FANS
from bot.handlers.members.services import FanServices
from bot.rules.general import OnlyInPrivate
from bot.rules.members.lists import FansClosed, NoFanHere
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.rights import sees_money
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


async def show(inside: Ask, voice: Voice, outcome: Any, member_id: int | None = None) -> None:
    """Show it. Where nothing can be whispered, a link into the private chat opens the fan, or the lists."""
    payload = f"{FANS}_{inside.community.community_id}" + (f"_{member_id}" if member_id is not None else "")
    await voice.panel(inside, outcome, instead=OnlyInPrivate(payload))


async def show_fan(inside: Ask, voice: Voice, fans: FanServices, member_id: int, which: str | None = None) -> None:
    """Show a fan's page."""
    money = sees_money(inside.role)
    page = await fans.pages.page(inside.community, member_id, inside.at, money=money, which=which)
    await show(inside, voice, page or FansClosed(), member_id if page is not None else None)


async def member_of(inside: Ask, whom: Whom, fans: FanServices) -> int | NoFanHere | NotAPerson | NameUnsure | str:
    """The fan who was named for sure; the text that stands for a name where nobody was; or why it is nobody."""
    match whom:
        case Named():
            return await fans.lists.member_id(inside.community, whom.user_id) or NoFanHere(whom.shown)
        case Unnamed(said=said) | NobodyCalled(shown=said):
            return said
        case NotAPerson() | NameUnsure():
            return whom
