"""Buttons of the persona and of the page of pillars."""

from bot.content.button import Button, Rows
from bot.content.buttons.panel import BEGIN
from bot.content.buttons.shared import ADMIN, Buttons, in_rows, undo_if_possible
from bot.rules.posts.persona import STEP, WHOLE, PersonaChanged, PersonaShown, PillarsChanged, PillarsPage

PILLARS = "pillars"
"""`pillars:<shop>:shift:<place>:<by>`, `…:add:<pillar>`, `…:scale`, `…:save`, `…:leave`, `…:show`."""
SHIFT, ADD, SCALE, SAVE, LEAVE, SHOW = "shift", "add", "scale", "save", "leave", "show"


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((PILLARS, str(shop), *map(str, parts)))


def _persona(shown: PersonaShown) -> Rows:
    if not (shown.owner and shown.private):
        return ()
    shop = shown.community_id
    change = Button("change_persona", press=f"{ADMIN}:{shop}:{BEGIN}:persona", style="primary")
    return ((change,), (Button("to_pillars", press=_press(shop, SHOW)),))


def _pillars(page: PillarsPage) -> Rows:
    shop = page.community_id
    shares = tuple(
        (
            Button("less", press=_press(shop, SHIFT, place, -STEP)),
            Button("share", press=_press(shop, SHOW), about=one),
            Button("more", press=_press(shop, SHIFT, place, STEP)),
        )
        for place, one in enumerate(page.pillars)
    )
    add = tuple(Button("add", press=_press(shop, ADD, pillar), about=pillar) for pillar in page.unused)
    whole = page.total == WHOLE
    last = (
        Button("save", press=_press(shop, SAVE), style="primary")
        if whole
        else Button("scale", press=_press(shop, SCALE))
    )
    return (*shares, *in_rows(add, 2), (last,), (Button("leave", press=_press(shop, LEAVE)),))


BUTTONS: Buttons = {
    PersonaShown: _persona,
    PersonaChanged: undo_if_possible,
    PillarsPage: _pillars,
    PillarsChanged: undo_if_possible,
}
