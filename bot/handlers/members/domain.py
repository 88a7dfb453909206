"""How the domain plugs in."""

from bot.content.buttons import members as buttons
from bot.features.members import forget
from bot.features.members.clock import TierClock
from bot.features.members.page import TierPages
from bot.features.members.telling import FALL, RISE, fall_unheard, rise_unheard
from bot.flows.move_group import Move
from bot.flows.tier_opens import opens_of
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.members import tiers
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.tags import move_tags


def wire(core: Core) -> Wired:
    """Make the page and the clock's part."""
    opens = opens_of(core.policies)
    return Wired({"tiers": TierPages(core.db, core.policies, opens)}, due=(TierClock(core.db, core.policies, opens),))


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        move_tags(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="members",
    desks=(tiers.setup,),
    buttons=buttons.BUTTONS,
    forgets=(forget.forget,),
    follows=(_follow,),
    unheard={RISE: rise_unheard, FALL: fall_unheard},
    wire=wire,
)
