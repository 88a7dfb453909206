"""Moderation: bans, restrictions, promotions, titles and tags of members.

Rules: https://core.telegram.org/bots/api#banchatmember and its neighbours; the texts are the Bot API server's and
TDLib's. The refusals of a tag or a title that is too long, has emoji or is for the wrong member are unverified.
"""

import dataclasses
import unicodedata
from typing import Any

from sandbox.accounts import User
from sandbox.chats import Chat, Member, Rights
from sandbox.errors import bad
from sandbox.methods.ask import Ask
from sandbox.permissions import Permissions

MOST_TAG = 16
SHORTEST, LONGEST = 30, 366 * 86_400
NOT_ENOUGH = "not enough rights to restrict/unrestrict chat member"
ONLY_SUPERGROUPS = "method is available only for supergroups"
ONLY_LARGE = "method is available for supergroup and channel chats only"
MEDIA = frozenset(
    {
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
    }
)


def _user(ask: Ask) -> User:
    found = ask.world.users.get(ask.params["user_id"])
    if found is None:
        raise bad("user not found")
    return found


def _restrictable(ask: Ask, chat: Chat) -> User:
    """The person that the call bans or restricts. Refuses owners, administrators and the bot itself."""
    user = _user(ask)
    ask.need(chat, "can_restrict_members", NOT_ENOUGH)
    if user is ask.bot:
        raise bad("can't restrict self")
    if user is chat.creator():
        raise bad("can't remove chat owner")
    if chat.is_administrator(user):
        raise bad("user is an administrator of the chat")
    return user


def _end_of_restriction(ask: Ask) -> float | None:
    """When a ban or a restriction ends (epoch seconds); None, never, if that isn't 30 seconds to 366 days away."""
    left = ask.get("until_date", 0) - ask.world.clock.now()
    return float(ask.params["until_date"]) if SHORTEST <= left <= LONGEST else None


def ban(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#banchatmember"""
    chat = ask.chat()
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    user = _restrictable(ask, chat)
    ask.world.membership.remove(chat, ask.bot, user)
    _lift_at_end(ask, chat, user)
    return True


def unban(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#unbanchatmember: without `only_if_banned` it removes a member too."""
    chat = ask.chat()
    if chat.kind not in {"supergroup", "channel"}:
        raise bad(ONLY_LARGE)
    user = _restrictable(ask, chat)
    if chat.has(user) and not ask.get("only_if_banned"):
        ask.world.membership.remove(chat, ask.bot, user)
    if chat.bans(user):
        ask.world.membership.unban(chat, ask.bot, user)
    return True


def restrict(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#restrictchatmember; every permission lifts the restriction."""
    permissions = _permissions(ask)
    chat = ask.chat()
    if chat.kind != "supergroup":
        raise bad(ONLY_SUPERGROUPS)
    user = _restrictable(ask, chat)
    lifted = permissions == Permissions()
    ask.world.membership.restrict(chat, ask.bot, user, None if lifted else permissions)
    _lift_at_end(ask, chat, user)
    return True


def _lift_at_end(ask: Ask, chat: Chat, user: User) -> None:
    """Lift a ban or a restriction at its end. No update tells of that."""
    end, standing = _end_of_restriction(ask), chat.member(user)
    if end is None or standing is None:
        return

    def lift() -> None:
        if chat.member(user) is standing:
            chat.members[user.id] = Member(user, "member" if standing.inside else "left")

    ask.world.clock.call_at(end, lift)


def _permissions(ask: Ask) -> Permissions:
    """The permissions that a call gives; the others are false.

    Unless they are independent, broad ones include narrow ones.
    """
    given = dict(ask.params["permissions"])
    for follower, leader in (
        ("can_manage_topics", "can_pin_messages"),
        ("can_edit_tag", "can_pin_messages"),
        ("can_react_to_messages", "can_send_messages"),
    ):
        given.setdefault(follower, given.get(leader, False))
    allowed = {name for name, value in given.items() if value}
    if not ask.get("use_independent_chat_permissions"):
        if allowed & {"can_send_other_messages", "can_add_web_page_previews"}:
            allowed |= MEDIA
        if "can_send_polls" in allowed:
            allowed.add("can_send_messages")
    return dataclasses.replace(Permissions.none(), **dict.fromkeys(allowed, True))


def set_permissions(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchatpermissions: for all who aren't administrators."""
    permissions = _permissions(ask)
    chat = ask.chat()
    if not chat.is_group:
        raise bad(f"can't change {'channel' if chat.kind == 'channel' else 'private'} chat permissions")
    ask.need(chat, "can_restrict_members", "not enough rights to change chat permissions")
    chat.permissions = permissions
    return True


def promote(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#promotechatmember: only rights that the bot has; no right at all demotes."""
    chat = ask.chat()
    if chat.kind not in {"supergroup", "channel"}:
        raise bad(ONLY_LARGE)
    user = _user(ask)
    ask.need(chat, "can_promote_members", "not enough rights")
    if user is ask.bot:
        raise bad("can't promote self")
    if user is chat.creator():
        raise bad("can't remove chat owner")
    member = chat.member(user)
    if member is None or not member.inside:
        raise bad("USER_NOT_PARTICIPANT")
    if member.status == "administrator" and member.promoted_by != ask.bot.id:
        raise bad("CHAT_ADMIN_REQUIRED")
    known = {one.name for one in dataclasses.fields(Rights)}
    granted = {name: True for name, value in ask.params.items() if name in known and value}
    if any(not chat.may(ask.bot, name) for name in granted.keys() - {"is_anonymous"}):
        raise bad("RIGHT_FORBIDDEN")
    ask.world.membership.promote(chat, ask.bot, user, Rights(**granted) if granted else None, member.title)
    return True


def set_title(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchatadministratorcustomtitle

    Only for administrators whom the bot promoted.
    """
    chat = ask.chat()
    if chat.kind != "supergroup":
        raise bad(ONLY_SUPERGROUPS)
    user = _user(ask)
    member = chat.member(user)
    if user is chat.creator():
        raise bad("only creator can edit their custom title")
    if member is None or member.status != "administrator":
        raise bad("user is not an administrator")
    if member.promoted_by != ask.bot.id:
        raise bad("not enough rights to change custom title of the user")
    member.title = _checked_tag(ask.params["custom_title"])
    return True


def set_tag(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#setchatmembertag: for plain members, 0 to 16 characters without emoji."""
    chat = ask.chat()
    if not chat.is_group:
        raise bad("method is available for group and supergroup chats only")
    user = _user(ask)
    ask.need(chat, "can_manage_tags", "not enough rights to manage member tags")
    member = chat.member(user)
    if member is None or not member.inside:
        raise bad("USER_NOT_PARTICIPANT")
    if chat.is_administrator(user):
        raise bad("USER_ADMIN_INVALID")
    ask.world.membership.tag(chat, ask.bot, user, _checked_tag(ask.get("tag", "")))
    return True


def _checked_tag(words: str) -> str:
    words = words.strip()
    if len(words) > MOST_TAG:
        raise bad("ADMIN_RANK_INVALID")
    if any(unicodedata.category(letter) in {"So", "Sk"} or letter in "\u200d\ufe0f" for letter in words):
        raise bad("ADMIN_RANK_EMOJI_NOT_ALLOWED")
    return words


METHODS: dict[str, Any] = {
    "banChatMember": ban,
    "unbanChatMember": unban,
    "restrictChatMember": restrict,
    "setChatPermissions": set_permissions,
    "promoteChatMember": promote,
    "setChatAdministratorCustomTitle": set_title,
    "setChatMemberTag": set_tag,
}
