"""How the domain plugs in."""

from bot.features.members import memory
from bot.features.members.memory import Memory
from bot.flows.move_group import Move
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.shown import move_shown


def wire(core: Core) -> Wired:
    """Make the domain's own objects."""
    return Wired(housekeeping=(Memory(core.db, core.policies[MemoryPolicy], core.meters).drop_old,))


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    """Notes and active days name a room by its row, which stays."""
    move_shown(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="members",
    follows=(_follow,),
    forgets=(memory.forget,),
    drops_traces=(memory.drop_traces,),
    wire=wire,
)
