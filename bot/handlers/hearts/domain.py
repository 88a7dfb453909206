"""How the domain plugs in."""

from bot.content.buttons import hearts as buttons
from bot.features.hearts import forget, goals
from bot.features.hearts.board import add_board
from bot.features.hearts.giveaway import gives_of
from bot.features.hearts.goals import HeartGoals
from bot.features.hearts.hearts import Hearts
from bot.features.hearts.prizes import Prizes, PrizeTools
from bot.flows.heart_prizes import PRIZES
from bot.flows.undo import Undoable
from bot.handlers.hearts import hearts, panel
from bot.handlers.hearts.hearts import HeartServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.hearts.hearts import HeartPolicy
from bot.store.airings import CARD


def wire(core: Core) -> Wired:
    """Make what handlers of hearts ask for."""
    tools = PrizeTools(core.policies, core.giveaways, core.fresh_bytes, core.beacon)
    prizes = Prizes(tools, {prize.name: prize for prize in PRIZES})
    services = HeartServices(HeartGoals(core.db, prizes), Hearts(core.db, prizes))
    return Wired({"hearts": services}, activities=(hearts.activity(services),))


DOMAIN = Domain(
    name="hearts",
    desks=(hearts.setup,),
    policies=(HeartPolicy,),
    adds_to_cards={CARD: add_board},
    undo={
        goals.MADE: Undoable(lambda tx, act, entry, _: goals.undo_make(tx, act, entry), hosts=True),
        goals.CANCELLED: Undoable(lambda tx, act, entry, _: goals.undo_cancel(tx, act, entry), hosts=True),
    },
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    gives=(gives_of(PRIZES),),
    buttons=buttons.BUTTONS,
    wire=wire,
)
