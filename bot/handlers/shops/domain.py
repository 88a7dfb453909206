"""How the domain plugs in."""

from bot.features.shops.calendar import WeeklyCalendar, morning_card
from bot.features.shops.report import Reports
from bot.features.shops.rooms import move_question
from bot.features.shops.settings import CHANGED, ShopSettings, undo_setup
from bot.features.shops.setup import SetupDialogue
from bot.features.shops.topics import CHOSEN, undo_choice
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers import general
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.shops import report, rooms, setup, topics
from bot.handlers.shops.forms import setup_form
from bot.handlers.shops.services import ShopServices
from bot.handlers.shops.setup_panel import SetupPanel
from bot.handlers.shops.topic_choice import TopicChoice
from bot.rules.policies import Policies
from bot.rules.shops.calendar import CalendarPolicy
from bot.rules.shops.setup import SetupPolicy
from bot.store.engine.db import Tx
from bot.store.mornings import CARD


def wire(core: Core) -> Wired:
    """Make what handlers of shops ask for, and the clock's part."""
    policy = core.policies[SetupPolicy]
    settings = ShopSettings(core.db)
    panel = SetupPanel(
        bot=core.bot,
        communities=core.communities,
        rooms=core.rooms,
        roles=core.roles,
        settings=settings,
        dialogue=SetupDialogue(core.db, policy),
        voice=core.voice,
        menus=core.menus,
        greeter=core.greeter,
    )
    services = ShopServices(
        settings=settings,
        panel=panel,
        topics=TopicChoice(core.topics, core.communities),
        reports=Reports(core.db),
        setup_form=setup_form(policy),
        setup_policy=policy,
    )
    return Wired({"shops": services}, due=(WeeklyCalendar(core.db, core.policies[CalendarPolicy]),))


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    move_question(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="shops",
    desks=(general.setup, setup.setup, rooms.setup, topics.setup, report.setup),
    policies=(SetupPolicy, CalendarPolicy),
    cards={CARD: morning_card},
    undo={
        CHANGED: Undoable(lambda tx, act, entry, _: undo_setup(tx, act, entry), owners_only=True),
        CHOSEN: Undoable(lambda tx, act, entry, _: undo_choice(tx, act, entry), owners_only=True),
    },
    follows=(_follow,),
    wire=wire,
)
