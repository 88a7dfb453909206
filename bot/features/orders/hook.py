"""The secret by which a shop's platform signs what it tells of orders."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.orders.orders import HookOff, HookShown
from bot.rules.place import Place
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.places import lock_shop
from bot.store.tables import OrderHook

TURNED = "hook.turned"
CLOSED = "hook.closed"

Token = Callable[[], str]


class Hooks:
    """The owner's use cases of the secret."""

    def __init__(self, db: Database, token: Token, *, listening: bool) -> None:
        self._db = db
        self._token = token
        self._listening = listening

    async def show(self, place: Place, actor_id: int, at: datetime, cause: str) -> HookShown:
        """The secret; it is made when it is asked for first."""
        return await self._db.write(show, place, actor_id, at, cause, self._token(), self._listening)

    async def turn(self, place: Place, actor_id: int, at: datetime, cause: str) -> HookShown:
        """A new secret in the old one's place."""
        return await self._db.write(turn, place, actor_id, at, cause, self._token(), self._listening)

    async def close(self, place: Place, actor_id: int, at: datetime, cause: str) -> HookOff:
        """No secret: no call is taken."""
        return await self._db.write(close, place, actor_id, at, cause)


def show(tx: Tx, place: Place, actor_id: int, at: datetime, cause: str, token: str, listening: bool) -> HookShown:
    """The secret that holds."""
    hook = tx.get(OrderHook, place.community_id)
    if hook is None:
        return turn(tx, place, actor_id, at, cause, token, listening)
    fresh = caused_by(tx, place.community_id, cause) is not None
    return HookShown(place.community_id, hook.secret, fresh=fresh, listening=listening)


def turn(tx: Tx, place: Place, actor_id: int, at: datetime, cause: str, token: str, listening: bool) -> HookShown:
    """Put a new secret in the old one's place, once a cause. The log tells that, not what."""
    lock_shop(tx, place.community_id)
    hook = tx.get(OrderHook, place.community_id, populate_existing=True)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and hook is not None:
        return HookShown(place.community_id, hook.secret, fresh=True, listening=listening)
    if hook is None:
        hook = OrderHook(community_id=place.community_id, secret=token, made_at=at)
        tx.add(hook)
    else:
        hook.secret, hook.made_at = token, at
    _write_down(tx, place, actor_id, TURNED, at, cause)
    return HookShown(place.community_id, token, fresh=True, listening=listening)


def close(tx: Tx, place: Place, actor_id: int, at: datetime, cause: str) -> HookOff:
    """Forget the secret."""
    gone = void(tx, place.community_id)
    if gone:
        _write_down(tx, place, actor_id, CLOSED, at, cause)
    again = caused_by(tx, place.community_id, cause) is not None
    return HookOff(was=gone or again)


def void(tx: Tx, community_id: int) -> bool:
    """Drop the secret: no call is taken until there is a new one. False if there was none."""
    gone = tx.execute(
        delete(OrderHook).where(col(OrderHook.community_id) == community_id).returning(col(OrderHook.community_id))
    ).all()
    return bool(gone)


def secret_of(session: Session, community_id: int) -> str | None:
    """What a shop's calls must be signed with; None if it takes none."""
    hook = session.get(OrderHook, community_id)
    return hook.secret if hook is not None else None


def _write_down(tx: Tx, place: Place, actor_id: int, act: str, at: datetime, cause: str) -> None:
    record(tx, community_id=place.community_id, actor_id=actor_id, act=act, subject=place.shop, at=at, cause=cause)
