"""How the domain plugs in."""

from bot.content.buttons import fans as fan_buttons
from bot.content.buttons import members as buttons
from bot.features.members import fan_notes, fan_tags, forget, grants, lines, memory, of_fan
from bot.features.members import tag_rules as tag_rule_cases
from bot.features.members.asks import FanAsks
from bot.features.members.clock import TierClock
from bot.features.members.fan_notes import FanNoting
from bot.features.members.fan_tags import FanTagging
from bot.features.members.grants import Grants
from bot.features.members.lists import FanLists
from bot.features.members.memory import Memory
from bot.features.members.page import TierPages
from bot.features.members.rhythms import Rhythms
from bot.features.members.tag_clock import TagClock
from bot.features.members.tag_rules import TagRules
from bot.features.members.telling import FALL, RISE, fall_unheard, rise_unheard
from bot.flows.fan_page import FanPages
from bot.flows.move_group import Move
from bot.flows.tier_opens import opens_of
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.members import care, fans, panel, tag_rules, tiers
from bot.handlers.members.services import FanServices, TagRuleServices
from bot.rules.members.care import CarePolicy
from bot.rules.members.slipping import SlippingPolicy
from bot.rules.members.tag_rules import TagRulePolicy
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.shown import move_shown
from bot.store.tags import move_tags


def wire(core: Core) -> Wired:
    """Make the page of tiers, what staff do with fans, and the clock's and the night's parts."""
    opens, care_policy = opens_of(core.policies), core.policies[CarePolicy]
    services = FanServices(
        lists=FanLists(core.db),
        pages=FanPages(core.db, core.policies),
        tagging=FanTagging(core.db),
        noting=FanNoting(core.db, care_policy),
        grants=Grants(core.db, core.giveaways),
        asks=FanAsks(core.db),
        naming=core.naming,
        communities=core.communities,
        policy=care_policy,
    )
    rule_policy = core.policies[TagRulePolicy]
    rules = TagRuleServices(TagRules(core.db, rule_policy), tag_rules.new_rule_form(rule_policy), core.communities)
    return Wired(
        {"tiers": TierPages(core.db, core.policies, opens), "fan_care": services, "tag_rules": rules},
        due=(
            TierClock(core.db, core.policies, opens),
            Rhythms(core.db, core.policies[SlippingPolicy]),
            TagClock(core.db, rule_policy),
        ),
        tidies=(
            lambda tx, now: fan_notes.drop_gone(tx, now, care_policy),
            lambda tx, now: lines.drop_lines(tx, now, care_policy),
        ),
        housekeeping=(Memory(core.db, core.policies[MemoryPolicy], core.meters).drop_old,),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    """Notes and active days name a room by its row, which stays; the others name its chat."""
    move_shown(tx, move.old_chat_id, move.new_chat_id)
    if move.community_id is not None:
        move_tags(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="members",
    desks=(tiers.setup, fans.setup, care.setup, tag_rules.setup),
    policies=(CarePolicy, SlippingPolicy, TagRulePolicy),
    buttons={**buttons.BUTTONS, **fan_buttons.BUTTONS},
    undo={
        of_fan.TAGGED: Undoable(lambda tx, act, entry, _: fan_tags.undo_change(tx, act, entry)),
        of_fan.NOTED: Undoable(lambda tx, act, entry, _: fan_notes.undo_add(tx, act, entry)),
        of_fan.NOTE_GONE: Undoable(
            lambda tx, act, entry, policies: fan_notes.undo_remove(tx, act, entry, policies[CarePolicy])
        ),
        of_fan.GRANTED: Undoable(lambda tx, act, entry, _: grants.undo_grant(tx, act, entry)),
        tag_rule_cases.MADE: Undoable(lambda tx, act, entry, _: tag_rule_cases.undo_make(tx, act, entry)),
        tag_rule_cases.REMOVED: Undoable(
            lambda tx, act, entry, policies: tag_rule_cases.undo_remove(tx, act, entry, policies[TagRulePolicy])
        ),
    },
    gives=(grants.GIVES,),
    acted_by=(*fan_notes.ACTED_BY, *fan_tags.ACTED_BY, *tag_rule_cases.ACTED_BY),
    panel_acts=panel.panel_acts,
    follows=(_follow,),
    tells=forget.TELLS,
    forgets=(memory.forget, forget.forget),
    drops_traces=(memory.drop_traces,),
    unheard={RISE: rise_unheard, FALL: fall_unheard},
    wire=wire,
)
