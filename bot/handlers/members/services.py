"""What handlers of members work with."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.members.asks import FanAsks
from bot.features.members.fan_notes import FanNoting
from bot.features.members.fan_tags import FanTagging
from bot.features.members.grants import Grants
from bot.features.members.lists import FanLists
from bot.features.members.tag_rules import TagRules
from bot.flows.fan_page import FanPages
from bot.handlers.kit.forms import Form
from bot.handlers.kit.naming import Naming
from bot.rules.members.care import CarePolicy


@dataclass(frozen=True, slots=True)
class FanServices:
    """What staff do with fans."""

    lists: FanLists
    pages: FanPages
    tagging: FanTagging
    noting: FanNoting
    grants: Grants
    asks: FanAsks
    naming: Naming
    communities: Communities
    policy: CarePolicy


@dataclass(frozen=True, slots=True)
class TagRuleServices:
    """Use cases of rules that give tags, and the form of a new one."""

    rules: TagRules
    form: Form
    communities: Communities
