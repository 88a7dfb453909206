"""How the domain plugs in."""

from bot.content.buttons import checkins as buttons
from bot.features.checkins import forget
from bot.flows.check_in import CheckIns
from bot.handlers.checkins import checkins
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.checkins.checkins import CheckInPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of check-ins ask for."""
    return Wired({"checkins": CheckIns(core.db, core.policies), "checkin_policy": core.policies[CheckInPolicy]})


DOMAIN = Domain(
    name="checkins",
    desks=(checkins.setup,),
    policies=(CheckInPolicy,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    buttons=buttons.BUTTONS,
    wire=wire,
)
