"""How the domain plugs in."""

from sqlmodel import col

from bot.content.buttons import persona as persona_buttons
from bot.features.posts import persona as persona_cases
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.posts import panel, persona
from bot.handlers.posts.persona_services import PersonaServices
from bot.rules.posts.persona import PersonaPolicy
from bot.store.tables.posts import Post, Sending


def wire(core: Core) -> Wired:
    """Make what handlers of posts ask for."""
    return Wired({"speaking": PersonaServices.of(core)})


DOMAIN = Domain(
    name="posts",
    desks=(persona.setup,),
    policies=(PersonaPolicy,),
    undo={
        persona_cases.CHANGED: Undoable(
            lambda tx, act, entry, _: persona_cases.undo_change(tx, act, entry), owners_only=True
        ),
        persona_cases.SHARED_OUT: Undoable(
            lambda tx, act, entry, _: persona_cases.undo_share_out(tx, act, entry), owners_only=True
        ),
    },
    acted_by=(col(Post.made_by), col(Sending.made_by)),
    panel_acts=panel.panel_acts,
    buttons={**persona_buttons.BUTTONS},
    wire=wire,
)
