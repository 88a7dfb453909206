"""What the staff's panel can do with rules that give tags."""

from bot.handlers.kit.blanks import PanelAct, blanks_of
from bot.handlers.members.tag_rules import new_rule_form
from bot.rules.members.tag_rules import TagRulePolicy
from bot.rules.panel import Section
from bot.rules.policies import Policies


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new rule, and the list of rules."""
    form = new_rule_form(policies[TagRulePolicy])
    return (
        PanelAct("tagrule", Section.FANS, "tagrule", blanks_of(form, None, times=("1", "3", "5", "10")), row=4),
        PanelAct("tagrules", Section.FANS, "tagrule", unlogged=True, row=4),
    )
