"""How the domain plugs in."""

from bot.content.buttons import members as buttons
from bot.features.members import forget, memory
from bot.features.members.clock import TierClock
from bot.features.members.memory import Memory
from bot.features.members.page import TierPages
from bot.features.members.telling import FALL, RISE, fall_unheard, rise_unheard
from bot.flows.move_group import Move
from bot.flows.tier_opens import opens_of
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.members import tiers
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.shown import move_shown
from bot.store.tags import move_tags


def wire(core: Core) -> Wired:
    """Make the page of tiers, and the clock's and the night's parts."""
    opens = opens_of(core.policies)
    return Wired(
        {"tiers": TierPages(core.db, core.policies, opens)},
        due=(TierClock(core.db, core.policies, opens),),
        housekeeping=(Memory(core.db, core.policies[MemoryPolicy], core.meters).drop_old,),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    """Notes and active days name a room by its row, which stays; the others name its chat."""
    move_shown(tx, move.old_chat_id, move.new_chat_id)
    if move.community_id is not None:
        move_tags(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="members",
    desks=(tiers.setup,),
    buttons=buttons.BUTTONS,
    follows=(_follow,),
    tells=forget.TELLS,
    acted_by=forget.ACTED_BY,
    forgets=(memory.forget, forget.forget),
    drops_traces=(memory.drop_traces,),
    unheard={RISE: rise_unheard, FALL: fall_unheard},
    wire=wire,
)
