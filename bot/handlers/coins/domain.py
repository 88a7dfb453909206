"""How the domain plugs in."""

from bot.features.coins.lapse import LapseClock
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.coins.lapse import LapsePolicy


def wire(core: Core) -> Wired:
    """Make the clock's part."""
    return Wired(due=(LapseClock(core.db, core.policies[LapsePolicy]),))


DOMAIN = Domain(name="coins", policies=(LapsePolicy,), wire=wire)
