"""Who comes is greeted: the answer to `/start`, `/help`, and to whatever leads nowhere else in private."""

from typing import Protocol

from bot.features.communities import Communities
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.roles import Roles
from bot.rules.general import FileAlone, Greeting, Hello, NoCommunityYet
from bot.rules.menus import FANS, HOSTS, OWNERS, STAFF, only_handled
from bot.rules.nearest import nearest_command
from bot.rules.place import Place, Shop
from bot.rules.rights import HomeGone, Role
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

MENUS = {Role.FAN: (), Role.HOST: HOSTS, Role.OPERATOR: STAFF, Role.OWNER: (*STAFF, *OWNERS)}
"""What each can say beside what fans can."""
MOST_OTHERS = 12
"""Other shops that one answer offers."""


class ShopsOfPeople(Protocol):
    """Knows to which shops a person's private chat can turn."""

    async def shops_of(self, user_id: int) -> tuple[Shop, ...]:
        """Shops to which this person's private chat can turn."""
        ...

    async def is_theirs(self, place: Place, user_id: int) -> bool:
        """Whether this shop is one of them."""
        ...


class Greeter:
    """Says hello, and turns a private chat from one shop to another."""

    def __init__(
        self, *, communities: Communities, shops: ShopsOfPeople, roles: Roles, voice: Voice, menus: Menus
    ) -> None:
        self._communities = communities
        self._shops = shops
        self._roles = roles
        self._voice = voice
        self._menus = menus

    async def start(self, ask: Ask) -> None:
        """Somebody opened their private chat: answers can come there from now on."""
        if ask.private:
            reader = await self._communities.started(ask.sender, can_write=True, at=ask.at)
            if ask.place is None and reader.place is not None:
                ask = ask.within(reader.place)
        await self.greet(ask)

    async def greet(self, ask: Ask) -> None:
        """The first steps by buttons; in private with the ways to the panel, the set-up and their other shops."""
        known = await self._known(ask)
        if known is None:
            return
        place, role, others = known
        owner, panel = ask.private and role is Role.OWNER, ask.private and role is not Role.FAN
        greeting = Greeting(place.shop, ask.sender.name, owner=owner, panel=panel, others=others)
        await self._say(ask, greeting)

    async def hello(self, ask: Ask) -> None:
        """All that this person can do here; in private with the ways to the set-up and to their other shops."""
        known = await self._known(ask)
        if known is None:
            return
        place, role, others = known
        hello = Hello(
            place.shop,
            ask.sender.name,
            only_handled(FANS, self._menus.listened_to),
            only_handled(MENUS[role], self._menus.listened_to),
            owner=ask.private and role is Role.OWNER,
            panel=ask.private and role is not Role.FAN,
            others=others,
        )
        await self._say(ask, hello)

    async def _known(self, ask: Ask) -> tuple[Place, Role, tuple[Shop, ...]] | None:
        """The asker's shop, role and other shops; None after an answer: there is no shop, or its home is gone."""
        place = ask.place
        if place is None:
            await self._voice.answer(ask, NoCommunityYet())
            return None
        asked = await self._roles.with_role(ask)
        if isinstance(asked, HomeGone) and asked.mine:
            await self._voice.answer(ask, asked)
            return None
        # A menu gives no rights: where Telegram doesn't say who asks, they are shown what everybody can do.
        role = asked.role if isinstance(asked, Ask) else Role.FAN
        others = await self._shops.shops_of(ask.sender.user_id) if ask.private else ()
        return place, role, tuple(shop for shop in others if shop.community_id != place.community_id)[:MOST_OTHERS]

    async def _say(self, ask: Ask, hello: Greeting | Hello) -> None:
        if ask.press_id is not None:
            await self._voice.panel(ask, hello)
        else:
            await self._voice.answer(ask, hello)

    async def offer_nearest(self, ask: Ask, text: str) -> bool:
        """Offer the command that was most likely meant by one that doesn't exist; False if none is near.

        In a group there may be other bots, so there it must be very near.
        """
        everything = (*FANS, *STAFF, *OWNERS)
        if ask.place is None or nearest_command(text, everything, sure=not ask.private) is None:
            return False
        asked = await self._roles.with_role(ask)
        role = asked.role if isinstance(asked, Ask) else Role.FAN
        theirs = only_handled((*FANS, *MENUS[role]), self._menus.listened_to)
        found = nearest_command(text, theirs, sure=not ask.private)
        if found is not None:
            await self._voice.answer(ask, found)
        return found is not None

    async def ask_what_for(self, ask: Ask) -> None:
        """Ask staff what a file is for that they sent without a command. A fan's file is left alone."""
        asked = await self._roles.with_role(ask) if ask.place is not None else None
        if isinstance(asked, Ask) and asked.role in {Role.OPERATOR, Role.OWNER}:
            await self._voice.answer(asked, FileAlone(owner=asked.role is Role.OWNER))

    async def turn_to(self, ask: Ask, place: Place) -> bool:
        """Let the private chat mean another shop; False if the asker has nothing to do with it."""
        if not await self._shops.is_theirs(place, ask.sender.user_id):
            return False
        await self._communities.turn_to(ask.sender.user_id, place)
        await self.greet(ask.within(place))
        return True
