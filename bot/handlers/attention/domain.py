"""How the domain plugs in."""

from datetime import datetime

from bot.content.buttons import attention as buttons
from bot.content.secrets import attention as secrets
from bot.features.attention import bounds, unsent, warnings
from bot.features.attention.bounds import ShopBounds
from bot.features.attention.folded import FoldedOnCard
from bot.features.attention.unsent import Unsent
from bot.features.attention.warnings import StaffWarnings
from bot.features.attention.why import Why
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.attention import log, panel, quiet, why
from bot.handlers.attention import warnings as warning_presses
from bot.handlers.attention.services import AttentionServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.bounds import BoundsPolicy
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.attention.unsent import UnsentPolicy
from bot.rules.attention.warnings import WarningPolicy
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.leaving import Traces
from bot.store.mornings import CARD as MORNING
from bot.store.verdicts import CHUNK, drop_verdicts, forget_verdicts, move_verdicts


def wire(core: Core) -> Wired:
    """Make what handlers ask for, what the domain adds to cards, and the night's part."""
    memory, limits = core.policies[MemoryPolicy], core.policies[BoundsPolicy]

    def drop_old(tx: Tx, now: datetime) -> bool:
        """Verdicts are kept as long as what was shown."""
        return drop_verdicts(tx, now - memory.kept) == CHUNK

    budget = core.policies[AttentionPolicy]
    warned = StaffWarnings(core.db, budget, core.policies[WarningPolicy], core.clock.now, core.lines)
    core.db.on_typed(warned.look)
    core.voice.warning = warned.warning
    services = AttentionServices(
        bounds=ShopBounds(core.db, budget, limits),
        limits=limits,
        why=Why(core.db, core.lines, memory),
        unsent=Unsent(core.db, core.lines, core.policies[UnsentPolicy]),
        warnings=warned,
        communities=core.communities,
    )
    return Wired(
        {"attention": services},
        adds_to_cards={MORNING: FoldedOnCard(core.lines).add},
        tidies=(drop_old,),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    move_verdicts(tx, move.old_chat_id, move.new_chat_id)


def _drop_traces(tx: Tx, traces: Traces) -> None:
    forget_verdicts(tx, traces.user_id, traces.community_id)


DOMAIN = Domain(
    name="attention",
    desks=(quiet.setup, why.setup, log.setup, warning_presses.setup),
    policies=(AttentionPolicy, BoundsPolicy, UnsentPolicy, WarningPolicy),
    undo={
        bounds.CHANGED: Undoable(lambda tx, act, entry, _: bounds.undo_change(tx, act, entry), owners_only=True),
        warnings.HELD: Undoable(lambda tx, act, entry, _: warnings.undo_hold(tx, act, entry)),
        unsent.STOPPED: Undoable(lambda tx, act, entry, _: unsent.undo_stop(tx, act, entry)),
    },
    secrets=secrets.SECRETS,
    follows=(_follow,),
    drops_traces=(_drop_traces,),
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)
