"""How the domain plugs in."""

from bot.content.buttons import streams as buttons
from bot.features.streams import airings as airing_cases
from bot.features.streams import forget, plans
from bot.features.streams.airings import Evenings
from bot.features.streams.clock import Clockwork
from bot.features.streams.plans import Streams
from bot.features.streams.reminders import Reminders
from bot.features.streams.spoken_words import SpokenWords
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.streams import airings, panel, streams
from bot.rules.policies import Policies
from bot.rules.streams.attendance import AttendancePolicy
from bot.rules.streams.streams import StreamPolicy
from bot.store import airings as facts
from bot.store.engine.db import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of streams ask for, and the clock's part."""
    policy = core.policies[StreamPolicy]
    reminders, spoken_words = Reminders(core.db, policy), SpokenWords(core.db)
    return Wired(
        {
            "streams": Streams(core.db, policy),
            "stream_policy": policy,
            "evenings": Evenings(core.db, policy),
            "reminders": reminders,
            "spoken_words": spoken_words,
            "attendance_policy": core.policies[AttendancePolicy],
        },
        due=(Clockwork(core.db, policy), reminders, spoken_words),
    )


def _follow(tx: Tx, move: Move, policies: Policies) -> None:
    if move.community_id is not None:
        facts.rehang(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at, policies[StreamPolicy])


DOMAIN = Domain(
    name="streams",
    desks=(streams.setup, airings.setup),
    policies=(StreamPolicy, AttendancePolicy),
    cards={facts.CARD: facts.live_card},
    undo={
        plans.MADE: Undoable(lambda tx, act, entry, _: plans.undo_plan(tx, act.place, entry, act.at)),
        airing_cases.DELAYED: Undoable(
            lambda tx, act, entry, policies: airing_cases.undo_delay(
                tx, act.place, entry, act.at, policies[StreamPolicy]
            )
        ),
        airing_cases.CANCELLED: Undoable(
            lambda tx, act, entry, policies: airing_cases.undo_cancel(
                tx, act.place, entry, act.at, policies[StreamPolicy]
            )
        ),
    },
    follows=(_follow,),
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    buttons=buttons.BUTTONS,
    wire=wire,
)
