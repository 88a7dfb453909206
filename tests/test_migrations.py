"""The schema: made and unmade by Alembic alone, the same as the tables say, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from bot.features.coupons.code_files import CodeFiles
from bot.features.packets.shares import lots_from_json
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.files import ImportPolicy
from bot.rules.lots import Lot, merge
from bot.rules.packets.packets import ShareTaken
from bot.store.engine.db import Database, async_engine
from bot.store.engine.schema import HEAD, SCRIPTS, migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup, Forgotten, metadata
from tests.features.draws import Fair, Recorded
from tests.features.orders.test_orders import held, order, take
from tests.features.packets.fans import AUGUST, END, OCTOBER, Fans
from tests.features.scene import (
    NOON,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    fan,
    give,
    offer,
    privacy,
    query,
    shop,
    till,
)
from tests.postgres import Postgres

T = TypeVar("T")

BEFORE_GIVEAWAYS = "<0018"
"""The revision before operators had a limit."""

PARTIAL = {
    "uq_campaign_open_shared_code": ("state", "shared_code"),
    "uq_account_one_of_a_kind": ("kind",),
    "uq_check_in_freezes": ("freeze_month",),
    "uq_check_in_make_ups": ("cover",),
    "uq_outbox_waiting_fold": ("state",),
    "ix_outbox_due": ("state",),
    "ix_outbox_lane": ("state",),
    "ix_sending_changing": ("change_after",),
    "ix_verdict_posts": ("kind",),
    "ix_airing_open": ("state",),
    "ix_campaign_code_free": ("taken",),
    "ix_reminder_round_unfinished": ("done_at",),
    "ix_gift_expires": ("state",),
    "ix_gift_reward_due": ("state",),
    "ix_invitation_watched": ("watched_until",),
    "ix_packet_live": ("state",),
    "ix_held_waiting": ("state",),
    "ix_raffle_unfinished": ("state",),
    "ix_member_look_at": ("look_at",),
    "ix_raffle_entry_unreturned": ("paid", "returned"),
    "uq_raffle_naming_promised": ("state",),
    "uq_heart_goal_running": ("state",),
    "uq_fan_group_home": ("is_home",),
    "uq_refused_room_open": ("over_at",),
    "ix_member_tier_due_on": ("tier_due_on",),
    "ix_tier_rise_untold": ("told_at",),
    "ix_tier_rise_unthanked": ("tier", "nudged_at"),
    "uq_order_coupon_stands": ("stands", "coupon_id"),
    "uq_order_coupon_shared": ("coupon_id",),
    "ix_order_claim_open": ("state",),
    "uq_order_claim_confirmed": ("state",),
    "ix_account_board": ("earned_month",),
    "ix_account_checked_in": ("checked_in_at",),
    "ix_outbox_open": ("state",),
    "ix_outbox_done": ("state",),
    "ix_outbox_untold": ("state",),
    "ix_member_back_since": ("back_since",),
    "ix_member_promotion_remind_at": ("promotion_remind_at",),
    "ix_member_here": ("left_at", "user_id"),
    "ix_audit_entry_has_cause": ("cause",),
    "ix_campaign_has_cause": ("cause",),
    "ix_attendance_has_cause": ("cause",),
    "ix_check_in_has_cause": ("cause",),
    "ix_coupon_has_cause": ("cause",),
    "ix_purchase_has_cause": ("cause",),
    "ix_gift_has_cause": ("cause",),
    "ix_heart_has_cause": ("cause",),
    "ix_packet_has_cause": ("cause",),
    "ix_raffle_entry_has_cause": ("cause",),
    "ix_shop_order_has_cause": ("cause",),
    "ix_packet_take_has_cause": ("cause",),
    "ix_post_has_cause": ("cause",),
    "ix_sending_has_cause": ("cause",),
    "ix_verdict_folded": ("ruling", "card_id"),
    **dict.fromkeys(("uq_slot_morning", "uq_posting_morning"), ("kind",)),
    "ix_shown_poll_id": ("poll_id",),
    "ix_shown_private": ("wears", "chat_id"),
    "ix_verdict_card_id": ("card_id",),
    "ix_verdict_cause": ("cause",),
    "ix_verdict_has_cause": ("cause",),
    "ix_member_left": ("left_at",),
    "ix_member_import_returning": ("state",),
    "ix_moved_line_waits": ("until",),
    "ix_moved_line_until": ("until",),
    "ix_moved_line_user": ("user_id",),
    "ix_moved_line_username": ("username",),
    "ix_moved_line_come": ("state",),
    "ix_coupon_redeemed": ("redeemed_at",),
    "ix_transfer_spent": ("earned_at",),
    "ix_airing_closed": ("closed_at",),
    "ix_fan_note_gone": ("gone_at",),
}
"""Partial indexes, and the columns in their conditions: a guard that applies to all rows, or to none, is no guard."""


async def look(url: str, at: Callable[[Connection], T]) -> T:
    """What a function finds on a connection."""
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(at)
    finally:
        await engine.dispose()


def tables(connection: Connection) -> set[str]:
    """The tables that are there, Alembic's own left out."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change to make the schema what the tables say."""
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def partial_indexes(connection: Connection) -> dict[str, str]:
    """Names and conditions of partial indexes, as the database itself tells them."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    else:
        rows = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
    return {name: sql.partition(" WHERE ")[2] for name, sql in rows if " WHERE " in sql}


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> str:
    """A database of the same kind in which nothing was made yet."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/deep/empty.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"empty_{make_url(url).database}")


