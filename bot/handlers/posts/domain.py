"""How the domain plugs in."""

from bot.features.posts import forget
from bot.features.posts.copies import EDITED, undo_edit
from bot.features.posts.sendings import SENT, Sendings, undo_send
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.posts import calendar, calendar_parts
from bot.rules.policies import Policies
from bot.rules.posts.sendings import SendingPolicy
from bot.rules.posts.templates import TemplatePolicy
from bot.store.engine.sessions import Tx
from bot.store.post_copies import follow_copies


def wire(core: Core) -> Wired:
    """Make what handlers of posts ask for, and the clock's part."""
    sendings = Sendings(core.db, core.policies[SendingPolicy])
    parts = {"sendings": sendings, "calendar": calendar_parts.services(core)}
    return Wired(parts, due=(calendar_parts.clock(core), sendings))


def _follow(tx: Tx, move: Move, _: Policies) -> None:
    follow_copies(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="posts",
    desks=(calendar.setup,),
    policies=(SendingPolicy, TemplatePolicy, *calendar_parts.POLICIES),
    cards=calendar_parts.CARDS,
    buttons=calendar_parts.CALENDAR_BUTTONS,
    undo={
        SENT: Undoable(lambda tx, act, entry, policies: undo_send(tx, act, entry, policies[SendingPolicy])),
        EDITED: Undoable(lambda tx, act, entry, policies: undo_edit(tx, act, entry, policies[SendingPolicy])),
        **calendar_parts.UNDO,
    },
    follows=(_follow,),
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    wire=wire,
)
