"""The secret by which a shop's platform signs what it tells of orders."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.orders.orders import HookOff, HookShown
from bot.rules.place import Place
from bot.store.audit import caused_by, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.tables import OrderHook

RENEWED = "hook.turned"
CLOSED = "hook.closed"

Token = Callable[[], str]
"""Makes a secret."""


class Hooks:
    """The owner's use cases of the secret."""

    def __init__(self, db: Database, token: Token, *, listening: bool) -> None:
        """`listening` says whether this bot takes calls at all."""
        self._db = db
        self._token = token
        self._listening = listening

    async def show(self, act: Act) -> HookShown:
        """The secret. It is made when it is asked for first."""
        return await self._db.write(show_secret, act, self._token(), listening=self._listening)

    async def renew(self, act: Act) -> HookShown:
        """Put a new secret in the old one's place."""
        return await self._db.write(renew_secret, act, self._token(), listening=self._listening)

    async def close(self, act: Act) -> HookOff:
        """Drop the secret, so that no call is taken."""
        return await self._db.write(close_hook, act)


def show_secret(tx: Tx, act: Act, token: str, *, listening: bool) -> HookShown:
    """The secret that holds; `token` becomes it if there is none."""
    hook = tx.get(OrderHook, act.community_id)
    if hook is None:
        return renew_secret(tx, act, token, listening=listening)
    fresh = caused_by(tx, act.community_id, act.cause) is not None
    return HookShown(act.community_id, hook.secret, fresh=fresh, listening=listening)


def renew_secret(tx: Tx, act: Act, token: str, *, listening: bool) -> HookShown:
    """Put a new secret in the old one's place, once a cause. The log tells that it changed, not what it is."""
    lock_shop(tx, act.community_id)
    hook = tx.get(OrderHook, act.community_id, populate_existing=True)
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None and hook is not None:
        return HookShown(act.community_id, hook.secret, fresh=True, listening=listening)
    if hook is None:
        tx.add(OrderHook(community_id=act.community_id, secret=token, made_at=act.at))
    else:
        hook.secret, hook.made_at = token, act.at
    record_act(tx, act, RENEWED, act.place.shop)
    return HookShown(act.community_id, token, fresh=True, listening=listening)


def close_hook(tx: Tx, act: Act) -> HookOff:
    """Drop the secret and write that down."""
    was_there = drop_secret(tx, act.community_id)
    if was_there:
        record_act(tx, act, CLOSED, act.place.shop)
    done_before = caused_by(tx, act.community_id, act.cause) is not None
    return HookOff(was=was_there or done_before)


def drop_secret(tx: Tx, community_id: int) -> bool:
    """Drop the secret: no call is taken until there is a new one. False if there was none."""
    gone = tx.execute(
        delete(OrderHook).where(col(OrderHook.community_id) == community_id).returning(col(OrderHook.community_id))
    ).all()
    return bool(gone)


def has_hook(session: Session, place: Place, _at: datetime) -> bool:
    """Whether the shop's calls are taken now."""
    return secret_of(session, place.community_id) is not None


def secret_of(session: Session, community_id: int) -> str | None:
    """What a shop's calls must be signed with; None if it takes none."""
    hook = session.get(OrderHook, community_id)
    return hook.secret if hook is not None else None
