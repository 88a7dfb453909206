"""What handlers of raffles work with."""

from dataclasses import dataclass
from datetime import datetime

from bot.features.communities import Communities
from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.proofs import Proving
from bot.features.raffles.raffles import Raffles
from bot.features.raffles.redraw import Redrawing
from bot.handlers.raffles.forms import RaffleForms


@dataclass(frozen=True, slots=True)
class RaffleServices:
    """The use cases of raffles."""

    raffles: Raffles
    calling_off: CallingOff
    proofs: Proving
    redraws: Redrawing
    forms: RaffleForms
    communities: Communities

    async def beacon_answers(self, at: datetime) -> bool:
        """Whether the public beacon can be reached now."""
        return await self.raffles.beacon_answers(at)
