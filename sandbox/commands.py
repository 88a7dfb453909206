"""Which commands are addressed to a bot, and which of them it declared ephemeral.

Rules: https://core.telegram.org/bots/api#determining-list-of-commands and
https://core.telegram.org/bots/api#ephemeral-messages-and-commands.
"""

from typing import Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.text import Text


def leading_command(content: Text) -> tuple[str, str | None] | None:
    """The command that a text starts with, and the username that it is addressed to."""
    for entity in content.entities:
        if entity.type == "bot_command" and entity.start == 0:
            name, _, address = content.plain[1 : entity.end].partition("@")
            return name, address or None
    return None


def addressed_to(bot: Bot, content: Text) -> bool:
    """Whether privacy mode shows this text to the bot: `/command` and `/command@bot`, but not `/command@another`."""
    first = leading_command(content)
    if first is not None:
        return first[1] is None or _is_named(bot, first[1])
    for entity in content.entities:
        if entity.type == "bot_command":
            _, _, address = content.plain[entity.start : entity.end].partition("@")
            if address and _is_named(bot, address):
                return True
    return False


def _is_named(bot: Bot, address: str) -> bool:
    return bot.username is not None and address.lower() == bot.username.lower()


def commands_for(bot: Bot, chat: Chat, person: User) -> list[dict[str, Any]]:
    """The commands that this person's app lists in this chat: those of the narrowest scope that has any."""
    administrator = chat.is_group and chat.is_administrator(person)
    scopes = [f"chat_member:{chat.id}:{person.id}"] if chat.is_group else []
    scopes += [f"chat_administrators:{chat.id}"] if administrator else []
    scopes += [f"chat:{chat.id}"]
    scopes += ["all_chat_administrators"] if administrator else []
    scopes += ["all_group_chats" if chat.is_group else "all_private_chats", "default"]
    language = (person.language or "")[:2]
    for scope in scopes:
        for spoken in dict.fromkeys((language, "")):
            found = bot.commands.get((scope, spoken))
            if found:
                return found
    return []


def ephemeral_command_for(chat: Chat, person: User, content: Text) -> Bot | None:
    """The bot that declared the command in this text ephemeral; None for an ordinary message."""
    first = leading_command(content)
    if first is None or not chat.is_group:
        return None
    name, address = first
    for bot in chat.bots():
        if address is not None and not _is_named(bot, address):
            continue
        for command in commands_for(bot, chat, person):
            if command["command"] == name and command.get("is_ephemeral"):
                return bot
    return None
