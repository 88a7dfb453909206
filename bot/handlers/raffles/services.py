"""The services that handlers of raffles get."""

from dataclasses import dataclass
from datetime import datetime

from bot.features.communities import Communities
from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.proofs import Proofs
from bot.features.raffles.raffles import Raffles
from bot.features.raffles.rechecks import DrawChecks
from bot.features.raffles.redraw import Redraws
from bot.handlers.raffles.forms import RaffleForms


@dataclass(frozen=True, slots=True)
class RaffleServices:
    """The use cases and forms of raffles."""

    raffles: Raffles
    calling_off: CallingOff
    proofs: Proofs
    checks: DrawChecks
    redraws: Redraws
    forms: RaffleForms
    communities: Communities

    async def is_beacon_reachable(self, at: datetime) -> bool:
        """Whether the public beacon can be reached now."""
        return await self.raffles.is_beacon_reachable(at)
