"""What the staff's panel can do with fans, and with rules that give them tags."""

from bot.features.members.panel import reach_of_grant
from bot.handlers.kit.blanks import PanelAct, bare, blanks_of, person
from bot.handlers.kit.forms import whole, words
from bot.handlers.members.tag_rules import new_rule_form
from bot.rules.members.care import CarePolicy
from bot.rules.members.tag_rules import TagRulePolicy
from bot.rules.panel import Section
from bot.rules.policies import Policies

GRANT = "/grant @ana 50 for the photos"


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Lists of fans, coins for one; a new rule, and the list of rules."""
    policy, form = policies[CarePolicy], new_rule_form(policies[TagRulePolicy])
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
        PanelAct(
            "tagrule", Section.FANS, "tagrule", blanks_of(form, None, times=("1", "3", "5", "10")), rare=True, row=4
        ),
        PanelAct("tagrules", Section.FANS, "tagrule", unlogged=True, rare=True, row=4),
    )
