"""Adds fields that older Bot API servers don't send, with empty values, so that aiogram can read the answers."""

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
"""The aiogram model for each status of a chat member."""
NEVER_MADE_UP = frozenset({"id", "type", "user", "is_member"})
"""Fields that are never added: without them the answer is invalid."""


def member_with_all_fields(raw: Any) -> Any:
    """A `ChatMember…` object with all fields. A right that the server doesn't know is set to False.

    Anything that isn't a member, or has an unknown status, is returned unchanged.
    """
    status = raw.get("status") if isinstance(raw, dict) else None
    model = MEMBERS.get(status) if isinstance(status, str) else None
    return _filled(model, raw) if model is not None else raw


def update_with_all_rights(update: dict[str, Any]) -> dict[str, Any]:
    """An update in which the old and the new chat member have all fields; other updates are returned unchanged."""
    filled = {
        kind: {
            key: member_with_all_fields(value) if key in {"old_chat_member", "new_chat_member"} else value
            for key, value in update[kind].items()
        }
        for kind in ("my_chat_member", "chat_member")
        if isinstance(update.get(kind), dict)
    }
    return {**update, **filled} if filled else update


def chat_with_all_fields(raw: Any) -> Any:
    """The answer to `getChat` with all fields; those that the server didn't send are empty."""
    return _filled(ChatFullInfo, raw) if isinstance(raw, dict) else raw


def _filled(model: type[BaseModel], raw: dict[str, Any]) -> dict[str, Any]:
    model.model_rebuild()  # until a model is built (`late_types.py`), annotations of its fields may be only names
    missing = {
        name: nothing
        for name, field in model.model_fields.items()
        if field.is_required()
        and (field.alias or name) not in raw
        and name not in NEVER_MADE_UP
        and (nothing := _empty_value(field.annotation)) is not None
    }
    return {**missing, **raw} if missing else raw


def _empty_value(kind: Any) -> Any:
    """The empty value of a type (False, 0, an empty model); None if it has none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind, {})
    return _EMPTY.get(kind)


_EMPTY: Mapping[Any, Any] = {bool: False, int: 0, datetime: 0}
