"""How the domain plugs in."""

from bot.features.posts import forget
from bot.features.posts.copies import EDITED, undo_edit
from bot.features.posts.sendings import SENT, Sendings, undo_send
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.policies import Policies
from bot.rules.posts.sendings import SendingPolicy
from bot.store.engine.sessions import Tx
from bot.store.post_copies import follow_copies


def wire(core: Core) -> Wired:
    """Make what handlers of posts ask for, and the clock's part."""
    sendings = Sendings(core.db, core.policies[SendingPolicy])
    return Wired({"sendings": sendings}, due=(sendings,))


def _follow(tx: Tx, move: Move, _: Policies) -> None:
    follow_copies(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="posts",
    policies=(SendingPolicy,),
    undo={
        SENT: Undoable(lambda tx, act, entry, policies: undo_send(tx, act, entry, policies[SendingPolicy])),
        EDITED: Undoable(lambda tx, act, entry, policies: undo_edit(tx, act, entry, policies[SendingPolicy])),
    },
    follows=(_follow,),
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    wire=wire,
)
