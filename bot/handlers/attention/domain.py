"""How the domain plugs in."""

from datetime import datetime

from bot.flows.move_group import Move
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.leaving import Traces
from bot.store.verdicts import CHUNK, drop_verdicts, forget_verdicts, move_verdicts


def wire(core: Core) -> Wired:
    """Make the night's part."""
    kept = core.policies[MemoryPolicy].kept

    def drop_old(tx: Tx, now: datetime) -> bool:
        """Verdicts are kept as long as what was shown."""
        return drop_verdicts(tx, now - kept) == CHUNK

    return Wired(tidies=(drop_old,))


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    move_verdicts(tx, move.old_chat_id, move.new_chat_id)


def _drop_traces(tx: Tx, traces: Traces) -> None:
    forget_verdicts(tx, traces.user_id, traces.community_id)


DOMAIN = Domain(
    name="attention",
    policies=(AttentionPolicy,),
    follows=(_follow,),
    drops_traces=(_drop_traces,),
    wire=wire,
)
