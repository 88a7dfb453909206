"""Buttons of tiers, and of rules that give tags."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import TIER, Buttons, undo_button
from bot.rules.members.tag_rules import RuleLeaves, RuleLine, RuleList, RuleMade, RuleRemoved
from bot.rules.members.tiers import FallComing, Risen, TierShown

TAG_RULE = "tagrule"
"""`tagrule:<shop>:<number>:ask` asks what becomes of a rule's tags, `…:keep` and `…:off` remove the rule."""
ASK, KEEP, TAKE_OFF = "ask", "keep", "off"


def _why(_outcome: Risen | FallComing) -> Rows:
    return ((Button("tier", press=TIER),),)


def _page(shown: TierShown) -> Rows:
    """The switch of the tag."""
    wanted = "off" if shown.tag else "on"
    return ((Button(f"tag_{wanted}", press=f"{TIER}:tag:{wanted}"),),)


def _rules(rules: RuleList) -> Rows:
    """A button for each rule, which removes it."""
    return tuple((_rule_button("remove_rule", rules.community_id, line, ASK),) for line in rules.lines)


def _leaves(leaves: RuleLeaves) -> Rows:
    """Whether the tags stay. Without tags there is nothing to choose."""
    shop, line = leaves.community_id, leaves.line
    if not line.fans:
        return ((_rule_button("remove", shop, line, KEEP),),)
    return ((_rule_button("keep_tags", shop, line, KEEP),), (_rule_button("take_tags", shop, line, TAKE_OFF),))


def _rule_button(label: str, shop: int, line: RuleLine, what: str) -> Button:
    return Button(label, press=f"{TAG_RULE}:{shop}:{line.number}:{what}", about=line)


BUTTONS: Buttons = {
    Risen: _why,
    FallComing: _why,
    TierShown: _page,
    RuleList: _rules,
    RuleLeaves: _leaves,
    RuleMade: undo_button,
    RuleRemoved: undo_button,
}
