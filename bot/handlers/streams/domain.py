"""How the domain plugs in."""

from bot.content.buttons import streams as buttons
from bot.features.streams import forget
from bot.features.streams.ahead import look_ahead
from bot.features.streams.airings import Airings
from bot.features.streams.announcements import follow_group
from bot.features.streams.cancellations import CANCELLED, undo_cancel
from bot.features.streams.clock import StreamClock
from bot.features.streams.delays import DELAYED, undo_delay
from bot.features.streams.live_card import live_card
from bot.features.streams.plans import MADE, StreamPlans, undo_plan
from bot.features.streams.reminders import Reminders
from bot.features.streams.spoken_words import SpokenWords
from bot.flows.attend import Attending
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.streams import airings, panel, streams
from bot.handlers.streams.forms import StreamForms
from bot.handlers.streams.services import StreamServices
from bot.rules.policies import Policies
from bot.rules.streams.attendance import AttendancePolicy
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import CARD
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of streams ask for, and the clock's part."""
    policy = core.policies[StreamPolicy]
    services = StreamServices(
        plans=StreamPlans(core.db, policy),
        airings=Airings(core.db, policy),
        reminders=Reminders(core.db, policy),
        attending=Attending(core.db, core.policies),
        spoken_words=SpokenWords(core.db),
        forms=StreamForms.of(policy),
    )
    return Wired(
        {"streams": services},
        due=(StreamClock(core.db, policy), services.reminders, services.spoken_words),
        mirrors=(services.spoken_words.refresh,),
    )


def _follow(tx: Tx, move: Move, policies: Policies) -> None:
    if move.community_id is not None:
        follow_group(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at, policies[StreamPolicy])


DOMAIN = Domain(
    name="streams",
    desks=(streams.setup, airings.setup),
    policies=(StreamPolicy, AttendancePolicy),
    cards={CARD: live_card},
    undo={
        MADE: Undoable(lambda tx, act, entry, _: undo_plan(tx, act, entry), hosts=True),
        DELAYED: Undoable(
            lambda tx, act, entry, policies: undo_delay(tx, act, entry, policies[StreamPolicy]), hosts=True
        ),
        CANCELLED: Undoable(
            lambda tx, act, entry, policies: undo_cancel(tx, act, entry, policies[StreamPolicy]), hosts=True
        ),
    },
    looks_ahead=(look_ahead,),
    follows=(_follow,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    wire=wire,
)
