"""What older servers of the Bot API leave out, put in as "nothing": what they tell is read all the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiogram.types import (
    ChatFullInfo,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from pydantic import BaseModel

MEMBERS: dict[str, type[BaseModel]] = {
    "creator": ChatMemberOwner,
    "administrator": ChatMemberAdministrator,
    "member": ChatMemberMember,
    "restricted": ChatMemberRestricted,
    "left": ChatMemberLeft,
    "kicked": ChatMemberBanned,
}
"""A member's status, and what it is told in."""
NEVER_MADE_UP = frozenset({"id", "type", "user", "is_member"})
"""Fields whose absence is no answer."""


def with_all_fields(told: Any) -> Any:
    """A member (`ChatMember…`) in which a right that the server doesn't know yet is a right that nobody has.

    What isn't a member, or has a status that nobody knows, is given back as it is.
    """
    status = told.get("status") if isinstance(told, dict) else None
    model = MEMBERS.get(status) if isinstance(status, str) else None
    return _filled(model, told) if model is not None else told


def with_rights(update: dict[str, Any]) -> dict[str, Any]:
    """The same of the members in an update about one; any other update as it is."""
    filled = {
        kind: {
            key: with_all_fields(value) if key in {"old_chat_member", "new_chat_member"} else value
            for key, value in update[kind].items()
        }
        for kind in ("my_chat_member", "chat_member")
        if isinstance(update.get(kind), dict)
    }
    return {**update, **filled} if filled else update


def with_all_fields_of_chat(told: Any) -> Any:
    """What `getChat` tells, with what an older server doesn't tell as "nothing"."""
    return _filled(ChatFullInfo, told) if isinstance(told, dict) else told


def _filled(model: type[BaseModel], told: dict[str, Any]) -> dict[str, Any]:
    missing = {
        name: nothing
        for name, field in model.model_fields.items()
        if field.is_required()
        and (field.alias or name) not in told
        and name not in NEVER_MADE_UP
        and (nothing := _nothing(field.annotation)) is not None
    }
    return {**missing, **told} if missing else told


def _nothing(kind: Any) -> Any:
    """An empty value of a kind; None where there is none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind, {})
    return _EMPTY.get(kind)


_EMPTY: Mapping[Any, Any] = {bool: False, int: 0, datetime: 0}
