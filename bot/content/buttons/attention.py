"""Buttons about what the shop may say by itself: bounds, what wasn't sent, why something came."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import UNDO, Buttons, in_rows
from bot.rules.attention.bounds import BoundsShown, HoursOffered, NeverOff, Span

QUIET = "quiet"
"""`quiet:<shop>:show`, `quiet:<shop>:hours`, `quiet:<shop>:from:2200-0800`, `quiet:<shop>:most:5`, and so on."""
SHOW, HOURS, FROM, MOST, PROMOTIONAL, GAP = "show", "hours", "from", "most", "promo", "gap"


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((QUIET, str(shop), *map(str, parts)))


def _bounds(shown: BoundsShown) -> Rows:
    shop, steps = shown.community_id, shown.steps
    if steps is None:
        return (_unsent(shop),)
    pairs = (
        (("less", MOST, steps.less), ("more", MOST, steps.more)),
        (("less_promo", PROMOTIONAL, steps.less_promotional), ("more_promo", PROMOTIONAL, steps.more_promotional)),
        (("shorter", GAP, steps.shorter_gap), ("longer", GAP, steps.longer_gap)),
    )
    rows = tuple(
        tuple(Button(label, press=_press(shop, what, to), about=to) for label, what, to in pair if to is not None)
        for pair in pairs
    )
    undo = ((Button("undo", press=f"{UNDO}:{shown.audit_id}"),),) if shown.audit_id is not None else ()
    hours = (Button("hours", press=_press(shop, HOURS)),)
    return (hours, *(row for row in rows if row), _unsent(shop), *undo)


def _unsent(shop: int) -> tuple[Button, ...]:
    return (Button("unsent", press=f"{UNSENT}:{shop}"),)


def _spans(shop: int, offered: tuple[Span, ...]) -> Rows:
    choices = tuple(Button("span", press=_press(shop, FROM, _written(one)), about=one) for one in offered)
    return in_rows(choices, 2)


def _written(span: Span) -> str:
    return f"{span.begins}-{span.ends}".replace(":", "")


def _offered(shown: HoursOffered) -> Rows:
    return (*_spans(shown.community_id, shown.offered), (Button("back", press=_press(shown.community_id, SHOW)),))


def _never_off(refused: NeverOff) -> Rows:
    return _spans(refused.community_id, refused.offered)


UNSENT = "unsent"
"""`unsent:<shop>` shows what wasn't sent lately, `unsent:<shop>:day:<date>:<page>` one day of it,
`unsent:<shop>:now:<verdict>` sends what is held, `unsent:<shop>:stop:<verdict>` takes it back."""

BUTTONS: Buttons = {
    BoundsShown: _bounds,
    HoursOffered: _offered,
    NeverOff: _never_off,
}
