"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import people as buttons
from bot.features.people import joining as joining_cases
from bot.features.people.board import Members
from bot.features.people.joining import Joining
from bot.features.people.preferences import Preferences
from bot.features.people.privacy import Privacy
from bot.features.people.sources import expire_touches
from bot.flows import come_and_go
from bot.flows.move_group import Move
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.people import board, joining, preferences, privacy, sources
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.people.joining import WelcomePolicy
from bot.rules.people.members import BoardPolicy
from bot.rules.policies import Policies
from bot.store.engine.db import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of people ask for."""
    policies = core.policies
    return Wired(
        {
            "members": Members(core.db, policies[BoardPolicy]),
            "joining": Joining(
                core.db,
                policies[WelcomePolicy],
                policies[CheckInPolicy],
                comes=partial(come_and_go.come, choice=core.choice),
                goes=come_and_go.go,
            ),
            "preferences": Preferences(core.db),
            "privacy": Privacy(core.db),
        },
        due=(core.whereabouts,),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        joining_cases.move(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="people",
    desks=(board.setup, joining.setup, sources.setup, preferences.setup, privacy.setup),
    policies=(WelcomePolicy, BoardPolicy),
    follows=(_follow,),
    tidies=(expire_touches,),
    buttons=buttons.BUTTONS,
    wire=wire,
)
