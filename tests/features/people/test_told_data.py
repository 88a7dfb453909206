"""The file of a person's data: everything that is about them, and nothing about anybody else."""

import json

from sqlalchemy import Table
from sqlmodel import col

from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.tags import Tagging, TagOrigin
from bot.store.engine.db import Database
from bot.store.fan_tags import set_tag
from bot.store.members import standing
from bot.store.tables import AuditEntry, metadata
from bot.store.told_data import shown_columns
from tests.features.scene import FORGETTING, NOON, OWNER, act_of, campaigns_of, fan, privacy, shop, till

SAID_OTHERWISE = {
    "account.member_id": "told as `coins`, with every transfer",
    "post_copy.member_id": "told by `shown`, which has each message that came to them",
    "tier_pending.member_id": "a mark for the clock, gone within a second",
    "gift.taken_by": "a card's friend is told by their invitation",
    "community.owner_id": "the owner stands in the shop's own settings",
    "set_aside.user_id": "an update that couldn't be read: deleted with the rest, and read by nobody",
}
"""Columns of people that the file leaves out, and why."""
CHATS = frozenset({"chat_id"})
"""Columns that are a group's, or a private chat's whose messages the reader has in front of them."""


def people_columns(table: Table) -> set[str]:
    """Columns of a table that hold a person or a member."""
    named = {"user_id", "member_id", "actor_id", "by", "owner_id", "taken_by"}
    return {
        column.name
        for column in table.columns
        if column.name in named
        or column.name.endswith("_by")
        or {key.column.table.name for key in column.foreign_keys} & {"member", "person"}
    }


def test_every_column_of_people_is_told_or_has_a_reason() -> None:
    """A new table with a member or a person is registered by its domain, or stands here with a reason."""
    told = {(one.table.name, one.column.key) for one in FORGETTING.tells}
    told |= {(column.class_.__table__.name, column.key) for column in (col(AuditEntry.actor_id), *FORGETTING.acted_by)}
    missing = {
        f"{table.name}.{name}"
        for table in metadata.sorted_tables
        for name in people_columns(table)
        if (table.name, name) not in told
    }
    assert missing == SAID_OTHERWISE.keys()


def test_columns_of_others_are_left_out() -> None:
    """No section shows who of the staff did something, another member, or what only the database needs."""
    for one in FORGETTING.tells:
        for column in shown_columns(one):
            if column.name == one.column.key:
                continue
            assert column.name not in {"cause", "answer", "community_id"}, one.name
            assert column.name not in people_columns(one.table), one.name


async def test_the_file_tells_all_of_one_person(db: Database) -> None:
    """Coupons, coins, tags and membership of the one are there; the other fan and the staff's id are nowhere."""
    place = await shop(db)
    made = await campaigns_of(db).make(act_of(place, OWNER, cause="9:1"), NewCampaign("Silk", stock=5))
    assert isinstance(made, CampaignMade)
    for number in (1, 2):
        await till(db).claim(act_of(place, fan(number), cause=f"9:{number + 1}"), made.number)
    member_id = (await db.write(standing, place.community_id, fan(1), NOON)).member_id
    await db.write(set_tag, place.community_id, member_id, Tagging("silk", TagOrigin.STAFF, OWNER.user_id), NOON)
    told = json.loads(await privacy(db).told(place, fan(1).user_id, NOON))
    assert told["telegram_id"] == 101
    assert [one["tag"] for one in told["fan_tag.member_id"]] == ["silk"]
    assert len(told["coupon.member_id"]) == 1
    assert told["person.user_id"][0]["name"] == "Fan 1"
    text = json.dumps(told)
    assert "Fan 2" not in text
    assert '"by"' not in text
    nobody = json.loads(await privacy(db).told(place, 999, NOON))
    assert set(nobody) == {"shop", "telegram_id", "made_at"}
