"""What the staff's panel can do with fans."""

from bot.features.members.panel import reach_of_grant
from bot.handlers.kit.blanks import PanelAct, bare, person
from bot.handlers.kit.forms import whole, words
from bot.rules.members.care import CarePolicy
from bot.rules.panel import Section
from bot.rules.policies import Policies

GRANT = "/grant @ana 50 for the photos"


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Lists of fans, and coins for one."""
    policy = policies[CarePolicy]
    return (
        PanelAct("fans", Section.FANS, "fans", unlogged=True, row=-1),
        PanelAct(
            "grant",
            Section.FANS,
            "grant",
            (
                person("fan"),
                bare("coins", whole(1, policy.most_coins), "10", "50", "100", "500"),
                bare("reason", words(policy.longest_reason, GRANT)),
            ),
            gives=True,
            reach=reach_of_grant,
        ),
    )
