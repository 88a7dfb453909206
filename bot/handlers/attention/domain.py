"""How the domain plugs in."""

from bot.content.buttons import reception as reception_buttons
from bot.features.attention.wear_out import Reception, WearClock
from bot.handlers.attention import reception
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.wear_out import WearPolicy
from bot.store.answers import drop_answers, forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving


def wire(core: Core) -> Wired:
    """Make the page of how things are received, and the clock's part."""
    wear = core.policies[WearPolicy]
    return Wired(
        {"reception": Reception(core.db, wear)},
        due=(WearClock(core.db, wear),),
    )


def _forget_answers(tx: Tx, leaving: Leaving) -> None:
    forget_answers(tx, leaving.community_id, leaving.user_id)


DOMAIN = Domain(
    name="attention",
    desks=(reception.setup,),
    policies=(WearPolicy,),
    buttons={**reception_buttons.BUTTONS},
    forgets=(_forget_answers,),
    tidies=(drop_answers,),
    wire=wire,
)