async def test_up_down_and_up_again(empty_url: str) -> None:
    """An empty database is migrated, taken down to nothing, and migrated again."""
    expected = set(metadata.tables)
    assert await migrate(empty_url)
    assert await look(empty_url, tables) == expected
    assert not await migrate(empty_url)
    assert await migrate(empty_url, "base")
    assert await look(empty_url, tables) == set()
    assert await migrate(empty_url)
    assert await look(empty_url, tables) == expected
    assert await look(empty_url, differences) == []


async def test_down_and_up_with_rows(url: str) -> None:
    """A shop with fans, coins and coupons doesn't stand in the way of going down, and the house works afterwards."""
    for _ in range(2):
        async with Database.open(url) as db:
            causes = Causes()
            place = await shop(db)
            await give(db, place, fan(1), 50)
            campaign, _ = await offer(db, place, NewCampaign("Scarf", 5, price=3, shared_code="SILK20"), causes.next())
            await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
        await migrate(url, "base")
        assert await look(url, tables) == set()
        await migrate(url)


async def test_raffles_keep_the_rule_of_their_card(url: str) -> None:
    """Those that are there at the update are drawn and proven as they promised; the way back loses no round."""
    async with Database.open(url) as db:
        fair = await Fair.open(db, Causes(), beacon=Recorded())
        for prize in ("named at the opening", "sealed alone", "named at the freeze"):
            await fair.made(prize=prize)
        await fair.drawn_with_beacon()
    await migrate(url, "<0015")
    async with Database.open(url) as db:
        rounds = await query(db, "SELECT beacon_round FROM raffle ORDER BY id")
        assert all(number for (number,) in rounds)
        await db.write(change, "UPDATE raffle SET beacon_round = NULL WHERE prize = 'sealed alone'")
    await migrate(url)
    async with Database.open(url) as db:
        found = await query(db, "SELECT sealing, proof_format FROM raffle ORDER BY id")
        assert found == [("opening", 1), ("none", 1), ("opening", 1)]
        assert await look(url, differences) == []


async def test_the_oldest_group_becomes_home(url: str) -> None:
    """Of each shop from before there were home groups: not its channel, and its founding group even if it is gone."""
    async with Database.open(url) as db:
        for owner, chat in ((fan(1), -1), (fan(2), -2)):
            await shop(db, owner, chat)
        await db.write(_more_rooms)
    await migrate(url, "<0014")
    await migrate(url)
    async with Database.open(url) as db:
        rows = await query(db, "SELECT community_id, chat_id FROM fan_group WHERE is_home ORDER BY community_id")
        assert rows == [(1, -1), (2, -2)]
        assert await query(db, "SELECT count(*) FROM community WHERE home_told_at IS NULL") == [(2,)]


def _more_rooms(tx: Tx) -> None:
    change(tx, "UPDATE fan_group SET left_at = joined_at WHERE chat_id = -1")
    for community_id, chat_id, is_channel in ((1, -11, True), (1, -12, False), (2, -21, False)):
        tx.add(
            FanGroup(community_id=community_id, chat_id=chat_id, title="More", is_channel=is_channel, joined_at=NOON)
        )
    tx.flush()


async def test_the_schema_is_what_the_tables_say(url: str) -> None:
    """Alembic finds nothing to change."""
    assert await look(url, differences) == []


