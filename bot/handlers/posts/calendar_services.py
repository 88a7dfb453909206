"""What handlers of the calendar ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.posts.pauses import Pauses
from bot.features.posts.persona import Personas
from bot.features.posts.slots import Slots
from bot.features.posts.week import Weeks
from bot.handlers.kit.activities import Activities
from bot.rules.pillars import Pillar
from bot.rules.place import Place
from bot.rules.posts.pillar_lines import name_key
from bot.rules.posts.slots import CalendarPolicy


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """Use cases of the calendar."""

    weeks: Weeks
    slots: Slots
    pauses: Pauses
    personas: Personas
    communities: Communities
    activities: Activities
    policy: CalendarPolicy
    names: Mapping[str, str]
    """Names of pillars in all languages, as `name_key` gives them, and their keys."""

    async def place(self, community_id: int) -> Place | None:
        """The shop with this id."""
        return await self.communities.place(community_id)

    async def pillars(self, community_id: int) -> tuple[str, ...]:
        """The shop's pillars, and the countdown, which has no share."""
        shares = (await self.personas.facts(community_id)).pillars
        return tuple(dict.fromkeys((*shares, Pillar.COUNTDOWN.value)))

    async def pillar_names(self, community_id: int) -> dict[str, str]:
        """The same by every name that people call them."""
        mine = {name_key(pillar): pillar for pillar in await self.pillars(community_id)}
        return {name: pillar for name, pillar in self.names.items() if pillar in mine.values()} | mine
