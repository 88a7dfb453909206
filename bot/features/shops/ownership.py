"""The owner of a shop is the home group's creator. Home can move when that group is gone."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.place import Place
from bot.rules.rights import Helper, HomeMoved, HomeTold, OwnerBefore, OwnerNow
from bot.store.audit import Deed, record_deed
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import meet
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_person
from bot.store.places import lock_shop, place_of
from bot.store.staff_roles import roles_given
from bot.store.tables import Community, FanGroup

CHANGED = "owner.changed"
MOVED = "home.moved"
MOST_NAMED = 10
"""How many helpers the news of a new owner names."""
TOLD_WITHIN = timedelta(days=7)
"""How long the news of a new owner may be late."""


Rooms = tuple[tuple[int, str], ...]
"""(chat, title) of groups, the oldest first."""


class Ownership:
    """Use cases of home groups."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def rooms(self, place: Place) -> Rooms:
        """Groups of the shop that the bot is in and that aren't home: (chat, title), the oldest first."""
        return await self._db.read(rooms, place.community_id)

    async def move_home(self, place: Place, chat_id: int, owner: Sender, at: datetime) -> HomeMoved | None:
        """Make another room home, whose creator is `owner`; None if it isn't a room of the shop."""
        return await self._db.write(move_home, place, chat_id, owner.user_id, at)

    async def unsettled(self) -> list[tuple[Place, Rooms]]:
        """Shops whose owner hasn't been told yet which group is home, and their other groups."""
        return await self._db.read(unsettled)

    async def tell_home(self, place: Place, now: datetime, *, moved: bool = False) -> None:
        """Tell the owner once which group is home; `moved` says that it isn't the founding group."""
        await self._db.write(tell_home, place.community_id, now, moved=moved)


def change_owner(tx: Tx, place: Place, owner: Sender, at: datetime, *, secret_void: bool) -> bool:
    """Telegram names another creator of the home group; both people are told. False if that was known."""
    shop = lock_shop(tx, place.community_id)
    before = shop.owner_id
    if before == owner.user_id:
        return False
    meet(tx, owner, None)
    shop.owner_id = owner.user_id
    deed = Deed(place.community_id, owner.user_id, at)
    record_deed(tx, deed, CHANGED, shop.shop, before={"owner": before}, after={"owner": owner.user_id})
    tx.flush()
    after = place_of(tx, place.community_id)
    key = f"owner:{place.community_id}:{owner.user_id}:{at.timestamp():.0f}"
    helpers = tuple(
        Helper(one.who.name, one.role)
        for one in roles_given(tx, place.community_id)
        if one.who.user_id != owner.user_id
    )
    now = OwnerNow(shop.shop, secret_void, helpers[:MOST_NAMED])
    for user_id, outcome in ((owner.user_id, now), (before, OwnerBefore(shop.shop))):
        tell_person(tx, after, user_id, outcome, Terms(now=at, key=f"{key}:{user_id}", not_after=at + TOLD_WITHIN))
    return True


def rooms(session: Session, community_id: int) -> Rooms:
    """Groups of the shop that the bot is in and that aren't home."""
    rows = session.execute(
        select(col(FanGroup.chat_id), col(FanGroup.title))
        .where(
            col(FanGroup.community_id) == community_id,
            col(FanGroup.left_at).is_(None),
            col(FanGroup.is_channel).is_(False),
            col(FanGroup.is_home).is_(False),
        )
        .order_by(col(FanGroup.id))
    ).all()
    return tuple((chat_id, title) for chat_id, title in rows)


def move_home(tx: Tx, place: Place, chat_id: int, actor_id: int, at: datetime) -> HomeMoved | None:
    """Make a room home. Whose it is was asked of Telegram; its creator is the owner from here on."""
    shop = lock_shop(tx, place.community_id)
    room = tx.execute(
        select(FanGroup)
        .where(
            col(FanGroup.chat_id) == chat_id,
            col(FanGroup.community_id) == place.community_id,
            col(FanGroup.left_at).is_(None),
            col(FanGroup.is_channel).is_(False),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if room is None:
        return None
    moved = HomeMoved(shop.shop, room.title)
    if room.is_home:
        return moved
    before = tx.execute(
        update(FanGroup)
        .where(col(FanGroup.community_id) == place.community_id, col(FanGroup.is_home))
        .values(is_home=False)
        .returning(col(FanGroup.title))
    ).scalar_one_or_none()
    room.is_home = True
    tx.flush()
    deed = Deed(place.community_id, actor_id, at)
    record_deed(tx, deed, MOVED, room.title, before={"home": before}, after={"home": room.title})
    return moved


def unsettled(session: Session) -> list[tuple[Place, Rooms]]:
    """Shops whose owner hasn't been told yet which group is home."""
    ids = session.execute(
        select(col(Community.id)).where(col(Community.home_told_at).is_(None)).order_by(col(Community.id))
    ).scalars()
    return [(place_of(session, one), rooms(session, one)) for one in ids if one is not None]


def tell_home(tx: Tx, community_id: int, now: datetime, *, moved: bool = False) -> None:
    """Tell the owner once which group is home, and whose administrators aren't staff any more."""
    shop = lock_shop(tx, community_id)
    if shop.home_told_at is not None:
        return
    shop.home_told_at = now
    tx.flush()
    place = place_of(tx, community_id)
    home = tx.execute(
        select(col(FanGroup.title)).where(
            col(FanGroup.community_id) == community_id, col(FanGroup.is_home), col(FanGroup.left_at).is_(None)
        )
    ).scalar_one_or_none()
    others = tuple(title for _, title in rooms(tx, community_id))
    if home is not None and not others and not moved:
        return  # there is one group, which was home all along
    told = HomeTold(place.shop, home, others)
    tell_person(
        tx, place, place.owner_id, told, Terms(now=now, key=f"home:{community_id}", not_after=now + TOLD_WITHIN)
    )
