"""Buttons of tiers."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import TIER, Buttons
from bot.rules.members.tiers import FallComing, Risen, TierShown


def _why(_outcome: Risen | FallComing) -> Rows:
    return ((Button("tier", press=TIER),),)


def _page(shown: TierShown) -> Rows:
    """The switch of the tag."""
    wanted = "off" if shown.tag else "on"
    return ((Button(f"tag_{wanted}", press=f"{TIER}:tag:{wanted}"),),)


BUTTONS: Buttons = {Risen: _why, FallComing: _why, TierShown: _page}
