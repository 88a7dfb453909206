"""How the domain plugs in."""

from bot.content.buttons import shops as buttons
from bot.features.shops.rooms import Rooms, move_question
from bot.features.shops.settings import CHANGED, ShopSettings, undo_setup
from bot.features.shops.setup import SetupDialogue
from bot.features.shops.topics import CHOSEN, Topics, undo_choice
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.shops import rooms, setup, topics
from bot.handlers.shops.forms import setup_form
from bot.handlers.shops.services import ShopServices
from bot.handlers.shops.setup_panel import SetupPanel
from bot.handlers.shops.topic_choice import TopicChoice
from bot.rules.policies import Policies
from bot.rules.shops.setup import SetupPolicy
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of shops ask for, and the clock's part."""
    policy = core.policies[SetupPolicy]
    settings = ShopSettings(core.db)
    panel = SetupPanel(core, Rooms(core.db), settings, SetupDialogue(core.db, policy))
    services = ShopServices(
        settings=settings,
        panel=panel,
        topics=TopicChoice(Topics(core.db), core.communities),
        setup_form=setup_form(policy),
        setup_policy=policy,
    )
    return Wired({"shops": services})


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    move_question(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="shops",
    desks=(setup.setup, rooms.setup, topics.setup),
    policies=(SetupPolicy,),
    undo={
        CHANGED: Undoable(lambda tx, act, entry, _: undo_setup(tx, act, entry), owners_only=True),
        CHOSEN: Undoable(lambda tx, act, entry, _: undo_choice(tx, act, entry), owners_only=True),
    },
    follows=(_follow,),
    buttons=buttons.BUTTONS,
    wire=wire,
)
