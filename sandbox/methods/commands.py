"""Command menus and a bot's descriptions.

Rules: https://core.telegram.org/bots/api#setmycommands: one list for each scope and language.
"""

import re
from typing import Any

from sandbox.errors import bad
from sandbox.methods.ask import Ask

MOST_COMMANDS = 100
MOST_NAME = 32
MOST_DESCRIPTION = 256
COMMAND = re.compile(r"[a-z0-9_]+")
LANGUAGE = re.compile(r"([a-z]{2})?")
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
PROFILE = {"Description": ("description", 512), "ShortDescription": ("short_description", 120), "Name": ("name", 64)}


def _key(ask: Ask) -> tuple[str, str]:
    scope = ask.get("scope") or {"type": "default"}
    language = ask.get("language_code") or ""
    if not LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    kind = scope["type"]
    if kind not in CHAT_SCOPES:
        return kind, language
    if scope["chat_id"] == "":
        raise bad("can't parse BotCommandScope: chat_id is empty")
    chat = ask.world.reach(ask.bot, scope["chat_id"], write=False)
    if chat.kind == "channel" or (chat.kind == "private" and kind != "chat"):
        raise bad("can't use this BotCommandScope in the chat")
    if kind != "chat_member":
        return f"{kind}:{chat.id}", language
    if int(scope["user_id"]) <= 0:
        raise bad("can't parse BotCommandScope: invalid user_id specified")
    return f"{kind}:{chat.id}:{scope['user_id']}", language


def _read(command: dict[str, Any], *, knows_whispers: bool) -> dict[str, Any]:
    """Read a command: trimmed, without a leading slash. A name may have only a-z, 0-9 and _."""
    name = command["command"].strip().removeprefix("/")
    description = command["description"].strip()
    if not name:
        raise bad("command must be non-empty")
    if not description:
        raise bad("command description must be non-empty")
    if len(name) > MOST_NAME:
        raise bad("command length must not exceed 32")
    if len(description) > MOST_DESCRIPTION:
        raise bad("command description length must not exceed 256")
    if not COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    kept = {"command": name, "description": description}
    return kept | ({"is_ephemeral": True} if knows_whispers and command.get("is_ephemeral") else {})


def set_my_commands(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setmycommands"""
    key = _key(ask)
    given = ask.params["commands"]
    if len(given) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    ask.bot.commands[key] = [_read(one, knows_whispers=ask.world.knows_whispers) for one in given]
    return True


def get_my_commands(ask: Ask) -> list[dict[str, Any]]:
    """https://core.telegram.org/bots/api#getmycommands: exactly that scope and language."""
    return ask.bot.commands.get(_key(ask), [])


def delete_my_commands(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands"""
    ask.bot.commands.pop(_key(ask), None)
    return True


def _profile(what: str) -> dict[str, Any]:
    name, most = PROFILE[what]

    def key(ask: Ask) -> tuple[str, str]:
        language = ask.get("language_code") or ""
        if not LANGUAGE.fullmatch(language):
            raise bad("invalid language code specified")
        return name, language

    def change(ask: Ask) -> bool:
        value = ask.get(name, "").strip()
        if len(value) > most:
            raise bad(f"bot {name.replace('_', ' ')} is too long")
        ask.bot.profile[key(ask)] = value
        return True

    def look(ask: Ask) -> dict[str, str]:
        given = ask.bot.profile
        return {name: given.get(key(ask)) or given.get((name, ""), ask.bot.name if name == "name" else "")}

    return {f"setMy{what}": change, f"getMy{what}": look}


METHODS: dict[str, Any] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    **_profile("Description"),
    **_profile("ShortDescription"),
    **_profile("Name"),
}
