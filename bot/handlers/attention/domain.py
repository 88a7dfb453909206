"""How the domain plugs in."""

from bot.features.attention.folded import FoldedOnCard
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.store.mornings import CARD as MORNING


def wire(core: Core) -> Wired:
    """Make what handlers ask for, and what the domain adds to cards."""
    return Wired(adds_to_cards={MORNING: FoldedOnCard(core.lines).add})


DOMAIN = Domain(
    name="attention",
    wire=wire,
)
