"""Settings of a chat or of the bot: title, description, menu button, suggested rights; and profile photos.

Rules: https://core.telegram.org/bots/api#setchattitle and its neighbours.
"""

from typing import Any

from sandbox.chats import Rights
from sandbox.errors import bad
from sandbox.messages import NewMessage
from sandbox.methods.ask import Ask

MOST_TITLE = 128
MOST_DESCRIPTION = 255
USUAL_MENU = {"type": "commands"}


def set_title(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchattitle: a service message tells of a new title, also to this bot."""
    title = " ".join(ask.params["title"].split())[:MOST_TITLE]
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("can't change private chat title")
    if not title:
        raise bad("title must be non-empty")
    ask.need(chat, "can_change_info", "not enough rights to change chat title")
    if title != chat.title:
        chat.title = title
        as_channel = chat.kind == "channel"
        new = NewMessage(
            sender=None if as_channel else ask.bot,
            sender_chat=chat if as_channel else None,
            service={"new_chat_title": title},
        )
        ask.world.delivery.post(chat, new)
    return True


def set_description(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchatdescription"""
    description = ask.get("description", "").strip()[:MOST_DESCRIPTION]
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("can't change private chat description")
    ask.need(chat, "can_change_info", "not enough rights to set chat description")
    if description == chat.description:
        raise bad("chat description is not modified")
    chat.description = description
    return True


def _menu_chat(ask: Ask) -> int:
    """The id of the private chat whose menu button the call means; 0 means the default for all."""
    number = ask.get("chat_id", 0)
    return ask.world.reach(ask.bot, number, write=False).id if number else 0


def set_menu(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchatmenubutton"""
    button = ask.get("menu_button") or {"type": "default"}
    app = button.get("web_app")
    if app is not None and not app["url"].startswith("https://"):
        raise bad(f"menu button Web App URL '{app['url']}' is invalid: Only HTTPS links are allowed")
    ask.bot.menus[_menu_chat(ask)] = button
    return True


def get_menu(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getchatmenubutton"""
    menus = ask.bot.menus
    own = menus.get(_menu_chat(ask), {"type": "default"})
    if own["type"] != "default":
        return own
    general = menus.get(0, USUAL_MENU)
    return general if general["type"] != "default" else USUAL_MENU


def _kind_of_chat(ask: Ask) -> str:
    return "channel" if ask.get("for_channels") else "supergroup"


def set_rights(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setmydefaultadministratorrights"""
    ask.bot.suggested[_kind_of_chat(ask)] = ask.get("rights") or {}
    return True


def get_rights(ask: Ask) -> dict[str, bool]:
    """https://core.telegram.org/bots/api#getmydefaultadministratorrights"""
    kind: Any = _kind_of_chat(ask)
    none = dict.fromkeys(Rights().json(kind), False)
    return none | {name: bool(one) for name, one in ask.bot.suggested.get(kind, {}).items() if name in none}


def get_photos(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getuserprofilephotos: nobody here has one."""
    if ask.params["user_id"] not in ask.world.users:
        raise bad("user not found")
    return {"total_count": 0, "photos": []}


METHODS: dict[str, Any] = {
    "setChatTitle": set_title,
    "setChatDescription": set_description,
    "setChatMenuButton": set_menu,
    "getChatMenuButton": get_menu,
    "setMyDefaultAdministratorRights": set_rights,
    "getMyDefaultAdministratorRights": get_rights,
    "getUserProfilePhotos": get_photos,
}
