"""Look-ups of chats and members; leaving, chat actions, pins and reactions."""

from typing import Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.messages import Message
from sandbox.methods.ask import Ask
from sandbox.reactions import EMOJI

NOT_ENOUGH_TO_PIN = "not enough rights to manage pinned messages in the chat"


def get_me(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getme"""
    return ask.bot.get_me()


def get_chat(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getchat; an upgraded group can still be looked at."""
    found = ask.world.find(ask.params["chat_id"])
    upgraded = found is not None and found.migrated_to is not None and found.member(ask.bot) is not None
    chat = found if upgraded and found is not None else ask.chat(write=False)
    written = chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
            False,
        ),
    }
    if chat.description:
        written["description"] = chat.description
    if chat.is_group:
        written["permissions"] = chat.permissions.json()
    if chat.linked is not None:
        written["linked_chat_id"] = chat.linked.id
    if chat.pinned:
        written["pinned_message"] = chat.pinned[-1].json(ask.bot, with_reply=False)
    return written


def get_chat_member(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getchatmember: for others "only guaranteed" to administrators.

    Other bots are refused in channels, with TDLib's words, and in supergroups that hide their members. Which
    supergroups Telegram refuses is unverified; its docs promise nothing in any.
    """
    chat = ask.chat()
    user = ask.world.users.get(ask.params["user_id"])
    if user is None:
        raise bad("user not found")
    if user is not ask.bot and not chat.is_administrator(ask.bot):
        if chat.kind == "channel":
            raise bad("member list is inaccessible")
        if chat.members_hidden:
            raise bad("CHAT_ADMIN_REQUIRED")
    member = chat.member(user)
    if member is None:
        return {"user": user.json(), "status": "left"}
    return member.json(chat.kind, ask.bot)


def get_chat_administrators(ask: Ask) -> list[dict[str, Any]]:
    """https://core.telegram.org/bots/api#getchatadministrators: other bots only if asked for."""
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("there are no administrators in the private chat")

    def shown(user: User) -> bool:
        return not isinstance(user, Bot) or user is ask.bot or bool(ask.get("return_bots"))

    return [
        one.json(chat.kind, ask.bot)
        for one in chat.members.values()
        if one.status in {"creator", "administrator"} and shown(one.user)
    ]


def get_chat_member_count(ask: Ask) -> int:
    """https://core.telegram.org/bots/api#getchatmembercount"""
    chat = ask.chat()
    if chat.kind == "private":
        return 2
    return sum(1 for one in chat.members.values() if one.inside)


def leave_chat(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#leavechat"""
    found = ask.world.find(ask.params["chat_id"])
    if found is not None and found.migrated_to is not None:
        raise bad("chat is deactivated")
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    ask.world.membership.leave(chat, ask.bot)
    return True


def send_chat_action(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#sendchataction"""
    ask.chat()
    return True


def _pinnable(ask: Ask, chat: Chat, missing: str) -> Message:
    message = ask.message(chat, missing)
    ask.need(chat, _right_to_pin(chat), NOT_ENOUGH_TO_PIN)
    return message


def _right_to_pin(chat: Chat) -> str:
    return "can_edit_messages" if chat.kind == "channel" else "can_pin_messages"


def pin_chat_message(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#pinchatmessage: the message is checked before the rights."""
    chat = ask.chat()
    message = _pinnable(ask, chat, "message to pin not found")
    if message.service:
        raise bad("service messages can't be pinned")
    as_channel = chat.kind == "channel"
    ask.world.delivery.pin(message, sender=None if as_channel else ask.bot, sender_chat=chat if as_channel else None)
    return True


def unpin_chat_message(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#unpinchatmessage: without a `message_id` the latest one."""
    chat = ask.chat()
    if "message_id" not in ask.params and chat.pinned:
        ask.params["message_id"] = chat.pinned[-1].message_id
    elif "message_id" not in ask.params:
        raise bad("message to unpin not found")
    ask.world.delivery.unpin(_pinnable(ask, chat, "message to unpin not found"))
    return True


def unpin_all_chat_messages(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#unpinallchatmessages"""
    chat = ask.chat()
    ask.need(chat, _right_to_pin(chat), NOT_ENOUGH_TO_PIN)
    chat.pinned.clear()
    return True


def set_message_reaction(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setmessagereaction: at most one, of Telegram's list, and no paid one."""
    chat = ask.chat(write=False)
    message = ask.message(chat, "message to react not found")
    given = ask.get("reaction") or []
    if message.service:
        raise bad("message can't be reacted")
    if len(given) > 1 or any(one["type"] == "paid" for one in given):
        raise bad("REACTION_INVALID")
    reaction = None
    for one in given:
        reaction = one.get("emoji") or one.get("custom_emoji_id", "")
        if one["type"] == "custom_emoji" and not reaction.isdigit():
            raise bad("invalid custom emoji identifier specified")
        if one["type"] == "emoji" and reaction not in EMOJI:
            raise bad("REACTION_INVALID")
    ask.world.reactions.of_bot(ask.bot, message, reaction)
    return True


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "sendChatAction": send_chat_action,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
}