def test_the_newest_revision_is_named() -> None:
    """`HEAD`, which a start compares without loading Alembic, is Alembic's head; there is one, and one base."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    assert len(scripts.get_bases()) == 1


async def test_partial_indexes_are_partial(url: str) -> None:
    """Each conditional guard really has its condition."""
    found = await look(url, partial_indexes)
    assert found.keys() == PARTIAL.keys()
    for name, columns in PARTIAL.items():
        assert all(column in found[name] for column in columns), found[name]


async def test_a_shared_code_is_unique_while_its_drop_runs(db: Database) -> None:
    """The database itself refuses a second open drop with one shared code, and lets a cancelled one be."""
    causes = Causes()
    place = await shop(db)
    await offer(db, place, NewCampaign("Scarf", 5, shared_code="SILK20"), causes.next())
    await offer(db, place, NewCampaign("Hat", 5, shared_code="HAT1"), causes.next())
    with pytest.raises(IntegrityError):
        await db.write(change, "UPDATE campaign SET shared_code = 'SILK20'")
    await db.write(change, "UPDATE campaign SET state = 'cancelled' WHERE number = 1")
    await db.write(change, "UPDATE campaign SET shared_code = 'SILK20'")


def change(tx: Tx, statement: str) -> None:
    """Change rows past all rules."""
    tx.execute(text(statement))


async def test_rows_of_before_get_what_they_lack(url: str) -> None:
    """0017 taken down and up again: fans' shares are dated, a redemption has its day, no count is below one."""
    shares = "SELECT earned FROM packet_share ORDER BY nth"
    used = "SELECT redeemed_on, redeemed_by FROM coupon ORDER BY id"
    orders = (
        "SELECT ref, till_at, till_by, till_on FROM shop_order"
        " JOIN order_coupon ON order_coupon.order_id = shop_order.id ORDER BY shop_order.id"
    )
    async with Database.open(url) as db:
        table = await Fans.lay(db, Causes())
        await table.earns(1, 10, AUGUST)
        await table.earns(1, 40, OCTOBER)
        packet = await table.gives(1, 30, 3, rush=True)
        first, second = [await held(db, table.place, table.causes, number) for number in (1, 2)]
        await take(db, table.place, order(first, "A-1"))
        await Redemption(db).redeem(act_by(table.place, 7, NOON, table.causes.next()), second)
        await take(db, table.place, order(second, "A-2"))
        await give(db, table.place, fan(9), 1)
        await privacy(db).delete(table.place, fan(9).user_id, NOON)
        before = [await query(db, sql) for sql in (used, orders)]
        dates = [lots_from_json(earned) for (earned,) in await query(db, shares)]
    await migrate(url, "<0015")
    async with Database.open(url) as db:
        assert await query(db, "SELECT amount, earned_at FROM transfer WHERE key = 'packet:1'") == [(30, None)]
        told = await query(db, "SELECT redeemed FROM shop_order ORDER BY id")
        assert [bool(redeemed) for (redeemed,) in told] == [True, False]
        await db.write(change, "UPDATE activity SET times = -1 WHERE kind = 'claim'")
    await migrate(url)
    async with Database.open(url) as db:
        table = Fans(db, table.place, table.causes)
        assert [lots_from_json(earned) for (earned,) in await query(db, shares)] == dates
        assert [await query(db, sql) for sql in (used, orders)] == before
        assert await query(db, "SELECT count(*) FROM activity WHERE kind = 'claim'") == [(0,)]
        ((at, until),) = await db.read(lambda rx: rx.execute(select(Forgotten.at, Forgotten.until)).all())  # type: ignore[call-overload]
        assert until == at + timedelta(days=30), "as long as they were told"
        taken = await table.tap(packet, 2)
        assert isinstance(taken, ShareTaken)
        await table.tick(END)
        assert await balance(db, table.place, fan(1)) == 50 - taken.coins
        found = [*await table.holds(1), *await table.holds(2)]
        assert merge(found) == (Lot(AUGUST, 10), Lot(OCTOBER, 40))
        await table.ended()


async def test_older_codes_get_keys(url: str) -> None:
    """0031: codes that came before there were keys get one, those that differ only in case or blanks get none."""
    async with Database.open(url) as db:
        place = await shop(db)
        codes = [(1, "Silk 1"), (2, "wool-1"), (3, "Hat-1"), (4, "HAT 2")]
        batch = await CodeFiles(db, ImportPolicy()).stage(act_of(place), codes)
        assert isinstance(batch, int)
    await migrate(url, "<0025")
    async with Database.open(url) as db:
        await db.write(change, "UPDATE campaign_code SET code = 'hat-1' WHERE code = 'HAT 2'")
    await migrate(url)
    async with Database.open(url) as db:
        found = await query(db, "SELECT code, code_key FROM campaign_code ORDER BY id")
        assert found == [("Silk 1", "SILK1"), ("wool-1", "WOOL-1"), ("Hat-1", None), ("hat-1", None)]


async def test_acts_from_before_count_as_the_owners(url: str) -> None:
    """Going up, an act of who is the owner now is the owner's; operators have the usual limit, nobody is denied."""
    async with Database.open(url) as db:
        causes = Causes()
        place = await shop(db)
        for actor in (place.owner_id, 777, -1001):
            await campaigns_of(db).make(act_by(place, actor, NOON, causes.next()), NewCampaign("Scarf", 5))
    await migrate(url, BEFORE_GIVEAWAYS)
    await migrate(url)
    async with Database.open(url) as db:
        found = await query(db, "SELECT by_owner FROM audit_entry ORDER BY id")
        assert [bool(row[0]) for row in found] == [True, False, False]
        assert await query(db, "SELECT giveaway FROM community") == [(2_000,)]
        assert await query(db, "SELECT count(*) FROM denied") == [(0,)]
