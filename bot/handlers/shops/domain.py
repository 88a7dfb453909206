"""How the domain plugs in."""

from bot.content.buttons import shops as buttons
from bot.features.shops import rooms as room_cases
from bot.features.shops import setup as setup_cases
from bot.features.shops import topics as topic_cases
from bot.features.shops.calendar import Cadence, morning_card
from bot.features.shops.report import Reporting
from bot.features.shops.rooms import Rooms
from bot.features.shops.setup import SettingUp
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.shops import panel, report, rooms, setup, topics
from bot.handlers.shops.setup_panel import SetupPanel
from bot.rules.policies import Policies
from bot.rules.shops.calendar import CadencePolicy
from bot.rules.shops.setup import SetupPolicy
from bot.store import mornings
from bot.store.engine.db import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of shops ask for, and the clock's part."""
    setting_up = SettingUp(core.db, core.policies[SetupPolicy])
    setup_panel = SetupPanel(
        bot=core.bot,
        communities=core.communities,
        rooms=Rooms(core.db),
        roles=core.roles,
        setting_up=setting_up,
        voice=core.voice,
        menus=core.menus,
        greeter=core.greeter,
    )
    parts = {"reporting": Reporting(core.db), "panel": setup_panel, "setting_up": setting_up}
    return Wired(parts, due=(Cadence(core.db, core.policies[CadencePolicy]),))


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    room_cases.move_question(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="shops",
    desks=(setup.setup, rooms.setup, topics.setup, report.setup),
    policies=(SetupPolicy, CadencePolicy),
    cards={mornings.CARD: morning_card},
    undo={
        setup_cases.SETUP: Undoable(
            lambda tx, act, entry, _: setup_cases.undo_setup(tx, act.place, entry), owners_only=True
        ),
        topic_cases.CHOSEN: Undoable(
            lambda tx, act, entry, _: topic_cases.undo_choice(tx, act.place, entry), owners_only=True
        ),
    },
    follows=(_follow,),
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)
