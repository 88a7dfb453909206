"""How the domain plugs in."""

from bot.content.buttons import checkins as buttons
from bot.features.checkins.checkins import CheckIns
from bot.flows import check_in
from bot.handlers.checkins import checkins
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.checkins.checkins import CheckInPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of check-ins ask for."""
    policy = core.policies[CheckInPolicy]
    return Wired({"checkins": CheckIns(core.db, policy, check_in.check_in), "checkin_policy": policy})


DOMAIN = Domain(name="checkins", desks=(checkins.setup,), policies=(CheckInPolicy,), buttons=buttons.BUTTONS, wire=wire)
