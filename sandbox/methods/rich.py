"""sendRichMessage. Rules: https://core.telegram.org/bots/api#sendrichmessage, also to one person alone."""

from typing import Any

from sandbox.methods.ask import Ask
from sandbox.methods.markup import check_buttons
from sandbox.methods.sending import draft_for, send_draft, target_of
from sandbox.rich import button_rows, read_rich
from sandbox.text import Text


def send_rich_message(ask: Ask) -> dict[str, Any]:
    """Send a message of blocks: headings, tables, lists, details and buttons."""
    rich = read_rich(ask.params["rich_message"])
    rows = button_rows(rich)
    draft = draft_for(ask, Text())
    draft.body = {"rich_message": rich}
    target = target_of(ask, draft)
    check_buttons(rows, draft.chat, ask.bot, ephemeral=target is not None)
    return send_draft(ask, draft, target).json(ask.bot)


METHODS = {"sendRichMessage": send_rich_message}
