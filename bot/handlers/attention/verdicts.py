"""What becomes of verdicts when a room moves, when a person's data is deleted, and after their time."""

from datetime import datetime

from bot.flows.move_group import Move
from bot.handlers.kit.domain import Tidy
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.leaving import Traces
from bot.store.verdicts import CHUNK, drop_verdicts, forget_verdicts, move_verdicts


def follow(tx: Tx, move: Move, _policies: Policies) -> None:
    """What a group had counts in the supergroup that it becomes."""
    move_verdicts(tx, move.old_chat_id, move.new_chat_id)


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Delete what was decided of a person's private messages."""
    forget_verdicts(tx, traces.user_id, traces.community_id)


def tidy(policies: Policies) -> Tidy:
    """Verdicts are kept as long as what was shown."""
    kept = policies[MemoryPolicy].kept

    def drop_old(tx: Tx, now: datetime) -> bool:
        return drop_verdicts(tx, now - kept) == CHUNK

    return drop_old
