"""Lanes of the outbox: what can't wait comes first, and a full lane never hides the next one."""

from datetime import timedelta

from sqlalchemy import insert

from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.departures import LOOK_LATER, look
from bot.store.tables import Outbox
from bot.store.tables.messages import Lane, OutboxState
from tests.features.scene import NOON, shop

MANY = LOOK_LATER + 50


def _fill(tx: Tx, place: Place) -> None:
    acts = {Lane.BULK: "share_post", Lane.POST: "share_post", Lane.REMINDER: "share_post", Lane.LIVE: "edit_post"}
    rows = [
        {
            "key": f"{lane}:{number}",
            "community_id": place.community_id,
            "chat_id": number + 1,
            "lane": lane.value,
            "act": act,
            "facts": {"copy_id": number + 1},
            "due_at": NOON - timedelta(seconds=number),
            "state": OutboxState.WAITING.value,
            "attempts": 0,
            "made_at": NOON,
        }
        for lane, act in acts.items()
        for number in range(MANY if lane in {Lane.BULK, Lane.POST} else 3)
    ]
    start = {**rows[-1], "key": "start", "act": "post_card", "facts": {"card_id": 1}, "due_at": NOON}
    tx.execute(insert(Outbox), [*rows, start])


async def test_each_lane_has_its_share_of_a_look(db: Database) -> None:
    """A start is first although it is due last; of a full lane the longest due are seen, and the last lane is too."""
    place = await shop(db)
    await db.write(_fill, place)
    due = [row for row in (await db.read(look, NOON)).due if row.act != "tell"]
    assert due[0].act == "post_card"
    count = {lane: sum(row.lane == lane for row in due) for lane in Lane}
    assert (count[Lane.LIVE], count[Lane.REMINDER], count[Lane.POST]) == (4, 3, LOOK_LATER)
    assert count[Lane.BULK] == LOOK_LATER
    assert [row.chat_id for row in due if row.lane == Lane.BULK] == list(range(MANY, MANY - LOOK_LATER, -1))
    lanes = [list(Lane).index(Lane(row.lane)) for row in due]
    assert lanes == sorted(lanes)
