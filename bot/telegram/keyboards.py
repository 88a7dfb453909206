"""Makes Telegram's inline keyboards from buttons."""

from typing import Any
from urllib.parse import urlencode

from bot.content.button import Button, Rows

PICK_A_CHAT = {"allow_user_chats": True, "allow_group_chats": True}
"""A card can be sent to friends and groups, but not to channels, where it would be an advertisement."""


def keyboard(rows: Rows, username: str, *, inline: bool = False, address: str | None = None) -> dict[str, Any] | None:
    """The inline keyboard of these rows, or None if it has no buttons. `username` is the bot's own, for its links.

    `inline` says whether inline mode is on; without it a forward button opens a link to share. `address` is the public
    address of the bot's pages; without it buttons that lead to pages are left out.
    """
    shown = [[one for one in row if one.page is None or address is not None] for row in rows]
    if not any(shown):
        return None
    return {"inline_keyboard": [[_button(one, username, inline, address) for one in row] for row in shown if row]}


def _button(button: Button, username: str, inline: bool, address: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"text": button.text}
    if button.style is not None:
        made["style"] = button.style
    if button.press is not None:
        made["callback_data"] = button.press
    elif button.forward is not None and inline:
        made["switch_inline_query_chosen_chat"] = {"query": button.forward, **PICK_A_CHAT}
    elif button.forward is not None and button.start is not None:
        made["url"] = f"https://t.me/share/url?{urlencode({'url': start_link(username, button.start)})}"
    elif button.start is not None:
        made["url"] = start_link(username, button.start)
    elif button.url is not None:
        made["url"] = button.url
    elif button.page is not None:
        made["url"] = f"{address}{button.page}"
    elif button.copy is not None:
        made["copy_text"] = {"text": button.copy}
    elif button.disabled:
        made["disabled"] = {}
    return made


def start_link(username: str, payload: str) -> str:
    """The link that opens the bot's private chat and starts it with `payload`."""
    return f"https://t.me/{username}?start={payload}"


def without_links(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """A keyboard without the buttons that open a link; None if no button is left."""
    if markup is None:
        return None
    rows = [[button for button in row if "url" not in button] for row in markup["inline_keyboard"]]
    return {"inline_keyboard": [row for row in rows if row]} if any(rows) else None
