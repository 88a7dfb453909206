"""Invite links. Rules: https://core.telegram.org/bots/api#createchatinvitelink."""

import hashlib
from typing import Any

from sandbox.accounts import Bot
from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.links import InviteLink
from sandbox.methods.ask import Ask

MOST_NAME = 32
MOST_MEMBERS = 99_999
NOT_ENOUGH = "not enough rights to manage chat invite link"


def create(ask: Ask) -> dict[str, Any]:
    """Make an invite link. It has either a limit of members or join requests, not both."""
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("can't invite members to a private chat")
    ask.need(chat, "can_invite_users", NOT_ENOUGH)
    given = _given(ask)
    return _new(chat, ask.bot, **given).json()


def _given(ask: Ask) -> dict[str, Any]:
    """The settings that a call gives a link. Those that it leaves out are those of a new link."""
    if len(ask.get("name", "")) > MOST_NAME:
        raise bad("invite link name is too long")
    limit, requests = ask.get("member_limit", 0), ask.get("creates_join_request", False)
    if limit and requests:
        raise bad("member limit can't be specified for links requiring administrator approval")
    if not 0 <= limit <= MOST_MEMBERS:
        raise bad("invalid member limit specified")
    ends = ask.get("expire_date", 0)
    if 0 < ends <= ask.world.clock.now():
        raise bad("EXPIRE_DATE_INVALID")
    return {"name": ask.get("name", ""), "expire_date": ends, "member_limit": limit, "needs_approval": requests}


def revoke(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#revokechatinvitelink: only the bot's own links."""
    if not ask.params["invite_link"]:
        raise bad("invite link must be non-empty")
    chat = ask.chat()
    ask.need(chat, "can_invite_users", NOT_ENOUGH)
    for link in chat.links:
        if link.url == ask.params["invite_link"]:
            if link.creator is not ask.bot:
                raise bad("CHAT_ADMIN_REQUIRED")
            link.is_revoked = True
            return link.json()
    raise bad("INVITE_HASH_EXPIRED")


def export(ask: Ask) -> str:
    """https://core.telegram.org/bots/api#exportchatinvitelink

    Makes a new primary link and revokes the bot's old one.
    """
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("can't invite members to a private chat")
    ask.need(chat, "can_invite_users", NOT_ENOUGH)
    for link in chat.links:
        if link.creator is ask.bot and link.is_primary:
            link.is_revoked = True
    made = _new(chat, ask.bot, is_primary=True)
    return made.url


def _new(chat: Chat, bot: Bot, **given: Any) -> InviteLink:
    number = hashlib.blake2s(f"{chat.id}:{len(chat.links)}".encode(), digest_size=8).hexdigest()
    link = InviteLink(f"https://t.me/+{number}", bot, **given)
    chat.links.append(link)
    return link


def edit(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#editchatinvitelink: only the bot's own links that aren't revoked."""
    chat = ask.chat()
    ask.need(chat, "can_invite_users", NOT_ENOUGH)
    given = _given(ask)
    for link in chat.links:
        if link.url == ask.params["invite_link"]:
            if link.creator is not ask.bot:
                raise bad("CHAT_ADMIN_REQUIRED")
            if link.is_primary:
                raise bad("CHAT_INVITE_PERMANENT")
            if link.is_revoked:
                raise bad("INVITE_HASH_EXPIRED")
            for name, value in given.items():
                setattr(link, name, value)
            return link.json()
    raise bad("INVITE_HASH_EXPIRED")


def decide(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#approvechatjoinrequest, and its counterpart that declines."""
    chat = ask.chat()
    ask.need(chat, "can_invite_users", "not enough rights")
    user = ask.world.users.get(ask.params["user_id"])
    if user is None:
        raise bad("user not found")
    if chat.has(user):
        raise bad("USER_ALREADY_PARTICIPANT")
    if user.id not in chat.requests:
        raise bad("HIDE_REQUESTER_MISSING")
    ask.world.membership.decide(chat, ask.bot, user, approve=ask.method == "approveChatJoinRequest")
    return True


METHODS: dict[str, Any] = {
    "createChatInviteLink": create,
    "editChatInviteLink": edit,
    "exportChatInviteLink": export,
    "revokeChatInviteLink": revoke,
    "approveChatJoinRequest": decide,
    "declineChatJoinRequest": decide,
}
