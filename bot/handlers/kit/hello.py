"""The greeting: what a person can do here, in private with the ways to the set-up and to their other shops."""

from bot.features.shops.rooms import Rooms
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.roles import Roles
from bot.rules.general import Hello, NoCommunityYet
from bot.rules.menus import FANS, OWNERS, STAFF, built
from bot.rules.rights import HomeGone, Role
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

MENUS = {Role.FAN: (), Role.OPERATOR: STAFF, Role.OWNER: (*STAFF, *OWNERS)}
"""What each role can do beside what fans can."""
MOST_SHOPS = 12
"""Other shops that one greeting offers."""


class Greeter:
    """Answers `/start`, `/help`, and whatever the bot doesn't understand in private."""

    def __init__(self, roles: Roles, rooms: Rooms, voice: Voice, menus: Menus) -> None:
        self._roles = roles
        self._rooms = rooms
        self._voice = voice
        self._menus = menus

    async def hello(self, ask: Ask) -> None:
        """What this person can do here; in private with the ways to the set-up and to their other shops."""
        place = ask.place
        if place is None:
            await self._voice.answer(ask, NoCommunityYet())
            return
        asked = await self._roles.asked(ask)
        if isinstance(asked, HomeGone) and asked.mine:
            await self._voice.answer(ask, asked)
            return
        # A menu gives no rights: where Telegram doesn't say who asks, they are shown what everybody can do.
        role = asked.role if isinstance(asked, Ask) else Role.FAN
        others = await self._rooms.shops_of(ask.sender.user_id) if ask.private else ()
        hello = Hello(
            place.shop,
            ask.sender.name,
            built(FANS, self._menus.listened_to),
            built(MENUS[role], self._menus.listened_to),
            owner=ask.private and role is Role.OWNER,
            panel=ask.private and role is not Role.FAN,
            others=tuple(shop for shop in others if shop.community_id != place.community_id)[:MOST_SHOPS],
        )
        if ask.press_id is not None:
            await self._voice.panel(ask, hello)
        else:
            await self._voice.answer(ask, hello)
