"""What the staff's panel can do with posts and with the persona."""

from bot.features.posts.pauses import may_rest, rests
from bot.handlers.kit.blanks import PanelAct, blanks_of
from bot.handlers.posts.persona_services import NONE, persona_form
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.posts.persona import PersonaPolicy


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Say something, look at what was said, and how the shop speaks."""
    form = persona_form(policies[PersonaPolicy])
    return (
        PanelAct("post", Section.POSTS, "post", unlogged=True),
        PanelAct("posts", Section.POSTS, "post", tail="list", unlogged=True),
        PanelAct("posts_sent", Section.POSTS, "post", tail="sent", unlogged=True),
        PanelAct("calendar", Section.POSTS, "calendar", unlogged=True),
        PanelAct("pause", Section.POSTS, "pause", unlogged=True, offered=may_rest),
        PanelAct("resume", Section.POSTS, "resume", unlogged=True, offered=rests),
        PanelAct(
            "persona",
            Section.POSTS,
            "persona",
            blanks_of(form, sign_off=(NONE,), emoji=(NONE,), notes=(NONE,)),
            owner=True,
            row=1,
            some=True,
        ),
        PanelAct("pillars", Section.POSTS, "pillars", unlogged=True, owner=True, row=1),
    )
