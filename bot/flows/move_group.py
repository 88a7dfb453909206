"""A group became a supergroup: its community, people, promises and cards follow it."""

from datetime import datetime

from bot.features import communities
from bot.features.coupons import campaigns
from bot.features.packets import packets
from bot.features.people import joining
from bot.features.shops import rooms
from bot.rules.streams.streams import StreamPolicy
from bot.store import airings, raffles
from bot.store.engine.db import Database, Tx
from bot.store.messages.refused import end_all


async def follow(
    db: Database, cache: communities.Communities, old_chat_id: int, new_chat_id: int, at: datetime
) -> None:
    """Re-key everything that names the old chat."""
    await db.write(_follow, old_chat_id, new_chat_id, at)
    cache.forget()


def _follow(tx: Tx, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    community_id = communities.move(tx, old_chat_id, new_chat_id, at)
    rooms.move_question(tx, old_chat_id, new_chat_id)
    end_all(tx, old_chat_id, at)
    if community_id is not None:
        joining.move(tx, old_chat_id, new_chat_id)
        campaigns.rehang(tx, community_id, old_chat_id, new_chat_id, at)
        packets.rehang(tx, community_id, old_chat_id, new_chat_id, at)
        raffles.rehang(tx, community_id, old_chat_id, new_chat_id, at)
        airings.rehang(tx, community_id, old_chat_id, new_chat_id, at, StreamPolicy())
