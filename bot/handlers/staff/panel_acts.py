"""What the staff's panel can do with held rewards and with staff."""

from bot.content.buttons.staff import ADD, GIVE_ROLE
from bot.handlers.kit.blanks import PanelAct, bare, person
from bot.handlers.kit.forms import one_of
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.rights import GIVABLE

ROLES = {role.value: role.value for role in GIVABLE}


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """What waits for the shop's look, the list of staff, and roles. They stand after the ways by which fans come."""
    return (
        PanelAct("held", Section.FANS, "held", unlogged=True, row=1),
        PanelAct("staff", Section.FANS, "staff", unlogged=True, owner=True, row=1),
        PanelAct(
            GIVE_ROLE,
            Section.FANS,
            "staff",
            (person("who"), bare("role", one_of(ROLES), *ROLES)),
            head=ADD,
            owner=True,
            row=1,
        ),
    )
