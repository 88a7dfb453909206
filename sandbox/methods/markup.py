"""Reply markups: what a keyboard may hold.

Rules: https://core.telegram.org/bots/api#inlinekeyboardbutton and TDLib's ReplyMarkup.cpp. Buttons are checked when the
request is read. The length of their data, and whether the chat allows them, is checked after the chat was found.
"""

from typing import Any
from urllib.parse import urlsplit

from sandbox.accounts import Bot
from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.html import checked_url

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
MOST_DATA = 64
MOST_COPIED = 256
ONLY_PRIVATE = ("web_app",)
NOT_PLAYED = ("callback_game", "pay")
"""Buttons of games and invoices, which aren't played. On other messages Telegram refuses them too."""
ONLY_OF_PRIVATE_KEYBOARDS = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_poll": "poll can be requested in private chats only",
    "request_users": "users can be requested in private chats only",
    "request_chat": "chats can be requested in private chats only",
    "web_app": "Web App buttons can be used in private chats only",
}
"""Actions of reply keyboard buttons that are refused in groups, with the words of TDLib's ReplyMarkup.cpp."""
UNKNOWN_THERE = "users will not be able to use the button without knowing bot's username"
SWITCHES = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")
ALLOWED_KINDS = ("allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats")


def read_markup(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The markup as Telegram stores it; None for an empty inline keyboard. Raises ApiError.

    Rows of over 8 buttons are refused, because apps don't show them.
    """
    if markup is None or "inline_keyboard" not in markup:
        return markup
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    for row in rows:
        if len(row) > MOST_IN_A_ROW:
            raise bad("a row of an inline keyboard holds at most 8 buttons")
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if "url" in button and checked_url(button["url"]) is None:
        scheme, divider, _ = button["url"].partition("://")
        strange = divider and scheme.isalnum() and scheme.lower() not in {"http", "https"}
        why = "Unsupported URL protocol" if strange else "Wrong HTTP URL"
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: {why}")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(copied["text"]) <= MOST_COPIED:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    chosen = button.get("switch_inline_query_chosen_chat")
    if chosen is not None and not any(chosen.get(one) for one in ALLOWED_KINDS):
        raise bad("at least one chat type must be allowed")
    for name, called in (("web_app", "Web App"), ("login_url", "login")):
        given = button.get(name)
        if given is not None:
            _check_secure(given["url"], called)


def _check_secure(url: str, called: str) -> None:
    scheme, divider, _ = url.partition("://")
    if not divider or scheme.lower() != "https":
        why = "Only HTTPS links are allowed"
    elif checked_url(url) is None:
        why = "Wrong HTTP URL"
    else:
        return
    raise bad(f"inline keyboard button {called} URL '{url}' is invalid: {why}")


def check_for_chat(markup: dict[str, Any] | None, chat: Chat, bot: Bot, *, ephemeral: bool = False) -> None:
    """Refuse data over 64 bytes, and buttons that this chat, this bot or an ephemeral message can't have."""
    wrong: tuple[str, ...] = NOT_PLAYED if chat.kind == "private" else (*NOT_PLAYED, *ONLY_PRIVATE)
    if markup is not None and chat.kind == "channel":
        _check_for_channel(markup)
    elif markup is not None and chat.is_group:
        _check_for_group(markup)
    _check_buttons(markup, bot, (*wrong, "login_url") if ephemeral else wrong)


def check_buttons(rows: list[list[dict[str, Any]]], chat: Chat, bot: Bot, *, ephemeral: bool = False) -> None:
    """Check the buttons inside a rich message like those of a keyboard."""
    for row in rows:
        for button in row:
            _check_button(button)
    check_for_chat({"inline_keyboard": rows}, chat, bot, ephemeral=ephemeral)


def _check_for_channel(markup: dict[str, Any]) -> None:
    """Refuse all but inline keyboards in channels, and there the buttons that need a known bot."""
    if "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    for button in (one for row in markup["inline_keyboard"] for one in row):
        for name in SWITCHES[:2]:
            if name in button:
                raise bad(f"can't use {name} button in a channel chat, because {UNKNOWN_THERE}")


def _check_for_group(markup: dict[str, Any]) -> None:
    """Refuse a reply keyboard in a group whose buttons do more than write text."""
    for button in (one for row in markup.get("keyboard", ()) for one in row):
        for name, why in ONLY_OF_PRIVATE_KEYBOARDS.items():
            if isinstance(button, dict) and button.get(name, False) is not False:
                raise bad(why)


def check_for_inline(markup: dict[str, Any] | None, bot: Bot) -> None:
    """Refuse the same on a message of inline mode, whose chat the bot doesn't know."""
    _check_buttons(markup, bot, (*NOT_PLAYED, *ONLY_PRIVATE))


def _check_buttons(markup: dict[str, Any] | None, bot: Bot, wrong: tuple[str, ...]) -> None:
    """Refuse buttons for inline mode if the bot has none."""
    if markup is None or "inline_keyboard" not in markup:
        return
    refused = wrong if bot.inline else (*wrong, *SWITCHES)
    for row in markup["inline_keyboard"]:
        for button in row:
            if len(button.get("callback_data", "").encode()) > MOST_DATA:
                raise bad("BUTTON_DATA_INVALID")
            if any(name in button for name in refused):
                raise bad("BUTTON_TYPE_INVALID")
            if "login_url" in button and urlsplit(button["login_url"]["url"]).hostname != bot.login_domain:
                raise bad("BOT_DOMAIN_INVALID")
