"""Half-filled dialogues in private chats. They are rows, so a restart keeps them. A person has at most one."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Dialogue

_UPSERT = Hot.upsert(
    lambda insert_: (
        insert_(Dialogue)
        .values(
            user_id=bindparam("user_id"),
            community_id=bindparam("community_id"),
            kind=bindparam("kind"),
            step=bindparam("step"),
            filled=bindparam("filled"),
            message_id=bindparam("message_id"),
            updated_at=bindparam("updated_at"),
        )
        .on_conflict_do_update(
            index_elements=[col(Dialogue.user_id)],
            set_={
                "community_id": bindparam("community_id"),
                "kind": bindparam("kind"),
                "step": bindparam("step"),
                "filled": bindparam("filled", type_=Dialogue.__table__.c.filled.type),  # type: ignore[attr-defined]
                "message_id": bindparam("message_id"),
                "updated_at": bindparam("updated_at"),
            },
        )
    )
)


def find_dialogue(session: Session, user_id: int) -> Dialogue | None:
    """The open dialogue of this person, or None."""
    return session.get(Dialogue, user_id)


def open_dialogue(tx: Tx, user_id: int, community_id: int, kind: str, step: str, now: datetime, **filled: Any) -> None:
    """Begin a dialogue. It replaces the one that was open before."""
    tx.touch(
        _UPSERT,
        user_id=user_id,
        community_id=community_id,
        kind=kind,
        step=step,
        filled=filled,
        message_id=None,
        updated_at=now,
    )


def close_dialogue(tx: Tx, user_id: int) -> bool:
    """End the open dialogue, finished or not; whether one was open."""
    closed = tx.execute(delete(Dialogue).where(col(Dialogue.user_id) == user_id).returning(col(Dialogue.user_id))).all()
    return bool(closed)


def note_dialogue_message(tx: Tx, user_id: int, message_id: int | None) -> None:
    """Remember the message that shows the dialogue. That message is edited; older ones are out of date.

    `message_id` is None while the message is only promised: then any message of the dialogue can continue it.
    """
    tx.execute(update(Dialogue).where(col(Dialogue.user_id) == user_id).values(message_id=message_id))
