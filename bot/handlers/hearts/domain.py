"""How the domain plugs in."""

from bot.content.buttons import hearts as buttons
from bot.content.buttons.shared import HEART
from bot.features.hearts import hearts as heart_cases
from bot.features.hearts.hearts import Hearts
from bot.flows.hearts_unlock import Tools, Unlocking
from bot.flows.undo import Undoable
from bot.handlers.hearts import hearts
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.hearts.hearts import HeartPolicy
from bot.rules.packets.packets import PacketPolicy
from bot.rules.raffles.raffles import RafflePolicy


def wire(core: Core) -> Wired:
    """Make what handlers of hearts ask for."""
    policies = core.policies
    tools = Tools(policies[HeartPolicy], policies[PacketPolicy], policies[RafflePolicy], core.fresh_bytes)
    return Wired({"hearts": Hearts(core.db, policies[HeartPolicy]), "unlocking": Unlocking(core.db, tools)})


DOMAIN = Domain(
    name="hearts",
    desks=(hearts.setup,),
    policies=(HeartPolicy,),
    undo={
        heart_cases.MADE: Undoable(lambda tx, act, entry, _: heart_cases.undo_make(tx, act.place, entry, act.at)),
        heart_cases.CANCELLED: Undoable(
            lambda tx, act, entry, _: heart_cases.undo_cancel(tx, act.place, entry, act.at)
        ),
    },
    buttons=buttons.BUTTONS,
    fast_presses=(HEART,),
    wire=wire,
)
