"""How the domain plugs in."""

from bot.content.buttons import blanks as blank_buttons
from bot.content.buttons import persona as persona_buttons
from bot.content.buttons import posts as post_buttons
from bot.content.template_values import values_for
from bot.features.posts import forget
from bot.features.posts import persona as persona_cases
from bot.features.posts.blanks import FILLED, undo_filling
from bot.features.posts.copies import EDITED, undo_edit
from bot.features.posts.lines import POST, line_of
from bot.features.posts.sendings import SENT, Sendings, undo_send
from bot.features.posts.templates import Templates
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.posts import blanks, calendar, calendar_parts, panel, persona, post, post_parts
from bot.handlers.posts.blanks import BlankServices
from bot.handlers.posts.persona_services import PersonaServices
from bot.handlers.posts.post_services import PostServices
from bot.outside.owner_templates import OwnerTemplates
from bot.rules.policies import Policies
from bot.rules.posts.blanks import BlankPolicy
from bot.rules.posts.persona import PersonaPolicy
from bot.rules.posts.sendings import SendingPolicy
from bot.rules.posts.templates import TemplatePolicy
from bot.store.engine.sessions import Tx
from bot.store.post_copies import follow_copies


def wire(core: Core) -> Wired:
    """Make what handlers of posts ask for, and the clock's part."""
    sendings, policy = Sendings(core.db, core.policies[SendingPolicy]), core.policies[TemplatePolicy]
    templates = Templates(OwnerTemplates(policy), values_for, policy)
    parts = {
        "sendings": sendings,
        "speaking": PersonaServices.of(core),
        "posting": PostServices.of(core, sendings, templates),
        "filling": BlankServices.of(core),
        "calendar": calendar_parts.services(core),
    }
    return Wired(parts, due=(calendar_parts.clock(core, templates), sendings))


def _follow(tx: Tx, move: Move, _: Policies) -> None:
    follow_copies(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="posts",
    desks=(persona.setup, post.setup, blanks.setup, calendar.setup),
    policies=(PersonaPolicy, SendingPolicy, TemplatePolicy, BlankPolicy, *calendar_parts.POLICIES),
    lines={POST: line_of},
    cards=calendar_parts.CARDS,
    undo={
        SENT: Undoable(lambda tx, act, entry, policies: undo_send(tx, act, entry, policies[SendingPolicy])),
        EDITED: Undoable(lambda tx, act, entry, policies: undo_edit(tx, act, entry, policies[SendingPolicy])),
        FILLED: Undoable(lambda tx, act, entry, _: undo_filling(tx, act, entry)),
        persona_cases.CHANGED: Undoable(
            lambda tx, act, entry, _: persona_cases.undo_change(tx, act, entry), owners_only=True
        ),
        persona_cases.SHARED_OUT: Undoable(
            lambda tx, act, entry, _: persona_cases.undo_share_out(tx, act, entry), owners_only=True
        ),
        **calendar_parts.UNDO,
        **post_parts.UNDO,
    },
    follows=(_follow,),
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    buttons={
        **persona_buttons.BUTTONS,
        **post_buttons.BUTTONS,
        **blank_buttons.BUTTONS,
        **calendar_parts.BUTTONS,
    },
    wire=wire,
)
