"""What handlers of rules that give tags work with."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.members.tag_rules import TagRules
from bot.handlers.kit.forms import Form


@dataclass(frozen=True, slots=True)
class TagRuleServices:
    """Use cases of rules that give tags, and the form of a new one."""

    rules: TagRules
    form: Form
    communities: Communities
