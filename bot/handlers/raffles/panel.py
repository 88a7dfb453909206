"""The acts of raffles on the staff's panel."""

from bot.features.raffles.panel import (
    ALL_REDRAWABLE,
    NAMED,
    REDRAWABLE,
    list_ended,
    list_raffles,
    reach_called_off,
    reach_new,
)
from bot.handlers.kit.blanks import SEGMENTS, Blank, PanelAct, Shape, blanks_of
from bot.handlers.kit.forms import whole
from bot.handlers.raffles.forms import RaffleForms
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.raffles.facts import RafflePolicy
from bot.store.panel import reach_groups

LISTS = {Section.RAFFLES: list_raffles}
ENDED = {Section.RAFFLES: list_ended}
RARE = ("tier", "fresh", "cap", "weights", "reserves", "value", "beacon", "for")


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Open a raffle, call one off, draw places anew."""
    forms = RaffleForms.of(policies[RafflePolicy])
    reason = blanks_of(forms.redraw)
    number = Blank("entry", whole(1, 2**31 - 1), needed=True, shape=Shape.BARE, winners=True)
    return (
        PanelAct(
            "newraffle",
            Section.RAFFLES,
            "newraffle",
            blanks_of(
                forms.new,
                None,
                rare=RARE,
                winners=("1", "3", "5", "10"),
                closes=("+10m", "+30m", "+1h", "+1d"),
                ticket=("0", "30", "50"),
                needs=("checkin", "stream", "checkin,stream"),
                fresh=("7d", "30d"),
                cap=("7d", "30d"),
                weights=("1,1,1,1", "1,1,2,3"),
                reserves=("0", "2", "5"),
                beacon=("yes", "no"),
                **{"for": SEGMENTS},
            ),
            reach=reach_new,
        ),
        PanelAct(
            "raffle_cancel",
            Section.RAFFLES,
            "raffle",
            head="{number}",
            tail="cancel",
            states=frozenset({"open"}),
            danger=True,
            reach=reach_called_off,
        ),
        PanelAct(
            "raffle_call_off",
            Section.RAFFLES,
            "raffle",
            head="{number}",
            tail="cancel",
            states=frozenset({"listed"}),
            mark=NAMED,
            danger=True,
            owner=True,
            reach=reach_called_off,
        ),
        PanelAct(
            "raffle_proof",
            Section.RAFFLES,
            "raffle",
            head="{number}",
            tail="proof",
            states=frozenset({"drawn"}),
            unlogged=True,
        ),
        PanelAct(
            "raffle_redraw",
            Section.RAFFLES,
            "raffle",
            (number, *reason),
            head="{number} redraw",
            states=frozenset({"drawn"}),
            mark=REDRAWABLE,
            danger=True,
            owner=True,
            reach=reach_groups,
        ),
        PanelAct(
            "raffle_redraw_all",
            Section.RAFFLES,
            "raffle",
            reason,
            head="{number} redraw",
            states=frozenset({"drawn"}),
            mark=ALL_REDRAWABLE,
            danger=True,
            owner=True,
            reach=reach_groups,
        ),
    )
